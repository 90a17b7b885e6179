"""When a window was first painted, for the figures: what a start costs until there is something to see."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

log = logging.getLogger(__name__)


class FirstPaint(QObject):
    """Tells the log once, and goes."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._next = QTimer(self, singleShot=True, interval=0)  # `singleShot` keeps for ever what it did not come to
        self._next.timeout.connect(self._tell)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Wait for the first time; what is painted in that turn is painted when the next one begins."""
        if watched is self._window and event.type() is QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            self._next.start()
        return False

    def _tell(self) -> None:
        log.info("window shown after %.3f s of CPU time", time.process_time())
        self.deleteLater()
