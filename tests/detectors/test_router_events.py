"""Hints: how many, and when. That routers cause them is shown with a real one in tests/bed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

import pytest

from ddns_tray.core.model import DefaultRoute, Family
from ddns_tray.detectors.router_events import BURST, REFILL, SECOND_LOOK, SPACING, RouterWatch, RouterWatches
from ddns_tray.http import HttpxClient
from tests.support.clock import FakeClock, settle

if TYPE_CHECKING:
    from collections.abc import Sequence


class Watched:
    """A watch without a router, and the times of its hints."""

    def __init__(self, *routes: Sequence[DefaultRoute]) -> None:
        self.clock = FakeClock()
        self.hints: list[float] = []
        self.asked = 0
        self.routes = list(routes) or [()]
        start = self.clock.monotonic()
        self.watch = RouterWatch(
            HttpxClient(), self._routes, self.clock, lambda: self.hints.append(self.clock.monotonic() - start)
        )

    def _routes(self) -> Sequence[DefaultRoute]:
        self.asked += 1
        return self.routes.pop(0) if len(self.routes) > 1 else self.routes[0]

    async def __aenter__(self) -> Self:
        self.running = asyncio.ensure_future(self.watch.run())
        await settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)


async def test_a_hint_comes_at_once_and_once_more_a_moment_later() -> None:
    async with Watched() as watched:
        watched.watch._hint("test")
        await watched.clock.advance(60)
    assert watched.hints == [0, pytest.approx(SPACING + SECOND_LOOK)]


async def test_a_later_message_is_a_hint_at_once_although_the_last_look_is_still_due() -> None:
    async with Watched() as watched:
        watched.watch._hint("test")
        await watched.clock.advance(1.5)
        watched.watch._hint("test")
        await watched.clock.advance(60)
    assert watched.hints == [0, pytest.approx(1.5), pytest.approx(1.5 + SPACING + SECOND_LOOK)]


async def test_a_storm_of_messages_is_a_few_hints() -> None:
    async with Watched() as watched:
        for _ in range(1000):
            watched.watch._hint("test")
            await watched.clock.advance(0.1)
        await watched.clock.advance(60)
    gaps = [later - earlier for earlier, later in zip(watched.hints, watched.hints[1:], strict=False)]
    assert len(watched.hints) <= 100 / REFILL + BURST + 2
    assert min(gaps) >= SPACING - 1e-6
    assert max(gaps) <= REFILL + SECOND_LOOK + 0.2


async def test_without_a_router_nobody_is_listened_to_until_the_network_changes() -> None:
    tunnel = DefaultRoute(Family.IPV4, "tun0", None)
    async with Watched((), (), (tunnel,)) as watched:
        for expected in (1, 2, 3):
            assert watched.asked == expected
            watched.watch.moved()
            await settle()
    assert watched.hints == []
    assert not watched.watch.working


async def test_the_routers_of_all_ways_are_listened_to() -> None:
    clock = FakeClock()
    asked: list[str] = []
    hints: list[float] = []

    def routes(name: str) -> Sequence[DefaultRoute]:
        asked.append(name)
        return ()

    ways = [lambda: routes("fibre"), lambda: routes("lte")]
    watches = RouterWatches(HttpxClient(), lambda: ways, clock, lambda: hints.append(clock.monotonic()))
    running = asyncio.ensure_future(watches.run())
    await settle()
    assert asked == ["fibre", "lte"]
    watches.moved()
    await settle()
    assert asked == ["fibre", "lte", "fibre", "lte"]
    watches.watches[1]._hint("test")
    await clock.advance(60)
    assert len(hints) == 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert running.cancelled()
