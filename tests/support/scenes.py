"""Everything that a person can see of the program, one widget a scene, with fakes behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QWidget

from ddns_tray.core.errors import NoKeyring
from ddns_tray.core.model import RecordType
from ddns_tray.core.repairs import RepairKind
from ddns_tray.core.settings import AccountSettings, LineSettings, RecordSettings, Settings, VerifySettings
from ddns_tray.core.settings_exchange import Risks, differences
from ddns_tray.core.text import text
from ddns_tray.system.faults import FaultReport
from ddns_tray.ui.account_form import AccountForm
from ddns_tray.ui.fault_box import FaultBox
from ddns_tray.ui.line_form import LineForm
from ddns_tray.ui.question_form import QuestionForm
from ddns_tray.ui.record_form import RecordForm
from ddns_tray.ui.repair_form import RepairForm
from ddns_tray.ui.settings_forms import ChangesForm, SecretsForm
from ddns_tray.ui.window import MainWindow, Page
from tests.support import snapshots

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ddns_tray.core.model import Snapshot
    from ddns_tray.ui.theme import Theme
    from ddns_tray.ui.wizard import Wizard
    from ddns_tray.words import Words

LINES = (LineSettings("fibre", "eth0"), LineSettings("lte", "wwan0", sources=("https", "stun"), return_after=600.0))
HOME = AccountSettings("cloudflare", "cloudflare", MappingProxyType({}))
REPORT = """\
Program: DDNS Tray
Place: a task

Traceback (most recent call last):
  File "~/ddns_tray/engine/rounds.py", line 12, in run
    raise RuntimeError("cannot send [left out]")
RuntimeError: cannot send [left out]
"""


@dataclass(frozen=True)
class Stage:
    """What a scene is built with. `run` starts a coroutine to its end."""

    words: Words
    theme: Theme
    place: Path
    run: Callable[..., None]

    def window(self, shown: Snapshot, settings: Settings = snapshots.SETTINGS) -> MainWindow:
        """The window with this snapshot."""
        made = MainWindow(self.words, lambda: snapshots.NOW, self.theme, snapshots.activity())
        services, engine, _ = snapshots.services(self.place, self.run, settings)
        engine.snapshot = shown
        made.attach(services)
        made.resize(920, 700)
        made.show_snapshot(shown)
        made.show()
        return made


def _page(page: Page) -> Callable[[Stage], QWidget]:
    def build(stage: Stage) -> QWidget:
        window = stage.window(snapshots.troubled())
        window.show_page(page)
        return window

    return build


def _window(stage: Stage) -> QWidget:
    """What the documentation shows first: one name on its way, opened, and two that are right."""
    window = stage.window(snapshots.on_its_way())
    window.resize(920, 870)
    window.open_record(snapshots.propagating().key)
    return window


def _explained(stage: Stage) -> QWidget:
    """A name that leads elsewhere, with what is wrong and what to do about it."""
    window = stage.window(snapshots.snapshot(snapshots.mismatch(), snapshots.record("nas.example.org")))
    window.resize(920, 760)
    window.open_record(snapshots.mismatch().key)
    return window


def _green(stage: Stage) -> QWidget:
    return stage.window(snapshots.green())


def _unspeakable(stage: Stage) -> QWidget:
    return stage.window(snapshots.unspeakable())


def _many(stage: Stage) -> QWidget:
    return stage.window(snapshots.many(40))


def _settings(tab: int) -> Callable[[Stage], QWidget]:
    def build(stage: Stage) -> QWidget:
        window = stage.window(snapshots.troubled(), replace(snapshots.SETTINGS, lines=LINES))
        window.show_page(Page.SETTINGS)
        window.settings.tabs.setCurrentIndex(tab)
        return window

    return build


def _remove(stage: Stage) -> QWidget:
    window = stage.window(snapshots.troubled())
    window.show_page(Page.SETTINGS)
    window.settings._ask_remove_name(0)
    return next(form for form in window.findChildren(QuestionForm) if form.isVisible())


def _welcome(stage: Stage) -> QWidget:
    return stage.window(snapshots.empty(), Settings())


def _wizard(stage: Stage) -> tuple[MainWindow, Wizard]:
    window = stage.window(snapshots.empty(), Settings())
    window.welcome.keep.click()
    assert window.wizard is not None
    window.wizard.service.picker.search.setText("cloudfl")
    return window, window.wizard


def _service(stage: Stage) -> QWidget:
    return _wizard(stage)[0]


def _token(stage: Stage) -> QWidget:
    window, wizard = _wizard(stage)
    wizard.next.click()
    field = wizard.fields.field("api_token")
    assert isinstance(field, QLineEdit)
    field.setText("not-a-real-token")
    wizard.next.click()
    return window


def _choose(stage: Stage) -> QWidget:
    window = _token(stage)
    assert isinstance(window, MainWindow)
    assert window.wizard is not None
    window.wizard.next.click()
    window.wizard.names.name.setText("nas.example.org")
    window.wizard.names.add.click()
    return window


def _no_keyring(stage: Stage) -> QWidget:
    window = _choose(stage)
    assert isinstance(window, MainWindow)
    assert window.wizard is not None
    work = window.wizard.work
    work.problem = NoKeyring(
        text("There is no keyring on this computer or in this session."),
        text(
            "Start a keyring such as GNOME Keyring or KWallet, give the secret in the environment variable {variable},"
            " or name a file for unencrypted secrets in the general settings.",
            variable="DDNS_TRAY_SECRET_CLOUDFLARE_API_TOKEN",
        ),
    )
    work.changed.emit()
    return window


def _done(stage: Stage) -> QWidget:
    window = _choose(stage)
    assert isinstance(window, MainWindow)
    assert window.wizard is not None
    window.wizard.next.click()
    window.show_snapshot(snapshots.on_its_way())
    return window


def _account(stage: Stage) -> QWidget:
    form = AccountForm(
        stage.words, stage.theme, None, providers=snapshots.FakeDesk().providers(), taken=frozenset(), account=None
    )
    form.picker.search.setText("cloud")
    form.field("api_token").setText("not-a-real-token")
    form.show_report(snapshots.REPORT)
    return _sized(form)


def _record(stage: Stage) -> QWidget:
    form = RecordForm(
        stage.words,
        stage.theme,
        None,
        accounts=(HOME,),
        providers=snapshots.FakeDesk().providers(),
        record=None,
        account="cloudflare",
        lines=LINES,
    )
    _sized(form)
    form.line.put_back(("lte",))
    form.name.setText("https://家.Example.org/")
    form.name.textEdited.emit(form.name.text())
    return _sized(form)


def _line(stage: Stage) -> QWidget:
    form = LineForm(stage.words, stage.theme, None, line=None, others=LINES[:1], interfaces=snapshots.INTERFACES)
    form.fields["id"].show_value("lte")
    form.fields["interface"].show_value("eth0")
    form.fields["interface"].edited.emit()
    return _sized(form)


def _changes(stage: Stage) -> QWidget:
    after = Settings(
        accounts=(HOME,),
        records=(RecordSettings("xn--fiq228c.example.org", (RecordType.A,), "cloudflare"),),
        verify=VerifySettings(interval=300.0),
    )
    form = ChangesForm(
        stage.words,
        stage.theme,
        None,
        title=text("Import settings"),
        about=text("Accounts and names of the file are added, or replace those of the same name. Nothing is removed."),
        button=text("Import"),
        changes=differences(Settings(), after),
        dangers=Risks(("/usr/bin/my-address",), (("home", "http://192.0.2.8:8081"),)),
    )
    return _sized(form)


def _secrets(stage: Stage) -> QWidget:
    return _sized(SecretsForm(stage.words, stage.theme, None, [(("cloudflare", "api_token"), text("API token"))]))


def _repair(stage: Stage) -> QWidget:
    window = stage.window(snapshots.troubled())
    window.open_record(snapshots.extra().key)
    window.repairs.begin(snapshots.extra(), RepairKind.REPLACE_EXTRA)
    return _form_of(window)


def _form_of(window: MainWindow) -> RepairForm:
    return next(form for form in window.findChildren(RepairForm) if form.isVisible())


def _fault(stage: Stage) -> QWidget:
    box = FaultBox(stage.words, stage.theme, FaultReport(REPORT, Path("/var/log/ddns-tray/fault.txt")))
    box.show()
    return box


def _sized(form: QWidget) -> QWidget:
    form.show()
    form.resize(form.sizeHint())
    return form


SCENES: Mapping[str, Callable[[Stage], QWidget]] = MappingProxyType(
    {
        "window": _window,
        "explained": _explained,
        "green": _green,
        "unspeakable": _unspeakable,
        "many": _many,
        "address": _page(Page.ADDRESS),
        "activity": _page(Page.ACTIVITY),
        "settings": _settings(0),
        "accounts": _settings(1),
        "sources": _settings(2),
        "lines": _settings(3),
        "resolvers": _settings(4),
        "monitoring": _settings(5),
        "alerts": _settings(6),
        "general": _settings(7),
        "remove": _remove,
        "welcome": _welcome,
        "wizard-service": _service,
        "wizard-token": _token,
        "wizard-choose": _choose,
        "wizard-no-keyring": _no_keyring,
        "wizard-done": _done,
        "account": _account,
        "record": _record,
        "line": _line,
        "import": _changes,
        "secrets": _secrets,
        "repair": _repair,
        "fault": _fault,
    }
)
