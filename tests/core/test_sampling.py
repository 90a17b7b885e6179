"""Everybody's turn comes, and nobody's resolvers are asked too much."""

from __future__ import annotations

import random

import pytest

from ddns_tray.core.model import RecordKey, RecordType
from ddns_tray.core.sampling import FEW, MOST_AT_ONCE, PERIOD, Candidate, Sample, choose

NOW = 1_800_000_000.0


def key(number: int, kind: RecordType = RecordType.A) -> RecordKey:
    return RecordKey(f"h{number}.example.org", kind)


def settled(count: int, *, asked_at: float | None = NOW - 60) -> list[Candidate]:
    return [Candidate(key(number), settled=True, asked_at=asked_at) for number in range(count)]


def sample(candidates: list[Candidate], *, regular: bool = True, interval: float = 60.0) -> Sample:
    return choose(candidates, now=NOW, interval=interval, regular=regular)


@pytest.mark.parametrize("regular", [True, False])
def test_few_names_are_always_looked_at_as_a_whole(*, regular: bool) -> None:
    both = [
        Candidate(key(number, kind), settled=True, asked_at=NOW - 1) for number in range(FEW) for kind in RecordType
    ]
    assert sample(both, regular=regular) == Sample(tuple(each.key for each in both))


def test_of_many_all_are_asked_of_their_authoritative_servers_and_a_share_of_the_resolvers() -> None:
    chosen = sample(settled(10_000))
    assert len(chosen.whole) == 834
    assert sorted(chosen.whole + chosen.authoritative) == sorted(key(number) for number in range(10_000))
    assert not chosen.left


def test_those_come_first_who_have_waited_longest() -> None:
    some = settled(1000)
    some[777] = Candidate(key(777), settled=True, asked_at=NOW - 300)
    chosen = sample(some)
    assert key(777) in chosen.whole
    assert len(chosen.whole) == 84


def test_whoever_would_wait_for_too_long_is_taken_however_many_they_are() -> None:
    assert len(sample(settled(5000, asked_at=NOW - PERIOD + 70)).whole) == 5000


def test_a_time_of_asking_that_lies_ahead_counts_as_none() -> None:
    assert len(sample(settled(2000, asked_at=NOW + 3600)).whole) == 2000


def test_with_a_long_interval_every_round_is_for_everybody() -> None:
    assert len(sample(settled(5000), interval=PERIOD).whole) == 5000


def test_what_is_suspect_is_looked_at_in_every_round_and_alone_between_two_regular_ones() -> None:
    some = [*settled(1000), Candidate(key(5000), settled=False, asked_at=NOW - 1)]
    assert key(5000) in sample(some).whole
    assert sample(some, regular=False) == Sample((key(5000),))


def test_new_records_come_in_parts_and_before_what_is_suspect() -> None:
    new = [Candidate(key(number), settled=False, asked_at=None) for number in range(2500)]
    first = sample(new)
    assert (first.whole, first.authoritative, first.left) == (tuple(each.key for each in new[:1000]), (), True)
    suspect = [Candidate(key(9000 + number), settled=False, asked_at=NOW - number) for number in range(1000)]
    last = sample([*new[:300], *suspect])
    assert len(last.whole) == MOST_AT_ONCE
    assert not last.left
    assert set(last.whole) >= {each.key for each in (*new[:300], *suspect[300:])}


@pytest.mark.parametrize("count", [51, 400, 3000])
@pytest.mark.parametrize("interval", [5.0, 60.0, 300.0, 1200.0])
def test_nobodys_resolvers_wait_for_longer_than_the_period(count: int, interval: float) -> None:
    """Rounds come early and late, records become suspect and settle again; each waits its turn and no longer."""
    chance = random.Random(count)
    asked: dict[RecordKey, float | None] = {key(number): None for number in range(count)}
    suspect: set[RecordKey] = set()
    now, until, whole, rounds, next_regular = NOW, NOW + 2.5 * max(PERIOD, interval), 0, 0, NOW
    period = max(PERIOD, 1.25 * interval)
    while now < until:
        for each in chance.sample(list(asked), count // 50):
            suspect ^= {each}
        regular = now >= next_regular
        candidates = [Candidate(each, settled=each not in suspect, asked_at=at) for each, at in asked.items()]
        chosen = choose(candidates, now=now, interval=interval, regular=regular)
        assert not set(chosen.whole) & set(chosen.authoritative)
        asked |= dict.fromkeys(chosen.whole, now)
        rounds, whole = rounds + 1, whole + len(chosen.whole)
        if regular:
            next_regular = now + interval * chance.uniform(0.9, 1.2)
        now = next_regular if chance.random() < 0.8 else min(next_regular, now + 1.0)
        waited = [now - at for each, at in asked.items() if at is not None and each not in suspect]
        assert max(waited) <= period
    assert None not in asked.values()
    if interval <= 60.0:
        assert whole < rounds * count / 2, "most of the time most records are left alone"
