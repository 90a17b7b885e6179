"""Two forms around settings that come from elsewhere: what they would change, and which secrets they still need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

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
    """What would change, line by line; `save` does it."""

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
        changes: Sequence[SettingsDifference],
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
        words, changes = self.words, self._changes
        self.column.addWidget(muted(paragraph(words.say(self._about)), self.theme.tokens))
        lines = [difference_in_words(words, change) for change in changes[:_SHOWN]]
        if len(changes) > _SHOWN:
            rest = len(changes) - _SHOWN
            lines.append(words.ntr("and {count} more", "and {count} more", rest, count=rest))
        self.changes = paragraph("\n".join(lines) or words.tr("Nothing would change."))
        self.column.addWidget(self.changes)
        self.warnings = ResultLine(self.theme)
        warnings = risks_in_words(words, self._dangers)
        if warnings:
            about_strangers = words.tr("Go on only if you know where this file comes from.")
            self.warnings.say(Shape.WARNING, "\n".join(warnings), about_strangers)
        self.column.addWidget(self.warnings)
        self.column.addStretch(1)
        self.save.setText(words.say(self._button))
        self.save.setEnabled(bool(changes))
        self.save.clicked.connect(self._on_save)

    def _on_save(self) -> None:
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
