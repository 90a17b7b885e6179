"""Snapshots as Qt models: no widget or item per row, so that ten thousand records scroll and filter smoothly.

Rows hold the records themselves; what they say is spoken when a row is drawn.
"""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ddns_tray.core.model import Colour
from ddns_tray.ui import icons
from ddns_tray.ui.display import readable_name, worst_first
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QObject

    from ddns_tray.core.model import RecordKey, RecordStatus, Sighting, Snapshot
    from ddns_tray.words import Words

Index = QModelIndex | QPersistentModelIndex
RECORD_ROLE = int(Qt.ItemDataRole.UserRole)
NOTHING = "-"
ROOT = QModelIndex()


class RecordsModel(QAbstractListModel):
    """One row a record, worst first, filtered by a part of the name."""

    def __init__(self, words: Words, now: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._now = now
        self._all: list[RecordStatus] = []
        self._rows: list[RecordStatus] = []
        self._filter = ""
        self._troubled: int | None = None

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """How many records pass the filter."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The record itself, or what a screen reader says of it."""
        if not index.isValid():
            return None
        record = self._rows[index.row()]
        if role == RECORD_ROLE:
            return record
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{readable_name(record.key.name)} {record.key.type}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            line = self._words.record_line(record, self._now())
            return f"{readable_name(record.key.name)} {record.key.type}: {line}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self._words.verdict_explanation(record, self._now())
        return None

    def record(self, row: int) -> RecordStatus:
        """The record in a row."""
        return self._rows[row]

    def row_of(self, key: RecordKey) -> int | None:
        """Where a record is now, if it passes the filter."""
        return next((row for row, record in enumerate(self._rows) if record.key == key), None)

    def total(self) -> int:
        """How many records there are, filtered or not."""
        return len(self._all)

    def troubled(self) -> int:
        """How many of the rows are not green; they are the first ones."""
        if self._troubled is None:
            well = (row for row, record in enumerate(self._rows) if record.verdict.colour is Colour.GREEN)
            self._troubled = next(well, len(self._rows))
        return self._troubled

    def set_filter(self, part: str) -> None:
        """Show only names that contain this."""
        wanted = part.strip().lower()
        if wanted == self._filter:
            return
        self._filter, self._troubled = wanted, None
        self.beginResetModel()
        self._rows = self._passing()
        self.endResetModel()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take the newest records. Rows that stay where they are keep everything that hangs on them."""
        self._all = worst_first(snapshot.records)
        new = self._passing()
        if len(new) == len(self._rows) and all(map(is_, new, self._rows)):
            return
        self._troubled = None
        old_keys = [record.key for record in self._rows]
        new_keys = [record.key for record in new]
        if old_keys == new_keys:
            changed = [row for row, (old, fresh) in enumerate(zip(self._rows, new, strict=True)) if old is not fresh]
            self._rows = new
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
        elif len(new) == len(old_keys) and set(old_keys) == set(new_keys):
            self._reorder(new, new_keys)
        else:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()

    def _reorder(self, new: list[RecordStatus], keys: list[RecordKey]) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        places = {key: row for row, key in enumerate(keys)}
        after = [self.index(places[self._rows[index.row()].key]) for index in before]
        self._rows = new
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
        self.dataChanged.emit(self.index(0), self.index(len(new) - 1))

    def _passing(self) -> list[RecordStatus]:
        if not self._filter:
            return self._all
        wanted = self._filter
        return [
            record
            for record in self._all
            if wanted in record.key.name or ("xn--" in record.key.name and wanted in readable_name(record.key.name))
        ]


class TableModel(QAbstractTableModel):
    """What the small read-only tables have in common; each says what stands in a cell."""

    def __init__(self, headings: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings = headings

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """As many as there are headings."""
        return 0 if parent.isValid() else len(self._headings)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The heading of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return self._headings[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, sign and tip of a cell; a sign alone is also said in words."""
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.cell(row, column)
            case Qt.ItemDataRole.DecorationRole:
                shape = self.sign(row, column)
                return None if shape is None else icons.icon(shape)
            case Qt.ItemDataRole.ToolTipRole:
                return self.tip(row, column) or None
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.cell(row, column) or self.tip(row, column)
            case _:
                return None

    def cell(self, row: int, column: int) -> str:
        """The text."""
        raise NotImplementedError

    def sign(self, row: int, column: int) -> Shape | None:  # noqa: ARG002 - for tables that have signs
        """The picture, if there is one."""
        return None

    def tip(self, row: int, column: int) -> str:  # noqa: ARG002 - for tables that have more to say
        """More about it."""
        return ""


class SightingsModel(TableModel):
    """Which source saw which address of ours."""

    SIGN = 3

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__((words.tr("Source"), words.tr("Kind"), words.tr("Saw"), ""), parent)
        self._words = words
        self._rows: tuple[Sighting, ...] = ()
        self._agreed = ""

    def show_sightings(self, sightings: tuple[Sighting, ...], agreed: str) -> None:
        """Take what the sources saw, and what was concluded."""
        if (sightings, agreed) == (self._rows, self._agreed):
            return
        self.beginResetModel()
        self._rows, self._agreed = sightings, agreed
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """One a source."""
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, row: int, column: int) -> str:
        """One fact of one sighting."""
        seen = self._rows[row]
        return (seen.source, self._words.source_kind(seen.kind), self._words.sighting(seen), "")[column]

    def sign(self, row: int, column: int) -> Shape | None:
        """Whether it saw what was agreed on."""
        if column != self.SIGN:
            return None
        seen = self._rows[row]
        agrees = seen.problem is None and seen.address is not None and str(seen.address) == self._agreed
        return Shape.CHECK if agrees else Shape.WARNING

    def tip(self, row: int, column: int) -> str:
        """What is wrong and what to do about it; the sign in words."""
        if column == self.SIGN:
            agrees = self.sign(row, column) is Shape.CHECK
            return self._words.tr("agrees") if agrees else self._words.tr("does not agree")
        problem = self._rows[row].problem
        return "" if problem is None else "\n".join(part for part in self._words.problem(problem) if part)
