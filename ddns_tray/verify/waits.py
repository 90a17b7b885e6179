"""Many time-outs of few lengths: a row for each length, and one timer for each row.

A timer for each question costs as much as asking it, and nearly all of them are never needed. Those of one length end
in the order in which they began, so a row needs a timer for its first one only.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic
from typing import Generic, Protocol, TypeVar

_EARLY = 0.001
"""Seconds by which a wait may end early, so that neighbours end together."""


class Waiting(Protocol):
    """Something that may end by itself; `sent` tells one wait for it from the next."""

    ended: bool
    sent: int

    def expire(self) -> None:
        """It has waited for long enough."""


_W = TypeVar("_W", bound=Waiting)


class Waits(Generic[_W]):
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._rows: dict[float, deque[tuple[float, _W, int]]] = {}
        self._timers: dict[float, asyncio.TimerHandle] = {}

    def start(self, seconds: float, waiting: _W) -> None:
        """Call `waiting.expire()` after that time, unless it has ended, or waits for something else, by then."""
        row = self._rows.get(seconds)
        if row is None:
            row = self._rows[seconds] = deque()
            self._timers[seconds] = asyncio.get_running_loop().call_later(seconds, self._on_time, seconds)
        row.append((monotonic() + seconds, waiting, waiting.sent))
        _, first, sent = row[0]
        while first.ended or first.sent != sent:
            row.popleft()
            _, first, sent = row[0]

    def close(self) -> None:
        """Forget all."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._rows.clear()

    def _on_time(self, seconds: float) -> None:
        row = self._rows[seconds]
        now = monotonic() + _EARLY
        while row:
            end, waiting, sent = row[0]
            if waiting.ended or waiting.sent != sent:
                row.popleft()
            elif end <= now:
                row.popleft()
                waiting.expire()
            else:
                loop = asyncio.get_running_loop()
                self._timers[seconds] = loop.call_later(end - now, self._on_time, seconds)
                return
        del self._rows[seconds], self._timers[seconds]
