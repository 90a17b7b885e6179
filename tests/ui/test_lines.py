"""Lines in the settings: added, changed, removed and put in order in the window, on a real file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QPushButton

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.model import RecordType
from ddns_tray.core.settings import LineSettings, RecordSettings
from ddns_tray.core.settings_schema import settings_of
from ddns_tray.store.config import ConfigFile
from ddns_tray.ui.line_form import LineForm
from ddns_tray.ui.line_order import LineOrder
from ddns_tray.ui.question_form import QuestionForm
from ddns_tray.ui.record_form import RecordForm
from ddns_tray.ui.settings_forms import ChangesForm
from ddns_tray.ui.window import MainWindow, Page
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import NOW, Tasks

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme

TAB = 3
FIBRE = LineSettings("fibre", "eth0")
LTE = LineSettings("lte", "wwan0", return_after=600.0)


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    made = ConfigFile(tmp_path / "config.toml", providers={})
    made.put_line(FIBRE)
    made.put_line(LTE)
    made.put_record(RecordSettings("home.example.org", (RecordType.A,), line=("fibre", "lte")))
    return made


@pytest.fixture
def services(tmp_path: Path, tasks: Tasks, file: ConfigFile) -> Services:
    return replace(snapshots.services(tmp_path, tasks)[0], settings_file=file)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, services: Services) -> MainWindow:
    made = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(made)
    made.attach(services)
    made.show_snapshot(snapshots.green())
    with qtbot.waitExposed(made):
        made.show()
    made.show_page(Page.SETTINGS)
    made.settings.tabs.setCurrentIndex(TAB)
    return made


def press(window: MainWindow, said: str) -> None:
    next(b for b in window.settings.findChildren(QPushButton) if b.isVisible() and b.text() == said).click()


def line_form(window: MainWindow) -> LineForm:
    return next(form for form in window.findChildren(LineForm) if form.isVisible())


def write(form: LineForm, key: str, typed: str) -> None:
    control = form.fields[key].control
    match control:
        case QComboBox():
            control.setEditText(typed)
        case QPlainTextEdit():
            control.setPlainText(typed)
        case QLineEdit():
            control.setText(typed)


async def test_a_line_is_added_with_an_interface_that_is_offered(
    window: MainWindow, file: ConfigFile, tasks: Tasks
) -> None:
    press(window, "Add a line…")
    form = line_form(window)
    assert list(form.fields) == [rule.key for rule in settings_of("line")]
    write(form, "id", "cable")
    choice = form.fields["local_address"].control
    assert isinstance(choice, QComboBox)
    choice.activated.emit(choice.findData("192.168.1.2"))
    write(form, "sources", "https\nstun")
    form.save.click()
    await tasks.drain()
    assert file.read().lines == (FIBRE, LTE, LineSettings("cable", "", "192.168.1.2", ("https", "stun")))
    shown = window.settings.lines
    cells = [[shown.cell(row, column) for column in range(4)] for row in range(shown.rowCount())]
    assert cells == [
        ["fibre", "eth0", "as under “Address sources”", "1"],
        ["lte", "wwan0", "as under “Address sources”", "1"],
        ["cable", "192.168.1.2", "https and stun", "0"],
    ]


async def test_a_line_is_changed_and_names_follow_its_new_name(
    window: MainWindow, file: ConfigFile, tasks: Tasks
) -> None:
    window._work.edit_line(LTE)
    form = line_form(window)
    assert form.fields["return_after"].value() == "10m"
    write(form, "id", "mobile")
    write(form, "return_after", "30m")
    form.save.click()
    await tasks.drain()
    assert file.read().lines == (FIBRE, LineSettings("mobile", "wwan0", return_after=1800.0))
    assert file.read().records[0].line == ("fibre", "mobile")


async def test_a_line_in_use_is_not_removed_and_a_free_one_is_and_comes_back(
    window: MainWindow, file: ConfigFile, tasks: Tasks
) -> None:
    file.put_line(LineSettings("cable", "eth1"))
    window.settings.refresh()
    for row, gone in ((0, False), (2, True)):
        window.settings._lines_table.setCurrentIndex(window.settings.lines.index(row, 0))
        press(window, "Remove")
        next(form for form in window.findChildren(QuestionForm) if form.isVisible()).save.click()
        await tasks.drain()
        assert (len(file.read().lines) == 2) is gone
        assert isinstance(window._failure, ConfigError)
    press(window, "Undo…")
    await tasks.drain()
    changes = next(form for form in window.findChildren(ChangesForm) if form.isVisible())
    assert changes.changes.text() == "New line: cable"
    changes.save.click()
    await tasks.drain()
    assert [line.id for line in file.read().lines] == ["fibre", "lte", "cable"]


@pytest.mark.parametrize(
    ("typed", "place", "words"),
    [
        ({"id": "two words"}, "id", "cannot be the id of a line"),
        ({"id": "fibre", "interface": "eth1"}, "id", "two lines with the id fibre"),
        ({"id": "dsl", "interface": "eth0"}, "", "fibre and dsl are the same way"),
        ({"id": "dsl", "interface": "eth1", "local_address": "10.0.0.2"}, "local_address", "only one of the two"),
        ({"id": "dsl", "local_address": "10.0.0"}, "local_address", "10.0.0 is not an IP address"),
        ({"return_after": "soon"}, "return_after", "not a duration"),
        ({"sources": "https\nftp"}, "sources", "ftp"),
    ],
)
def test_what_is_wrong_is_said_while_it_is_typed(
    window: MainWindow, typed: dict[str, str], place: str, words: str
) -> None:
    press(window, "Add a line…")
    form = line_form(window)
    for key, value in typed.items():
        write(form, key, value)
    assert words in (form.fields[place].problem.text() if place else form.result_text())
    wrong = [key for key, field in form.fields.items() if field.problem.text()]
    assert wrong == ([place] if place else [])


def test_an_empty_line_is_not_complained_about_before_it_is_saved(window: MainWindow) -> None:
    press(window, "Add a line…")
    form = line_form(window)
    write(form, "id", "cable")
    assert form.result_text() == ""
    form.save.click()
    assert "Nothing says which way the line cable is." in form.result_text()
    assert form.focusWidget() is form.fields["interface"].control
    write(form, "id", "")
    form.save.click()
    assert "cannot be the id of a line" in form.fields["id"].problem.text()


async def test_what_only_the_whole_file_can_refuse_is_said_in_the_form(
    window: MainWindow, file: ConfigFile, tasks: Tasks
) -> None:
    for line in (FIBRE, LTE):
        file.put_line(replace(line, sources=("https",)), replaces=line.id)
    file.set_value("address", "sources", ["static:1.1.1.1"])
    press(window, "Add a line…")
    form = line_form(window)
    write(form, "id", "cable")
    write(form, "interface", "eth1")
    form.save.click()
    await tasks.drain()
    assert "no source that can be asked through it" in form.result_text()
    assert form.save.isEnabled()


def order(qtbot: QtBot) -> LineOrder:
    made = LineOrder(Words("en"), (FIBRE, LTE, LineSettings("cable", "", "192.168.1.2")))
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def rows(made: LineOrder) -> list[str]:
    return [made.list.item(row).text() for row in range(made.list.count())]


def test_lines_are_put_in_order_with_the_keyboard_alone(qtbot: QtBot) -> None:
    made = order(qtbot)
    made.list.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_End, Qt.Key.Key_Space):
        QTest.keyClick(made.list, key)
    assert made.kept() == ("lte", "cable")
    assert rows(made) == ["1. lte · wwan0", "2. cable · 192.168.1.2", "fibre · eth0"]
    QTest.keyClick(made.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert made.kept() == ("cable", "lte")
    assert made.list.currentItem().text() == "1. cable · 192.168.1.2"
    QTest.keyClick(made.list, Qt.Key.Key_Space)
    assert made.kept() == ("lte",)


def test_lines_are_put_in_order_with_the_mouse(qtbot: QtBot) -> None:
    made = order(qtbot)
    made.put_back(("fibre", "lte", "cable"))
    made.list.setCurrentRow(2)
    assert not made.later.isEnabled()
    made.earlier.click()
    made.earlier.click()
    assert made.kept() == ("cable", "fibre", "lte")
    assert not made.earlier.isEnabled()
    made.later.click()
    assert made.kept() == ("fibre", "cable", "lte")


def test_a_name_with_fixed_addresses_follows_no_line_and_that_is_said_at_once(window: MainWindow) -> None:
    window._work.add_record()
    form = next(form for form in window.findChildren(RecordForm) if form.isVisible())
    form.name.setText("new.example.org")
    form.expected.setText("1.1.1.1")
    form.expected.editingFinished.emit()
    assert form.unexpected.text() == ""
    form.line.put_back(("lte",))
    form.line.changed.emit()
    assert "new.example.org has expected addresses, so it follows no line." in form.unexpected.text()
