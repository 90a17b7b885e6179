from __future__ import annotations

import random
from itertools import islice

import pytest

from ddns_tray.core import schedule

NOW = 1_800_000_000.0


class Fixed:
    """A chance that always says the same."""

    def __init__(self, value: float) -> None:
        self.value = value

    def random(self) -> float:
        return self.value


MIDDLE = Fixed(0.5)


def due(
    *,
    last_check: float | None = NOW,
    interval: float = 60.0,
    deadlines: tuple[float, ...] = (),
    not_before: tuple[float, ...] = (),
    chance: float = 0.5,
    failures: int = 0,
    now: float = NOW,
) -> float:
    return schedule.next_due(
        now=now,
        last_check=last_check,
        interval=interval,
        deadlines=deadlines,
        not_before=not_before,
        chance=Fixed(chance),
        failures=failures,
    )


def test_the_first_round_is_due_at_once() -> None:
    assert due(last_check=None) == NOW


def test_a_round_follows_an_interval_after_the_last_one() -> None:
    assert due() == pytest.approx(NOW + 60)
    assert due(last_check=NOW - 20) == pytest.approx(NOW + 40)


@pytest.mark.parametrize(("chance", "wait"), [(0.0, 54.0), (1.0, 66.0)])
def test_the_interval_varies_by_a_tenth(chance: float, wait: float) -> None:
    assert due(chance=chance) == pytest.approx(NOW + wait)


def test_what_was_missed_is_due_now() -> None:
    assert due(last_check=NOW - 86_400) == NOW


def test_a_clock_that_went_back_does_not_postpone_the_next_round() -> None:
    assert due(last_check=NOW + 7_200) == pytest.approx(NOW + 60)


def test_a_deadline_is_looked_at_just_after_it() -> None:
    assert due(deadlines=(NOW + 3,)) == NOW + 4


def test_while_a_deadline_is_ahead_looks_come_half_way_to_it() -> None:
    assert due(interval=600, deadlines=(NOW + 90, NOW + 500)) == NOW + 45
    assert due(interval=600, deadlines=(NOW + 9,)) == NOW + 5


def test_a_deadline_that_is_over_is_no_reason_to_hurry() -> None:
    assert due(deadlines=(NOW - 1, NOW - 500)) == pytest.approx(NOW + 60)


def test_a_far_deadline_leaves_the_interval_alone() -> None:
    assert due(deadlines=(NOW + 86_400,)) == pytest.approx(NOW + 60)


def test_an_interval_shorter_than_the_soonest_look_stays() -> None:
    assert due(interval=2, deadlines=(NOW + 3,)) == pytest.approx(NOW + 2)


def test_a_write_that_had_to_wait_wakes_us() -> None:
    assert due(not_before=(NOW + 7, NOW + 30, NOW - 5)) == NOW + 7


def test_a_failure_is_tried_again_soon_and_then_ever_more_rarely() -> None:
    assert due(interval=3_600, failures=1, chance=0.0) == NOW + 15
    latest = [due(failures=failures, chance=1.0) - NOW for failures in (1, 2, 3, 6, 50, 5_000)]
    assert latest == [45, 75, 135, 915, 915, 915]
    assert due(interval=3_600, failures=50, chance=1.0) == NOW + 3_615
    assert due(interval=2, failures=50, chance=1.0) == NOW + 32


def test_backoff_is_full_jitter_below_a_ceiling() -> None:
    chance = random.Random(7)
    assert schedule.backoff(0, base=5, ceiling=60, chance=chance) == 0
    assert schedule.backoff(-1, base=5, ceiling=60, chance=chance) == 0
    for failures in range(1, 200):
        wait = schedule.backoff(failures, base=5, ceiling=60, chance=chance)
        assert 0 <= wait <= min(60, 5 * 2.0 ** (failures - 1))


def test_whatever_comes_the_next_round_is_neither_past_nor_far() -> None:
    chance = random.Random(20261122)
    for _ in range(5_000):
        interval = chance.choice([1.0, 30.0, 60.0, 3_600.0])
        failures = chance.randrange(12)
        moment = schedule.next_due(
            now=NOW,
            last_check=chance.choice([None, NOW + chance.uniform(-1e6, 1e6)]),
            interval=interval,
            deadlines=[NOW + chance.uniform(-1e4, 1e4) for _ in range(chance.randrange(4))],
            not_before=[NOW + chance.uniform(-1e4, 1e4) for _ in range(chance.randrange(4))],
            chance=chance,
            failures=failures,
        )
        assert NOW <= moment <= NOW + max(interval * 1.1, 915 if failures else 0, interval + 15 if failures else 0)


def test_sleep_comes_in_slices_toward_the_due_time() -> None:
    assert list(schedule.slices(NOW, NOW + 150)) == [60, 60, 30]
    assert list(schedule.slices(NOW, NOW + 5, limit=2)) == [2, 2, 1]
    assert list(schedule.slices(NOW, NOW)) == []
    assert list(schedule.slices(NOW, NOW - 10)) == []
    assert list(islice(schedule.slices(NOW, float("inf")), 2)) == [60, 60]


@pytest.mark.parametrize(
    ("overrun", "monotonic", "asleep"),
    [
        (0.2, 60.2, False),
        (89.0, 60.0, False),
        (91.0, 60.0, True),
        (30_000.0, 60.1, True),
        (0.0, 151.0, True),
        (-7_200.0, 60.0, False),
        (-7_200.0, 30_000.0, True),
    ],
)
def test_a_gap_in_time_is_sleep_and_a_step_back_is_not(overrun: float, monotonic: float, *, asleep: bool) -> None:
    assert schedule.slept(NOW + 60, NOW + 60 + overrun, monotonic) is asleep


def test_a_due_time_follows_a_clock_that_was_set_back() -> None:
    assert schedule.follow_clock(NOW + 500, NOW + 60, NOW + 60.3) == NOW + 500
    assert schedule.follow_clock(NOW + 500, NOW + 60, NOW + 60 - 3_601) == NOW + 500 - 3_600


def test_jitter_stays_within_a_tenth() -> None:
    chance = random.Random(3)
    assert all(90 <= schedule.jittered(100, chance) <= 110 for _ in range(1_000))
    assert schedule.jittered(100, MIDDLE) == pytest.approx(100)


# --- looks for our own address ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "told", "missing_for", "expected"),
    [
        (60.0, False, None, 60.0),
        (60.0, True, None, schedule.LONGEST_RARE),
        (20.0, True, None, 20.0 * schedule.RARE_LOOKS),
        (3600.0, True, None, 3600.0),
        (60.0, True, 0.0, 20.0),
        (60.0, False, schedule.QUICK_FOR - 1, 20.0),
        (30.0, False, 0.0, schedule.SHORTEST_QUICK),
        (5.0, False, 0.0, 5.0),
        (60.0, False, schedule.QUICK_FOR, 60.0),
        (60.0, True, schedule.QUICK_FOR, 60.0),
    ],
)
def test_looks_are_rare_while_changes_are_told_and_more_frequent_after_trouble(
    interval: float, missing_for: float | None, expected: float, *, told: bool
) -> None:
    assert schedule.look_interval(interval, told=told, missing_for=missing_for) == expected
