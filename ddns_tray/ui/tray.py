"""The tray icon: one glance. It shows what `words` says fits the snapshot, and survives panels that come and go."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QSystemTrayIcon

from ddns_tray.ui import icons
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QIcon

    from ddns_tray.core.model import Snapshot
    from ddns_tray.ui.menu import TrayMenu
    from ddns_tray.words import Words

log = logging.getLogger(__name__)

BUSY_AFTER = 1000
"""Milliseconds that work must last before the icon says so; shorter work would only flicker."""
_LOOK_FOR_PANEL = 2000
_GIVE_UP_AFTER = 10_000
"""Milliseconds without a panel after which the window has to speak instead."""
_STILL_THERE = 30_000
"""Milliseconds between two looks whether the panel has gone. One costs 2 ms at most, and nobody tells."""


class Tray(QObject):
    """Owns the icon. `panel_missing` is told when there is no panel some seconds after the start, or no longer."""

    activated = Signal()
    panel_missing = Signal()
    panel_found = Signal()

    def __init__(
        self,
        words: Words,
        menu: TrayMenu,
        now: Callable[[], float],
        *,
        panel_available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        super().__init__()
        self._words = words
        self._menu = menu
        self._now = now
        self._panel_available = panel_available
        self._snapshot: Snapshot | None = None
        self._shape = Shape.BUSY
        self._icon: QSystemTrayIcon | None = None
        self._busy = QTimer(self, singleShot=True, interval=BUSY_AFTER)
        self._busy.timeout.connect(lambda: self._set_shape(Shape.BUSY))
        self._looking = QTimer(self, interval=_LOOK_FOR_PANEL)
        self._looking.timeout.connect(self._look_for_panel)
        self._give_up = QTimer(self, singleShot=True, interval=_GIVE_UP_AFTER)
        self._give_up.timeout.connect(self.panel_missing)
        self._watching = QTimer(self, interval=_STILL_THERE)
        self._watching.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._watching.timeout.connect(self._look_whether_gone)

    @property
    def shape(self) -> Shape:
        """What is shown now."""
        return self._shape

    @property
    def icon(self) -> QSystemTrayIcon | None:
        """The icon itself; None while there is no panel."""
        return self._icon

    def show(self) -> bool:
        """Show the icon if there is a panel, else keep looking for one; says whether there is."""
        if self._panel_available():
            self._create()
            return True
        self._look_out()
        return False

    def hide(self) -> None:
        """Take the icon away; for the end."""
        for timer in (self._looking, self._give_up, self._watching, self._busy):
            timer.stop()
        if self._icon is not None:
            self._icon.hide()

    def set_words(self, words: Words) -> None:
        """Speak another language from now on."""
        self._words = words
        self._menu.set_words(words)
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take the newest snapshot."""
        self._snapshot = snapshot
        shape = self._words.shape(snapshot.colour, snapshot.phase)
        if shape is not Shape.BUSY:
            self._busy.stop()
            self._set_shape(shape)
        elif self._shape is not Shape.BUSY and not self._busy.isActive():
            self._busy.start()
        self._menu.show_snapshot(snapshot)
        if self._icon is not None:
            self._set_tooltip(self._icon, snapshot)

    def _set_shape(self, shape: Shape) -> None:
        if shape is self._shape:
            return
        self._shape = shape
        if self._icon is not None:
            self._icon.setIcon(_picture(shape))

    def _set_tooltip(self, icon: QSystemTrayIcon, snapshot: Snapshot) -> None:
        tip = self._words.tooltip(snapshot, self._now())
        if icon.toolTip() != tip:
            icon.setToolTip(tip)

    def _create(self) -> None:
        icon = QSystemTrayIcon(_picture(self._shape), self)
        icon.setContextMenu(self._menu)
        icon.setToolTip(self._words.tr("DDNS Tray"))
        icon.activated.connect(self._on_activated)
        if self._snapshot is not None:
            self._set_tooltip(icon, self._snapshot)
        icon.show()
        self._icon = icon
        self._watching.start()

    def _look_out(self) -> None:
        self._watching.stop()
        self._looking.start()
        self._give_up.start()

    def _look_for_panel(self) -> None:
        if not self._panel_available():
            return
        log.info("a panel with a tray has come")
        self._looking.stop()
        self._give_up.stop()
        if self._icon is None:
            self._create()
        else:
            self._watching.start()  # Qt itself brings the icon to a panel that returns
        self.panel_found.emit()

    def _look_whether_gone(self) -> None:
        if not self._panel_available():
            log.info("the panel with the tray has gone")
            self._look_out()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        wanted = {QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick}
        # On macOS a click opens the menu; the window would jump up behind it.
        if reason in wanted and sys.platform != "darwin":
            self.activated.emit()


def _picture(shape: Shape) -> QIcon:
    return icons.mask_icon(shape) if sys.platform == "darwin" else icons.icon(shape)
