"""Accounts and names, added, changed and removed through the forms, with fakes behind them."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from shiboken6 import isValid

from ddns_tray.core.errors import AuthenticationFailed, ConfigError, KeyringLocked, StorageError
from ddns_tray.core.model import AccountReport, AddressView, ProviderStatus, RecordType
from ddns_tray.core.ports import Secret
from ddns_tray.core.settings import AccountSettings, LineSettings, RecordSettings, Settings
from ddns_tray.core.text import text
from ddns_tray.ui.account_fields import cleaned
from ddns_tray.ui.account_form import AccountForm, ProviderPicker
from ddns_tray.ui.display import readable_name
from ddns_tray.ui.question_form import QuestionForm
from ddns_tray.ui.record_form import RecordForm
from ddns_tray.ui.settings_fields import Topic
from ddns_tray.ui.window import MainWindow, Page
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.bad_input import PASTED, REFUSED, TOKENS
from tests.support.snapshots import ALIYUN, CLOUDFLARE, ENDED, NOW, POWERDNS, FakeAutostart, FakeDesk, FakeSecrets

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from tests.support.snapshots import FakeEngine, FakeSettingsFile, Tasks

    Behind = tuple[Services, FakeEngine, FakeSettingsFile]


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, behind: Behind) -> MainWindow:
    made = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(made)
    made.attach(behind[0])
    made.show_snapshot(snapshots.green())
    made.show()
    made.show_page(Page.SETTINGS)
    return made


@pytest.fixture
def file(behind: Behind) -> FakeSettingsFile:
    return behind[2]


@pytest.fixture
def secrets(behind: Behind) -> FakeSecrets:
    found = behind[0].secrets
    assert isinstance(found, FakeSecrets)
    return found


@pytest.fixture
def desk(behind: Behind) -> FakeDesk:
    found = behind[0].desk
    assert isinstance(found, FakeDesk)
    return found


def account_form(window: MainWindow) -> AccountForm:
    return next(form for form in window.findChildren(AccountForm) if form.isVisible())


def record_form(window: MainWindow) -> RecordForm:
    return next(form for form in window.findChildren(RecordForm) if form.isVisible())


def press(window: MainWindow, said: str) -> None:
    next(b for b in window.settings.findChildren(QPushButton) if b.isVisible() and b.text() == said).click()


def choose(form: AccountForm, search: str) -> None:
    form.picker.search.setText(search)


# --- accounts -------------------------------------------------------------------------------------------------------


async def test_an_account_that_could_not_be_tried_is_not_said_to_work(
    window: MainWindow, desk: FakeDesk, tasks: Tasks
) -> None:
    desk.report = AccountReport((), (text("Only writing shows."),), tried=False)
    window.settings.tabs.setCurrentIndex(1)
    press(window, "Add an account…")
    form = account_form(window)
    choose(form, "cloudfl")
    form.field("api_token").setText("typed-token")
    form.test.click()
    await tasks.drain()
    assert form.result_text() == "It could not be tried.\nOnly writing shows."


async def test_an_account_is_tested_and_kept_with_its_secret_in_the_keyring(
    window: MainWindow, file: FakeSettingsFile, secrets: FakeSecrets, desk: FakeDesk, tasks: Tasks
) -> None:
    window.settings.tabs.setCurrentIndex(1)
    press(window, "Add an account…")
    form = account_form(window)
    choose(form, "cloudfl")
    assert form.field("id").text() == "cloudflare-2"
    form.field("api_token").setText(' "typed-token"\n')
    form.test.click()
    await tasks.drain()
    assert form.result_text() == "It works. It sees example.org."
    account, typed = desk.tested[0]
    assert (account.id, account.provider, dict(typed)) == (
        "cloudflare-2",
        "cloudflare",
        {"api_token": Secret("typed-token")},
    )
    form.save.click()
    await tasks.drain()
    assert secrets.kept == {("cloudflare-2", "api_token"): Secret("typed-token")}
    assert file.settings.accounts[-1] == AccountSettings("cloudflare-2", "cloudflare", MappingProxyType({}))
    assert "typed-token" not in repr(file.settings)
    assert not form.isVisible()
    assert window.settings.accounts.rowCount() == 3


async def test_a_refused_token_is_explained_and_nothing_is_lost(
    window: MainWindow, desk: FakeDesk, tasks: Tasks
) -> None:
    desk.problem = AuthenticationFailed(text("The token is not accepted."), text("Make a new one."))
    window._work.add_account()
    form = account_form(window)
    choose(form, "cloudflare")
    form.field("api_token").setText("typed-token")
    form.test.click()
    assert not form.test.isEnabled()
    await tasks.drain()
    assert form.result_text() == "The token is not accepted.\nMake a new one."
    assert form.field("api_token").text() == "typed-token"
    assert form.test.isEnabled()


def test_a_form_makes_room_for_the_fields_of_the_service_that_is_chosen(qtbot: QtBot, window: MainWindow) -> None:
    window._work.add_account()
    form = account_form(window)
    before = form.height()
    choose(form, "powerdns")
    after = form.height()
    assert after > before
    qtbot.waitUntil(form.field("api_key").isVisible)
    assert after == form.sizeHint().height()


async def test_what_is_waited_for_while_an_account_is_kept_is_said(window: MainWindow, tasks: Tasks) -> None:
    window._work.edit_account("home")
    form = account_form(window)
    form.field("api_key").setText("typed-token")
    form.save.click()
    assert "the keyring may ask for its password" in form.result_text()
    assert not form.save.isEnabled()
    await tasks.drain()


async def test_a_locked_keyring_keeps_the_settings_as_they_were(
    window: MainWindow, file: FakeSettingsFile, secrets: FakeSecrets, tasks: Tasks
) -> None:
    secrets.problem = KeyringLocked(text("The keyring is locked."), text("Unlock it."))
    before = file.settings
    window._work.add_account()
    form = account_form(window)
    choose(form, "cloudflare")
    form.field("api_token").setText("typed-token")
    form.save.click()
    await tasks.drain()
    assert form.isVisible()
    assert form.result_text() == "The keyring is locked.\nUnlock it."
    assert form.save.isEnabled()
    assert file.settings == before


async def test_settings_that_are_refused_leave_no_secret_behind(
    window: MainWindow, secrets: FakeSecrets, tasks: Tasks
) -> None:
    window._work.add_account()
    form = account_form(window)
    choose(form, "cloudflare")
    form.field("id").setText("home")
    form.field("api_token").setText("typed-token")
    form.save.click()
    await tasks.drain()
    assert form.result_text() == "There is already an account called home."
    assert secrets.kept == {}


async def test_a_keyring_that_goes_away_in_the_middle_leaves_the_form_usable(
    window: MainWindow, file: FakeSettingsFile, secrets: FakeSecrets, tasks: Tasks
) -> None:
    window._work.add_account()
    form = account_form(window)
    choose(form, "cloudflare")
    form.field("api_token").setText("typed-token")

    def refuse(account: AccountSettings, *, replaces: str | None = None) -> None:
        del account, replaces
        secrets.problem = KeyringLocked(text("The keyring is locked."))
        raise ConfigError(text("The settings file is gone."))

    file.put_account = refuse  # type: ignore[method-assign]  # a file that fails at this very moment
    form.save.click()
    await tasks.drain()
    assert form.result_text() == "The settings file is gone."
    assert form.save.isEnabled()


async def test_a_missing_field_is_named_before_anything_is_tried(
    window: MainWindow, desk: FakeDesk, tasks: Tasks
) -> None:
    window._work.add_account()
    form = account_form(window)
    assert not form.save.isEnabled()
    choose(form, "powerdns")
    form.save.click()
    form.test.click()
    await tasks.drain()
    assert form.result_text() == "“API key” is still empty."  # the server has a default, its id is optional
    assert desk.tested == []


async def test_an_account_is_changed_without_showing_its_secret(
    window: MainWindow, file: FakeSettingsFile, secrets: FakeSecrets, tasks: Tasks
) -> None:
    secrets.kept["home", "api_key"] = Secret("old-key")
    window._work.edit_account("home")
    form = account_form(window)
    key = form.field("api_key")
    assert key.text() == ""
    assert key.echoMode() is QLineEdit.EchoMode.Password
    assert form.field("base_url").text() == "http://127.0.0.1:8081"
    form.field("base_url").setText("http://127.0.0.1:9999")
    form.save.click()
    await tasks.drain()
    assert secrets.kept == {("home", "api_key"): Secret("old-key")}
    changed = next(account for account in file.settings.accounts if account.id == "home")
    assert changed.options["base_url"] == "http://127.0.0.1:9999"


async def test_an_account_that_is_still_used_cannot_be_removed(window: MainWindow, tasks: Tasks) -> None:
    window._work.remove_account(snapshots.SETTINGS.accounts[0])
    await tasks.drain()
    assert isinstance(window._failure, ConfigError)


async def test_removing_an_account_removes_its_secret(
    window: MainWindow, file: FakeSettingsFile, secrets: FakeSecrets, tasks: Tasks
) -> None:
    secrets.kept["home", "api_key"] = Secret("old-key")
    window.settings.tabs.setCurrentIndex(1)
    table = window.settings._accounts_table
    table.setCurrentIndex(window.settings.accounts.index(1, 0))
    press(window, "Remove")
    answer(window, "Remove")
    await tasks.drain()
    assert secrets.kept == {}
    assert [account.id for account in file.settings.accounts] == ["cloudflare"]


def test_all_lines_of_a_names_form_are_equally_wide(window: MainWindow) -> None:
    window._work.add_record("cloudflare")
    form = record_form(window)
    form.aaaa.setChecked(True)
    QCoreApplication.processEvents()
    lines = (form.name, form.account, form.ttl, form.comment.control, form.expected, form.ipv6_host.control)
    assert {line.width() for line in lines} == {form.name.width()}


def answer(window: MainWindow, said: str) -> None:
    question = next(form for form in window.findChildren(QuestionForm) if form.isVisible())
    next(button for button in (question.cancel, question.save) if button.text() == said).click()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", [CLOUDFLARE, POWERDNS, ALIYUN]),
        ("阿里", [ALIYUN]),
        ("CLOUD", [CLOUDFLARE, ALIYUN]),
        ("gone", []),
        ("q", []),
    ],
)
def test_services_are_found_by_any_of_their_names(qtbot: QtBot, typed: str, found: list[object]) -> None:
    picker = ProviderPicker(Words("en"), (CLOUDFLARE, POWERDNS, ALIYUN, ENDED))
    qtbot.addWidget(picker)
    picker.search.setText(typed)
    items = [picker.list.item(row) for row in range(picker.list.count())]
    assert [item.data(256) for item in items if not item.isHidden()] == found


def test_a_service_that_has_ended_says_so_and_what_to_do(qtbot: QtBot) -> None:
    picker = ProviderPicker(Words("en"), (CLOUDFLARE, replace(ENDED, note=text("Choose another one."))))
    qtbot.addWidget(picker)
    picker.search.setText("gone")
    assert picker.ended.text() == "Gone DNS has ended.\nChoose another one."
    assert not picker.ended.isHidden()
    picker.search.setText("cloud")
    assert picker.ended.isHidden()


def test_a_service_that_is_not_installed_says_how_to_get_it_and_cannot_be_chosen(qtbot: QtBot) -> None:
    note = text("Install it with: {command}", command="pip install x")
    away = replace(POWERDNS, status=ProviderStatus.MISSING, note=note)
    picker = ProviderPicker(Words("en"), (CLOUDFLARE, away))
    qtbot.addWidget(picker)
    chosen: list[object] = []
    picker.chosen.connect(chosen.append)
    for row in (0, 1):
        picker.list.setCurrentRow(row)
    assert chosen == [CLOUDFLARE, None]
    assert picker.missing.text() == "Install it with: pip install x"
    assert not picker.missing.isHidden()
    picker.list.setCurrentRow(0)
    assert picker.missing.isHidden()


def test_what_comes_along_with_copying_is_taken_off() -> None:
    assert cleaned(' \t"abc def"\r\n') == "abc def"
    assert cleaned("“abc”") == "abc"


# --- names ----------------------------------------------------------------------------------------------------------


async def test_a_name_is_kept(window: MainWindow, file: FakeSettingsFile, tasks: Tasks) -> None:
    window._work.add_record()
    form = record_form(window)
    form.name.setText(" https://Neu.Example.org:8443/path ")
    form.aaaa.setChecked(True)
    form.ttl.setValue(120)
    form.save.click()
    await tasks.drain()
    assert file.settings.records[-1] == RecordSettings(
        "neu.example.org", (RecordType.A, RecordType.AAAA), "cloudflare", ttl=120
    )
    assert window.settings.names.rowCount() == 4


async def test_a_name_is_only_watched(window: MainWindow, file: FakeSettingsFile, tasks: Tasks) -> None:
    window._work.begin_watching()
    form = record_form(window)
    form.name.setText("例子.测试")
    form.expected.setText("192.0.2.1, 192.0.2.2")
    form.allow_private.setChecked(True)
    form.save.click()
    await tasks.drain()
    assert file.settings.records[-1] == RecordSettings(
        "xn--fsqu00a.xn--0zwm56d",
        (RecordType.A,),
        allow_private=True,
        expected=("192.0.2.1", "192.0.2.2"),
    )


async def test_whose_address_a_name_has_behind_a_vpn_is_chosen(
    window: MainWindow, file: FakeSettingsFile, tasks: Tasks
) -> None:
    window._work.add_record()
    form = record_form(window)
    form.name.setText("neu.example.org")
    assert form.view.currentData() == AddressView.AUTO
    form.view.setCurrentIndex(form.view.findData(AddressView.HOME))
    form.save.click()
    await tasks.drain()
    assert file.settings.records[-1].view is AddressView.HOME


async def test_a_name_is_given_its_lines_in_order(window: MainWindow, file: FakeSettingsFile, tasks: Tasks) -> None:
    lines = (LineSettings("fibre", "eth0"), LineSettings("lte", "wwan0"))
    file.settings = Settings(accounts=file.settings.accounts, lines=lines)
    window._work.add_record()
    form = record_form(window)
    form.name.setText("neu.example.org")
    form.view.setCurrentIndex(form.view.findData(AddressView.HOME))
    assert form.line.isVisible()
    form.line.put_back(("lte", "fibre"))
    form.line.changed.emit()
    assert not form.view.isVisible()
    form.save.click()
    await tasks.drain()
    assert file.settings.records[-1].line == ("lte", "fibre")
    assert file.settings.records[-1].view is AddressView.AUTO


def test_without_lines_nobody_is_asked_for_them(window: MainWindow) -> None:
    window._work.add_record()
    assert not record_form(window).line.isVisible()


async def test_a_name_that_follows_lines_is_not_asked_about_a_vpn(
    window: MainWindow, file: FakeSettingsFile, tasks: Tasks
) -> None:
    kept = RecordSettings("cam.example.org", (RecordType.A,), "cloudflare", line=("fibre", "lte"))
    lines = (LineSettings("lte", "wwan0"), LineSettings("fibre", "eth0"))
    file.settings = Settings(accounts=file.settings.accounts, lines=lines, records=(kept,))
    window._work.edit_record_of(snapshots.extra().key)
    form = record_form(window)
    assert not form.view.isVisible()
    form.save.click()
    await tasks.drain()
    assert file.settings.records[-1].line == ("fibre", "lte")


async def test_a_name_that_is_there_already_is_refused(window: MainWindow, tasks: Tasks) -> None:
    window._work.add_record()
    form = record_form(window)
    form.name.setText("home.example.org")
    form.save.click()
    await tasks.drain()
    assert form.result_text() == "home.example.org is already there."
    assert form.save.isEnabled()


def test_no_type_at_all_is_refused(window: MainWindow) -> None:
    window._work.add_record()
    form = record_form(window)
    form.name.setText("neu.example.org")
    form.a.setChecked(False)
    form.save.click()
    assert form.result_text() == "Choose IPv4, IPv6, or both."


async def test_changing_a_name_keeps_what_the_form_does_not_show(
    window: MainWindow, file: FakeSettingsFile, tasks: Tasks
) -> None:
    kept = RecordSettings("cam.example.org", (RecordType.A,), "cloudflare", proxied=True, comment="ours")
    file.settings = Settings(accounts=file.settings.accounts, records=(kept,))
    window._work.edit_record_of(snapshots.extra().key)
    form = record_form(window)
    assert form.proxied.isVisible()
    form.ttl.setValue(60)
    form.save.click()
    await tasks.drain()
    changed = file.settings.records[0]
    assert (changed.ttl, changed.proxied, changed.comment) == (60, True, "ours")


def test_only_what_a_service_can_do_is_offered(window: MainWindow) -> None:
    window._work.add_record("home")
    form = record_form(window)
    assert form.ttl.isVisible()
    assert not form.proxied.isVisible()
    form.account.setCurrentIndex(0)
    assert not form.ttl.isVisible()


async def test_a_name_is_removed_after_a_question(window: MainWindow, file: FakeSettingsFile, tasks: Tasks) -> None:
    window.settings._names_table.setCurrentIndex(window.settings.names.index(2, 0))
    press(window, "Remove")
    answer(window, "Remove")
    await tasks.drain()
    assert [record.name for record in file.settings.records] == ["home.example.org", "nas.example.org"]


def test_keeping_a_name_where_there_is_an_account_asks_for_the_name_alone(window: MainWindow) -> None:
    window._work.begin_keeping()
    assert record_form(window).account.currentData() == "cloudflare"
    assert window.wizard is None


async def test_pasted_names_are_understood_and_that_is_said(
    window: MainWindow, file: FakeSettingsFile, tasks: Tasks
) -> None:
    for pasted, name in PASTED:
        file.settings = Settings(accounts=file.settings.accounts)
        window._work.add_record()
        form = record_form(window)
        form.name.setText(pasted)
        form.name.textEdited.emit(pasted)
        if pasted == readable_name(name):
            assert form.understood.text() == ""
        else:
            assert readable_name(name) in form.understood.text()
        form.save.click()
        await tasks.drain()
        assert (pasted, file.settings.records[-1].name) == (pasted, name)


def test_names_that_cannot_be_are_explained_and_stay(window: MainWindow) -> None:
    window._work.add_record()
    form = record_form(window)
    for pasted, said in REFUSED:
        form.clear_result()
        form.name.setText(pasted)
        form.name.editingFinished.emit()
        if pasted.strip():
            assert said in form.understood.text()
        form.save.click()
        assert said in form.result_text()
        assert form.name.text() == pasted


def test_an_expected_address_that_is_none_is_named_at_once(window: MainWindow) -> None:
    window._work.begin_watching()
    form = record_form(window)
    form.expected.setText("192.0.2.1, nonsense")
    form.expected.editingFinished.emit()
    assert form.understood.text() == ""
    assert "nonsense is not an IP address." in form.unexpected.text()
    form.expected.setText("192.0.2.1\uff0c2001:db8::1")
    form.expected.editingFinished.emit()
    assert form.unexpected.text() == ""


async def test_a_form_that_is_left_in_the_middle_of_a_mistake_says_nothing_more(
    window: MainWindow, qtbot: QtBot
) -> None:
    window._work.edit_account("home")
    form = account_form(window)
    server = form.field("base_url")
    server.setFocus()
    server.setText("http://")
    form.reject()
    qtbot.waitUntil(lambda: not isValid(form))


def test_a_server_that_cannot_be_one_is_named_at_once(window: MainWindow) -> None:
    window._work.edit_account("home")
    form = account_form(window)
    form.field("base_url").setText("http://user:password@127.0.0.1:8081")
    form.field("base_url").editingFinished.emit()
    assert "There are credentials in the address" in form.result_text()


def test_a_name_that_is_not_yet_complete_is_not_complained_about(window: MainWindow) -> None:
    window._work.add_record()
    form = record_form(window)
    QTest.keyClicks(form.name, "home..")
    assert form.understood.text() == ""


@pytest.mark.parametrize("pasted", TOKENS)
async def test_what_comes_along_with_a_token_is_left_out_and_that_is_said(
    window: MainWindow, secrets: FakeSecrets, tasks: Tasks, pasted: str
) -> None:
    window._work.edit_account("home")
    form = account_form(window)
    key = form.field("api_key")
    key.setText(pasted)
    key.editingFinished.emit()
    assert "“API key” were left out" in form.result_text()
    form.save.click()
    await tasks.drain()
    assert secrets.kept == {("home", "api_key"): Secret("typed-token")}


# --- general --------------------------------------------------------------------------------------------------------


async def test_general_settings_are_written_at_once(window: MainWindow, file: FakeSettingsFile, tasks: Tasks) -> None:
    fields = window.settings.topics[Topic.GENERAL].fields
    for key, value in (("language", "zh_CN"), ("theme", "dark")):
        choice = fields["general", key].control
        assert isinstance(choice, QComboBox)
        choice.setCurrentIndex(choice.findData(value))
        await tasks.drain()
    assert file.values == [("general", "language", "zh_CN"), ("general", "theme", "dark")]


async def test_starting_with_the_session_is_read_back(window: MainWindow, behind: Behind, tasks: Tasks) -> None:
    autostart = behind[0].autostart
    assert isinstance(autostart, FakeAutostart)
    box = window.settings.autostart
    box.setChecked(True)
    await tasks.drain()
    assert autostart.enabled
    autostart.problem = StorageError(text("The system did not keep it."))
    box.setChecked(False)
    await tasks.drain()
    assert box.isChecked()
    assert isinstance(window._failure, StorageError)
