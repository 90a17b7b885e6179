"""Work that takes long, step by step: each in a turn of its own, so that none of them holds up the window."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Step = Callable[[], object]


class Turns(QObject):
    """One work at a time: who begins another leaves the rest of the one before. It ends with its parent."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: Iterator[Step] = iter(())

    def begin(self, steps: Iterator[Step], done: Step) -> None:
        """Take these steps, one a turn, beginning with the next turn; `done` is called after the last, or a fault."""
        self._steps = steps
        self._wait(steps, done)

    def drop(self) -> None:
        """Leave what is left."""
        self._steps = iter(())

    def _wait(self, steps: Iterator[Step], done: Step) -> None:
        QTimer.singleShot(0, self, partial(self._take, steps, done))

    def _take(self, steps: Iterator[Step], done: Step) -> None:
        if steps is not self._steps:
            return
        try:
            step = next(steps, done)
            step()
        except BaseException:
            done()
            raise
        if step is not done:
            self._wait(steps, done)
