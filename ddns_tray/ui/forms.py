"""What the forms share: a dialog with fields, a place for what is wrong, and buttons. Opened, never `exec`-ed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ddns_tray.core.model import Colour
from ddns_tray.ui.controls import coloured, heading, muted, paragraph, sign
from ddns_tray.ui.tab_order import set_tab_order
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from ddns_tray.core.errors import DdnsTrayError
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_WIDTH = 560
_BELOW = 120
"""Pixels for the result and the buttons."""
_MOST_HEIGHT = 720


class Form(QDialog):
    """A column of fields over a line that says how it stands, over Cancel and Save."""

    def __init__(self, words: Words, theme: Theme, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.words = words
        self.theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.column = QVBoxLayout()
        self.column.setContentsMargins(20, 20, 20, 8)
        self.column.setSpacing(10)
        self.column.addWidget(heading(title))
        self.result_row = QHBoxLayout()
        self.result_row.setContentsMargins(20, 6, 20, 6)
        self.result_row.setSpacing(10)
        self.buttons = QHBoxLayout()
        self.buttons.setContentsMargins(20, 8, 20, 16)
        self.buttons.setSpacing(8)
        self.cancel = QPushButton(words.tr("Cancel"))
        self.save = QPushButton(words.tr("Save"))
        self.cancel.setAutoDefault(False)
        self.save.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.save)
        inner = QWidget()
        inner.setLayout(self.column)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        self._inner = inner
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addLayout(self.result_row)
        outer.addLayout(self.buttons)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Begin at the first field, and go down from there."""
        set_tab_order(self)
        super().showEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all fields, as far as a small screen has it."""
        layout = self._inner.layout()
        wanted = self._inner.sizeHint().height() if layout is None else layout.totalHeightForWidth(_WIDTH)
        return QSize(_WIDTH, min(wanted + _BELOW, _MOST_HEIGHT))

    def is_open(self) -> bool:
        """Whether somebody can see it. A field that loses the focus because its form goes says so too."""
        return isValid(self) and self.isVisible()

    def show_problem(self, error: DdnsTrayError) -> None:
        """Say what is wrong and what to do; nothing that was typed is lost."""
        title, hint = self.words.problem(error.problem)
        self.show_result(Shape.CROSS, title, hint)

    def show_result(self, shape: Shape, title: str, hint: str = "") -> None:
        """Say how it stands."""
        self.clear_result()
        tokens = self.theme.tokens
        self.result_row.addWidget(sign(shape, 20, title), 0, Qt.AlignmentFlag.AlignTop)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        first = paragraph(title)
        if shape is Shape.CROSS:
            coloured(first, tokens.verdict[Colour.RED])
        lines.addWidget(first)
        if hint:
            lines.addWidget(muted(paragraph(hint), tokens))
        holder = QWidget()
        holder.setLayout(lines)
        lines.setContentsMargins(0, 0, 0, 0)
        self.result_row.addWidget(holder, 1)
        self.setAccessibleDescription(f"{title} {hint}".strip())
        self.set_busy(busy=False)

    def clear_result(self) -> None:
        """Say nothing."""
        while (item := self.result_row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def set_busy(self, *, busy: bool) -> None:
        """While something is tried or kept, it cannot be asked for again."""
        self.save.setEnabled(not busy)

    def result_text(self) -> str:
        """What is said now, for tests and screen readers."""
        labels = [
            label.text()
            for index in range(self.result_row.count())
            if (item := self.result_row.itemAt(index)) is not None and (widget := item.widget()) is not None
            for label in widget.findChildren(QLabel)
        ]
        return "\n".join(label for label in labels if label)


def field_form() -> QFormLayout:
    """Labels above their fields, which also reads well where labels are long."""
    form = QFormLayout()
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
    form.setVerticalSpacing(4)
    return form


def add_field(
    form: QFormLayout, label: str, field: QWidget, help_text: str, theme: Theme, *, below: QWidget | None = None
) -> None:
    """One field with its label and, below, what it is good for; all three known to a screen reader."""
    caption = QLabel(label)
    caption.setBuddy(field)
    field.setAccessibleName(label)
    field.setAccessibleDescription(help_text)
    form.addRow(caption, field)
    if below is not None:
        form.addRow(below)
    if help_text:
        form.addRow(muted(paragraph(help_text), theme.tokens))
    spacer = QWidget()
    spacer.setFixedHeight(6)
    form.addRow(spacer)
