"""The real clock."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Implements `core.ports.Clock` with the machine's own clocks."""

    def now(self) -> float:
        """Seconds since the Unix epoch, as the wall clock has it."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running loop."""
        await asyncio.sleep(seconds)
