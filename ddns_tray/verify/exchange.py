"""What the pool works with: a server, one question to it from the first try to the end, and a socket.

An answer is taken only if its source, its id and its question are those that we sent (RFC 5452); anything else is
counted and otherwise ignored, since reacting to it would let a forger end a question. See docs/decisions/udp-pool.md.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ddns_tray.core.model import LookError, Transport
from ddns_tray.verify.queries import HEADER_OCTETS
from ddns_tray.verify.question import Question, Received
from ddns_tray.verify.udp_socket import UdpSocket

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from ddns_tray.verify.pace import Pace
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.targets import Endpoint, Target
    from ddns_tray.verify.udp_pool import UdpPool

_QR = 0x80
_OPCODE = 0x78
_ONE_QUESTION = b"\x00\x01"
_RCODE = 0x0F
_MAY_LEAVE_OUT_THE_QUESTION = frozenset({1, 2, 4, 5})
"""FORMERR, SERVFAIL, NOTIMP, REFUSED: some servers then send a bare header."""


class PoolServer:
    """What is known about one endpoint. `again` are open questions to repeat, `waiting` those not sent yet."""

    __slots__ = (
        "again",
        "endpoint",
        "folds_case",
        "keeps_case",
        "open",
        "pace",
        "sockets",
        "timer",
        "turn",
        "waiting",
        "worn",
    )

    def __init__(self, endpoint: Endpoint, pace: Pace) -> None:
        self.endpoint = endpoint
        self.pace = pace
        self.sockets: list[PoolSocket] = []
        self.worn: list[PoolSocket] = []
        self.again: deque[Exchange] = deque()
        self.waiting: deque[Exchange] = deque()
        self.open = 0
        self.turn = 0
        self.keeps_case = False
        self.folds_case = False
        self.timer: asyncio.TimerHandle | None = None


class Exchange(Question):
    """One question at one server over UDP, from the first try to its end."""

    __slots__ = (
        "at_last_try",
        "attempts",
        "beside",
        "case_was_lost",
        "ended",
        "opened",
        "pool",
        "sent",
        "server",
    )

    at_last_try: Callable[[Exchange], None] | None

    def __init__(self, pool: UdpPool, server: PoolServer, target: Target, query: Query, tries: Sequence[float]) -> None:
        self.target = target
        self.query = query
        self.tries = tries
        self.received = None
        self._waiter = None
        self.pool = pool
        self.server = server
        self.attempts: list[tuple[PoolSocket, bytes]] = []
        self.sent = 0
        self.opened = False
        self.ended = False
        self.case_was_lost = False
        self.beside: asyncio.Task[None] | None = None
        """What was begun at the last try; it ends with the exchange."""

    def expire(self) -> None:
        """Take note that a try stayed without an answer: the next one, or the end."""
        socket, message_id = self.attempts[-1]
        self.server.pace.lost(socket.waiting[message_id][2], self.pool.clock.monotonic())
        if self.sent == len(self.tries):
            self.fail(LookError.TIMEOUT)
            self.pool.pump_after(self.server)
        else:
            self.pool.repeat(self)

    def fail(self, error: LookError) -> None:
        """End without an answer."""
        self.finish(Received(self.pool.clock.now(), Transport.UDP, error=error))

    def finish(self, received: Received) -> None:
        """End, once. The turn is given on with the pool's next `pump_after`."""
        if self.ended:
            return
        self._close()
        self.take(received)

    def finish_from_elsewhere(self, received: Received) -> None:
        """End with what another transport brought."""
        self.finish(received)
        self.pool.pump_after(self.server)

    def abandon(self) -> None:
        """Wait no longer; nobody wants to know."""
        if not self.ended:
            self._close()
            self.pool.pump_after(self.server)

    def _close(self) -> None:
        """Forget all tries, and close sockets that are worn out."""
        self.ended = True
        if self.beside is not None:
            self.beside.cancel()
        server = self.server
        for socket, message_id in self.attempts:
            socket.waiting.pop(message_id, None)
            if not socket.waiting and socket in server.worn:
                server.worn.remove(socket)
                socket.close()
        if self.opened:
            server.open -= 1


class PoolSocket(UdpSocket):
    """A socket of the pool, with what it waits for: exchange, question as sent, and when (monotonic), by message id."""

    __slots__ = ("_pool", "_server", "last_used", "uses", "waiting")

    def __init__(self, pool: UdpPool, server: PoolServer) -> None:
        self._pool = pool
        self._server = server
        self.waiting: dict[bytes, tuple[Exchange, bytes, float]] = {}
        self.uses = 0
        self.last_used = pool.clock.monotonic()
        super().__init__(server.endpoint.address, server.endpoint.port, pool.bind)

    def expected(self) -> int:
        """How many answers are not there yet."""
        return len(self.waiting)

    def on_datagrams(self, wires: Sequence[bytes]) -> None:
        """Match answers with their questions, and let others have the turns that became free."""
        pool, server, waiting = self._pool, self._server, self.waiting
        now, at = pool.clock.monotonic(), pool.clock.now()
        taken = 0
        for wire in wires:
            waited = waiting.get(wire[:2]) if len(wire) >= HEADER_OCTETS else None
            if waited is not None and self._answers(wire, waited[0], waited[1]):
                taken += 1
                waited[0].finish(Received(at, Transport.UDP, wire, now - waited[2]))
        if taken:
            server.pace.answered(now)
        pool.counts.received += taken
        pool.counts.ignored += len(wires) - taken
        pool.pump_after(server)

    def on_error(self, error: OSError) -> None:
        """Hand an ICMP error to the pool."""
        self._pool.on_socket_error(self._server, self, error)

    def _answers(self, wire: bytes, exchange: Exchange, question: bytes) -> bool:
        if wire[2] & (_QR | _OPCODE) != _QR:
            return False
        if wire[4:6] != _ONE_QUESTION:
            return wire[4:6] == b"\x00\x00" and (wire[3] & _RCODE) in _MAY_LEAVE_OUT_THE_QUESTION
        if wire.startswith(question, HEADER_OCTETS):
            if not self._server.keeps_case:
                if question != exchange.query.question:
                    self._server.keeps_case = True
                elif exchange.case_was_lost:
                    self._server.folds_case = True  # twice, under two ids: it is its way
            return True
        echoed = wire[HEADER_OCTETS : HEADER_OCTETS + len(question)]
        return echoed.lower() == exchange.query.question.lower() and self._case_may_be_lost(exchange)

    def _case_may_be_lost(self, exchange: Exchange) -> bool:
        """Some servers lose case; so may a forger with the id. Ask in lower case: at once, if it may be its way."""
        if self._server.folds_case:
            return True
        if not exchange.case_was_lost:
            exchange.case_was_lost = True
            if not self._server.keeps_case:
                self._pool.put(exchange, self._pool.clock.monotonic())
        return False
