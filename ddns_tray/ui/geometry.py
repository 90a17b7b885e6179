"""Where the window is: kept over a restart, and always on a screen that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QWidget

_GEOMETRY = "geometry"
_GRIP = QSize(120, 32)
"""So much of the window's top has to be on a screen for a pointer to take hold of it."""


def keep(window: QWidget, places: QSettings | None) -> None:
    """Remember where the window is."""
    if places is not None:
        places.setValue(_GEOMETRY, window.saveGeometry())


def restore(window: QWidget, places: QSettings | None) -> None:
    """Put the window where it was, if that place is still there."""
    kept = None if places is None else places.value(_GEOMETRY)
    if isinstance(kept, QByteArray):
        window.restoreGeometry(kept)
        bring_into_sight(window)


def bring_into_sight(window: QWidget) -> None:
    """Move the window onto a screen if the one it was on is gone, and make it no larger than a screen."""
    if window.windowState() & (Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen):
        return
    moved = placed(window.geometry(), [screen.availableGeometry() for screen in QGuiApplication.screens()])
    if moved != window.geometry():
        window.setGeometry(moved)


def placed(wanted: QRect, screens: list[QRect]) -> QRect:
    """Return where a window that wants to be here shall be, the first screen being the main one."""
    if not screens:
        return wanted
    home = next((screen for screen in screens if _can_be_taken(wanted, screen)), None)
    screen = screens[0] if home is None else home
    size = wanted.size().boundedTo(screen.size())
    if home is not None and size == wanted.size():
        return wanted
    place = QRect(wanted.topLeft() if home is not None else screen.topLeft(), size)
    if home is None:
        place.moveCenter(screen.center())
    elif not screen.contains(place):
        place.moveTopLeft(screen.topLeft())
    return place


def _can_be_taken(wanted: QRect, screen: QRect) -> bool:
    top = QRect(wanted.topLeft(), QSize(wanted.width(), _GRIP.height()))
    seen = top.intersected(screen)
    return seen.width() >= min(_GRIP.width(), wanted.width()) and seen.height() >= _GRIP.height() // 2
