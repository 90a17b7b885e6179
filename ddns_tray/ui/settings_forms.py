"""Two forms around settings that come from elsewhere: what they would change, and which secrets they still need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar

from ddns_tray.core.ports import Secret
from ddns_tray.core.settings_exchange import Risks
from ddns_tray.ui.account_fields import cleaned, secret_field
from ddns_tray.ui.controls import muted, paragraph
from ddns_tray.ui.forms import Form, add_field, field_form
from ddns_tray.ui.settings_words import difference_in_words, risks_in_words
from ddns_tray.ui.wizard_parts import ResultLine
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QLineEdit, QWidget

    from ddns_tray.core.settings_exchange import SettingsDifference
    from ddns_tray.core.text import Text
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

SecretPlace = tuple[str, str]
"""An account's id and the name of a field."""
NO_RISKS = Risks()
_SHOWN = 60


class ChangesForm(Form):
    """What would change, line by line; `save` does it. Until that is known it says that it is being read."""

    save_wanted = Signal()

    def __init__(
        self,
        words: Words,
        theme: Theme,
        parent: QWidget | None,
        *,
        title: Text,
        about: Text,
        button: Text,
        changes: Sequence[SettingsDifference] | None = None,
        dangers: Risks = NO_RISKS,
    ) -> None:
        super().__init__(words, theme, parent)
        self._heading = title
        self._about = about
        self._button = button
        self._changes = changes
        self._dangers = dangers
        self.build()

    def _title(self) -> str:
        return self.words.say(self._heading)

    def _fill(self) -> None:
        words = self.words
        self.column.addWidget(muted(paragraph(words.say(self._about)), self.theme.tokens))
        self.waiting = QProgressBar()
        self.waiting.setRange(0, 0)  # nobody knows how long
        self.waiting.setTextVisible(False)
        self.waiting.setFixedHeight(6)
        self.waiting.setAccessibleName(words.tr("Reading the settings…"))
        self.changes = paragraph("")
        self.warnings = ResultLine(self.theme)
        for widget in (self.waiting, self.changes, self.warnings):
            self.column.addWidget(widget)
        self.column.addStretch(1)
        self.save.setText(words.say(self._button))
        self.save.clicked.connect(self._on_save)
        self._show_state()

    def show_changes(self, changes: Sequence[SettingsDifference], dangers: Risks = NO_RISKS) -> None:
        """Show what has been found out, unless somebody has closed it meanwhile."""
        if not self.is_open():
            return
        self._changes, self._dangers = changes, dangers
        self._show_state()
        self.resize(max(self.width(), self.sizeHint().width()), max(self.height(), self.sizeHint().height()))

    def set_busy(self, *, busy: bool) -> None:
        """As in every form; and without changes there is nothing to do."""
        super().set_busy(busy=busy)
        self.save.setEnabled(not busy and bool(self._changes))

    def _show_state(self) -> None:
        words, changes = self.words, self._changes
        self.waiting.setVisible(changes is None)
        self.set_busy(busy=False)
        if changes is None:
            self.changes.setText(words.tr("Reading the settings…"))
            return
        lines = [difference_in_words(words, change) for change in changes[:_SHOWN]]
        if len(changes) > _SHOWN:
            rest = len(changes) - _SHOWN
            lines.append(words.ntr("and {count} more", "and {count} more", rest, count=rest))
        self.changes.setText("\n".join(lines) or words.tr("Nothing would change."))
        warnings = risks_in_words(words, self._dangers)
        if warnings:
            about_strangers = words.tr("Go on only if you know where this file comes from.")
            self.warnings.say(Shape.WARNING, "\n".join(warnings), about_strangers)

    def _on_save(self) -> None:
        self.tell(lambda: (Shape.BUSY, self.words.tr("Writing the settings…"), ""))
        self.set_busy(busy=True)
        self.save_wanted.emit()


class SecretsForm(Form):
    """One empty field for each secret that is not in the keyring. `save_wanted` carries those that were typed."""

    save_wanted = Signal(object)

    def __init__(
        self, words: Words, theme: Theme, parent: QWidget | None, missing: Sequence[tuple[SecretPlace, Text]]
    ) -> None:
        super().__init__(words, theme, parent)
        self._missing = missing
        self.build()

    def _title(self) -> str:
        return self.words.tr("Secrets that are still missing")

    def _typed(self) -> Sequence[QWidget]:
        return tuple(self.fields.values())

    def _fill(self) -> None:
        words, theme = self.words, self.theme
        about = words.tr(
            "Settings travel without tokens and passwords. Enter them here; they are kept in this computer's keyring,"
            " nowhere else."
        )
        self.column.addWidget(muted(paragraph(about), theme.tokens))
        self.fields: dict[SecretPlace, QLineEdit] = {}
        form = field_form()
        for place, label in self._missing:
            self.fields[place] = secret_field()
            said = words.tr("{account}: {field}", account=place[0], field=words.say(label))
            add_field(form, said, self.fields[place], "", theme)
        self.column.addLayout(form)
        self.column.addStretch(1)
        self.cancel.setText(words.tr("Later"))
        self.save.clicked.connect(self._on_save)

    def _on_save(self) -> None:
        typed = {place: Secret(value) for place, field in self.fields.items() if (value := cleaned(field.text()))}
        self.set_busy(busy=True)
        self.save_wanted.emit(typed)
