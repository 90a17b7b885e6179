"""A wall clock that is moved just after a change makes nothing overdue, and nothing green too early."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from ddns_tray.core.errors import ProblemCode, RateLimited
from ddns_tray.core.model import Colour, VerdictKind
from ddns_tray.core.text import text
from ddns_tray.engine import Engine, RoundRequest
from ddns_tray.engine.clock_steps import ClockSteps
from ddns_tray.system.clock import elapsed
from tests.support.clock import FakeClock
from tests.support.engine_fakes import FIRST, HOME, SECOND, World

ROUND = RoundRequest()
HOUR = 3600.0


class Changing(World):
    """The resolvers keep what they knew when `freeze` was called, for a minute."""

    def __init__(self, *, tells: bool = True) -> None:
        super().__init__()
        self.tells = tells
        self.engine = self.new_engine()

    def new_engine(self) -> Engine:
        told = self.clock.monotonic if getattr(self, "tells", False) else None
        setup = replace(self.setup(), elapsed=told)
        return Engine(setup, clock=self.clock, chance=random.Random(1), memory=self.memory)


async def changed(world: Changing) -> float:
    """FIRST was proven everywhere; SECOND was just written, and resolvers still hold FIRST."""
    await world.engine.run_once(ROUND)
    await world.clock.advance(120)
    await world.engine.run_once(ROUND)
    assert world.shown().colour is Colour.GREEN
    world.see(SECOND)
    world.verifier.resolvers_hold[HOME] = (FIRST,)
    await world.engine.run_once(ROUND)
    verdict = world.shown().records[0].verdict
    assert verdict.kind is VerdictKind.PROPAGATING
    assert verdict.deadline is not None
    return verdict.deadline - world.clock.now()


@pytest.mark.parametrize("step", [HOUR, -HOUR, 86_400.0, -86_400.0])
async def test_a_moved_clock_leaves_the_countdown_where_it_was(step: float) -> None:
    world = Changing()
    left = await changed(world)
    world.clock.jump(step)
    await world.clock.advance(10)
    await world.engine.run_once(ROUND)
    verdict = world.shown().records[0].verdict
    assert verdict.kind is VerdictKind.PROPAGATING
    assert verdict.deadline is not None
    assert verdict.deadline - world.clock.now() == pytest.approx(left - 10)
    assert world.memory.kept[HOME].written_at == pytest.approx(world.clock.now() - 10)


async def test_after_the_time_is_over_on_the_moved_clock_it_is_over() -> None:
    world = Changing()
    left = await changed(world)
    world.clock.jump(HOUR)
    await world.clock.advance(left + 1)
    await world.engine.run_once(ROUND)
    assert world.shown().records[0].verdict.kind is VerdictKind.OVERDUE


async def test_without_a_second_clock_only_the_wall_clock_counts() -> None:
    world = Changing(tells=False)
    await changed(world)
    world.clock.jump(HOUR)
    await world.engine.run_once(ROUND)
    assert world.shown().records[0].verdict.kind is VerdictKind.OVERDUE


async def test_a_sleeping_machine_is_no_moved_clock() -> None:
    clock = FakeClock()
    asleep = 0.0
    steps = ClockSteps(clock, lambda: clock.monotonic() + asleep)
    await clock.advance(5)
    assert steps.take() == 0.0
    clock.jump(HOUR)
    asleep += HOUR
    assert steps.take() == 0.0
    clock.jump(1.0)
    assert steps.take() == 0.0
    clock.jump(-HOUR)
    assert steps.take() == -HOUR
    assert steps.take() == 0.0


def test_the_systems_second_clock_runs_like_the_first() -> None:
    def read() -> tuple[float, float, float]:
        return time.monotonic(), elapsed(), time.monotonic()

    earliest, first, latest = read()
    while elapsed() - first < 0.02:
        pass
    soonest, second, last = read()
    assert soonest - latest - 0.001 <= second - first <= last - earliest + 0.001


@pytest.mark.parametrize("step", [-HOUR, -86_400.0])
async def test_a_clock_that_is_set_back_delays_no_repair(step: float) -> None:
    world = Changing()
    await world.engine.run_once(ROUND)
    world.clock.jump(step)
    world.provider.content[HOME] = ("1.1.1.1",)
    for _ in range(6):
        await world.clock.advance(60)
        await world.engine.run_once(ROUND)
    assert world.provider.content[HOME] == (FIRST,)


async def test_a_clock_that_is_set_forward_ends_no_wait_that_a_service_asked_for() -> None:
    world = Changing()
    world.provider.fail_read = [RateLimited(text("Too many requests."), retry_after=600)]
    await world.engine.run_once(ROUND)
    world.clock.jump(HOUR)
    await world.clock.advance(60)
    assert await world.engine.run_once(ROUND) == ()
    (early,) = await world.engine.run_once(RoundRequest(update=True))
    assert early.problem is not None
    assert early.problem.code is ProblemCode.RATE_LIMITED
    assert world.provider.reads == 1
