"""One key of the settings as a field, made from `core.settings_schema`: label, control, help, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ddns_tray.core.settings_faults import Faults
from ddns_tray.core.settings_schema import Kind
from ddns_tray.core.settings_tables import read_table
from ddns_tray.core.text import Text, text
from ddns_tray.ui.controls import CalmChoice, CalmSpinBox, fixed_font, muted, paragraph
from ddns_tray.ui.wizard_parts import ResultLine
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ddns_tray.core.model import InterfaceAddress
    from ddns_tray.core.ports import SettingValue
    from ddns_tray.core.settings_schema import Setting
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_EXAMPLES = {
    Kind.SOURCES: "router, https, stun, dns, https:ipify.org, interface:eth0, static:192.0.2.1",
    Kind.RESOLVERS: "system, udp://9.9.9.9, tls://dns.quad9.net, https://dns.quad9.net/dns-query",
    Kind.SERVERS: "192.0.2.53, 192.0.2.53:5353",
}
_CHOICES: Mapping[str, Text | str] = {
    "auto": text("As the system"),
    "light": text("Light"),
    "dark": text("Dark"),
    "en": "English",
    "zh_CN": "简体中文",
}
"""What the values of choices are called; languages each in its own words."""
_LINE_WIDTH = 320
_LEAST_LINES, _MOST_LINES = 2, 8
_SHOWN_ADDRESSES = 2


def fault_of(rule: Setting, raw: SettingValue) -> tuple[Text, Text | None] | None:
    """What the settings file would say to this value: title and hint, or None where it is fine."""
    faults = Faults()
    read_table({rule.key: raw}, rule.section, (rule.section,), faults)
    own = (fault for fault in faults.found if len(fault.path) > 1)  # others: of keys that are not here
    return next(((fault.title, fault.hint) for fault in own), None)


class SettingField(QWidget):
    """One key: its label, a control that fits its kind, its help, and right below what is wrong.

    Lists take all the width that there is; other controls do so where they are `wide`, among the fields of a form.
    """

    edited = Signal()
    finished = Signal()
    """What was edited is complete: a choice was made, a line was left."""

    def __init__(
        self,
        words: Words,
        theme: Theme,
        rule: Setting,
        *,
        interfaces: Sequence[InterfaceAddress] = (),
        wide: bool = False,
    ) -> None:
        super().__init__()
        self.rule = rule
        self._wide = wide or rule.kind.is_list
        self._words = words
        self._interfaces = interfaces
        label, help_text = words.say(rule.label), words.say(rule.help)
        self.control, self._read, self._write = self._make(label)
        self.control.setAccessibleName(label)
        self.problem = ResultLine(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        if not isinstance(self.control, QCheckBox):
            caption = QLabel(label)
            caption.setBuddy(self.control)
            column.addWidget(caption)
        column.addWidget(self.control, 0, self._alignment())
        column.addWidget(self.problem)
        if rule.kind is Kind.DURATION:
            help_text = words.tr("{help} Write it as 30s, 5m or 1h.", help=help_text)
        if rule.kind in _EXAMPLES:
            examples = words.tr("One on each line, such as {examples}.", examples=_EXAMPLES[rule.kind])
            help_text = words.tr("{sentence} {next}", sentence=help_text, next=examples)
        self.control.setAccessibleDescription(help_text)
        column.addWidget(muted(paragraph(help_text), theme.tokens))

    def value(self) -> SettingValue | None:
        """What stands in the control."""
        return self._read()

    def show_value(self, value: SettingValue | None) -> None:
        """Show what the settings have."""
        self.control.blockSignals(True)
        self._write(value)
        self.control.blockSignals(False)
        self.check()

    def kept(self) -> SettingValue | None:
        """What stands here, for another field like this one."""
        return self.value()

    def put_back(self, value: SettingValue | None) -> None:
        """Go on with what another field like this one had."""
        if value != self.value():
            self.show_value(value)

    def check(self) -> bool:
        """Say what is wrong with what stands here; whether nothing is."""
        value = self.value()
        fault = None if value is None else fault_of(self.rule, value)
        if fault is None:
            self.problem.clear()
            return True
        self.show_fault(*fault)
        return False

    def show_fault(self, title: Text, hint: Text | None) -> None:
        """Say what is wrong, right below."""
        self.problem.say(Shape.WARNING, self._words.say(title), "" if hint is None else self._words.say(hint))

    # --- inside ---

    def _alignment(self) -> Qt.AlignmentFlag:
        return Qt.AlignmentFlag(0) if self._wide else Qt.AlignmentFlag.AlignLeft

    def _make(
        self, label: str
    ) -> tuple[QWidget, Callable[[], SettingValue | None], Callable[[SettingValue | None], None]]:
        rule = self.rule
        if rule.kind is Kind.BOOLEAN:
            box = QCheckBox(label)
            box.toggled.connect(self._on_chosen)
            return box, box.isChecked, lambda value: box.setChecked(bool(value))
        if rule.kind is Kind.CHOICE:
            return self._make_choice(rule)
        if rule.kind is Kind.INTEGER:
            return self._make_number(rule)
        if rule.kind.is_list:
            return self._make_lines(rule)
        if rule.kind in {Kind.INTERFACE, Kind.LOCAL_ADDRESS}:
            return self._make_offered(rule, label)
        line = QLineEdit()
        line.setMinimumWidth(_LINE_WIDTH if rule.kind is Kind.TEXT else 0)
        line.textChanged.connect(self._on_edited)
        line.editingFinished.connect(self.finished)
        return line, lambda: line.text().strip(), lambda value: line.setText("" if value is None else str(value))

    def _make_choice(
        self, rule: Setting
    ) -> tuple[QWidget, Callable[[], SettingValue | None], Callable[[SettingValue | None], None]]:
        choice = CalmChoice()
        for value in rule.choices:
            said = _CHOICES.get(value, value)
            choice.addItem(self._words.say(said) if isinstance(said, Text) else said, value)
        choice.currentIndexChanged.connect(self._on_chosen)
        return choice, choice.currentData, lambda value: choice.setCurrentIndex(max(0, choice.findData(value)))

    def _make_offered(
        self, rule: Setting, label: str
    ) -> tuple[QWidget, Callable[[], SettingValue | None], Callable[[SettingValue | None], None]]:
        """What this computer has is offered; what it does not have at the moment can be typed."""
        choice = CalmChoice()
        line = QLineEdit()
        line.setAccessibleName(label)
        choice.setLineEdit(line)
        choice.setInsertPolicy(CalmChoice.InsertPolicy.NoInsert)
        choice.setCompleter(None)  # type: ignore[arg-type]  # Qt takes it for "none"
        choice.setMinimumWidth(_LINE_WIDTH)
        for value, said in offered(rule.kind, self._interfaces):
            choice.addItem(said, value)
        choice.setCurrentIndex(-1)
        choice.activated.connect(lambda row: choice.setEditText(choice.itemData(row)))
        choice.editTextChanged.connect(self._on_edited)
        choice.activated.connect(self.finished)
        line.editingFinished.connect(self.finished)
        return (
            choice,
            lambda: choice.currentText().strip(),
            lambda value: choice.setEditText("" if value is None else str(value)),
        )

    def _make_number(
        self, rule: Setting
    ) -> tuple[QWidget, Callable[[], SettingValue | None], Callable[[SettingValue | None], None]]:
        number = CalmSpinBox()
        smallest = round(rule.minimum or 0)
        if rule.default is None:
            smallest -= 1
            number.setSpecialValueText(self._inherited())
        number.setRange(smallest, round(rule.maximum or 2**31 - 1))
        number.valueChanged.connect(self._on_edited)

        def read() -> SettingValue | None:
            return None if rule.default is None and number.value() == smallest else number.value()

        return number, read, lambda value: number.setValue(smallest if value is None else int(str(value)))

    def _make_lines(
        self, rule: Setting
    ) -> tuple[QWidget, Callable[[], SettingValue | None], Callable[[SettingValue | None], None]]:
        lines = QPlainTextEdit()
        lines.setTabChangesFocus(True)
        lines.setFont(fixed_font())
        lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        lines.setPlaceholderText(self._inherited())
        lines.textChanged.connect(lambda: _fit(lines))
        lines.textChanged.connect(self._on_edited)
        _fit(lines)

        def read() -> SettingValue | None:
            written = [line.strip() for line in lines.toPlainText().splitlines() if line.strip()]
            return None if not written and rule.kind is Kind.SOURCES else written

        def write(value: SettingValue | None) -> None:
            lines.setPlainText("\n".join(value) if isinstance(value, list) else "")
            _fit(lines)

        return lines, read, write

    def _inherited(self) -> str:
        """What counts where nothing is said here."""
        if self.rule.section == "line":
            return self._words.tr("as under “Address sources”")
        return self._words.tr("the same as for both") if self.rule.default is None else ""

    def _on_edited(self) -> None:
        self.check()
        self.edited.emit()

    def _on_chosen(self) -> None:
        self._on_edited()
        self.finished.emit()


def offered(kind: Kind, interfaces: Sequence[InterfaceAddress]) -> tuple[tuple[str, str], ...]:
    """The interfaces, or the lasting addresses, by which this computer reaches others: each with how it is shown."""
    usable = [
        each
        for each in interfaces
        if not (each.address.is_loopback or each.address.is_link_local or each.temporary or each.deprecated)
    ]
    if kind is Kind.LOCAL_ADDRESS:
        return tuple((str(each.address), f"{each.address} · {each.interface}") for each in usable)
    addresses: dict[str, list[str]] = {each.interface: [] for each in interfaces if not each.address.is_loopback}
    for each in usable:
        addresses[each.interface].append(str(each.address))
    return tuple((name, " · ".join((name, *held[:_SHOWN_ADDRESSES]))) for name, held in addresses.items())


def _fit(lines: QPlainTextEdit) -> None:
    """As high as what stands in it, within reason."""
    count = max(_LEAST_LINES, min(_MOST_LINES, lines.blockCount()))
    lines.setFixedHeight(lines.fontMetrics().lineSpacing() * count + 26)
