"""A verdict that is taken over from the look before is the one that judging would have given."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from ddns_tray.core.judge import judge_again
from ddns_tray.core.judged import Judged, judge_after
from ddns_tray.core.model import AtProvider, Circumstances, Colour, Observation, RecordMemory, Role, VerdictKind, View
from tests.core.test_judge_properties import _observation, _view
from tests.support.looks import NEW, NOW, OLD, auth, look, resolver

WANTED = frozenset({NEW})
LONG_AGO = NOW - 1_000_000
SETTLED = RecordMemory(expected=WANTED, expected_since=LONG_AGO, served_since=LONG_AGO, served_ttl=60)
WELL = look(auth("ns1", NEW), auth("ns2", NEW), resolver("r1", NEW), resolver("r2", NEW))


def told(memory: RecordMemory, at: float = NOW) -> Circumstances:
    return Circumstances(at=at, expected=WANTED, memory=memory, online=True, watched_only=False)


def later(view: View, seconds: float, **changes: object) -> View:
    """The same look once more; `changes` are made to its last observation."""
    seen = [replace(each, at=each.at + seconds, rtt_ms=3.0) for each in view.observations]
    seen[-1] = replace(seen[-1], **changes)  # type: ignore[arg-type]
    return replace(view, observations=tuple(seen), at=view.at + seconds)


def settled() -> Judged:
    first = judge_after(None, WELL, told(SETTLED))
    assert first.verdict.colour is Colour.GREEN
    assert not first.repeated
    return first


def is_what_judging_gives(one: Judged) -> bool:
    return (one.verdict, one.memory) == judge_again(one.view, one.told)


def test_a_look_that_repeats_the_one_before_repeats_its_verdict() -> None:
    before = settled()
    for turn in range(1, 5):
        after = judge_after(before, later(WELL, 60.0 * turn, ttl=60 - turn), told(before.memory, NOW + 60 * turn))
        assert after.repeated
        assert after.verdict is before.verdict
        assert after.memory.last_matched == NOW + 60 * turn
        assert is_what_judging_gives(after)
        before = after


@pytest.mark.parametrize(
    "view",
    [
        later(WELL, 60, answer=(OLD,)),
        later(WELL, 60, rcode="SERVFAIL", answer=()),
        later(WELL, 60, ede=(3,)),
        replace(later(WELL, 60), zone="org"),
        replace(later(WELL, 60), observations=later(WELL, 60).observations[:-1]),
        look(auth("ns1", NEW, ttl=90), auth("ns2", NEW), resolver("r1", NEW), resolver("r2", NEW)),
    ],
)
def test_any_other_look_is_judged(view: View) -> None:
    before = settled()
    after = judge_after(before, view, told(before.memory, NOW + 60))
    assert not after.repeated
    assert is_what_judging_gives(after)


def test_other_circumstances_are_judged() -> None:
    before = settled()
    same = told(before.memory, NOW + 60)
    for other in (
        replace(same, expected=frozenset({OLD})),
        replace(same, paused=True),
        replace(same, online=None),
        replace(same, at=NOW - 60),
        replace(same, memory=replace(before.memory, old_ttl=60)),
    ):
        after = judge_after(before, later(WELL, 60), other)
        assert not after.repeated
        assert is_what_judging_gives(after)


def test_a_verdict_with_a_time_limit_is_drawn_anew() -> None:
    moving = replace(SETTLED, old_ttl=3600, served_since=NOW - 10)
    view = look(auth("ns1", NEW), resolver("r1", NEW))
    before = judge_after(None, view, told(moving))
    assert before.memory.old_ttl is not None
    assert not judge_after(before, later(view, 60), told(before.memory, NOW + 60)).repeated


def test_a_proxy_that_is_wanted_and_missing_is_told_after_its_moment() -> None:
    word = AtProvider(WANTED, proxied=True, at=NOW, asked=True)
    before = judge_after(None, WELL, told(replace(SETTLED, at_provider=word)))
    assert before.verdict.kind is VerdictKind.MATCHED
    after = judge_after(before, later(WELL, 60), told(before.memory, NOW + 60))
    assert is_what_judging_gives(after)
    assert after.verdict.kind is VerdictKind.PROXIED


def test_who_was_not_looked_at_keeps_the_verdict_of_before() -> None:
    before = judge_after(None, None, told(SETTLED))
    after = judge_after(before, None, told(SETTLED, NOW + 60))
    assert after.repeated
    assert is_what_judging_gives(after)
    offline = judge_after(after, None, replace(told(SETTLED, NOW + 60), online=False))
    assert not offline.repeated
    assert is_what_judging_gives(offline)
    assert not judge_after(after, WELL, told(SETTLED, NOW + 60)).repeated


def test_whatever_is_seen_a_repeated_verdict_is_the_one_that_judging_gives() -> None:
    """Many records, each looked at eight times, with something else in between now and then."""
    repeated = 0
    for seed in range(2_500):
        chance = random.Random(seed)
        view = _view(chance, calm=chance.random() < 0.9)
        online = chance.choice([True, True, False, None])
        expected = chance.choice([WANTED, WANTED, WANTED, None, frozenset()])
        memory = chance.choice([SETTLED, RecordMemory(), replace(SETTLED, old_ttl=chance.choice([0, 60, 86_400]))])
        before: Judged | None = None
        now = NOW
        for _ in range(8):
            now += chance.choice([0.0, 60.0, 60.0, 60.0, 90_000.0, -60.0])
            view = _next(view, chance, now)
            circumstances = Circumstances(
                at=now, expected=expected, memory=memory, online=online, watched_only=chance.random() < 0.02
            )
            after = judge_after(before, view, circumstances)
            assert is_what_judging_gives(after), (seed, after.repeated)
            repeated += after.repeated
            before, memory = after, after.memory
    assert repeated > 2_500


def _next(view: View, chance: random.Random, now: float) -> View:
    """The next look: mostly the same words, as caches count down."""
    seen = [_again(each, chance, now) for each in view.observations]
    if seen and chance.random() < 0.1:
        place = chance.randrange(len(seen))
        seen[place] = _observation(chance, seen[place].role, seen[place].server, calm=chance.random() < 0.7)
    if chance.random() < 0.02:
        chance.shuffle(seen)
    return replace(view, observations=tuple(seen), at=now)


def _again(seen: Observation, chance: random.Random, now: float) -> Observation:
    counts_down = seen.role is Role.RESOLVER or chance.random() < 0.02
    ttl = chance.choice([None, 0, 17, 60]) if counts_down else seen.ttl
    return replace(seen, at=now - chance.uniform(0, 5), ttl=ttl, rtt_ms=chance.random())
