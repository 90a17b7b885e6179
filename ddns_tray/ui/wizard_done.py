"""The end of the first run: how the new names stand, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddns_tray.ui.controls import muted, paragraph, section_heading, sign
from ddns_tray.ui.display import readable_name
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import RecordKey, Snapshot
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_SHOWN = 8
_Row = tuple["RecordKey", Shape, str, str]


class DoneStep(QWidget):
    """A row a name, the first of them; built anew only when something else is to be said."""

    def __init__(self, words: Words, theme: Theme) -> None:
        super().__init__()
        self._words = words
        self._theme = theme
        self._told: list[_Row] = []
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(12)

    def show_records(self, keys: Sequence[RecordKey], snapshot: Snapshot | None, now: float) -> None:
        """Show how these stand now."""
        told = [self._tell(key, snapshot, now) for key in keys[:_SHOWN]]
        if told == self._told:
            return
        self._told = told
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row in told:
            self._rows.addWidget(self._row(*row))
        rest = len(keys) - _SHOWN
        if rest > 0:
            said = self._words.ntr("and {count} more", "and {count} more", rest, count=rest)
            self._rows.addWidget(muted(QLabel(said), self._theme.tokens))
        self._rows.addStretch(1)

    def _tell(self, key: RecordKey, snapshot: Snapshot | None, now: float) -> _Row:
        """The sign of a new name, one line, and why it is so."""
        records = snapshot.records if snapshot is not None else ()
        record = next((record for record in records if record.key == key), None)
        words = self._words
        if record is None:
            return key, Shape.BUSY, "", words.tr("Being looked at for the first time…")
        return key, words.record_shape(record), words.record_line(record, now), words.verdict_explanation(record, now)

    def _row(self, key: RecordKey, shape: Shape, line: str, why: str) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(sign(shape, 24, line or why), 0, Qt.AlignmentFlag.AlignTop)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        first = QHBoxLayout()
        first.addWidget(section_heading(f"{readable_name(key.name)} {key.type}"), 1)
        first.addWidget(muted(QLabel(line), self._theme.tokens))
        lines.addLayout(first)
        lines.addWidget(muted(paragraph(why), self._theme.tokens))
        row.addLayout(lines, 1)
        return holder
