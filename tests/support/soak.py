"""Hours of a person's life with the program in some seconds, and what is left of the memory afterwards.

`python -m tests.support.soak TURNS ROUNDS WINDOWS` prints a line of JSON. The real front room on the real loop with a
fake engine: snapshots of all sorts are published, the window comes and goes with a name opened, and its pages are
looked at in turn.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from ddns_tray.ui.activity import LIMIT
from ddns_tray.ui.desktop import Desktop
from ddns_tray.ui.tasks import Tasks
from ddns_tray.ui.theme import Theme
from ddns_tray.ui.window import Page
from tests.support import snapshots

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType

WARM_UP = 0.2
"""The part of all that comes before the first look at the memory: caches fill, fonts and pictures are loaded."""
_EXPECTED = ("This plugin does not support", "systemTrayWindowChanged")
_SCENES = (
    snapshots.green,
    snapshots.troubled,
    snapshots.on_its_way,
    snapshots.offline,
    snapshots.paused,
    snapshots.unspeakable,
)


def memory() -> int:
    """Octets of this process that are in memory, once what was freed is given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Soak:
    """One run; `warnings` are what Qt complained about."""

    def __init__(self, app: QApplication, place: Path) -> None:
        self.warnings: list[str] = []
        qInstallMessageHandler(self._on_message)
        self.app = app
        self.tasks = Tasks()
        self.desktop = Desktop(lambda: snapshots.NOW, self.tasks, Theme(app), panel_available=lambda: False)
        self.services, self.engine, _ = snapshots.services(place, self.tasks)
        self.desktop.attach(self.services)
        self.published = 0

    async def run(self, turns: int, rounds: int, windows: int) -> dict[str, object]:
        """A part to warm up, until the activity log is full too, then the rest, between two looks at the memory."""
        while len(self.desktop.activity.events) < LIMIT:
            self._publish()
        self.published = 0
        await self._live(*(round(count * WARM_UP) for count in (turns, rounds, windows)))
        before = memory()
        await self._live(*(round(count * (1 - WARM_UP)) for count in (turns, rounds, windows)))
        after = memory()
        widgets = len(self.app.allWidgets())
        self.desktop.close()
        await self.tasks.cancel()
        return {"grown": after - before, "warnings": self.warnings, "rounds": self.published, "widgets": widgets}

    async def _live(self, turns: int, rounds: int, windows: int) -> None:
        for number in range(windows):
            for _ in range(rounds * number // windows, rounds * (number + 1) // windows):
                self._publish()
            for _ in range(turns // windows):
                await asyncio.sleep(0)
            await self._open_and_close(list(Page)[number % len(Page)])

    def _publish(self) -> None:
        self.published += 1
        scene = _SCENES[self.published % len(_SCENES)]()
        self.engine.publish(replace(scene, at=snapshots.NOW + self.published, rounds=self.published))

    async def _open_and_close(self, page: Page) -> None:
        self.desktop.open_window(record=snapshots.propagating().key)
        await asyncio.sleep(0)
        self._publish()
        await asyncio.sleep(0)
        self.desktop.open_window(page)
        await asyncio.sleep(0)
        window = self.desktop.window
        if window is not None:
            window.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def _on_message(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        del kind, context
        if not any(expected in message for expected in _EXPECTED):
            self.warnings.append(message)


def main(arguments: list[str]) -> None:
    """Run once, and print what is left."""
    turns, rounds, windows = (int(argument) for argument in arguments)
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    with tempfile.TemporaryDirectory() as place, asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        soak = Soak(app, Path(place))
        sys.stdout.write(json.dumps(runner.run(soak.run(turns, rounds, windows))) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
