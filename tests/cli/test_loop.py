"""The loop of one-shot commands: what hangs in a system call holds up neither the others nor the end."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from ddns_tray.commands import loop


def test_work_that_hangs_keeps_nobody_waiting() -> None:
    never = threading.Event()

    async def look() -> int:
        hanging = [asyncio.ensure_future(asyncio.to_thread(never.wait)) for _ in range(40)]
        await asyncio.sleep(0)
        found = await asyncio.to_thread(int, "7")
        for each in hanging:
            each.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        return found

    started = time.monotonic()
    try:
        assert loop.run(look()) == 7
        assert time.monotonic() - started < 5
        assert threading.active_count() > 40, "they really hang"
    finally:
        never.set()


def test_what_work_raises_is_raised_to_who_asked() -> None:
    async def look() -> None:
        await asyncio.to_thread(int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        loop.run(look())
