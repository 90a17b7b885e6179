"""Turns, and what a loss does to them."""

from __future__ import annotations

import random

import pytest

from ddns_tray.verify.pace import (
    BURST,
    OWN,
    PUBLIC_RESOLVER,
    PUBLIC_SERVER,
    RECOVERY,
    SLOWEST_SHARE,
    Pace,
    rate_for,
)


def taken(pace: Pace, begin: float, seconds: float) -> int:
    """How many turns somebody gets who always asks again as soon as allowed."""
    now, count = begin, 0
    while now < begin + seconds:
        pause = pace.pause(now)
        count += pause == 0
        now += pause
    return count


def new(most: float = 100.0) -> Pace:
    return Pace(most, random.Random(1))


@pytest.mark.parametrize("most", [1.0, 100.0, 4000.0])
def test_the_rate_is_kept_and_a_rest_saves_up_a_tenth_of_a_second(most: float) -> None:
    pace = new(most)
    assert taken(pace, 1000.0, 60.0) == pytest.approx(60 * most + max(1, BURST * most), rel=0.05, abs=2)
    assert taken(pace, 2000.0, 1e-9) == pytest.approx(max(1, BURST * most), rel=0.3, abs=1)


def test_gaps_are_not_all_the_same() -> None:
    pace, now, gaps = new(10.0), 1000.0, set()
    taken(pace, now, 1.0)
    for _ in range(20):
        now += 1.0
        pace.pause(now)
        gaps.add(round(pace.pause(now), 6))
    assert len(gaps) > 1


def test_a_loss_among_answers_halves_the_rate_once_for_all_that_went_out_before() -> None:
    pace = new()
    pace.answered(1000.5)
    for _ in range(32):
        pace.lost(1000.1, 1001.0)
    assert pace.rate == 50.0
    pace.answered(1003.0)
    pace.lost(1002.0, 1004.0)
    assert pace.rate == 25.0


def test_silence_alone_says_nothing_about_the_rate() -> None:
    pace = new()
    pace.lost(1000.0, 1001.0)
    pace.answered(999.0)
    pace.lost(1000.0, 1001.0)
    assert pace.rate == 100.0


def test_the_rate_never_falls_to_nothing_and_grows_back_within_a_minute() -> None:
    pace, now = new(), 1000.0
    for _ in range(20):
        now += 1.0
        pace.answered(now)
        pace.lost(now - 0.5, now)
    assert pace.rate == 100.0 * SLOWEST_SHARE
    pace.pause(now + RECOVERY / 2)
    assert pace.rate == pytest.approx(50 + 100 * SLOWEST_SHARE)
    pace.pause(now + RECOVERY)
    assert pace.rate == 100.0


def test_a_burst_that_was_saved_up_is_gone_after_a_loss() -> None:
    pace = new()
    pace.pause(1000.0)
    pace.answered(1009.0)
    pace.lost(1008.0, 1010.0)
    assert taken(pace, 1010.0, 0.01) == 1


def test_a_limit_only_ever_lowers() -> None:
    pace = new(300.0)
    pace.limit(100.0)
    pace.limit(200.0)
    assert (pace.most, pace.rate) == (100.0, 100.0)


@pytest.mark.parametrize(
    ("address", "recursive", "most"),
    [
        ("9.9.9.9", True, PUBLIC_RESOLVER),
        ("9.9.9.9", False, PUBLIC_SERVER),
        ("2620:fe::fe", True, PUBLIC_RESOLVER),
        ("192.168.1.1", True, OWN),
        ("100.64.0.1", True, OWN),
        ("fe80::1%eth0", False, OWN),
        ("127.0.0.1", False, OWN),
    ],
)
def test_strangers_are_asked_more_slowly_than_what_is_in_the_house(
    address: str, most: float, *, recursive: bool
) -> None:
    assert rate_for(address, recursive=recursive) == most
