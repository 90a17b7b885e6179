"""What the steps of the first run are made of: the bars that count them, and the line that says how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ddns_tray.core.model import Colour
from ddns_tray.ui.controls import coloured, muted, paragraph, sign
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from ddns_tray.ui.theme import Theme

STEPS = 4
"""The welcome is the first."""
_BAR = QSize(28, 4)
_GAP = 6
_MARK = 20


class StepBars(QWidget):
    """One bar a step, filled as far as one is."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._tokens = theme.tokens
        self._reached = 1
        self.setFixedSize(STEPS * (_BAR.width() + _GAP), _BAR.height())

    def show_step(self, reached: int, said: str) -> None:
        """Fill so many bars; `said` is the same in words."""
        self._reached = reached
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bars."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for step in range(STEPS):
            painter.setBrush(QColor(self._tokens.accent if step < self._reached else self._tokens.track))
            painter.drawRoundedRect(QRectF(step * (_BAR.width() + _GAP), 0, _BAR.width(), _BAR.height()), 2, 2)
        painter.end()


class ResultLine(QWidget):
    """A sign, what is the case, and what to do; as high as its words, and nothing while there is nothing to say."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._said: tuple[Shape, str, str] | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setVisible(False)

    def text(self) -> str:
        """What is said now."""
        return "" if self._said is None else "\n".join(part for part in self._said[1:] if part)

    def say(self, shape: Shape, title: str, hint: str = "") -> None:
        """Say it, also to those who listen."""
        if self._said == (shape, title, hint):
            return
        self.clear()
        self._said = (shape, title, hint)
        tokens = self._theme.tokens
        lines = QVBoxLayout()
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        first = paragraph(title)
        if shape is Shape.CROSS:
            coloured(first, tokens.verdict[Colour.RED])
        lines.addWidget(first)
        if hint:
            lines.addWidget(muted(paragraph(hint), tokens))
        holder = QWidget()
        holder.setLayout(lines)
        self._row.addWidget(sign(shape, _MARK, title), 0, Qt.AlignmentFlag.AlignTop)
        self._row.addWidget(holder, 1)
        self.setAccessibleName(title)
        self.setAccessibleDescription(hint)
        self.setVisible(True)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def clear(self) -> None:
        """Say nothing."""
        self._said = None
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.setVisible(False)


def small_caption(said: str, theme: Theme) -> QLabel:
    """A quiet line above a heading."""
    label = muted(QLabel(said), theme.tokens)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
