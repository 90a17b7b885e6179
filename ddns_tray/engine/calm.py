"""Fewer collections of the garbage collector in a round over many names.

Why: each answer and each verdict becomes an object that stays until the next round, and the collector, which counts
objects that come and stay, would go through all of them again and again: half of the time of a look at thousands of
names. What a round makes is hardly ever garbage that only the collector finds, so it may well come later.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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
