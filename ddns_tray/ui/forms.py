"""What the forms share: a dialog with fields, a place for what is wrong, and buttons. Opened, never `exec`-ed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ddns_tray.core.model import Colour
from ddns_tray.ui.controls import coloured, heading, muted, paragraph, sign
from ddns_tray.ui.tab_order import set_tab_order, tab_stops
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QShowEvent

    from ddns_tray.core.errors import DdnsTrayError
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_WIDTH = 560
_BELOW = 120
"""Pixels for the result and the buttons."""
_MOST_HEIGHT = 720

Said = tuple[Shape, str, str]
"""A sign, what is the case, what to do."""


class Form(QDialog):
    """A column of fields over a line that says how it stands, over Cancel and Save.

    A subclass says in `_title` what it is called, and puts its fields into `column` in `_fill`; its constructor ends
    with `build`. With another language or other colours a form is built anew around what was typed (`speak`).
    """

    column: QVBoxLayout
    result_row: QHBoxLayout
    buttons: QHBoxLayout
    cancel: QPushButton
    save: QPushButton
    _inner: QWidget

    def __init__(self, words: Words, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.words = words
        self.theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._busy = False
        self._said: Callable[[], Said] | None = None
        self._body: QWidget | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)

    # --- what a subclass says ---

    def _title(self) -> str:
        raise NotImplementedError

    def _fill(self) -> None:
        raise NotImplementedError

    def _typed(self) -> Sequence[QWidget]:
        """The controls whose contents outlive a change of language, always in the same order."""
        return ()

    def _measure(self) -> None:
        """Give sizes that depend on the style, which is known when all stands where it belongs."""

    # --- building ---

    def build(self) -> None:
        """Make everything that can be seen, in the language and the colours of now."""
        outer = self.layout()
        assert outer is not None  # noqa: S101 - set by the constructor
        if self._body is not None:
            outer.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self._body = body = QWidget(self)
        self.theme.clothe(body)
        title = self._title()
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
        self.cancel = QPushButton(self.words.tr("Cancel"))
        self.save = QPushButton(self.words.tr("Save"))
        self.cancel.setAutoDefault(False)
        self.save.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.save)
        area = QScrollArea(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inner = inner = QWidget(area)
        inner.setLayout(self.column)
        area.setWidget(inner)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addLayout(self.result_row)
        column.addLayout(self.buttons)
        self._fill()
        outer.addWidget(body)
        body.show()
        self._measure()

    def speak(self, words: Words) -> None:
        """Go on in this language and in the colours of now, with all that was typed, where the person was."""
        stops = tab_stops(self)
        focused = self.focusWidget()
        place = stops.index(focused) if focused in stops else -1
        typed = [kept(control) for control in self._typed()]
        busy, said = self._busy, self._said
        self.words = words
        self.build()
        for control, value in zip(self._typed(), typed, strict=True):
            put_back(control, value)
        if said is not None:
            self.tell(said)
        self.set_busy(busy=busy)
        set_tab_order(self)
        stops = tab_stops(self)
        if 0 <= place < len(stops):
            stops[place].setFocus()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Begin at the first field, and go down from there."""
        set_tab_order(self)
        super().showEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all fields, as far as a small screen has it."""
        layout = self._inner.layout()
        wanted = self._inner.sizeHint().height() if layout is None else layout.totalHeightForWidth(_WIDTH)
        return QSize(_WIDTH, min(wanted + _BELOW, _MOST_HEIGHT))

    def accept(self) -> None:
        """Close it, if it is still there: work may end after somebody closed it."""
        if isValid(self):
            super().accept()

    def reject(self) -> None:
        """As `accept`."""
        if isValid(self):
            super().reject()

    def is_open(self) -> bool:
        """Whether somebody can see it. A field that loses the focus because its form goes says so too."""
        return isValid(self) and self.isVisible()

    def show_problem(self, error: DdnsTrayError) -> None:
        """Say what is wrong and what to do; nothing that was typed is lost."""
        if not isValid(self):  # somebody closed it while the work went on
            return
        self.tell(lambda: (Shape.CROSS, *self.words.problem(error.problem)))
        self.set_busy(busy=False)

    def tell(self, said: Callable[[], Said]) -> None:
        """Say how it stands: a shape, what is the case, what to do. Asked again when the language changes."""
        self.clear_result()
        self._said = said
        shape, title, hint = said()
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

    def clear_result(self) -> None:
        """Say nothing."""
        self._said = None
        while (item := self.result_row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def set_busy(self, *, busy: bool) -> None:
        """While something is tried or kept, it cannot be asked for again."""
        self._busy = busy
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


def kept(control: QWidget) -> Any:
    """What a person has put into a control, to be put into another one like it."""
    match control:
        case QCheckBox():
            return control.isChecked()
        case QComboBox():
            return control.currentText() if control.isEditable() else control.currentIndex()
        case QSpinBox():
            return control.value()
        case QLineEdit():
            return control.text(), control.cursorPosition()
        case _:
            return control.kept()  # type: ignore[attr-defined]  # controls of ours that hold more


def put_back(control: QWidget, value: Any) -> None:
    """Put in what `kept` has found in another one."""
    match control:
        case QCheckBox():
            control.setChecked(value)
        case QComboBox() if control.isEditable():
            control.setEditText(value)
        case QComboBox():
            control.setCurrentIndex(value)
        case QSpinBox():
            control.setValue(value)
        case QLineEdit():
            control.setText(value[0])
            control.setCursorPosition(value[1])
        case _:
            control.put_back(value)  # type: ignore[attr-defined]  # as above


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
    add_gap(form)


def add_gap(form: QFormLayout) -> None:
    """What keeps two fields apart."""
    spacer = QWidget()
    spacer.setFixedHeight(6)
    form.addRow(spacer)
