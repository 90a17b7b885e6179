"""One record as a card in the list: sign, name, what is said of it, the expected address, a countdown if one runs.

An opened card also holds a `RecordDetail`, which is a real widget (the view's persistent editor of that row), so that
its table and buttons have a keyboard and a screen reader. All other rows are only drawn.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip, QWidget

from ddns_tray.core.model import Colour
from ddns_tray.ui import icons
from ddns_tray.ui.controls import fixed_font
from ddns_tray.ui.display import readable_name
from ddns_tray.ui.history_strip import HEIGHT as STRIP
from ddns_tray.ui.history_strip import WIDTH as STRIP_WIDTH
from ddns_tray.ui.history_strip import draw_strip, said_at
from ddns_tray.ui.models import RECORD_ROLE, RecordsModel
from ddns_tray.ui.record_detail import RecordDetail
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtGui import QHelpEvent
    from PySide6.QtWidgets import QAbstractItemView, QListView

    from ddns_tray.core.model import RecordKey, RecordStatus
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

GAP = 10
PAD = 14
SIGN = 24
_TEXT_LEFT = PAD + SIGN + 14
_BAR = 6
_CHEVRON = 12
_LINES = 2
_LEADING = 3
_ABOVE_STRIP = 10
_MEASURED = 200
"""Up to so many troubles the text of each is measured; with more, most get two lines, as measuring takes time."""

Index = QModelIndex | QPersistentModelIndex


class RecordCardDelegate(QStyledItemDelegate):
    """Draws cards; at most one is open."""

    detail_made = Signal(RecordDetail)

    def __init__(self, words: Words, now: Callable[[], float], theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._words = words
        self._now = now
        self._theme = theme
        self._view = view
        self.opened: RecordKey | None = None
        self.shows_focus: Callable[[], bool] = lambda: True
        self._detail_height = 0
        self._just_made: QWidget | None = None
        self._next_end = math.inf
        """When the first countdown ends for which there is room in a card."""
        self._known_lines: dict[tuple[str, int], int] = {}
        self._bold = QFont(view.font())
        self._bold.setWeight(QFont.Weight.DemiBold)
        self._fixed = fixed_font()

    # --- sizes ---

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """The card and the gap below it."""
        del option  # its rectangle is not set yet
        record: RecordStatus = index.data(RECORD_ROLE)
        width = self._view.viewport().width()
        height = self._head_height(record, width) + GAP
        if record.key == self.opened:
            height += self._detail_height
        return QSize(width, height)

    def _head_height(self, record: RecordStatus, width: int) -> int:
        metrics = QFontMetrics(self._view.font())
        lines = self._lines(record, width)
        height = 2 * PAD - _LEADING + QFontMetrics(self._bold).height() + lines * (metrics.lineSpacing() + _LEADING)
        if self._countdown(record) is not None:
            height += metrics.lineSpacing() + 6
            self._next_end = min(self._next_end, record.verdict.deadline or math.inf)
        if self._draws_strip(record):
            height += STRIP + _ABOVE_STRIP
        return height

    def _lines(self, record: RecordStatus, width: int) -> int:
        """How many lines the text below the name takes."""
        if record.verdict.colour is Colour.GREEN:
            return 1
        room, reason = self._text_width(record, width), record.verdict.reason
        model = self._view.model()
        if not isinstance(model, RecordsModel) or model.troubled() <= _MEASURED:
            return len(_wrapped(self._second_line(record), self._view.font(), room))
        if reason.data:
            return _LINES
        if (reason.code, room) not in self._known_lines:  # it says the same of every name
            self._known_lines[reason.code, room] = len(_wrapped(self._second_line(record), self._view.font(), room))
        return self._known_lines[reason.code, room]

    def _draws_strip(self, record: RecordStatus) -> bool:
        """The opened card has the strip among its details, where the keyboard reaches it."""
        return bool(record.turns) and record.key != self.opened

    def _strip_area(self, record: RecordStatus, area: QRect) -> QRectF:
        """At the bottom of the head, below the text."""
        left, bottom = area.left() + _TEXT_LEFT, area.top() + self._head_height(record, area.width()) - PAD
        width = min(STRIP_WIDTH, area.right() - PAD - left)
        return QRectF(left, bottom - STRIP, width, STRIP)

    def _text_width(self, record: RecordStatus, width: int) -> int:
        return max(120, width - _TEXT_LEFT - PAD - self._address_width(record) - _CHEVRON - 24)

    def _address_width(self, record: RecordStatus) -> int:
        metrics = QFontMetrics(self._fixed)
        return max((metrics.horizontalAdvance(each) for each in record.expected[:2]), default=0)

    # --- what is said ---

    def _second_line(self, record: RecordStatus) -> str:
        now = self._now()
        if record.verdict.colour is Colour.GREEN:
            title = self._words.verdict_title(record)
            if record.proven_at is None:
                return title
            return self._words.tr("{title} · proven {ago}", title=title, ago=self._words.ago(record.proven_at, now))
        return self._words.verdict_parts(record, now).cause

    def _countdown(self, record: RecordStatus) -> tuple[float, str] | None:
        """How much of the waiting is over (0 to 1), and the words beside the bar."""
        deadline, now = record.verdict.deadline, self._now()
        if deadline is None or deadline <= now or record.verdict.colour is Colour.GREEN:
            return None
        begin = record.since if record.since is not None and record.since < deadline else now
        return (now - begin) / (deadline - begin), self._words.record_line(record, now)

    # --- drawing ---

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one card."""
        record: RecordStatus = index.data(RECORD_ROLE)
        tokens = self._theme.tokens
        self._follow_countdowns()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -GAP - 0.5)
        state = option.state
        focused = bool(state & QStyle.StateFlag.State_HasFocus) and self.shows_focus()
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(QPen(QColor(tokens.accent if focused else tokens.border), 1.5 if focused else 1.0))
        painter.setBrush(QColor(tokens.raised if hovered and record.key != self.opened else tokens.card))
        painter.drawRoundedRect(card, 8, 8)
        self._draw_head(painter, record, option.rect)
        painter.restore()

    def _follow_countdowns(self) -> None:
        """A countdown that has ended leaves no room behind."""
        if self._now() >= self._next_end:
            self._next_end = math.inf
            QTimer.singleShot(0, self, lambda: self.sizeHintChanged.emit(QModelIndex()))

    def _draw_head(self, painter: QPainter, record: RecordStatus, area: QRect) -> None:
        tokens, words = self._theme.tokens, self._words
        ratio = painter.device().devicePixelRatio()
        left, top, right = area.left() + _TEXT_LEFT, area.top() + PAD, area.right() - PAD
        picture = icons.pixmap(words.record_shape(record), SIGN, ratio)
        painter.drawPixmap(QPointF(area.left() + PAD, top + 1), picture)
        self._draw_chevron(painter, QRect(right - _CHEVRON, top, _CHEVRON, SIGN), opened=record.key == self.opened)
        right -= _CHEVRON + 10
        self._draw_addresses(painter, record, right, top)
        width = self._text_width(record, area.width())

        painter.setFont(self._bold)
        bold = QFontMetrics(self._bold)
        about = words.tr("watched only") if record.account is None else record.account
        about = f"{record.key.type} · {about}"
        normal = QFontMetrics(self._view.font())
        room = width - normal.horizontalAdvance(f"  {about}")
        name = bold.elidedText(readable_name(record.key.name), Qt.TextElideMode.ElideMiddle, room)
        painter.setPen(QColor(tokens.text))
        painter.drawText(QPointF(left, top + bold.ascent()), name)
        painter.setFont(self._view.font())
        painter.setPen(QColor(tokens.muted))
        painter.drawText(QPointF(left + bold.horizontalAdvance(f"{name} "), top + bold.ascent()), about)

        y = top + bold.height() + _LEADING
        for line in _wrapped(self._second_line(record), self._view.font(), width):
            painter.drawText(QPointF(left, y + normal.ascent()), line)
            y += normal.lineSpacing() + _LEADING
        countdown = self._countdown(record)
        if countdown is not None:
            self._draw_countdown(painter, QRect(left, y + 6, area.right() - PAD - left, normal.height()), *countdown)
        if self._draws_strip(record):
            draw_strip(painter, self._strip_area(record, area), record.turns, self._now(), tokens)

    def _draw_addresses(self, painter: QPainter, record: RecordStatus, right: int, top: int) -> None:
        painter.setFont(self._fixed)
        painter.setPen(QColor(self._theme.tokens.text))
        metrics = QFontMetrics(self._fixed)
        y = top + QFontMetrics(self._bold).ascent()
        shown = list(record.expected[:2])
        for each in shown:
            painter.drawText(QPointF(right - metrics.horizontalAdvance(each), y), each)
            y += metrics.lineSpacing()

    def _draw_chevron(self, painter: QPainter, area: QRect, *, opened: bool) -> None:
        pen = QPen(QColor(self._theme.tokens.muted), 1.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        centre = QRectF(area).center()
        x, y = centre.x(), centre.y() - 2
        points = (
            [QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)]
            if opened
            else [QPointF(x - 2, y - 4), QPointF(x + 2, y), QPointF(x - 2, y + 4)]
        )
        painter.drawPolyline(points)

    def _draw_countdown(self, painter: QPainter, area: QRect, part: float, said: str) -> None:
        tokens = self._theme.tokens
        metrics = QFontMetrics(self._view.font())
        # As wide as the longest it will be, so that the bar does not twitch when a digit goes.
        said_width = metrics.horizontalAdvance(said.translate(str.maketrans("0123456789", "0" * 10))) + 2
        bar = QRectF(area.left(), area.center().y() - _BAR / 2 + 1, area.width() - said_width - 14, _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.track))
        painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
        painter.setBrush(QColor(icons.PAINTS[Shape.WARNING].fill))
        done = QRectF(bar)
        done.setWidth(max(float(_BAR), bar.width() * min(1.0, part)))
        painter.drawRoundedRect(done, _BAR / 2, _BAR / 2)
        painter.setPen(QColor(tokens.verdict[Colour.YELLOW]))
        painter.drawText(QPointF(area.right() - said_width + 2, area.top() + metrics.ascent()), said)

    def helpEvent(  # noqa: N802 - Qt's name
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Tell what a bar of the strip stands for."""
        record: RecordStatus | None = index.data(RECORD_ROLE)
        if event.type() == QEvent.Type.ToolTip and record is not None and self._draws_strip(record):
            strip = self._strip_area(record, option.rect)
            if strip.contains(QPointF(event.pos())):
                part = (event.pos().x() - strip.left()) / strip.width()
                QToolTip.showText(event.globalPos(), said_at(self._words, record.turns, part, self._now()), view)
                return True
        return super().helpEvent(event, view, option, index)

    # --- the opened card ---

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: N802 - Qt's
        """The details of the opened card."""
        del option
        detail = RecordDetail(self._words, self._now, self._theme, parent)
        detail.show_record(index.data(RECORD_ROLE))
        self._detail_height = detail.height_for(self._view.viewport().width())
        kept = QPersistentModelIndex(index)
        detail.resized.connect(lambda: self._measure(detail, self._view.model().index(kept.row(), kept.column())))
        self.detail_made.emit(detail)
        self._just_made = detail
        return detail

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802 - Qt's name
        """Bring the details up to date with the record. The view asks for that right after it asked for them, too."""
        made, self._just_made = self._just_made, None
        if isinstance(editor, RecordDetail) and editor is not made:
            editor.show_record(index.data(RECORD_ROLE))
            self._measure(editor, index)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:  # noqa: N802 - Qt's name
        """Nothing is edited here."""

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        """Below the head of the card, inside its border."""
        area: QRect = option.rect
        head = self._head_height(index.data(RECORD_ROLE), area.width())
        editor.setGeometry(area.left() + 1, area.top() + head, area.width() - 2, area.height() - head - GAP - 1)
        if isinstance(editor, RecordDetail):
            self._measure(editor, index)

    def eventFilter(self, editor: QWidget, event: QEvent) -> bool:  # type: ignore[override]  # noqa: N802 - Qt's name
        """Keep the details open: an editor would close on Escape, Return and when it loses the focus."""
        del editor, event
        return False

    def _measure(self, detail: RecordDetail, index: Index) -> None:
        height = detail.height_for(self._view.viewport().width())
        if height != self._detail_height:
            self._detail_height = height
            self.sizeHintChanged.emit(index)


def _wrapped(text: str, font: QFont, width: int) -> list[str]:
    """Break a text into at most two lines of this width, the rest left out with an ellipsis."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    breaks: list[tuple[int, int]] = []
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        breaks.append((line.textStart(), line.textLength()))
    layout.endLayout()
    lines = [text[start : start + length].rstrip() for start, length in breaks[:_LINES]]
    if len(breaks) > _LINES:
        rest = text[breaks[_LINES - 1][0] :]
        lines[-1] = QFontMetrics(font).elidedText(rest, Qt.TextElideMode.ElideRight, width)
    return lines or [""]
