"""Cards are as high as what stands in them, and the next one begins right below, also when a countdown ends."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import Colour, Reason, RecordKey, RecordType, Verdict, VerdictKind
from ddns_tray.ui.record_card import _MEASURED, GAP
from ddns_tray.ui.record_detail import RecordDetail
from ddns_tray.ui.window import MainWindow
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ddns_tray.core.model import RecordStatus
    from ddns_tray.ui.theme import Theme


class Hand:
    """A clock whose hand a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, clock: Hand) -> MainWindow:
    made = MainWindow(Words("en"), clock, theme, snapshots.activity())
    qtbot.addWidget(made)
    made.resize(900, 700)
    with qtbot.waitExposed(made):
        made.show()
    return made


def heights(window: MainWindow, rows: int) -> list[int]:
    view, model = window.names.view, window.names.model
    return [view.visualRect(model.index(row)).height() for row in range(rows)]


def gaps(window: MainWindow, rows: int) -> list[int]:
    """Pixels between the end of each card and the next."""
    areas = [window.names.view.visualRect(window.names.model.index(row)) for row in range(rows)]
    return [below.top() - above.bottom() - 1 for above, below in pairwise(areas)]


@pytest.mark.parametrize("opened", [False, True])
def test_a_countdown_that_ends_leaves_no_room_behind(
    qtbot: QtBot,
    window: MainWindow,
    clock: Hand,
    opened: bool,  # noqa: FBT001 - a case
) -> None:
    late = snapshots.propagating()
    assert late.verdict.deadline is not None
    window.show_snapshot(snapshots.snapshot(late, snapshots.record("a.example.org")))
    if opened:
        window.open_record(late.key)
    qtbot.waitUntil(lambda: gaps(window, 2) == [0])
    before = heights(window, 1)[0]
    clock.now = late.verdict.deadline + 1
    window.names._tick()
    qtbot.waitUntil(lambda: heights(window, 1)[0] < before and gaps(window, 2) == [0])
    for detail in window.findChildren(RecordDetail):
        area = window.names.view.visualRect(window.names.model.index(0))
        assert detail.geometry().bottom() <= area.bottom() - GAP
        assert detail.height() >= detail.height_for(area.width()) - 1, "but for the border"


def test_among_very_many_names_a_short_sentence_takes_one_line(qtbot: QtBot, window: MainWindow) -> None:
    wrong = snapshots.mismatch()
    many = snapshots.many(_MEASURED + 10)
    window.show_snapshot(replace(many, records=(wrong, *many.records[:-1])))
    qtbot.waitUntil(lambda: gaps(window, 3) == [0, 0])
    one, *others = heights(window, 3)
    assert {one} == set(others), "a card with one line is as high as a green one"


def test_what_says_the_same_of_every_name_is_measured_once(qtbot: QtBot, window: MainWindow) -> None:
    unknown = Verdict(VerdictKind.UNKNOWN, Colour.GREY, Reason("unknown"))
    many = snapshots.many(2 * _MEASURED)
    window.show_snapshot(
        replace(many, records=tuple(replace(each, verdict=unknown, view=None) for each in many.records))
    )
    qtbot.waitUntil(lambda: gaps(window, 3) == [0, 0])
    assert len(window.names.delegate._known_lines) == 1
    green = heights_of(window, qtbot, snapshots.record("a.example.org"))
    assert heights_of(window, qtbot, replace(snapshots.record("a.example.org"), verdict=unknown)) == green


def heights_of(window: MainWindow, qtbot: QtBot, record: RecordStatus) -> int:
    other = replace(record, key=RecordKey("other.example.org", RecordType.A))
    window.show_snapshot(snapshots.snapshot(record, other))
    qtbot.waitUntil(lambda: gaps(window, 2) == [0])
    return heights(window, 1)[0]
