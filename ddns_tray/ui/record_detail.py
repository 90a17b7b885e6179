"""What stands below an opened card: the explanation in words, the witnesses, the facts, and the one fitting repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ddns_tray.core.errors import ProblemCode
from ddns_tray.core.model import VerdictKind
from ddns_tray.core.repairs import RepairKind, offered
from ddns_tray.ui.controls import muted, paragraph, primary
from ddns_tray.ui.display import readable_name
from ddns_tray.ui.evidence_table import EvidenceModel, EvidenceTable
from ddns_tray.ui.history_strip import HistoryStrip

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.core.model import RecordStatus
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_PAD = 14
_LEFT = 51
_WRITING_HELPS = frozenset({VerdictKind.MISMATCH, VerdictKind.MISSING, VerdictKind.EXTRA})
_CREDENTIALS = frozenset({ProblemCode.AUTHENTICATION_FAILED, ProblemCode.PERMISSION_DENIED, ProblemCode.SECRET_MISSING})


class RecordDetail(QWidget):
    """Shows one record. What was chosen is told with the record that is shown at that moment."""

    update_chosen = Signal(object)
    edit_chosen = Signal(object)
    account_chosen = Signal(object)
    repair_chosen = Signal(object, object)
    """Carries the record and a `RepairKind`."""
    resized = Signal()
    """It needs another height, with the same record."""

    def __init__(self, words: Words, now: Callable[[], float], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._now = now
        self._record: RecordStatus | None = None
        # Inside what they belong to: what moves into another widget is styled again. Tab takes them as they come.
        self._strip = HistoryStrip(words, now, theme, self)
        tokens = theme.tokens
        self._next = paragraph("", self)
        self._action = paragraph("", self)
        self._facts = muted(paragraph("", self), tokens)
        self._evidence = muted(paragraph("", self), tokens)
        self._model = EvidenceModel(words, self, now=now)
        self._table = EvidenceTable(self._model, words.tr("What each server answered"), self)
        self._table.selectionModel().currentChanged.connect(self._show_witness)
        self._witness = muted(paragraph("", self), tokens)
        self._nothing = muted(paragraph(words.tr("Nobody has been asked yet."), self), tokens)
        self._past = muted(paragraph("", self), tokens)
        self._path = muted(paragraph("", self), tokens)
        self._ticker = QTimer(self, interval=1000)
        self._ticker.timeout.connect(self._tick)
        self._rested = False
        self._update = QPushButton(words.tr("Update now"), self)
        self._repairs: dict[RepairKind, QPushButton] = {}
        self._account = QPushButton(words.tr("Enter the credentials again…"), self)
        self._edit = QPushButton(words.tr("Edit…"), self)
        self._copy = QPushButton(words.tr("Copy report"), self)
        self._update.clicked.connect(lambda: self.update_chosen.emit(self._record))
        self._account.clicked.connect(lambda: self.account_chosen.emit(self._record))
        self._edit.clicked.connect(lambda: self.edit_chosen.emit(self._record))
        self._copy.clicked.connect(self._copy_report)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(_LEFT, 0, _PAD, _PAD)
        column.setSpacing(8)
        for widget in (self._strip, self._past, self._next, self._action, self._evidence, self._table, self._witness):
            column.addWidget(widget)
        column.addWidget(self._nothing)
        column.addWidget(self._path)
        column.addWidget(self._facts)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._account)
        for kind in RepairKind:
            button = self._repairs[kind] = QPushButton(self._words.repair_button(kind), self)
            if kind is not RepairKind.LOWER_TTL:  # nothing is wrong with a long one
                primary(button)
            button.clicked.connect(lambda _=False, kind=kind: self.repair_chosen.emit(self._record, kind))
            buttons.addWidget(button)
        for button in (self._update, self._edit, self._copy):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(1)

    def set_editable(self, *, editable: bool) -> None:
        """Whether settings can be changed from here (the demo has none)."""
        self._edit.setVisible(editable)
        self._account.setEnabled(editable)

    def show_record(self, record: RecordStatus) -> None:
        """Take the newest state of the record."""
        self._record = record
        parts = self._words.verdict_parts(record, self._now())
        for label, said in ((self._next, parts.next), (self._action, parts.action), (self._evidence, parts.evidence)):
            _set(label, said)
        _set(self._facts, self._spoken_facts(record))
        self._strip.show_record(record)
        _set(self._past, self._words.past(record.turns, self._now()) if record.turns else "")
        _set(self._path, self._spoken_path(record))
        self._path.setToolTip("" if record.view is None else self._words.delegation_steps(record.view))
        self._model.show_record(record)
        rows = self._model.rowCount()
        self._table.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        if not self._table.currentIndex().isValid():
            self._table.setCurrentIndex(self._model.first_wrong())
        self._say_witness()
        problem = record.last_update.problem if record.last_update is not None else None
        bad_credentials = problem is not None and problem.code in _CREDENTIALS
        self._account.setVisible(bad_credentials and record.account is not None)
        fitting = () if bad_credentials else offered(record)
        for kind, button in self._repairs.items():
            button.setVisible(kind in fitting)
        helps = record.account is not None and record.verdict.kind in _WRITING_HELPS and not bad_credentials
        self._update.setVisible(helps and not fitting)

    def height_for(self, width: int) -> int:
        """Pixels that it needs in a card of this width."""
        layout = self.layout()
        assert layout is not None  # noqa: S101 - set by the constructor
        self._table.fit(width - 2 - _LEFT - _PAD)
        layout.invalidate()
        return layout.totalHeightForWidth(width - 2) if layout.hasHeightForWidth() else layout.totalSizeHint().height()

    def _spoken_facts(self, record: RecordStatus) -> str:
        words, now = self._words, self._now()
        facts = [words.tr("Expected: {addresses}", addresses=words.listing(record.expected))]
        if record.since is not None:
            facts.append(words.tr("So since {time}", time=words.time(record.since, now)))
        if record.last_update is not None:
            result = record.last_update
            facts.append(
                words.tr("Last write {time}: {outcome}", time=words.time(result.at, now), outcome=words.outcome(result))
            )
            if result.problem is not None and result.problem.hint is not None:
                facts.append(words.say(result.problem.hint))
        return "\n".join(facts)

    def _spoken_path(self, record: RecordStatus) -> str:
        """How the zone was found, or why it was not."""
        view = record.view
        if view is None:
            return ""
        if view.delegation_error is not None:
            return self._words.tr(
                "The zone of this name was not found: {reason}", reason=self._words.look_error(view.delegation_error)
            )
        return self._words.delegation_path(view)

    def showEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Count down only while somebody looks; what was just put in is of now."""
        del event
        if self._rested:
            self._tick()
        self._ticker.start()

    def hideEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Rest."""
        del event
        self._rested = True
        self._ticker.stop()

    def _tick(self) -> None:
        """Times go on between two snapshots: those of caches, and the end of the strip."""
        self._model.tick()
        self._strip.update()

    def _show_witness(self) -> None:
        self._say_witness()
        self.resized.emit()

    def _say_witness(self) -> None:
        """Below the table, all about the answer on which the reader stands."""
        at = self._table.currentIndex()
        said = ""
        if at.isValid() and at.column() > 0:
            said = " · ".join(self._model.evidence(at.row(), at.column())) or self._words.tr("not asked")
        _set(self._witness, said)

    def _copy_report(self) -> None:
        if self._record is None:
            return
        title = f"{readable_name(self._record.key.name)} {self._record.key.type}"
        lines = [
            self._words.tr("{name}: {what}", name=title, what=self._words.verdict_title(self._record)),
            self._words.verdict_explanation(self._record, self._now()),
            self._spoken_facts(self._record),
            self._past.text(),
            self._spoken_path(self._record),
        ]
        lines = [line for line in lines if line]
        lines += self._model.lines()
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")


def _set(label: QLabel, said: str) -> None:
    if label.text() != said:
        label.setText(said)
    label.setVisible(bool(said))
