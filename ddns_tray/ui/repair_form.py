"""The preview of a repair: what stands at the provider now, what will stand there, and the button that writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QTableView, QWidget

from ddns_tray.core.repairs import RepairKind, lines
from ddns_tray.ui.controls import fit_rows, muted, paragraph, set_up_table
from ddns_tray.ui.display import readable_name
from ddns_tray.ui.forms import Form
from ddns_tray.ui.models import ROOT, TableModel

if TYPE_CHECKING:
    from ddns_tray.core.errors import DdnsTrayError
    from ddns_tray.core.model import RecordKey
    from ddns_tray.core.repairs import Repair, RepairLine
    from ddns_tray.ui.models import Index
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_MOST_ROWS = 8


class RepairForm(Form):
    """It only tells what is wanted; `look_wanted` asks for a new preview."""

    look_wanted = Signal()
    write_wanted = Signal(object)

    def __init__(
        self, words: Words, theme: Theme, parent: QWidget | None, *, kind: RepairKind, key: RecordKey, account: str
    ) -> None:
        super().__init__(words, theme, parent)
        self.gone = False
        """The form was closed; what comes now is for nobody."""
        self.repair: Repair | None = None
        self._kind = kind
        self._key = key
        self._account = account
        self._changes_settings = False
        self.build()
        self.finished.connect(self._on_finished)

    def _title(self) -> str:
        return self.words.repair_title(self._kind, f"{readable_name(self._key.name)} {self._key.type}")

    def _fill(self) -> None:
        words = self.words
        self._why = paragraph("")
        self._also = muted(paragraph(""), self.theme.tokens)
        self._table = QTableView()
        self.model = RepairModel(words, self._table)
        set_up_table(self._table, self.model, stretch=1, name=words.tr("What will be written"))
        self.again = QPushButton(words.tr("Look again"))
        self.again.setAutoDefault(False)
        self.buttons.insertWidget(0, self.again)
        self.save.setText(words.tr("Write this"))
        for widget in (self._why, self._table, self._also):
            self.column.addWidget(widget)
        self.column.addStretch(1)
        self.save.clicked.connect(self._on_write)
        self.again.clicked.connect(self.look)
        self._show_state()

    def look(self) -> None:
        """Ask for a preview, and say so."""
        self.clear_result()
        self.repair = None
        self._show_state()
        self.look_wanted.emit()

    def speak(self, words: Words) -> None:
        """As every form; what may be pressed stays as it was."""
        may_write = self.save.isEnabled()
        shown = [each.isVisibleTo(self) for each in (self.again, self._why)]
        super().speak(words)
        self.save.setEnabled(may_write)
        for each, visible in zip((self.again, self._why), shown, strict=True):
            each.setVisible(visible)

    def show_preview(self, repair: Repair, *, changes_settings: bool = False) -> None:
        """Show what will be written, and whether the settings are changed with it."""
        self.repair, self._changes_settings = repair, changes_settings
        self._show_state()
        (self.cancel if repair.change is None else self.save).setFocus()
        self.resize(max(self.width(), self.sizeHint().width()), max(self.height(), self.sizeHint().height()))

    def _show_state(self) -> None:
        repair = self.repair
        self._why.setVisible(True)
        if repair is None:
            self._why.setText(self.words.tr("Reading what stands at {account}…", account=self._account))
            self._table.setVisible(False)
            self._also.setVisible(False)
            self.again.setVisible(False)
            self.save.setEnabled(False)
            return
        self._why.setText(self.words.repair_why(repair))
        self.model.show_lines(lines(repair))
        rows = self.model.rowCount()
        self._table.setVisible(bool(rows))
        fit_rows(self._table, min(rows, _MOST_ROWS))
        self._also.setText(self.words.tr("The TTL in the settings of this name becomes the same."))
        self._also.setVisible(self._changes_settings and repair.change is not None)
        self.save.setEnabled(repair.change is not None)
        self.again.setVisible(repair.change is None)
        self.cancel.setText(self.words.tr("Close") if repair.change is None else self.words.tr("Cancel"))

    def show_refusal(self, error: DdnsTrayError) -> None:
        """Say why there is no preview, or why it was not written; nothing but a new look leads on."""
        self.show_problem(error)
        self._why.setVisible(self.repair is not None)  # nothing is being read any more
        self.save.setEnabled(False)
        self.again.setVisible(True)
        self.again.setFocus()

    def _on_write(self) -> None:
        if self.repair is not None and self.repair.change is not None:
            self.clear_result()
            self.save.setEnabled(False)
            self.write_wanted.emit(self.repair)

    def _on_finished(self) -> None:
        self.gone = True


class RepairModel(TableModel):
    """One row a resource record: now, and afterwards."""

    def __init__(self, words: Words, parent: QWidget) -> None:
        super().__init__((words.tr("Now"), words.tr("Afterwards"), ""), parent)
        self._words = words
        self._rows: tuple[RepairLine, ...] = ()

    def show_lines(self, rows: tuple[RepairLine, ...]) -> None:
        """Take another preview."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """One a resource record."""
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, row: int, column: int) -> str:
        """Before, after, or what becomes of it."""
        line = self._rows[row]
        if column == len(self._headings) - 1:
            return self._words.fate(line)
        return self._words.existing(line.after if column else line.before)
