"""The window: ten thousand names taken and filtered, start to window, and what is left of it when it was closed.

`python -m tests.bench.bench_window [models] [start] [memory]`, all of them by default. Times are CPU times, since other
programs may be busy; the program itself runs under Xvfb with a panel, as in `bench_tray`.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.bench_daemon import RECORDS, settings_text
from tests.bench.processes import summary, usage
from tests.support.tray_session import TraySession, missing_programs, wait_for

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

MANY = 10_000
RUNS = 9
STARTS = 5
REST = 60.0
TITLE = "^DDNS Tray$"
LOG = Path(sys.executable).name
_WINDOW = re.compile(r"window shown after ([0-9.]+) s")


def models() -> None:
    """In this process, without a screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from ddns_tray.ui.activity import ActivityLog
    from ddns_tray.ui.theme import Theme
    from ddns_tray.ui.window import MainWindow
    from ddns_tray.words import Words
    from tests.support import snapshots

    app = QApplication([])
    window = MainWindow(Words("en"), lambda: snapshots.NOW, Theme(app), ActivityLog())
    window.resize(920, 700)
    window.show()
    shown = snapshots.many(MANY)
    window.show_snapshot(shown)
    app.processEvents()
    model = window.names.model
    taken, first, filtered, painted, scrolled = [], [], [], [], []
    for run in range(RUNS):
        newer = replace(
            shown, records=tuple(replace(record, proven_at=snapshots.NOW + run) for record in shown.records)
        )
        taken.append(_milliseconds(lambda newer=newer: model.show_snapshot(newer)))  # type: ignore[misc]
        painted.append(_milliseconds(app.processEvents))
        filtered.append(_milliseconds(lambda run=run: model.set_filter(f"99{run}")))  # type: ignore[misc]
        app.processEvents()
        model.set_filter("")
        app.processEvents()
        bar = window.names.view.verticalScrollBar()
        bar.setValue(bar.maximum() * run // RUNS)
        scrolled.append(_milliseconds(app.processEvents))
        first.append(_milliseconds(lambda newer=newer: window.show_snapshot(newer)))  # type: ignore[misc]
        app.processEvents()
    print(f"{MANY} records, a new snapshot in which all differ, to the model: {summary(taken, 'ms', 1)}")
    print(f"  and on the screen after that: {summary(painted, 'ms', 1)}")
    print(f"  the same to the whole window: {summary(first, 'ms', 1)}")
    print(f"  filter: {summary(filtered, 'ms', 1)}")
    print(f"  a jump of the scroll bar, painted: {summary(scrolled, 'ms', 1)}")


def _milliseconds(work: Callable[[], object]) -> float:
    before = time.thread_time()
    work()
    return (time.thread_time() - before) * 1000


def start_to_window() -> list[float]:
    """CPU seconds from the start of the process until the window has been painted; without names it opens by itself."""
    seen = []
    for _ in range(STARTS):
        with TraySession() as desktop:
            desktop.start_panel()
            desktop.start([sys.executable, "-m", "ddns_tray", "-v"])
            wait_for(lambda: _WINDOW.search(desktop.log(LOG)) is not None, "the window")
            found = _WINDOW.search(desktop.log(LOG))
            assert found is not None
            seen.append(float(found.group(1)))
    return seen


def after_use(settings: str) -> tuple[float, list[float], float, float]:
    """Resident MiB before the window, after each closing, at the end; and CPU over a minute of rest, in per cent."""
    with TraySession() as desktop:
        desktop.start_panel()
        _write(desktop, settings)
        program = desktop.start([sys.executable, "-m", "ddns_tray"], env=_KEY)
        wait_for(desktop.has_status_item, "a status item")
        time.sleep(18)
        before, closed = usage(program.pid).rss, []
        for _ in range(3):
            _open_use_close(desktop, program)
            closed.append(usage(program.pid).rss)
        time.sleep(5)
        start = usage(program.pid)
        time.sleep(REST)
        end = usage(program.pid)
        return before, closed, end.rss, (end.cpu - start.cpu) / REST * 100


def _open_use_close(desktop: TraySession, program: subprocess.Popen[bytes]) -> None:
    """As a person does: every page, a card opened, closed by keyboard."""
    again = desktop.start([sys.executable, "-m", "ddns_tray"])
    assert again.wait(20) == 0
    wait_for(lambda: bool(desktop.windows(TITLE)), "the window")
    for _ in range(3):
        desktop.key("Escape")  # a keyring may have opened a prompt, which holds the keyboard
        time.sleep(0.5)
    desktop.focus(desktop.windows(TITLE)[0])
    time.sleep(0.5)
    for keys in (("Home", "Return"), ("ctrl+2",), ("ctrl+3",), ("ctrl+4",), ("ctrl+1",)):
        desktop.key(*keys)
        time.sleep(0.4)
    desktop.key("ctrl+w")
    wait_for(lambda: not desktop.windows(TITLE), "the window to close")
    time.sleep(3)
    assert program.poll() is None


_KEY = {"DDNS_TRAY_SECRET_DEMO_API_KEY": "demo-key"}


def _write(desktop: TraySession, settings: str) -> None:
    folder = Path(desktop.env["XDG_CONFIG_HOME"]) / "ddns-tray"
    folder.mkdir()
    (folder / "config.toml").write_text(settings, encoding="utf-8")


async def programs(wanted: list[str]) -> int:
    """Start the servers of the demo, measure, say."""
    if missing_programs():
        print(f"not measured: this machine lacks {', '.join(missing_programs())}")
        return 1
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bench_round", "serve", stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        settings = settings_text(json.loads(await child.stdout.readline()))
        if "start" in wanted:
            print(f"process start to window: CPU {summary(await asyncio.to_thread(start_to_window), 's')}")
        if "memory" in wanted:
            before, closed, rss, share = await asyncio.to_thread(after_use, settings)
            print(f"tray, {RECORDS} records: RSS {before:.1f} MiB before the window was ever opened")
            print(f"  after using and closing it 1, 2, 3 times: {', '.join(f'{each:.1f}' for each in closed)} MiB")
            print(f"  a minute later {rss:.1f} MiB (median of all {statistics.median([*closed, rss]):.1f})")
            print(f"  CPU over {REST:.0f} s of rest after that, a round a minute in it: {share:.3f} %")
    finally:
        child.kill()
        await child.wait()
    return 0


def main(arguments: list[str]) -> int:
    """Measure what was asked for."""
    wanted = arguments or ["models", "start", "memory"]
    if "models" in wanted:
        models()
    return asyncio.run(programs(wanted)) if {"start", "memory"} & set(wanted) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
