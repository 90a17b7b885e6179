"""Settings taken back, taken along and taken in, on a real file: changes are shown first, secrets asked for after."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QFileInfo
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QPushButton, QWidget
from shiboken6 import isValid

from ddns_tray.core.errors import ConfigError, KeyringLocked, StorageError, UsageError
from ddns_tray.core.model import RecordType
from ddns_tray.core.ports import Secret
from ddns_tray.core.settings import (
    DEFAULT_RESOLVERS,
    AccountSettings,
    AddressSettings,
    GeneralSettings,
    LineSettings,
    RecordSettings,
    Settings,
    VerifySettings,
)
from ddns_tray.core.settings_exchange import differences
from ddns_tray.core.text import text
from ddns_tray.store.config import ConfigFile
from ddns_tray.ui.file_dialog import file_dialog
from ddns_tray.ui.settings_forms import ChangesForm, SecretsForm
from ddns_tray.ui.settings_words import difference_in_words
from ddns_tray.ui.window import MainWindow, Page
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.links import make_link
from tests.support.snapshots import CLOUDFLARE, NOW, POWERDNS, FakeSecrets, Tasks

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.services import Services
    from ddns_tray.ui.settings_travel import SettingsTravel
    from ddns_tray.ui.theme import Theme

CANARY = "canary-4711-secret"
HOME = AccountSettings("home", "powerdns", {"base_url": "http://127.0.0.1:8081"})
COMING = f"""schema = 1
# {CANARY}
[[account]]
id = "home"
provider = "powerdns"
base_url = "http://127.0.0.1:9999"
[[account]]
id = "cloud"
provider = "cloudflare"
[[record]]
name = "例子.example.org"
account = "cloud"
[verify]
interval = "5m"
"""


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    made = ConfigFile(tmp_path / "config.toml", providers={spec.id: spec for spec in (CLOUDFLARE, POWERDNS)})
    made.put_account(HOME)
    return made


@pytest.fixture
def services(tmp_path: Path, tasks: Tasks, file: ConfigFile) -> Services:
    return replace(snapshots.services(tmp_path, tasks)[0], settings_file=file)


@pytest.fixture
def secrets(services: Services) -> FakeSecrets:
    assert isinstance(services.secrets, FakeSecrets)
    services.secrets.kept["home", "api_key"] = Secret(CANARY)
    return services.secrets


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, services: Services) -> MainWindow:
    made = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(made)
    made.attach(services)
    made.show_snapshot(snapshots.green())
    with qtbot.waitExposed(made):
        made.show()
    made.show_page(Page.SETTINGS)
    return made


def travel(window: MainWindow) -> SettingsTravel:
    found = window._work.travel
    assert found is not None
    return found


def press(window: MainWindow, said: str) -> None:
    next(each for each in window.settings.findChildren(QPushButton) if each.text() == said).click()


def changes_form(window: MainWindow) -> ChangesForm:
    return next(form for form in window.findChildren(ChangesForm) if form.isVisible())


def secrets_forms(window: MainWindow) -> list[SecretsForm]:
    return [form for form in window.findChildren(SecretsForm) if form.isVisible()]


async def test_the_last_change_is_shown_and_taken_back_with_its_secret(
    window: MainWindow, file: ConfigFile, secrets: FakeSecrets, tasks: Tasks
) -> None:
    file.put_account(AccountSettings("cloud", "cloudflare"))
    secrets.kept["cloud", "api_token"] = Secret(CANARY)
    press(window, "Undo…")
    await tasks.drain()
    form = changes_form(window)
    assert form.changes.text() == "Account removed: cloud"
    assert form.warnings.text() == ""
    form.save.click()
    await tasks.drain()
    assert file.read().accounts == (HOME,)
    assert set(secrets.kept) == {("home", "api_key")}
    assert window.settings.accounts.rowCount() == 1


async def test_an_account_that_comes_back_asks_for_its_secret(
    window: MainWindow, file: ConfigFile, secrets: FakeSecrets, tasks: Tasks
) -> None:
    window._work.remove_account(HOME)
    await tasks.drain()
    assert secrets.kept == {}
    press(window, "Undo…")
    await tasks.drain()
    changes_form(window).save.click()
    await tasks.drain()
    assert file.read().accounts == (HOME,)
    (form,) = secrets_forms(window)
    field = form.fields["home", "api_key"]
    assert field.echoMode() is field.EchoMode.Password
    field.setText(f' "{CANARY}" ')
    form.save.click()
    await tasks.drain()
    assert secrets.kept == {("home", "api_key"): Secret(CANARY)}


async def test_nothing_to_undo_is_said(window: MainWindow, file: ConfigFile, tasks: Tasks) -> None:
    file.path.write_text(f"{file.path.read_text()}# by hand\n")
    press(window, "Undo…")
    await tasks.drain()
    assert isinstance(window._failure, StorageError)


async def test_what_is_exported_has_no_secret_and_can_be_imported(
    window: MainWindow, file: ConfigFile, secrets: FakeSecrets, tasks: Tasks, tmp_path: Path
) -> None:
    assert secrets.kept
    file.put_record(RecordSettings("home.example.org", (RecordType.A,), "home"))
    press(window, "Export…")
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    target = tmp_path / "there.toml"
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    await tasks.drain()
    written = target.read_text(encoding="utf-8")
    assert CANARY not in written
    assert "not in this file" in written.splitlines()[1]
    assert file.read_other(target) == file.read()


async def test_an_import_shows_what_it_would_change_and_then_asks_for_secrets(
    window: MainWindow, file: ConfigFile, secrets: FakeSecrets, tasks: Tasks, tmp_path: Path
) -> None:
    source = tmp_path / "from-there.toml"
    source.write_text(COMING, encoding="utf-8")
    before = file.read()
    press(window, "Import…")
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(source))
    dialog.reject()
    await tasks.drain()
    form = changes_form(window)
    assert form.changes.text().splitlines() == [
        "Account changed: home (base_url: http://127.0.0.1:8081 → http://127.0.0.1:9999)",
        "New account: cloud",
        "New name: 例子.example.org (A)",
        "Ask the DNS every: 1m → 5m",
    ]
    assert "The secrets of home will be sent to http://127.0.0.1:9999." in form.warnings.text()
    assert file.read() == before
    form.save.click()
    await tasks.drain()
    assert file.read().verify == VerifySettings(interval=300.0)
    (asked,) = secrets_forms(window)
    assert list(asked.fields) == [("cloud", "api_token")], "what the keyring has is not asked for"
    secrets.problem = KeyringLocked(text("The keyring is locked."), text("Unlock it."))
    asked.fields["cloud", "api_token"].setText(CANARY)
    asked.save.click()
    await tasks.drain()
    assert asked.result_text() == "The keyring is locked.\nUnlock it."
    assert asked.isVisible()


async def test_while_a_file_is_read_that_is_shown_and_it_can_be_left(
    window: MainWindow, file: ConfigFile, tasks: Tasks, tmp_path: Path, qtbot: QtBot
) -> None:
    coming = tmp_path / "coming.toml"
    coming.write_bytes(COMING.encode())
    before = file.path.read_text()
    tasks(travel(window).import_from(coming), "import")
    await asyncio.sleep(0)
    form = changes_form(window)
    assert form.waiting.isVisible()
    assert form.changes.text() == "Reading the settings…"
    assert not form.save.isEnabled()
    form.cancel.click()
    await tasks.drain()
    qtbot.waitUntil(lambda: not isValid(form))
    assert window._failure is None
    assert file.path.read_text() == before


async def test_thousands_of_names_are_shown_as_a_number(window: MainWindow, tasks: Tasks, tmp_path: Path) -> None:
    source = tmp_path / "from-there.toml"
    names = (f'[[record]]\nname = "host{number}.example.org"\n' for number in range(3_000))
    source.write_text(f"schema = 1\n{''.join(names)}", encoding="utf-8")
    travel(window)._spawn(travel(window).import_from(source), "import")
    await tasks.drain()
    lines = changes_form(window).changes.text().splitlines()
    assert len(lines) == 61
    assert lines[-1] == "and 2940 more"


async def test_a_file_that_is_none_of_ours_is_told_with_its_line(
    window: MainWindow, tasks: Tasks, tmp_path: Path
) -> None:
    source = tmp_path / "from-there.toml"
    source.write_text("schema = 1\n[general]\ntheme = 'pink'\n", encoding="utf-8")
    travel(window)._spawn(travel(window).import_from(source), "import")
    await tasks.drain()
    assert isinstance(window._failure, ConfigError)
    assert window._failure.line == 3


async def test_a_place_that_cannot_be_written_is_said(window: MainWindow, tasks: Tasks, tmp_path: Path) -> None:
    travel(window)._spawn(travel(window).export_to(tmp_path / "nowhere" / "x.toml"), "export")
    await tasks.drain()
    assert isinstance(window._failure, StorageError)


async def test_the_settings_in_force_are_not_written_over(
    window: MainWindow, file: ConfigFile, tasks: Tasks, tmp_path: Path
) -> None:
    before = file.path.read_bytes()
    same = tmp_path / "same.toml"
    make_link(same, file.path)
    for place in (file.path, same):
        travel(window)._spawn(travel(window).export_to(place), "export")
        await tasks.drain()
        assert isinstance(window._failure, UsageError)
    assert file.path.read_bytes() == before


def test_every_difference_that_there_can_be_has_words() -> None:
    full = Settings(
        general=GeneralSettings(notifications=False),
        ipv6=AddressSettings(quorum=1),
        lines=(LineSettings("fibre", interface="eth0"),),
        accounts=(HOME,),
        records=(RecordSettings("home.example.org", (RecordType.A,), "home"),),
        verify=VerifySettings(resolvers=()),
    )
    changed = Settings(
        lines=(LineSettings("fibre", interface="eth1"),),
        accounts=(replace(HOME, options={}),),
        records=(RecordSettings("home.example.org", (RecordType.A,), ttl=60),),
    )
    words = Words("en")

    def told(before: Settings, after: Settings) -> set[str]:
        return {difference_in_words(words, each) for each in differences(before, after)}

    assert {
        "New line: fibre",
        "New account: home",
        "New name: home.example.org (A)",
        "Desktop notifications: on → off",
        "Quorum for IPv6: the same as for both → 1",
    } <= told(Settings(), full)
    assert {"Line removed: fibre", "Account removed: home", "Name removed: home.example.org (A)"} <= told(
        full, Settings()
    )
    assert {
        "Line changed: fibre (interface: eth0 → eth1)",
        "Account changed: home (base_url: http://127.0.0.1:8081 → nothing)",
        "Name changed: home.example.org (A) (account: home → nothing and ttl: nothing → 60)",
    } <= told(full, changed)
    usual = f"{', '.join(DEFAULT_RESOLVERS[:-1])} and {DEFAULT_RESOLVERS[-1]}"
    assert f"Resolvers: nothing → {usual}" in told(full, changed)


@pytest.mark.parametrize("said", ["导入…", "导出…"])
def test_files_are_chosen_from_home_on_in_the_language_of_the_person(window: MainWindow, said: str) -> None:
    window.set_words(Words("zh_CN"))
    press(window, said)
    (dialog,) = window.findChildren(QFileDialog)
    labels = [dialog.labelText(label) for label in (QFileDialog.DialogLabel.LookIn, QFileDialog.DialogLabel.FileType)]
    assert labels == [Words("zh_CN").tr("Folder:"), Words("zh_CN").tr("Kind of file:")]
    assert Path(dialog.directory().path()) == Path.home()
    gc.collect()
    assert dialog.iconProvider().type(QFileInfo(str(Path.home()))) == Words("zh_CN").tr("Folder")
    dialog.reject()


def test_buttons_of_qts_own_dialog_are_plain_for_reading_as_for_writing(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setStyleSheet("QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 1; }")  # as most desktops say
    for mode in (QFileDialog.AcceptMode.AcceptOpen, QFileDialog.AcceptMode.AcceptSave):
        dialog = file_dialog(Words("en"), theme, window, "Settings")
        if mode is QFileDialog.AcceptMode.AcceptSave:  # the other one is Qt's own
            dialog.setAcceptMode(mode)
        box = dialog.findChild(QDialogButtonBox)
        assert box is not None
        assert [button.icon().isNull() for button in box.buttons()] == [True, True]
