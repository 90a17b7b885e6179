"""What only shows after hours: a hundred thousand turns of the loop, and a window opened and closed again and again."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from ddns_tray.ui.desktop import Desktop
from tests.support import snapshots
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from PySide6.QtWidgets import QApplication

    from ddns_tray.ui.theme import Theme

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]

TURNS = """
import asyncio, sys
import qasync
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

async def main():
    for _ in range(1_000):
        await asyncio.sleep(0)
    before = sys.getrefcount(None)
    for turn in range(100_000):
        await asyncio.sleep(0)
        if turn % 50 == 0:
            QTimer.singleShot(0, lambda: None)
    return sys.getrefcount(None) - before

app = QApplication([])
with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
    print(runner.run(main()))
"""


def test_a_hundred_thousand_turns_lose_no_reference_to_none() -> None:
    """PySide6 6.12.0 drops one a call, and on CPython 3.11 the process aborts after some thousand turns."""
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", TURNS], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert abs(int(done.stdout)) < 1_000


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
def test_after_thousands_of_rounds_and_hundreds_of_windows_the_memory_is_what_it_was() -> None:
    """100,000 callbacks, 2,000 rounds, 500 windows with an opened name and the pages in turn: flat within 5 MiB."""
    command = [sys.executable, "-m", "tests.support.soak", "100000", "2000", "500"]
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["warnings"] == []
    assert found["rounds"] >= 2_000
    assert found["grown"] < 5 * 1024 * 1024
    assert found["widgets"] < 50, "what was closed is gone"


def test_a_window_that_was_closed_leaves_nothing(qapp: QApplication, theme: Theme, tmp_path: Path) -> None:
    def never(work: Coroutine[object, object, None], name: str) -> None:
        del name
        work.close()

    services, engine, _ = snapshots.services(tmp_path, never)
    desktop = Desktop(lambda: NOW, never, theme, panel_available=lambda: False)
    desktop.attach(services)
    engine.publish(snapshots.troubled())

    def open_and_close() -> None:
        desktop.open_window(record=snapshots.propagating().key)
        qapp.processEvents()
        assert desktop.window is not None
        desktop.window.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    open_and_close()
    gc.collect()
    widgets, objects = len(qapp.allWidgets()), len(gc.get_objects())
    for _ in range(20):
        open_and_close()
    gc.collect()
    assert len(qapp.allWidgets()) == widgets
    assert len(gc.get_objects()) - objects < 500
    desktop.close()
