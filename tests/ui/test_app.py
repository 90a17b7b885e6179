"""The one way out, and what stands around it; the real door is walked through in test_tray_real."""

from __future__ import annotations

import ast
import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QSessionManager

import ddns_tray
from ddns_tray.app import Stop, keep_for_session_end
from ddns_tray.engine import RoundRequest
from ddns_tray.ui.desktop import Desktop
from tests.support.engine_fakes import World

if TYPE_CHECKING:
    from ddns_tray.ui.theme import Theme
    from tests.support.snapshots import Tasks

SOURCE = Path(ddns_tray.__file__).parent


async def test_the_first_request_is_a_wish_and_the_second_an_order() -> None:
    forced: list[bool] = []
    stop = Stop(lambda: forced.append(True), budget=3600)
    stop.request()
    assert stop.wanted.is_set()
    assert forced == []
    stop.request()
    assert forced == [True]
    stop.reached()


async def test_an_end_that_hangs_is_forced_when_its_budget_is_used_up() -> None:
    forced = threading.Event()
    stop = Stop(forced.set, budget=0.01)
    stop.request()
    assert await asyncio.to_thread(forced.wait, 10)


async def test_an_orderly_end_is_not_forced() -> None:
    forced = threading.Event()
    stop = Stop(forced.set, budget=3600)
    stop.reached()
    stop.request()
    timer = stop._last
    assert timer is not None
    stop.reached()
    await asyncio.to_thread(timer.join, 10)
    assert not timer.is_alive()
    assert not forced.is_set()


class Session:
    """A session manager that writes down what it is told."""

    RestartHint = QSessionManager.RestartHint

    def __init__(self) -> None:
        self.hints: list[QSessionManager.RestartHint] = []

    def setRestartHint(self, hint: QSessionManager.RestartHint) -> None:  # noqa: N802 - Qt's name
        self.hints.append(hint)


async def test_when_the_session_wants_to_end_all_is_written_and_nothing_stopped(
    theme: Theme, tasks: Tasks, tmp_path: Path
) -> None:
    world = World()
    await world.engine.run_once(RoundRequest())
    saves = world.memory.saves
    places = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    desktop = Desktop(lambda: 0.0, tasks, theme, places=places, panel_available=lambda: True)
    desktop.open_window()
    session = Session()
    keep_for_session_end(cast("QSessionManager", session), world.engine, desktop)
    assert world.memory.saves == saves + 1
    assert places.value("geometry") is not None
    assert session.hints == [QSessionManager.RestartHint.RestartNever]
    assert desktop.window is not None, "somebody may cancel the end of the session"
    desktop.close()


@pytest.mark.parametrize("path", sorted((SOURCE / "ui").glob("*.py")), ids=lambda path: path.name)
def test_no_dialog_of_ours_blocks_the_loop(path: Path) -> None:
    """`exec` runs a loop inside the loop: tasks stand still, and closing it may end the program."""
    calls = [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"exec", "exec_", "question", "information", "warning", "critical", "getOpenFileName"}
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id == "log")
    ]
    assert calls == []


def test_the_icon_needs_neither_http_nor_dns_nor_keyring() -> None:
    """What is loaded before the icon is on the screen, in a process of its own."""
    import os
    import subprocess
    import sys

    script = (
        "import sys, ddns_tray.app\n"
        "heavy = {'httpx2', 'dns', 'keyring', 'tomlkit', 'jeepney', 'sqlite3'} & set(sys.modules)\n"
        "late = {'ddns_tray.wiring', 'ddns_tray.engine', 'ddns_tray.ui.window'} & set(sys.modules)\n"
        "assert not heavy | late, heavy | late\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
