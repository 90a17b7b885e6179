"""Rounds over many names: whom the witnesses are asked about, and what stays in the view."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.model import Colour, Phase, RecordKey, RecordType, Role, VerdictKind
from ddns_tray.core.sampling import MOST_AT_ONCE, PERIOD
from ddns_tray.core.settings import RecordSettings
from ddns_tray.engine import RoundRequest
from ddns_tray.engine.setup import Care
from ddns_tray.engine.state import MANY
from tests.support.engine_fakes import FakeVerifier, World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import Observation, RecordStatus, Snapshot, View

ADDRESS, OTHER = "8.8.4.4", "9.9.9.10"
ROUTINE = RoundRequest(care=Care.ROUTINE)
INTERVAL = 60.0


class Witnesses(FakeVerifier):
    """Note who was asked about what."""

    whole: list[list[RecordKey]]
    authoritative: list[list[RecordKey]]

    async def observe(self, keys: Sequence[RecordKey], *, resolvers: bool = True) -> Mapping[RecordKey, View]:
        (self.whole if resolvers else self.authoritative).append(list(keys))
        seen = dict(await super().observe(keys, resolvers=resolvers))
        if not resolvers:
            for key, view in seen.items():
                seen[key] = only_authoritative(view)
        return seen

    def forget_asked(self) -> None:
        self.whole, self.authoritative = [], []


def only_authoritative(view: View) -> View:
    return replace(view, observations=tuple(each for each in view.observations if each.role is Role.AUTHORITATIVE))


class ManyNames(World):
    """A world with many watched names, all of them well."""

    def __init__(self, count: int) -> None:
        super().__init__(
            records=[
                RecordSettings(f"h{number}.example.org", (RecordType.A,), expected=(ADDRESS,))
                for number in range(count)
            ]
        )
        self.verifier = self.witnesses = Witnesses(self.clock, self.provider)
        self.witnesses.forget_asked()
        for record in self.records:
            self.witnesses.shown[RecordKey(record.name, RecordType.A)] = (ADDRESS,)
        self.engine = self.new_engine()

    async def round(self, wish: RoundRequest = ROUTINE) -> None:
        self.witnesses.forget_asked()
        await self.engine.run_once(wish)

    async def rested(self, rounds: int) -> None:
        """Wait until so many rounds are over; with so many names they let others run meanwhile."""
        over = asyncio.Event()

        def look(told: Snapshot) -> None:
            if told.rounds >= rounds and told.phase is Phase.IDLE:
                over.set()

        unsubscribe = self.engine.subscribe(look)
        look(self.engine.snapshot)
        await asyncio.wait_for(over.wait(), 20)
        unsubscribe()

    def status(self, number: int) -> RecordStatus:
        return self.shown().records[number]

    def resolvers_of(self, number: int) -> list[Observation]:
        view = self.status(number).view
        assert view is not None
        return [each for each in view.observations if each.role is Role.RESOLVER]


def key(number: int) -> RecordKey:
    return RecordKey(f"h{number}.example.org", RecordType.A)


async def test_after_the_first_look_resolvers_are_asked_about_a_share_and_all_stays_green() -> None:
    world = ManyNames(200)
    await world.round()
    assert [len(keys) for keys in world.witnesses.whole] == [200]
    assert world.witnesses.authoritative == []
    await world.clock.advance(INTERVAL)
    await world.round()
    assert [len(keys) for keys in world.witnesses.whole] == [17]
    assert [len(keys) for keys in world.witnesses.authoritative] == [183]
    assert world.shown().colour is Colour.GREEN
    assert [each.at for each in world.resolvers_of(199)] == [world.clock.now() - INTERVAL] * 2
    assert [each.at for each in world.resolvers_of(0)] == [world.clock.now()] * 2


async def test_no_word_of_a_resolver_is_older_than_the_period() -> None:
    world = ManyNames(120)
    for _ in range(40):
        await world.round()
        oldest = min(each.at for number in range(120) for each in world.resolvers_of(number))
        assert world.clock.now() - oldest < PERIOD
        await world.clock.advance(INTERVAL)


async def test_a_record_that_changed_is_asked_about_everywhere_in_the_same_round() -> None:
    world = ManyNames(100)
    await world.round()
    await world.clock.advance(INTERVAL)
    world.witnesses.shown[key(99)] = (OTHER,)
    await world.round()
    assert world.witnesses.whole[1:] == [[key(99)]]
    assert world.status(99).verdict.kind is VerdictKind.MISMATCH
    assert [each.answer for each in world.resolvers_of(99)] == [(OTHER,)] * 2
    await world.clock.advance(INTERVAL)
    await world.round()
    assert key(99) in world.witnesses.whole[0], "what is suspect is looked at as a whole"


async def test_a_round_between_two_regular_ones_is_for_what_is_suspect() -> None:
    world = ManyNames(100)
    world.witnesses.shown[key(7)] = ()
    await world.round()
    await world.clock.advance(5.0)
    await world.round()
    assert world.witnesses.whole == [[key(7)]]
    assert world.witnesses.authoritative == []


async def test_when_a_person_asks_all_names_are_looked_at() -> None:
    world = ManyNames(100)
    await world.round()
    await world.clock.advance(5.0)
    await world.round(RoundRequest())
    assert sum(map(len, world.witnesses.whole + world.witnesses.authoritative)) == 100


async def test_a_first_look_at_very_many_names_comes_in_parts() -> None:
    world = ManyNames(MOST_AT_ONCE + 200)
    running = asyncio.ensure_future(world.engine.run())
    await world.rested(1)
    assert [len(keys) for keys in world.witnesses.whole] == [MOST_AT_ONCE]
    assert world.status(0).verdict.kind is VerdictKind.MATCHED
    assert world.status(MOST_AT_ONCE + 1).verdict.kind is VerdictKind.UNKNOWN
    assert world.memory.saves == 0, "the next part is a second away"
    await world.clock.advance(1.0)
    await world.rested(2)
    assert [len(keys) for keys in world.witnesses.whole] == [MOST_AT_ONCE, 200]
    assert world.memory.saves == 1
    assert world.shown().colour is Colour.GREEN
    world.engine.stop()
    await world.clock.advance(1.0)
    await running


async def test_who_asks_for_one_round_gets_all_parts_of_it() -> None:
    world = ManyNames(2 * MOST_AT_ONCE + 200)
    await world.round(RoundRequest())
    assert [len(keys) for keys in world.witnesses.whole] == [MOST_AT_ONCE, MOST_AT_ONCE, 200]
    assert world.shown().colour is Colour.GREEN


async def test_old_words_of_resolvers_do_not_prove_that_we_are_online() -> None:
    world = ManyNames(100)
    await world.round()
    await world.clock.advance(INTERVAL)
    world.see(None)
    world.witnesses.silent = True
    world.witnesses.anchors_answer = False
    await world.round()
    assert {status.verdict.kind for status in world.shown().records} == {VerdictKind.OFFLINE}


async def test_a_repeated_verdict_moves_its_times_and_wakes_no_disk() -> None:
    world = ManyNames(3)
    await world.round()
    saves, since = world.memory.saves, world.status(0).since
    await world.clock.advance(INTERVAL)
    await world.round()
    status = world.status(0)
    assert (status.since, status.proven_at) == (since, world.clock.now())
    assert status.circumstances is not None
    assert status.circumstances.at == world.clock.now()
    assert world.memory.saves == saves


async def test_very_many_names_are_shown_as_paused_without_holding_the_loop_up() -> None:
    world = ManyNames(MANY)
    running = asyncio.ensure_future(world.engine.run())
    await world.rested(1)
    assert world.shown().colour is Colour.GREEN
    world.engine.pause()
    assert world.shown().phase is Phase.PAUSED
    assert world.status(0).verdict.kind is VerdictKind.MATCHED, "they follow"
    await world.clock.advance(1.0)
    assert {each.verdict.kind for each in world.shown().records} == {VerdictKind.PAUSED}
    assert world.shown().phase is Phase.PAUSED
    world.engine.resume()
    await world.clock.advance(1.0)
    await world.rested(2)
    assert world.shown().colour is Colour.GREEN
    world.engine.stop()
    await world.clock.advance(1.0)
    await running


class Behind(FakeVerifier):
    """The second server has not followed yet, while it is told to be `behind`."""

    behind = True

    async def observe(self, keys: Sequence[RecordKey], *, resolvers: bool = True) -> Mapping[RecordKey, View]:
        seen = await super().observe(keys, resolvers=resolvers)
        return {
            key: replace(view, observations=tuple(map(self._told, view.observations))) for key, view in seen.items()
        }

    def _told(self, seen: Observation) -> Observation:
        late = self.behind and seen.server == "ns2.example.org"
        return replace(seen, answer=(OTHER,), serial=0) if late else seen


async def test_servers_that_follow_our_own_write_are_looked_at_again_soon() -> None:
    world = World()
    world.verifier = verifier = Behind(world.clock, world.provider)
    world.engine = world.new_engine()
    pauses = []
    for _ in range(8):
        await world.engine.run_once(ROUTINE)
        (status,) = world.shown().records
        assert status.verdict.kind is VerdictKind.SECONDARY_LAG
        assert world.shown().next_check is not None
        pauses.append(world.shown().next_check - world.clock.now())  # type: ignore[operator]  # as checked
        await world.clock.advance(5.0)
    assert pauses[:5] == [5.0] * 5
    assert min(pauses[6:]) > 30.0, "half a minute after the write it is no matter of seconds any more"
    verifier.behind = False
    await world.engine.run_once(ROUTINE)
    assert world.shown().records[0].verdict.colour is Colour.GREEN
