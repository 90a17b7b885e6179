"""Calm in a round over many names: a loop that others get their turn on, and a garbage collector that seldom runs.

`in_turn`: the window lives on the same loop as the engine, and going through thousands of names at one stretch would
hold it up.

`calm`: each answer and each verdict becomes an object that stays until the next round, and the collector, which counts
objects that come and stay, would go through all of them again and again: half of the time of a look at thousands of
names. What a round makes is hardly ever garbage that only the collector finds, so it may well come later.
"""

from __future__ import annotations

import asyncio
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

_Item = TypeVar("_Item")
BREATH = 32
"""Records after which others on the loop get their turn: a few milliseconds."""

FROM = 100
"""Records from which this is worth it."""
_THRESHOLDS = (100_000, 50, 1_000)

_calm: list[tuple[int, int, int]] = []
"""What was set before, as often as somebody wants calm now."""


@contextmanager
def calm(records: int) -> Iterator[None]:
    """Collect seldom inside, if there are many records; rounds may overlap."""
    if records < FROM:
        yield
        return
    before = _calm[0] if _calm else gc.get_threshold()
    _calm.append(before)
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        _calm.pop()
        if not _calm:
            gc.set_threshold(*before)


async def in_turn(items: Iterable[_Item]) -> AsyncIterator[_Item]:
    """Give one after the other, and everybody else on the loop a turn now and then."""
    for number, item in enumerate(items, 1):
        yield item
        if number % BREATH == 0:
            await asyncio.sleep(0)
