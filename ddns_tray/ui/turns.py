"""Work that takes long, step by step: each in a turn of its own, so that none of them holds up the window."""

from __future__ import annotations

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
        self._done: Step | None = None
        self._next = QTimer(self, singleShot=True, interval=0)  # `singleShot` keeps for ever what it did not come to
        self._next.timeout.connect(self._take)

    def begin(self, steps: Iterator[Step], done: Step) -> None:
        """Take these steps, one a turn, beginning with the next turn; `done` is called after the last, or a fault."""
        self._steps, self._done = steps, done
        self._next.start()

    def drop(self) -> None:
        """Leave what is left."""
        self._next.stop()
        self._steps, self._done = iter(()), None

    def _take(self) -> None:
        try:
            step = next(self._steps, None)
            if step is not None:
                step()
                self._next.start()
                return
        except BaseException:
            self._end()
            raise
        self._end()

    def _end(self) -> None:
        done = self._done
        self.drop()
        if done is not None:
            done()
