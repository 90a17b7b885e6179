"""An account at a DNS service: chosen from all services by search, its fields made from the service's description.

Secrets go into `Secret` as soon as they leave the field, are never shown back, and an empty field keeps the old one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ddns_tray.core.errors import UsageError
from ddns_tray.core.model import ProviderStatus
from ddns_tray.core.ports import Secret
from ddns_tray.core.settings import AccountSettings
from ddns_tray.core.settings_accounts import check_option
from ddns_tray.ui.account_fields import (
    choice_field,
    cleaned,
    link_of,
    report_title,
    secret_field,
    service_name,
    trimmed_notice,
    warnings_about,
)
from ddns_tray.ui.controls import muted, paragraph, search_field
from ddns_tray.ui.forms import Form, add_field, field_form
from ddns_tray.ui.tab_order import set_tab_order
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import AccountReport, FieldSpec, ProviderSpec
    from ddns_tray.ui.forms import Said
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_LIST_HEIGHT = 132
_SPEC_ROLE = Qt.ItemDataRole.UserRole


class AccountForm(Form):
    """It only tells what is wanted: (AccountSettings, typed secrets)."""

    test_wanted = Signal(object, object)
    save_wanted = Signal(object, object)

    def __init__(
        self,
        words: Words,
        theme: Theme,
        parent: QWidget | None,
        *,
        providers: Sequence[ProviderSpec],
        taken: frozenset[str],
        account: AccountSettings | None,
    ) -> None:
        super().__init__(words, theme, parent)
        self._account = account
        self._taken = taken
        self._providers = providers
        self._spec = next((spec for spec in providers if account is not None and spec.id == account.provider), None)
        self._fields: dict[str, QLineEdit | QComboBox] = {}
        self._id = QLineEdit()
        self.build()
        if account is None:
            self.picker.search.setFocus()

    def _title(self) -> str:
        if self._account is None:
            return self.words.tr("Add an account")
        return self.words.tr("Account {id}", id=self._account.id)

    def _typed(self) -> Sequence[QWidget]:
        return (self._id, *self._fields.values())

    def _fill(self) -> None:
        words = self.words
        self.test = QPushButton(words.tr("Test"))
        self.test.setAutoDefault(False)
        self.buttons.insertWidget(0, self.test)
        self.test.clicked.connect(self._on_test)
        self.save.clicked.connect(self._on_save)
        self.picker = ProviderPicker(words, self._providers)
        self.picker.chosen.connect(self._choose)
        if self._account is None:
            self.column.addWidget(QLabel(words.tr("Who hosts your DNS?")))
            self.column.addWidget(self.picker)
        self._note = muted(
            paragraph(words.tr("Tokens and passwords are kept in this computer's keyring, nowhere else.")),
            self.theme.tokens,
        )
        self.column.addWidget(self._note)
        self.column.addStretch(1)
        self._fields_box: QWidget | None = None
        self._choose(self._spec)

    def speak(self, words: Words) -> None:
        """As every form; what was searched for and found stays too."""
        searched = self.picker.searched()
        super().speak(words)
        self.picker.search_again(searched)

    @property
    def spec(self) -> ProviderSpec | None:
        """The service that is chosen."""
        return self._spec

    def field(self, name: str) -> QLineEdit:
        """The line of that name; "id" is the account's own."""
        field = self._id if name == "id" else self._fields[name]
        assert isinstance(field, QLineEdit)  # noqa: S101 - a choice has no line
        return field

    def show_report(self, report: AccountReport) -> None:
        """Say what the test found."""
        if isValid(self):  # somebody may have closed it while it was tried
            self.tell(lambda: self._spoken(report))
            self.set_busy(busy=False)

    def _spoken(self, report: AccountReport) -> Said:
        words = self.words
        return *report_title(words, report), "\n".join(words.say(remark) for remark in report.remarks)

    def set_busy(self, *, busy: bool) -> None:
        """As in every form, and no second test meanwhile."""
        super().set_busy(busy=busy or self._spec is None)
        self.test.setEnabled(not busy and self._spec is not None)

    # --- inside ---

    def _choose(self, spec: ProviderSpec | None) -> None:
        if spec is self._spec and self._fields_box is not None:
            return
        self._spec = spec
        self.clear_result()
        if self._fields_box is not None:
            self.column.removeWidget(self._fields_box)
            self._fields_box.hide()
            self._fields_box.deleteLater()
        self._fields_box = box = QWidget()
        self._fields = {}
        if spec is not None:
            self._fill_in(box, spec)
        self.column.insertWidget(self.column.indexOf(self._note), box)
        box.show()  # what is not shown yet takes no room in the size that is asked for below
        set_tab_order(self)
        self._note.setVisible(spec is not None and any(each.secret for each in spec.fields))
        self.set_busy(busy=False)
        self.resize(max(self.width(), self.sizeHint().width()), max(self.height(), self.sizeHint().height()))

    def _fill_in(self, box: QWidget, spec: ProviderSpec) -> None:
        words = self.words
        form = field_form()
        form.setContentsMargins(0, 0, 0, 0)
        box.setLayout(form)
        warning = warnings_about(words, spec)
        if warning:
            form.addRow(paragraph(warning))
        link = link_of(words, spec)
        if link is not None:
            row = QHBoxLayout()
            row.addWidget(link)
            row.addStretch(1)
            form.addRow(row)
        self._id = QLineEdit(_free_id(spec.id, self._taken))
        if self._account is None:
            help_text = words.tr("A short name for this account in your settings.")
            add_field(form, words.tr("Name of the account"), self._id, help_text, self.theme)
        else:
            self._id.setText(self._account.id)
        for wanted in spec.fields:
            field = self._make_field(wanted)
            self._fields[wanted.name] = field
            label = words.say(wanted.label)
            if not wanted.required:
                label = words.tr("{label} (optional)", label=label)
            add_field(form, label, field, words.say(wanted.help), self.theme)

    def _make_field(self, wanted: FieldSpec) -> QLineEdit | QComboBox:
        if wanted.choices:
            kept = None if self._account is None else self._account.options.get(wanted.name)
            return choice_field(wanted, kept)
        field = secret_field() if wanted.secret else QLineEdit()
        if wanted.secret:
            if self._account is not None:
                field.setPlaceholderText(self.words.tr("Kept in the keyring; type to replace it"))
        elif self._account is not None:
            field.setText(self._account.options.get(wanted.name, ""))
        if wanted.default is not None:
            field.setPlaceholderText(wanted.default)
        field.editingFinished.connect(lambda: self._trim(field, wanted))
        return field

    def _trim(self, field: QLineEdit, wanted: FieldSpec) -> None:
        """Leave out what was copied along, and say so; say at once why a value cannot be."""
        if not self.is_open():
            return
        value = cleaned(field.text())
        if value != field.text():
            field.setText(value)
            self.tell(lambda: (Shape.WARNING, trimmed_notice(self.words, wanted), ""))
        if value and not wanted.secret:
            try:
                check_option(wanted, wanted.name, value)
            except UsageError as exc:
                problem = exc.problem
                self.tell(lambda: (Shape.WARNING, *self.words.problem(problem)))

    def _written(self, name: str) -> str:
        field = self._fields[name]
        return str(field.currentData()) if isinstance(field, QComboBox) else cleaned(field.text())

    def _filled(self) -> tuple[AccountSettings, Mapping[str, Secret]] | None:
        """What was typed; None where something that is needed is missing, which is then said."""
        spec = self._spec
        if spec is None:
            return None
        options: dict[str, str] = dict(self._account.options) if self._account is not None else {}
        typed: dict[str, Secret] = {}
        for wanted in spec.fields:
            value = self._written(wanted.name)
            if wanted.secret:
                if value:
                    typed[wanted.name] = Secret(value)
            elif value:
                options[wanted.name] = value
            else:
                options.pop(wanted.name, None)
            kept = wanted.secret and self._account is not None
            if not value and wanted.required and wanted.default is None and not kept:
                self._fields[wanted.name].setFocus()
                self.tell(partial(self._missing, wanted))
                return None
        account = AccountSettings(cleaned(self._id.text()), spec.id, MappingProxyType(options))
        return (replace(self._account, options=account.options) if self._account is not None else account), typed

    def _missing(self, wanted: FieldSpec) -> Said:
        said = self.words.tr("“{field}” is still empty.", field=self.words.say(wanted.label))
        return Shape.WARNING, said, ""

    def _on_test(self) -> None:
        filled = self._filled()
        if filled is not None:
            self.tell(lambda: (Shape.BUSY, self.words.tr("Trying it, without writing anything…"), ""))
            self.set_busy(busy=True)
            self.test_wanted.emit(*filled)

    def _on_save(self) -> None:
        filled = self._filled()
        if filled is not None:
            self.tell(lambda: (Shape.BUSY, self.words.tr("Keeping it; the keyring may ask for its password…"), ""))
            self.set_busy(busy=True)
            self.save_wanted.emit(*filled)


class ProviderPicker(QWidget):
    """All services, narrowed by what is typed: titles, ids, and what people call them in any language."""

    chosen = Signal(object)

    def __init__(self, words: Words, providers: Sequence[ProviderSpec]) -> None:
        super().__init__()
        self._words = words
        self.search = search_field(words.tr("Search services"), words.tr("Clear"))
        self.list = QListWidget()
        self.list.setAccessibleName(words.tr("DNS services"))
        self.list.setFixedHeight(_LIST_HEIGHT)
        self._ended = [spec for spec in providers if spec.status is ProviderStatus.ENDED]
        for spec in providers:
            if spec.status is ProviderStatus.ENDED:
                continue
            item = QListWidgetItem(service_name(words, spec))
            item.setData(_SPEC_ROLE, spec)
            self.list.addItem(item)
        self._nothing = paragraph(
            words.tr("No service of that name. Many others speak the dyndns2 protocol: try that.")
        )
        self._nothing.setVisible(False)
        self.missing = paragraph("")
        self.missing.setVisible(False)
        self.ended = paragraph("")
        self.ended.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.search, self.list, self._nothing, self.missing, self.ended):
            column.addWidget(widget)
        self.search.textChanged.connect(self._narrow)
        self.list.currentItemChanged.connect(self._on_chosen)

    def searched(self) -> tuple[str, int]:
        """What was typed, and the row that is chosen."""
        return self.search.text(), self.list.currentRow()

    def search_again(self, searched: tuple[str, int]) -> None:
        """Show what another one like this has shown, without telling anybody."""
        blocked = self.blockSignals(True)
        self.search.setText(searched[0])
        self.list.setCurrentRow(searched[1])
        self.blockSignals(blocked)

    def _narrow(self, part: str) -> None:
        wanted = part.strip().lower()
        found = 0
        for row in range(self.list.count()):
            item = self.list.item(row)
            spec: ProviderSpec = item.data(_SPEC_ROLE)
            fits = _fits(spec, wanted)
            item.setHidden(not fits)
            found += fits
            if fits and found == 1 and wanted:
                self.list.setCurrentItem(item)
        ended = None if found else next((spec for spec in self._ended if _fits(spec, wanted)), None)
        if ended is not None:
            said = self._words.tr("{service} has ended.", service=ended.title)
            self.ended.setText(said if ended.note is None else f"{said}\n{self._words.say(ended.note)}")
        self.ended.setVisible(ended is not None)
        self._nothing.setVisible(not found and ended is None)

    def _on_chosen(self, item: QListWidgetItem | None) -> None:
        """Hand on what can be used; of a service that needs an optional part, say how to get that."""
        spec: ProviderSpec | None = None if item is None else item.data(_SPEC_ROLE)
        missing = spec is not None and spec.status is ProviderStatus.MISSING
        if spec is not None and missing and spec.note is not None:
            self.missing.setText(self._words.say(spec.note))
        self.missing.setVisible(missing)
        self.chosen.emit(None if missing else spec)


def _fits(spec: ProviderSpec, part: str) -> bool:
    """Whether one of the names of a service has this part, which is in lower case."""
    return any(part in each.lower() for each in (spec.title, spec.id, *spec.aliases))


def _free_id(wanted: str, taken: frozenset[str]) -> str:
    number, found = 2, wanted
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found
