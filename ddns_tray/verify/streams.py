"""DNS over TCP (RFC 7766) and over TLS (RFC 7858): connections that are kept and shared.

Why kept: a handshake for each question costs more than the question, and one-shot TLS leaves sockets behind. Questions
are pipelined; answers find their question by id. `Streams` never raises for what a server does: it tells it as a
`LookError`.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ddns_tray.core.model import LookError, Transport
from ddns_tray.verify.queries import HEADER_OCTETS
from ddns_tray.verify.question import Received

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ddns_tray.core.ports import Clock
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.targets import Target

    Connect = Callable[..., Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

_IDLE = {Transport.TCP: 5.0, Transport.TLS: 75.0}
"""Seconds that an unused connection is kept."""
_NEXT_ADDRESS_AFTER = 0.25
"""Seconds until another address of a host is tried beside the first (RFC 8305 §5): IPv6 may lead nowhere."""
_QR = 0x80


class Streams:
    """All stream connections of a verifier, one for each target. `connect` opens them, as asyncio does."""

    def __init__(self, clock: Clock, connect: Connect = asyncio.open_connection) -> None:
        self._clock = clock
        self._connect = connect
        self._connections: dict[Target, _Connection] = {}
        self._opening: dict[Target, asyncio.Lock] = {}
        self._contexts: dict[str | None, ssl.SSLContext] = {}

    @property
    def open(self) -> int:
        """How many connections are held."""
        return len(self._connections)

    async def ask(self, target: Target, query: Query, timeout: float) -> Received:  # noqa: ASYNC109 - part of the answer
        """Ask over this target's connection, opening it if need be, within `timeout` seconds in all."""
        wire: bytes | None = None
        error: LookError | None = None
        started = self._clock.monotonic()
        try:
            async with asyncio.timeout(timeout):
                wire, started = await self._ask(target, query)
        except TimeoutError:
            error = LookError.TIMEOUT
        except ssl.SSLError:
            error = LookError.TLS
        except ConnectionRefusedError:
            error = LookError.PORT_CLOSED
        except (ConnectionError, asyncio.IncompleteReadError):
            error = LookError.CONNECTION_LOST
        except OSError:
            error = LookError.UNREACHABLE
        rtt = None if wire is None else self._clock.monotonic() - started
        return Received(self._clock.now(), target.transport, wire, rtt, error)

    def renew(self) -> None:
        """Open new connections from now on; questions on their way may still be answered on the old ones."""
        for connection in list(self._connections.values()):
            connection.retire()

    async def close(self) -> None:
        """Close every connection."""
        connections = list(self._connections.values())
        self._connections.clear()
        for connection in connections:
            await connection.close()

    async def _ask(self, target: Target, query: Query) -> tuple[bytes, float]:
        kept = self._connections.get(target)
        if kept is not None:
            # A server may close an idle connection at any time; that says nothing about this question.
            with contextlib.suppress(ConnectionError):
                return await self._ask_over(kept, query)
        return await self._ask_over(await self._connection(target), query)

    async def _ask_over(self, connection: _Connection, query: Query) -> tuple[bytes, float]:
        started = self._clock.monotonic()
        return await connection.ask(query), started

    async def _connection(self, target: Target) -> _Connection:
        lock = self._opening.setdefault(target, asyncio.Lock())
        async with lock:
            connection = self._connections.get(target)
            if connection is None:
                connection = await self._open(target)
                self._connections[target] = connection
        return connection

    async def _open(self, target: Target) -> _Connection:
        secure = target.transport is Transport.TLS
        reader, writer = await self._connect(
            target.host if target.endpoint is None else target.endpoint.address,
            target.port,
            ssl=await self._context(target.ca_file) if secure else None,
            server_hostname=target.host if secure else None,
            # (asyncio may lose a socket that is given up just when it connects, so only where there is a choice)
            happy_eyeballs_delay=_NEXT_ADDRESS_AFTER if target.endpoint is None else None,
        )

        def forget(connection: _Connection) -> None:
            if self._connections.get(target) is connection:
                del self._connections[target]

        return _Connection(reader, writer, _IDLE[target.transport], forget)

    async def _context(self, ca_file: str | None) -> ssl.SSLContext:
        """A context that checks certificates; reading the authorities takes milliseconds, so it is kept."""
        if ca_file not in self._contexts:
            try:
                self._contexts[ca_file] = await asyncio.to_thread(ssl.create_default_context, cafile=ca_file)
            except OSError as exc:  # the file of the authority cannot be read
                raise ssl.SSLError(*exc.args) from exc
        return self._contexts[ca_file]


@dataclass(slots=True, eq=False)
class _Connection:
    """One open connection and the questions on their way through it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    idle: float
    forget: Callable[[_Connection], None]
    waiting: dict[int, tuple[bytes, asyncio.Future[bytes]]] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None
    received: int = 0
    retired: bool = False
    receiver: asyncio.Task[None] = field(init=False)

    def __post_init__(self) -> None:
        self.receiver = asyncio.create_task(self._receive())

    async def ask(self, query: Query) -> bytes:
        """Send one question and wait for its answer; raises `ConnectionError` if the connection ends first."""
        if self.receiver.done():
            raise ConnectionResetError
        message_id = secrets.randbits(16)
        while message_id in self.waiting:
            message_id = secrets.randbits(16)
        wire = query.wire(message_id)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.waiting[message_id] = (query.question, answer)
        self._stop_timer()
        received = self.received
        try:
            self.writer.write(len(wire).to_bytes(2) + wire)
            await self.writer.drain()
            return await answer
        except asyncio.CancelledError:
            # Given up, and nothing came meanwhile: the line may be another one now, and TCP would go on hoping for a
            # quarter of an hour. What is on its way may still come; the next questions get a new connection.
            if self.received == received:
                self.retire()
            raise
        finally:
            del self.waiting[message_id]
            if not self.waiting and not self.receiver.done():
                self._start_timer()

    def retire(self) -> None:
        """Take no more questions, and close after the last of those that are on their way."""
        self.retired = True
        self.forget(self)
        self._stop_timer()
        if not self.waiting:
            self._start_timer()

    async def close(self) -> None:
        """Close and wait until it is closed."""
        self.receiver.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.receiver

    async def _receive(self) -> None:
        try:
            while True:
                size = int.from_bytes(await self.reader.readexactly(2))
                self._deliver(await self.reader.readexactly(size))
        except (OSError, asyncio.IncompleteReadError):
            pass  # told to whoever waits, below
        finally:
            self.forget(self)
            self._stop_timer()
            for _, answer in self.waiting.values():
                if not answer.done():
                    answer.set_exception(ConnectionResetError())
            # Messages have their length in front, so nobody needs TLS's farewell; some servers never send it.
            self.writer.transport.abort()
            with contextlib.suppress(OSError):
                await self.writer.wait_closed()

    def _deliver(self, wire: bytes) -> None:
        self.received += 1
        question, answer = self.waiting.get(int.from_bytes(wire[:2]), (b"", None))
        if answer is None or answer.done() or len(wire) < HEADER_OCTETS or not wire[2] & _QR:
            return
        echoed = wire[HEADER_OCTETS : HEADER_OCTETS + len(question)]
        if wire[4:6] == b"\x00\x00" or echoed.lower() == question.lower():
            answer.set_result(wire)

    def _start_timer(self) -> None:
        idle = 0.0 if self.retired else self.idle
        self.timer = asyncio.get_running_loop().call_later(idle, self.receiver.cancel)

    def _stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
