"""The last day of a record: kept by the engine, through a restart, at a price that nobody notices."""

from __future__ import annotations

from dataclasses import replace

from ddns_tray.core.model import Colour, RecordKey, RecordMemory, RecordType, VerdictKind
from ddns_tray.engine import RoundRequest
from tests.support.engine_fakes import FIRST, HOME, FakeMemory, World

LOOK = RoundRequest(detect=False, write=False)


def told(world: World) -> list[tuple[VerdictKind | None, Colour | None]]:
    return [(turn.kind, turn.colour) for turn in world.shown().records[0].turns]


async def test_a_record_remembers_how_it_was() -> None:
    world = World()
    await world.engine.run_once(RoundRequest())
    world.verifier.shown[HOME] = ("8.8.8.8",)
    await world.clock.advance(600)
    await world.engine.run_once(RoundRequest(write=False))
    world.verifier.shown.clear()
    await world.clock.advance(60)
    await world.engine.run_once(RoundRequest(write=False))
    turns = world.shown().records[0].turns
    assert [turn.colour for turn in turns] == [Colour.GREEN, Colour.RED, Colour.GREEN]
    assert turns[2].at - turns[1].at == 60


async def test_it_survives_a_restart_and_the_time_between_is_unknown() -> None:
    world = World()
    await world.engine.run_once(RoundRequest())
    await world.clock.advance(120)
    await world.engine.run_once(RoundRequest(write=False))
    stopped = world.clock.now()
    world.engine.stop()
    await world.engine.run()
    await world.clock.advance(3600)
    world.engine = world.new_engine()
    await world.engine.run_once(RoundRequest(write=False))
    turns = world.shown().records[0].turns
    assert [turn.kind for turn in turns] == [VerdictKind.MATCHED, None, VerdictKind.MATCHED]
    assert turns[1].at == stopped
    assert turns[2].at == stopped + 3600


async def test_after_a_power_cut_less_is_claimed_and_never_more() -> None:
    world = World()
    await world.engine.run_once(RoundRequest())
    begin = world.clock.now()
    for _ in range(90):
        await world.clock.advance(60)
        await world.engine.run_once(RoundRequest(write=False))
    world.engine = world.new_engine()
    await world.engine.run_once(RoundRequest(write=False))
    known_until = world.shown().records[0].turns[1].at
    assert begin + 1800 <= known_until <= begin + 90 * 60


async def test_quiet_rounds_wake_the_disk_once_an_hour() -> None:
    world = World()
    for _ in range(5):  # until nothing is left to settle
        await world.clock.advance(60)
        await world.engine.run_once(RoundRequest())
    saves = world.memory.saves
    for _ in range(115):
        await world.clock.advance(60)
        await world.engine.run_once(RoundRequest(write=False))
    assert world.memory.saves - saves == 1


async def test_a_memory_from_before_there_were_turns_is_understood() -> None:
    memory = FakeMemory()
    memory.kept[HOME] = RecordMemory(ours=frozenset({FIRST}))
    memory.kept[RecordKey("gone.example.org", RecordType.A)] = replace(memory.kept[HOME])
    world = World(memory=memory)
    await world.engine.run_once(LOOK)
    assert len(told(world)) == 1
