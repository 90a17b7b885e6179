"""Octets drawn by lot, many at a time: ids and letter cases have to be unpredictable, and are needed all the time."""

from __future__ import annotations

import os

_DRAWN_AT_ONCE = 4096


class Lots:
    """Random octets of the operating system's generator, each handed out once."""

    __slots__ = ("_at", "_octets")

    def __init__(self) -> None:
        self._octets = b""
        self._at = 0

    def draw(self, count: int) -> bytes:
        """Return `count` octets, at most a few hundred."""
        at = self._at
        end = at + count
        if end > len(self._octets):
            self._octets = os.urandom(_DRAWN_AT_ONCE)
            at, end = 0, count
        self._at = end
        return self._octets[at:end]
