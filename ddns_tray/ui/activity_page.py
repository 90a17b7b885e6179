"""The page of what happened in this session: filtered, copied, saved."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QThreadPool, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ddns_tray.core.errors import StorageError
from ddns_tray.core.text import text
from ddns_tray.ui.activity import EventKind
from ddns_tray.ui.activity_model import ActivityModel, kind_word
from ddns_tray.ui.controls import heading, muted, paragraph, search_field, set_up_table
from ddns_tray.ui.file_dialog import file_dialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.ui.activity import ActivityLog
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

log = logging.getLogger(__name__)


class ActivityPage(QWidget):
    """A table of events, newest first."""

    saved = Signal(str)
    """Carries the file that has been written."""
    failed = Signal(object)
    """Carries the `StorageError` that kept it from being written."""

    def __init__(
        self, words: Words, now: Callable[[], float], theme: Theme, log: ActivityLog, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._theme = theme
        self.model = ActivityModel(words, log, now, self)
        self._kind = QComboBox()
        self._kind.setAccessibleName(words.tr("Kind of event"))
        self._kind.addItem(words.tr("Everything"), None)
        for kind in EventKind:
            self._kind.addItem(kind_word(words, kind), kind)
        self._search = search_field(words.tr("Search"), words.tr("Clear"))
        copy, save = QPushButton(words.tr("Copy")), QPushButton(words.tr("Save…"))
        self._table = QTableView()
        set_up_table(self._table, self.model, stretch=1, name=words.tr("What happened"))
        self._nothing = muted(paragraph(""), theme.tokens)
        self._kind.currentIndexChanged.connect(self._filter)
        self._search.textChanged.connect(self._filter)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.model.as_text()))
        save.clicked.connect(self._save)
        for changed in (self.model.modelReset, self.model.rowsInserted, self.model.rowsRemoved):
            changed.connect(self._show_nothing)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._kind)
        row.addWidget(self._search, 1)
        row.addWidget(copy)
        row.addWidget(save)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 22, 20, 20)
        column.setSpacing(14)
        column.addWidget(heading(words.tr("What happened in this session")))
        column.addLayout(row)
        column.addWidget(self._nothing)
        column.addWidget(self._table, 1)
        column.addStretch(0)
        self._show_nothing()

    def _filter(self) -> None:
        self.model.set_filter(self._kind.currentData(), self._search.text())

    def _show_nothing(self) -> None:
        empty = self.model.rowCount() == 0
        if empty:
            words = self._words
            # What a filter leaves out has happened all the same.
            happened = self.model.total() > 0
            said = words.tr("Nothing found.") if happened else words.tr("Nothing has happened since the start.")
            self._nothing.setText(said)
        self._nothing.setVisible(empty)
        self._table.setVisible(not empty)
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.setStretch(layout.count() - 1, int(empty))

    def _save(self) -> None:
        words = self._words
        dialog = file_dialog(words, self._theme, self, words.tr("Save what happened"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{words.tr('Table for spreadsheets')} (*.csv)", f"{words.tr('Text')} (*.txt)"])
        dialog.setDefaultSuffix("csv")
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix("txt" if "*.txt" in chosen else "csv"))
        dialog.selectFile("ddns-tray")
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    def save_to(self, name: str) -> None:
        """Write what is shown: as text if the name says so, else as CSV. A slow disk holds nobody up."""
        is_text = Path(name).suffix.lower() == ".txt"
        # Spreadsheets take a file without a mark for something else than UTF-8.
        content = self.model.as_text().encode() if is_text else self.model.as_csv().encode("utf-8-sig")

        def write() -> None:
            problem: StorageError | None = None
            try:
                Path(name).write_bytes(content)
            except OSError as exc:
                problem = StorageError(
                    text(
                        "{file} could not be written: {reason}.", file=name, reason=exc.strerror or type(exc).__name__
                    ),
                    text("Choose another folder."),
                )
            if not isValid(self):  # the window was closed meanwhile
                log.info("what happened was saved" if problem is None else str(problem))
            elif problem is None:
                self.saved.emit(name)
            else:
                self.failed.emit(problem)

        QThreadPool.globalInstance().start(write)
