"""A guest in a hotel: the network answers for everybody until he signs in."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.alerting import AlertMemory, Notice, changes
from ddns_tray.core.errors import ProblemCode, TlsFailed
from ddns_tray.core.model import AddressState, Colour, Family, SourceKind, VerdictKind
from ddns_tray.core.portal import FIRST_RECHECK, Answered, ProbeAnswer
from ddns_tray.core.text import text
from ddns_tray.engine import Care, Engine, RoundRequest
from tests.support.clock import settle
from tests.support.engine_fakes import FIRST, HOME, SECOND, World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from ddns_tray.engine import EngineSetup

ROUND = RoundRequest()
ROUTINE = RoundRequest(care=Care.ROUTINE)


class Probe:
    """Answers as the network does: for everybody while it is `closed`."""

    def __init__(self) -> None:
        self.closed = False
        self.asked = 0

    async def probe(self) -> Sequence[ProbeAnswer]:
        self.asked += 1
        answered = Answered.DIVERTED if self.closed else Answered.AS_EXPECTED
        return [ProbeAnswer(each, answered, "login.hotel.example" if self.closed else "") for each in ("one", "two")]


class Hotel(World):
    """A world whose network can be closed: sources fail, and name servers say what the network likes."""

    def __init__(self) -> None:
        self.probe = Probe()
        super().__init__()

    def setup(self) -> EngineSetup:
        return replace(super().setup(), portal=self.probe)

    def close(self) -> None:
        self.probe.closed = True
        self.see(None)
        self.verifier.shown[HOME] = ("203.0.113.80",)

    def open(self) -> None:
        self.probe.closed = False
        self.see(FIRST)
        del self.verifier.shown[HOME]


@contextlib.asynccontextmanager
async def _running(engine: Engine) -> AsyncIterator[None]:
    task = asyncio.ensure_future(engine.run())
    await settle()
    try:
        yield
    finally:
        engine.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_portal_is_said_in_grey_and_nothing_is_judged_or_learned() -> None:
    hotel = Hotel()
    await hotel.engine.run_once(ROUND)
    known = hotel.memory.kept[HOME]
    hotel.close()
    await hotel.engine.run_once(ROUTINE)
    snapshot = hotel.shown()
    verdict = snapshot.records[0].verdict
    assert (verdict.kind, verdict.colour, verdict.reason.code) == (
        VerdictKind.OFFLINE,
        Colour.GREY,
        "captive_portal",
    )
    assert verdict.reason.data == {"portal": ("login.hotel.example",)}
    assert [each.code for each in snapshot.problems] == [ProblemCode.CAPTIVE_PORTAL]
    assert snapshot.addresses[Family.IPV4].state is AddressState.OFFLINE
    for learned in ("ours", "expected", "served_since", "cached_until", "served_ttl", "last_matched"):
        assert getattr(hotel.memory.kept[HOME], learned) == getattr(known, learned)
    assert hotel.provider.writes == [(HOME, (FIRST,))]


async def test_nobody_is_asked_while_all_is_well() -> None:
    hotel = Hotel()
    await hotel.engine.run_once(ROUND)
    await hotel.engine.run_once(ROUTINE)
    assert hotel.probe.asked == 0


async def test_while_it_stands_only_the_probe_is_asked_and_soon_after_the_log_in_all_is_well() -> None:
    hotel = Hotel()
    async with _running(hotel.engine):
        assert hotel.shown().colour is Colour.GREEN
        hotel.close()
        hotel.engine.check_now()
        await hotel.clock.advance(1)
        asked, looks, probed = hotel.detectors[0].asked, hotel.verifier.looks, hotel.probe.asked
        assert hotel.shown().problems
        await hotel.clock.advance(3 * FIRST_RECHECK + 5)
        assert (hotel.detectors[0].asked, hotel.verifier.looks) == (asked, looks)
        assert hotel.probe.asked - probed == 3
        hotel.open()
        await hotel.clock.advance(FIRST_RECHECK + 1)
        assert hotel.shown().colour is Colour.GREEN
        assert hotel.shown().problems == ()
        assert hotel.verifier.looks == looks + 1


async def test_the_alarm_keeps_silent_all_the_while() -> None:
    hotel = Hotel()
    memory = AlertMemory()
    told: list[Notice] = []
    await hotel.engine.run_once(ROUND)
    for step in (None, hotel.close, None, hotel.open):
        if step is not None:
            step()
        await hotel.engine.run_once(ROUND)
        notices, memory = changes(memory, hotel.shown(), quiet_until=None)
        told += notices
    assert told == []


async def test_a_lasting_trouble_that_is_no_portal_is_looked_into_rarely() -> None:
    hotel = Hotel()
    await hotel.engine.run_once(ROUND)
    hotel.see(None)
    for _ in range(10):
        await hotel.clock.advance(60)
        await hotel.engine.run_once(ROUTINE)
    assert 1 <= hotel.probe.asked <= 3
    await hotel.engine.run_once(ROUND)
    assert hotel.shown().problems == ()
    assert hotel.shown().records[0].verdict.kind is not VerdictKind.OFFLINE


async def test_a_portal_that_swallows_only_the_write_is_found_as_well() -> None:
    hotel = Hotel()
    await hotel.engine.run_once(ROUND)
    hotel.probe.closed = True
    for detector in hotel.detectors:
        detector.kind = SourceKind.STUN
    hotel.see(SECOND)
    hotel.provider.fail_read = [TlsFailed(text("The certificate is the hotel's."))] * 3
    await hotel.engine.run_once(ROUND)
    assert hotel.shown().records[0].verdict.reason.code == "captive_portal"


async def test_without_a_probe_nothing_of_this_happens() -> None:
    world = World()
    await world.engine.run_once(ROUND)
    world.see(None)
    await world.engine.run_once(ROUND)
    assert world.shown().problems == ()
