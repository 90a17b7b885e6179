from __future__ import annotations

import itertools
import random

import pytest

from ddns_tray.core.model import Colour, Reason, Turn, Verdict, VerdictKind
from ddns_tray.core.past import DAY, MOST_TURNS, interrupted, stretches, turned, worst_of_each

GREEN = Verdict(VerdictKind.MATCHED, Colour.GREEN, Reason("matched"))
RED = Verdict(VerdictKind.MISMATCH, Colour.RED, Reason("mismatch"))
LAG = Verdict(VerdictKind.SECONDARY_LAG, Colour.YELLOW, Reason("secondary_lag"))
LATE = Verdict(VerdictKind.SECONDARY_LAG, Colour.RED, Reason("secondary_lag"))


def turn(at: float, verdict: Verdict | None) -> Turn:
    return Turn(at, None, None) if verdict is None else Turn(at, verdict.kind, verdict.colour)


def test_only_another_verdict_or_colour_is_a_turn() -> None:
    turns = turned((), GREEN, 0)
    assert turned(turns, GREEN, 60) is turns
    for at, verdict in ((120.0, LAG), (180.0, LATE), (240.0, GREEN)):
        turns = turned(turns, verdict, at)
    assert turns == (turn(0, GREEN), turn(120, LAG), turn(180, LATE), turn(240, GREEN))


def test_what_ended_before_the_day_is_forgotten_and_what_still_held_then_is_not() -> None:
    kept = (turn(0, RED), turn(10, GREEN), turn(20, LAG))
    turns = turned(kept, GREEN, 15 + DAY)
    assert turns == (turn(10, GREEN), turn(20, LAG), turn(15 + DAY, GREEN))


def test_a_verdict_that_flaps_stays_small() -> None:
    turns: tuple[Turn, ...] = ()
    for second in range(500):
        turns = turned(turns, (GREEN, RED)[second % 2], float(second))
    assert len(turns) == MOST_TURNS
    assert turns[-1] == turn(499, RED)


def test_nothing_is_claimed_of_the_time_in_which_nobody_looked() -> None:
    kept: tuple[Turn, ...] = (turn(0, RED), turn(100, GREEN))
    after = interrupted(kept, 400.0)
    assert after == (*kept, turn(400, None))
    assert interrupted(after, 400.0) == after
    assert interrupted(kept, None) == (*kept, turn(100, None))
    assert interrupted((), 400.0) == ()
    found = list(stretches(turned(after, RED, 600.0), 0, 1000))
    assert [(each.begin, each.end, each.turn.colour) for each in found] == [
        (0, 100, Colour.RED),
        (100, 400, Colour.GREEN),
        (400, 600, None),
        (600, 1000, Colour.RED),
    ]


def test_the_worst_of_a_part_is_shown_however_short_it_was() -> None:
    turns = (turn(0, GREEN), turn(45, RED), turn(46, GREEN), turn(60, None), turn(80, LAG))
    found = worst_of_each(turns, 0, 100, 10)
    assert [each and each.colour for each in found] == [
        *[Colour.GREEN] * 4,
        Colour.RED,
        Colour.GREEN,
        None,
        None,
        Colour.YELLOW,
        Colour.YELLOW,
    ]


def test_time_before_the_first_turn_and_turns_of_the_future_are_unknown() -> None:
    assert worst_of_each((turn(50, GREEN), turn(500, RED)), 0, 100, 2) == (None, turn(50, GREEN))
    assert worst_of_each((), 0, 100, 3) == (None, None, None)


@pytest.mark.parametrize("seed", range(50))
def test_parts_and_stretches_tell_the_same(seed: int) -> None:
    chance = random.Random(seed)
    times = sorted(float(chance.randrange(-50, 120)) for _ in range(12))
    turns = tuple(turn(at, chance.choice([GREEN, RED, LAG, None])) for at in times)
    found = list(stretches(turns, 0, 100))
    assert found[0].begin == 0
    assert found[-1].end == 100
    assert all(one.end == two.begin for one, two in itertools.pairwise(found))
    order = {Colour.RED: 2, Colour.YELLOW: 1, Colour.GREEN: 0}
    for place, worst in enumerate(worst_of_each(turns, 0, 100, 20)):
        begin, end = place * 5, place * 5 + 5
        inside = [each.turn.colour for each in found if each.begin < end and each.end > begin]
        expected = max((colour for colour in inside if colour is not None), key=order.__getitem__, default=None)
        assert (worst.colour if worst is not None else None) is expected
