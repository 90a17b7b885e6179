"""Small widgets that several pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ddns_tray.ui import icons

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtGui import QShowEvent, QWheelEvent

    from ddns_tray.ui.theme import Tokens
    from ddns_tray.words import Shape

HEADLINE_SCALE = 1.35
SMALL_SCALE = 0.94
_WIDEST = 1280
"""Logical pixels of a page beside the side bar."""
_MEASURED = 64
"""Rows of which the width of a column is found out; a thousand, as Qt has it, hold up the window."""


def heading(text: str, parent: QWidget | None = None) -> QLabel:
    """The first line of a page."""
    label = paragraph(text, parent)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * HEADLINE_SCALE)
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    return label


def section_heading(text: str, parent: QWidget | None = None) -> QLabel:
    """The first line of a part of a page."""
    label = paragraph(text, parent)
    font = label.font()
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    return label


def paragraph(text: str, parent: QWidget | None = None) -> QLabel:
    """Text that wraps and can be copied."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def muted(label: QLabel, tokens: Tokens) -> QLabel:
    """Say it more quietly."""
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor(tokens.muted))
    label.setPalette(palette)
    # Where the application has a style sheet it says what is quiet: one of its own would be read for every label.
    label.setProperty("quiet", True)
    return label


def coloured(label: QLabel, colour: str) -> QLabel:
    """Give the text a colour of the theme."""
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor(colour))
    label.setPalette(palette)
    # A style sheet on the application makes Qt forget palettes of single labels.
    label.setStyleSheet(f"color: {colour};")
    return label


def fixed_font(scale: float = 1.0) -> QFont:
    """The platform's font for addresses, in which every digit is as wide; as large as the words around them."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    size = QGuiApplication.font().pointSizeF()
    font.setPointSizeF((size if size > 0 else font.pointSizeF()) * scale)
    return font


def search_field(said: str, clear: str) -> QLineEdit:
    """A line to search in, with a button that empties it; both can be heard."""
    field = _SearchField(clear)
    field.setPlaceholderText(said)
    field.setAccessibleName(said)
    return field


def primary(button: QPushButton) -> QPushButton:
    """The one action that a page suggests."""
    button.setProperty("primary", True)
    return button


def sign(shape: Shape, size: int, description: str) -> QLabel:
    """A picture of a state, with what it means for those who do not see it."""
    label = QLabel()
    label.setPixmap(icons.pixmap(shape, size, label.devicePixelRatioF()))
    label.setFixedSize(QSize(size, size))
    label.setAccessibleName(description)
    label.setToolTip(description)
    return label


def set_up_table(table: QTableView, model: QAbstractItemModel, *, stretch: int, name: str) -> None:
    """A calm table: whole rows, no grid, one column takes the room that is left."""
    table.setModel(model)
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setIconSize(QSize(16, 16))
    table.verticalHeader().setVisible(False)
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 14)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setResizeContentsPrecision(_MEASURED)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
    header.setStretchLastSection(False)


def fit_rows(table: QTableView, rows: int) -> None:
    """Make a table exactly as high as its heading and so many rows."""
    table.setFixedHeight(
        table.horizontalHeader().sizeHint().height() + table.verticalHeader().defaultSectionSize() * rows + 4
    )


class _SearchField(QLineEdit):
    """Its button takes its picture from the style when it is made, and where it stands the style is known."""

    def __init__(self, clear: str) -> None:
        super().__init__()
        self._clear = clear

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Bring the button along."""
        if not self.isClearButtonEnabled():
            self.setClearButtonEnabled(True)
            for button in self.findChildren(QToolButton):
                button.setAccessibleName(self._clear)
        super().showEvent(event)


class CalmSpinBox(QSpinBox):
    """A number that changes when it is meant: scrolling the page past it does nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().setTextMargins(8, 0, 0, 0)  # style sheets do not reach the padding of this line

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Only for those who are at it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CalmChoice(QComboBox):
    """A choice, as calm."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Only for those who are at it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ReadableColumn(QVBoxLayout):
    """A column that stays as wide as eyes follow, in the middle of a very wide screen."""

    def setGeometry(self, area: QRect) -> None:  # noqa: N802 - Qt's name
        """Leave the rest empty on both sides."""
        beside = max(0, area.width() - _WIDEST) // 2
        super().setGeometry(area.adjusted(beside, 0, -beside, 0))


class Banner(QFrame):
    """One trouble of the whole, above everything: a sign, what is wrong, what to do."""

    dismissed = Signal()

    def __init__(self, shape: Shape | None, title: str, hint: str, close: str, tokens: Tokens) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setStyleSheet(
            f"#banner {{ background: {tokens.raised}; border: 1px solid {tokens.border}; border-radius: 8px; }}"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(10)
        if shape is not None:
            beside = Qt.AlignmentFlag.AlignTop if hint else Qt.AlignmentFlag.AlignVCenter
            row.addWidget(sign(shape, 20, title), 0, beside)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addWidget(section_heading(title))
        if hint:
            lines.addWidget(muted(paragraph(hint), tokens))
        row.addLayout(lines, 1)
        self._row = row
        button = QPushButton(close)
        button.setProperty("flat", True)
        button.clicked.connect(self.dismissed)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._close = button
        self.setAccessibleName(title)
        self.setAccessibleDescription(hint)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def offer(self, said: str, url: str) -> None:
        """Add a button that opens a page in the browser."""
        button = self.offer_action(said)
        button.setToolTip(url)
        button.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(url)))

    def offer_action(self, said: str) -> QPushButton:
        """Add a button before the one that closes."""
        button = QPushButton(said)
        self._row.insertWidget(self._row.count() - 1, button, 0, Qt.AlignmentFlag.AlignTop)
        self.setTabOrder(button, self._close)
        return button


class Card(QFrame):
    """A group on a page."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setStyleSheet(
            f"#card {{ background: {tokens.card}; border: 1px solid {tokens.border}; border-radius: 8px; }}"
        )
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 14, 16, 14)
        self.column.setSpacing(8)


class ChoiceButton(QPushButton):
    """A large button with a title and a line that says what will happen."""

    def __init__(self, title: str, description: str, tokens: Tokens, *, suggested: bool = False) -> None:
        super().__init__()
        border = tokens.accent if suggested else tokens.border
        self.setObjectName("choice")
        self.setStyleSheet(
            f"#choice {{ border: 1px solid {border}; border-radius: 8px; background: {tokens.card}; }}"
            f"#choice:hover {{ background: {tokens.hover}; }}"
            f"#choice:focus {{ border: 2px solid {tokens.accent}; }}"
        )
        self.setAccessibleName(title)
        self.setAccessibleDescription(description)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(3)
        first, second = QLabel(title), QLabel(description)
        font = first.font()
        font.setWeight(QFont.Weight.DemiBold)
        first.setFont(font)
        coloured(first, tokens.accent if suggested else tokens.text)
        second.setWordWrap(True)
        muted(second, tokens)
        for label in (first, second):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(label)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """The description may wrap."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """As high as what stands in it."""
        layout = self.layout()
        return super().heightForWidth(width) if layout is None else layout.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as what stands in it."""
        layout = self.layout()
        return super().sizeHint() if layout is None else layout.totalSizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A button's own minimum would cut the second line."""
        return QSize(200, 40)
