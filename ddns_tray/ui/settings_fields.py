"""Keys of the settings as fields, made from `core.settings_schema`: label, help, and what is wrong as it is typed.

Where a page has a Save, nothing is kept before the person says so; until then all of it can be undone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ddns_tray.core.settings_exchange import value_in
from ddns_tray.core.settings_faults import Faults
from ddns_tray.core.settings_schema import ARRAY_SECTIONS, SETTINGS, Kind
from ddns_tray.core.settings_tables import read_table
from ddns_tray.core.text import Text, text
from ddns_tray.ui.controls import CalmChoice, CalmSpinBox, fixed_font, muted, paragraph, primary, section_heading
from ddns_tray.ui.wizard_parts import ResultLine
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ddns_tray.core.errors import DdnsTrayError
    from ddns_tray.core.ports import SettingChange, SettingValue
    from ddns_tray.core.settings import Settings
    from ddns_tray.core.settings_schema import Setting
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words


class Topic(StrEnum):
    """What a page of settings is about."""

    SOURCES = "sources"
    RESOLVERS = "resolvers"
    ALERTS = "alerts"
    MONITORING = "monitoring"
    GENERAL = "general"


_TOPIC_OF_SECTION = {
    "address": Topic.SOURCES,
    "address.ipv4": Topic.SOURCES,
    "address.ipv6": Topic.SOURCES,
    "verify": Topic.RESOLVERS,
    "alerts": Topic.ALERTS,
}
_TOPIC_OF_KEY = {
    ("address", "interval"): Topic.MONITORING,
    ("verify", "interval"): Topic.MONITORING,
    ("verify", "authoritative"): Topic.MONITORING,
    ("general", "notifications"): Topic.ALERTS,
}
_ELSEWHERE = frozenset({("general", "autostart")})
"""Shown as the system has it, not as the file has it."""
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


def rules_of(topic: Topic) -> tuple[Setting, ...]:
    """The keys of a page; those that nobody has sorted are general ones, so that none is without a field."""
    return tuple(
        rule
        for rule in SETTINGS
        if rule.section not in ARRAY_SECTIONS
        and not rule.later
        and (rule.section, rule.key) not in _ELSEWHERE
        and topic is _TOPIC_OF_KEY.get((rule.section, rule.key), _TOPIC_OF_SECTION.get(rule.section, Topic.GENERAL))
    )


def fault_of(rule: Setting, raw: SettingValue) -> tuple[Text, Text | None] | None:
    """What the settings file would say to this value: title and hint, or None where it is fine."""
    faults = Faults()
    read_table({rule.key: raw}, rule.section, (rule.section,), faults)
    return (faults.found[0].title, faults.found[0].hint) if faults.found else None


class SettingField(QWidget):
    """One key: its label, a control that fits its kind, its help, and right below what is wrong."""

    edited = Signal()
    finished = Signal()
    """What was edited is complete: a choice was made, a line was left."""

    def __init__(self, words: Words, theme: Theme, rule: Setting) -> None:
        super().__init__()
        self.rule = rule
        self._words = words
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
            help_text = f"{help_text} {examples}"
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

    def check(self) -> bool:
        """Say what is wrong with what stands here; whether nothing is."""
        value = self.value()
        fault = None if value is None else fault_of(self.rule, value)
        if fault is None:
            self.problem.clear()
            return True
        title, hint = fault
        self.problem.say(Shape.WARNING, self._words.say(title), "" if hint is None else self._words.say(hint))
        return False

    # --- inside ---

    def _alignment(self) -> Qt.AlignmentFlag:
        return Qt.AlignmentFlag(0) if self.rule.kind.is_list else Qt.AlignmentFlag.AlignLeft

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

    def _make_number(
        self, rule: Setting
    ) -> tuple[QWidget, Callable[[], SettingValue | None], Callable[[SettingValue | None], None]]:
        number = CalmSpinBox()
        smallest = round(rule.minimum or 0)
        if rule.default is None:
            smallest -= 1
            number.setSpecialValueText(self._words.tr("the same as for both"))
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
        if rule.default is None:
            lines.setPlaceholderText(self._words.tr("the same as for both"))
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

    def _on_edited(self) -> None:
        self.check()
        self.edited.emit()

    def _on_chosen(self) -> None:
        self._on_edited()
        self.finished.emit()


class SettingsFields(QWidget):
    """The keys of one topic on one page. `save_wanted` carries a list of `SettingChange`.

    With `at_once` each change is wanted as soon as it is made; else there are Save and Discard.
    """

    save_wanted = Signal(object)

    def __init__(self, words: Words, theme: Theme, topic: Topic, *, at_once: bool = False) -> None:
        super().__init__()
        self._words = words
        self._at_once = at_once
        self._settings: Settings | None = None
        self.fields: dict[tuple[str, str], SettingField] = {}
        self.result = ResultLine(theme)
        self.undo = QPushButton(words.tr("Discard"))
        self.save = primary(QPushButton(words.tr("Save")))
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 14, 0)
        column.setSpacing(14)
        titles = {"address.ipv4": words.tr("For IPv4 alone"), "address.ipv6": words.tr("For IPv6 alone")}
        section = ""
        for rule in rules_of(topic):
            if rule.section != section and rule.section in titles:
                column.addSpacing(6)
                column.addWidget(section_heading(titles[rule.section]))
            section = rule.section
            field = self.fields[rule.section, rule.key] = SettingField(words, theme, rule)
            field.edited.connect(self._on_edited)
            field.finished.connect(self._on_finished)
            column.addWidget(field)
        self.below = QVBoxLayout()
        """Room for what is no key of the file."""
        self.below.setSpacing(10)
        column.addLayout(self.below)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.result, 1)
        buttons.addStretch(0)
        buttons.addWidget(self.undo)
        buttons.addWidget(self.save)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 14, 0, 0)
        outer.setSpacing(10)
        outer.addWidget(area, 1)
        outer.addLayout(buttons)
        for button in (self.undo, self.save):
            button.setVisible(not at_once)
        self.undo.clicked.connect(self._on_undo)
        self.save.clicked.connect(lambda: self.save_wanted.emit(self.changes()))
        self._show_what_fits()

    def show_settings(self, settings: Settings) -> None:
        """Show what is on disk now; what the person is changing stays as typed."""
        changing = {(section, key) for section, key, _ in self.changes()} if self._settings is not None else set()
        self._settings = settings
        for path, field in self.fields.items():
            if path not in changing:
                field.show_value(value_in(settings, field.rule))
        self._show_what_fits()

    def restore(self, changes: Iterable[SettingChange]) -> None:
        """Go on with changes that another page like this one had not saved yet."""
        for section, key, value in changes:
            self.fields[section, key].show_value(value)
        self._show_what_fits()

    def show_problem(self, error: DdnsTrayError) -> None:
        """What only shows when all of it is put together."""
        self.result.say(Shape.CROSS, *self._words.problem(error.problem))

    def changes(self) -> list[SettingChange]:
        """What is other than on disk."""
        settings = self._settings
        if settings is None:
            return []
        return [
            (section, key, field.value())
            for (section, key), field in self.fields.items()
            if field.value() != value_in(settings, field.rule)
        ]

    def _on_edited(self) -> None:
        self.result.clear()
        self._show_what_fits()

    def _on_finished(self) -> None:
        if isValid(self) and self._at_once and self.changes() and self._is_usable():
            self.save_wanted.emit(self.changes())

    def _is_usable(self) -> bool:
        return not [field for field in self.fields.values() if not field.check()]

    def _on_undo(self) -> None:
        settings, self._settings = self._settings, None
        self.result.clear()
        if settings is not None:
            self.show_settings(settings)

    def _show_what_fits(self) -> None:
        changed = bool(self.changes())
        self.undo.setEnabled(changed)
        self.save.setEnabled(changed and self._is_usable())


def _fit(lines: QPlainTextEdit) -> None:
    """As high as what stands in it, within reason."""
    count = max(_LEAST_LINES, min(_MOST_LINES, lines.blockCount()))
    lines.setFixedHeight(lines.fontMetrics().lineSpacing() * count + 26)
