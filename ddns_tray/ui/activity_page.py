"""The page of what happened in this session: filtered, copied, saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ddns_tray.ui.activity import EventKind
from ddns_tray.ui.controls import heading, muted, paragraph, set_up_table
from ddns_tray.ui.models import ActivityModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.ui.activity import ActivityLog
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words


class ActivityPage(QWidget):
    """A table of events, newest first."""

    def __init__(self, words: Words, now: Callable[[], float], theme: Theme, log: ActivityLog) -> None:
        super().__init__()
        self._words = words
        self.model = ActivityModel(words, log, now, self)
        self._kind = QComboBox()
        self._kind.setAccessibleName(words.tr("Kind of event"))
        for kind, said in (
            (None, words.tr("Everything")),
            (EventKind.VERDICT, words.tr("Names")),
            (EventKind.WRITE, words.tr("Writes")),
            (EventKind.ADDRESS, words.tr("Address")),
            (EventKind.PROBLEM, words.tr("Problems")),
        ):
            self._kind.addItem(said, kind)
        self._search = QLineEdit()
        self._search.setPlaceholderText(words.tr("Search"))
        self._search.setAccessibleName(words.tr("Search"))
        self._search.setClearButtonEnabled(True)
        copy, save = QPushButton(words.tr("Copy")), QPushButton(words.tr("Save…"))
        self._table = QTableView()
        set_up_table(self._table, self.model, stretch=1, name=words.tr("What happened"))
        self._nothing = muted(paragraph(words.tr("Nothing has happened since the start.")), theme.tokens)
        self._kind.currentIndexChanged.connect(self._filter)
        self._search.textChanged.connect(self._filter)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.model.as_text()))
        save.clicked.connect(self._save)
        self.model.modelReset.connect(self._show_nothing)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._kind)
        row.addWidget(self._search, 1)
        row.addWidget(copy)
        row.addWidget(save)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 20)
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
        self._nothing.setVisible(empty)
        self._table.setVisible(not empty)
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.setStretch(layout.count() - 1, int(empty))

    def _save(self) -> None:
        dialog = QFileDialog(self, self._words.tr("Save what happened"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.selectFile("ddns-tray.txt")
        dialog.fileSelected.connect(lambda name: Path(name).write_text(self.model.as_text(), encoding="utf-8"))
        dialog.open()
