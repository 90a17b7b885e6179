"""Faults of our own are written down wherever they come up, once, and without a secret in any way of writing it."""

from __future__ import annotations

import base64
import logging
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest

from ddns_tray.core.errors import NoKeyring
from ddns_tray.core.ports import Secret, living_secrets
from ddns_tray.core.text import text
from ddns_tray.system.faults import FaultReport, Faults
from ddns_tray.system.redaction import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = 'canary/+ "ä" 4711'


class Listener:
    """A keeper of faults, and what it was told."""

    def __init__(self, folder: Path) -> None:
        self.told: list[FaultReport] = []
        self.faults = Faults(folder, now=lambda: 1_800_000_000.0)
        self.faults.on_report = self.told.append


@pytest.fixture
def listener(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Listener]:
    with caplog.at_level(logging.CRITICAL, "ddns_tray.system.faults"):
        yield Listener(tmp_path / "log")


def fault(message: str = "broken") -> Exception:
    try:
        raise RuntimeError(message)  # noqa: TRY301 - so that it has a trace
    except RuntimeError as exc:
        return exc


def test_a_fault_is_kept_and_told_with_what_helps_to_find_it(listener: Listener) -> None:
    report = listener.faults.take(fault(), "a task")
    assert report is not None
    assert listener.told == [report]
    assert report.file is not None
    assert report.file.read_text("utf-8") == report.text
    assert report.file.name == "fault-20270115-080000.txt"
    if sys.platform != "win32":  # where the folder of a person's own is closed to others
        assert report.file.stat().st_mode & 0o077 == 0
    for part in ("DDNS Tray ", "Time: 2027-01-15T08:00:00Z", "Place: a task", "Python: 3.", "RuntimeError: broken"):
        assert part in report.text
    assert "test_faults.py" in report.text


def test_the_same_fault_is_told_once(listener: Listener) -> None:
    for _ in range(3):
        listener.faults.take(fault(), "a task")
    listener.faults.take(ValueError("another"), "a task")
    assert len(listener.told) == 2


def test_only_the_newest_reports_are_kept(listener: Listener, tmp_path: Path) -> None:
    for number in range(15):
        listener.faults.take(type(f"Fault{number}", (Exception,), {})(), "a task")
    assert len(list((tmp_path / "log").glob("fault-*.txt"))) == 10


def test_without_a_folder_the_report_is_still_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "log").write_text("in the way")
    with caplog.at_level(logging.CRITICAL, "ddns_tray.system.faults"):
        listener = Listener(tmp_path / "log")
        with listener.faults.watching():
            listener.faults.take(fault(), "a task")
    assert listener.told[0].file is None


def test_a_report_that_could_not_be_written_whole_leaves_no_empty_file(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="needs a limit for the size of files")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, limit[1]))
    try:
        report = Faults(tmp_path / "log").take(fault(), "a task")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, before)
    assert report is not None
    assert report.file is None
    assert list((tmp_path / "log").iterdir()) == []


def test_uncaught_exceptions_of_main_thread_and_worker_threads_are_taken(listener: Listener) -> None:
    before = sys.excepthook, threading.excepthook
    with listener.faults.watching():
        error = fault("in a callback")
        sys.excepthook(type(error), error, error.__traceback__)
        worker = threading.Thread(target=lambda: 1 // 0, name="worker-7")
        worker.start()
        worker.join()
    assert (sys.excepthook, threading.excepthook) == before
    assert [report.text.count("in a callback") > 0 for report in listener.told] == [True, False]
    assert "Place: the thread worker-7" in listener.told[1].text
    assert "ZeroDivisionError" in listener.told[1].text


DYING = """
import ctypes, sys
from pathlib import Path
from ddns_tray.system.faults import Faults
with Faults(Path(sys.argv[1])).watching():
    ctypes.string_at(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="ctypes makes an exception of a wrong address on Windows")
def test_a_process_that_dies_below_python_is_told_of_at_the_next_start(listener: Listener, tmp_path: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", DYING, str(tmp_path / "log")], capture_output=True, check=False)
    assert dead.returncode != 0
    with listener.faults.watching():
        last = listener.faults.last_time
    assert last is not None
    assert "Fatal Python error: Segmentation fault" in last.text
    assert "the process before this one" in last.text
    again = Listener(tmp_path / "log")
    with again.faults.watching():
        assert again.faults.last_time is None, "told once"


def test_an_orderly_end_leaves_no_trace(listener: Listener, tmp_path: Path) -> None:
    with listener.faults.watching():
        pass
    assert list((tmp_path / "log").iterdir()) == []


def test_what_others_caught_and_logged_is_taken_but_no_expected_error(listener: Listener) -> None:
    other = logging.getLogger("ddns_tray.somebody")
    other.setLevel(logging.ERROR)
    secret = Secret(CANARY)
    with listener.faults.watching():
        other.error("the round of %s failed", secret.reveal(), exc_info=fault("in a round"))
        other.error("no keyring", exc_info=NoKeyring(text("There is no keyring.")))
        other.error("without a trace")
        other.warning("not so bad", exc_info=fault("a warning"))
    (report,) = listener.told
    assert "Place: ddns_tray.somebody: the round of [left out] failed" in report.text


def test_a_program_that_ends_with_a_fault_is_told_of_at_the_next_start(listener: Listener) -> None:
    with pytest.raises(RuntimeError, match="at the end"), listener.faults.watching():
        raise fault("at the end")
    with pytest.raises(NoKeyring), listener.faults.watching():
        raise NoKeyring(text("There is no keyring."))
    assert listener.faults.last_time is not None
    assert "RuntimeError: at the end" in listener.faults.last_time.text
    again = Faults(listener.faults._folder)
    with again.watching():
        assert again.last_time is None, "what was expected and told in words is no fault"


# --- secrets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        f"failed: {CANARY}!",
        f"failed: {CANARY!r}",
        f"https://example.org/nic/update?{urlencode({'key': CANARY})}",
        f"path /v1/{quote(CANARY, safe='')}/records",
        f"Authorization: Basic {base64.b64encode(f'me:{CANARY}'.encode()).decode()}",
        f"header {base64.b64encode(f'user:{CANARY}:end'.encode()).decode()} sent",
        f"octets {CANARY.encode().hex()}",
    ],
)
def test_a_secret_of_this_process_is_left_out_in_every_way_of_writing_it(written: str) -> None:
    secret = Secret(CANARY)
    shown = without_secrets(written)
    assert "[left out]" in shown
    for form in (
        CANARY,
        quote(CANARY, safe=""),
        base64.b64encode(CANARY.encode()).decode()[:12],
        CANARY.encode().hex(),
    ):
        assert form not in shown
    assert "4711" not in shown
    del secret
    assert CANARY not in living_secrets(), "a secret that is gone is not held by us"


@pytest.mark.parametrize(
    "written",
    [
        "api_token = 'hunter2-hunter2'",
        '{"password": "hunter2-hunter2"}',
        "X-Auth-Key: hunter2-hunter2",
        "Authorization: Bearer hunter2-hunter2",
        "https://me:hunter2-hunter2@example.org/",
        "GET https://example.org/update?host=home&k=hunter2-hunter2",
        "cookie: session=hunter2-hunter2",
        "password=hunter2",
    ],
)
def test_what_looks_like_a_secret_is_left_out_too(written: str) -> None:
    shown = without_secrets(written)
    assert "hunter2" not in shown
    assert "[left out]" in shown


def test_long_keys_are_left_out_and_program_text_stays() -> None:
    assert "a1b2" not in without_secrets("sent a1b2c3d4e5f6a7b8c9d0e1f2 there")
    line = '  File "/x/ddns_tray/providers/rest_services/hetzner.py", line 12, in _token_of_the_account_that_was_opened'
    assert without_secrets(line) == line
    quoted = f"{line}\n    token = opening.secret('api_token')\n"
    assert without_secrets(quoted) == quoted, "program text is public"
    home = str(Path.home())
    assert without_secrets(f"{home}/config.toml") == "~/config.toml"


def test_the_whole_report_of_a_fault_with_a_secret_has_none(listener: Listener) -> None:
    secret = Secret("canary-token-of-the-account")
    report = listener.faults.take(fault(f"cannot send {secret.reveal()} to them"), "a task")
    assert report is not None
    assert "canary" not in report.text
    assert report.file is not None
    assert "canary" not in report.file.read_text("utf-8")
