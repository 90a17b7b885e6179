"""Open forms follow the language and the colours; what was typed, said and begun stays. A closed form is left alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QComboBox, QLabel
from shiboken6 import isValid

from ddns_tray.core.errors import AuthenticationFailed, KeyringLocked
from ddns_tray.core.model import RecordType
from ddns_tray.core.repairs import RepairKind
from ddns_tray.core.settings import AccountSettings, LineSettings, RecordSettings, Settings
from ddns_tray.core.settings_exchange import differences
from ddns_tray.core.text import text
from ddns_tray.ui.account_form import AccountForm
from ddns_tray.ui.forms import Form
from ddns_tray.ui.line_form import LineForm
from ddns_tray.ui.question_form import QuestionForm
from ddns_tray.ui.record_form import RecordForm
from ddns_tray.ui.repair_form import RepairForm
from ddns_tray.ui.settings_forms import ChangesForm, SecretsForm
from ddns_tray.ui.window import MainWindow, Page
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import NOW, POWERDNS, FakeDesk, FakeSecrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytestqt.qtbot import QtBot

    from ddns_tray.core.model import AccountReport
    from ddns_tray.core.ports import Secret
    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from tests.support.snapshots import FakeEngine, FakeSettingsFile, Tasks

    Behind = tuple[Services, FakeEngine, FakeSettingsFile]

F = TypeVar("F", bound=Form)
LINES = (LineSettings("fibre", "eth0"), LineSettings("lte", "wwan0"))


class SlowDesk(FakeDesk):
    """A desk whose test of an account ends when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = asyncio.Event()

    async def test(self, account: AccountSettings, typed: Mapping[str, Secret]) -> AccountReport:
        await self.may_end.wait()
        return await super().test(account, typed)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, behind: Behind) -> MainWindow:
    made = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(made)
    made.attach(behind[0])
    made.show_snapshot(snapshots.green())
    with qtbot.waitExposed(made):
        made.show()
    made.show_page(Page.SETTINGS)
    return made


def form_of(window: MainWindow, kind: type[F]) -> F:
    return next(form for form in window.findChildren(kind) if form.isVisible())


def speak(qtbot: QtBot, window: MainWindow, language: str) -> None:
    """Change the language, and wait until all open forms follow."""
    window.set_words(Words(language))
    qtbot.waitUntil(lambda: all(form.words.language == language for form in window.findChildren(Form)))


def labels(form: Form) -> set[str]:
    return {label.text() for label in form.findChildren(QLabel) if label.isVisibleTo(form)}


def forms(window: MainWindow, theme: Theme) -> Mapping[type[Form], Callable[[], object]]:
    """How each form is opened."""
    changes = differences(Settings(), Settings(records=(RecordSettings("a.example", (RecordType.A,)),)))
    return {
        AccountForm: lambda: window._work.edit_account("home"),
        RecordForm: lambda: window._work.add_record("cloudflare"),
        LineForm: window._work.add_line,
        QuestionForm: lambda: window.settings._ask_remove_name(0),
        RepairForm: lambda: RepairForm(
            Words("en"), theme, window, kind=RepairKind.CREATE, key=snapshots.extra().key, account="home"
        ).open(),
        ChangesForm: lambda: ChangesForm(
            Words("en"),
            theme,
            window,
            title=text("Import settings"),
            about=text("This is what becomes of the settings:"),
            button=text("Import"),
            changes=changes,
        ).open(),
        SecretsForm: lambda: SecretsForm(Words("en"), theme, window, [(("home", "api_key"), text("API key"))]).open(),
    }


def shown(form: Form) -> list[str]:
    """All that has been spoken by the form, hints aside: what is missing in the catalogue stays English."""
    return [form.windowTitle(), form.cancel.text(), form.save.text(), *sorted(labels(form))]


@pytest.mark.parametrize(
    "kind", [AccountForm, RecordForm, LineForm, QuestionForm, RepairForm, ChangesForm, SecretsForm]
)
def test_an_open_form_speaks_as_one_that_is_opened_in_that_language(
    qtbot: QtBot, window: MainWindow, theme: Theme, kind: type[Form]
) -> None:
    forms(window, theme)[kind]()
    form = form_of(window, kind)
    english = shown(form)
    speak(qtbot, window, "zh_CN")
    assert form_of(window, kind) is form
    assert form.cancel.text() == ("以后再说" if kind is SecretsForm else "取消")
    chinese = shown(form)
    assert chinese != english
    speak(qtbot, window, "en")
    assert shown(form) == english
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert shown(form) == english


def test_what_was_typed_into_an_account_stays(qtbot: QtBot, window: MainWindow) -> None:
    window._work.add_account()
    form = form_of(window, AccountForm)
    form.picker.search.setText("cloud")
    form.picker.list.setCurrentRow(2)  # the second that fits
    assert form.spec is not None
    assert form.spec.id == "aliyun"
    form.field("id").setText("mine")
    form.field("api_token").setText("typed-token")
    form.field("api_token").setFocus()
    speak(qtbot, window, "zh_CN")
    assert form.spec.id == "aliyun"
    assert (form.picker.search.text(), form.picker.list.currentRow()) == ("cloud", 2)
    assert form.picker.list.item(1).isHidden()
    assert (form.field("id").text(), form.field("api_token").text()) == ("mine", "typed-token")
    assert form.focusWidget() is form.field("api_token")
    form.picker.search.setText("powerdns")
    assert form.spec is POWERDNS


async def test_a_test_that_runs_goes_on_and_its_result_is_said_in_the_new_language(
    qtbot: QtBot, theme: Theme, behind: Behind, tasks: Tasks
) -> None:
    window, form, desk = trying(qtbot, theme, behind)
    speak(qtbot, window, "zh_CN")
    assert (
        form.result_text()
        == Words("zh_CN").tr("Trying it, without writing anything…")
        != "Trying it, without writing anything…"
    )
    assert not form.save.isEnabled()
    assert not form.test.isEnabled()
    desk.problem = AuthenticationFailed(text("The settings file is gone."))
    desk.may_end.set()
    await tasks.drain()
    assert form.result_text() == Words("zh_CN").tr("The settings file is gone.") != "The settings file is gone."
    assert form.save.isEnabled()
    speak(qtbot, window, "en")
    assert form.result_text() == "The settings file is gone."


@pytest.mark.parametrize("problem", [None, AuthenticationFailed(text("The token is refused."))])
async def test_a_form_that_is_closed_while_it_tries_says_nothing_more(
    qtbot: QtBot, theme: Theme, behind: Behind, tasks: Tasks, problem: AuthenticationFailed | None
) -> None:
    window, form, desk = trying(qtbot, theme, behind)
    desk.problem = problem
    form.reject()
    qtbot.waitUntil(lambda: not isValid(form))
    desk.may_end.set()
    await tasks.drain()
    assert window._failure is None


def trying(qtbot: QtBot, theme: Theme, behind: Behind) -> tuple[MainWindow, AccountForm, SlowDesk]:
    desk = SlowDesk()
    window = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(window)
    window.attach(replace(behind[0], desk=desk))
    window.show()
    window._work.edit_account("home")
    form = form_of(window, AccountForm)
    form.test.click()
    return window, form, desk


async def test_what_cannot_be_kept_after_the_form_was_closed_is_told_in_the_window(
    qtbot: QtBot, window: MainWindow, behind: Behind, tasks: Tasks
) -> None:
    secrets = behind[0].secrets
    assert isinstance(secrets, FakeSecrets)
    secrets.problem = KeyringLocked(text("The keyring is locked."))
    window._work.edit_account("home")
    form = form_of(window, AccountForm)
    form.field("api_key").setText("typed-token")
    form.save.click()
    form.reject()
    qtbot.waitUntil(lambda: not isValid(form))
    await tasks.drain()
    assert window._failure is secrets.problem


async def test_what_was_typed_for_a_name_stays_and_is_kept(
    qtbot: QtBot, window: MainWindow, file: FakeSettingsFile, tasks: Tasks
) -> None:
    file.settings = Settings(accounts=file.settings.accounts, lines=LINES)
    window._work.add_record("cloudflare")
    form = form_of(window, RecordForm)
    form.name.setText("HTTPS://Neu.Example.org/")
    form.aaaa.setChecked(True)
    form.a.setChecked(False)
    form.ttl.setValue(0)
    form.comment.show_value("by the window")
    form.ipv6_host.show_value("::42")
    form.line.put_back(("lte", "fibre"))
    form.allow_private.setChecked(True)
    form.proxied.setCurrentIndex(2)
    speak(qtbot, window, "zh_CN")
    assert "neu.example.org" in form.understood.text()
    form.save.click()
    await tasks.drain()
    assert file.settings.records[-1] == RecordSettings(
        "neu.example.org",
        (RecordType.AAAA,),
        "cloudflare",
        ttl=0,
        proxied=False,
        comment="by the window",
        allow_private=True,
        ipv6_host="::42",
        line=("lte", "fibre"),
    )


async def test_a_question_waits_for_its_answer_through_a_change_of_language(
    qtbot: QtBot, window: MainWindow, behind: Behind, tasks: Tasks
) -> None:
    names = [record.name for record in behind[2].settings.records]
    window.settings._ask_remove_name(1)
    speak(qtbot, window, "zh_CN")
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    form_of(window, QuestionForm).save.click()
    await tasks.drain()
    assert [record.name for record in behind[2].settings.records] == [names[0], *names[2:]]


@pytest.fixture
def file(behind: Behind) -> FakeSettingsFile:
    return behind[2]


async def test_what_was_typed_for_a_line_stays_and_what_is_wrong_with_it_is_said_again(
    qtbot: QtBot, window: MainWindow, file: FakeSettingsFile, tasks: Tasks
) -> None:
    file.settings = Settings(lines=LINES[:1])
    window._work.add_line()
    form = form_of(window, LineForm)
    form.fields["id"].show_value("lte")
    choice = form.fields["interface"].control
    assert isinstance(choice, QComboBox)
    choice.setEditText("eth0")
    english = form.result_text()
    speak(qtbot, window, "zh_CN")
    assert (
        english
        != form.result_text()
        == Words("zh_CN").tr("The lines {other} and {line} are the same way.", other="fibre", line="lte")
        + "\n"
        + Words("zh_CN").tr("Remove one of the two, or give it its own interface.")
    )
    choice = form.fields["interface"].control
    assert isinstance(choice, QComboBox)
    choice.setEditText("wwan0")
    form.save.click()
    await tasks.drain()
    assert file.settings.lines == LINES


def test_a_form_outlives_a_change_of_colours(qtbot: QtBot, window: MainWindow, theme: Theme) -> None:
    forms(window, theme)[SecretsForm]()
    form = form_of(window, SecretsForm)
    form.fields["home", "api_key"].setText("typed-token")
    before = form.save
    theme.changed.emit()
    qtbot.waitUntil(lambda: form.save is not before)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert isValid(form)
    assert form.isVisible()
    assert form.fields["home", "api_key"].text() == "typed-token"
