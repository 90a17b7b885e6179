"""Steps of the wall clock, told apart from time that has passed.

Why: deadlines are kept as wall time, since they have to outlive a restart. If somebody corrects the clock by an hour
just after a change, the old answers in caches are not an hour older. So within one run, what is remembered moves with
the clock. Over a restart nothing but the wall clock is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.schedule import GAP

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.core.ports import Clock

SMALLEST_STEP = 2.0
"""Seconds; less than that is a clock that is being trimmed, and does no harm to any deadline."""


class ClockSteps:
    """Notices steps. `elapsed` are seconds that go on while the machine sleeps; without it no step is ever told."""

    def __init__(self, clock: Clock, elapsed: Callable[[], float] | None) -> None:
        self._clock = clock
        self._elapsed = elapsed
        self._offset = self._now()

    def take(self) -> float:
        """Return by how much the wall clock has been moved since the last call, 0.0 for nothing to speak of."""
        offset = self._now()
        step = offset - self._offset
        self._offset = offset
        return step if abs(step) >= SMALLEST_STEP else 0.0

    def _now(self) -> float:
        return 0.0 if self._elapsed is None else self._clock.now() - self._elapsed()


class SleepWatch:
    """Notices that the machine slept in the middle of something: what was seen before is of another day.

    It is told by the clock that stands still meanwhile, as it does on Linux and macOS; on Windows it goes on, and
    nothing is noticed here. Without `elapsed` a wall clock that is set forward looks the same, and does no harm.
    """

    def __init__(self, clock: Clock, elapsed: Callable[[], float] | None) -> None:
        self._clock = clock
        self._elapsed = elapsed or clock.now
        self.begin()

    def begin(self) -> None:
        """From now on."""
        self._lead = self._now()

    @property
    def slept(self) -> bool:
        """Whether it slept since then."""
        return self._now() - self._lead > GAP

    def _now(self) -> float:
        return self._elapsed() - self._clock.monotonic()
