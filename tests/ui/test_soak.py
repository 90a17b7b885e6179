"""What only shows after hours: a hundred thousand turns of the loop, and a window opened and closed again and again."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from ddns_tray.ui.desktop import Desktop
from tests.support import snapshots
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ddns_tray.ui.theme import Theme

pytestmark = pytest.mark.slow

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
