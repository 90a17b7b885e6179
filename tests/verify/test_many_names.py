"""Many names in one look: what they share, and what one bad server costs them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import LookError, Observation, RecordKey, RecordType
from ddns_tray.verify.asker import Patience
from ddns_tray.verify.look import NAMES_AT_ONCE
from ddns_tray.verify.shared_zone import GIVEN_UP_AFTER, Silence
from tests.support.dns_server import Answer, has_more_loopback, servers
from tests.verify.conftest import target_of
from tests.verify.test_look import ONE, RESOLVER, ROOT, TWO, World, authoritative, resolved

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.dns_server import DnsServer

pytestmark = pytest.mark.skipif(not has_more_loopback(), reason="this system has one loopback address only")

COUNT = 200
PATIENT = Patience(authoritative=(20.0,), resolver=(20.0,), silent=(20.0,), walk=(20.0,), anchor=(20.0,))
"""On a busy machine, too, nobody is asked twice."""
SHORT = Patience(authoritative=(0.5, 1.5), resolver=(0.5, 1.5), silent=(1.0,), walk=(5.0, 5.0), anchor=(5.0,))
"""For servers that say nothing."""
KEYS = [RecordKey(f"h{number}.ex.test", RecordType.A) for number in range(COUNT)]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with servers(ROOT, ONE, TWO, RESOLVER) as started:
        world = World(*started)
        for server in (world.one, world.two):
            World.zone(server, *(f"h{number} A 192.0.2.7" for number in range(COUNT)), serial=5)
        World.zone(world.resolver, *(f"h{number} A 192.0.2.7" for number in range(COUNT)), serial=5)
        world.verifier = world.build(PATIENT)
        yield world
        await world.verifier.aclose()


def asked_about(server: DnsServer) -> Counter[str]:
    return Counter(asked.name for asked in server.asked if asked.type == "A")


async def test_every_name_is_asked_of_every_server_once_and_the_serial_once_for_all(world: World) -> None:
    await world.verifier.observe(KEYS)
    for server in (world.one, world.two, world.resolver):
        server.asked.clear()
    views = await world.verifier.observe(KEYS)
    for server in (world.one, world.two, world.resolver):
        counted = asked_about(server)
        assert counted == Counter(key.name for key in KEYS)
    assert [asked.type for asked in world.one.asked].count("SOA") == 1
    assert {seen.serial for view in views.values() for seen in authoritative(view)} == {5}
    assert {seen.answer for view in views.values() for seen in view.observations} == {("192.0.2.7",)}


async def test_a_second_look_says_what_the_first_said_but_for_its_times(world: World) -> None:
    first = await world.verifier.observe(KEYS[:20])
    second = await world.verifier.observe(KEYS[:20])

    def words(seen: Observation) -> tuple[object, ...]:
        return seen.role, seen.server, seen.address, seen.rcode, seen.answer, seen.ttl, seen.aa, seen.serial, seen.error

    for key, view in first.items():
        assert list(map(words, view.observations)) == list(map(words, second[key].observations))
        assert view.at < second[key].at


async def test_another_serial_is_seen_at_the_next_look(world: World) -> None:
    for serial in (5, 5, 6, 5):
        for server in (world.one, world.two):
            World.zone(server, "h0 A 192.0.2.7", serial=serial)
        views = await world.verifier.observe(KEYS[:1])
        assert {seen.serial for seen in authoritative(views[KEYS[0]])} == {serial}


async def test_one_name_that_changes_among_many_is_seen_and_the_others_are_not_disturbed(world: World) -> None:
    await world.verifier.observe(KEYS)
    for server in (world.one, world.two, world.resolver):
        server.on("h7.ex.test", "A", Answer(("h7.ex.test. 60 A 192.0.2.99",)))
    views = await world.verifier.observe(KEYS)
    assert {seen.answer for seen in views[KEYS[7]].observations} == {("192.0.2.99",)}
    assert {seen.answer for key in KEYS if key != KEYS[7] for seen in views[key].observations} == {("192.0.2.7",)}


async def test_a_dead_server_is_told_for_every_name_and_not_waited_for_by_each(world: World) -> None:
    world.verifier = world.build(SHORT)
    await world.verifier.observe(KEYS)
    world.two.asked.clear()
    world.two.zones.clear()
    world.two.otherwise = Answer(drop=True)
    world.two.tcp = False
    views = await world.verifier.observe(KEYS)
    for view in views.values():
        one, two = authoritative(view)
        assert (one.error, two.error) == (None, LookError.TIMEOUT)
        assert [seen.error for seen in resolved(view)] == [None]
    assert len(asked_about(world.two)) <= NAMES_AT_ONCE + GIVEN_UP_AFTER
    assert world.two.asked


async def test_a_silent_resolver_is_told_for_every_name_and_not_waited_for_by_each(world: World) -> None:
    world.verifier = world.build(SHORT)
    world.resolver.zones.clear()
    world.resolver.otherwise = Answer(drop=True)
    views = await world.verifier.observe(KEYS)
    assert {seen.error for view in views.values() for seen in resolved(view)} == {LookError.TIMEOUT}
    assert len(asked_about(world.resolver)) <= NAMES_AT_ONCE + GIVEN_UP_AFTER


async def test_a_server_that_is_silent_now_and_then_is_asked_on(server: DnsServer) -> None:
    silence, target = Silence(), target_of(server)
    for _ in range(10):
        for _ in range(GIVEN_UP_AFTER - 1):
            silence.note(target, silent=True)
        assert not silence.given_up(target)
        silence.note(target, silent=False)
    for _ in range(GIVEN_UP_AFTER):
        silence.note(target, silent=True)
    assert silence.given_up(target)
