"""The front room as a whole: verbs reach the engine, changes are told once, the window comes and goes."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from ddns_tray.core.model import Family, Phase
from ddns_tray.core.settings import AlertSettings, GeneralSettings
from ddns_tray.ui.controls import Banner
from ddns_tray.ui.desktop import MANY, Desktop
from ddns_tray.ui.tasks import Tasks as RealTasks
from ddns_tray.ui.window import Page
from tests.support import snapshots
from tests.support.snapshots import NOW, FakeAutostart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from tests.support.snapshots import FakeEngine, FakeSettingsFile, Tasks

    Behind = tuple[Services, FakeEngine, FakeSettingsFile]


class Toasts:
    def __init__(self, *, works: bool = True) -> None:
        self.shown: list[tuple[str, str]] = []
        self.works = works

    async def __call__(self, title: str, body: str, *, size: int, rgba: bytes) -> bool:
        assert len(rgba) == size * size * 4
        self.shown.append((title, body))
        return self.works


@pytest.fixture
def toasts() -> Toasts:
    return Toasts()


@pytest.fixture
def desktop(theme: Theme, tasks: Tasks, behind: Behind, toasts: Toasts) -> Iterator[Desktop]:
    made = Desktop(lambda: NOW, tasks, theme, panel_available=lambda: True)
    made.notifier.toasts = toasts
    made.apply_general(GeneralSettings(language="en"))
    made.tray.show()
    made.attach(behind[0])
    yield made
    made.close()


async def test_the_menu_reaches_the_engine(desktop: Desktop, behind: Behind, tasks: Tasks) -> None:
    menu = desktop.menu
    menu.check_chosen.emit()
    menu.update_chosen.emit()
    menu.pause_chosen.emit(NOW + 3600)
    menu.pause_chosen.emit(None)
    menu.resume_chosen.emit()
    await tasks.drain()
    assert behind[1].asked == ["check", ("pause", NOW + 3600), ("pause", None), "resume", ("update", (), False)]


async def test_the_addresses_are_copied(desktop: Desktop, tasks: Tasks) -> None:
    desktop.show_snapshot(snapshots.troubled())
    await tasks.drain()
    desktop.menu.copy_chosen.emit()
    assert QGuiApplication.clipboard().text() == "11.22.33.44\n2a02:810d:1:2::7"


async def test_of_many_names_the_window_shows_the_newest_in_a_turn_of_its_own(
    desktop: Desktop, behind: Behind, qtbot: QtBot
) -> None:
    desktop.open_window()
    window = desktop.window
    assert window is not None
    many = snapshots.many(MANY)
    behind[1].publish(many)
    behind[1].publish(replace(many, records=many.records[1:], phase=Phase.IDLE))
    behind[1].publish(many)
    assert window.names.model.total() != MANY
    qtbot.waitUntil(lambda: window.names.model.total() == MANY)
    behind[1].publish(many)
    window.close()  # what was still to be shown has nobody to show it to
    QGuiApplication.processEvents()


@pytest.mark.usefixtures("desktop")
async def test_a_trouble_is_told_once(behind: Behind, toasts: Toasts, tasks: Tasks) -> None:
    engine = behind[1]
    red = snapshots.snapshot(snapshots.record("home.example.org"), snapshots.extra())
    for shown in (red, replace(red, at=NOW + 60), snapshots.green()):
        engine.publish(shown)
        await tasks.drain()
    assert [title for title, _ in toasts.shown] == ["cam.example.org: extra address"]


@pytest.mark.usefixtures("desktop")
async def test_several_changes_at_once_are_one_notification_the_worst_in_front(
    behind: Behind, toasts: Toasts, tasks: Tasks
) -> None:
    engine = behind[1]
    engine.publish(replace(snapshots.green(), addresses={Family.IPV4: snapshots.address(value="9.9.9.9")}))
    engine.publish(snapshots.snapshot(snapshots.extra()))
    await tasks.drain()
    assert len(toasts.shown) == 2
    title, body = toasts.shown[1]
    assert title == "cam.example.org: extra address"
    assert "Your IPv4 address is now 11.22.33.44" in body


async def test_nothing_is_told_to_those_who_do_not_want_it(
    desktop: Desktop, behind: Behind, toasts: Toasts, tasks: Tasks
) -> None:
    desktop.apply_general(GeneralSettings(language="en", notifications=False))
    behind[1].publish(snapshots.snapshot(snapshots.extra()))
    await tasks.drain()
    assert toasts.shown == []


async def test_only_what_was_chosen_is_told(desktop: Desktop, behind: Behind, toasts: Toasts, tasks: Tasks) -> None:
    desktop.apply_alerts(AlertSettings(trouble=False, warning=True, warning_after=60))
    yellow = replace(snapshots.propagating(), since=NOW - 60)
    behind[1].publish(snapshots.snapshot(snapshots.extra(), yellow))
    await tasks.drain()
    assert [title for title, _ in toasts.shown] == ["home.example.org: on its way"]
    desktop.apply_alerts(AlertSettings(recovered=False))
    behind[1].publish(snapshots.snapshot(snapshots.record("home.example.org"), snapshots.mismatch()))
    await tasks.drain()
    assert [title for title, _ in toasts.shown[1:]] == ["mail.example.org: wrong address"]


async def test_how_long_it_is_quiet_after_wake_is_a_choice(
    desktop: Desktop, behind: Behind, toasts: Toasts, tasks: Tasks
) -> None:
    desktop.notifier.woke_at = lambda: NOW - 90
    desktop.apply_alerts(AlertSettings(quiet_after_wake=120))
    behind[1].publish(snapshots.troubled())
    await tasks.drain()
    assert toasts.shown == []
    desktop.apply_alerts(AlertSettings(quiet_after_wake=0))
    behind[1].publish(snapshots.troubled())
    await tasks.drain()
    assert len(toasts.shown) == 1


async def test_it_is_quiet_after_wake(desktop: Desktop, behind: Behind, toasts: Toasts, tasks: Tasks) -> None:
    desktop.notifier.woke_at = lambda: NOW - 10
    red = snapshots.snapshot(snapshots.extra())
    behind[1].publish(red)
    await tasks.drain()
    assert toasts.shown == []
    behind[1].publish(replace(red, at=NOW + 120))
    await tasks.drain()
    assert len(toasts.shown) == 1


async def test_without_a_service_the_log_has_it(
    desktop: Desktop, behind: Behind, tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    desktop.notifier.toasts = Toasts(works=False)
    behind[1].publish(snapshots.snapshot(snapshots.extra()))
    await tasks.drain()
    assert "not shown: cam.example.org: extra address" in caplog.text


def test_the_window_is_made_when_it_is_wanted_and_thrown_away_on_closing(desktop: Desktop) -> None:
    none_yet = desktop.window
    assert none_yet is None
    desktop.tray.activated.emit()
    first = desktop.window
    assert first is not None
    assert first.isVisible()
    desktop.open_window(Page.SETTINGS)
    assert desktop.window is first
    assert first.settings.isVisible()
    first.close()
    assert first.isHidden()
    desktop.menu.record_chosen.emit(snapshots.green().records[1].key)
    second = desktop.window
    assert second is not None
    assert second is not first


def test_without_a_panel_the_window_stands_in(theme: Theme, tasks: Tasks, behind: Behind) -> None:
    desktop = Desktop(lambda: NOW, tasks, theme, panel_available=lambda: False)
    desktop.attach(behind[0])
    desktop.tray.panel_missing.emit()
    assert desktop.window is not None
    assert desktop.window.isVisible()
    desktop.tray.panel_found.emit()
    desktop.close()


def test_the_language_of_everything_changes_together(desktop: Desktop) -> None:
    desktop.open_window()
    desktop.apply_general(GeneralSettings(language="zh_CN"))
    assert desktop.words.language == "zh_CN"
    assert desktop.notifier.words is desktop.words
    assert desktop.window is not None
    assert desktop.window._words is desktop.words
    assert desktop.window.windowTitle() == desktop.words.tr("DDNS Tray")


async def test_a_task_that_fails_is_logged_and_shown(caplog: pytest.LogCaptureFixture) -> None:
    shown: list[BaseException] = []
    tasks = RealTasks(shown.append)

    async def fail() -> None:
        message = "inner detail"
        raise RuntimeError(message)

    task = tasks(fail(), "the work")
    await asyncio.wait((task,))
    await asyncio.sleep(0)
    assert str(shown[0]) == "inner detail"
    assert "the work failed" in caplog.text


async def test_tasks_are_cancelled_together() -> None:
    tasks = RealTasks()
    begun = asyncio.Event()

    async def wait() -> None:
        begun.set()
        await asyncio.Event().wait()

    task = tasks(wait(), "waiting")
    await begun.wait()
    await tasks.cancel()
    assert task.cancelled()
    await tasks.cancel()


async def test_a_program_that_was_moved_says_so_and_repairs_its_start(
    desktop: Desktop, behind: Behind, tasks: Tasks, qtbot: QtBot
) -> None:
    autostart = behind[0].autostart
    assert isinstance(autostart, FakeAutostart)
    autostart.elsewhere = True
    desktop.look_for_move()
    await tasks.drain()
    desktop.open_window()
    window = desktop.window
    assert window is not None

    def repair() -> QPushButton | None:
        buttons = (button for banner in window.findChildren(Banner) for button in banner.findChildren(QPushButton))
        return next((button for button in buttons if button.text() == "Start this one" and button.isVisible()), None)

    qtbot.waitUntil(lambda: repair() is not None)
    button = repair()
    assert button is not None
    button.click()
    await tasks.drain()
    await tasks.drain()
    assert autostart.enabled
    qtbot.waitUntil(lambda: repair() is None)
