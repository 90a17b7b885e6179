"""What happened as a table: spoken once, filtered in memory, and written out as text or CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from ddns_tray.ui import icons
from ddns_tray.ui.activity import EventKind
from ddns_tray.ui.display import readable_name
from ddns_tray.ui.models import ROOT, TableModel
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from ddns_tray.ui.activity import ActivityLog, Event
    from ddns_tray.ui.models import Index
    from ddns_tray.words import Words

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection); a name in it may be anybody's."""


class ActivityModel(TableModel):
    """What happened, newest first, filtered by kind and text."""

    def __init__(self, words: Words, log: ActivityLog, now: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__((words.tr("When"), words.tr("What happened")), parent)
        self._words = words
        self._log = log
        self._now = now
        self._kind: EventKind | None = None
        self._part = ""
        self._spoken = [(event, event_sentence(words, event)) for event in log.events]
        self._rows = list(self._spoken)
        log.added.connect(self._on_added)

    def set_filter(self, kind: EventKind | None, part: str) -> None:
        """Show only events of a kind (None: all) whose sentence contains a part."""
        wanted = kind, part.strip().casefold()
        if wanted == (self._kind, self._part):
            return
        self.beginResetModel()
        self._kind, self._part = wanted
        self._rows = [each for each in self._spoken if self._passes(*each)]
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """One an event."""
        return 0 if parent.isValid() else len(self._rows)

    def total(self) -> int:
        """How many there are without the filter."""
        return len(self._spoken)

    def cell(self, row: int, column: int) -> str:
        """When, or what."""
        event, sentence = self._rows[row]
        return sentence if column else self._words.time(event.at, self._now())

    def sign(self, row: int, column: int) -> Shape | None:
        """How it stands with what happened."""
        return event_shape(self._words, self._rows[row][0]) if column else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """As in every table; without a sign its room stays empty, so that sentences stand in a line."""
        found = super().data(index, role)
        return icons.blank() if found is None and role == Qt.ItemDataRole.DecorationRole and index.column() else found

    def tip(self, row: int, column: int) -> str:
        """The full date; the sentence, which may be too long for its cell."""
        event, sentence = self._rows[row]
        return sentence if column else self._words.moment(event.at)

    def as_text(self) -> str:
        """What is shown, a line an event, for export."""
        return "".join(f"{self._words.moment(event.at)}\t{sentence}\n" for event, sentence in self._rows)

    def as_csv(self) -> str:
        """What is shown, for spreadsheets and programs: times as in ISO 8601, headings and words in our language."""
        words, written = self._words, io.StringIO()
        lines = csv.writer(written)
        lines.writerow((words.tr("When"), words.tr("Kind"), words.tr("Name"), words.tr("What happened")))
        for event, sentence in self._rows:
            moment = datetime.fromtimestamp(event.at).astimezone().isoformat(timespec="seconds")
            name = "" if event.record is None else f"{event.record.key.name} {event.record.key.type}"
            lines.writerow((moment, kind_word(words, event.kind), _plain(name), _plain(sentence)))
        return written.getvalue()

    def _passes(self, event: Event, sentence: str) -> bool:
        return (self._kind is None or event.kind is self._kind) and self._part in sentence.casefold()

    def _on_added(self, count: int) -> None:
        """New rows come in at the top and the oldest go at the end, so that whoever reads keeps the place."""
        fresh = [(event, event_sentence(self._words, event)) for event in islice(self._log.events, count)]
        kept = len(self._log.events)
        both = fresh + self._spoken
        self._spoken, gone = both[:kept], both[kept:]
        leaving = min(sum(self._passes(*each) for each in gone), len(self._rows))
        if leaving:
            self.beginRemoveRows(ROOT, len(self._rows) - leaving, len(self._rows) - 1)
            del self._rows[len(self._rows) - leaving :]
            self.endRemoveRows()
        coming = [each for each in self._spoken[: len(fresh)] if self._passes(*each)]
        if coming:
            self.beginInsertRows(ROOT, 0, len(coming) - 1)
            self._rows[:0] = coming
            self.endInsertRows()


def kind_word(words: Words, kind: EventKind) -> str:
    """A kind of event as a word."""
    return {
        EventKind.VERDICT: words.tr("Names"),
        EventKind.WRITE: words.tr("Writes"),
        EventKind.ADDRESS: words.tr("Address"),
        EventKind.PROBLEM: words.tr("Problems"),
    }[kind]


def event_sentence(words: Words, event: Event) -> str:
    """What happened, in words."""
    name = "" if event.record is None else f"{readable_name(event.record.key.name)} {event.record.key.type}"
    if event.kind is EventKind.WRITE and event.result is not None:
        return words.tr("{name}: {what}", name=name, what=words.outcome(event.result))
    if event.kind is EventKind.VERDICT and event.record is not None:
        return words.tr("{name}: {what}", name=name, what=words.verdict_label(event.record))
    if event.kind is EventKind.ADDRESS:
        family = "" if event.family is None else f"IPv{event.family.version}"
        if event.before:
            return words.tr(
                "Your {family} address changed from {before} to {after}",
                family=family,
                before=event.before,
                after=event.after,
            )
        return words.tr("Your {family} address is {after}", family=family, after=event.after)
    return "" if event.problem is None else words.problem(event.problem)[0]


def event_shape(words: Words, event: Event) -> Shape | None:
    """The sign before the sentence; a change of address is neither good nor bad."""
    if event.kind is EventKind.VERDICT and event.record is not None:
        return words.record_shape(event.record)
    if event.kind is EventKind.WRITE and event.result is not None:
        return Shape.CHECK if event.result.problem is None and event.result.abort_reason is None else Shape.WARNING
    return Shape.WARNING if event.kind is EventKind.PROBLEM else None


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
