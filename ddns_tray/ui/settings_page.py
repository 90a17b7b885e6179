"""The page of settings: accounts, names, and the program itself. What is shown is what is on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ddns_tray.core.errors import DdnsTrayError
from ddns_tray.ui.controls import heading, muted, paragraph, set_up_table
from ddns_tray.ui.forms import add_field, field_form
from ddns_tray.ui.settings_fields import ADDRESS_SECTIONS, VERIFY_SECTIONS, SettingsSections
from ddns_tray.ui.settings_models import AccountsModel, NamesModel
from ddns_tray.ui.wizard_parts import ResultLine
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ddns_tray.core.settings import Settings
    from ddns_tray.ui.desk_work import DeskWork
    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words


class SettingsPage(QWidget):
    """A tab for each kind of thing. `general_changed` carries `GeneralSettings` to apply at once."""

    general_changed = Signal(object)

    def __init__(self, words: Words, theme: Theme, work: DeskWork, services: Services | None) -> None:
        super().__init__()
        self._words = words
        self._theme = theme
        self._work = work
        self._services = services
        self._filling = False
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.accounts = AccountsModel(words, self)
        self.names = NamesModel(words, self)
        self._accounts_table = QTableView()
        self._names_table = QTableView()
        set_up_table(self._accounts_table, self.accounts, stretch=1, name=words.tr("Accounts"))
        set_up_table(self._names_table, self.names, stretch=0, name=words.tr("Names"))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 20)
        column.setSpacing(12)
        column.addWidget(heading(words.tr("Settings")))
        if services is not None and services.is_demo:
            said = words.tr("The demo has settings of its own, which end with it.")
            column.addWidget(muted(paragraph(said), theme.tokens))
        column.addWidget(self.tabs, 1)
        self._build_general()
        self.tabs.addTab(self._names_tab(), words.tr("Names"))
        self.tabs.addTab(self._accounts_tab(), words.tr("Accounts"))
        self.address = self._sections(ADDRESS_SECTIONS)
        self.verify = self._sections(VERIFY_SECTIONS)
        self.tabs.addTab(self.address, words.tr("Address sources"))
        self.tabs.addTab(self.verify, words.tr("Resolvers"))
        self.tabs.addTab(self._general_tab(), words.tr("General"))
        self.setEnabled(services is not None)
        if services is not None:
            self.refresh()

    def refresh(self) -> None:
        """Show what is on disk now."""
        settings = self._work.settings()
        specs = {spec.id: spec for spec in self._services.desk.providers()} if self._services is not None else {}
        self.accounts.show_settings(settings, specs)
        self.names.show_settings(settings)
        self.address.show_settings(settings)
        self.verify.show_settings(settings)
        self._show_general(settings)

    # --- names and accounts ---

    def _names_tab(self) -> QWidget:
        words, work = self._words, self._work
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
        self._accounts_table.doubleClicked.connect(lambda index: work.edit_account(self.accounts.at(index.row()).id))
        return self._list_tab(
            self._accounts_table,
            words.tr("Tokens and passwords are kept in this computer's keyring, nowhere else."),
            (words.tr("Add an account…"), lambda _: work.add_account(), False),
            (words.tr("Edit…"), lambda row: work.edit_account(self.accounts.at(row).id), True),
            (words.tr("Remove"), self._ask_remove_account, True),
        )

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
        record = self.names.at(row)
        words = self._words
        self._ask(
            words.tr("Stop keeping {name}?", name=record.name),
            words.tr("What stands at your provider stays as it is."),
            lambda: self._work.remove_record(record),
        )

    def _ask_remove_account(self, row: int) -> None:
        account = self.accounts.at(row)
        words = self._words
        self._ask(
            words.tr("Remove the account {id}?", id=account.id),
            words.tr("Its token or password is removed from the keyring too."),
            lambda: self._work.remove_account(account),
        )

    def _ask(self, question: str, more: str, yes: Callable[[], None]) -> None:
        box = QMessageBox(QMessageBox.Icon.Question, self._words.tr("DDNS Tray"), question, parent=self)
        box.setInformativeText(more)
        remove = box.addButton(self._words.tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(self._words.tr("Cancel"), QMessageBox.ButtonRole.RejectRole))
        remove.clicked.connect(yes)
        box.finished.connect(box.deleteLater)
        box.open()

    # --- sections of the file ---

    def _sections(self, sections: Sequence[str]) -> SettingsSections:
        page = SettingsSections(self._words, self._theme, sections)
        page.setEnabled(self._services is not None and not self._services.is_demo)
        page.save_wanted.connect(lambda changes: self._work.set_values(changes, page.show_problem))
        return page

    # --- general ---

    def _build_general(self) -> None:
        words = self._words
        self.language = QComboBox()
        for value, said in (("auto", words.tr("As the system")), ("en", "English"), ("zh_CN", "简体中文")):
            self.language.addItem(said, value)
        self.theme = QComboBox()
        for value, said in (
            ("auto", words.tr("As the system")),
            ("light", words.tr("Light")),
            ("dark", words.tr("Dark")),
        ):
            self.theme.addItem(said, value)
        self.autostart = QCheckBox(words.tr("Start when I log in"))
        self.moved = ResultLine(self._theme)
        self.repair = QPushButton(words.tr("Start this one"))
        self.repair.setVisible(False)
        self.repair.clicked.connect(lambda: self._autostart_changed(True))
        self.notifications = QCheckBox(words.tr("Show notifications"))
        self.language.currentIndexChanged.connect(lambda: self._changed("language", self.language.currentData()))
        self.theme.currentIndexChanged.connect(lambda: self._changed("theme", self.theme.currentData()))
        self.notifications.toggled.connect(lambda on: self._changed("notifications", on))
        self.autostart.toggled.connect(self._autostart_changed)

    def _general_tab(self) -> QWidget:
        words, theme = self._words, self._theme
        tab = QWidget()
        column = QVBoxLayout(tab)
        column.setContentsMargins(0, 14, 0, 0)
        form = field_form()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        add_field(form, words.tr("Language"), self.language, "", theme)
        add_field(form, words.tr("Appearance"), self.theme, "", theme)
        form.addRow(self.autostart)
        moved = QHBoxLayout()
        moved.addWidget(self.moved, 1)
        moved.addWidget(self.repair)
        form.addRow(moved)
        form.addRow(self.notifications)
        said = words.tr("When your address changes, when a name leads elsewhere, and when it is right again.")
        form.addRow(muted(paragraph(said), theme.tokens))
        column.addLayout(form)
        column.addStretch(1)
        if self._services is not None:
            path = self._services.settings_file.path
            row = QHBoxLayout()
            row.addWidget(muted(paragraph(words.tr("Settings file: {path}", path=str(path))), theme.tokens), 1)
            folder = QPushButton(words.tr("Open folder"))
            folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))))
            row.addWidget(folder)
            column.addLayout(row)
        return tab

    def _show_general(self, settings: Settings) -> None:
        self._filling = True
        general = settings.general
        self.language.setCurrentIndex(max(0, self.language.findData(general.language)))
        self.theme.setCurrentIndex(max(0, self.theme.findData(general.theme)))
        self.notifications.setChecked(general.notifications)
        self._show_autostart()
        self._filling = False

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
            said = self._words.tr("At log-in your system starts another copy of DDNS Tray: this one was moved.")
            self.moved.say(Shape.WARNING, said)
        else:
            self.moved.clear()

    def _changed(self, key: str, value: str | bool) -> None:  # noqa: FBT001 - a value like others
        if not self._filling:
            self._work.set_general(key, value)

    def _autostart_changed(self, enabled: bool) -> None:  # noqa: FBT001 - a slot
        if not self._filling:
            self._work.set_autostart(enabled=enabled, after=self._show_autostart)
