"""What the router says by itself when its address changes: UPnP events (GENA) and NAT-PMP or PCP announcements.

All of it is a hint and never an address: an event may come before the change and carry the old address, and anybody in
the house can forge one. So the only effect is to look again, at once and a moment later, and never too often. Without
a router that tells, or with a firewall in between, nothing is lost: the schedule looks as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from typing import TYPE_CHECKING

from ddns_tray.core.errors import DdnsTrayError
from ddns_tray.detectors.datagram import heard
from ddns_tray.detectors.gena import CallbackServer, Subscription, subscribe
from ddns_tray.detectors.natpmp import ANNOUNCEMENTS_GROUP, ANNOUNCEMENTS_PORT, is_announcement
from ddns_tray.detectors.router import connections_of, default_router
from ddns_tray.detectors.ssdp import local_address_towards

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from ddns_tray.core.model import DefaultRoute
    from ddns_tray.core.ports import Clock, HttpClient

log = logging.getLogger(__name__)

SPACING = 0.05
"""Seconds between two hints: a router says one thing in several ways at once."""
BURST, REFILL = 20.0, 1.0
"""So many hints may come in quick succession; in the long run one in so many seconds."""
SECOND_LOOK = 2.0
"""Seconds after the last hint at which to look once more, since an event may be ahead of what it tells."""
FIRST_RETRY, LONGEST_RETRY = 15.0, 3600.0
_FIND_SECONDS = 5.0
_ASK_AGAIN_FOR_A_ROUTER = 60.0


class RouterWatch:
    """Listens to the default router; `on_hint` is called in the loop, and should return at once."""

    def __init__(
        self,
        http: HttpClient,
        routes: Callable[[], Sequence[DefaultRoute]],
        clock: Clock,
        on_hint: Callable[[], None],
    ) -> None:
        self._http = http
        self._routes = routes
        self._clock = clock
        self._on_hint = on_hint
        self._moved = asyncio.Event()
        self._hinted = asyncio.Event()
        self.working = False
        """Whether the router has proven that its events reach us: it sends one with every subscription."""

    def moved(self) -> None:
        """Say that our own network has changed: another router may be there."""
        self._moved.set()

    async def run(self) -> None:
        """Listen until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pass_on())
            while True:
                self._moved.clear()
                listening = [group.create_task(each) for each in self._listeners()]
                try:
                    await self._wait_for_a_move(forever=bool(listening))
                finally:
                    self.working = False
                    for task in listening:
                        task.cancel()
                    await asyncio.gather(*listening, return_exceptions=True)

    def _listeners(self) -> list[Coroutine[object, object, None]]:
        try:
            router = default_router(self._routes)
        except DdnsTrayError as exc:
            log.debug("%s", exc)
            return []
        return [self._hear_announcements(router), self._hear_events(router)]

    async def _wait_for_a_move(self, *, forever: bool) -> None:
        if forever:
            await self._moved.wait()
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ASK_AGAIN_FOR_A_ROUTER):
                await self._moved.wait()

    # --- hints ---

    def _hint(self, why: str) -> None:
        log.debug("the router says: %s", why)
        self._hinted.set()

    async def _pass_on(self) -> None:
        """Turn messages into hints: at once as long as there are not too many, and one more when it is quiet."""
        left, counted = BURST, self._clock.monotonic()
        while True:
            await self._hinted.wait()
            while self._hinted.is_set():
                now = self._clock.monotonic()
                left, counted = min(BURST, left + (now - counted) / REFILL), now
                if left < 1:
                    await self._clock.sleep((1 - left) * REFILL)
                    continue
                left -= 1
                self._hinted.clear()
                self._on_hint()
                await self._clock.sleep(SPACING)
                await self._quiet_for(SECOND_LOOK)
            self._on_hint()

    async def _quiet_for(self, seconds: float) -> None:
        """Return after this time, or as soon as there is another message."""
        resting = asyncio.ensure_future(self._clock.sleep(seconds))
        hinted = asyncio.ensure_future(self._hinted.wait())
        try:
            await asyncio.wait((resting, hinted), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (resting, hinted):
                task.cancel()
            await asyncio.gather(resting, hinted, return_exceptions=True)

    # --- NAT-PMP and PCP ---

    async def _hear_announcements(self, router: str) -> None:
        try:
            with announcements_socket(local_address_towards(router)) as listener:
                while True:
                    datagram, sender = await heard(listener)
                    if sender == router and is_announcement(datagram):
                        self._hint("announcement")
        except OSError as exc:
            log.debug("announcements cannot be heard: %s", exc)

    # --- UPnP ---

    async def _hear_events(self, router: str) -> None:
        retry = FIRST_RETRY
        while True:
            try:
                subscribed = await self._subscribe(router)
            except (DdnsTrayError, OSError) as exc:
                log.debug("no events from the router: %s", exc)
                await self._clock.sleep(retry)
                retry = min(2 * retry, LONGEST_RETRY)
                continue
            retry = FIRST_RETRY
            async with subscribed:
                await subscribed.keep()
            self.working = False
            self._hint("the subscription ended")  # it has started again, perhaps with another address
            await self._clock.sleep(retry)

    async def _subscribe(self, router: str) -> Subscription:
        connections = await connections_of(self._http, router, _FIND_SECONDS)
        urls = [each.event_url for each in connections if each.event_url]
        server = CallbackServer(local_address_towards(router), router, self._on_event)
        return await subscribe(self._http, self._clock, server, urls)

    def _on_event(self, *, first: bool) -> None:
        """Take an event; the first of a subscription tells how things are, and proves that events arrive."""
        self.working = True
        if not first:
            self._hint("event")


class RouterWatches:
    """Listens to the routers of several ways to the world; `ways` tells, when it begins, the routes of each."""

    def __init__(
        self,
        http: HttpClient,
        ways: Callable[[], Sequence[Callable[[], Sequence[DefaultRoute]]]],
        clock: Clock,
        on_hint: Callable[[], None],
    ) -> None:
        self._http = http
        self._ways = ways
        self._clock = clock
        self._on_hint = on_hint
        self.watches: tuple[RouterWatch, ...] = ()

    @property
    def working(self) -> bool:
        """Whether every one of these routers tells when its address changes."""
        return bool(self.watches) and all(watch.working for watch in self.watches)

    def moved(self) -> None:
        """Say that our own network has changed: other routers may be there."""
        for watch in self.watches:
            watch.moved()

    async def run(self) -> None:
        """Listen until cancelled."""
        self.watches = tuple(RouterWatch(self._http, routes, self._clock, self._on_hint) for routes in self._ways())
        async with asyncio.TaskGroup() as group:
            for watch in self.watches:
                group.create_task(watch.run())


def announcements_socket(local: str) -> socket.socket:
    """Return a socket that hears what routers tell everybody in the house. Raises `OSError`."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "darwin":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("", ANNOUNCEMENTS_PORT))
        membership = socket.inet_aton(ANNOUNCEMENTS_GROUP) + socket.inet_aton(local)
        listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    except BaseException:
        listener.close()
        raise
    return listener
