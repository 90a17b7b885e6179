"""The glance and the menu, driven by snapshots."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import Colour, Phase, RecordType
from ddns_tray.ui.menu import MOST_RECORDS, TrayMenu, tomorrow
from ddns_tray.ui.tray import BUSY_AFTER, Tray
from ddns_tray.words import Shape, Words
from tests.support import snapshots
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QAction
    from pytestqt.qtbot import QtBot

    from ddns_tray.core.model import Snapshot


@pytest.fixture
def menu(qtbot: QtBot) -> TrayMenu:
    made = TrayMenu(Words("en"), lambda: NOW)
    qtbot.addWidget(made)
    return made


def texts(menu: TrayMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.isVisible() and not action.isSeparator()]


def entry(menu: TrayMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text() == text)


def test_the_menu_says_how_things_are_worst_first(menu: TrayMenu) -> None:
    menu.show_snapshot(snapshots.troubled())
    assert texts(menu) == [
        "2 names need you, one is on its way",
        "Addresses 11.22.33.44 and 2a02:810d:1:2::7 · changed 2 min ago",
        "cam.example.org · 11.22.33.44\textra address",
        "mail.example.org · 11.22.33.44\twrong address",
        "home.example.org · 11.22.33.44\tgreen in 4:12",
        "nas.example.org · 11.22.33.44\tright",
        "nas.example.org · 2a02:810d:1:2::7\tright",
        "vpn.example.org · 11.22.33.44\tright",
        "Check now",
        "Update now",
        "Pause",
        "Copy address",
        "Open DDNS Tray",
        "Settings…",
        "Quit",
    ]


def test_many_names_are_counted_not_listed(menu: TrayMenu) -> None:
    menu.show_snapshot(snapshots.many(500))
    shown = texts(menu)
    assert shown[2] == "home.example.org · 11.22.33.44\tgreen in 4:12"
    assert shown[2 + MOST_RECORDS] == "488 more…"


def test_while_the_address_is_not_known_the_type_tells_records_of_a_name_apart(menu: TrayMenu) -> None:
    waiting = [snapshots.record("nas.example.org", record_type=each, expected=()) for each in RecordType]
    menu.show_snapshot(snapshots.snapshot(*waiting))
    assert {"nas.example.org · A\tright", "nas.example.org · AAAA\tright"} <= set(texts(menu))


def test_entries_are_changed_in_place(menu: TrayMenu) -> None:
    menu.show_snapshot(snapshots.troubled())
    before = menu.actions()
    changes: list[object] = []
    for action in before:
        action.changed.connect(lambda action=action: changes.append(action.text()))
    menu.show_snapshot(snapshots.troubled())
    assert changes == []
    menu.show_snapshot(snapshots.green())
    assert menu.actions() == before


def test_a_paused_engine_can_only_be_resumed(menu: TrayMenu) -> None:
    menu.show_snapshot(snapshots.paused())
    assert "Resume" in texts(menu)
    assert "Pause" not in texts(menu)
    assert not entry(menu, "Check now").isEnabled()
    menu.show_snapshot(snapshots.green())
    assert "Resume" not in texts(menu)
    assert entry(menu, "Check now").isEnabled()


def test_without_an_address_there_is_nothing_to_copy(menu: TrayMenu) -> None:
    menu.show_snapshot(snapshots.offline())
    assert not entry(menu, "Copy address").isEnabled()


def test_names_in_chinese_are_shown_in_chinese_and_an_ampersand_is_no_shortcut(menu: TrayMenu) -> None:
    menu.show_snapshot(snapshots.unspeakable())
    shown = "\n".join(texts(menu))
    assert "中国.例子.example" in shown
    assert "xn--" not in shown
    assert max(len(line.split(" · ")[0]) for line in texts(menu)[2:5]) <= 44


def test_the_language_changes_in_place(menu: TrayMenu) -> None:
    menu.show_snapshot(snapshots.green())
    before = menu.actions()
    menu.set_words(Words("zh_CN"))
    assert menu.actions() == before
    assert "Quit" not in texts(menu)


def test_the_menu_tells_what_was_chosen(menu: TrayMenu, qtbot: QtBot) -> None:
    menu.show_snapshot(snapshots.troubled())
    for signal, text in (
        (menu.check_chosen, "Check now"),
        (menu.update_chosen, "Update now"),
        (menu.copy_chosen, "Copy address"),
        (menu.open_chosen, "Open DDNS Tray"),
        (menu.settings_chosen, "Settings…"),
        (menu.quit_chosen, "Quit"),
    ):
        with qtbot.waitSignal(signal, timeout=1000):
            entry(menu, text).trigger()
    with qtbot.waitSignal(menu.record_chosen, timeout=1000) as chosen:
        entry(menu, "home.example.org · 11.22.33.44\tgreen in 4:12").trigger()
    assert chosen.args == [snapshots.propagating().key]


def test_pausing_lasts_an_hour_or_until_tomorrow_or_until_resumed(menu: TrayMenu) -> None:
    chosen: list[float | None] = []
    menu.pause_chosen.connect(chosen.append)
    submenu = entry(menu, "Pause").menu()
    assert submenu is not None
    for action in submenu.actions():  # type: ignore[attr-defined]  # QAction.menu is typed as QObject
        action.trigger()
    assert chosen == [NOW + 3600, tomorrow(NOW), None]


def test_tomorrow_is_at_six_in_the_morning() -> None:
    local = datetime.fromtimestamp(tomorrow(NOW), UTC).astimezone()
    today = datetime.fromtimestamp(NOW, UTC).astimezone()
    assert (local.hour, local.minute) == (6, 0)
    assert (local.date() - today.date()).days == 1


def test_the_countdown_runs_while_the_menu_is_open(qtbot: QtBot) -> None:
    now = [NOW]
    menu = TrayMenu(Words("en"), lambda: now[0])
    qtbot.addWidget(menu)
    menu.show_snapshot(snapshots.on_its_way())
    now[0] += 12
    menu.aboutToShow.emit()
    assert "home.example.org · 11.22.33.44\tgreen in 4:00" in texts(menu)
    menu.aboutToHide.emit()


# --- the icon -------------------------------------------------------------------------------------------------------


@pytest.fixture
def tray(menu: TrayMenu) -> Iterator[Tray]:
    made = Tray(Words("en"), menu, lambda: NOW, panel_available=lambda: True)
    made.show()
    yield made
    made.hide()


@pytest.mark.parametrize(
    ("shown", "shape"),
    [
        (snapshots.green(), Shape.CHECK),
        (snapshots.on_its_way(), Shape.WARNING),
        (snapshots.troubled(), Shape.CROSS),
        (snapshots.paused(), Shape.PAUSE),
    ],
)
def test_the_icon_has_the_shape_of_the_worst_record(tray: Tray, shown: Snapshot, shape: Shape) -> None:
    tray.show_snapshot(shown)
    assert tray.shape is shape
    assert tray.icon is not None
    assert tray.icon.toolTip() == Words("en").tooltip(shown, NOW)


def test_short_work_does_not_flicker_and_long_work_shows(tray: Tray, qtbot: QtBot) -> None:
    tray.show_snapshot(snapshots.green())
    working = replace(snapshots.green(), phase=Phase.UPDATING)
    tray.show_snapshot(working)
    assert tray.shape is Shape.CHECK
    tray.show_snapshot(snapshots.green())
    assert not tray._busy.isActive()
    tray.show_snapshot(working)
    assert tray._busy.interval() == BUSY_AFTER
    tray._busy.setInterval(0)
    qtbot.waitUntil(lambda: tray.shape is Shape.BUSY)
    tray.show_snapshot(snapshots.green())
    assert tray.shape is Shape.CHECK


def test_a_routine_check_keeps_the_colour(tray: Tray) -> None:
    tray.show_snapshot(snapshots.green())
    tray.show_snapshot(replace(snapshots.green(), phase=Phase.CHECKING))
    assert tray.shape is Shape.CHECK
    assert not tray._busy.isActive()


def test_a_panel_that_comes_late_gets_the_icon(menu: TrayMenu, qtbot: QtBot) -> None:
    available = [False]
    tray = Tray(Words("en"), menu, lambda: NOW, panel_available=lambda: available[0])
    tray._looking.setInterval(1)
    tray._give_up.setInterval(1)
    tray.show_snapshot(snapshots.green())
    with qtbot.waitSignal(tray.panel_missing, timeout=2000):
        assert not tray.show()
    before = tray.icon
    assert before is None
    available[0] = True
    with qtbot.waitSignal(tray.panel_found, timeout=2000):
        pass
    assert tray.icon is not None
    assert tray.icon.toolTip().startswith("DDNS Tray: All 3 names are right")
    assert not tray._looking.isActive()
    tray.hide()


def test_a_panel_that_vanishes_is_told_and_told_again_when_it_is_back(menu: TrayMenu, qtbot: QtBot) -> None:
    available = [True]
    tray = Tray(Words("en"), menu, lambda: NOW, panel_available=lambda: available[0])
    for timer in (tray._looking, tray._give_up, tray._watching):
        timer.setInterval(1)
    assert tray.show()
    icon = tray.icon
    available[0] = False
    with qtbot.waitSignal(tray.panel_missing, timeout=2000):
        pass
    available[0] = True
    with qtbot.waitSignal(tray.panel_found, timeout=2000):
        pass
    assert tray.icon is icon
    assert tray._watching.isActive()
    tray.hide()
    assert not tray._watching.isActive()


def test_grey_is_the_colour_of_nothing_known() -> None:
    assert snapshots.empty().colour is Colour.GREY
