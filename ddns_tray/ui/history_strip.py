"""The last day of a record as a row of bars: how it was, by height and form first and by colour second.

Right is a whole bar, yellow a lower one, red a bar that is broken in two, grey a low one; where nobody looked there is
only the ground line. The strip of an opened card can be walked through by keyboard, from one stretch to the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ddns_tray.core.model import Colour
from ddns_tray.core.past import DAY, Stretch, stretches, worst_of_each

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent

    from ddns_tray.core.model import RecordStatus, Turn
    from ddns_tray.ui.theme import Theme, Tokens
    from ddns_tray.words import Words

PARTS = 48
HEIGHT = 16
WIDTH = PARTS * 8
_GAP = 2.0
_LINE = 2.0
_HEIGHTS = {Colour.GREEN: 1.0, Colour.RED: 1.0, Colour.YELLOW: 0.62, Colour.GREY: 0.3}
_BREAK = 3.0
"""Pixels between the halves of a red bar."""
_MARGIN = 3


def draw_strip(painter: QPainter, area: QRectF, turns: Sequence[Turn], now: float, tokens: Tokens) -> None:
    """Draw the day before `now` into an area."""
    step = area.width() / PARTS
    painter.setPen(Qt.PenStyle.NoPen)
    for place, turn in enumerate(worst_of_each(turns, now - DAY, now, PARTS)):
        bar = QRectF(area.left() + place * step, area.top(), step - _GAP, area.height())
        colour = None if turn is None else turn.colour
        if colour is None:
            painter.setBrush(QColor(tokens.border))
            painter.drawRect(QRectF(bar.left(), bar.bottom() - _LINE, bar.width(), _LINE))
            continue
        painter.setBrush(QColor(tokens.bars[colour]))
        bar.setTop(bar.bottom() - bar.height() * _HEIGHTS[colour])
        if colour is Colour.RED:
            half = (bar.height() - _BREAK) / 2
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width(), half), 1, 1)
            painter.drawRoundedRect(QRectF(bar.left(), bar.bottom() - half, bar.width(), half), 1, 1)
        else:
            painter.drawRoundedRect(bar, 1.5, 1.5)


def said_at(words: Words, turns: Sequence[Turn], part: float, now: float) -> str:
    """What to say of a place in the strip, from 0 (a day ago) to 1 (now): the worst that its bar stands for."""
    begin = now - DAY
    place = min(PARTS - 1, max(0, int(part * PARTS)))
    shown = worst_of_each(turns, begin, now, PARTS)[place]
    width = DAY / PARTS
    for stretch in stretches(turns, begin, now):
        inside = stretch.begin < begin + (place + 1) * width and stretch.end > begin + place * width
        if inside and (shown is None or stretch.turn is shown):
            return words.stretch(stretch, now)
    return ""


class HistoryStrip(QWidget):
    """The strip of one record, with a tip for each bar; Left, Right, Home and End go from stretch to stretch."""

    def __init__(self, words: Words, now: Callable[[], float], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._now = now
        self._theme = theme
        self._turns: tuple[Turn, ...] = ()
        self._chosen: Stretch | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(WIDTH + 2)
        self.setAccessibleName(words.tr("The last 24 hours"))

    @property
    def said(self) -> str:
        """The stretch that the keyboard has come to, in words; "" before that."""
        return "" if self._chosen is None else self._words.stretch(self._chosen, self._now())

    def show_record(self, record: RecordStatus) -> None:
        """Take the newest turns."""
        if record.turns is not self._turns:
            self._chosen = None
        self._turns = record.turns
        self.setAccessibleDescription(self._words.past(self._turns, self._now()))
        self.setVisible(bool(self._turns))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as it may get."""
        return QSize(WIDTH + 2, HEIGHT + 2 * _MARGIN)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Bars of three pixels can still be told apart."""
        return QSize(PARTS * 5 + 2, HEIGHT + 2 * _MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw bars, the chosen stretch, and the focus."""
        del event
        tokens, now = self._theme.tokens, self._now()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        draw_strip(painter, area, self._turns, now, tokens)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._chosen is not None:
            left = area.left() + area.width() * max(0.0, (self._chosen.begin - now + DAY) / DAY)
            right = area.left() + area.width() * min(1.0, (self._chosen.end - now + DAY) / DAY)
            painter.setPen(QPen(QColor(tokens.text), 1.5))
            painter.drawLine(int(left), self.height() - 1, int(max(right, left + 3)), self.height() - 1)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1.0))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Go to another stretch, and say it."""
        now = self._now()
        found = list(stretches(self._turns, now - DAY, now))
        key = event.key()
        if not found or key not in {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End}:
            super().keyPressEvent(event)
            return
        here = next((at for at, each in enumerate(found) if self._chosen and each.turn == self._chosen.turn), None)
        match key:
            case Qt.Key.Key_Home:
                there = 0
            case Qt.Key.Key_Left if here is not None:
                there = max(0, here - 1)
            case Qt.Key.Key_Right if here is not None:
                there = min(len(found) - 1, here + 1)
            case _:
                there = len(found) - 1
        self._chosen = found[there]
        self._say()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is chosen any more."""
        self._chosen = None
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell what a bar stands for."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            area = self._area()
            part = (event.pos().x() - area.left()) / area.width()
            QToolTip.showText(event.globalPos(), said_at(self._words, self._turns, part, self._now()), self)
            return True
        return super().event(event)

    def _say(self) -> None:
        self.update()
        self.setAccessibleDescription(self.said)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        if self._chosen is not None:
            area = self._area()
            part = max(0.0, (self._chosen.begin - self._now() + DAY) / DAY)
            QToolTip.showText(self.mapToGlobal(QPoint(int(area.left() + part * area.width()), 0)), self.said, self)

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(1, _MARGIN, -1, -_MARGIN)
