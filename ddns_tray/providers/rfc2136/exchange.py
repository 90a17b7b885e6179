"""One signed DNS exchange over TCP: TSIG (RFC 8945) made and checked, failures turned into our errors.

Knows nothing of records and zones. Messages are signed with the time of our `Clock`.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import io
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TSIG
import dns.tsig

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ClockSkewed,
    ConnectFailed,
    ConnectionLost,
    PermissionDenied,
    ProviderError,
    ProviderUnavailable,
    RequestRejected,
    TimedOut,
    TransportError,
    Unconfirmed,
    UnexpectedAnswer,
    ZoneNotFound,
)
from ddns_tray.core.text import text
from ddns_tray.providers.refusals import Refusal, refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from ddns_tray.core.ports import Clock

    Connect = Callable[[str, int], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

FUDGE = 300
"""Seconds by which the clocks may differ (RFC 8945 §10 recommends 300)."""
MAX_TRANSFER = 100_000_000
"""Octets of a zone transfer: far more than any zone with names of a household."""

_BY_RCODE: dict[dns.rcode.Rcode, Refusal] = {
    dns.rcode.NOTAUTH: ZoneNotFound,
    dns.rcode.NOTZONE: ZoneNotFound,
    dns.rcode.REFUSED: PermissionDenied,
    dns.rcode.SERVFAIL: ProviderUnavailable,
}


class SignedServer:
    """One server and one key. `timeout` bounds each wait for it, in seconds; `calls` counts messages sent.

    `connect` opens a connection, as asyncio does.
    """

    def __init__(
        self,
        host: str,
        port: int,
        key: dns.tsig.Key,
        *,
        clock: Clock,
        timeout: float,
        connect: Connect = asyncio.open_connection,
    ) -> None:
        self.calls = 0
        self.host = host
        self._port = port
        self._key = key
        self._clock = clock
        self._timeout = timeout
        self._connect = connect

    async def ask(self, message: dns.message.Message, *, writes: bool = False) -> dns.message.Message:
        """Send one message and return its answer, whatever its rcode. A lost answer to a write is `Unconfirmed`."""
        try:
            async with self._conversation(message) as conversation:
                return await conversation.receive()
        except TransportError as exc:
            if writes and exc.sent:
                raise Unconfirmed(
                    text(
                        "The answer of {service} was lost; the change may or may not have been made.", service=self.host
                    ),
                    text("Nothing needs doing: we look before we write again."),
                ) from exc
            raise

    async def transfer(self, zone: str) -> list[dns.message.Message]:
        """Return the messages of a zone transfer (RFC 5936)."""
        query = dns.message.make_query(zone, dns.rdatatype.AXFR, flags=0)
        messages: list[dns.message.Message] = []
        soas = 0
        async with self._conversation(query, transfer=True) as conversation:
            while soas <= 1:
                answer = await conversation.receive()
                self.expect_no_error(answer)
                if not answer.answer or conversation.octets > MAX_TRANSFER:
                    raise self.strange()
                soas += sum(rrset.rdtype == dns.rdatatype.SOA for rrset in answer.answer)
                messages.append(answer)
        if not messages[-1].had_tsig:
            raise self._forged()
        return messages

    def expect_no_error(self, answer: dns.message.Message) -> None:
        """Raise the error that an rcode other than NOERROR means."""
        rcode = answer.rcode()
        if rcode != dns.rcode.NOERROR:
            raise refusal(_BY_RCODE.get(rcode, RequestRejected), self.host, dns.rcode.to_text(rcode))

    def strange(self) -> ProviderError:
        """Make the error for an answer that makes no sense."""
        return refusal(UnexpectedAnswer, self.host)

    @contextlib.asynccontextmanager
    async def _conversation(self, message: dns.message.Message, *, transfer: bool = False) -> AsyncIterator[_Talk]:
        self.calls += 1
        signed = sign(message, self._key, int(self._clock.now()))
        reader, writer = await self._connected()
        try:
            async with asyncio.timeout(self._timeout):
                writer.write(struct.pack("!H", len(signed.wire)) + signed.wire)
                await writer.drain()
            yield _Talk(self, reader, message.id, signed.mac, transfer=transfer)
        except TimeoutError as exc:
            raise self._timed_out(sent=True) from exc
        except (asyncio.IncompleteReadError, OSError) as exc:
            raise ConnectionLost(
                text("The connection to {host} broke.", host=self.host),
                text("Nothing needs doing if this passes; otherwise check the network connection."),
                sent=True,
            ) from exc
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                await writer.wait_closed()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._connect(self.host, self._port)
        except TimeoutError as exc:
            raise self._timed_out(sent=False) from exc
        except (OSError, UnicodeError) as exc:
            raise ConnectFailed(
                text("There is no way to {host}.", host=self.host),
                text("Check the server and the port in the account, the network connection, and a firewall if any."),
            ) from exc

    def _timed_out(self, *, sent: bool) -> TimedOut:
        return TimedOut(
            text("{host} did not answer within {seconds} seconds.", host=self.host, seconds=f"{self._timeout:g}"),
            text("Check the network connection; the server may also be overloaded."),
            sent=sent,
        )

    def check(self, wire: bytes, talk: _Talk) -> dns.message.Message:
        """Read an answer: first what it says of our signature, then whether its own signature holds."""
        multi = talk.transfer
        try:
            plain = dns.message.from_wire(wire, keyring=False, xfr=multi, multi=multi)
            if plain.id != talk.id or not plain.flags & dns.flags.QR:
                raise self.strange()
            if plain.tsig is not None and plain.tsig[0].error:
                raise self._signature_refused(plain.tsig[0])
            if plain.tsig is None and talk.context is None:
                if plain.rcode() == dns.rcode.NOERROR:
                    raise self._forged()
                return plain
            return dns.message.from_wire(
                wire, keyring=self._key, request_mac=talk.mac, xfr=multi, multi=multi, tsig_ctx=talk.context
            )
        except (dns.tsig.BadSignature, dns.tsig.BadKey, dns.tsig.BadAlgorithm, dns.tsig.BadTime) as exc:
            raise self._forged() from exc
        except dns.exception.DNSException as exc:
            raise self.strange() from exc

    async def read_message(self, reader: asyncio.StreamReader) -> bytes:
        """Read one message with its length in front (RFC 1035 §4.2.2)."""
        async with asyncio.timeout(self._timeout):
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            return await reader.readexactly(length)

    def _signature_refused(self, tsig: Any) -> ProviderError:
        """Say what the server finds wrong with our signature (RFC 8945 §5.2)."""
        if tsig.error != dns.rcode.BADTIME:
            return AuthenticationFailed(
                text(
                    "{server} does not accept the key {key}.",
                    server=self.host,
                    key=self._key.name.to_text(omit_final_dot=True),
                ),
                text("Check that key name, algorithm and secret are as on the server, and that the key may do this."),
            )
        return ClockSkewed(
            text(
                "The clocks disagree: here it is {ours}, at {server} it is {theirs}.",
                ours=_utc(self._clock.now()),
                server=self.host,
                theirs=_utc(int.from_bytes(tsig.other, "big")) if tsig.other else "?",
            ),
            text("Set this computer's clock, best by letting it follow the network's time."),
        )

    def _forged(self) -> ProviderError:
        return UnexpectedAnswer(
            text("The answer of {server} is not signed with our key.", server=self.host),
            text("Check that the address leads to the right server, and that nothing in between changes DNS."),
        )


class _Talk:
    """An open connection on which one question was asked; an answer may have many messages."""

    __slots__ = ("_reader", "_server", "context", "id", "mac", "octets", "transfer")

    def __init__(
        self, server: SignedServer, reader: asyncio.StreamReader, message_id: int, mac: bytes, *, transfer: bool
    ) -> None:
        self._server = server
        self._reader = reader
        self.id = message_id
        self.mac = mac
        self.transfer = transfer
        self.context: Any = None
        self.octets = 0

    async def receive(self) -> dns.message.Message:
        wire = await self._server.read_message(self._reader)
        self.octets += len(wire)
        answer = self._server.check(wire, self)
        self.context = answer.tsig_ctx
        return answer


class Signed(NamedTuple):
    """A message as it goes out, and the signature that the answer's signature covers."""

    wire: bytes
    mac: bytes


def sign(message: dns.message.Message, key: dns.tsig.Key, now: int) -> Signed:
    """Sign a message as of `now`, in Unix seconds; dnspython's own signing always takes the time of the system."""
    wire = message.to_wire()
    tsig_class: Any = dns.rdtypes.ANY.TSIG.TSIG
    make_signature: Any = dns.tsig.sign
    blank = tsig_class(dns.rdataclass.ANY, dns.rdatatype.TSIG, key.algorithm, now, FUDGE, b"", message.id, 0, b"")
    tsig, _ = make_signature(wire, key, blank, now)
    rdata = tsig.to_wire()
    record = io.BytesIO()
    key.name.to_wire(record)
    record.write(struct.pack("!HHIH", dns.rdatatype.TSIG, dns.rdataclass.ANY, 0, len(rdata)))
    (additional,) = struct.unpack_from("!H", wire, 10)
    head = wire[:10] + struct.pack("!H", additional + 1)
    return Signed(head + wire[12:] + record.getvalue() + rdata, tsig.mac)


def _utc(when: float) -> str:
    return dt.datetime.fromtimestamp(when, dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
