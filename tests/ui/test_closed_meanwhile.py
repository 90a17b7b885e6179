"""The window is closed while something is under way: the work ends, and nothing is shown to somebody who has gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from ddns_tray.core.errors import StorageError
from ddns_tray.core.model import RecordType
from ddns_tray.core.ports import Secret
from ddns_tray.core.repairs import RepairKind
from ddns_tray.core.settings import AccountSettings, RecordSettings, Settings
from ddns_tray.core.text import text
from ddns_tray.ui.account_form import AccountForm
from ddns_tray.ui.record_form import RecordForm
from ddns_tray.ui.settings_fields import Topic
from ddns_tray.ui.settings_travel import SettingsTravel
from ddns_tray.ui.window import MainWindow, Page
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import NOW, FakeAutostart, FakeEngine, FakeSettingsFile, Tasks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ddns_tray.core.ports import SettingChange
    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme

Behind = tuple["Services", FakeEngine, FakeSettingsFile]
WATCHED = RecordSettings("new.example.org", (RecordType.A,))


@pytest.fixture
def window(theme: Theme, behind: Behind) -> MainWindow:
    made = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    made.attach(behind[0])
    made.show_snapshot(snapshots.troubled())
    made.show()
    return made


def close(window: MainWindow) -> None:
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def test_settings_are_kept(window: MainWindow, behind: Behind, tasks: Tasks) -> None:
    window._work.set_values([("verify", "interval", 300.0)], lambda _: None)
    close(window)
    await tasks.drain()
    assert ("verify", "interval", 300.0) in behind[2].values


async def test_settings_that_are_refused_are_no_fault(window: MainWindow, behind: Behind, tasks: Tasks) -> None:
    class Refusing(FakeSettingsFile):
        def set_values(self, changes: Sequence[SettingChange]) -> None:
            del changes
            raise StorageError(text("It cannot be written."))

    services = replace(behind[0], settings_file=Refusing(behind[2].path, snapshots.SETTINGS))
    window.attach(services)
    window.show_page(Page.SETTINGS)
    window.settings.topics[Topic.MONITORING].save_wanted.emit([("verify", "interval", 300.0)])
    close(window)
    await tasks.drain()


@pytest.mark.parametrize("refused", [False, True])
async def test_the_start_at_login_is_kept_or_refused(
    window: MainWindow, behind: Behind, tasks: Tasks, *, refused: bool
) -> None:
    autostart = behind[0].autostart
    assert isinstance(autostart, FakeAutostart)
    autostart.problem = StorageError(text("It cannot be written.")) if refused else None
    window._work.set_autostart(enabled=True, after=window.moved_settled.emit)
    close(window)
    await tasks.drain()
    assert autostart.enabled is not refused


async def test_a_name_and_an_account_are_kept(window: MainWindow, behind: Behind, tasks: Tasks) -> None:
    window._work.begin_watching()
    window.findChildren(RecordForm)[-1].save_wanted.emit(WATCHED)
    window._work.add_account()
    account = AccountSettings("other", "cloudflare")
    window.findChildren(AccountForm)[-1].save_wanted.emit(account, {"api_token": Secret("typed-token")})
    close(window)
    await tasks.drain()
    assert WATCHED in behind[2].settings.records
    assert account in behind[2].settings.accounts


async def test_a_repair_is_written(window: MainWindow, behind: Behind, tasks: Tasks) -> None:
    window.repairs.begin(snapshots.extra(), RepairKind.REPLACE_EXTRA)
    await tasks.drain()
    form = window.repairs.form
    assert form is not None
    kept = snapshots.repair(RepairKind.REPLACE_EXTRA, snapshots.extra().key, behind[1].at_provider)
    form.write_wanted.emit(kept)
    close(window)
    await tasks.drain()
    assert ("apply", kept) in behind[1].asked


async def test_what_an_import_would_change_is_shown_to_nobody(
    window: MainWindow, theme: Theme, behind: Behind, tasks: Tasks, tmp_path: Path
) -> None:
    class Readable(FakeSettingsFile):
        def read_other(self, path: Path) -> Settings:
            del path
            return Settings(records=(WATCHED,))

        def preview(self, coming: Settings) -> Settings:
            return coming

    services = replace(behind[0], settings_file=Readable(tmp_path / "config.toml"))
    travel = SettingsTravel(window, theme, window._work, services)
    travel._spawn(travel.import_from(tmp_path / "other.toml"), "read settings")
    close(window)
    await tasks.drain()
