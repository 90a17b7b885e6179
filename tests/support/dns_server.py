"""A DNS server in the test's own event loop: zones are served by the rules, and any answer can be scripted.

It speaks UDP and TCP on one ephemeral loopback port. What it was asked is in `asked`. For real servers see `real_bed`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Sequence

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """One datagram (or TCP message) in reply. Records are lines of a zone file with absolute names."""

    answer: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    additional: tuple[str, ...] = ()
    rcode: str = "NOERROR"
    aa: bool = True
    ad: bool = False
    tc: bool = False
    ede: tuple[int, ...] = ()
    edns: bool = True
    drop: bool = False
    delay: float = 0.0
    wrong_id: bool = False
    wrong_question: bool = False
    no_question: bool = False
    lower_case: bool = False
    other_source: bool = False
    not_a_response: bool = False
    raw: bytes | None = None
    """These octets after the id and in place of all else."""


@dataclass(frozen=True)
class Asked:
    """One question as it came."""

    name: str
    type: str
    transport: str
    recursive: bool
    edns: bool
    spelling: str
    source: tuple[str, int]
    checking_disabled: bool = False


@dataclass
class DnsServer:
    """Serves `zones`; `script` goes first: for a name and type, the answers to the first, second, … question.

    The last of them repeats. An entry that is itself a tuple is several datagrams for one question.
    """

    address: str = LOOPBACK
    port: int = 0
    zones: dict[str, dns.zone.Zone] = field(default_factory=dict)
    script: dict[tuple[str, str], list[Answer | tuple[Answer, ...]]] = field(default_factory=dict)
    otherwise: Answer = Answer(rcode="REFUSED", aa=False)
    asked: list[Asked] = field(default_factory=list)
    udp: bool = True
    tcp: bool = True
    tls: ssl.SSLContext | None = None
    tcp_connections: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def on(self, name: str, record_type: str, *answers: Answer | tuple[Answer, ...]) -> None:
        """Script the answers for a name (no trailing dot) and type."""
        self.script[name, record_type] = list(answers)

    def add_zone(self, origin: str, *lines: str, serial: int = 1, minimum: int = 60) -> None:
        """Serve a zone; lines are relative to it, with TTL and type but no class. NS and SOA come by themselves."""
        name = "." if not origin else f"{origin}."
        body = [f"$ORIGIN {name}", "$TTL 60", f"@ 60 SOA ns.{origin or 'root'}. h. {serial} 3600 600 604800 {minimum}"]
        self.zones[origin] = dns.zone.from_text("\n".join([*body, *lines]) + "\n", check_origin=False)

    def questions(self, name: str, record_type: str) -> list[Asked]:
        """What was asked about a name and type."""
        return [each for each in self.asked if (each.name, each.type) == (name, record_type)]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[DnsServer]:
        """Serve until the block ends."""
        loop = asyncio.get_running_loop()
        udp, tcp = _bind_both(self.address, self.port)
        self.port = udp.getsockname()[1]
        transports: list[asyncio.BaseTransport] = []
        server: asyncio.Server | None = None
        if self.udp:
            transport, _ = await loop.create_datagram_endpoint(lambda: _Udp(self), sock=udp)
            transports.append(transport)
        else:
            udp.close()
        if self.tcp:
            server = await asyncio.start_server(self._serve_tcp, sock=tcp, ssl=self.tls)
        else:
            tcp.close()
        try:
            yield self
        finally:
            for each in transports:
                each.close()
            if server is not None:
                server.close()
                for writer in list(self._writers):
                    writer.close()
                    with contextlib.suppress(OSError):
                        await writer.wait_closed()
                await server.wait_closed()
            await asyncio.sleep(0)

    # --- answering ---

    def reply_to(self, wire: bytes, transport: str, source: tuple[str, int]) -> Sequence[Answer]:
        """Note the question and choose what to say."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        spelling = question.name.to_text(omit_final_dot=True)
        name = spelling.lower().removesuffix(".")
        record_type = dns.rdatatype.to_text(question.rdtype)
        recursive = bool(query.flags & dns.flags.RD)
        unchecked = bool(query.flags & dns.flags.CD)
        self.asked.append(Asked(name, record_type, transport, recursive, query.edns >= 0, spelling, source, unchecked))
        turns = self.script.get((name, record_type))
        if turns:
            turn = turns.pop(0) if len(turns) > 1 else turns[0]
            return turn if isinstance(turn, tuple) else (turn,)
        apexes = [apex for apex in self.zones if not apex or name == apex or name.endswith("." + apex)]
        if not apexes:
            return (self.otherwise,)
        return (_look_up(self.zones[max(apexes, key=len)], question.name, question.rdtype),)

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tcp_connections += 1
        self._writers.add(writer)
        try:
            while True:
                wire = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
                for answer in self.reply_to(wire, "tcp", writer.get_extra_info("peername")[:2]):
                    if not answer.drop:
                        reply = build(wire, answer)
                        writer.write(len(reply).to_bytes(2) + reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for answer in self._server.reply_to(data, "udp", addr):
            if answer.delay:
                asyncio.get_running_loop().call_later(answer.delay, self._send, data, answer, addr)
            else:
                self._send(data, answer, addr)

    def _send(self, query: bytes, answer: Answer, addr: tuple[str, int]) -> None:
        if answer.drop or self._transport is None or self._transport.is_closing():
            return
        if answer.other_source:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
                forger.bind((LOOPBACK, 0))
                forger.sendto(build(query, answer), addr)
            return
        self._transport.sendto(build(query, answer), addr)


def build(query_wire: bytes, answer: Answer) -> bytes:
    """The octets of an answer to a question."""
    if answer.raw is not None:
        return query_wire[:2] + answer.raw
    query = dns.message.from_wire(query_wire)
    response = dns.message.make_response(query)
    if not answer.edns:
        response.use_edns(False)
    elif answer.ede:
        response.use_edns(
            0, payload=1232, options=[dns.edns.EDEOption(dns.edns.EDECode.make(code)) for code in answer.ede]
        )
    response.set_rcode(dns.rcode.from_text(answer.rcode))
    for flag, wanted in ((dns.flags.AA, answer.aa), (dns.flags.AD, answer.ad), (dns.flags.TC, answer.tc)):
        response.flags = (response.flags & ~flag) | (flag if wanted else 0)
    if answer.not_a_response:
        response.flags &= ~dns.flags.QR
    for section, lines in (
        (response.answer, answer.answer),
        (response.authority, answer.authority),
        (response.additional, answer.additional),
    ):
        section.extend(_rrsets(lines))
    _spoil(response, answer)
    return response.to_wire()


def _spoil(response: dns.message.Message, answer: Answer) -> None:
    if answer.wrong_question:
        response.question[0].name = dns.name.from_text("elsewhere.example.")
    if answer.lower_case:
        response.question[0].name = response.question[0].name.canonicalize()
    if answer.no_question:
        response.question.clear()
    if answer.wrong_id:
        response.id ^= 0x5555


def _rrsets(lines: Sequence[str]) -> list[dns.rrset.RRset]:
    found: dict[tuple[str, str], dns.rrset.RRset] = {}
    for line in lines:
        name, ttl, record_type, data = line.split(None, 3)
        rrset = dns.rrset.from_text(name, int(ttl), "IN", record_type, data)
        known = found.setdefault((name, record_type), rrset)
        if known is not rrset:
            known.add(rrset[0])
    return list(found.values())


def _look_up(zone: dns.zone.Zone, name: dns.name.Name, record_type: dns.rdatatype.RdataType) -> Answer:
    """What an authoritative server says (RFC 1034 §4.3.2), wildcards and DNSSEC aside."""
    assert zone.origin is not None
    cut = name
    while cut != zone.origin:
        servers = zone.get_rrset(cut, dns.rdatatype.NS)
        if servers is not None:
            glue = [
                line for each in servers for line in _glue(zone, each.to_text(origin=zone.origin, relativize=False))
            ]
            return Answer(authority=_lines(_absolute(servers, zone.origin)), additional=tuple(glue), aa=False)
        cut = cut.parent()
    found: list[str] = []
    for _ in range(8):
        rrset = zone.get_rrset(name, record_type)
        alias = zone.get_rrset(name, dns.rdatatype.CNAME)
        if rrset is not None:
            return Answer(answer=(*found, *_lines(_absolute(rrset, zone.origin))))
        if alias is None:
            break
        found += _lines(_absolute(alias, zone.origin))
        name = alias[0].target.derelativize(zone.origin)
        if not name.is_subdomain(zone.origin):
            return Answer(answer=tuple(found))
    soa = zone.get_rrset(zone.origin, dns.rdatatype.SOA)
    assert soa is not None
    below = any(each.derelativize(zone.origin).is_subdomain(name) for each in zone.nodes)
    rcode = "NOERROR" if below else "NXDOMAIN"
    return Answer(answer=tuple(found), authority=_lines(_absolute(soa, zone.origin)), rcode=rcode)


def _glue(zone: dns.zone.Zone, server: str) -> list[str]:
    name = dns.name.from_text(server)
    assert zone.origin is not None
    if not name.is_subdomain(zone.origin):
        return []
    rrsets = [zone.get_rrset(name, kind) for kind in (dns.rdatatype.A, dns.rdatatype.AAAA)]
    return [line for rrset in rrsets if rrset is not None for line in _lines(_absolute(rrset, zone.origin))]


def _absolute(rrset: dns.rrset.RRset, origin: dns.name.Name) -> dns.rrset.RRset:
    text = [each.to_text(origin=origin, relativize=False) for each in rrset]
    kind = dns.rdatatype.to_text(rrset.rdtype)
    return dns.rrset.from_text_list(rrset.name.derelativize(origin), rrset.ttl, "IN", kind, text)


def _lines(rrset: dns.rrset.RRset) -> tuple[str, ...]:
    kind = dns.rdatatype.to_text(rrset.rdtype)
    return tuple(f"{rrset.name} {rrset.ttl} {kind} {each.to_text()}" for each in rrset)


def _bind_both(address: str, port: int) -> tuple[socket.socket, socket.socket]:
    """A UDP and a listening TCP socket on the same port; a free one for 0."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for _ in range(50):
        udp = socket.socket(family, socket.SOCK_DGRAM)
        tcp = socket.socket(family, socket.SOCK_STREAM)
        try:
            udp.setblocking(False)
            if os.name == "posix":
                tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            udp.bind((address, port))
            tcp.bind((address, udp.getsockname()[1]))
        except OSError as exc:
            udp.close()
            tcp.close()
            if port or exc.errno != errno.EADDRINUSE:
                raise
        else:
            return udp, tcp
    raise OSError(errno.EADDRINUSE, "no port is free for both")


@contextlib.asynccontextmanager
async def servers(*addresses: str) -> AsyncIterator[tuple[DnsServer, ...]]:
    """Several servers on different loopback addresses and one port, as a closed network needs them."""
    for attempt in range(50):
        async with contextlib.AsyncExitStack() as stack:
            first = await stack.enter_async_context(DnsServer(addresses[0]).running())
            try:
                others = [
                    await stack.enter_async_context(DnsServer(address, first.port).running())
                    for address in addresses[1:]
                ]
            except OSError as exc:
                if exc.errno != errno.EADDRINUSE or attempt == 49:
                    raise
                continue
            yield (first, *others)
            return


def has_more_loopback() -> bool:
    """Whether 127.0.0.2 can be bound: on Linux and Windows all of 127/8 is this machine, on macOS only 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.2", 0))
        except OSError:
            return False
    return True
