"""A real router whose outside address changes, and everything in the product that should notice."""

from __future__ import annotations

import asyncio
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import Family
from ddns_tray.detectors.natpmp import is_announcement
from ddns_tray.detectors.router_events import RouterWatch, announcements_socket
from ddns_tray.http import HttpxClient
from ddns_tray.system.clock import SystemClock
from ddns_tray.system.routes import default_routes
from tests.support.detecting import detector_of
from tests.support.igd import CLIENT, ROUTER, WAN, House, house, missing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.bed,
    pytest.mark.xdist_group("bed"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]
NEXT = "11.22.44.55"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as built:
        yield built


def listening(home: House, during: Callable[[RouterWatch, list[float]], Awaitable[None]]) -> list[float]:
    """Run a watch at the client, with what happens meanwhile, and return when the hints came."""

    async def main() -> list[float]:
        http, hints = HttpxClient(), []
        watch = RouterWatch(http, default_routes, SystemClock(), lambda: hints.append(time.monotonic()))
        running = asyncio.ensure_future(watch.run())
        try:
            await until(lambda: watch.working)
            await during(watch, hints)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await http.aclose()
        return hints

    return home.run(main)


async def until(condition: Callable[[], object], limit: float = 10.0) -> None:
    """Wait for something that this process does not do itself."""
    async with asyncio.timeout(limit):
        while not condition():  # noqa: ASYNC110 - another process has no event for us
            await asyncio.sleep(0.01)


def test_a_change_is_a_hint_at_once_and_the_look_after_it_sees_the_new_address(home: House) -> None:
    seen: list[object] = []

    async def during(_: RouterWatch, hints: list[float]) -> None:
        assert hints == []
        await asyncio.to_thread(home.drop_wan, WAN)
        await until(lambda: hints)
        hints.clear()
        started = time.monotonic()
        await asyncio.to_thread(home.add_wan, NEXT)
        await until(lambda: hints)
        seen.append(hints[0] - started)
        http = HttpxClient()
        found = await detector_of("router", http=http, routes=default_routes).detect(Family.IPV4)
        await http.aclose()
        seen.append(found.address)

    listening(home, during)
    delay, address = seen
    assert address == ip_address(NEXT)
    assert isinstance(delay, float)
    assert delay < 3


def test_a_router_that_starts_again_is_heard_again(home: House) -> None:
    async def during(watch: RouterWatch, hints: list[float]) -> None:
        await asyncio.to_thread(home.stop_daemon)
        await asyncio.to_thread(home.start_daemon)
        watch.moved()
        await until(lambda: not watch.working)
        await until(lambda: watch.working)
        hints.clear()
        await asyncio.to_thread(home.drop_wan, WAN)
        await until(lambda: hints)

    assert listening(home, during)


def test_announcements_are_heard_without_any_subscription(home: House) -> None:
    heard: list[bytes] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        with announcements_socket(CLIENT) as listener:
            await asyncio.to_thread(home.drop_wan, WAN)
            await asyncio.to_thread(home.add_wan, NEXT)
            async with asyncio.timeout(10):
                datagram, sender = await loop.sock_recvfrom(listener, 2048)
            assert sender[0] == ROUTER
            heard.append(datagram)

    home.run(main)
    assert all(is_announcement(each) for each in heard)


def test_without_a_router_that_speaks_nothing_is_heard_and_nothing_fails(tmp_path: Path) -> None:
    async def main(home: House) -> bool:
        http = HttpxClient()
        watch = RouterWatch(http, default_routes, SystemClock(), lambda: None)
        running = asyncio.ensure_future(watch.run())
        await asyncio.to_thread(home.drop_wan, WAN)
        watch.moved()
        await asyncio.sleep(0)
        alive = not running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await http.aclose()
        return alive

    with house(tmp_path) as home:
        home.stop_daemon()
        assert home.run(lambda: main(home))
