"""The window: a side bar of pages, banners for troubles of the whole, and the pages themselves.

When language or theme change the pages are built anew, which spares every label a way to be changed. A page is built
when somebody first goes there: building all at once would hold up the window. Closing the window throws it away; the
icon stays.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from ddns_tray.core.errors import ProblemCode
from ddns_tray.ui import geometry, icons
from ddns_tray.ui.activity_page import ActivityPage
from ddns_tray.ui.address_page import AddressPage
from ddns_tray.ui.banners import BannerColumn, still_standing, wanted_banners
from ddns_tray.ui.bodies import Bodies, Stay
from ddns_tray.ui.controls import ReadableColumn
from ddns_tray.ui.desk_work import DeskWork
from ddns_tray.ui.first_paint import FirstPaint
from ddns_tray.ui.forms import Form
from ddns_tray.ui.names_page import NamesPage
from ddns_tray.ui.repair_desk import RepairDesk
from ddns_tray.ui.settings_page import SettingsPage
from ddns_tray.ui.side_bar import Page, SideBar
from ddns_tray.ui.tab_order import press_focused, tab_stops
from ddns_tray.ui.welcome_page import WelcomePage
from ddns_tray.ui.wizard import Wizard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QCloseEvent, QKeyEvent

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.model import RecordKey, Snapshot
    from ddns_tray.ui.activity import ActivityLog
    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from ddns_tray.ui.turns import Step
    from ddns_tray.ui.wizard_work import SetUp
    from ddns_tray.words import Words

__all__ = ["MainWindow", "Page"]

_SIZE = QSize(900, 640)
_Made = TypeVar("_Made", bound=QWidget)


class MainWindow(QWidget):
    """The only window. It can be made before the engine is there; `attach` brings that."""

    closed = Signal()
    general_changed = Signal(object)
    demo_requested = Signal()
    moved_settled = Signal()
    """The system starts this very program now, or has refused to."""

    def __init__(
        self,
        words: Words,
        now: Callable[[], float],
        theme: Theme,
        activity: ActivityLog,
        *,
        places: QSettings | None = None,
        services: Services | None = None,
    ) -> None:
        super().__init__()
        self._words = words
        self._now = now
        self._theme = theme
        theme.dress()
        self._activity = activity
        self._places = places
        self._services = services
        self._snapshot: Snapshot | None = None
        self._panel_missing = self._moved = False
        self._failure: BaseException | None = None
        self._looked_for: Problem | None = None
        self._dismissed: set[str] = set()
        self._page = Page.NAMES
        self.wizard: Wizard | None = None
        self._set_up: SetUp | None = None
        self.names: NamesPage
        self._welcome: WelcomePage | None = None
        self._address: AddressPage | None = None
        self._activity_page: ActivityPage | None = None
        self._settings: SettingsPage | None = None
        self._bodies = Bodies(self)
        self._work = DeskWork(self, words, theme)
        self._work.changed.connect(self._on_settings_changed)
        self._work.failed.connect(self.show_failure)
        self._work.set_up_begun.connect(self._begin_set_up)
        self.repairs = RepairDesk(self, words, theme)
        self.repairs.changed.connect(self._on_settings_changed)
        if services is not None:
            self._work.attach(services)
            self.repairs.attach(services)
        self.setMinimumSize(640, 420)
        self.resize(_SIZE)
        geometry.restore(self, places)
        self._ticker = QTimer(self, interval=1000)
        self._ticker.timeout.connect(self._tick)
        theme.changed.connect(self._build)
        self._build()
        self._add_shortcuts()
        FirstPaint(self)

    # --- what the desktop asks for ---

    def attach(self, services: Services) -> None:
        """Take the engine and what belongs to it."""
        self._services = services
        self._work.attach(services)
        self.repairs.attach(services)
        self._build()

    def set_words(self, words: Words) -> None:
        """Speak another language from now on."""
        self._words = words
        self._work.words = self.repairs.words = words
        self._build()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take the newest snapshot."""
        self._failure = still_standing(self._failure, self._snapshot, snapshot)
        self._snapshot = snapshot
        self.names.show_snapshot(snapshot)
        for page in (self._address, self._welcome):
            if page is not None:
                page.show_snapshot(snapshot)
        if self.wizard is not None:
            self.wizard.show_snapshot(snapshot)
        self.setWindowIcon(icons.icon(self._words.shape(snapshot.colour, snapshot.phase)))
        self._show_names_or_welcome()
        self._show_banners()
        self._find_fault(snapshot)
        self._tick()

    def _find_fault(self, snapshot: Snapshot) -> None:
        """The engine knows that the settings are broken; only the file itself tells where."""
        broken = next((problem for problem in snapshot.problems if problem.code is ProblemCode.CONFIG), None)
        if broken is not None and broken != self._looked_for and self._services is not None:
            self._looked_for = broken
            self._work.settings()

    # --- pages, built when they are first wanted ---

    @property
    def welcome(self) -> WelcomePage:
        """What stands in for the names while there are none."""
        if self._welcome is None:
            made = self._welcome = self._add(WelcomePage(self._words, self._theme, self._first), self._first)
            work = self._work
            made.keep_chosen.connect(work.begin_keeping)
            made.watch_chosen.connect(work.begin_watching)
            made.demo_chosen.connect(self.demo_requested)
            made.language_chosen.connect(self._on_language)
            if self._snapshot is not None:
                made.show_snapshot(self._snapshot)
        return self._welcome

    @property
    def address(self) -> AddressPage:
        """Our addresses, and who saw them."""
        if self._address is None:
            self._address = self._add(AddressPage(self._words, self._now, self._theme, self._pages), self._pages)
            if self._snapshot is not None:
                self._address.show_snapshot(self._snapshot)
        return self._address

    @property
    def activity(self) -> ActivityPage:
        """What happened."""
        if self._activity_page is None:
            made = ActivityPage(self._words, self._now, self._theme, self._activity, self._pages)
            self._activity_page = self._add(made, self._pages)
            made.failed.connect(self.show_failure)
        return self._activity_page

    @property
    def settings(self) -> SettingsPage:
        """What the person wants."""
        if self._settings is None:
            made = SettingsPage(self._words, self._theme, self._work, self._services, self._pages)
            self._settings = self._add(made, self._pages)
        return self._settings

    def _add(self, page: _Made, stack: QStackedWidget) -> _Made:
        stack.addWidget(page)
        return page

    def _widget_of(self, page: Page) -> QWidget:
        match page:
            case Page.NAMES:
                return self._first
            case Page.ADDRESS:
                return self.address
            case Page.ACTIVITY:
                return self.activity
            case Page.SETTINGS:
                return self.settings

    def show_page(self, page: Page) -> None:
        """Go to a page."""
        self._side.go(page)

    def open_record(self, key: RecordKey) -> None:
        """Go to the names, and open this one."""
        self.show_page(Page.NAMES)
        self.names.open_record(key)

    def show_panel_missing(self, *, missing: bool) -> None:
        """Say, or no longer say, that there is no panel for the icon."""
        self._panel_missing = missing
        self._show_banners()

    def show_moved(self, *, moved: bool) -> None:
        """Say, or no longer say, that the system starts another copy than this program."""
        self._moved = moved
        self._show_banners()

    def show_failure(self, error: BaseException) -> None:
        """Say that something went wrong that no page has a place for."""
        self._failure = error
        self._dismissed.discard("failure")
        self._show_banners()

    def present(self) -> None:
        """Come to the front."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        geometry.bring_into_sight(self)
        self.show()
        self.raise_()
        self.activateWindow()

    # --- Qt's callbacks ---

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Keep where the window was, and let it go."""
        geometry.keep(self, self._places)
        self._ticker.stop()
        event.accept()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter presses the button that has the focus."""
        if not press_focused(event):
            super().keyPressEvent(event)

    def showEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Count while somebody looks."""
        del event
        self._ticker.start()

    def hideEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Rest."""
        del event
        self._ticker.stop()

    # --- inside ---

    def _build(self) -> None:
        """Make everything anew. What takes long comes in turns of its own; until the last one sees what was before."""
        stay = self._bodies.stay = self._bodies.stay or self._where()
        if self.wizard is not None:
            self.wizard.keep_typed()
        self.setWindowTitle(self._words.tr("DDNS Tray"))
        self._welcome = self._address = self._activity_page = self._settings = None
        self.wizard = None
        self._bodies.put(self._lay_out())
        self._connect()
        for form in self.findChildren(Form):
            QTimer.singleShot(0, form, partial(form.speak, self._words))
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)
        if self._page is Page.NAMES and stay.opened is None and self._set_up is None:
            self.show_page(Page.NAMES)
            self._focus_page()
            self._bodies.arrive()
        else:
            self._bodies.arrive_after(self._back_to(stay))

    def _where(self) -> Stay:
        """What has to be as it is now when everything was made anew."""
        if self._settings is None:
            return Stay(None if self._bodies.is_empty else self.names.delegate.opened)
        return Stay(self.names.delegate.opened, self._settings.tabs.currentIndex(), self._settings.unsaved())

    def _back_to(self, stay: Stay) -> Iterator[Step]:
        """Go where the person was."""
        if self._set_up is not None:
            yield partial(self._show_set_up, self._set_up)
        yield partial(self.show_page, self._page)
        if stay.unsaved:
            yield partial(self.settings.restore, stay.unsaved)
        if self._page is Page.SETTINGS and stay.tab is not None:
            yield partial(self.settings.tabs.setCurrentIndex, stay.tab)
            yield self.settings.tabs.setFocus
        elif self._set_up is None:
            yield self._focus_page
        if stay.opened is not None:
            yield partial(self.names.open_record, stay.opened)

    def _lay_out(self) -> QWidget:
        """Everything is made inside what it belongs to: moving a widget makes Qt polish all that is in it again."""
        tokens = self._theme.tokens
        body = QWidget(self)
        self._theme.clothe(body)
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._side = SideBar(self._words, tokens, body)
        row.addWidget(self._side)
        right = ReadableColumn()
        right.setSpacing(0)
        row.addLayout(right, 1)
        self._banners = BannerColumn(self._words, tokens, self._dismissed, body)
        self._banners.dismissed.connect(self._on_dismissed)
        self._banners.acted.connect(lambda _: self._work.set_autostart(enabled=True, after=self.moved_settled.emit))
        right.addWidget(self._banners)
        self._pages = QStackedWidget(body)
        right.addWidget(self._pages, 1)
        self._first = QStackedWidget(self._pages)
        self._pages.addWidget(self._first)
        editable = self._services is not None and not self._services.is_demo
        self.names = NamesPage(self._words, self._now, self._theme, self._first, editable=editable)
        self._first.addWidget(self.names)
        return body

    def _connect(self) -> None:
        names, work = self.names, self._work
        names.check_chosen.connect(work.check)
        names.update_chosen.connect(work.update)
        names.add_chosen.connect(work.add_record)
        names.edit_chosen.connect(lambda record: work.edit_record_of(record.key))
        names.repair_chosen.connect(self.repairs.begin)
        names.pause_chosen.connect(work.pause)
        names.resume_chosen.connect(work.resume)
        names.account_chosen.connect(lambda record: work.edit_account(record.account))
        self._side.chosen.connect(self._on_page)

    def _add_shortcuts(self) -> None:
        for keys, action in (
            (QKeySequence.StandardKey.Refresh, self._work.check),
            (QKeySequence.StandardKey.Close, self.close),
            (QKeySequence.StandardKey.Find, self._find),
            (QKeySequence("Ctrl+1"), lambda: self.show_page(Page.NAMES)),
            (QKeySequence("Ctrl+2"), lambda: self.show_page(Page.ADDRESS)),
            (QKeySequence("Ctrl+3"), lambda: self.show_page(Page.ACTIVITY)),
            (QKeySequence("Ctrl+4"), lambda: self.show_page(Page.SETTINGS)),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(action)

    def _find(self) -> None:
        self.show_page(Page.NAMES)
        self.names.search()

    def _on_page(self, page: Page) -> None:
        self._page = page
        self._pages.setCurrentWidget(self._widget_of(self._page))

    def _begin_set_up(self, set_up: SetUp) -> None:
        self._set_up = set_up
        self.show_page(Page.NAMES)
        self._show_set_up(set_up)

    def _show_set_up(self, set_up: SetUp) -> None:
        self.wizard = wizard = Wizard(self._words, self._theme, self._now, set_up)
        wizard.left.connect(self._end_set_up)
        wizard.finished.connect(self._end_set_up)
        if self._snapshot is not None:
            wizard.show_snapshot(self._snapshot)
        self._first.addWidget(wizard)
        self._first.setCurrentWidget(wizard)
        wizard.focus_step()

    def _end_set_up(self) -> None:
        wizard, self.wizard = self.wizard, None
        set_up, self._set_up = self._set_up, None
        if set_up is None:
            return
        if wizard is not None:  # else it is on the way, and the one before was left
            self._first.removeWidget(wizard)
            wizard.hide()
            wizard.deleteLater()
        set_up.deleteLater()
        self._show_names_or_welcome()
        self._focus_page()

    def _focus_page(self) -> None:
        """Put the keyboard on what is shown: a card on a page that nobody sees would be opened by Return, too."""
        if self._pages.currentWidget() is not self._first:
            tab_stops(self._widget_of(self._page))[0].setFocus()
        elif self._first.currentWidget() is self.names:
            self.names.view.setFocus()
        else:
            self.welcome.begin()

    def _show_names_or_welcome(self) -> None:
        if self._set_up is not None:
            return
        shown = self._snapshot
        empty = shown is not None and not (shown.records or shown.kept or shown.problems)
        if not empty or self._services is None:
            self._first.setCurrentWidget(self.names)
        elif self._welcome is None or self._first.currentWidget() is not self._welcome:
            self._first.setCurrentWidget(self.welcome)
            if self._page is Page.NAMES:
                self.welcome.begin()

    def _on_language(self, language: str) -> None:
        self._work.language = language
        self.general_changed.emit(replace(self._work.settings().general, language=language))

    def _on_settings_changed(self) -> None:
        if self._settings is not None:
            self._settings.refresh()

    def _tick(self) -> None:
        if self._snapshot is not None:
            self._side.say_next(self._words.next_check(self._snapshot, self._now()))
        if self.wizard is not None:
            self.wizard.tick()

    def _show_banners(self) -> None:
        shown = self._snapshot
        wanted = wanted_banners(
            self._words,
            is_demo=self._services is not None and self._services.is_demo,
            panel_missing=self._panel_missing,
            moved=self._moved,
            failure=self._failure,
            problems=() if shown is None else shown.problems,
            news=None if shown is None else shown.news,
        )
        self._banners.show_banners(wanted)

    def _on_dismissed(self, key: str) -> None:
        if key == "failure":
            self._failure = None
