"""The first run: from "who hosts your DNS?" to names that are kept, back and forth, and all that can go wrong."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPushButton, QTableView, QWidget
from shiboken6 import isValid

from ddns_tray.core.errors import AuthenticationFailed, KeyringLocked, NoKeyring, ProviderUnavailable
from ddns_tray.core.model import AccountReport, RecordKey, RecordType
from ddns_tray.core.ports import Secret
from ddns_tray.core.settings import AccountSettings, RecordSettings, Settings
from ddns_tray.core.text import text
from ddns_tray.ui.record_form import RecordForm
from ddns_tray.ui.window import MainWindow, Page
from ddns_tray.ui.wizard_work import SetUp, Step
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.bad_input import PASTED, REFUSED, TOKENS
from tests.support.snapshots import ALIYUN, CLOUDFLARE, NOW, FakeDesk, FakeSecrets, FakeSettingsFile, Tasks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from PySide6.QtCore import QPoint
    from pytestqt.qtbot import QtBot

    from ddns_tray.core.model import ExistingSet
    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from ddns_tray.ui.wizard import Wizard

HOME = RecordKey("home.example.org", RecordType.A)
DOWN = ProviderUnavailable(text("{service} does not answer.", service="Cloudflare"), text("Try again later."))


@pytest.fixture
def services(tmp_path: Path, tasks: Tasks) -> Services:
    return snapshots.services(tmp_path, tasks, Settings())[0]


@pytest.fixture
def file(services: Services) -> FakeSettingsFile:
    assert isinstance(services.settings_file, FakeSettingsFile)
    return services.settings_file


@pytest.fixture
def secrets(services: Services) -> FakeSecrets:
    assert isinstance(services.secrets, FakeSecrets)
    return services.secrets


@pytest.fixture
def desk(services: Services) -> FakeDesk:
    assert isinstance(services.desk, FakeDesk)
    return services.desk


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, services: Services) -> MainWindow:
    made = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(made)
    made.attach(services)
    made.show_snapshot(snapshots.empty())
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def wizard(window: MainWindow) -> Wizard:
    window.welcome.keep.click()
    return shown(window)


def shown(window: MainWindow) -> Wizard:
    assert window.wizard is not None
    assert window.wizard.isVisible()
    return window.wizard


def said(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def fill(wizard: Wizard, typed: str = "typed-token") -> None:
    wizard.service.picker.search.setText("cloudfl")
    wizard.next.click()
    field = wizard.fields.field("api_token")
    assert isinstance(field, QLineEdit)
    field.setText(typed)


async def reach_names(wizard: Wizard, tasks: Tasks) -> None:
    fill(wizard)
    wizard.next.click()
    await tasks.drain()
    wizard.next.click()
    await tasks.drain()
    assert step(wizard) is Step.NAMES


def step(wizard: Wizard) -> Step:
    return wizard.work.step


def cells(wizard: Wizard) -> list[list[str]]:
    model = wizard.names.model
    return [[model.cell(row, column) for column in range(4)] for row in range(model.rowCount())]


async def test_the_keyboard_alone_keeps_a_first_name(
    window: MainWindow, file: FakeSettingsFile, secrets: FakeSecrets, tasks: Tasks
) -> None:
    QTest.keyClick(window.welcome.keep, Qt.Key.Key_Space)
    wizard = shown(window)
    QTest.keyClicks(wizard.service.picker.search, "cloudfl")
    QTest.keyClick(wizard.service.picker.search, Qt.Key.Key_Return)
    token = wizard.fields.field("api_token")
    QTest.keyClicks(token, "typed-token")
    QTest.keyClick(token, Qt.Key.Key_Return)
    await tasks.drain()
    assert wizard.result.text() == "It works. It sees example.org."
    QTest.keyClick(token, Qt.Key.Key_Return)
    await tasks.drain()
    assert cells(wizard) == [["home.example.org", "A", snapshots.OLD, "left alone"]]
    wizard.names.table.setCurrentIndex(wizard.names.model.index(0, 2))
    QTest.keyClick(wizard.names.table, Qt.Key.Key_Space)
    assert cells(wizard) == [["home.example.org", "A", snapshots.OLD, snapshots.MINE]]
    assert (file.settings, secrets.kept) == (Settings(), {}), "nothing is written before the last step"
    QTest.keyClick(wizard.next, Qt.Key.Key_Space)
    await tasks.drain()
    assert file.settings.accounts == (AccountSettings("cloudflare", "cloudflare"),)
    assert file.settings.records == (RecordSettings("home.example.org", (RecordType.A,), "cloudflare"),)
    assert secrets.kept == {("cloudflare", "api_token"): Secret("typed-token")}


async def test_the_end_shows_how_the_names_stand_and_leads_to_them(
    window: MainWindow, wizard: Wizard, tasks: Tasks, qtbot: QtBot
) -> None:
    await reach_names(wizard, tasks)
    wizard.work.select(HOME, wanted=True)
    wizard.next.click()
    await tasks.drain()
    qtbot.waitUntil(lambda: "Being looked at for the first time…" in said(wizard))
    window.show_snapshot(snapshots.on_its_way())
    qtbot.waitUntil(lambda: Words("en").record_line(snapshots.propagating(), NOW) in said(wizard))
    assert not wizard.back.isVisible()
    wizard.next.click()
    assert window.wizard is None
    assert window.names.isVisible()


def test_services_are_found_by_their_chinese_names_and_arrows_walk_the_list(wizard: Wizard) -> None:
    search = wizard.service.picker.search
    search.setText("阿里")
    assert wizard.work.spec is ALIYUN
    search.setText("")
    QTest.keyClick(search, Qt.Key.Key_Home)
    wizard.service.picker.list.setCurrentRow(0)
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert wizard.work.spec is wizard.work.providers[1]


def test_in_chinese_services_also_have_the_names_that_are_known_there(window: MainWindow) -> None:
    window.set_words(Words("zh_CN"))
    window.welcome.keep.click()
    assert window.wizard is not None
    listed = window.wizard.service.picker.list
    titles = [listed.item(row).text() for row in range(listed.count())]
    assert "Alibaba Cloud · 阿里云" in titles
    assert "Cloudflare" in titles


def test_enter_does_not_go_on_with_a_service_that_the_search_left_out(wizard: Wizard) -> None:
    search = wizard.service.picker.search
    search.setText("cloudfl")
    assert wizard.next.isEnabled()
    search.setText("zzz")
    assert not wizard.next.isEnabled()
    assert not wizard.service.picker.list.isVisible()
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert step(wizard) is Step.SERVICE
    search.setText("cloud")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert step(wizard) is Step.FIELDS


def test_enter_begins_with_what_is_suggested(window: MainWindow) -> None:
    assert window.welcome.keep.hasFocus()
    QTest.keyClick(window.welcome.keep, Qt.Key.Key_Return)
    assert shown(window).work.step is Step.SERVICE


async def test_every_step_goes_back_without_losing_what_was_typed(
    window: MainWindow, wizard: Wizard, tasks: Tasks
) -> None:
    await reach_names(wizard, tasks)
    wizard.work.select(HOME, wanted=True)
    QTest.keyClick(wizard.names.table, Qt.Key.Key_Escape)
    assert step(wizard) is Step.FIELDS
    field = wizard.fields.field("api_token")
    assert isinstance(field, QLineEdit)
    assert field.text() == "typed-token"
    wizard.next.click()
    assert wizard.work.chosen() == (HOME,)
    wizard.back.click()
    wizard.back.click()
    assert step(wizard) is Step.SERVICE
    assert wizard.work.spec is CLOUDFLARE
    wizard.back.click()
    assert window.wizard is None
    assert window.welcome.isVisible()


async def test_a_service_that_is_down_can_be_tried_again_or_left_for_later(
    wizard: Wizard, desk: FakeDesk, file: FakeSettingsFile, tasks: Tasks
) -> None:
    desk.problem = DOWN
    fill(wizard)
    wizard.next.click()
    await tasks.drain()
    assert wizard.result.text() == "Cloudflare does not answer.\nTry again later."
    assert wizard.next.text() == "Try again"
    wizard.other.click()
    assert step(wizard) is Step.NAMES
    wizard.names.name.setText("https://Nas.Example.org/")
    wizard.names.add.click()
    wizard.next.click()
    await tasks.drain()
    assert file.settings.records == (RecordSettings("nas.example.org", (RecordType.A,), "cloudflare"),)


async def test_credentials_that_are_refused_are_no_way_on(wizard: Wizard, desk: FakeDesk, tasks: Tasks) -> None:
    desk.problem = AuthenticationFailed(text("The token is not accepted."))
    fill(wizard)
    wizard.next.click()
    await tasks.drain()
    assert not wizard.other.isVisible()
    QTest.keyClicks(wizard.fields.field("api_token"), "x")
    assert wizard.next.text() == "Test"
    assert wizard.result.text() == ""


async def test_what_was_pasted_along_is_left_out_and_that_is_said(wizard: Wizard, desk: FakeDesk, tasks: Tasks) -> None:
    fill(wizard, ' "typed-token"\n')
    wizard.next.click()
    await tasks.drain()
    assert desk.tested[0][1] == {"api_token": Secret("typed-token")}
    assert "around “API token” were left out" in wizard.result.text()


def test_an_empty_field_is_named(wizard: Wizard, desk: FakeDesk) -> None:
    fill(wizard, "")
    wizard.next.click()
    assert wizard.result.text() == "“API token” is still empty."
    assert desk.tested == []


async def test_an_answer_that_comes_too_late_is_not_taken(wizard: Wizard, tasks: Tasks) -> None:
    fill(wizard)
    wizard.next.click()
    wizard.back.click()
    await tasks.drain()
    assert wizard.work.report is None
    assert step(wizard) is Step.SERVICE


async def test_names_that_come_too_late_are_not_those_of_another_account(
    wizard: Wizard, services: Services, tasks: Tasks
) -> None:
    go_on = asyncio.Event()

    class Slow(FakeDesk):
        async def records(
            self, account: AccountSettings, typed: Mapping[str, Secret], zone: str
        ) -> tuple[ExistingSet, ...]:
            await go_on.wait()
            return await super().records(account, typed, zone)

    work = wizard.work
    work._services = replace(services, desk=Slow())
    work.choose(CLOUDFLARE)
    work.go_on()
    work.test({"api_token": "typed-token"})
    await tasks.drain()
    work.go_on()
    await asyncio.sleep(0)
    work.go_back()
    work.forget_test()
    go_on.set()
    await tasks.drain()
    work.zone = "example.org"
    assert not work.is_listed
    assert work.offers() == ()


@pytest.mark.parametrize("refused", ["keyring", "settings"])
async def test_a_refusal_is_said_and_nothing_is_left_half_written(
    wizard: Wizard, file: FakeSettingsFile, secrets: FakeSecrets, tasks: Tasks, refused: str
) -> None:
    await reach_names(wizard, tasks)
    wizard.work.select(HOME, wanted=True)
    if refused == "keyring":
        secrets.problem = KeyringLocked(text("The keyring is locked."), text("Unlock it, and try again."))
        expected = "The keyring is locked.\nUnlock it, and try again."
    else:
        file.settings = Settings(records=(RecordSettings("home.example.org", (RecordType.A,)),))
        expected = "home.example.org is already there."
    before = file.settings
    wizard.next.click()
    await tasks.drain()
    assert wizard.result.text() == expected
    assert step(wizard) is Step.NAMES
    assert (file.settings, secrets.kept) == (before, {})
    secrets.problem, file.settings = None, Settings()
    wizard.next.click()
    await tasks.drain()
    assert step(wizard) is Step.DONE


async def test_typed_names_must_belong_to_the_account(wizard: Wizard, tasks: Tasks) -> None:
    await reach_names(wizard, tasks)
    wizard.names.name.setText("home.elsewhere.net")
    wizard.names.add.click()
    assert wizard.result.text() == ("home.elsewhere.net is in none of the zones of this account.\nIt sees example.org.")
    wizard.names.name.setText("not a name")
    wizard.names.add.click()
    assert "not a name" in wizard.result.text()
    wizard.names.a.setChecked(False)
    wizard.names.aaaa.setChecked(True)
    wizard.names.name.setText("家.example.org")
    QTest.keyClick(wizard.names.name, Qt.Key.Key_Return)
    assert cells(wizard)[0] == ["家.example.org", "AAAA", "-", "your address, once it is known"]


async def test_a_list_that_cannot_be_read_can_be_asked_for_again(
    wizard: Wizard, services: Services, tasks: Tasks
) -> None:
    class Failing(FakeDesk):
        broken = True

        async def records(
            self, account: AccountSettings, typed: Mapping[str, Secret], zone: str
        ) -> tuple[ExistingSet, ...]:
            if self.broken:
                raise DOWN
            return await super().records(account, typed, zone)

    desk = Failing()
    wizard.work._services = replace(services, desk=desk)
    await reach_names(wizard, tasks)
    assert wizard.other.text() == "Read the list again"
    desk.broken = False
    wizard.other.click()
    await tasks.drain()
    assert len(cells(wizard)) == 1
    assert not wizard.other.isVisible()


async def test_a_zone_without_addresses_has_words_and_a_line_to_type_in(
    wizard: Wizard, services: Services, tasks: Tasks
) -> None:
    class Empty(FakeDesk):
        async def records(
            self, account: AccountSettings, typed: Mapping[str, Secret], zone: str
        ) -> tuple[ExistingSet, ...]:
            del account, typed, zone
            return ()

    wizard.work._services = replace(services, desk=Empty())
    await reach_names(wizard, tasks)
    assert "No addresses stand in this zone yet." in said(wizard.names)
    assert not wizard.names.table.isVisible()
    wizard.names.name.setText("home.example.org")
    wizard.names.add.click()
    assert wizard.names.table.isVisible()
    assert "No addresses" not in said(wizard.names)


async def test_several_zones_are_chosen_from(wizard: Wizard, tasks: Tasks) -> None:
    fill(wizard)
    wizard.next.click()
    await tasks.drain()
    wizard.work.report = AccountReport(("example.org", "example.net"), ())
    wizard.next.click()
    await tasks.drain()
    wizard.work.select(HOME, wanted=True)
    wizard.work.look_into("example.net")
    await tasks.drain()
    assert wizard.names.zone.isVisible()
    assert [row[0] for row in cells(wizard)] == ["home.example.net"]
    assert wizard.work.chosen() == (HOME,)


async def test_language_and_place_survive_a_change_in_the_middle(
    window: MainWindow, wizard: Wizard, tasks: Tasks, file: FakeSettingsFile, qtbot: QtBot
) -> None:
    await reach_names(wizard, tasks)
    wizard.work.select(HOME, wanted=True)
    window.set_words(Words("zh_CN"))
    qtbot.waitUntil(lambda: window.wizard is not None and window.wizard.isVisible())
    again = shown(window)
    assert again is not wizard
    assert again.work.chosen() == (HOME,)
    again.next.click()
    await tasks.drain()
    assert len(file.settings.records) == 1


async def test_what_was_typed_survives_a_change_in_the_middle(
    window: MainWindow, wizard: Wizard, tasks: Tasks, desk: FakeDesk, qtbot: QtBot
) -> None:
    fill(wizard)
    window.set_words(Words("zh_CN"))
    qtbot.waitUntil(lambda: window.wizard is not None)
    again = window.wizard
    assert again is not None
    field = again.fields.field("api_token")
    assert isinstance(field, QLineEdit)
    assert field.text() == "", "a secret is not shown back"
    again.next.click()
    await tasks.drain()
    assert desk.tested[0][1] == {"api_token": Secret("typed-token")}


def test_who_leaves_while_everything_is_made_anew_is_welcomed_again(
    window: MainWindow, wizard: Wizard, qtbot: QtBot
) -> None:
    window.set_words(Words("zh_CN"))
    wizard.left.emit()
    qtbot.waitUntil(lambda: not isValid(wizard))
    assert window.wizard is None
    assert window.welcome.isVisible()
    assert window.findChildren(SetUp) == []


async def test_the_language_of_the_welcome_is_kept_with_the_first_name(
    window: MainWindow, qtbot: QtBot, file: FakeSettingsFile, tasks: Tasks
) -> None:
    with qtbot.waitSignal(window.general_changed, timeout=1000) as told:
        window.welcome.language.setCurrentIndex(1)
        window.welcome.language.activated.emit(1)
    assert told.args is not None
    assert told.args[0].language == "zh_CN"
    assert file.values == []
    window.welcome.keep.click()
    wizard = shown(window)
    await reach_names(wizard, tasks)
    wizard.work.select(HOME, wanted=True)
    wizard.next.click()
    await tasks.drain()
    assert file.values == [("general", "language", "zh_CN")]


async def test_no_control_of_any_step_is_without_a_name(window: MainWindow, wizard: Wizard, tasks: Tasks) -> None:
    kinds = (QAbstractButton, QLineEdit, QComboBox, QTableView)

    def nameless() -> list[str]:
        return [
            type(widget).__name__
            for kind in kinds
            for widget in window.findChildren(kind)
            if widget.isVisible()
            and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
            and not widget.objectName().startswith("qt_")
        ]

    assert nameless() == []
    fill(wizard)
    assert nameless() == []
    wizard.next.click()
    await tasks.drain()
    wizard.next.click()
    await tasks.drain()
    assert nameless() == []


def test_other_pages_can_be_looked_at_meanwhile(window: MainWindow, wizard: Wizard) -> None:
    window.show_page(Page.ADDRESS)
    assert not wizard.isVisible()
    window.show_page(Page.NAMES)
    assert wizard.isVisible()


async def test_the_common_way_takes_six_clicks_at_most(
    window: MainWindow, file: FakeSettingsFile, tasks: Tasks
) -> None:
    """The promise of the first run. A token is pasted from its page with the keyboard, and tested at once."""
    clicks = 0

    def click(widget: QWidget, at: QPoint | None = None) -> None:
        nonlocal clicks
        clicks += 1
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())

    click(window.welcome.keep)
    wizard = shown(window)
    services = wizard.service.picker.list
    click(services.viewport(), services.visualItemRect(services.item(0)).center())
    assert step(wizard) is Step.FIELDS
    QGuiApplication.clipboard().setText("pasted-token")
    QTest.keySequence(wizard.fields.field("api_token"), QKeySequence(QKeySequence.StandardKey.Paste))
    await tasks.drain()
    assert wizard.result.text() == "It works. It sees example.org."
    click(wizard.next)
    await tasks.drain()
    table = wizard.names.table
    click(table.viewport(), table.visualRect(wizard.names.model.index(0, 0)).center())
    click(wizard.next)
    await tasks.drain()
    assert len(file.settings.records) == 1
    assert step(wizard) is Step.DONE
    assert clicks <= 6


async def test_a_first_name_is_watched_with_two_clicks(
    window: MainWindow, file: FakeSettingsFile, tasks: Tasks
) -> None:
    QTest.mouseClick(window.welcome.watch, Qt.MouseButton.LeftButton)
    form = next(form for form in window.findChildren(RecordForm) if form.isVisible())
    QTest.keyClicks(form.name, "home.example.org")
    QTest.mouseClick(form.save, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert file.settings.records == (RecordSettings("home.example.org", (RecordType.A,)),)


def test_typing_a_token_tests_nothing_before_it_is_asked_for(wizard: Wizard, desk: FakeDesk) -> None:
    fill(wizard, "")
    QTest.keyClicks(wizard.fields.field("api_token"), "typed-token")
    assert desk.tested == []
    assert wizard.next.text() == "Test"


def test_the_page_on_which_the_token_is_made_is_one_click_away(wizard: Wizard) -> None:
    fill(wizard)
    link = next(button for button in wizard.fields.findChildren(QPushButton) if button.toolTip())
    assert link.text() == "Make the token or password at Cloudflare…"
    assert link.toolTip() == CLOUDFLARE.token_page == link.accessibleDescription()


async def test_without_a_keyring_the_choices_are_said_and_a_file_is_one_of_them(
    wizard: Wizard, file: FakeSettingsFile, secrets: FakeSecrets, tasks: Tasks
) -> None:
    await reach_names(wizard, tasks)
    wizard.work.select(HOME, wanted=True)
    secrets.problem = NoKeyring(text("There is no keyring."), text("Start one."))
    wizard.next.click()
    await tasks.drain()
    assert wizard.result.text().startswith("There is no keyring.\nStart one.\nOr keep it in the file secrets.json")
    assert wizard.next.text() == "Try again"
    assert wizard.other.text() == "Keep it in an unencrypted file"
    wizard.other.click()
    await tasks.drain()
    assert file.values[-1] == ("general", "secrets_file", "the default"), "refused again: nothing is left behind"
    secrets.problem = None
    wizard.work.problem = NoKeyring(text("There is no keyring."))
    wizard.other.click()
    await tasks.drain()
    assert ("general", "secrets_file", "secrets.json") in file.values
    assert step(wizard) is Step.DONE


async def test_a_locked_keyring_can_be_opened_and_is_no_reason_for_a_file(
    wizard: Wizard, secrets: FakeSecrets, tasks: Tasks
) -> None:
    await reach_names(wizard, tasks)
    wizard.work.select(HOME, wanted=True)
    secrets.problem = KeyringLocked(text("The keyring is locked."), text("Unlock it."))
    wizard.next.click()
    await tasks.drain()
    assert not wizard.other.isVisible()
    assert wizard.next.text() == "Try again"


async def test_pasted_names_are_understood(wizard: Wizard, desk: FakeDesk, tasks: Tasks) -> None:
    await reach_names_of_one_own(wizard, desk, tasks)
    found = []
    for pasted, _ in PASTED:
        wizard.names.name.setText(pasted)
        wizard.names.add.click()
        (key,) = wizard.work.chosen()
        found.append((pasted, key.name))
        wizard.work.select(key, wanted=False)
    assert found == list(PASTED)


async def test_names_that_cannot_be_are_explained(wizard: Wizard, desk: FakeDesk, tasks: Tasks) -> None:
    await reach_names_of_one_own(wizard, desk, tasks)
    for pasted, said in REFUSED:
        wizard.result.clear()
        wizard.names.name.setText(pasted)
        wizard.names.add.click()
        assert said in wizard.result.text()
        assert wizard.names.name.text() == pasted, "what was typed stays, to be put right"


async def reach_names_of_one_own(wizard: Wizard, desk: FakeDesk, tasks: Tasks) -> None:
    """Go on without a test: the service lists no names."""
    desk.problem = DOWN
    fill(wizard)
    wizard.next.click()
    await tasks.drain()
    wizard.other.click()


@pytest.mark.parametrize("pasted", TOKENS)
async def test_what_comes_along_with_a_token_is_left_out(
    wizard: Wizard, desk: FakeDesk, tasks: Tasks, pasted: str
) -> None:
    fill(wizard, pasted)
    wizard.next.click()
    await tasks.drain()
    assert desk.tested[0][1] == {"api_token": Secret("typed-token")}
    assert "were left out" in wizard.result.text()


@pytest.mark.parametrize("busy", ["testing", "looking", "saving"])
async def test_a_window_that_is_closed_in_the_middle_leaves_the_work_to_end_in_peace(
    theme: Theme, services: Services, file: FakeSettingsFile, tasks: Tasks, busy: str
) -> None:
    go_on = asyncio.Event()

    class Slow(FakeDesk):
        async def test(self, account: AccountSettings, typed: Mapping[str, Secret]) -> AccountReport:
            if busy == "testing":
                await go_on.wait()
            return await super().test(account, typed)

        async def records(
            self, account: AccountSettings, typed: Mapping[str, Secret], zone: str
        ) -> tuple[ExistingSet, ...]:
            if busy == "looking":
                await go_on.wait()
            return await super().records(account, typed, zone)

    class SlowSecrets(FakeSecrets):
        async def set(self, account: str, field_name: str, value: Secret) -> None:
            await go_on.wait()
            await super().set(account, field_name, value)

    window = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    window.attach(replace(services, desk=Slow(), secrets=SlowSecrets()))
    window.show_snapshot(snapshots.empty())
    window.welcome.keep.click()
    assert window.wizard is not None
    work = window.wizard.work
    work.choose(CLOUDFLARE)
    work.go_on()
    work.test({"api_token": "typed-token"})
    if busy != "testing":
        await tasks.drain()
        work.go_on()
    if busy == "saving":
        await tasks.drain()
        work.select(HOME, wanted=True)
        work.start()
    await asyncio.sleep(0)
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    go_on.set()
    await tasks.drain()
    assert bool(file.settings.records) is (busy == "saving")
