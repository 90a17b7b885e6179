"""An event loop without files, whose time jumps to the next timer as soon as nothing is left to do."""

from __future__ import annotations

import asyncio


class VirtualLoop(asyncio.BaseEventLoop):
    """Hours in a blink, and the same order of events each time: nothing from outside can come in between."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _NoFiles(self)
        self.hands = 1_000.0

    def time(self) -> float:
        return self.hands

    def _process_events(self, event_list: list[object]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


class _NoFiles:
    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[object]:
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing will ever happen")
        self._loop.hands += timeout
        return []
