"""`dns`, `dns:NAME`, `dns://SERVER/NAME/TYPE`: names whose answer is the address of whoever asks.

TYPE is A, AAAA, TXT, or CH for a text of the class CHAOS. `dns+tls://` and `dns+https://` ask the same over TLS
(RFC 7858) and over HTTPS (RFC 8484, at /dns-query). The server is asked over the family in question, and its answer is
taken only if source, id and question are ours (RFC 5452). Where a network answers all of port 53 itself, every one of
these sources tells the address of the network's resolver; that is why they alone should not be a quorum.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ddns_tray.core.errors import ConnectFailed, ConnectionLost, DetectorError, TlsFailed, UsageError
from ddns_tray.core.model import Family, SourceKind
from ddns_tray.core.names import canonical_name
from ddns_tray.core.ports import HttpRequest
from ddns_tray.core.text import text
from ddns_tray.detectors.base import BaseDetector, Identity, unusable_source
from ddns_tray.detectors.datagram import doubling, exchange, resolve, within
from ddns_tray.detectors.operators import families_of, origin_of
from ddns_tray.detectors.parsing import not_an_address, strict_address
from ddns_tray.detectors.presets import Preset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dns.message import Message

    from ddns_tray.core.model import IPAddress
    from ddns_tray.detectors.base import Tools
    from ddns_tray.detectors.way_out import Prepare

_FIRST_WAIT = 0.8
_OK = 200
_MAX_MESSAGE = 65535
_RECORD_TYPES = frozenset({"A", "AAAA", "TXT", "CH"})
_ADDRESS_TYPES = MappingProxyType({"A": Family.IPV4, "AAAA": Family.IPV6})
_NOT_OURS = "edns0-client-subnet "
"""How Google begins a second text that tells a network instead of our address."""


class Carrier(StrEnum):
    """How a question travels; the words are the schemes."""

    PLAIN = "dns"
    TLS = "dns+tls"
    HTTPS = "dns+https"

    @property
    def port(self) -> int:
        """Where such servers listen."""
        return {Carrier.PLAIN: 53, Carrier.TLS: 853, Carrier.HTTPS: 443}[self]


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to ask for what."""

    server: str
    port: int
    name: str
    type: str
    carrier: Carrier = Carrier.PLAIN


@dataclass(frozen=True, slots=True)
class WhoamiOperator:
    """One organisation that answers such questions."""

    origin: str
    questions: Mapping[Family, Question]


def _plain(server: str, name: str, record_type: str) -> Question:
    return Question(server, Carrier.PLAIN.port, name, record_type)


WORLD = (
    WhoamiOperator(
        "opendns.com",
        MappingProxyType(
            {
                Family.IPV4: _plain("resolver1.opendns.com", "myip.opendns.com", "A"),
                Family.IPV6: _plain("resolver1.opendns.com", "myip.opendns.com", "AAAA"),
            }
        ),
    ),
    WhoamiOperator(
        "google.com",
        MappingProxyType(dict.fromkeys(Family, _plain("ns1.google.com", "o-o.myaddr.l.google.com", "TXT"))),
    ),
    WhoamiOperator(
        "cloudflare.com",
        MappingProxyType(
            {
                Family.IPV4: _plain("1.1.1.1", "whoami.cloudflare", "CH"),
                Family.IPV6: _plain("2606:4700:4700::1111", "whoami.cloudflare", "CH"),
            }
        ),
    ),
    WhoamiOperator(
        "akamai.com",
        MappingProxyType({Family.IPV4: _plain("ns1-1.akamaitech.net", "whoami.akamai.net", "A")}),
    ),
)


class WhoamiDetector(BaseDetector):
    """Asks one server one question."""

    def __init__(self, identity: Identity, questions: Mapping[Family, Question], tools: Tools) -> None:
        super().__init__(identity, tools.clock)
        self._questions = questions
        self._http = tools.http
        self._tls = tools.tls
        self._timeout = tools.timeout
        self._out = tools.out

    async def _look(self, family: Family) -> IPAddress:
        question = self._questions[family]
        async with within(self._timeout, question.server):
            message = _message(question)
            if question.carrier is Carrier.HTTPS:
                answer = await self._over_https(question, message, family)
            else:
                address = await resolve(question.server, family, self._out.lookup)
                prepare = self._out.preparing(family)
                if question.carrier is Carrier.TLS:
                    answer = await _over_stream(question, message, address, prepare, self._tls())
                else:
                    answer = await _over_udp(question, message, address, self._timeout, prepare)
        return _read(answer, question, family)

    async def _over_https(self, question: Question, message: Message, family: Family) -> Message:
        host = f"[{question.server}]" if ":" in question.server else question.server
        message.id = 0  # RFC 8484 §4.1
        response = await self._http.send(
            HttpRequest(
                "POST",
                f"https://{host}:{question.port}/dns-query",
                headers={"accept": "application/dns-message", "content-type": "application/dns-message"},
                body=message.to_wire(),
                timeout=self._timeout,
                max_bytes=_MAX_MESSAGE,
                family=family,
                binding=self._out.find(family),
                use_proxy=False,
            )
        )
        answer = _accepted(response.body, message) if response.status == _OK else None
        if answer is None:
            raise DetectorError(
                text("{host} answered with status {status}.", host=question.server, status=response.status),
                text("Nothing needs doing if this passes; otherwise choose another source."),
            )
        return answer


def _message(question: Question) -> Message:
    import dns.message  # noqa: PLC0415 - a start that asks no such source does not load it

    if question.type == "CH":
        return dns.message.make_query(question.name, "TXT", "CH")
    return dns.message.make_query(question.name, question.type)


async def _over_udp(question: Question, message: Message, address: str, seconds: float, prepare: Prepare) -> Message:
    import dns.flags  # noqa: PLC0415 - as above

    answer = await exchange(
        address,
        question.port,
        message.to_wire(),
        lambda datagram: _accepted(datagram, message),
        waits=doubling(_FIRST_WAIT, seconds),
        prepare=prepare,
    )
    return await _over_stream(question, message, address, prepare) if answer.flags & dns.flags.TC else answer


async def _over_stream(
    question: Question, message: Message, address: str, prepare: Prepare, tls: ssl.SSLContext | None = None
) -> Message:
    """Ask over TCP or TLS, with a connection for this one question."""
    wire = message.to_wire()
    try:
        reader, writer = await _connect(address, question.port, prepare, tls, question.server)
    except ssl.SSLError as exc:
        raise TlsFailed(
            text("{host} could not prove who it is ({reason}).", host=question.server, reason=exc.reason or "TLS"),
            text("Check this computer's clock, and whether a sign-in page or a firewall stands in between."),
        ) from exc
    except OSError as exc:
        raise ConnectFailed(
            text("There is no way to {host}.", host=question.server),
            text("Check the network connection, and a firewall if there is one."),
        ) from exc
    try:
        writer.write(struct.pack("!H", len(wire)) + wire)
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        answer = _accepted(await reader.readexactly(length), message)
    except (OSError, EOFError) as exc:
        raise ConnectionLost(
            text("The connection to {host} broke.", host=question.server),
            text("Nothing needs doing if this passes; otherwise check the network connection."),
            sent=True,
        ) from exc
    finally:
        writer.transport.abort()  # an orderly end could wait for a server that has stopped to listen
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    if answer is None:
        raise not_an_address("")
    return answer


async def _connect(
    address: str, port: int, prepare: Prepare, tls: ssl.SSLContext | None, name: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection from a socket that is bound first. Raises `OSError`."""
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET))
        sock.setblocking(False)
        prepare(sock)
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
        opened = await asyncio.open_connection(sock=sock, ssl=tls, server_hostname=name if tls is not None else None)
        stack.pop_all()
    return opened


def _accepted(wire: bytes, message: Message) -> Message | None:
    """Return the message if it answers ours: same id, same question."""
    import dns.exception  # noqa: PLC0415 - as above
    import dns.message  # noqa: PLC0415 - as above

    try:
        answer = dns.message.from_wire(wire, ignore_trailing=True, raise_on_truncation=False)
        return answer if answer.question == message.question and message.is_response(answer) else None
    except (dns.exception.DNSException, ValueError):
        return None


def _read(answer: Message, question: Question, family: Family) -> IPAddress:
    """Return the one address that the answer names; Raises `DetectorError` for none, several, or another rcode."""
    import dns.rcode  # noqa: PLC0415 - as above
    import dns.rdatatype  # noqa: PLC0415 - as above

    if answer.rcode() != dns.rcode.NOERROR:
        raise DetectorError(
            text("{host} answered {rcode}.", host=question.server, rcode=dns.rcode.to_text(answer.rcode())),
            text("Nothing needs doing if this passes; otherwise choose another source."),
        )
    wanted = dns.rdatatype.TXT if question.type == "CH" else dns.rdatatype.from_text(question.type)
    told = {
        b"".join(record.strings).decode("ascii", "replace") if wanted == dns.rdatatype.TXT else record.to_text()
        for rrset in answer.answer
        if rrset.rdtype == wanted
        for record in rrset
    }
    told = {each for each in told if not each.startswith(_NOT_OURS)}
    if len(told) != 1:
        raise not_an_address(" ".join(sorted(told)))
    return strict_address(told.pop(), family)


def whoami_preset(tools: Tools) -> Preset:
    """Return what `dns` stands for. There is no such service in China that we know of."""
    return Preset(tuple(_operated(operator, tools) for operator in tools.rotated(WORLD)))


def whoami_detectors(source: str, tools: Tools) -> Sequence[WhoamiDetector]:
    """Return the detector of one source of this kind, presets aside."""
    scheme, _, rest = source.partition(":")
    if not rest.startswith("//"):
        operator = next((each for each in WORLD if each.origin == rest.lower()), None)
        if operator is None or scheme.lower() != Carrier.PLAIN:
            raise unusable_source(source)
        return (_operated(operator, tools),)
    question = parse_question(source)
    families = families_of(question.server)
    if question.type in _ADDRESS_TYPES:
        families &= {_ADDRESS_TYPES[question.type]}
    if not families:
        raise unusable_source(source)
    identity = Identity(source, origin_of(question.server), SourceKind.DNS, families)
    return (WhoamiDetector(identity, MappingProxyType(dict.fromkeys(families, question)), tools),)


def parse_question(source: str) -> Question:
    """Read `dns://SERVER:PORT/NAME/TYPE`. Raises `ConfigError`."""
    try:
        parts = urlsplit(source)
        carrier, port = Carrier(parts.scheme.lower()), parts.port
        _, name, record_type = parts.path.split("/")
        name = canonical_name(name)
    except (ValueError, UsageError) as exc:
        raise unusable_source(source) from exc
    host = parts.hostname
    if not host or parts.username is not None or parts.query or record_type.upper() not in _RECORD_TYPES:
        raise unusable_source(source)
    return Question(host, port or carrier.port, name, record_type.upper(), carrier)


def _operated(operator: WhoamiOperator, tools: Tools) -> WhoamiDetector:
    identity = Identity(f"dns:{operator.origin}", operator.origin, SourceKind.DNS, frozenset(operator.questions))
    return WhoamiDetector(identity, operator.questions, tools)
