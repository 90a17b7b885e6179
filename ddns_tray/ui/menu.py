"""The tray menu: enough for a day. Its entries are made once and changed in place, so that nothing flickers.

On Linux a panel in another process draws it (com.canonical.dbusmenu), so it must not lean on fonts or widgets.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ddns_tray.core.model import Phase
from ddns_tray.ui import icons
from ddns_tray.ui.display import MENU_NAME_LENGTH, addresses, readable_name, shortened, worst_first

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.core.model import RecordKey, Snapshot
    from ddns_tray.words import Words

MOST_RECORDS = 12
_HOUR = 3600.0
_COLUMN = " · " if sys.platform == "darwin" else "\t"
"""What stands between a name and its state: Qt's second column, which the menus of macOS do not have."""


class TrayMenu(QMenu):
    """Status, names, and the verbs. It only tells what was chosen; others do it."""

    check_chosen = Signal()
    update_chosen = Signal()
    pause_chosen = Signal(object)
    """Carries the time (Unix seconds) until which to pause, or None for "until I resume"."""
    resume_chosen = Signal()
    copy_chosen = Signal()
    record_chosen = Signal(object)
    open_chosen = Signal()
    settings_chosen = Signal()
    quit_chosen = Signal()

    def __init__(self, words: Words, now: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._now = now
        self._snapshot: Snapshot | None = None
        self._shown_keys: list[RecordKey] = []
        self.setToolTipsVisible(True)
        self._sentence = self._entry(self.open_chosen.emit, bold=True)
        self._detail = self._entry(None)
        self.addSeparator()
        self._records = [self._record_entry(place) for place in range(MOST_RECORDS)]
        self._more = self._entry(self.open_chosen.emit)
        self._below_records = self.addSeparator()
        self._check = self._entry(self.check_chosen.emit)
        self._update = self._entry(self.update_chosen.emit)
        self._pause = self.addMenu("")
        self._pause_hour = self._pause.addAction("", lambda: self.pause_chosen.emit(self._now() + _HOUR))
        self._pause_tomorrow = self._pause.addAction("", lambda: self.pause_chosen.emit(tomorrow(self._now())))
        self._pause_open = self._pause.addAction("", lambda: self.pause_chosen.emit(None))
        self._resume = self._entry(self.resume_chosen.emit)
        self._copy = self._entry(self.copy_chosen.emit)
        self.addSeparator()
        self._open = self._entry(self.open_chosen.emit)
        self._settings = self._entry(self.settings_chosen.emit)
        self._quit = self._entry(self.quit_chosen.emit)
        # Windows and macOS read the role and would move the entries elsewhere.
        for action in (self._settings, self._quit):
            action.setMenuRole(QAction.MenuRole.NoRole)
        self._ticker = QTimer(self, interval=1000)
        self._ticker.timeout.connect(self._tick)
        self.aboutToShow.connect(self._opened)
        self.aboutToHide.connect(self._ticker.stop)
        self.set_words(words)

    def set_words(self, words: Words) -> None:
        """Speak another language from now on."""
        self._words = words
        for action, spoken in (
            (self._check, words.tr("Check now")),
            (self._update, words.tr("Update now")),
            (self._pause.menuAction(), words.tr("Pause")),
            (self._pause_hour, words.tr("For one hour")),
            (self._pause_tomorrow, words.tr("Until tomorrow")),
            (self._pause_open, words.tr("Until I resume")),
            (self._resume, words.tr("Resume")),
            (self._copy, words.tr("Copy address")),
            (self._open, words.tr("Open DDNS Tray")),
            (self._settings, words.tr("Settings…")),
            (self._quit, words.tr("Quit")),
        ):
            action.setText(spoken)
        self.setTitle(words.tr("DDNS Tray"))
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Bring every entry up to date."""
        self._snapshot = snapshot
        words, now = self._words, self._now()
        _set_text(self._sentence, words.status_sentence(snapshot, now))
        _set_text(self._detail, words.status_detail(snapshot, now))
        self._show_records(snapshot, now)
        paused = snapshot.phase is Phase.PAUSED or snapshot.paused_until is not None
        busy = snapshot.phase in {Phase.STARTING, Phase.STOPPED}
        _set_visible(self._pause.menuAction(), visible=not paused)
        _set_visible(self._resume, visible=paused)
        for action in (self._check, self._update):
            action.setEnabled(bool(snapshot.records) and not paused and not busy)
        self._copy.setEnabled(bool(addresses(snapshot)))

    def _show_records(self, snapshot: Snapshot, now: float) -> None:
        words = self._words
        ordered = worst_first(snapshot.records)
        shown = ordered[:MOST_RECORDS]
        self._shown_keys = [record.key for record in shown]
        for place, action in enumerate(self._records):
            if place >= len(shown):
                _set_visible(action, visible=False)
                continue
            record = shown[place]
            name = shortened(readable_name(record.key.name), MENU_NAME_LENGTH)
            # The address says of which type the record is, too; while it is not known the type itself does.
            about = record.expected[0] if record.expected else str(record.key.type)
            _set_text(action, f"{name} · {about}", words.record_line(record, now))
            shape = words.record_shape(record)
            if action.data() != shape:
                action.setData(shape)
                action.setIcon(icons.icon(shape))
            _set_visible(action, visible=True)
        rest = len(ordered) - len(shown)
        if rest:
            _set_text(self._more, words.ntr("{count} more…", "{count} more…", rest))
        _set_visible(self._more, visible=bool(rest))
        _set_visible(self._below_records, visible=bool(ordered))

    def _entry(self, chosen: Callable[[], object] | None, *, bold: bool = False) -> QAction:
        action = self.addAction("")
        if chosen is None:
            action.setEnabled(False)
        else:
            action.triggered.connect(lambda *_: chosen())
        if bold:
            font = action.font()
            font.setBold(True)
            action.setFont(font)
        return action

    def _record_entry(self, place: int) -> QAction:
        action = self._entry(lambda: self._choose_record(place))
        action.setIconVisibleInMenu(True)
        action.setVisible(False)
        return action

    def _choose_record(self, place: int) -> None:
        if place < len(self._shown_keys):
            self.record_chosen.emit(self._shown_keys[place])

    def _opened(self) -> None:
        self._tick()
        self._ticker.start()

    def _tick(self) -> None:
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)


def tomorrow(now: float) -> float:
    """The next six o'clock in the morning of another day, in the machine's time zone."""
    local = datetime.fromtimestamp(now).astimezone()
    return (local + timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0).timestamp()


def _set_text(action: QAction, label: str, state: str = "") -> None:
    spoken = label.replace("&", "&&")
    if state:
        spoken = f"{spoken}{_COLUMN}{state.replace('&', '&&')}"
    if action.text() != spoken:
        action.setText(spoken)


def _set_visible(action: QAction, *, visible: bool) -> None:
    if action.isVisible() != visible:
        action.setVisible(visible)
