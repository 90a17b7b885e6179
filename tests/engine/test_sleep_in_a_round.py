"""The lid is closed in the middle of a round, or of a wish: what was seen before belongs to another day."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import Colour, Outcome
from ddns_tray.engine import Care, RoundRequest
from ddns_tray.engine.clock_steps import SleepWatch
from tests.support.clock import FakeClock, settle
from tests.support.engine_fakes import FIRST, HOME, SECOND, World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

NIGHT = 8 * 3600.0


@asynccontextmanager
async def running(world: World) -> AsyncIterator[World]:
    task = asyncio.ensure_future(world.engine.run())
    await settle()
    try:
        yield world
    finally:
        world.engine.stop()
        await world.clock.advance(10)
        await task


def sleeps_while_looking(world: World, on_wake: Callable[[], None]) -> None:
    """Let the machine sleep after the witnesses have answered and before anybody heard them, once."""
    world.verifier.on_heard.append(partial(_sleep, world, on_wake))


def sleeps_while_detecting(world: World, on_wake: Callable[[], None]) -> None:
    """The same, with what the sources said."""
    world.detectors[0].on_seen.append(partial(_sleep, world, on_wake))


def _sleep(world: World, on_wake: Callable[[], None]) -> None:
    world.clock.jump(NIGHT)
    on_wake()


async def test_what_was_seen_before_the_sleep_is_not_judged_after_it() -> None:
    async with running(World()) as world:
        world.verifier.shown[HOME] = ("1.1.1.1",)
        sleeps_while_looking(world, world.verifier.shown.clear)
        world.engine.check_now()
        forgotten = world.verifier.forgotten
        seen: list[Colour] = []
        world.engine.subscribe(lambda snapshot: seen.append(snapshot.colour))
        await world.clock.advance(1)
        assert set(seen) == {Colour.GREEN}
        assert world.engine.woke_at == world.clock.now() - 0.9
        await world.clock.advance(10)
        assert set(seen) == {Colour.GREEN}
        assert world.verifier.forgotten == forgotten + 1, "the network may be another one"


async def test_an_address_that_was_seen_before_the_sleep_is_not_written_after_it() -> None:
    async with running(World()) as world:
        world.see(SECOND)
        sleeps_while_detecting(world, lambda: world.see("8.8.4.5"))
        world.engine.check_now()
        await world.clock.advance(20)
        assert world.provider.writes == [(HOME, (FIRST,)), (HOME, ("8.8.4.5",))]


async def test_whoever_waits_for_an_update_waits_over_the_sleep() -> None:
    async with running(World()) as world:
        world.provider.content[HOME] = ("1.1.1.1",)
        sleeps_while_detecting(world, lambda: None)
        wish = asyncio.ensure_future(world.engine.update_now())
        await world.clock.advance(20)
        (result,) = await wish
        assert result.outcome is Outcome.UPDATED


async def test_a_single_round_is_done_once_more() -> None:
    world = World()
    sleeps_while_looking(world, lambda: None)
    running = asyncio.ensure_future(world.engine.run_once(RoundRequest()))
    await world.clock.advance(10)
    await running
    assert world.shown().colour is Colour.GREEN
    assert world.verifier.looks == 2


async def test_a_word_of_the_router_right_after_waking_hides_no_sleep() -> None:
    async with running(World()) as world:
        await world.clock.advance(10)
        world.verifier.shown[HOME] = ("1.1.1.1",)
        forgotten = world.verifier.forgotten
        world.clock.jump(NIGHT)
        woke = world.clock.now()
        world.engine.request(RoundRequest(observe=False, care=Care.HINT))
        await world.clock.advance(1)
        assert world.engine.woke_at == woke, "so that it stays quiet for a while"
        assert world.shown().colour is Colour.RED, "everything is looked at anew"
        assert world.verifier.forgotten == forgotten + 1


async def test_who_falls_asleep_again_right_after_waking_is_left_in_peace_as_well() -> None:
    async with running(World()) as world:
        await world.clock.advance(10)
        world.clock.jump(NIGHT)
        while world.engine.woke_at is None:
            await world.clock.advance(1)
        world.clock.jump(NIGHT)
        again = world.clock.now()
        await world.clock.advance(5)
        assert world.engine.woke_at >= again


async def test_who_falls_asleep_while_something_is_wanted_is_left_in_peace_as_well() -> None:
    async with running(World()) as world:
        await world.clock.advance(10)
        world.engine.request(RoundRequest())
        await world.clock.advance(0)
        world.clock.jump(NIGHT)
        woke, forgotten = world.clock.now(), world.verifier.forgotten
        await world.clock.advance(5)
        assert world.engine.woke_at is not None
        assert world.engine.woke_at >= woke
        assert world.verifier.forgotten == forgotten + 1


@pytest.mark.parametrize(
    ("passes", "counts", "slept"), [(NIGHT, True, True), (NIGHT, False, False), (60.0, True, False)]
)
async def test_a_sleep_is_told_from_a_clock_that_somebody_moves(*, passes: float, counts: bool, slept: bool) -> None:
    clock = FakeClock()
    asleep = 0.0
    watch = SleepWatch(clock, lambda: clock.monotonic() + asleep)
    if counts:
        asleep = passes
    clock.jump(passes)
    await clock.advance(300)
    assert watch.slept is slept
