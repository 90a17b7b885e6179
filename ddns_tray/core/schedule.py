"""When to look next, and how to sleep until then.

Defines: jitter, backoff, the due time of the next round, slices of sleep, and how a gap in time shows. Does not sleep,
and has no clock of its own.

Due times are wall-clock times (Unix seconds), since that is what DNS deadlines are, and a wall clock may jump. Sleeping
in short slices and comparing both clocks after each tells a machine that slept from one that did not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ddns_tray.core.ports import Chance

JITTER = 0.1
"""Share of a waiting time by which it varies either way, so that many machines do not ask in step."""
SOONEST = 5.0
"""Seconds between two looks while something is about to change; an interval that is shorter stays as it is."""
AFTER_DEADLINE = 1.0
"""Seconds to wait beyond a deadline, so that what ends then has ended."""
RETRY_FLOOR = 15.0
RETRY_BASE = 30.0
RETRY_CEILING = 900.0
RETRY_INTERVALS = 15
RARE_LOOKS, LONGEST_RARE = 5.0, 300.0
"""Where changes are told of: so many intervals between two looks for our address, and at most so many seconds."""
QUICK_LOOKS, SHORTEST_QUICK, QUICK_FOR = 3.0, 15.0, 600.0
"""While an address is missing: so many looks in one interval, so many seconds apart at least, and for how long."""
SLICE = 60.0
GAP = 90.0
"""Seconds that may be missing before we believe that the machine slept."""


def jittered(seconds: float, chance: Chance) -> float:
    """Return `seconds`, moved by up to 10 % either way."""
    return seconds * (1 - JITTER + 2 * JITTER * chance.random())


def backoff(failures: int, *, base: float, ceiling: float, chance: Chance) -> float:
    """Return a waiting time of full jitter: anything from 0 to `base` doubled with each failure, up to `ceiling`.

    No failure, no wait. Full jitter spreads a crowd that failed together better than a fixed ladder does.
    """
    if failures <= 0:
        return 0.0
    doublings = min(failures - 1, 63)
    return min(ceiling, base * 2.0**doublings) * chance.random()


def next_due(
    *,
    now: float,
    last_check: float | None,
    interval: float,
    deadlines: Sequence[float],
    not_before: Sequence[float],
    chance: Chance,
    failures: int,
) -> float:
    """Return when the next round is due; at least `now`.

    Usually that is an interval after the last one. It is sooner just after a verdict's deadline, half-way to the
    nearest deadline while one is ahead (at least 5 s), and when a write that had to wait may be tried (`not_before`).
    After failures in a row a retry comes quickly at first and then ever more rarely, up to 15 min or the interval.
    A `last_check` that lies ahead means that the clock went back: it counts as now.
    """
    if last_check is None:
        return now
    start = min(last_check, now)
    wait = _retry_wait(interval, failures, chance) if failures > 0 else jittered(interval, chance)
    candidates = [start + wait]
    ahead = [deadline for deadline in deadlines if deadline + AFTER_DEADLINE > now]
    if ahead:
        nearest = min(ahead)
        candidates.append(nearest + AFTER_DEADLINE)
        candidates.append(now + max(min(SOONEST, interval), (nearest - now) / 2))
    candidates.extend(moment for moment in not_before if moment > now)
    return max(now, min(candidates))


def look_interval(interval: float, *, told: bool, missing_for: float | None) -> float:
    """Return how many seconds to let pass between two looks for our own address.

    `told` says that router and system tell of changes by themselves: then looks are only there for what nobody tells.
    `missing_for` is for how long an address has been missing or disputed, None where all is well: at first that is
    looked into more often, since it mostly passes; a line that has no such address is not pestered for ever.
    """
    if missing_for is not None and missing_for < QUICK_FOR:
        return min(interval, max(SHORTEST_QUICK, interval / QUICK_LOOKS))
    if told and missing_for is None:
        return max(interval, min(RARE_LOOKS * interval, LONGEST_RARE))
    return interval


def slices(now: float, due: float, limit: float = SLICE) -> Iterator[float]:
    """Give the lengths of sleep from `now` to `due`, none longer than `limit` seconds; nothing if it is due already."""
    left = due - now
    while left > 0:
        step = min(limit, left)
        yield step
        left -= step


def slept(expected_wall: float, actual_wall: float, monotonic_delta: float) -> bool:
    """Say whether the machine seems to have slept during a slice.

    `expected_wall` is when the slice should have ended, `actual_wall` when it did, `monotonic_delta` how long it took
    by the clock that does not jump. Some systems stop that clock while they sleep (then the wall clock is ahead),
    others let it run (then the slice took far too long). A wall clock that was set forward looks the same, and a round
    that comes early does no harm; one that was set back is not sleep.
    """
    return actual_wall - expected_wall > GAP or monotonic_delta > SLICE + GAP


def follow_clock(due: float, expected_wall: float, actual_wall: float) -> float:
    """Return `due` moved back with a wall clock that was set back during a slice, so that nothing waits for hours."""
    return due - max(0.0, expected_wall - actual_wall - 1.0)


def _retry_wait(interval: float, failures: int, chance: Chance) -> float:
    ceiling = max(interval, min(RETRY_CEILING, RETRY_INTERVALS * interval))
    base = min(interval, RETRY_BASE)
    return min(interval, RETRY_FLOOR) + backoff(failures, base=base, ceiling=ceiling, chance=chance)
