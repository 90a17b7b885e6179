"""The step of the first run where names are chosen: what the provider has now beside what it will become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ddns_tray.core.model import Family, RecordType
from ddns_tray.ui.controls import muted, paragraph, search_field, set_up_table
from ddns_tray.ui.display import readable_name
from ddns_tray.ui.models import NOTHING, ROOT, Index, TableModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QFocusEvent

    from ddns_tray.core.model import RecordKey
    from ddns_tray.ui.theme import Theme
    from ddns_tray.ui.wizard_work import Offer, SetUp
    from ddns_tray.words import Words

FAMILIES = {RecordType.A: Family.IPV4, RecordType.AAAA: Family.IPV6}
_MANY = 12
"""Names from which on a search helps."""


class OffersModel(TableModel):
    """One row a record that can be kept; the first cell is ticked for those that shall be."""

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        headings = (words.tr("Name"), words.tr("Type"), words.tr("Now"), words.tr("Will be"))
        super().__init__(headings, parent)
        self._words = words
        self._rows: tuple[Offer, ...] = ()
        self._mine: Mapping[Family, str] = {}

    def show_offers(self, offers: tuple[Offer, ...], mine: Mapping[Family, str]) -> None:
        """Take what can be chosen, and our addresses; rows that stay keep their place."""
        if [offer.key for offer in offers] == [offer.key for offer in self._rows]:
            self._rows, self._mine = offers, mine
            if offers:
                self.dataChanged.emit(self.index(0, 0), self.index(len(offers) - 1, 3))
            return
        self.beginResetModel()
        self._rows, self._mine = offers, mine
        self.endResetModel()

    def at(self, row: int) -> Offer:
        """What a row offers."""
        return self._rows[row]

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """How many there are."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The first cell can be ticked, unless the name is kept already."""
        flags = super().flags(index)
        if index.column() == 0 and not self._rows[index.row()].kept:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The tick, and the words of the table."""
        if index.isValid() and index.column() == 0:
            offer = self._rows[index.row()]
            if role == Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if offer.chosen or offer.kept else Qt.CheckState.Unchecked
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(self.cell(index.row(), column) for column in range(4))
        return super().data(index, role)

    def cell(self, row: int, column: int) -> str:
        """One fact of one record."""
        offer = self._rows[row]
        match column:
            case 0:
                return readable_name(offer.key.name)
            case 1:
                return offer.key.type.value
            case 2:
                return NOTHING if not offer.now else ", ".join(offer.now)
            case _:
                return self._will_be(offer)

    def tip(self, row: int, column: int) -> str:
        """What is too long for its cell."""
        return self.cell(row, column) if column in {0, 2} else ""

    def _will_be(self, offer: Offer) -> str:
        words = self._words
        if offer.kept:
            return words.tr("kept already")
        if not offer.chosen:
            return words.tr("left alone")
        mine = self._mine.get(FAMILIES[offer.key.type])
        if mine is None:
            return words.tr("your address, once it is known")
        return words.tr("unchanged") if offer.now == (mine,) else mine


class _TickTable(QTableView):
    """Space and a click anywhere in a row tick it."""

    toggled = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.clicked.connect(self._on_clicked)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show the row that Space would tick to those who came by keyboard."""
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason and not self.selectionModel().hasSelection():
            self.selectRow(max(0, self.currentIndex().row()))

    def keyPressEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Tick with Space, whichever cell is current."""
        if event.key() in {Qt.Key.Key_Space, Qt.Key.Key_Select} and self.currentIndex().isValid():
            self.toggled.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def _on_clicked(self, index: QModelIndex | QPersistentModelIndex) -> None:
        self.toggled.emit(index.row())


class NamesStep(QWidget):
    """The zone, its names, and a line to type another. It tells what is wanted and shows what the work then says."""

    zone_wanted = Signal(str)
    toggled = Signal(object, bool)
    add_wanted = Signal(str, object)

    def __init__(self, words: Words, theme: Theme) -> None:
        super().__init__()
        self._words = words
        self.model = OffersModel(words, self)
        self.table = _TickTable()
        set_up_table(self.table, self.model, stretch=0, name=words.tr("Names to keep"))
        self.table.toggled.connect(self._on_toggled)
        self.zone = QComboBox()
        self.zone.setAccessibleName(words.tr("Zone"))
        self.search = search_field(words.tr("Search names"), words.tr("Clear"))
        self.search.textChanged.connect(self._narrow)
        self.name = QLineEdit()
        self.name.setPlaceholderText(words.tr("Another name, such as home.example.org"))
        self.name.setAccessibleName(words.tr("Another name"))
        self.a, self.aaaa = QCheckBox(words.tr("IPv4 (A)")), QCheckBox(words.tr("IPv6 (AAAA)"))
        self.a.setChecked(True)
        self.add = QPushButton(words.tr("Add"))
        self._nothing = muted(paragraph(""), theme.tokens)
        self._nothing.setVisible(False)
        above = QHBoxLayout()
        above.setSpacing(8)
        above.addWidget(self.zone, 1)
        above.addWidget(self.search, 1)
        below = QHBoxLayout()
        below.setSpacing(8)
        for widget, stretch in ((self.name, 1), (self.a, 0), (self.aaaa, 0), (self.add, 0)):
            below.addWidget(widget, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(above)
        column.addWidget(self.table, 1)
        column.addWidget(self._nothing)
        column.addLayout(below)
        column.addStretch(0)
        self._column = column
        self.zone.activated.connect(lambda: self.zone_wanted.emit(self.zone.currentData()))
        self.name.returnPressed.connect(self._on_add)
        self.add.clicked.connect(self._on_add)
        self._zones: tuple[str, ...] = ()

    def show_work(self, work: SetUp, mine: Mapping[Family, str]) -> None:
        """Show what can be chosen now."""
        if work.zones != self._zones:
            self._zones = work.zones
            self.zone.clear()
            for zone in work.zones:
                self.zone.addItem(readable_name(zone), zone)
        if work.zone is not None:
            self.zone.setCurrentIndex(self.zone.findData(work.zone))
        self.zone.setVisible(len(work.zones) > 1)
        spec = work.spec
        self.aaaa.setVisible(spec is None or spec.capabilities.aaaa)
        before = self.model.rowCount()
        self.model.show_offers(work.offers(), mine)
        self.search.setVisible(self.model.rowCount() > _MANY)
        if before != self.model.rowCount():
            self._narrow(self.search.text())
        is_empty = not self.model.rowCount()
        self.table.setVisible(not is_empty or (bool(work.zones) and not work.is_listed))
        self._column.setStretch(self._column.count() - 1, int(is_empty))  # without a table the line stands at the top
        if is_empty and work.is_listed:
            self._say(self._words.tr("No addresses stand in this zone yet. Type the name that you want to keep."))
        elif is_empty:
            self._say("")

    def name_taken(self) -> None:
        """The typed name is in the table now."""
        self.name.clear()

    def _on_toggled(self, row: int) -> None:
        offer = self.model.at(row)
        if not offer.kept:
            self.toggled.emit(offer.key, not offer.chosen)

    def _on_add(self) -> None:
        boxes = ((self.a, RecordType.A), (self.aaaa, RecordType.AAAA))
        types = tuple(record_type for box, record_type in boxes if box.isChecked() and not box.isHidden())
        self.add_wanted.emit(self.name.text(), types)

    def _narrow(self, part: str) -> None:
        wanted = part.strip().lower()
        found = 0
        for row in range(self.model.rowCount()):
            key: RecordKey = self.model.at(row).key
            fits = wanted in key.name or wanted in readable_name(key.name)
            if self.table.isRowHidden(row) is fits:
                self.table.setRowHidden(row, not fits)
            found += fits
        self._say("" if found else self._words.tr("Nothing found."))

    def _say(self, said: str) -> None:
        self._nothing.setText(said)
        self._nothing.setVisible(bool(said))
