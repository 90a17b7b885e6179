"""The head of the page of names: what can be pressed, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QStyle, QStyleFactory

from ddns_tray.ui.names_page import QuietBar
from ddns_tray.ui.window import MainWindow
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from tests.support.snapshots import FakeEngine


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, behind: tuple[Services, FakeEngine, object]) -> MainWindow:
    made = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(made)
    made.attach(behind[0])
    made.show_snapshot(snapshots.green())
    made.resize(900, 600)
    with qtbot.waitExposed(made):
        made.show()
    return made


def button(window: MainWindow, said: str) -> QPushButton:
    return next(each for each in window.names.findChildren(QPushButton) if each.text() == said)


def test_a_pause_can_be_ended_in_the_window_too(
    window: MainWindow, behind: tuple[Services, FakeEngine, object]
) -> None:
    assert not button(window, "Resume").isVisible()
    window.show_snapshot(snapshots.paused())
    assert not button(window, "Check now").isVisible()
    button(window, "Resume").click()
    assert behind[1].asked == ["resume"]


def test_without_a_record_there_is_nothing_to_check(window: MainWindow) -> None:
    window.show_snapshot(snapshots.empty())
    assert not button(window, "Check now").isEnabled()
    assert not button(window, "Update now").isEnabled()


def test_enter_presses_the_button_that_has_the_focus(
    window: MainWindow, behind: tuple[Services, FakeEngine, object]
) -> None:
    check = button(window, "Check now")
    check.setFocus()
    QTest.keyClick(check, Qt.Key.Key_Return)
    QTest.keyClick(check, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert behind[1].asked == ["check", "check"]


def test_where_it_is_narrow_the_sentence_keeps_its_width(window: MainWindow, qtbot: QtBot) -> None:
    sentence = window.names._sentence
    wide = sentence.width()
    window.resize(640, 420)
    qtbot.waitUntil(lambda: sentence.width() > wide)
    assert button(window, "Check now").geometry().bottom() < sentence.geometry().top()


def test_a_scroll_bar_that_moves_nothing_is_not_seen_in_styles_that_draw_its_arrows(qtbot: QtBot) -> None:
    bar, style = QuietBar(), QStyleFactory.create("Windows")
    qtbot.addWidget(bar)
    bar.setStyle(style)
    assert bar.sizeHint().width() < style.pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
    bar.resize(bar.sizeHint().width(), 100)
    seen = []
    for enabled in (False, True):
        bar.setEnabled(enabled)
        picture = bar.grab().toImage()
        seen.append(len({picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}))
    assert seen[0] == 1 < seen[1]


def test_on_a_very_wide_screen_pages_stay_readable(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(3000, 600)
    qtbot.waitUntil(lambda: window.width() == 3000 and window.names.width() <= 1280)
    left = window.names.mapTo(window, window.names.rect().topLeft()).x()
    right = window.width() - left - window.names.width()
    assert abs((left - 176) - right) <= 1  # beside the side bar, in the middle of what is left
