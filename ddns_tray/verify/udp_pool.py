"""DNS over UDP with few sockets: the one piece of DNS transport that we write ourselves.

Why: dnspython opens a socket for each question, and shows a closed port as silence. Here a server has a few connected
sockets that are used again, so that the kernel drops what comes from elsewhere and hands us ICMP's "nobody listens".
A question may be repeated until its tries are used up, and an answer to any of the tries is good. How many questions
a server has open, and how many it gets in a second, is bounded here, tries that repeat a question included; time spent
waiting for a turn is not counted against the server. See docs/decisions/udp-pool.md.

This module does not say which answers are taken (`exchange` does), and does not read them.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.model import LookError
from ddns_tray.verify.exchange import Exchange, PoolServer, PoolSocket
from ddns_tray.verify.lots import Lots
from ddns_tray.verify.pace import Pace, rate_for
from ddns_tray.verify.targets import authority
from ddns_tray.verify.waits import Waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ddns_tray.core.ports import Chance, Clock
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.question import Received
    from ddns_tray.verify.targets import Endpoint, Target
    from ddns_tray.verify.udp_socket import Bind

_Parcel = tuple[Exchange, PoolSocket, bytes]
_CLOSED = (ConnectionRefusedError, ConnectionResetError)
"""How Linux and Windows say that a port is closed, at the next datagram or the next look."""


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
    """Sends questions and calls back. All methods belong to the thread of one event loop.

    `bind` binds each new socket to the way that leads to its server.
    """

    def __init__(
        self,
        clock: Clock,
        limits: PoolLimits = PoolLimits(),
        chance: Chance | None = None,
        bind: Bind | None = None,
    ) -> None:
        self.clock = clock
        self.limits = limits
        self.bind = bind
        self.counts = PoolCounts()
        self._chance: Chance = chance or random.Random()  # noqa: S311 - of pauses, not of secrets
        self._lots = Lots()
        self._waits: Waits[Exchange] = Waits()
        self._servers: dict[Endpoint, PoolServer] = {}
        self._sweep_timer: asyncio.TimerHandle | None = None
        self._asked: list[PoolServer] = []
        """Servers that somebody has asked in this turn of the loop."""
        self._parcels: list[_Parcel] = []
        """What is about to be sent."""

    def start(
        self, endpoint: Endpoint, query: Query, tries: Sequence[float], *, per_second: float | None = None
    ) -> asyncio.Future[Received]:
        """Ask as `ask` does; the future never holds an exception, and takes the question back when cancelled."""
        target = authority(endpoint.address, endpoint)
        exchange = self.ask(target, query, tries, per_second=per_second)
        future = asyncio.ensure_future(exchange.answered())
        future.add_done_callback(lambda _: exchange.abandon())
        return future

    def ask(
        self,
        target: Target,
        query: Query,
        tries: Sequence[float],
        *,
        per_second: float | None = None,
        at_last_try: Callable[[Exchange], None] | None = None,
    ) -> Exchange:
        """Ask, as soon as the server has a turn free.

        `tries` are the seconds to wait after each sending. `per_second` bounds the rate at this server, which is
        otherwise that of its kind. `at_last_try` is called when the last of several tries goes out, and may finish the
        exchange with something from elsewhere.
        """
        endpoint = target.endpoint
        assert endpoint is not None  # noqa: S101 - who is asked over UDP is known by an address
        server = self._servers.get(endpoint)
        if server is None:
            most = per_second or rate_for(endpoint.address, recursive=query.recursive)
            server = self._servers[endpoint] = PoolServer(endpoint, Pace(most, self._chance))
        elif per_second is not None:
            server.pace.limit(per_second)
        exchange = Exchange(self, server, target, query, tries)
        exchange.at_last_try = at_last_try
        if not server.waiting:
            self._pump_soon(server)
        server.waiting.append(exchange)
        return exchange

    @property
    def sockets(self) -> int:
        """How many are open."""
        return sum(len(server.sockets) + len(server.worn) for server in self._servers.values())

    def close_idle(self, idle: float | None = None) -> None:
        """Close sockets that have waited for nothing for `idle` seconds, and forget servers without any."""
        before = self.clock.monotonic() - (self.limits.idle if idle is None else idle)
        for endpoint, server in list(self._servers.items()):
            for socket in [s for s in server.sockets if not s.waiting and s.last_used <= before]:
                server.sockets.remove(socket)
                socket.close()
            if not (server.sockets or server.worn or server.waiting or server.again or server.open):
                del self._servers[endpoint]

    def renew(self) -> None:
        """Ask from new sockets from now on: what is on its way may still be answered at the old ones."""
        for server in self._servers.values():
            server.worn += [socket for socket in server.sockets if socket.waiting]
            server.sockets = [socket for socket in server.sockets if not socket.waiting]
        self.close_idle(0.0)

    def close(self) -> None:
        """End every open question as timed out, and close every socket."""
        if self._sweep_timer is not None:
            self._sweep_timer.cancel()
            self._sweep_timer = None
        servers, self._servers = list(self._servers.values()), {}
        for server in servers:
            queued = [*server.again, *server.waiting]
            server.again.clear()
            server.waiting.clear()
            for exchange in queued:
                exchange.fail(LookError.TIMEOUT)
            for socket in (*server.sockets, *server.worn):
                self._drop_socket(server, socket, LookError.TIMEOUT)
            if server.timer is not None:
                server.timer.cancel()
        self._waits.close()

    # --- turns ---------------------------------------------------------------------------------------------------

    def repeat(self, exchange: Exchange) -> None:
        """Take a further try of an open question into line, before all new ones."""
        exchange.server.again.append(exchange)
        self._pump_soon(exchange.server)

    def pump_after(self, server: PoolServer) -> None:
        """Go on with whoever waits, now that questions may have ended."""
        self._pump(server)
        self._post()

    def _pump_soon(self, server: PoolServer) -> None:
        """Go on with whoever waits, together with all else that is asked in this turn of the loop."""
        if not self._asked:
            asyncio.get_running_loop().call_soon(self._pump_asked)
        self._asked.append(server)

    def _pump_asked(self) -> None:
        servers, self._asked = self._asked, []
        for server in servers:
            self._pump(server)
        self._post()

    def _on_turn(self, server: PoolServer) -> None:
        server.timer = None
        self.pump_after(server)

    def _pump(self, server: PoolServer) -> None:
        """Prepare the next tries of whoever waits for a turn at this server, within its bounds."""
        if server.timer is not None:
            return
        again, waiting = server.again, server.waiting
        now = self.clock.monotonic()
        while again or (waiting and server.open < self.limits.open_per_server):
            line = again or waiting
            exchange = line[0]
            if exchange.ended:
                line.popleft()
                continue
            pause = server.pace.pause(now)
            if pause > 0:
                server.timer = asyncio.get_running_loop().call_later(pause, self._on_turn, server)
                return
            line.popleft()
            if not exchange.opened:
                exchange.opened = True
                server.open += 1
            self._begin_try(exchange, now)

    def _begin_try(self, exchange: Exchange, now: float) -> None:
        """Prepare the next try of an exchange, and wait for it."""
        self.put(exchange, now)
        if exchange.ended:  # there is no way
            return
        wait = exchange.tries[exchange.sent]
        exchange.sent += 1
        self._waits.start(wait, exchange)
        if 1 < exchange.sent == len(exchange.tries) and exchange.at_last_try is not None:
            exchange.at_last_try(exchange)

    # --- datagrams -----------------------------------------------------------------------------------------------

    def put(self, exchange: Exchange, now: float) -> None:
        """Prepare a datagram of an exchange; it goes out with the next `pump_after`."""
        server, query = exchange.server, exchange.query
        try:
            socket = self._socket(server)
        except OSError:
            exchange.fail(LookError.UNREACHABLE)
            return
        lots = self._lots.draw(query.size)
        message_id = lots[:2]
        while message_id in socket.waiting:
            message_id = self._lots.draw(2)
        question = query.question
        if not (server.folds_case or exchange.case_was_lost):
            question = (query.number ^ (int.from_bytes(lots[2:]) & query.case_mask)).to_bytes(query.size - 2)
        socket.uses += 1
        socket.last_used = now
        socket.waiting[message_id] = (exchange, question, now)
        exchange.attempts.append((socket, message_id))
        if socket.uses >= self.limits.uses:
            server.sockets.remove(socket)
            server.worn.append(socket)
        self._parcels.append((exchange, socket, message_id + query.head + question + query.tail))

    def _post(self) -> None:
        """Send what is prepared, without a pause: a datagram that comes alone costs the system twice as much."""
        while self._parcels:
            failed: set[PoolServer] = set()
            for is_second in (False, True):
                parcels, self._parcels = self._parcels, []
                for exchange, socket, error in self._send(parcels):
                    failed.add(exchange.server)
                    if not isinstance(error, _CLOSED):
                        exchange.fail(LookError.UNREACHABLE)
                    elif is_second:
                        self._drop_socket(exchange.server, socket, LookError.PORT_CLOSED)
                    else:
                        self._send_elsewhere(exchange.server, socket, parcels)
            for server in failed:
                self._pump(server)

    def _send(self, parcels: Sequence[_Parcel]) -> list[tuple[Exchange, PoolSocket, OSError]]:
        """Send all, and return what could not be sent."""
        failed = []
        for exchange, socket, wire in parcels:
            try:
                socket.send(wire)
            except BlockingIOError:
                pass  # the kernel's buffer is full; the next try may find room
            except OSError as exc:
                failed.append((exchange, socket, exc))
        self.counts.sent += len(parcels) - len(failed)
        return failed

    def _send_elsewhere(self, server: PoolServer, socket: PoolSocket, parcels: Iterable[_Parcel]) -> None:
        """Take another socket for what was to be sent from one that tells of a closed port.

        That may be the late word on an older question, so it must not cost those that just went out.
        """
        if socket not in server.sockets and socket not in server.worn:
            return  # it told so more than once
        sent_here = [(exchange, wire[:2]) for exchange, way, wire in parcels if way is socket and not exchange.ended]
        for _, message_id in sent_here:
            socket.waiting.pop(message_id, None)
        self._drop_socket(server, socket, LookError.PORT_CLOSED)
        for exchange, _ in sent_here:
            if not exchange.ended:  # with the socket goes whoever had an earlier try there
                self.put(exchange, self.clock.monotonic())

    # --- sockets -------------------------------------------------------------------------------------------------

    def _socket(self, server: PoolServer) -> PoolSocket:
        """A socket that waits for nothing, or a new one, or one after the other."""
        sockets = server.sockets
        for socket in sockets:
            if not socket.waiting:
                return socket
        if len(sockets) < self.limits.sockets_per_server:
            fresh = PoolSocket(self, server)
            sockets.append(fresh)
            self._arm_sweep()
            return fresh
        server.turn += 1
        return sockets[server.turn % len(sockets)]

    def _drop_socket(self, server: PoolServer, socket: PoolSocket, error: LookError) -> None:
        for kept in (server.sockets, server.worn):
            if socket in kept:
                kept.remove(socket)
        socket.close()
        for exchange, _, _ in list(socket.waiting.values()):
            exchange.fail(error)

    def on_socket_error(self, server: PoolServer, socket: PoolSocket, error: OSError) -> None:
        """An ICMP error came in: whatever this socket waits for will not come."""
        self._drop_socket(
            server, socket, LookError.PORT_CLOSED if isinstance(error, _CLOSED) else LookError.UNREACHABLE
        )
        self.pump_after(server)

    def _arm_sweep(self) -> None:
        if self._sweep_timer is None:
            self._sweep_timer = asyncio.get_running_loop().call_later(self.limits.idle, self._sweep)

    def _sweep(self) -> None:
        self._sweep_timer = None
        self.close_idle()
        if self.sockets:
            self._arm_sweep()
