"""The real clock."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Implements `core.ports.Clock` with the machine's own clocks."""

    now = staticmethod(time.time)
    """Seconds since the Unix epoch, as the wall clock has it."""

    monotonic = staticmethod(time.monotonic)
    """Seconds that never run backwards."""

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running loop."""
        await asyncio.sleep(seconds)


_COUNTS_SLEEP: int | None = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""Linux has the first, macOS the second, which goes on in sleep there; Windows has neither and needs none."""


def elapsed() -> float:
    """Seconds since some point, those asleep included: what a wall clock that was moved is told by."""
    return time.monotonic() if _COUNTS_SLEEP is None else time.clock_gettime(_COUNTS_SLEEP)
