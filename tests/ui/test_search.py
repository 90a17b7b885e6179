"""Looking for one name among many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ddns_tray.ui.side_bar import Page
from ddns_tray.ui.window import MainWindow
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, behind: tuple[Services, object, object]) -> MainWindow:
    made = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(made)
    made.attach(behind[0])
    made.show_snapshot(snapshots.many(500))
    made.resize(900, 700)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_what_was_found_is_shown_from_its_beginning(window: MainWindow, qtbot: QtBot) -> None:
    bar = window.names.view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 2000)
    bar.setValue(1500)
    window.names._search.setText("host0000")
    qtbot.waitUntil(lambda: 0 < bar.maximum() < 1500)
    assert window.names.model.rowCount() > 0
    assert bar.value() == 0


def test_the_keys_for_finding_lead_to_the_search(window: MainWindow) -> None:
    window.show_page(Page.SETTINGS)
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.names._search.isVisible()
    assert QApplication.focusWidget() is window.names._search


def test_a_search_that_finds_nothing_says_so(window: MainWindow) -> None:
    nothing = window.names._nothing
    assert not nothing.isVisible()
    window.names._search.setText("zzz")
    assert nothing.isVisible()
    window.names._search.setText("host0000")
    assert not nothing.isVisible()


def test_a_record_that_is_asked_for_is_opened_although_a_search_left_it_out(window: MainWindow) -> None:
    window.names._search.setText("host0000")
    key = snapshots.propagating().key
    window.open_record(key)
    assert window.names.delegate.opened == key
    assert not window.names._search.text()
