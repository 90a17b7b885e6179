"""What happened: filtered at once, kept in place while more happens, written out as text and as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from ddns_tray.core.model import Family, Outcome, RecordKey, RecordType, UpdateResult
from ddns_tray.ui.activity import LIMIT, ActivityLog, Event, EventKind
from ddns_tray.ui.activity_model import ActivityModel
from ddns_tray.ui.activity_page import ActivityPage
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.theme import Theme


@pytest.fixture
def model(qapp: QApplication) -> ActivityModel:
    made = ActivityModel(Words("en"), snapshots.activity(), lambda: NOW, qapp)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def address(at: float, after: str) -> Event:
    return Event(at, EventKind.ADDRESS, before="9.9.9.9", after=after, family=Family.IPV4)


def test_csv_has_a_line_an_event_in_the_language_of_the_window(model: ActivityModel) -> None:
    rows = list(csv.reader(io.StringIO(model.as_csv())))
    assert rows[0] == ["When", "Kind", "Name", "What happened"]
    assert rows[1][1:] == ["Names", "home.example.org A", "home.example.org A: on its way"]
    assert rows[1][0].startswith("20")
    assert "T" in rows[1][0]
    assert len(rows) == 1 + model.rowCount()
    model.set_filter(EventKind.ADDRESS, "changed")
    assert len(model.as_csv().splitlines()) == 2
    chinese = ActivityModel(Words("zh_CN"), snapshots.activity(), lambda: NOW)
    assert chinese.as_csv().splitlines()[0] != "When,Kind,Name,What happened"


def test_no_cell_is_a_formula(qapp: QApplication) -> None:
    log = ActivityLog()
    odd = snapshots.record("x.example.org")
    odd = replace(odd, key=RecordKey("=cmd.example.org", RecordType.A))
    log.events.appendleft(Event(NOW, EventKind.VERDICT, record=odd))
    (_, row) = csv.reader(io.StringIO(ActivityModel(Words("en"), log, lambda: NOW, qapp).as_csv()))
    assert row[2] == "'=cmd.example.org A"
    assert row[3].startswith("'=")


def test_what_comes_while_one_reads_comes_in_at_the_top(qapp: QApplication) -> None:
    log = ActivityLog()
    log.events.extend(address(NOW - number, "8.8.4.4") for number in range(LIMIT - 3))
    model = ActivityModel(Words("en"), log, lambda: NOW, qapp)
    resets: list[QModelIndex] = []
    model.modelReset.connect(lambda: resets.append(QModelIndex()))
    for number in range(10):
        log.events.appendleft(address(NOW + number, f"8.8.8.{number}"))
        log.added.emit(1)
    assert resets == []
    assert model.rowCount() == LIMIT
    assert model.cell(0, 1).endswith("8.8.8.9")
    assert model.cell(LIMIT - 1, 1).endswith("8.8.4.4")
    assert [event for event, _ in model._rows] == list(log.events)


def test_the_filter_holds_for_what_comes_later(model: ActivityModel) -> None:
    model.set_filter(EventKind.WRITE, "")
    before = model.rowCount()
    log = model._log
    log.events.appendleft(address(NOW, "8.8.8.8"))
    log.added.emit(1)
    assert model.rowCount() == before
    key = RecordKey("home.example.org", RecordType.A)
    result = UpdateResult(key, Outcome.UPDATED, (), ("8.8.8.8",), 1, NOW)
    log.events.appendleft(Event(NOW, EventKind.WRITE, record=snapshots.record("home.example.org"), result=result))
    log.added.emit(1)
    assert model.rowCount() == before + 1
    assert model.index(0, 1).data(Qt.ItemDataRole.DisplayRole).endswith("8.8.8.8")


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> ActivityPage:
    made = ActivityPage(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(("name", "begins"), [("log.csv", b"\xef\xbb\xbfWhen,Kind"), ("log.TXT", b"20")])
def test_what_is_shown_is_written_in_the_form_that_the_name_says(
    page: ActivityPage, tmp_path: Path, qtbot: QtBot, name: str, begins: bytes
) -> None:
    with qtbot.waitSignal(page.saved, timeout=5000):
        page.save_to(str(tmp_path / name))
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_folder_that_is_not_there_is_told(page: ActivityPage, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.failed, timeout=5000) as told:
        page.save_to(str(tmp_path / "nowhere" / "log.csv"))
    assert told.args is not None
    assert "could not be written" in str(told.args[0])


def test_what_a_filter_leaves_out_has_happened_all_the_same(page: ActivityPage, qtbot: QtBot, theme: Theme) -> None:
    page._search.setText("zzz")
    assert page._nothing.text() == "Nothing found."
    page._search.clear()
    assert page._nothing.isHidden()
    silent = ActivityPage(Words("en"), lambda: NOW, theme, ActivityLog())
    qtbot.addWidget(silent)
    silent._search.setText("zzz")
    assert silent._nothing.text() == "Nothing has happened since the start."
