"""Keys of the settings as fields, made from `core.settings_schema`: label, help, and what is wrong as it is typed.

Where a page has a Save, nothing is kept before the person says so; until then all of it can be undone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from ddns_tray.core.settings_exchange import value_in
from ddns_tray.core.settings_schema import ARRAY_SECTIONS, SETTINGS
from ddns_tray.ui.controls import primary, section_heading
from ddns_tray.ui.settings_field import SettingField
from ddns_tray.ui.wizard_parts import ResultLine
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ddns_tray.core.errors import DdnsTrayError
    from ddns_tray.core.model import InterfaceAddress
    from ddns_tray.core.ports import SettingChange
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


class SettingsFields(QWidget):
    """The keys of one topic on one page. `save_wanted` carries a list of `SettingChange`.

    With `at_once` each change is wanted as soon as it is made; else there are Save and Discard.
    """

    save_wanted = Signal(object)

    def __init__(
        self,
        words: Words,
        theme: Theme,
        topic: Topic,
        *,
        at_once: bool = False,
        interfaces: Sequence[InterfaceAddress] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._at_once = at_once
        self._settings: Settings | None = None
        self.fields: dict[tuple[str, str], SettingField] = {}
        self.result = ResultLine(theme)
        self.undo = QPushButton(words.tr("Discard"))
        self.save = primary(QPushButton(words.tr("Save")))
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # From the outside in: what moves into another widget is given its style again with all that is in it.
        inner = QWidget(area)
        area.setWidget(inner)
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
            field = self.fields[rule.section, rule.key] = SettingField(words, theme, rule, interfaces=interfaces)
            field.edited.connect(self._on_edited)
            field.finished.connect(self._on_finished)
            column.addWidget(field)
        self.below = QVBoxLayout()
        """Room for what is no key of the file."""
        self.below.setSpacing(10)
        column.addLayout(self.below)
        column.addStretch(1)
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
        pressed = self.undo.hasFocus() or self.save.hasFocus()
        self.undo.setEnabled(changed)
        self.save.setEnabled(changed and self._is_usable())
        if pressed and not changed:  # who pressed one of the two stays on this page
            next(iter(self.fields.values())).control.setFocus()
