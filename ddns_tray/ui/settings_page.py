"""The page of settings: names, accounts, and every key of the file by topic. What is shown is what is on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QTableView,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ddns_tray.core.errors import DdnsTrayError
from ddns_tray.core.text import text
from ddns_tray.ui.controls import heading, muted, paragraph, set_up_table
from ddns_tray.ui.question_form import QuestionForm
from ddns_tray.ui.settings_fields import SettingsFields, Topic
from ddns_tray.ui.settings_models import AccountsModel, LinesModel, NamesModel
from ddns_tray.ui.tab_order import set_tab_order
from ddns_tray.ui.wizard_parts import ResultLine
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ddns_tray.core.ports import SettingChange
    from ddns_tray.core.text import Text
    from ddns_tray.ui.desk_work import DeskWork
    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words


class _Topics(dict[Topic, SettingsFields]):
    """The pages of fields that were looked at; looking makes them."""

    def __init__(self, make: Callable[[Topic], SettingsFields]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, topic: Topic) -> SettingsFields:
        made = self[topic] = self._make(topic)
        return made


class SettingsPage(QWidget):
    """A tab for each kind of thing."""

    def __init__(
        self, words: Words, theme: Theme, work: DeskWork, services: Services | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._theme = theme
        self._work = work
        self._services = services
        self._filling = False
        self._unsaved: dict[Topic, list[SettingChange]] = {}
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setAccessibleName(words.tr("Settings"))
        scrolling = (words.tr("Show tabs further left"), words.tr("Show tabs further right"))
        for button, said in zip(self.tabs.tabBar().findChildren(QToolButton), scrolling, strict=False):
            button.setAccessibleName(said)
        self.accounts = AccountsModel(words, self)
        self.lines = LinesModel(words, self)
        self.names = NamesModel(words, self)
        self._unbuilt: dict[QWidget, Callable[[], QWidget]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 20)
        column.setSpacing(12)
        column.addLayout(self._head())
        if services is not None and services.is_demo:
            said = words.tr("The demo has settings of its own, which end with it.")
            column.addWidget(muted(paragraph(said), theme.tokens))
        column.addWidget(self.tabs, 1)
        self.tabs.addTab(self._names_tab(), words.tr("Names"))
        self.tabs.addTab(self._later(self._accounts_tab), words.tr("Accounts"))
        self.topics = _Topics(self._topic)
        self._places: dict[Topic, QVBoxLayout] = {}
        for topic, said in (
            (Topic.SOURCES, words.tr("Address sources")),
            (Topic.RESOLVERS, words.tr("Resolvers")),
            (Topic.MONITORING, words.tr("Monitoring")),
            (Topic.ALERTS, words.tr("Alerts")),
            (Topic.GENERAL, words.tr("General")),
        ):
            place = QWidget(self.tabs)
            self._places[topic] = QVBoxLayout(place)
            self._places[topic].setContentsMargins(0, 0, 0, 0)
            self.tabs.addTab(place, said)
            if topic is Topic.SOURCES:
                self.tabs.addTab(self._later(self._lines_tab), words.tr("Lines"))
        general = self._places[Topic.GENERAL].parentWidget()  # without a parent they would outlive the window
        self.autostart = QCheckBox(words.tr("Start when I log in"), general)
        self.autostart.setAccessibleDescription(words.tr("Start in the tray when you log in."))
        self.moved = ResultLine(theme, general)
        self.repair = QPushButton(words.tr("Start this one"), general)
        self.repair.setVisible(False)
        self.repair.clicked.connect(lambda: self._autostart_changed(True))
        self.autostart.toggled.connect(self._autostart_changed)
        self.tabs.currentChanged.connect(self._on_tab)
        self.setEnabled(services is not None)
        if services is not None:
            self.refresh()

    def refresh(self) -> None:
        """Show what is on disk now."""
        settings = self._work.settings()
        specs = {spec.id: spec for spec in self._services.desk.providers()} if self._services is not None else {}
        self.accounts.show_settings(settings, specs)
        self.lines.show_settings(settings)
        self.names.show_settings(settings)
        for page in self.topics.values():
            page.show_settings(settings)
        self._show_autostart()

    def unsaved(self) -> dict[Topic, list[SettingChange]]:
        """What was changed and not saved yet."""
        built = {topic: changes for topic, page in self.topics.items() if (changes := page.changes())}
        return {**self._unsaved, **built}

    def restore(self, unsaved: Mapping[Topic, list[SettingChange]]) -> None:
        """Go on with what another page like this one had not saved yet, when somebody goes there."""
        self._unsaved = dict(unsaved)

    # --- names, accounts and lines ---

    def _names_tab(self) -> QWidget:
        words, work = self._words, self._work
        self._names_table = QTableView()
        set_up_table(self._names_table, self.names, stretch=0, name=words.tr("Names"))
        self._names_table.doubleClicked.connect(lambda index: work.edit_record(self.names.at(index.row())))
        return self._list_tab(
            self._names_table,
            words.tr("What stands at your provider stays there when you remove a name here."),
            (words.tr("Add a name…"), lambda _: work.add_record(), False),
            (words.tr("Edit…"), lambda row: work.edit_record(self.names.at(row)), True),
            (words.tr("Remove"), self._ask_remove_name, True),
        )

    def _accounts_tab(self) -> QWidget:
        words, work = self._words, self._work
        self._accounts_table = QTableView()
        set_up_table(self._accounts_table, self.accounts, stretch=1, name=words.tr("Accounts"))
        self._accounts_table.doubleClicked.connect(lambda index: work.edit_account(self.accounts.at(index.row()).id))
        return self._list_tab(
            self._accounts_table,
            words.tr("Tokens and passwords are kept in this computer's keyring, nowhere else."),
            (words.tr("Add an account…"), lambda _: work.add_account(), False),
            (words.tr("Edit…"), lambda row: work.edit_account(self.accounts.at(row).id), True),
            (words.tr("Remove"), self._ask_remove_account, True),
        )

    def _lines_tab(self) -> QWidget:
        words, work = self._words, self._work
        self._lines_table = QTableView()
        set_up_table(self._lines_table, self.lines, stretch=2, name=words.tr("Lines"))
        self._lines_table.doubleClicked.connect(lambda index: work.edit_line(self.lines.at(index.row())))
        return self._list_tab(
            self._lines_table,
            words.tr(
                "Only for a computer with several ways to the internet. A name that is given lines has the address of"
                " the first one that is up; you choose them with the name."
            ),
            (words.tr("Add a line…"), lambda _: work.add_line(), False),
            (words.tr("Edit…"), lambda row: work.edit_line(self.lines.at(row)), True),
            (words.tr("Remove"), self._ask_remove_line, True),
        )

    def _later(self, build: Callable[[], QWidget]) -> QWidget:
        """A tab that is built when somebody goes there."""
        place = QWidget(self.tabs)
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        self._unbuilt[place] = build
        return place

    def _list_tab(self, table: QTableView, note: str, *buttons: tuple[str, Callable[[int], object], bool]) -> QWidget:
        tab = QWidget()
        column = QVBoxLayout(tab)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(10)
        column.addWidget(muted(paragraph(note), self._theme.tokens))
        column.addWidget(table, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        needing: list[QPushButton] = []
        for said, action, needs_row in buttons:
            button = QPushButton(said)
            button.clicked.connect(lambda _=False, action=action: action(table.currentIndex().row()))
            row.addWidget(button)
            if needs_row:
                needing.append(button)
        row.addStretch(1)
        column.addLayout(row)

        def show_what_fits(current: QModelIndex = table.currentIndex()) -> None:  # noqa: B008 - the first state
            for button in needing:
                button.setEnabled(current.isValid())

        table.selectionModel().currentChanged.connect(lambda current, _: show_what_fits(current))
        table.model().modelReset.connect(lambda: show_what_fits(QModelIndex()))
        show_what_fits()
        return tab

    def _ask_remove_name(self, row: int) -> None:
        record, work = self.names.at(row), self._work
        self._ask(
            text("Stop keeping {name}?", name=record.name),
            text("What stands at your provider stays as it is."),
            lambda: work.remove_record(record),
        )

    def _ask_remove_account(self, row: int) -> None:
        account, work = self.accounts.at(row), self._work
        self._ask(
            text("Remove the account {id}?", id=account.id),
            text("Its token or password is removed from the keyring too."),
            lambda: work.remove_account(account),
        )

    def _ask_remove_line(self, row: int) -> None:
        line, work = self.lines.at(row), self._work
        self._ask(
            text("Remove the line {id}?", id=line.id),
            text("Sources are no longer asked through it."),
            lambda: work.remove_line(line),
        )

    def _ask(self, question: Text, more: Text, yes: Callable[[], None]) -> None:
        """Ask in front of the window: a page goes when language or colours change, and the question stays."""
        form = QuestionForm(self._words, self._theme, self.window(), question=question, more=more)
        form.accepted.connect(yes)
        form.open()

    # --- undo, export, import ---

    def _head(self) -> QHBoxLayout:
        words = self._words
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(heading(words.tr("Settings")), 1)
        travel = self._work.travel
        if self._services is None or self._services.is_demo or travel is None:
            return row
        for said, action in (
            (words.tr("Undo…"), travel.undo),
            (words.tr("Import…"), travel.take_in),
            (words.tr("Export…"), travel.export),
        ):
            button = QPushButton(said)
            button.clicked.connect(lambda _=False, action=action: action())
            row.addWidget(button)
        return row

    # --- keys of the file ---

    def _topic(self, topic: Topic) -> SettingsFields:
        page = SettingsFields(
            self._words,
            self._theme,
            topic,
            at_once=topic is Topic.GENERAL,
            interfaces=() if self._services is None else self._services.interfaces(),
            parent=self._places[topic].parentWidget(),
        )
        page.setEnabled(self._services is not None and not self._services.is_demo)
        work = self._work

        def refused(error: DdnsTrayError) -> None:
            """Say it there, if nobody has closed the window or changed the language meanwhile."""
            if isValid(page):
                page.show_problem(error)
            else:
                work.tell_failed(error)

        page.save_wanted.connect(lambda changes: work.set_values(changes, refused))
        self._places[topic].addWidget(page)
        if topic is Topic.GENERAL:
            self._build_autostart(page)
            self._build_place(page)
        if self._services is not None:
            page.show_settings(self._work.settings())
        if topic in self._unsaved:
            page.restore(self._unsaved.pop(topic))
        set_tab_order(page)
        return page

    def _on_tab(self, index: int) -> None:
        """A tab is built when somebody goes there: all at once would hold up the window."""
        place = self.tabs.widget(index)
        build = self._unbuilt.pop(place, None) if place is not None else None
        if place is not None and build is not None and (column := place.layout()) is not None:
            made = build()
            column.addWidget(made)
            made.show()
            set_tab_order(place)
        for topic, layout in self._places.items():
            if layout.parentWidget() is place:
                self.topics[topic]

    # --- what is no key of the file ---

    def _build_autostart(self, page: SettingsFields) -> None:
        below = page.below
        moved = QHBoxLayout()
        moved.addWidget(self.moved, 1)
        moved.addWidget(self.repair)
        below.addWidget(self.autostart)
        below.addLayout(moved)

    def _build_place(self, page: SettingsFields) -> None:
        if self._services is None:
            return
        path = self._services.settings_file.path
        row = QHBoxLayout()
        row.addWidget(muted(paragraph(self._words.tr("Settings file: {path}", path=str(path))), self._theme.tokens), 1)
        folder = QPushButton(self._words.tr("Open folder"))
        folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))))
        row.addWidget(folder)
        page.below.addLayout(row)

    def _show_autostart(self) -> None:
        if self._services is None:
            return
        filling, self._filling = self._filling, True
        try:
            self.autostart.setChecked(self._services.autostart.is_enabled())
            self._show_moved(moved=self._services.autostart.is_elsewhere())
        except DdnsTrayError:
            self.autostart.setEnabled(False)
        self._filling = filling

    def _show_moved(self, *, moved: bool) -> None:
        """An entry of ours that starts another copy would start nothing, or an old one."""
        self.repair.setVisible(moved)
        if moved:
            said = self._words.tr("When you log in, another copy of DDNS Tray is started: this one was moved.")
            self.moved.say(Shape.WARNING, said)
        else:
            self.moved.clear()

    def _autostart_changed(self, enabled: bool) -> None:  # noqa: FBT001 - a slot
        if not self._filling:
            self._work.set_autostart(enabled=enabled, after=self._show_autostart)
