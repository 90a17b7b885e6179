"""Two steps of the first run: who hosts the DNS, and what that service wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ddns_tray.ui.account_fields import choice_field, link_of, secret_field, warnings_about
from ddns_tray.ui.account_form import ProviderPicker
from ddns_tray.ui.controls import muted, paragraph
from ddns_tray.ui.forms import add_field, field_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject

    from ddns_tray.core.model import FieldSpec, ProviderSpec
    from ddns_tray.ui.theme import Theme
    from ddns_tray.ui.wizard_work import SetUp
    from ddns_tray.words import Words

_AS_HIGH_AS_THERE_IS_ROOM = 16777215
"""Qt's own word for "no limit"."""
_PASTED_FROM = 6
"""So many signs at once were not typed."""
_WALKING = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


class ServiceStep(QWidget):
    """All services; arrows in the search walk through what is left of the list, Enter or a click goes on."""

    chosen = Signal(object)
    accepted = Signal()
    narrowed = Signal()

    def __init__(self, words: Words, theme: Theme, providers: Sequence[ProviderSpec]) -> None:
        super().__init__()
        self._words = words
        self.picker = ProviderPicker(words, providers)
        self.picker.list.setMinimumHeight(120)
        self.picker.list.setMaximumHeight(_AS_HIGH_AS_THERE_IS_ROOM)
        self.note = muted(paragraph(""), theme.tokens)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.picker, 1)
        column.addWidget(self.note)
        column.addStretch(0)
        self._column = column
        self.picker.search.textChanged.connect(self._on_narrowed)  # after the picker itself
        self.picker.search.installEventFilter(self)
        self.picker.search.returnPressed.connect(self.accepted)
        self.picker.list.itemActivated.connect(lambda _: self.accepted.emit())
        self.picker.list.itemClicked.connect(lambda _: self.accepted.emit())
        self.picker.chosen.connect(self._on_chosen)
        self._on_chosen(None)

    def show_chosen(self, spec: ProviderSpec | None) -> None:
        """Stand on the service that was chosen before."""
        rows = self.picker.list
        for row in range(rows.count()):
            if rows.item(row).data(Qt.ItemDataRole.UserRole) is spec and rows.currentRow() != row:
                rows.setCurrentRow(row)

    def shows_choice(self) -> bool:
        """Whether the service that is chosen can be seen: Enter does not go on with another than what was searched."""
        rows = self.picker.list
        return rows.currentRow() >= 0 and not rows.currentItem().isHidden()

    def _on_narrowed(self) -> None:
        rows = self.picker.list
        found = any(not rows.item(row).isHidden() for row in range(rows.count()))
        rows.setVisible(found)
        self._column.setStretchFactor(self.picker, int(found))
        self._column.setStretch(self._column.count() - 1, int(not found))
        self.narrowed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let the arrows of the search move in the list."""
        if watched is self.picker.search and isinstance(event, QKeyEvent) and event.key() in _WALKING:
            if event.type() == QEvent.Type.KeyPress:
                QApplication.sendEvent(self.picker.list, event)
            return True
        return super().eventFilter(watched, event)

    def _on_chosen(self, spec: ProviderSpec | None) -> None:
        said = "" if spec is None else warnings_about(self._words, spec)
        self.note.setText(said)
        self.note.setVisible(bool(said))
        self.chosen.emit(spec)


class FieldsStep(QScrollArea):
    """The fields of one service, each with its help. A secret is never shown back, not even here."""

    edited = Signal()
    reshaped = Signal()
    accepted = Signal()
    pasted = Signal()

    def __init__(self, words: Words, theme: Theme) -> None:
        super().__init__()
        self._words = words
        self._theme = theme
        self._spec: ProviderSpec | None = None
        self._fields: dict[str, QLineEdit | QComboBox] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_service(self, work: SetUp) -> None:
        """Ask for what this service needs; what was filled in for it stays."""
        spec = work.spec
        if spec is None or spec is self._spec:
            return
        self._spec = spec
        self._fields = {}
        inner = QWidget()
        form = field_form()
        form.setContentsMargins(0, 0, 0, 0)
        inner.setLayout(form)
        warning = warnings_about(self._words, spec)
        if warning:
            form.addRow(paragraph(warning))
        link = link_of(self._words, spec)
        if link is not None:
            above = QHBoxLayout()
            above.addWidget(link)
            above.addStretch(1)
            form.addRow(above)
        for wanted in spec.fields:
            field = self._make_field(wanted, work)
            self._fields[wanted.name] = field
            label = self._words.say(wanted.label)
            if not wanted.required:
                label = self._words.tr("{label} (optional)", label=label)
            add_field(form, label, field, self._words.say(wanted.help), self._theme)
        old = self.takeWidget()
        if old is not None:
            old.deleteLater()
        self.setWidget(inner)

    def values(self) -> dict[str, str]:
        """What stands in the fields."""
        return {
            name: field.currentData() if isinstance(field, QComboBox) else field.text()
            for name, field in self._fields.items()
        }

    def field(self, name: str) -> QLineEdit | QComboBox:
        """The field of that name."""
        return self._fields[name]

    def wanted_height(self) -> int:
        """The height at which nothing has to be scrolled."""
        inner = self.widget()
        layout = None if inner is None else inner.layout()
        return 0 if layout is None else layout.totalHeightForWidth(self.viewport().width()) + 4

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """At another width the texts are of another height."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.reshaped.emit()

    def focus_first(self) -> None:
        """Go to the first field that is still empty, or the first."""
        empty = (field for field in self._fields.values() if isinstance(field, QLineEdit) and not field.text())
        first = next(empty, next(iter(self._fields.values()), None))
        if first is not None:
            first.setFocus()

    def _make_field(self, wanted: FieldSpec, work: SetUp) -> QLineEdit | QComboBox:
        before = work.options.get(wanted.name, "")
        if wanted.choices:
            choice = choice_field(wanted, before)
            choice.currentIndexChanged.connect(self.edited)
            return choice
        field = secret_field() if wanted.secret else QLineEdit(before)
        if wanted.secret:
            if wanted.name in work.typed:
                field.setPlaceholderText(self._words.tr("Already entered; type to replace it"))
        elif wanted.default is not None:
            field.setPlaceholderText(wanted.default)
        length = len(before)

        def on_edited(written: str) -> None:
            self.edited.emit()
            if wanted.secret and len(written) - length > _PASTED_FROM:
                self.pasted.emit()

        def on_changed(written: str) -> None:
            nonlocal length
            length = len(written)

        field.textEdited.connect(on_edited)  # told before textChanged
        field.textChanged.connect(on_changed)
        field.returnPressed.connect(self.accepted)
        return field
