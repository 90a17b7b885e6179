"""The window is always where a pointer can take it, whatever became of the screen it was on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect, QSettings

from ddns_tray.ui import geometry
from ddns_tray.ui.activity import ActivityLog
from ddns_tray.ui.window import MainWindow
from ddns_tray.words import Words
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.theme import Theme

LEFT, RIGHT = QRect(0, 0, 1920, 1080), QRect(1920, 0, 2560, 1440)
SIZE = (900, 640)


@pytest.mark.parametrize(
    ("wanted", "screens", "expected"),
    [
        (QRect(100, 100, *SIZE), [LEFT, RIGHT], QRect(100, 100, *SIZE)),
        (QRect(2500, 300, *SIZE), [LEFT, RIGHT], QRect(2500, 300, *SIZE)),
        (QRect(2500, 300, *SIZE), [LEFT], QRect(510, 220, *SIZE)),
        (QRect(-850, 100, *SIZE), [LEFT], QRect(510, 220, *SIZE)),
        (QRect(100, -200, *SIZE), [LEFT], QRect(510, 220, *SIZE)),
        (QRect(1500, 100, *SIZE), [LEFT, RIGHT], QRect(1500, 100, *SIZE)),
        (QRect(100, 100, 2400, 1400), [LEFT], QRect(0, 0, 1920, 1080)),
        (QRect(100, 100, *SIZE), [], QRect(100, 100, *SIZE)),
    ],
    ids=["stays", "second screen", "screen gone", "left of all", "above all", "on both", "too large", "no screen"],
)
def test_a_window_can_be_taken_hold_of(wanted: QRect, screens: list[QRect], expected: QRect) -> None:
    assert geometry.placed(wanted, screens) == expected


def test_place_and_size_are_kept_over_a_restart(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    places = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)

    def opened() -> MainWindow:
        made = MainWindow(Words("en"), lambda: NOW, theme, ActivityLog(), places=places)
        qtbot.addWidget(made)
        made.present()
        return made

    first = opened()
    screen = first.screen().availableGeometry()
    wanted = QRect(screen.left() + 20, screen.top() + 30, 660, 440)
    first.setGeometry(wanted)
    first.close()
    assert opened().geometry() == wanted


def test_a_window_that_was_left_on_a_screen_that_is_gone_comes_back(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    places = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Words("en"), lambda: NOW, theme, ActivityLog(), places=places)
    qtbot.addWidget(window)
    window.show()
    window.move(6000, 4000)
    window.present()
    assert window.screen().availableGeometry().intersects(window.geometry())
