"""The page of names: a sentence that says how things are, a line that says what happened, a card a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QProgressBar,
    QPushButton,
    QScrollBar,
    QVBoxLayout,
    QWidget,
)

from ddns_tray.core.model import Phase
from ddns_tray.ui.controls import heading, muted, paragraph, primary, search_field
from ddns_tray.ui.models import RECORD_ROLE, RecordsModel
from ddns_tray.ui.record_card import RecordCardDelegate
from ddns_tray.words.status import first_look

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from ddns_tray.core.model import RecordKey, Snapshot
    from ddns_tray.ui.record_detail import RecordDetail
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

SEARCH_FROM = 9
"""With fewer names than this nobody needs to search."""
_NARROW = 620
_BESIDE = 12
"""The width of the scroll bar, which stands in the margin, so that cards end where the heads of all pages end."""


class NamesPage(QWidget):
    """It only tells what was chosen; the window does it."""

    check_chosen = Signal()
    update_chosen = Signal(object)
    """Carries the names to update; an empty tuple means all."""
    edit_chosen = Signal(object)
    account_chosen = Signal(object)
    repair_chosen = Signal(object, object)
    add_chosen = Signal()
    pause_chosen = Signal()
    resume_chosen = Signal()

    def __init__(
        self, words: Words, now: Callable[[], float], theme: Theme, parent: QWidget | None = None, *, editable: bool
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._now = now
        self._snapshot: Snapshot | None = None
        self._editable = editable
        self._sentence = heading("")
        self._detail = muted(paragraph(""), theme.tokens)
        self._check = QPushButton(words.tr("Check now"))
        self._resume = QPushButton(words.tr("Resume"))
        self._resume.setVisible(False)
        self._update = primary(QPushButton(words.tr("Update now")))
        self._add = QPushButton(words.tr("Add a name…"))
        self._add.setVisible(editable)
        self._search = search_field(words.tr("Search names"), words.tr("Clear"))
        self._search.setVisible(False)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(6)
        self._progress_said = muted(QLabel(), theme.tokens)
        self._stop = QPushButton(words.tr("Pause"))
        self._progress_row = QWidget(self)
        self._progress_row.setVisible(False)
        self.model = RecordsModel(words, now, self)
        self.view = CardView()
        self.view.setAccessibleName(words.tr("Names"))
        self.view.setModel(self.model)
        self._nothing = muted(paragraph(words.tr("Nothing found.")), theme.tokens)
        self._nothing.setVisible(False)
        self.delegate = RecordCardDelegate(words, now, theme, self.view)
        self.delegate.shows_focus = lambda: self.view.keyboard_used
        self.view.setItemDelegate(self.delegate)
        self._ticker = QTimer(self, interval=1000)
        self._ticker.timeout.connect(self._tick)
        self._sought: RecordKey | None = None
        self._seek = QTimer(self, singleShot=True, interval=0)
        self._seek.timeout.connect(self._bring_into_sight)
        self._connect()
        self._lay_out()

    def _connect(self) -> None:
        self._check.clicked.connect(self.check_chosen)
        self._resume.clicked.connect(self.resume_chosen)
        self._update.clicked.connect(lambda: self.update_chosen.emit(()))
        self._add.clicked.connect(self.add_chosen)
        self._stop.clicked.connect(self.pause_chosen)
        self._search.textChanged.connect(self._filter)
        self.view.toggled.connect(self._toggle)
        self.delegate.detail_made.connect(self._on_detail)
        self.model.modelReset.connect(self._reopen)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        for button in (self._add, self._resume, self._check, self._update):
            buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._top = top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        top.setSpacing(10)
        top.addWidget(self._sentence, 1)
        top.addLayout(buttons)
        head = QVBoxLayout()
        head.setContentsMargins(0, 0, _BESIDE, 0)
        head.setSpacing(4)
        head.addLayout(top)
        head.addWidget(self._detail)
        head.addSpacing(6)
        row = QHBoxLayout(self._progress_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._progress, 1)
        row.addWidget(self._progress_said)
        row.addWidget(self._stop)
        head.addWidget(self._progress_row)
        head.addWidget(self._search)
        head.addWidget(self._nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20 - _BESIDE, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.view, 1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take the newest snapshot."""
        self._snapshot = snapshot
        self.model.show_snapshot(snapshot)
        self._search.setVisible(self.model.total() >= SEARCH_FROM or bool(self._search.text()))
        paused = snapshot.phase is Phase.PAUSED or snapshot.paused_until is not None
        active = snapshot.phase not in {Phase.STARTING, Phase.STOPPED} and bool(snapshot.records) and not paused
        self._resume.setVisible(paused)
        self._check.setVisible(not paused)
        self._check.setEnabled(active)
        self._update.setEnabled(active and snapshot.phase is not Phase.UPDATING)
        self._show_progress(snapshot)
        self._show_nothing()
        self._speak()

    def _show_progress(self, snapshot: Snapshot) -> None:
        """How far a first look at many names has come; it can be paused, and is no news once it is over."""
        said = self._words.progress(snapshot)
        self._progress_row.setVisible(bool(said))
        if said:
            done, total = first_look(snapshot)
            self._progress.setRange(0, total)
            self._progress.setValue(done)
            self._progress.setAccessibleName(said)
            self._progress_said.setText(said)

    def search(self) -> None:
        """Let the person type what to look for, where there are enough names for a search."""
        if self._search.isVisible():
            self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._search.selectAll()

    def open_record(self, key: RecordKey) -> None:
        """Open one card and bring it into sight, also if a search has left it out."""
        if self.model.row_of(key) is None:
            self._search.clear()
        if self.delegate.opened != key:
            self._toggle(self._index(key))
        self._sought = key
        self._seek.start()  # apart, as what was opened is laid out first

    def _bring_into_sight(self) -> None:
        at = QModelIndex() if self._sought is None else self._index(self._sought)
        self.view.setCurrentIndex(at)
        self.view.scrollTo(at, QAbstractItemView.ScrollHint.EnsureVisible)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Where it is narrow the buttons stand above the sentence, which would else be a column of words."""
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW
        direction = QBoxLayout.Direction.BottomToTop if narrow else QBoxLayout.Direction.LeftToRight
        self._top.setDirection(direction)

    def showEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Count down only while somebody looks."""
        del event
        self._tick()
        self._ticker.start()

    def hideEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Rest."""
        del event
        self._ticker.stop()

    def _tick(self) -> None:
        self._speak()
        self.view.viewport().update()

    def _speak(self) -> None:
        if self._snapshot is None:
            return
        now = self._now()
        sentence = self._words.status_sentence(self._snapshot, now)
        detail = self._words.status_detail(self._snapshot, now)
        if self._sentence.text() != sentence:
            self._sentence.setText(sentence)
        if self._detail.text() != detail:
            self._detail.setText(detail)

    def _filter(self, part: str) -> None:
        self.model.set_filter(part)
        self._show_nothing()
        self.view.scrollToTop()  # what was found begins there, wherever the list of all names stood

    def _show_nothing(self) -> None:
        self._nothing.setVisible(bool(self._search.text().strip()) and not self.model.rowCount())

    def _index(self, key: RecordKey) -> QModelIndex:
        row = self.model.row_of(key)
        return QModelIndex() if row is None else self.model.index(row)

    def _toggle(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        key = index.data(RECORD_ROLE).key
        before = self.delegate.opened
        if before is not None:
            old = self._index(before)
            self.delegate.opened = None
            self.view.closePersistentEditor(old)
            self.delegate.sizeHintChanged.emit(old)
        if before != key:
            self.delegate.opened = key
            self.view.openPersistentEditor(index)
            self.delegate.sizeHintChanged.emit(index)
        self.view.scheduleDelayedItemsLayout()

    def _reopen(self) -> None:
        """A reset closes every editor: open the card again, if it is still there."""
        key, self.delegate.opened = self.delegate.opened, None
        if key is not None and self.model.row_of(key) is not None:
            self._toggle(self._index(key))

    def _on_detail(self, detail: RecordDetail) -> None:
        detail.set_editable(editable=self._editable)
        detail.update_chosen.connect(lambda record: self.update_chosen.emit((record.key.name,)))
        detail.edit_chosen.connect(self.edit_chosen)
        detail.account_chosen.connect(self.account_chosen)
        detail.repair_chosen.connect(self.repair_chosen)


class QuietBar(QScrollBar):
    """A scroll bar that takes the same room in every style, and is not seen while it is disabled.

    The styles of Windows have broader ones, and draw the arrows of a bar that moves nothing.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, on=False)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As broad as the margin that it stands in."""
        return QSize(_BESIDE, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw what can be moved."""
        if self.isEnabled():
            super().paintEvent(event)


class CardView(QListView):
    """A list of cards: a click, Return or Space opens one and closes the one that was open."""

    toggled = Signal(QModelIndex)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QListView { border: 0; background: transparent; }")
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setMouseTracking(True)
        self.keyboard_used = False
        bar = QuietBar()
        self.setVerticalScrollBar(bar)
        bar.setSingleStep(24)
        # Always there, so that cards keep their width; without anything to scroll it is not seen.
        bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))
        bar.setEnabled(False)
        self.clicked.connect(self.toggled)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show where the focus is to those who came by keyboard."""
        if event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}:
            self.keyboard_used = True
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Those who point need no mark of the focus."""
        self.keyboard_used = False
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Open and close with the keyboard."""
        self.keyboard_used = True
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.toggled.emit(self.currentIndex())
            return
        super().keyPressEvent(event)
