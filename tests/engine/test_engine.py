from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.model import Colour, Outcome, Phase
from ddns_tray.core.text import text
from ddns_tray.engine import RoundRequest
from tests.support.clock import settle
from tests.support.engine_fakes import FIRST, HOME, SECOND, World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from ddns_tray.core.model import Snapshot


@asynccontextmanager
async def running(world: World) -> AsyncIterator[World]:
    task = asyncio.get_running_loop().create_task(world.engine.run())
    await settle()
    try:
        yield world
    finally:
        world.engine.stop()
        await world.clock.advance(1)
        await task
        await world.engine.aclose()


async def test_the_engine_starts_with_a_round_and_goes_on_by_itself() -> None:
    async with running(World()) as world:
        assert world.shown().colour is Colour.GREEN
        assert world.shown().phase is Phase.IDLE
        assert world.verifier.looks == 1
        await world.clock.advance(600)
        assert 9 <= world.verifier.looks <= 12
    assert world.shown().phase is Phase.STOPPED
    assert world.provider.closed
    assert world.verifier.closed


async def test_wishes_in_quick_succession_are_one_round() -> None:
    async with running(World()) as world:
        for _ in range(20):
            world.engine.check_now()
        await world.clock.advance(2)
        assert world.verifier.looks == 2


async def test_update_now_tells_what_became_of_it() -> None:
    async with running(World()) as world:
        world.provider.content[HOME] = ("1.1.1.1",)
        wish = asyncio.get_running_loop().create_task(world.engine.update_now())
        await world.clock.advance(1)
        (result,) = await wish
        assert result.outcome is Outcome.UPDATED
        assert world.provider.content[HOME] == (FIRST,)


async def test_update_now_of_another_name_leaves_this_one_alone() -> None:
    async with running(World()) as world:
        reads = world.provider.reads
        wish = asyncio.get_running_loop().create_task(world.engine.update_now(["other.example.org"]))
        await world.clock.advance(1)
        assert await wish == ()
        assert world.provider.reads == reads


async def test_nobody_waits_for_an_engine_that_has_stopped() -> None:
    world = World()
    task = asyncio.get_running_loop().create_task(world.engine.run())
    await settle()
    waiting = asyncio.get_running_loop().create_task(world.engine.update_now())
    await settle(1)
    world.engine.stop()
    await world.clock.advance(1)
    await task
    assert isinstance(await waiting, tuple)
    await world.engine.aclose()


async def test_paused_means_no_look_and_no_write_until_the_time_comes() -> None:
    async with running(World()) as world:
        world.engine.pause(world.clock.now() + 3600)
        assert world.shown().phase is Phase.PAUSED
        assert world.shown().colour is Colour.GREY
        world.see(SECOND)
        await world.clock.advance(3500)
        assert world.verifier.looks == 1
        assert world.provider.content[HOME] == (FIRST,)
        await world.clock.advance(200)
        assert world.provider.content[HOME] == (SECOND,)
        assert world.shown().phase is Phase.IDLE


async def test_paused_until_resumed() -> None:
    async with running(World()) as world:
        world.engine.pause()
        await world.clock.advance(86400)
        assert world.verifier.looks == 1
        world.engine.resume()
        await world.clock.advance(1)
        assert world.verifier.looks == 2
        assert world.shown().paused_until is None


async def test_after_sleep_the_world_is_looked_at_anew() -> None:
    async with running(World()) as world:
        await world.clock.advance(30)
        looks = world.verifier.looks
        world.clock.jump(8 * 3600)
        world.see(SECOND)
        await world.clock.advance(75)
        assert world.verifier.looks > looks
        assert world.verifier.forgotten == 1
        assert world.engine.woke_at is not None
        assert world.provider.content[HOME] == (SECOND,)


async def test_a_clock_set_back_by_an_hour_does_not_stop_the_rounds() -> None:
    async with running(World()) as world:
        await world.clock.advance(30)
        world.clock.jump(-3600)
        looks = world.verifier.looks
        await world.clock.advance(300)
        assert world.verifier.looks >= looks + 3


async def test_a_subscriber_that_fails_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    seen: list[Snapshot] = []

    def broken(snapshot: Snapshot) -> None:
        raise RuntimeError(snapshot.phase)

    world.engine.subscribe(broken)
    stop = world.engine.subscribe(seen.append)
    async with running(world):
        assert seen[-1].colour is Colour.GREEN
        assert "a subscriber failed" in caplog.text
        stop()
        count = len(seen)
        world.engine.check_now()
        await world.clock.advance(1)
        assert len(seen) == count


async def test_a_fault_of_our_own_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    def faulty() -> None:
        raise ZeroDivisionError

    world = World()
    world.verifier.on_look.append(faulty)
    async with running(world):
        assert "fault of our own" in caplog.text
        await world.clock.advance(60)
        assert world.shown().colour is Colour.GREEN


async def test_new_settings_are_taken_between_rounds() -> None:
    async with running(World()) as world:
        world.records = ()
        await world.engine.reconfigure(world.setup())
        await world.clock.advance(1)
        assert world.shown().records == ()
        assert world.shown().colour is Colour.GREY


async def test_troubles_of_the_whole_are_shown_and_go_away() -> None:
    world = World()
    trouble = ConfigError(text("Line 3 cannot be read.")).problem
    world.engine.set_problems([trouble])
    assert world.shown().problems == (trouble,)
    world.engine.set_problems([])
    assert world.shown().problems == ()


def test_wishes_merge_to_the_wider_one() -> None:
    some = RoundRequest(update=True, names=("a.example",))
    every = RoundRequest(update=True)
    look = RoundRequest(detect=False, write=False)
    assert some.merged(RoundRequest(update=True, names=("b.example",))).names == ("a.example", "b.example")
    assert some.merged(every).names == ()
    assert look.merged(some) == RoundRequest(update=True, names=("a.example",))
    assert look.merged(look).write is False
