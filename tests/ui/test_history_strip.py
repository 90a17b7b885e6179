"""The last day as bars: told apart without colour, told in words by pointer and keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QAccessible, QHelpEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from ddns_tray.core.model import Colour, Turn, VerdictKind
from ddns_tray.ui.history_strip import HEIGHT, PARTS, HistoryStrip, draw_strip, said_at
from ddns_tray.ui.theme import DARK, LIGHT, Tokens
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.theme import Theme

WORDS = Words("en")
KINDS = {
    Colour.GREEN: VerdictKind.MATCHED,
    Colour.YELLOW: VerdictKind.PROPAGATING,
    Colour.RED: VerdictKind.MISMATCH,
    Colour.GREY: VerdictKind.OFFLINE,
}


@pytest.fixture
def strip(qtbot: QtBot, theme: Theme) -> HistoryStrip:
    made = HistoryStrip(WORDS, lambda: NOW, theme)
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show_record(snapshots.extra())
    with qtbot.waitExposed(made):
        made.show()
    return made


def drawn(turns: tuple[Turn, ...], tokens: Tokens = LIGHT) -> QImage:
    image = QImage(PARTS * 8, HEIGHT, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    draw_strip(painter, QRectF(0, 0, image.width(), image.height()), turns, NOW, tokens)
    painter.end()
    return image


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.usefixtures("qapp")
def test_every_colour_has_a_form_of_its_own(tokens: Tokens) -> None:
    forms = set()
    for colour in (*Colour, None):
        kind = None if colour is None else KINDS[colour]
        image = drawn((Turn(NOW - 100_000, kind, colour),), tokens)
        forms.add(tuple(image.pixelColor(3, y).alpha() > 127 for y in range(HEIGHT)))
    assert len(forms) == 5


@pytest.mark.usefixtures("qapp")
def test_a_fault_of_a_minute_is_seen_and_said() -> None:
    turns = (
        Turn(NOW - 100_000, VerdictKind.MATCHED, Colour.GREEN),
        Turn(NOW - 3700, VerdictKind.MISSING, Colour.RED),
        Turn(NOW - 3640, VerdictKind.MATCHED, Colour.GREEN),
    )
    image = drawn(turns)
    middle = [image.pixelColor(8 * place + 3, HEIGHT // 2).alpha() for place in range(PARTS)]
    assert [place for place, alpha in enumerate(middle) if alpha < 127] == [45]
    assert said_at(WORDS, turns, 45.5 / PARTS, NOW).endswith(": no record")
    assert said_at(WORDS, turns, 1.0, NOW).startswith("since ")
    assert said_at(WORDS, (), 0.5, NOW) == "since " + WORDS.time(NOW - 86_400, NOW) + ": not looked"


def test_the_keyboard_goes_from_stretch_to_stretch(strip: HistoryStrip) -> None:
    heard = []
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Right):
        QTest.keyClick(strip, key)
        heard.append(strip.said.rpartition(": ")[2])
    assert heard == ["extra address", "right", "right", "not looked", "extra address", "extra address"]
    spoken = QAccessible.queryAccessibleInterface(strip)
    assert spoken.text(QAccessible.Text.Name) == "The last 24 hours"
    assert spoken.text(QAccessible.Text.Description) == strip.said
    QToolTip.hideText()


def test_the_whole_day_is_told_in_a_sentence(strip: HistoryStrip) -> None:
    said = QAccessible.queryAccessibleInterface(strip).text(QAccessible.Text.Description)
    assert said == (
        "In the last 24 hours: right 21 h 13 min, on its way 1 h 6 min, not looked 1 h, wrong address 33 min and"
        " extra address 7 min"
    )


def test_a_pointer_over_a_bar_is_told_what_it_stands_for(strip: HistoryStrip) -> None:
    place = QPoint(strip.width() - 6, strip.height() // 2)
    QApplication.sendEvent(strip, QHelpEvent(QHelpEvent.Type.ToolTip, place, strip.mapToGlobal(place)))
    assert QToolTip.text().endswith(": extra address")
    QToolTip.hideText()
