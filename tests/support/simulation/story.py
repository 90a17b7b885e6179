"""One seed from its beginning to the day when all is well again; and what is left of a bad one when made short."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.model import Phase
from tests.support.simulation.loop import VirtualLoop
from tests.support.simulation.weather import Event, draw, happen
from tests.support.simulation.world import Log, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.simulation.plot import Plot

LONGEST_RECOVERY = 3 * 3600.0
PEACE = 1800.0
"""Seconds after all is green for which everything has to stay so, and nobody outside is troubled without need."""


@dataclass(frozen=True)
class Ending:
    """What became of a world: the promises that were broken, and how long it took until all was well."""

    found: tuple[tuple[str, str], ...]
    recovered_after: float
    log: tuple[str, ...]

    @property
    def promises(self) -> frozenset[str]:
        """What was broken."""
        return frozenset(promise for promise, _ in self.found)


def tell(plot: Plot, events: Sequence[Event] | None = None) -> Ending:
    """Run a world through its events, and to its end."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_tell(plot, draw(plot) if events is None else events))


async def _tell(plot: Plot, events: Sequence[Event]) -> Ending:
    world = World(plot)
    handler = Log(world.oracle)
    logger = logging.getLogger("ddns_tray.engine")
    logger.addHandler(handler)
    try:
        world.start()
        begin = world.hands.monotonic()
        for event in events:
            await world.hands.sleep(begin + event.at - world.hands.monotonic())
            if world.crashed or world.oracle.found:
                break
            await happen(world, event)
        after = await _recover(world)
        if plot.two_lines and plot.quorum > 1 and not world.oracle.found:  # a router alone proves no line
            await _fail_over(world)
        await world.end(killed=False)
    finally:
        logger.removeHandler(handler)
    return Ending(tuple(world.oracle.found), after, tuple(world.oracle.log))


async def _recover(world: World) -> float:
    """Heal the world, wait until all is well, and watch it for a while; the seconds that it took."""
    oracle = world.oracle
    world.heal()
    oracle.note("--- healed")
    began = oracle.calm_since = world.hands.world()
    oracle.person_acted()
    if world.blocked:
        world.engine.unblock()
    while not world.well and not oracle.found:
        await world.hands.sleep(1.0)
        oracle.tick()
        if world.crashed:
            oracle.fail("the engine never ends by itself", "it has ended")
        if world.hands.world() > began + LONGEST_RECOVERY:
            oracle.fail("once all works again, every record becomes right and green", world.state())
    after = world.hands.world() - began
    oracle.note(f"--- well after {after:.0f} s")
    await world.hands.sleep(2 * world.plot.interval)
    calls, settled, asked = oracle.calls, world.settled, world.asked_outside()
    ends = world.hands.world() + PEACE
    while world.hands.world() < ends and not oracle.found:
        await world.hands.sleep(30.0)
        steady = world.plot.backends == 1 and world.engine.snapshot.phase is Phase.IDLE
        if steady and not world.well:
            oracle.fail("what is green stays green while nothing happens", world.state())
    if settled and oracle.calls != calls and not oracle.found:
        oracle.fail("no provider is asked while all is well", f"{oracle.calls - calls} calls")
    looks = world.asked_outside() - asked
    if world.plot.presets and not world.plot.two_lines and looks > world.polite(PEACE) and not oracle.found:
        oracle.fail("strangers are asked rarely", f"{looks} times in {PEACE:.0f} s")
    return after


async def _fail_over(world: World) -> None:
    """Cut the first line, and see the names follow the second one."""
    first, second = world.lines
    first.cut(3600.0)
    world.oracle.note("--- the first line is cut")
    await world.hands.sleep(max(400.0, 5 * world.plot.interval) + world.plot.write_interval)
    if any(world.zone.addresses(key) != (second.address(key.type.family),) for key in world.keys):
        world.oracle.fail("names follow a line that leads out", world.state())


def shortest(plot: Plot, events: Sequence[Event]) -> tuple[Event, ...]:
    """Leave out whatever is not needed for the same promise to be broken."""
    broken = tell(plot, events).promises
    kept = list(events)
    size = max(1, len(kept) // 2)
    while size:
        place = 0
        while place < len(kept):
            without = kept[:place] + kept[place + size :]
            if tell(plot, without).promises & broken:
                kept = without
            else:
                place += size
        size //= 2
    return tuple(kept)
