"""DNS over UDP with few sockets: the one piece of DNS transport that we write ourselves.

Why: dnspython opens a socket for each question, and shows a closed port as silence. Here a server has a few connected
sockets that are used again, so that the kernel drops what comes from elsewhere and hands us ICMP's "nobody listens".
A question may be repeated until its tries are used up, and an answer to any of the tries is good. How many questions
a server has open, and how many it gets in a second, is bounded here, and time spent waiting for a turn is not counted
against the server. See docs/decisions/udp-pool.md.

An answer is taken only if its source, its id and its question are those that we sent (RFC 5452); anything else is
counted and otherwise ignored, since reacting to it would let a forger end a question. This module does not read
answers.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ddns_tray.core.model import LookError, Transport
from ddns_tray.verify.queries import HEADER_OCTETS
from ddns_tray.verify.udp_socket import UdpSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ddns_tray.core.ports import Clock
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.targets import Endpoint

_QR = 0x80
_OPCODE = 0x78
_RCODE = 0x0F
_MAY_LEAVE_OUT_THE_QUESTION = frozenset({1, 2, 4, 5})
"""FORMERR, SERVFAIL, NOTIMP, REFUSED: some servers then send a bare header."""


@dataclass(frozen=True, slots=True)
class Received:
    """The end of one question: octets, or the reason why there are none. `at` is wall time, `rtt` in seconds."""

    at: float
    transport: Transport
    wire: bytes | None = None
    rtt: float | None = None
    error: LookError | None = None


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """`idle` is in seconds; a socket that has been used `uses` times makes room for one with another port."""

    sockets_per_server: int = 2
    open_per_server: int = 32
    uses: int = 1000
    idle: float = 30.0


@dataclass(slots=True)
class PoolCounts:
    """What happened since the start. `ignored` are datagrams with a wrong id, question or shape."""

    sent: int = 0
    received: int = 0
    ignored: int = 0


class UdpPool:
    """Sends questions and gives back futures. All methods belong to the thread of one event loop."""

    def __init__(self, clock: Clock, limits: PoolLimits = PoolLimits()) -> None:
        self.clock = clock
        self.limits = limits
        self.counts = PoolCounts()
        self._servers: dict[Endpoint, _Server] = {}
        self._sweep_timer: asyncio.TimerHandle | None = None

    def start(
        self,
        endpoint: Endpoint,
        query: Query,
        tries: Sequence[float],
        *,
        per_second: float | None = None,
        at_last_try: Callable[[asyncio.Future[Received]], None] | None = None,
    ) -> asyncio.Future[Received]:
        """Ask, as soon as the server has a turn free; the future never holds an exception.

        `tries` are the seconds to wait after each sending. `per_second` bounds the rate at this server.
        `at_last_try` is called with the future when the last of several tries goes out, and may give it a result from
        elsewhere.
        """
        loop = asyncio.get_running_loop()
        server = self._servers.get(endpoint)
        if server is None:
            server = self._servers[endpoint] = _Server(endpoint)
        exchange = _Exchange(self, server, query, tries, loop.create_future(), at_last_try)
        exchange.future.add_done_callback(exchange.on_done)
        server.per_second = per_second
        server.waiting.append(exchange)
        self._pump(server)
        return exchange.future

    @property
    def sockets(self) -> int:
        """How many are open."""
        return sum(len(server.sockets) for server in self._servers.values())

    def close_idle(self, idle: float | None = None) -> None:
        """Close sockets that have waited for nothing for `idle` seconds, and forget servers without any."""
        before = self.clock.monotonic() - (self.limits.idle if idle is None else idle)
        for endpoint, server in list(self._servers.items()):
            for socket in [s for s in server.sockets if not s.waiting and s.last_used <= before]:
                server.sockets.remove(socket)
                socket.close()
            if not server.sockets and not server.waiting and not server.open:
                del self._servers[endpoint]

    def close(self) -> None:
        """End every open question as timed out, and close every socket."""
        if self._sweep_timer is not None:
            self._sweep_timer.cancel()
            self._sweep_timer = None
        for server in self._servers.values():
            queued = list(server.waiting)
            server.waiting.clear()
            for exchange in queued:
                exchange.finish(None, LookError.TIMEOUT)
            for socket in list(server.sockets):
                self._drop_socket(server, socket, LookError.TIMEOUT)
        self._servers.clear()

    # --- turns ---------------------------------------------------------------------------------------------------

    def _pump(self, server: _Server) -> None:
        """Send for whoever waits for a turn at this server, within its bounds."""
        while server.waiting and server.open < self.limits.open_per_server:
            if server.waiting[0].future.done():
                server.waiting.popleft()
                continue
            pause = server.pause(self.clock.monotonic())
            if pause > 0:
                if server.timer is None:
                    server.timer = asyncio.get_running_loop().call_later(pause, self._on_turn, server)
                return
            exchange = server.waiting.popleft()
            server.open += 1
            exchange.opened = True
            exchange.send()

    def _on_turn(self, server: _Server) -> None:
        server.timer = None
        self._pump(server)

    # --- sockets -------------------------------------------------------------------------------------------------

    def send(self, exchange: _Exchange) -> LookError | None:
        """Put one try of an exchange on the wire; gives the reason if that is not possible."""
        server = exchange.server
        for _ in range(2):  # a second time if the first meets the late ICMP error of an older question
            try:
                socket = self._socket(server)
            except OSError:
                return LookError.UNREACHABLE
            message_id = secrets.randbits(16)
            while message_id in socket.waiting:
                message_id = secrets.randbits(16)
            attempt = _Attempt(exchange, exchange.next_question(server), self.clock.monotonic())
            try:
                socket.send(exchange.query.wire(message_id, attempt.question))
            except BlockingIOError:
                pass  # the kernel's buffer is full; the next try may find room
            except ConnectionRefusedError:
                self._drop_socket(server, socket, LookError.PORT_CLOSED)
                continue
            except OSError:
                return LookError.UNREACHABLE
            self.counts.sent += 1
            socket.uses += 1
            socket.last_used = attempt.sent_at
            socket.waiting[message_id] = attempt
            exchange.attempts.append((socket, message_id))
            return None
        return LookError.PORT_CLOSED

    def _socket(self, server: _Server) -> _PoolSocket:
        usable = [socket for socket in server.sockets if socket.uses < self.limits.uses]
        idle = next((socket for socket in usable if not socket.waiting), None)
        if idle is not None:
            return idle
        if len(usable) < self.limits.sockets_per_server:
            fresh = _PoolSocket(self, server)
            server.sockets.append(fresh)
            self._arm_sweep()
            return fresh
        return usable[next(server.turn) % len(usable)]

    def _drop_socket(self, server: _Server, socket: _PoolSocket, error: LookError) -> None:
        if socket in server.sockets:
            server.sockets.remove(socket)
        socket.close()
        for attempt in list(socket.waiting.values()):
            attempt.exchange.finish(None, error)

    def on_socket_error(self, server: _Server, socket: _PoolSocket, error: OSError) -> None:
        """An ICMP error came in: whatever this socket waits for will not come."""
        closed = isinstance(error, ConnectionRefusedError | ConnectionResetError)
        self._drop_socket(server, socket, LookError.PORT_CLOSED if closed else LookError.UNREACHABLE)

    def on_exchange_done(self, exchange: _Exchange) -> None:
        """Give the turn of an ended question to the next one, and close sockets that are worn out."""
        server = exchange.server
        for socket, message_id in exchange.attempts:
            socket.waiting.pop(message_id, None)
            if socket.uses >= self.limits.uses and not socket.waiting and socket in server.sockets:
                server.sockets.remove(socket)
                socket.close()
        if exchange.opened:
            server.open -= 1
            if server.waiting:
                self._pump(server)

    def _arm_sweep(self) -> None:
        if self._sweep_timer is None:
            self._sweep_timer = asyncio.get_running_loop().call_later(self.limits.idle, self._sweep)

    def _sweep(self) -> None:
        self._sweep_timer = None
        self.close_idle()
        if self.sockets:
            self._arm_sweep()


@dataclass(slots=True, eq=False)
class _Server:
    """What is known about one endpoint."""

    endpoint: Endpoint
    sockets: list[_PoolSocket] = field(default_factory=list)
    waiting: deque[_Exchange] = field(default_factory=deque)
    open: int = 0
    keeps_case: bool = False
    folds_case: bool = False
    per_second: float | None = None
    next_turn: float = 0.0
    timer: asyncio.TimerHandle | None = None
    turn: itertools.count[int] = field(default_factory=itertools.count)

    def pause(self, now: float) -> float:
        """Seconds until the next question may go out; 0 takes the turn. A tenth of a second's worth may go at once."""
        if self.per_second is None:
            return 0.0
        earliest = max(self.next_turn, now - 0.1)
        if earliest > now:
            return earliest - now
        self.next_turn = earliest + 1.0 / self.per_second
        return 0.0


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One sending of one exchange."""

    exchange: _Exchange
    question: bytes
    sent_at: float


@dataclass(slots=True, eq=False)
class _Exchange:
    """One question at one server, from the first try to its end."""

    pool: UdpPool
    server: _Server
    query: Query
    tries: Sequence[float]
    future: asyncio.Future[Received]
    at_last_try: Callable[[asyncio.Future[Received]], None] | None
    attempts: list[tuple[_PoolSocket, int]] = field(default_factory=list)
    sent: int = 0
    timer: asyncio.TimerHandle | None = None
    opened: bool = False
    case_was_lost: bool = False

    def next_question(self, server: _Server) -> bytes:
        """The question as it goes out now: in random case, unless this server is known not to keep it."""
        plain = server.folds_case or self.case_was_lost
        return self.query.question if plain else self.query.question_in_random_case()

    def send(self) -> None:
        """Send the next try, or end with a time-out if there is none left."""
        self.timer = None
        if self.future.done():
            return
        if self.sent == len(self.tries):
            self.finish(None, LookError.TIMEOUT)
            return
        error = self.pool.send(self)
        if error is not None:
            self.finish(None, error)
            return
        wait = self.tries[self.sent]
        self.sent += 1
        self.timer = self.future.get_loop().call_later(wait, self.send)
        if 1 < self.sent == len(self.tries) and self.at_last_try is not None:
            self.at_last_try(self.future)

    def finish(self, wire: bytes | None, error: LookError | None, rtt: float | None = None) -> None:
        """Give the future its result, once."""
        if not self.future.done():
            self.future.set_result(Received(self.pool.clock.now(), Transport.UDP, wire, rtt, error))

    def on_done(self, _future: asyncio.Future[Received]) -> None:
        """Clean up, however the future ended (cancelled ones too)."""
        if self.timer is not None:
            self.timer.cancel()
        self.pool.on_exchange_done(self)


class _PoolSocket(UdpSocket):
    """A socket of the pool, with what it waits for."""

    __slots__ = ("_pool", "_server", "last_used", "uses", "waiting")

    def __init__(self, pool: UdpPool, server: _Server) -> None:
        self._pool = pool
        self._server = server
        self.waiting: dict[int, _Attempt] = {}
        self.uses = 0
        self.last_used = pool.clock.monotonic()
        super().__init__(server.endpoint.address, server.endpoint.port)

    def on_datagram(self, wire: bytes) -> bool:
        """Match an answer with its question. Returns whether this socket waits for more."""
        attempt = self.waiting.get(int.from_bytes(wire[:2])) if len(wire) >= HEADER_OCTETS else None
        if attempt is None or not self._answers(wire, attempt):
            self._pool.counts.ignored += 1
            return True
        self._pool.counts.received += 1
        attempt.exchange.finish(wire, None, self._pool.clock.monotonic() - attempt.sent_at)
        # The exchange leaves `waiting` in its done callback, one turn of the loop later.
        return len(self.waiting) > 1

    def on_error(self, error: OSError) -> None:
        """Hand an ICMP error to the pool."""
        self._pool.on_socket_error(self._server, self, error)

    def _answers(self, wire: bytes, attempt: _Attempt) -> bool:
        if not wire[2] & _QR or wire[2] & _OPCODE:
            return False
        if wire[4:6] != b"\x00\x01":
            return wire[4:6] == b"\x00\x00" and (wire[3] & _RCODE) in _MAY_LEAVE_OUT_THE_QUESTION
        echoed = wire[HEADER_OCTETS : HEADER_OCTETS + len(attempt.question)]
        if echoed == attempt.question:
            if attempt.question != attempt.exchange.query.question:
                self._server.keeps_case = True
            return True
        return echoed.lower() == attempt.exchange.query.question.lower() and self._case_may_be_lost(attempt)

    def _case_may_be_lost(self, attempt: _Attempt) -> bool:
        """Some servers do not keep case, and are believed; from one that did, it is a forger or another machine."""
        if self._server.keeps_case:
            attempt.exchange.case_was_lost = True  # so the next try goes out in lower case
            return False
        self._server.folds_case = True
        return True
