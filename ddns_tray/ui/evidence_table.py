"""The evidence of one record as servers by transports: its model, and the table that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ddns_tray.core.model import Role
from ddns_tray.ui.controls import set_up_table
from ddns_tray.ui.evidence import Matrix, is_right, matrix, shape_of, spoken_answer
from ddns_tray.ui.models import ROOT, Index, TableModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QWidget

    from ddns_tray.core.model import Observation, RecordStatus
    from ddns_tray.ui.evidence import MatrixRow
    from ddns_tray.words import Shape, Words

_MOST_ROWS = 6
_WIDEST = 46
"""Letters: an IPv6 address in full, with its sign."""


class EvidenceModel(TableModel):
    """A row is a server at an address, a column a transport; both only where somebody was asked."""

    def __init__(self, words: Words, parent: QObject | None = None, *, now: Callable[[], float] | None = None) -> None:
        super().__init__((words.tr("Asked"),), parent)
        self._words = words
        self._now = now
        self._record: RecordStatus | None = None
        self._matrix = Matrix()

    def show_record(self, record: RecordStatus) -> None:
        """Take the witnesses of this record. As long as the same ones were asked, the place of the reader is kept."""
        if record is self._record:
            return
        new = matrix(() if record.view is None else record.view.observations)
        same = self._record is not None and record.key == self._record.key and _frame(new) == _frame(self._matrix)
        if not same:
            self.beginResetModel()
        self._record, self._matrix = record, new
        self._headings = (self._words.tr("Asked"), *map(self._words.transport, new.transports))
        if not same:
            self.endResetModel()
        elif new.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(new.rows) - 1, len(new.transports)))

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """One a server and address."""
        return 0 if parent.isValid() else len(self._matrix.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """As for every table; but a screen reader hears the whole of a cell, also of an empty one."""
        if index.isValid() and role == Qt.ItemDataRole.AccessibleTextRole:
            return self.tip(index.row(), index.column()) or self._words.tr("not asked")
        return super().data(index, role)

    def seen(self, row: int, column: int) -> Observation | None:
        """What was seen there, if this server was asked in this way."""
        return None if column == 0 else self._matrix.rows[row].cells.get(self._matrix.transports[column - 1])

    def cell(self, row: int, column: int) -> str:
        """The server and its place, or the answer and its times below it."""
        if column == 0:
            return self._server(self._matrix.rows[row])
        seen = self.seen(row, column)
        if seen is None or self._record is None:
            return ""
        return "\n".join(part for part in (spoken_answer(self._words, self._record, seen), self._times(seen)) if part)

    def sign(self, row: int, column: int) -> Shape | None:
        """Whether the answer is right."""
        seen = self.seen(row, column)
        return None if seen is None or self._record is None else shape_of(self._record, seen)

    def tip(self, row: int, column: int) -> str:
        """The server in full, or all that is known of the answer."""
        if column == 0:
            shown = self._matrix.rows[row]
            servers = dict.fromkeys(seen.server for seen in shown.cells.values())
            return "\n".join(
                (*servers, self._words.role(shown.role), *(a for a in shown.addresses if a not in servers))
            )
        return "\n".join(self.evidence(row, column))

    def evidence(self, row: int, column: int) -> tuple[str, ...]:
        """All that is known of the answer, a line each; none where nobody was asked."""
        seen = self.seen(row, column)
        if seen is None or self._record is None:
            return ()
        return self._words.witness(
            seen, spoken_answer(self._words, self._record, seen), right=is_right(self._record, seen)
        )

    def first_wrong(self) -> QModelIndex:
        """The first answer that is not right; an invalid index if there is none."""
        if self._record is not None:
            for row in range(self.rowCount()):
                for column in range(1, self.columnCount()):
                    seen = self.seen(row, column)
                    if seen is not None and not is_right(self._record, seen):
                        return self.index(row, column)
        return QModelIndex()

    def lines(self) -> list[str]:
        """The same as text to copy: a line an answer, its facts between tabulators."""
        return [
            "\t".join(self.evidence(row, column))
            for row in range(self.rowCount())
            for column in range(1, self.columnCount())
            if self.seen(row, column) is not None
        ]

    def tick(self) -> None:
        """A second has passed: caches have counted down."""
        if self._matrix.rows and self._now is not None:
            self.dataChanged.emit(self.index(0, 1), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def _server(self, row: MatrixRow) -> str:
        places = [address for address in row.addresses if address not in row.name]
        if row.continues:
            return " · ".join(places)
        return f"{row.name}\n{' · '.join((self._words.role(row.role), *places))}"

    def _times(self, seen: Observation) -> str:
        said = []
        if seen.rtt_ms is not None:
            said.append(self._words.tr("{count} ms", count=f"{seen.rtt_ms:.0f}"))
        if seen.ttl is not None:
            said.append(f"{self._words.tr('TTL')} {self._ttl_left(seen, seen.ttl)}")
        return " · ".join(said)

    def _ttl_left(self, seen: Observation, ttl: int) -> int:
        """Caches count down; what an authoritative server says stands."""
        if self._now is None or seen.role is not Role.RESOLVER:
            return ttl
        return max(0, round(ttl - (self._now() - seen.at)))


def _frame(shown: Matrix) -> object:
    """What has to stay for the table to stay: who was asked, and in which ways anybody was."""
    return shown.transports, [(row.role, row.name, row.addresses, row.continues) for row in shown.rows]


class EvidenceTable(QTableView):
    """Shows it, cell by cell for the arrow keys; as high as it needs to be, and scrolled where it is wide."""

    def __init__(self, model: EvidenceModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_up_table(self, model, stretch=0, name=name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setDefaultSectionSize(2 * self.fontMetrics().lineSpacing() + 12)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def fit(self, width: int) -> None:
        """Take the height that is needed at this width."""
        header = self.horizontalHeader()
        header.setStretchLastSection(False)
        header.setMaximumSectionSize(_WIDEST * self.fontMetrics().averageCharWidth())
        fits = header.length() <= width - 2
        if fits:  # the last column takes the room that is left
            header.setMaximumSectionSize(width)
            header.setStretchLastSection(True)
        rows = min(self.model().rowCount(), _MOST_ROWS) * self.verticalHeader().defaultSectionSize()
        bar = 0 if fits else self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(header.sizeHint().height() + rows + bar + 4)
