"""A fault of ours as a person meets it: in words, with a report to copy, while the program goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from ddns_tray.system.faults import FaultReport
from ddns_tray.ui.fault_boxes import FaultBoxes
from ddns_tray.words import Words
from tests.support.tray_session import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.fault_box import FaultBox
    from ddns_tray.ui.theme import Theme


@pytest.fixture
def boxes(theme: Theme) -> Iterator[FaultBoxes]:
    made = FaultBoxes(lambda: Words("en"), theme)
    yield made
    made.close()


def shown(boxes: FaultBoxes) -> FaultBox:
    assert boxes.box is not None
    assert boxes.box.isVisible()
    return boxes.box


def said(box: FaultBox) -> str:
    return "\n".join(label.text() for label in box.findChildren(QLabel))


def test_the_report_can_be_read_copied_and_found(boxes: FaultBoxes, tmp_path: Path) -> None:
    boxes.show(FaultReport("RuntimeError: broken", tmp_path / "fault.txt"))
    box = shown(boxes)
    assert "Something went wrong inside DDNS Tray" in said(box)
    assert "the program goes on" in said(box)
    assert "RuntimeError" not in said(box), "no trace is the first thing that one reads"
    box.copy.click()
    assert QGuiApplication.clipboard().text() == box.report.toPlainText() == "RuntimeError: broken"
    assert box.folder.toolTip() == str(tmp_path / "fault.txt")


def test_without_a_file_there_is_no_folder_to_open(boxes: FaultBoxes) -> None:
    boxes.show(FaultReport("broken", None), earlier=True)
    assert shown(boxes).folder.isHidden()
    assert "ended unexpectedly the last time" in said(shown(boxes))


def test_boxes_come_one_after_the_other(boxes: FaultBoxes) -> None:
    for number in range(3):
        boxes.show(FaultReport(f"fault {number}", None))
    assert shown(boxes).report.toPlainText() == "fault 0"
    shown(boxes).close_button.click()
    assert shown(boxes).report.toPlainText() == "fault 1"
    boxes.close()
    assert boxes.box is None


def test_a_fault_in_a_thread_shows_its_box_in_the_main_thread(boxes: FaultBoxes, qtbot: QtBot) -> None:
    worker = threading.Thread(target=lambda: boxes.show(FaultReport("from afar", None)))
    worker.start()
    worker.join()
    assert boxes.box is None
    qtbot.waitUntil(lambda: boxes.box is not None)
    assert shown(boxes).report.toPlainText() == "from afar"


PROGRAM = """
import faulthandler, sys, threading
from pathlib import Path
from ddns_tray.app import run_app
from ddns_tray.core.ports import Secret
from ddns_tray.system.paths import Paths
place = Path(sys.argv[1])
secret = Secret("canary-4711-of-the-account")

def fail():
    raise RuntimeError("cannot send " + secret.reveal())

def watch():
    for number in range(600):
        if list((place / "log").glob("fault-*.txt")):
            from PySide6.QtWidgets import QApplication
            boxes = [box for box in QApplication.topLevelWidgets() if type(box).__name__ == "FaultBox"]
            if boxes:
                print("shown", flush=True)
                return
        threading.Event().wait(0.05)

def tell():
    while not faulthandler.is_enabled():
        threading.Event().wait(0.01)
    print("traced", flush=True)

if "fail" in sys.argv:
    threading.Timer(1.0, fail).start()
if "tell" in sys.argv:
    threading.Thread(target=tell, daemon=True).start()
threading.Thread(target=watch, daemon=True).start()
(place / "config.toml").write_text('schema = 1\\n[address]\\nsources = ["static:192.0.2.1"]\\nquorum = 1\\n')
sys.exit(run_app(Paths(place / "config.toml", place / "data", place / "run", place / "log")))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no signal asks a window to end on Windows")
def test_the_program_shows_the_box_goes_on_and_ends_well(tmp_path: Path) -> None:
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path), "fail"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    assert program.stdout.readline() == b"shown\n"
    assert program.poll() is None, "the program goes on"
    program.send_signal(signal.SIGTERM)
    wait_for(lambda: program.poll() is not None, "the end")
    told = program.stderr.read().decode()
    program.stdout.close()
    program.stderr.close()
    assert program.returncode == 0, told
    assert "Traceback" not in told
    (report,) = (tmp_path / "log").glob("fault-*.txt")
    assert "RuntimeError: cannot send [left out]" in report.read_text("utf-8")
    assert "canary" not in report.read_text("utf-8") + told
    assert not list((tmp_path / "log").glob("died-*")), "an orderly end leaves no trace"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no signal makes a process crash on Windows")
def test_a_program_that_died_says_so_when_it_is_started_again(tmp_path: Path) -> None:
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    traces = tmp_path / "log" / "died-default.txt"
    with subprocess.Popen([*command, "tell"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline() == b"traced\n"
        dying.send_signal(signal.SIGSEGV)
        dying.wait(10)
    assert "Segmentation fault" in traces.read_text("utf-8")
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as again:
        assert again.stdout is not None
        assert again.stdout.readline() == b"shown\n"
        again.send_signal(signal.SIGTERM)
        assert again.wait(10) == 0
    assert not traces.exists()
