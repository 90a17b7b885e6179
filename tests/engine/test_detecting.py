"""Whom a look asks, for how long it waits, and how little it asks of strangers."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.model import AddressState, Agreement, Family, InterfaceAddress, Sighting, SourceKind
from ddns_tray.core.text import text
from ddns_tray.engine import Care, Engine, RoundRequest
from ddns_tray.engine.detecting import OBJECTIONS, PATIENCE, Detection, Inquiry
from tests.support.clock import FakeClock, settle
from tests.support.engine_fakes import FIRST, SECOND, FakeDetector, World

if TYPE_CHECKING:
    from collections.abc import Sequence

CASES = 300
DAY = 86_400.0


class Slow(FakeDetector):
    """Answers after `delay` seconds of the test's clock."""

    delay = 0.0
    cancelled = 0

    async def detect(self, family: Family) -> Sighting:
        try:
            await self._clock.sleep(self.delay)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return await super().detect(family)


def source(clock: FakeClock, origin: str, kind: SourceKind, rank: int = 0, delay: float = 0.0) -> Slow:
    made = Slow(clock, origin, rank=rank)
    made.kind, made.delay = kind, delay
    return made


def inquiry(
    detectors: Sequence[FakeDetector], previous: Agreement | None = None, *, own: Sequence[str] = ()
) -> Inquiry:
    return Inquiry(
        family=Family.IPV4,
        detectors=detectors,
        quorum=2,
        interval=60.0,
        allow_private=False,
        previous=previous,
        built_in=frozenset(each.source for each in detectors if each.kind is not SourceKind.ROUTER),
        own=frozenset(ip_address(each) for each in own),
        refine=lambda sighting: sighting,
    )


class Rig:
    """The sources of the default settings, and looks at them."""

    def __init__(self, *, router: str | None = FIRST) -> None:
        self.clock = FakeClock()
        self.router = source(self.clock, "router", SourceKind.ROUTER)
        self.router.address = router
        self.web = source(self.clock, "web", SourceKind.HTTPS)
        self.stun = source(self.clock, "stun", SourceKind.STUN, 1)
        self.dns = source(self.clock, "dns", SourceKind.DNS, 1)
        self.spare = source(self.clock, "spare", SourceKind.HTTPS, 2)
        self.all = [self.router, self.web, self.stun, self.dns, self.spare]
        self.detection = Detection(self.clock, random.Random(3))
        self.agreement: Agreement | None = None
        self.vigilant = False

    async def look(self, care: Care = Care.FULL, *, own: Sequence[str] = ()) -> Agreement:
        question = replace(inquiry(self.all, self.agreement, own=own), vigilant=self.vigilant)
        looking = asyncio.ensure_future(self.detection.look(question, care))
        await settle()
        while not looking.done():
            await self.clock.advance(0.1)
        self.agreement = await looking
        return self.agreement

    def asked(self) -> dict[str, int]:
        counts = {each.origin: each.asked for each in self.all if each.asked}
        for each in self.all:
            each.asked = 0
        return counts

    def see(self, address: str | None, *, of: Sequence[Slow] | None = None) -> None:
        for each in self.all if of is None else of:
            each.address = address


async def test_the_router_and_one_witness_are_enough() -> None:
    rig = Rig()
    assert str((await rig.look()).address) == FIRST
    assert rig.asked() == {"router": 1, "web": 1}


async def test_who_is_slow_is_not_waited_for_and_is_shown_all_the_same() -> None:
    rig = Rig()
    rig.stun.rank = rig.dns.rank = 0
    rig.stun.delay = rig.dns.delay = 60.0
    found = await rig.look()
    assert (found.state, str(found.address)) == (AddressState.AGREED, FIRST)
    shown = {each.origin: each.problem for each in found.sightings}
    assert {origin for origin, problem in shown.items() if problem is None} == {"router", "web"}
    slow = {origin: problem.code for origin, problem in shown.items() if problem is not None}
    assert slow == {"stun": ProblemCode.RESTING, "dns": ProblemCode.RESTING}
    assert (rig.stun.cancelled, rig.dns.cancelled) == (1, 1)
    again = await rig.look()
    assert len(again.sightings) == 4, "nobody is held to be resting for having been slow once"
    assert rig.asked() == {"router": 2, "web": 2}


async def test_a_liar_who_is_quicker_than_all_others_is_not_believed_alone() -> None:
    rig = Rig()
    rig.web.address = SECOND
    rig.router.delay = rig.stun.delay = rig.dns.delay = rig.spare.delay = 4.0
    found = await rig.look()
    assert (found.state, str(found.address)) == (AddressState.AGREED, FIRST)


async def test_a_change_that_our_router_tells_counts_at_once_however_many_were_asked_before() -> None:
    rig = Rig()
    rig.stun.rank = 0
    assert len((await rig.look()).sightings) == 3
    rig.see(SECOND)
    assert str((await rig.look(Care.ROUTINE)).address) == SECOND


async def test_a_router_that_falls_silent_is_made_up_for_by_others_in_the_same_look() -> None:
    rig = Rig()
    await rig.look()
    rig.router.address = None
    found = await rig.look(Care.ROUTINE)
    assert (found.state, str(found.address)) == (AddressState.AGREED, FIRST)


@pytest.mark.slow
async def test_whoever_is_quick_or_slow_fewer_liars_than_the_quorum_never_get_their_address_agreed() -> None:
    dice, agreed = random.Random(20261123), 0
    kinds = [SourceKind.HTTPS, SourceKind.DNS, SourceKind.STUN, SourceKind.ROUTER]
    for _ in range(CASES):
        clock, quorum = FakeClock(), dice.randint(2, 3)
        detectors = [
            source(clock, f"s{number}", dice.choice(kinds), dice.randint(0, 2), dice.choice([0.0, 0.2, 1.0, 4.0]))
            for number in range(dice.randint(quorum, 6))
        ]
        liars = dice.sample(detectors, dice.randint(0, quorum - 1))
        detection, before = Detection(clock, dice), None
        for care in (Care.FULL, dice.choice(list(Care)), dice.choice(list(Care))):
            for each in detectors:
                honest = dice.choice([FIRST, FIRST, FIRST, None])
                each.address = dice.choice([SECOND, SECOND, FIRST, None]) if each in liars else honest
            question = replace(inquiry(detectors, before), quorum=quorum)
            looking = asyncio.ensure_future(detection.look(question, care))
            await settle()
            while not looking.done():
                await clock.advance(0.5)
            before = await looking
            assert str(before.address) in {"None", FIRST}, detectors
            agreed += before.state is AddressState.AGREED
    assert agreed > CASES  # the search is of cases that matter


async def test_without_agreement_the_others_are_asked_in_turn() -> None:
    rig = Rig(router=None)
    assert (await rig.look()).state is AddressState.AGREED
    assert rig.asked() == {"router": 1, "web": 1, "stun": 1, "dns": 1}
    rig.see(None, of=[rig.stun, rig.dns, rig.spare])
    assert (await rig.look()).state is AddressState.UNKNOWN  # one alone saw anything
    rig.see(FIRST, of=[rig.stun])
    assert (await rig.look()).state is AddressState.AGREED


async def test_nobody_waits_for_the_slow_ones() -> None:
    rig = Rig()
    rig.router.delay = 60.0
    started = rig.clock.monotonic()
    assert (await rig.look()).state is AddressState.AGREED
    assert rig.clock.monotonic() - started <= PATIENCE + OBJECTIONS + 0.2
    assert rig.router.cancelled == 1


async def test_a_dissenter_of_the_same_wave_is_heard() -> None:
    rig = Rig()
    rig.router.rank = rig.stun.rank = 0
    rig.stun.delay, rig.stun.address = OBJECTIONS / 2, SECOND
    agreement = await rig.look()
    assert {str(each.address) for each in agreement.sightings} == {FIRST, SECOND}
    assert str(agreement.address) == FIRST


async def test_a_look_that_is_cancelled_leaves_nothing_running() -> None:
    rig = Rig()
    rig.web.delay = rig.router.delay = 3600.0
    looking = asyncio.ensure_future(rig.detection.look(inquiry(rig.all), Care.FULL))
    await settle()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    assert (rig.web.cancelled, rig.router.cancelled) == (1, 1)


async def test_a_liar_is_left_alone_shown_as_such_and_asked_again_later() -> None:
    rig = Rig()
    rig.web.address = SECOND
    assert str((await rig.look()).address) == FIRST
    rig.asked()
    agreement = await rig.look()
    assert rig.asked() == {"router": 1, "stun": 1}
    (shown,) = [each for each in agreement.sightings if each.origin == "web"]
    assert shown.problem is not None
    assert shown.problem.code is ProblemCode.RESTING
    assert shown.standing is not None
    assert shown.standing.score == 0
    await rig.clock.advance(700)
    await rig.look()
    assert rig.asked()["web"] == 1


async def test_who_rests_is_asked_all_the_same_where_there_is_no_agreement_without_it() -> None:
    rig = Rig()
    rig.web.address = SECOND
    await rig.look()
    rig.see(None, of=[rig.stun, rig.dns, rig.spare])
    rig.web.address = FIRST
    rig.asked()
    assert (await rig.look()).state is AddressState.AGREED
    assert rig.asked()["web"] == 1


async def test_who_asked_for_rest_gets_it() -> None:
    rig = Rig()

    class Banned(Slow):
        async def detect(self, family: Family) -> Sighting:
            seen = await super().detect(family)
            problem = Problem(ProblemCode.RATE_LIMITED, text("Later."), retry_after=3600.0)
            return replace(seen, address=None, problem=problem)

    banned = Banned(rig.clock, "web")
    rig.all[1] = banned
    await rig.look()
    rig.see(None, of=[rig.stun, rig.dns, rig.spare])
    rig.asked()
    await rig.look()
    assert banned.asked == 0


# --- routine ---


async def test_while_the_router_says_the_same_no_stranger_is_asked() -> None:
    rig = Rig()
    await rig.look()
    rig.asked()
    for _ in range(30):
        await rig.clock.advance(60)
        assert (await rig.look(Care.ROUTINE)).state is AddressState.AGREED
    assert rig.asked() == {"router": 30}


@pytest.mark.parametrize("care", [Care.ROUTINE, Care.HINT])
async def test_when_the_router_says_something_else_everybody_is_asked(care: Care) -> None:
    rig = Rig()
    await rig.look()
    rig.see(SECOND)
    rig.asked()
    assert str((await rig.look(care)).address) == SECOND
    assert rig.asked() == {"router": 2, "web": 1}


async def test_an_address_of_our_own_interface_needs_no_watch() -> None:
    rig = Rig(router=None)
    await rig.look()
    rig.asked()
    for _ in range(30):
        await rig.clock.advance(60)
        await rig.look(Care.ROUTINE, own=[FIRST])
    assert set(rig.asked()) <= {"router"}


async def test_without_a_router_one_stranger_stands_watch_and_raises_the_alarm() -> None:
    rig = Rig(router=None)
    await rig.look()
    rig.asked()
    for _ in range(60):
        await rig.clock.advance(60)
        await rig.look(Care.ROUTINE)
    outside = {origin: count for origin, count in rig.asked().items() if origin != "router"}
    assert 7 <= sum(outside.values()) <= 9
    assert len(outside) >= 2
    rig.see(SECOND, of=[rig.web, rig.stun, rig.dns, rig.spare])
    for _ in range(8):
        await rig.clock.advance(60)
        await rig.look(Care.ROUTINE)
    assert rig.agreement is not None
    assert str(rig.agreement.address) == SECOND


async def test_where_there_is_another_line_the_word_of_the_router_is_no_proof_that_this_one_leads_out() -> None:
    rig = Rig()
    rig.vigilant = True
    await rig.look()
    rig.asked()
    for _ in range(30):
        await rig.clock.advance(60)
        assert (await rig.look(Care.ROUTINE)).state is AddressState.AGREED
    outside = sum(count for origin, count in rig.asked().items() if origin != "router")
    assert 14 <= outside <= 20
    rig.see(None, of=[rig.web, rig.stun, rig.dns, rig.spare])
    for _ in range(3):
        await rig.clock.advance(60)
        await rig.look(Care.ROUTINE)
    assert rig.agreement is not None
    assert rig.agreement.state is AddressState.UNKNOWN


async def test_a_hint_that_nothing_near_can_answer_asks_everybody() -> None:
    rig = Rig(router=None)
    await rig.look()
    rig.see(SECOND, of=[rig.web, rig.stun, rig.dns])
    assert str((await rig.look(Care.HINT)).address) == SECOND


async def test_without_agreement_every_look_is_a_full_one() -> None:
    rig = Rig()
    rig.see(None)
    await rig.look()
    rig.see(FIRST)
    assert (await rig.look(Care.ROUTINE)).state is AddressState.AGREED


# --- a simulated day ---


async def _outside_lookups_of_a_day(*, router: bool) -> int:
    rig = Rig(router=FIRST if router else None)
    world = World()
    world.clock = rig.clock
    setup = replace(
        world.setup(),
        detectors=MappingProxyType({Family.IPV4: tuple(rig.all), Family.IPV6: ()}),
        built_in=frozenset(each.source for each in rig.all[1:]),
        interfaces=lambda: (InterfaceAddress("eth0", ip_address("192.168.1.7"), 24),),
    )
    world.verifier._clock = rig.clock
    engine = Engine(setup, clock=rig.clock, chance=random.Random(5), memory=world.memory)
    running = asyncio.ensure_future(engine.run())
    await settle()
    asked = 0
    for _ in range(int(DAY / 60)):
        await rig.clock.advance(60)
    asked = sum(each.asked for each in rig.all[1:])
    assert engine.snapshot.rounds > 1000
    assert engine.snapshot.addresses[Family.IPV4].state is AddressState.AGREED
    engine.stop()
    await rig.clock.advance(1)
    await running
    return asked


@pytest.mark.slow
async def test_a_day_with_a_working_router_costs_strangers_at_most_24_questions() -> None:
    assert await _outside_lookups_of_a_day(router=True) <= 24


@pytest.mark.slow
async def test_a_day_without_a_router_costs_strangers_at_most_300_questions() -> None:
    assert 150 <= await _outside_lookups_of_a_day(router=False) <= 300


@pytest.mark.slow
async def test_a_day_of_a_line_that_has_another_beside_it_costs_strangers_at_most_1000_questions() -> None:
    rig = Rig()
    rig.vigilant = True
    for _ in range(int(DAY / 60)):
        await rig.look(Care.ROUTINE)
        await rig.clock.advance(60)
    assert rig.agreement is not None
    assert rig.agreement.state is AddressState.AGREED
    assert 500 <= sum(each.asked for each in rig.all[1:]) <= 1000


def test_of_two_wishes_the_more_thorough_counts() -> None:
    merged = RoundRequest(care=Care.ROUTINE).merged(RoundRequest(care=Care.HINT))
    assert merged.care is Care.HINT
    assert merged.merged(RoundRequest()).care is Care.FULL


# --- polling ----------------------------------------------------------------------------------------------------------


async def _looks_in(world: World, seconds: float) -> int:
    before = world.detectors[0].asked
    for _ in range(round(seconds / 10)):
        await world.clock.advance(10)
    return world.detectors[0].asked - before


async def test_polling_follows_whether_changes_are_told_and_whether_the_address_is_known() -> None:
    world, told = World(), [False]
    world.engine.trust_hints(lambda: told[0])
    running = asyncio.ensure_future(world.engine.run())
    await settle()
    assert 8 <= await _looks_in(world, 600) <= 12
    told[0] = True
    assert 1 <= await _looks_in(world, 600) <= 3
    world.see(None)
    world.engine.request(RoundRequest())
    await world.clock.advance(1)
    assert 20 <= await _looks_in(world, 540) <= 40
    world.see(FIRST)
    await _looks_in(world, 60)
    assert 1 <= await _looks_in(world, 600) <= 3
    world.engine.stop()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
