"""One of several ways to the world: its fields are made from the settings' own table, and judged as they are typed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from ddns_tray.core.settings_exchange import table_of, written
from ddns_tray.core.settings_schema import settings_of
from ddns_tray.core.settings_ways import read_line
from ddns_tray.ui.forms import Form
from ddns_tray.ui.settings_field import SettingField
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from ddns_tray.core.model import InterfaceAddress
    from ddns_tray.core.ports import SettingValue
    from ddns_tray.core.settings import LineSettings
    from ddns_tray.core.settings_faults import Fault
    from ddns_tray.ui.forms import Said
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_SECTION = "line"


class LineForm(Form):
    """It only tells what is wanted: a `LineSettings`."""

    save_wanted = Signal(object)

    def __init__(
        self,
        words: Words,
        theme: Theme,
        parent: QWidget | None,
        *,
        line: LineSettings | None,
        others: Sequence[LineSettings],
        interfaces: Sequence[InterfaceAddress],
    ) -> None:
        super().__init__(words, theme, parent)
        self._line = line
        self._others = tuple(table_of(_SECTION, each) for each in others)
        self._interfaces = interfaces
        self.fields: dict[str, SettingField] = {}
        self.build()

    def _title(self) -> str:
        if self._line is None:
            return self.words.tr("Add a line")
        return self.words.tr("Line {id}", id=self._line.id)

    def _typed(self) -> Sequence[QWidget]:
        return tuple(self.fields.values())

    def _fill(self) -> None:
        for rule in settings_of(_SECTION):
            field = self.fields[rule.key] = SettingField(
                self.words, self.theme, rule, interfaces=self._interfaces, wide=True
            )
            value = rule.default if self._line is None else getattr(self._line, rule.key)
            if value is not None:
                field.show_value(written(rule, value))
            field.edited.connect(self._on_edited)
            self.column.addWidget(field)
        self.column.addStretch(1)
        self.save.clicked.connect(self._on_save)

    def _on_edited(self) -> None:
        """Say at once what does not fit together; what is only not there yet is no fault while one types."""
        self.clear_result()
        line, faults = self._read()
        if line is None and self._says_a_way() and self.fields["id"].value():
            self._show(faults)

    def _read(self) -> tuple[LineSettings | None, tuple[Fault, ...]]:
        table: dict[str, SettingValue] = {}
        for key, field in self.fields.items():
            value = field.value()
            if value or (value is not None and field.rule.required):
                table[key] = value
        return read_line(table, self._others)

    def _says_a_way(self) -> bool:
        return bool(self.fields["interface"].value() or self.fields["local_address"].value())

    def _show(self, faults: Sequence[Fault]) -> None:
        """Each fault below its field, and below all what concerns the line as a whole."""
        for fault in faults:
            if fault.path:
                self.fields[str(fault.path[0])].show_fault(fault.title, fault.hint)
            else:
                self.tell(partial(self._spoken, fault))

    def _spoken(self, fault: Fault) -> Said:
        return Shape.WARNING, self.words.say(fault.title), "" if fault.hint is None else self.words.say(fault.hint)

    def _on_save(self) -> None:
        complete = [field.check() for field in self.fields.values()]
        line, faults = self._read()
        if line is not None and all(complete):
            self.set_busy(busy=True)
            self.save_wanted.emit(line)
            return
        self._show(faults)
        wrong = next((field for field in self.fields.values() if field.problem.text()), self.fields["interface"])
        wrong.control.setFocus()
