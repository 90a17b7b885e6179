"""Name servers of the demo: authoritative ones that answer from a zone, and a cache that keeps what it has heard.

They speak enough DNS (RFC 1035, RFC 2308, RFC 6891) for the real verifier. Not for any other use.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol, cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from ddns_tray.demo.zone import NEGATIVE_TTL, ZONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.demo.zone import DemoZone

ROOT = dns.name.root
TLD = dns.name.from_text("test.")
APEX = dns.name.from_text(ZONE)
INFRASTRUCTURE_TTL = 300


class Answerer(Protocol):
    """Makes a response to a query."""

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """Answer one query."""


class Authority:
    """Authoritative for the root, for test. and for the demo's zone, all on one server, as small worlds are."""

    def __init__(self, zone: DemoZone, hosts: dict[str, str]) -> None:
        self._zone = zone
        self._hosts = hosts

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """Answer from the zone; names outside of it do not exist."""
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        question = query.question[0]
        name, relative = question.name, _relative(question.name)
        if relative in self._zone.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
            response.flags &= ~dns.flags.AA
            return response
        apex = next(zone for zone in (APEX, TLD, ROOT) if name.is_subdomain(zone))
        rrset = self._find(name, relative, question.rdtype)
        if rrset is not None:
            response.answer.append(rrset)
            return response
        if not self._exists(name, relative):
            response.set_rcode(dns.rcode.NXDOMAIN)
        response.authority.append(self._soa(apex))
        return response

    def _exists(self, name: dns.name.Name, relative: str) -> bool:
        return name in (ROOT, TLD, APEX) or relative in self._zone.records or relative in self._hosts

    def _find(self, name: dns.name.Name, relative: str, rdtype: int) -> dns.rrset.RRset | None:
        if name in (ROOT, TLD, APEX):
            if rdtype == dns.rdatatype.SOA:
                return self._soa(name)
            if rdtype == dns.rdatatype.NS:
                targets = [f"{host}.{ZONE}." for host in self._hosts]
                return dns.rrset.from_text(name, INFRASTRUCTURE_TTL, "IN", "NS", *targets)
        if rdtype == dns.rdatatype.A:
            if relative in self._hosts:
                return dns.rrset.from_text(name, INFRASTRUCTURE_TTL, "IN", "A", self._hosts[relative])
            found = self._zone.records.get(relative)
            if found is not None:
                return dns.rrset.from_text(name, found.ttl, "IN", "A", *found.addresses)
        return None

    def _soa(self, apex: dns.name.Name) -> dns.rrset.RRset:
        return dns.rrset.from_text(
            apex,
            NEGATIVE_TTL,
            "IN",
            "SOA",
            f"ns1.{ZONE}. hostmaster.{ZONE}. {self._zone.serial} 20 10 604800 {NEGATIVE_TTL}",
        )


class Cache:
    """A recursive resolver that keeps an answer for as long as its TTL allows: the slow part of the story."""

    def __init__(self, authority: Answerer, now: Callable[[], float]) -> None:
        self._authority = authority
        self._now = now
        self._kept: dict[tuple[dns.name.Name, int], tuple[float, dns.message.Message]] = {}

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """Answer from what is kept, or ask the authority and keep it."""
        question = query.question[0]
        key = (question.name, question.rdtype)
        now = self._now()
        until, source = self._kept.get(key, (float("-inf"), None))
        if source is None or until <= now:
            source = self._authority.answer(query)
            lifetime = min((rrset.ttl for rrset in (*source.answer, *source.authority)), default=0)
            until = now + lifetime
            if source.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                self._kept[key] = (until, source)
        response = dns.message.make_response(query, recursion_available=True)
        response.set_rcode(source.rcode())
        remaining = max(0, int(until - now))
        for section, kept in ((response.answer, source.answer), (response.authority, source.authority)):
            for rrset in kept:
                section.append(dns.rrset.from_rdata_list(rrset.name, remaining, list(rrset)))
        return response


class NameServer:
    """UDP and TCP on one loopback address and port."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None

    async def start(self, address: str, port: int = 0) -> int:
        """Listen; port 0 takes a free one. Raises `OSError` where the address is not ours."""
        self._tcp = await asyncio.start_server(self._serve_tcp, address, port)
        bound = int(self._tcp.sockets[0].getsockname()[1])
        try:
            loop = asyncio.get_running_loop()
            self._udp, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self._reply), local_addr=(address, bound)
            )
        except OSError:
            await self.close()
            raise
        return bound

    async def close(self) -> None:
        """Stop listening."""
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
            await self._tcp.wait_closed()

    def _reply(self, wire: bytes) -> bytes | None:
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        if not query.question or query.flags & dns.flags.QR:
            return None
        return self._answerer.answer(query).to_wire()

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length = int.from_bytes(await reader.readexactly(2), "big")
                reply = self._reply(await reader.readexactly(length))
                if reply is None:
                    break
                writer.write(len(reply).to_bytes(2, "big") + reply)
                await writer.drain()
        writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, reply: Callable[[bytes], bytes | None]) -> None:
        self._reply = reply
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self._reply(data)
        if reply is not None and self._transport is not None:
            self._transport.sendto(reply, addr)


def _relative(name: dns.name.Name) -> str:
    """The labels below the demo's zone, or the whole name if it lies elsewhere."""
    if name.is_subdomain(APEX):
        return name.relativize(APEX).to_text().lower()
    return name.to_text().lower()
