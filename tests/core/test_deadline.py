from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core import deadline
from ddns_tray.core.model import AtProvider, LookError, RecordMemory, Turn
from ddns_tray.core.witnesses import hear
from tests.support.looks import NEW, NOW, OLD, OTHER, auth, look, resolver

if TYPE_CHECKING:
    from ddns_tray.core.model import Observation
    from ddns_tray.core.witnesses import Witness

WANTED = frozenset({NEW})
R1, R2 = "udp://9.9.9.9", "udp://1.1.1.1"


def forward(
    memory: RecordMemory, *seen: Observation, now: float = NOW, wanted: frozenset[str] = WANTED
) -> RecordMemory:
    return deadline.bring_forward(memory, wanted, hear(look(*seen)), now=now)


def holders(*seen: Observation) -> tuple[Witness, ...]:
    return hear(look(*seen)).resolvers


@pytest.mark.parametrize(("wait", "patience"), [(0, 30), (300, 30), (600, 60), (86_400, 8_640)])
def test_grace_is_a_tenth_and_at_least_half_a_minute(wait: float, patience: float) -> None:
    assert deadline.grace(wait) == patience


def test_t_is_when_the_last_authoritative_server_first_served_the_new_set() -> None:
    first = forward(RecordMemory(), auth("ns1", NEW), auth("ns2", OLD))
    assert (first.expected, first.expected_since, first.served_since) == (WANTED, NOW, None)
    second = forward(first, auth("ns1", NEW, at=NOW + 60), auth("ns2", NEW, at=NOW + 61), now=NOW + 62)
    assert second.served_since == NOW + 61
    third = forward(second, auth("ns1", NEW, at=NOW + 120), auth("ns2", NEW, at=NOW + 121), now=NOW + 122)
    assert third.served_since == NOW + 61


def test_a_server_that_goes_back_takes_t_away() -> None:
    served = forward(RecordMemory(), auth("ns1", NEW))
    assert forward(served, auth("ns1", OLD), now=NOW + 60).served_since is None


def test_servers_that_say_nothing_change_nothing() -> None:
    served = forward(RecordMemory(), auth("ns1", NEW))
    assert forward(served, auth("ns1", error=LookError.TIMEOUT), now=NOW + 60) == served


def test_what_was_served_until_now_is_what_caches_may_hold() -> None:
    served = forward(RecordMemory(), auth("ns1", OLD, ttl=3_600), wanted=frozenset({OLD}))
    changed = forward(served, auth("ns1", NEW, ttl=60), now=NOW + 60)
    assert (changed.old_ttl, changed.old_negative, changed.served_ttl) == (3_600, False, 60)
    assert deadline.expiry(changed, holders(resolver(R1, OLD, ttl=None))) == deadline.Expiry(
        NOW + 3_600, NOW + 3_600 + 360
    )


def test_for_a_new_name_the_old_answer_was_a_no() -> None:
    absent = forward(RecordMemory(), auth("ns1", negative_ttl=300), wanted=frozenset())
    assert (absent.served_ttl, absent.served_negative) == (300, True)
    created = forward(absent, auth("ns1", NEW), now=NOW + 60)
    assert (created.old_ttl, created.old_negative) == (300, True)


def test_what_the_provider_said_before_the_write_is_kept() -> None:
    written = RecordMemory(old_ttl=600, written=(NEW,), written_at=NOW)
    assert forward(written, auth("ns1", NEW)).old_ttl == 600


def test_another_set_on_the_servers_tells_how_long_it_may_live() -> None:
    seen = forward(RecordMemory(), auth("ns1", OLD, ttl=60), auth("ns2", OTHER, ttl=86_400))
    assert (seen.old_ttl, seen.old_negative) == (86_400, False)
    assert forward(RecordMemory(), auth("ns1", negative_ttl=120)).old_negative


def test_without_older_knowledge_the_present_ttl_is_taken() -> None:
    memory = forward(RecordMemory(), auth("ns1", NEW, ttl=120), resolver(R1, OLD, ttl=7))
    assert memory.old_ttl == 120
    assert deadline.expiry(memory, holders(resolver(R1, OLD, ttl=7))).at == NOW + 7


def test_an_old_answer_is_assumed_until_somebody_has_seen_one() -> None:
    first = forward(RecordMemory(), auth("ns1", NEW, ttl=120), resolver(R1, OLD, ttl=7))
    assert first.old_assumed
    assert not forward(first, auth("ns1", OLD), now=NOW + 60).old_assumed
    assert not forward(first, auth("ns1", OTHER), now=NOW + 60, wanted=frozenset({OTHER})).old_assumed
    assert not deadline.settle(first, now=NOW + 500).old_assumed
    alone = forward(RecordMemory(), resolver(R1, OLD))
    assert forward(alone, resolver(R1, OLD), wanted=frozenset({OTHER})).old_assumed
    served = forward(RecordMemory(), auth("ns1", OLD), wanted=frozenset({OLD}))
    assert not forward(served, auth("ns1", NEW), resolver(R1, OLD), now=NOW + 60).old_assumed


def test_resolvers_are_believed_up_to_a_day() -> None:
    memory = forward(RecordMemory(), resolver(R1, OLD, ttl=2_000_000_000))
    assert memory.old_ttl == deadline.LONGEST_TOLD


def test_a_resolver_that_falls_silent_holds_what_it_held_for_as_long_as_it_said() -> None:
    served = forward(RecordMemory(old_ttl=600), auth("ns1", NEW), resolver(R1, OLD, ttl=500), resolver(R2, OLD, ttl=40))
    later = NOW + 10
    silent = resolver(R1, error=LookError.TIMEOUT)
    memory = forward(served, auth("ns1", NEW, at=later), silent, resolver(R2, OLD, ttl=30, at=later), now=later)
    assert deadline.expiry(memory, holders(resolver(R2, OLD, ttl=30, at=later))).at == NOW + 500


def test_the_last_of_the_told_moments_is_the_tighter_bound() -> None:
    memory = replace(forward(RecordMemory(), auth("ns1", NEW)), old_ttl=3_600)
    two = holders(resolver(R1, OLD, ttl=40), resolver(R2, OLD, ttl=90))
    assert deadline.expiry(memory, two) == deadline.Expiry(NOW + 90, NOW + 120)
    one_mute = holders(resolver(R1, OLD, ttl=40), resolver(R2, OLD, ttl=None))
    assert deadline.expiry(memory, one_mute).at == NOW + 3_600


def test_a_resolver_that_renews_an_old_answer_does_not_move_the_deadline() -> None:
    memory = replace(forward(RecordMemory(), auth("ns1", NEW)), old_ttl=60)
    late = holders(resolver(R1, OLD, ttl=60, at=NOW + 500))
    assert deadline.expiry(memory, late) == deadline.Expiry(NOW + 60, NOW + 90)


HERE, THERE = "here.example.net", "there.example.net"


@pytest.mark.parametrize(("alias_ttl", "address_ttl"), [(30, 3_600), (3_600, 30)])
def test_the_address_at_the_end_of_an_alias_lives_for_its_own_time(alias_ttl: int, address_ttl: int) -> None:
    def seen(address: str, at: float) -> Observation:
        return auth("ns1", address, at=at, cnames=(HERE,), ttls=(alias_ttl, address_ttl))

    served = forward(RecordMemory(), seen(OLD, NOW), wanted=frozenset({OLD}))
    cached = resolver(R1, OLD, at=NOW + 60, cnames=(HERE,), ttls=(alias_ttl - 10, address_ttl - 20))
    changed = forward(served, seen(NEW, NOW + 60), cached, now=NOW + 60)
    assert changed.old_ttl == address_ttl
    assert changed.cached_until == {R1: NOW + 60 + address_ttl - 20}
    assert deadline.expiry(changed, holders(cached), frozenset({(HERE,)})).at == NOW + 60 + address_ttl - 20


@pytest.mark.parametrize(("alias_ttl", "address_ttl"), [(30, 3_600), (3_600, 30)])
def test_an_alias_that_was_turned_lives_for_its_own_time(alias_ttl: int, address_ttl: int) -> None:
    served = forward(
        RecordMemory(),
        auth("ns1", OLD, cnames=(HERE,), ttls=(alias_ttl, address_ttl)),
        wanted=frozenset({OLD}),
    )
    cached = resolver(R1, OLD, at=NOW + 60, cnames=(HERE,), ttls=(alias_ttl - 10, address_ttl - 20))
    now_there = auth("ns1", NEW, at=NOW + 60, cnames=(THERE,), ttls=(60, 60))
    changed = forward(served, now_there, cached, now=NOW + 60)
    assert changed.old_ttl == 3_600
    assert deadline.expiry(changed, holders(cached), frozenset({(THERE,)})).at == NOW + 60 + alias_ttl - 10
    slow = forward(served, auth("ns1", OLD, at=NOW + 30, cnames=(HERE,), ttls=(alias_ttl, address_ttl)), now=NOW + 30)
    assert forward(slow, now_there, now=NOW + 60).old_ttl == 3_600


def test_only_the_first_link_that_leads_astray_is_old() -> None:
    memory = replace(forward(RecordMemory(), auth("ns1", NEW)), old_ttl=86_400)
    cached = holders(resolver(R1, OLD, cnames=(HERE, THERE), ttls=(500, 400, 300)))

    def at(*way: str) -> float:
        return deadline.expiry(memory, cached, frozenset({way})).at - NOW

    assert (at(HERE, THERE), at(HERE, "away.example"), at(HERE), at(THERE), at()) == (300, 400, 400, 500, 500)
    assert deadline.expiry(memory, cached).at - NOW == 500
    assert deadline.expiry(memory, cached, frozenset({(THERE,), (HERE, THERE)})).at - NOW == 300


def test_a_no_behind_an_alias_lives_as_long_as_its_zone_says() -> None:
    memory = replace(forward(RecordMemory(), auth("ns1", NEW, cnames=(HERE,), ttls=(30, 60))), old_ttl=900)
    no = resolver(R1, rcode="NXDOMAIN", negative_ttl=120, cnames=(HERE,), ttls=(20,))
    assert deadline.expiry(memory, holders(no), frozenset({(HERE,)})).at == NOW + 120
    assert deadline.expiry(memory, holders(no), frozenset({(THERE,)})).at == NOW + 20
    untold = resolver(R1, rcode="NXDOMAIN", negative_ttl=None, cnames=(HERE,), ttls=(20,))
    assert deadline.expiry(memory, holders(untold)).at == NOW + 900


def test_where_nobody_tells_an_hour_is_assumed() -> None:
    memory = RecordMemory(expected=WANTED, expected_since=NOW)
    assert deadline.expiry(memory, holders(resolver(R1, OLD, ttl=None))).at == NOW + 3_600


def test_without_t_the_wait_begins_with_our_write() -> None:
    memory = RecordMemory(expected=WANTED, expected_since=NOW, written_at=NOW + 50, old_ttl=60)
    assert deadline.expiry(memory, holders(resolver(R1, OLD, ttl=None))).at == NOW + 110
    assert deadline.expiry(RecordMemory(old_ttl=60), holders(resolver(R1, OLD, ttl=None))).at == 60


def test_each_resolver_is_remembered_until_its_old_answer_runs_out() -> None:
    memory = forward(
        RecordMemory(),
        auth("ns1", NEW),
        resolver(R1, OLD, ttl=40),
        resolver(R1, OLD, ttl=90, address="192.0.2.98"),
        resolver(R2, NEW),
        resolver("tls://1.1.1.1", OLD, ttl=None),
    )
    assert memory.cached_until == {R1: NOW + 90}
    mute = (resolver(R1, error=LookError.TIMEOUT), resolver(R2, error=LookError.TIMEOUT))
    assert forward(memory, auth("ns1", NEW), *mute, now=NOW + 60).cached_until == {R1: NOW + 90}
    assert forward(memory, auth("ns1", NEW), *mute, now=NOW + 91).cached_until == {}
    assert forward(memory, auth("ns1", NEW), resolver(R1, NEW), now=NOW + 60).cached_until == {}


def test_a_clock_that_went_back_makes_no_future() -> None:
    ahead = RecordMemory(
        expected=WANTED,
        expected_since=NOW + 9e6,
        served_since=NOW + 9e6,
        last_matched=NOW + 9e6,
        written=(NEW,),
        written_at=NOW + 9e6,
    )
    memory = forward(ahead, auth("ns1", NEW))
    assert memory.expected_since == memory.served_since == memory.last_matched == memory.written_at == NOW


def test_a_proof_forgets_old_answers_once_none_can_be_left() -> None:
    memory = replace(forward(RecordMemory(), auth("ns1", NEW)), old_ttl=60, old_negative=True)
    early = deadline.settle(memory, now=NOW + 90)
    assert (early.last_matched, early.old_ttl, early.old_negative) == (NOW + 90, 60, True)
    late = deadline.settle(memory, now=NOW + 91)
    assert (late.last_matched, late.old_ttl, late.old_negative) == (NOW + 91, None, False)


def test_caches_may_hold_something_old_until_the_deadline() -> None:
    memory = replace(forward(RecordMemory(), auth("ns1", NEW)), old_ttl=60)
    assert deadline.pending(memory, NOW + 90) == deadline.Expiry(NOW + 60, NOW + 90)
    assert deadline.pending(memory, NOW + 91) is None
    assert deadline.pending(replace(memory, old_ttl=None), NOW) is None


def test_secondaries_have_the_refresh_and_retry_time_of_their_zone() -> None:
    memory = RecordMemory(expected_since=NOW, written_at=NOW + 10, last_matched=NOW + 20)
    assert deadline.lag_limit(memory, 4_200) == deadline.Expiry(NOW + 4_220, NOW + 4_220 + 420)
    assert deadline.lag_limit(replace(memory, last_matched=None), None).at == NOW + 10 + 900
    assert deadline.lag_limit(RecordMemory(), 60).at == 60


def test_our_own_write_is_fresh_for_half_a_minute() -> None:
    memory = RecordMemory(written=("11.22.33.44",), written_at=NOW)
    assert deadline.just_written(memory, WANTED, NOW + 30)
    assert not deadline.just_written(memory, WANTED, NOW + 31)
    assert not deadline.just_written(memory, frozenset({OLD}), NOW)
    assert not deadline.just_written(RecordMemory(), frozenset(), NOW)


def test_the_memory_of_another_spelling_is_the_same_memory() -> None:
    memory = RecordMemory(expected=frozenset({"2A02:810D:0::7"}), expected_since=NOW - 500, served_since=NOW - 400)
    brought = deadline.bring_forward(memory, frozenset({"2a02:810d::7"}), hear(look()), now=NOW)
    assert (brought.expected_since, brought.served_since) == (NOW - 500, NOW - 400)
    assert brought.cached_until == MappingProxyType({})


def test_what_is_remembered_moves_with_a_clock_that_was_moved() -> None:
    word = AtProvider(frozenset({NEW}), proxied=True, at=NOW - 30)
    memory = RecordMemory(
        expected_since=NOW - 20,
        served_since=NOW - 10,
        old_ttl=60,
        written_at=NOW - 15,
        cached_until={"r1": NOW + 40},
        turns=(Turn(NOW - 5, None, None),),
        at_provider=word,
    )
    ahead = deadline.moved(memory, 3600)
    assert (ahead.expected_since, ahead.served_since, ahead.written_at) == (NOW + 3580, NOW + 3590, NOW + 3585)
    assert ahead.cached_until == {"r1": NOW + 3640}
    assert ahead.at_provider == replace(word, at=NOW + 3570)
    assert deadline.moved(ahead, -3600) == memory
    assert deadline.moved(RecordMemory(old_ttl=60), 3600) == RecordMemory(old_ttl=60)
