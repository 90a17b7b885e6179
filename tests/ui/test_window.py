"""The window: pages, cards that open, banners, welcome, language and scheme changed live, and no nameless control."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QTableView,
    QWidget,
)

from ddns_tray.core.errors import StorageError
from ddns_tray.core.model import Colour, Phase, Reason, VerdictKind
from ddns_tray.core.repairs import RepairKind
from ddns_tray.core.text import text
from ddns_tray.ui.activity import ActivityLog
from ddns_tray.ui.record_detail import RecordDetail
from ddns_tray.ui.window import MainWindow, Page
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from tests.support.snapshots import FakeEngine, FakeSettingsFile

    Behind = tuple[Services, FakeEngine, FakeSettingsFile]


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, behind: Behind) -> MainWindow:
    made = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(made)
    made.attach(behind[0])
    made.show_snapshot(snapshots.troubled())
    made.resize(900, 700)
    with qtbot.waitExposed(made):
        made.show()
    return made


def labels(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]


def button(widget: QWidget, said: str) -> QAbstractButton:
    return next(
        each
        for each in widget.findChildren(QAbstractButton)
        if each.isVisible() and said in (each.text(), each.accessibleName())
    )


def detail(window: MainWindow) -> RecordDetail | None:
    found = [each for each in window.findChildren(RecordDetail) if each.isVisible()]
    assert len(found) <= 1
    return found[0] if found else None


def test_the_first_line_says_how_things_are(window: MainWindow) -> None:
    assert labels(window.names)[:2] == [
        "2 names need you, one is on its way",
        "Addresses 11.22.33.44 and 2a02:810d:1:2::7 · changed 2 min ago",
    ]
    assert "next check in 38 s" in labels(window)


def test_a_click_opens_a_card_and_another_click_closes_it(window: MainWindow, qtbot: QtBot) -> None:
    view = window.names.view
    key = window.names.model.record(2).key
    closed = view.visualRect(window.names.model.index(2)).height()
    spot = view.visualRect(window.names.model.index(2)).topLeft() + QPoint(80, 20)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.waitUntil(lambda: view.visualRect(window.names.model.index(2)).height() > closed + 150)
    shown = detail(window)
    assert shown is not None
    assert window.names.delegate.opened == key
    assert "It turns green by itself" in " ".join(labels(shown))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.waitUntil(lambda: detail(window) is None)
    qtbot.waitUntil(lambda: view.visualRect(window.names.model.index(2)).height() == closed)


def test_the_keyboard_alone_opens_cards(window: MainWindow) -> None:
    view = window.names.view
    view.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(view, key)
    assert window.names.delegate.opened == window.names.model.record(1).key
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert window.names.delegate.opened is None


def test_an_open_card_follows_its_record(window: MainWindow, qtbot: QtBot) -> None:
    key = snapshots.propagating().key
    window.open_record(key)
    qtbot.waitUntil(lambda: detail(window) is not None)
    healed = tuple(
        snapshots.record(key.name) if record.key == key else record for record in snapshots.troubled().records
    )
    window.show_snapshot(replace(snapshots.troubled(), records=healed))
    shown = detail(window)
    assert shown is not None
    table = shown.findChild(QTableView)
    assert table is not None
    assert table.model().rowCount() == 4
    assert window.names.delegate.opened == key
    assert "(old)" not in str([table.model().index(row, 1).data() for row in range(4)])


def test_a_card_that_is_gone_is_closed(window: MainWindow, qtbot: QtBot) -> None:
    window.open_record(snapshots.propagating().key)
    window.show_snapshot(snapshots.snapshot(snapshots.record("nas.example.org")))
    qtbot.waitUntil(lambda: detail(window) is None)
    assert window.names.delegate.opened is None


async def test_the_repair_that_fits_is_offered(
    window: MainWindow, behind: Behind, tasks: snapshots.Tasks, qtbot: QtBot
) -> None:
    window.open_record(snapshots.mismatch().key)
    qtbot.waitUntil(lambda: detail(window) is not None)
    shown = detail(window)
    assert shown is not None
    assert button(shown, "Enter the credentials again…").isEnabled()
    window.open_record(snapshots.extra().key)
    qtbot.waitUntil(lambda: detail(window) is not None and detail(window) is not shown)
    second = detail(window)
    assert second is not None
    button(second, "Copy report").click()
    assert "cam.example.org A" in QGuiApplication.clipboard().text()
    assert "root → org → example.org" in QGuiApplication.clipboard().text()
    button(second, "Replace the extra addresses…").click()
    await tasks.drain()
    assert behind[1].asked == [("preview", snapshots.extra().key, RepairKind.REPLACE_EXTRA)]
    form = window.repairs.form
    assert form is not None
    button(form, "Write this").click()
    await tasks.drain()
    assert behind[1].asked[-1] == ("apply", form.repair)


async def test_the_buttons_reach_the_engine(window: MainWindow, behind: Behind, tasks: snapshots.Tasks) -> None:
    button(window, "Check now").click()
    button(window, "Update now").click()
    await tasks.drain()
    assert behind[1].asked == ["check", ("update", (), False)]


def test_a_paused_engine_cannot_be_asked(window: MainWindow) -> None:
    window.show_snapshot(snapshots.paused())
    assert not button(window, "Update now").isEnabled()


def test_without_names_there_is_a_welcome(window: MainWindow, qtbot: QtBot) -> None:
    window.show_snapshot(snapshots.empty())
    assert window.welcome.isVisible()
    assert not window.names.isVisible()
    assert "Your address right now: 11.22.33.44" in labels(window.welcome)
    with qtbot.waitSignal(window.demo_requested, timeout=1000):
        button(window, "Try the demo").click()
    window.show_snapshot(snapshots.green())
    assert window.names.isVisible()


def test_names_that_nobody_has_looked_at_yet_are_no_first_run(window: MainWindow) -> None:
    window.show_snapshot(replace(snapshots.empty(), phase=Phase.CHECKING, kept=3))
    assert window.names.isVisible()
    assert {"Looking for the first time…", "First look: 0 of 3"} <= set(labels(window.names))


def test_a_first_look_at_many_names_shows_how_far_it_is_and_can_be_paused(window: MainWindow, behind: Behind) -> None:
    waiting = [
        snapshots.record(f"n{number}.example.org", VerdictKind.UNKNOWN, Colour.GREY, reason=Reason("not_looked"))
        for number in range(6)
    ]
    shown = snapshots.snapshot(snapshots.record("a.example.org"), *waiting, phase=Phase.CHECKING)
    window.show_snapshot(shown)
    assert "First look: 1 of 7" in labels(window.names)
    bar = window.names.findChild(QProgressBar)
    assert bar is not None
    assert (bar.value(), bar.maximum(), spoken_name(bar)) == (1, 7, "First look: 1 of 7")
    button(window, "Pause").click()
    assert behind[1].asked == [("pause", None)]
    window.show_snapshot(replace(shown, phase=Phase.PAUSED, paused_until=float("inf")))
    assert not bar.isVisible()
    window.show_snapshot(snapshots.green())
    assert not bar.isVisible()


def test_search_appears_with_many_names(window: MainWindow) -> None:
    assert not window.names._search.isVisible()
    window.show_snapshot(snapshots.many(500))
    assert window.names._search.isVisible()
    window.names._search.setText("host00007")
    assert window.names.model.rowCount() == 1


def test_ten_thousand_names_never_hold_the_window_up(window: MainWindow, qapp: QApplication) -> None:
    """The watchdog of these tests looks at every call: taking, filtering, scrolling, opening one of so many."""
    shown = snapshots.many(10_000)
    window.show_snapshot(shown)
    qapp.processEvents()
    window.show_snapshot(replace(shown, records=tuple(replace(each, proven_at=NOW) for each in shown.records)))
    qapp.processEvents()
    bar = window.names.view.verticalScrollBar()
    for part in ("9", "99", "", "host0123"):
        window.names._search.setText(part)
        qapp.processEvents()
        bar.setValue(bar.maximum() // 2)
        qapp.processEvents()
    window.open_record(window.names.model.record(3).key)
    qapp.processEvents()
    assert detail(window) is not None


def test_language_changes_without_a_restart(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page(Page.SETTINGS)
    window.set_words(Words("zh_CN"))
    qtbot.waitUntil(window.settings.isVisible)
    assert "Names" not in [window._side.pages.item(row).text() for row in range(4)]


def test_the_scheme_changes_live_and_an_open_card_stays_open(window: MainWindow, theme: Theme, qtbot: QtBot) -> None:
    window.open_record(snapshots.extra().key)
    theme.choose("dark")
    qtbot.waitUntil(lambda: window.names.delegate.opened == snapshots.extra().key and detail(window) is not None)
    assert window.palette().window().color().lightness() < 60
    theme.choose("auto")


def seen_body(window: MainWindow) -> QWidget:
    """What is painted."""
    (found,) = {
        child
        for child in window.children()
        if isinstance(child, QWidget) and not child.isWindow() and child.isVisible() and child.updatesEnabled()
    }
    return found


def test_two_changes_at_once_leave_one_where_one_was(window: MainWindow, theme: Theme, qtbot: QtBot) -> None:
    window.open_record(snapshots.extra().key)
    window.show_page(Page.SETTINGS)
    window.settings.tabs.setCurrentIndex(4)
    before = seen_body(window)
    window.set_words(Words("zh_CN"))
    theme.choose("dark")
    theme.choose("auto")
    assert seen_body(window) is before, "nothing half done is painted"
    qtbot.waitUntil(lambda: seen_body(window) is not before)
    assert window.settings.isVisible()
    assert window.settings.tabs.currentIndex() == 4
    assert window.names.delegate.opened == snapshots.extra().key


@pytest.mark.parametrize("page", [Page.ADDRESS, Page.ACTIVITY])
def test_after_a_change_the_keyboard_is_on_the_page_that_is_shown(window: MainWindow, qtbot: QtBot, page: Page) -> None:
    window.show_page(page)
    before = seen_body(window)
    window.set_words(Words("zh_CN"))
    qtbot.waitUntil(lambda: seen_body(window) is not before)
    focused = window.focusWidget()
    assert focused is not None
    assert focused.isVisible()


def test_after_a_change_the_keyboard_is_on_what_the_welcome_suggests(window: MainWindow, qtbot: QtBot) -> None:
    window.show_snapshot(snapshots.empty())
    window.set_words(Words("zh_CN"))
    qtbot.waitUntil(window.welcome.isVisible)
    assert window.focusWidget() is window.welcome.keep


def test_the_window_follows_the_system_from_light_to_dark_and_back(
    window: MainWindow, theme: Theme, qtbot: QtBot
) -> None:
    def ground() -> int:
        return window.grab().toImage().pixelColor(window.width() - 4, window.height() - 4).lightness()

    def shows(*, dark: bool) -> bool:
        return ground() < 60 if dark else ground() > 200

    hints = QGuiApplication.styleHints()
    assert shows(dark=False)
    for scheme, dark in ((Qt.ColorScheme.Dark, True), (Qt.ColorScheme.Light, False)):
        hints.colorSchemeChanged.emit(scheme)
        assert theme.is_dark is dark
        qtbot.waitUntil(partial(shows, dark=dark))


def test_a_routine_check_changes_nothing_that_is_seen(window: MainWindow) -> None:
    """A round has phases of less than a second; only the line that counts to the next check may follow them."""
    window.show_snapshot(snapshots.green())
    before = window.names.grab().toImage()
    for phase in (Phase.CHECKING, Phase.UPDATING, Phase.IDLE):
        window.show_snapshot(replace(snapshots.green(), phase=phase))
        if phase is not Phase.UPDATING:  # its button rests while it works
            assert window.names.grab().toImage() == before


def test_troubles_of_the_whole_stand_above_and_can_be_closed(window: MainWindow, qtbot: QtBot) -> None:
    window.show_panel_missing(missing=True)
    window.show_failure(StorageError(text("The disk is full."), text("Make room.")))
    wanted = {"This desktop shows no tray icons", "The disk is full.", "Make room."}
    qtbot.waitUntil(lambda: wanted <= set(labels(window)))
    button(window, "Close").click()
    window.show_failure(RuntimeError("inner detail"))
    qtbot.waitUntil(lambda: "Something went wrong inside DDNS Tray" in labels(window))
    said = set(labels(window))
    assert "inner detail" not in str(said)
    assert "This desktop shows no tray icons" not in said


def test_ctrl_and_digits_go_to_pages(window: MainWindow) -> None:
    for key, page in ((Qt.Key.Key_2, window.address), (Qt.Key.Key_3, window.activity), (Qt.Key.Key_1, window.names)):
        QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert page.isVisible()


def test_the_address_page_shows_what_was_agreed(window: MainWindow) -> None:
    window.show_page(Page.ADDRESS)
    said = labels(window.address)
    assert "11.22.33.44" in said
    assert "IPv4: 11.22.33.44, as 2 sources agree" in said
    window.show_snapshot(snapshots.offline())
    assert "11.22.33.44" not in labels(window.address)
    assert "IPv4: no connection" in labels(window.address)


def test_the_address_page_shows_every_line_and_who_follows_it(window: MainWindow) -> None:
    window.show_page(Page.ADDRESS)
    window.show_snapshot(snapshots.on_two_lines())
    said = labels(window.address)
    assert "Line fibre (eth0)" in said
    assert "down · IPv4: no source could tell the address" in said
    assert "home.example.org follows it." in said
    window.show_snapshot(snapshots.green())
    assert "Line fibre (eth0)" not in labels(window.address)


def test_the_address_page_says_that_our_traffic_takes_another_way(window: MainWindow) -> None:
    window.show_page(Page.ADDRESS)
    window.show_snapshot(snapshots.behind_a_vpn())
    said = labels(window.address)
    assert any("leaves through the VPN wg0" in each and "Behind a VPN" in each for each in said)
    assert any(each.startswith("Your own line beside the VPN · IPv4: 99.10.20.30") for each in said)
    window.show_snapshot(snapshots.green())
    assert not any("VPN" in each for each in labels(window.address))


@pytest.mark.parametrize("page", list(Page))
def test_no_control_is_without_a_name(window: MainWindow, page: Page) -> None:
    window.show_page(page)
    if page is Page.NAMES:
        window.open_record(snapshots.propagating().key)
    nameless = [
        f"{type(widget).__name__} {widget.objectName()}"
        for kind in (QAbstractButton, QLineEdit, QComboBox, QTableView)
        for widget in window.findChildren(kind)
        if widget.isVisible() and not spoken_name(widget) and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []


def spoken_name(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def test_the_window_can_come_before_the_engine(qtbot: QtBot, theme: Theme, behind: Behind) -> None:
    window = MainWindow(Words("en"), lambda: NOW, theme, ActivityLog())
    qtbot.addWidget(window)
    window.show()
    window.show_snapshot(snapshots.empty())
    assert not window.welcome.isVisible()
    window.attach(behind[0])
    qtbot.waitUntil(window.welcome.isVisible)
