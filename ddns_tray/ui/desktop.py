"""The front room as a whole: tray, window and notifications, bound to the verbs behind them.

It starts with nothing but words, so that the icon can be there before the engine is; `attach` brings the rest.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSystemTrayIcon

from ddns_tray.core.errors import DdnsTrayError
from ddns_tray.core.model import Colour, Phase, Snapshot
from ddns_tray.ui.activity import ActivityLog
from ddns_tray.ui.display import addresses
from ddns_tray.ui.geometry import keep
from ddns_tray.ui.menu import TrayMenu
from ddns_tray.ui.notifier import Notifier
from ddns_tray.ui.qt_words import QtWords
from ddns_tray.ui.tray import Tray
from ddns_tray.words import Words, resolve_language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QSettings

    from ddns_tray.core.model import RecordKey
    from ddns_tray.core.settings import AlertSettings, GeneralSettings
    from ddns_tray.ui.services import Services, Spawn
    from ddns_tray.ui.theme import Theme
    from ddns_tray.ui.window import MainWindow, Page

log = logging.getLogger(__name__)

MANY = 1000
"""Records of which a snapshot takes some milliseconds for everybody who shows it."""


class Desktop(QObject):
    """What a person sees. `quit_requested` is all it knows about the end."""

    quit_requested = Signal()
    demo_requested = Signal()
    window_closed = Signal()
    """The window and all that hung on it is about to be thrown away."""

    def __init__(
        self,
        now: Callable[[], float],
        spawn: Spawn,
        theme: Theme,
        *,
        places: QSettings | None = None,
        panel_available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        super().__init__()
        self._now = now
        self._spawn = spawn
        self._theme = theme
        self._places = places
        self.words = Words(resolve_language("auto"))
        self._services: Services | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._window: MainWindow | None = None
        self._panel_missing = False
        self._moved = False
        self._qt_words = QtWords()
        self._qt_words.speak(self.words.language)
        self.activity = ActivityLog()
        self._snapshot = starting(now())
        self.menu = TrayMenu(self.words, now)
        self.tray = Tray(self.words, self.menu, now, panel_available=panel_available)
        self.notifier = Notifier(self.words, self.tray, spawn)
        self._connect_menu()
        self.tray.activated.connect(self.open_window)
        self.tray.panel_missing.connect(self._on_panel_missing)
        self.tray.panel_found.connect(self._on_panel_found)
        self.tray.show_snapshot(self._snapshot)

    @property
    def window(self) -> MainWindow | None:
        """The window, while there is one."""
        return self._window

    def attach(self, services: Services, *, woke_at: Callable[[], float | None] = lambda: None) -> None:
        """Take the engine and what belongs to it; from now on everything works."""
        self._services = services
        self.notifier.woke_at = woke_at
        self._unsubscribe = services.engine.subscribe(self.show_snapshot)
        self.show_snapshot(services.engine.snapshot)
        if self._window is not None:
            self._window.attach(services)

    def apply_general(self, general: GeneralSettings) -> None:
        """Take language, theme and the wish for notifications; all change without a restart."""
        self._theme.choose(general.theme)
        self.notifier.enabled = general.notifications
        language = resolve_language(general.language)
        if language != self.words.language:
            self.words = Words(language)
            self._qt_words.speak(language)
            self.notifier.words = self.words
            self.tray.set_words(self.words)
            if self._window is not None:
                self._window.set_words(self.words)

    def apply_alerts(self, alerts: AlertSettings) -> None:
        """Take the choice of what is told."""
        self.notifier.alerts = alerts

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take the newest snapshot everywhere; a subscriber of the engine."""
        before, self._snapshot = self._snapshot, snapshot
        self.tray.show_snapshot(snapshot)
        notices = self.notifier(snapshot)
        self.activity.observe(before, snapshot, notices)
        if self._window is None:
            return
        if len(snapshot.records) < MANY:
            self._window.show_snapshot(snapshot)
        else:  # in a turn of its own: together with the rest of a round it would hold itself up
            QTimer.singleShot(0, self._window, self._show_newest)

    def _show_newest(self) -> None:
        if self._window is not None:
            self._window.show_snapshot(self._snapshot)

    def look_for_move(self) -> None:
        """Find out whether the system starts another copy than this one: then somebody has moved it."""
        if self._services is not None and not self._services.is_demo:
            self._spawn(self._look_for_move(self._services), "look whether the program was moved")

    async def _look_for_move(self, services: Services) -> None:
        try:
            self._moved = await asyncio.to_thread(services.autostart.is_elsewhere)
        except DdnsTrayError as exc:
            log.info("what the system starts cannot be read: %s", exc)
        if self._window is not None:
            self._window.show_moved(moved=self._moved)

    def open_window(self, page: Page | None = None, record: RecordKey | None = None) -> None:
        """Show the window in front of all others, at a page or with a record opened if asked for."""
        window = self._window or self._make_window()
        if page is not None:
            window.show_page(page)
        if record is not None:
            window.open_record(record)
        window.present()

    def keep_place(self) -> None:
        """Remember where the window is, if there is one."""
        if self._window is not None:
            keep(self._window, self._places)

    def close(self) -> None:
        """Take everything off the screen."""
        self._unsubscribe()
        self.tray.hide()
        if self._window is not None:
            self._window.close()
        self._qt_words.silence()

    def report_failure(self, error: BaseException) -> None:
        """Tell the person that something of ours went wrong."""
        if self._window is not None:
            self._window.show_failure(error)

    # --- inside ---

    def _make_window(self) -> MainWindow:
        # The window is most of our Qt code: it is loaded with the first opening, and thrown away on closing.
        from ddns_tray.ui.window import MainWindow  # noqa: PLC0415 - see above

        window = MainWindow(
            self.words, self._now, self._theme, self.activity, places=self._places, services=self._services
        )
        window.show_snapshot(self._snapshot)
        window.show_panel_missing(missing=self._panel_missing)
        window.show_moved(moved=self._moved)
        window.moved_settled.connect(self.look_for_move)
        window.closed.connect(self._on_window_closed)
        window.general_changed.connect(self.apply_general)
        window.demo_requested.connect(self.demo_requested)
        self._window = window
        return window

    def _on_window_closed(self) -> None:
        window, self._window = self._window, None
        if window is not None:
            window.deleteLater()
            self.window_closed.emit()

    def _connect_menu(self) -> None:
        menu = self.menu
        menu.aboutToShow.connect(lambda: self._theme.clothe(menu))
        menu.check_chosen.connect(self._check)
        menu.update_chosen.connect(self._update)
        menu.pause_chosen.connect(self._pause)
        menu.resume_chosen.connect(self._resume)
        menu.copy_chosen.connect(self._copy)
        menu.open_chosen.connect(self.open_window)
        menu.record_chosen.connect(lambda key: self.open_window(record=key))
        menu.settings_chosen.connect(self._open_settings)
        menu.quit_chosen.connect(self.quit_requested)

    def _open_settings(self) -> None:
        from ddns_tray.ui.window import Page  # noqa: PLC0415 - as in _make_window

        self.open_window(Page.SETTINGS)

    def _check(self) -> None:
        if self._services is not None:
            self._services.engine.check_now()

    def _update(self) -> None:
        if self._services is not None:
            self._spawn(update_all(self._services), "update now")

    def _pause(self, until: float | None) -> None:
        if self._services is not None:
            self._services.engine.pause(until)

    def _resume(self) -> None:
        if self._services is not None:
            self._services.engine.resume()

    def _copy(self) -> None:
        found = addresses(self._snapshot)
        if found:
            QGuiApplication.clipboard().setText("\n".join(found))

    def _on_panel_missing(self) -> None:
        log.warning("there is no panel with a tray; the window stands in for the icon")
        self._panel_missing = True
        self.open_window()
        if self._window is not None:
            self._window.show_panel_missing(missing=True)

    def _on_panel_found(self) -> None:
        self._panel_missing = False
        if self._window is not None:
            self._window.show_panel_missing(missing=False)


async def update_all(services: Services, names: Sequence[str] = ()) -> None:
    """Update now; what became of it shows in the next snapshot."""
    await services.engine.update_now(names)


def starting(now: float) -> Snapshot:
    """What is known before the engine is there: nothing."""
    return Snapshot(at=now, phase=Phase.STARTING, colour=Colour.GREY, addresses={}, records=())
