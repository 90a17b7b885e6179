"""Commands run for real: good ones, hostile ones, and what they leave behind."""

from __future__ import annotations

import asyncio
import os
import select
import shlex
import subprocess
import sys
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import ConfigError, ProblemCode
from ddns_tray.core.model import Family, Sighting, SourceKind
from ddns_tray.detectors.command import split_windows
from tests.support.detecting import detector_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the lines below are POSIX, the proof needs pidfd")

SOON = 1.0


def _python(code: str, *arguments: str) -> str:
    return "command:" + shlex.join([sys.executable, "-I", "-c", code, *arguments])


async def _run(source: str, family: Family = Family.IPV4, limit: float = 5.0) -> Sighting:
    sighting = await detector_of(source, timeout=limit, environment=dict(os.environ)).detect(family)
    assert (sighting.address is None) is (sighting.problem is not None)
    return sighting


def _gone(pid: int) -> bool:
    """Say whether a process has ended, waiting a moment for the kernel to carry out what was ordered."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 5)[0])
    finally:
        os.close(handle)


def _running() -> list[str]:
    listed = subprocess.run(["ps", "-eo", "stat,args"], capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


@pytest.mark.parametrize(("family", "address"), [(Family.IPV4, "203.0.113.7"), (Family.IPV6, "2001:db8::7")])
async def test_a_command_is_told_the_family_and_its_answer_is_read(family: Family, address: str) -> None:
    code = "import os; print({'ipv4': '203.0.113.7', 'ipv6': '2001:db8::7'}[os.environ['DDNS_TRAY_FAMILY']])"
    sighting = await _run(_python(code), family)
    assert (sighting.address, sighting.kind) == (ip_address(address), SourceKind.COMMAND)


async def test_no_shell_reads_the_line(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    code = "import sys; print('203.0.113.7' if sys.argv[1] == '$(touch x); `id` > y | z' else 'changed')"
    sighting = await _run(_python(code, "$(touch x); `id` > y | z") + f" ; touch {victim}")
    assert sighting.address == ip_address("203.0.113.7")
    assert not victim.exists()


async def test_secrets_of_the_environment_are_not_handed_on() -> None:
    code = "import os; print('203.0.113.7' if not any('SECRET' in name for name in os.environ) else 'leak')"
    environment = {**os.environ, "DDNS_TRAY_SECRET_HOME_TOKEN": "hush"}
    detector = detector_of(_python(code), environment=environment)
    assert (await detector.detect(Family.IPV4)).problem is None


async def test_standard_input_is_closed() -> None:
    assert (await _run(_python("import sys; print('203.0.113.7' + sys.stdin.read())"))).problem is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("", ProblemCode.NOT_AN_ADDRESS),
        ("print('203.0.113.7'); print('203.0.113.8')", ProblemCode.NOT_AN_ADDRESS),
        ("print('address: 203.0.113.7')", ProblemCode.NOT_AN_ADDRESS),
        ("print('2001:db8::7')", ProblemCode.WRONG_FAMILY),
        ("print('203.0.113.7'); raise SystemExit(3)", ProblemCode.DETECTOR),
        ("import os; print('203.0.113.7', flush=True); os.kill(os.getpid(), 9)", ProblemCode.DETECTOR),
        ("while True: print('1' * 1000)", ProblemCode.NOT_AN_ADDRESS),
        ("print('203.0.113.7', end='\\xff')", ProblemCode.NOT_AN_ADDRESS),
    ],
)
async def test_a_command_that_does_not_say_one_address_is_a_problem(code: str, expected: ProblemCode) -> None:
    problem = (await _run(_python(code))).problem
    assert problem is not None
    assert problem.code is expected
    assert problem.hint is not None


@pytest.mark.parametrize("program", ["/nowhere/program", "no-such-program-7731", "/etc/passwd", "/"])
async def test_a_program_that_cannot_be_started_is_a_problem(program: str) -> None:
    problem = (await _run(f"command:{program} x")).problem
    assert problem is not None
    assert program in str(problem.title)


STUBBORN = """
trap "" TERM
sleep 600 &
echo $$ $! > "$1"
test "$2" = stay && wait
echo 203.0.113.7
"""


def _stubborn(pids: Path, then: str) -> str:
    return "command:" + shlex.join(["/bin/sh", "-c", STUBBORN, "sh", str(pids), then])


async def test_a_command_that_hangs_is_ended_in_time_with_all_its_children(tmp_path: Path) -> None:
    begun = time.monotonic()
    pids = tmp_path / "pids"
    problem = (await _run(_stubborn(pids, "stay"), limit=SOON)).problem
    assert problem is not None
    assert problem.code is ProblemCode.TIMED_OUT
    assert time.monotonic() - begun < SOON + 1
    assert all(_gone(int(pid)) for pid in pids.read_text().split())


async def test_a_child_that_keeps_the_line_open_does_not_hold_us_up(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    problem = (await _run(_stubborn(pids, "leave"), limit=SOON)).problem
    assert problem is not None
    assert problem.code is ProblemCode.TIMED_OUT
    assert all(_gone(int(pid)) for pid in pids.read_text().split())


async def test_a_cancelled_command_stays_cancelled_and_leaves_nothing_behind(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    os.mkfifo(pids)
    look = asyncio.create_task(_run(_stubborn(pids, "stay"), limit=30))
    started = await asyncio.to_thread(pids.read_text)
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look
    assert all(_gone(int(pid)) for pid in started.split())


@pytest.mark.parametrize("program", ["/bin/sleep", "/nowhere/program"])
async def test_a_command_that_is_cancelled_while_it_starts_leaves_nothing_behind(program: str) -> None:
    look = asyncio.create_task(_run(f"command:{program} 631.7731"))
    for _ in range(3):
        await asyncio.sleep(0)
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look
    assert not [line for line in _running() if "631.7731" in line and not line.startswith("Z")]


@pytest.mark.parametrize("source", ["command", "command:", "command:  ", "command:echo 'x", "command:a\0b"])
def test_a_line_that_is_no_command_is_a_mistake_in_the_settings(source: str) -> None:
    with pytest.raises(ConfigError):
        detector_of(source)


@pytest.mark.parametrize(
    "arguments",
    [
        ["program.exe"],
        [r"C:\Program Files\my ip\ip.exe", "-4", ""],
        ["ip.exe", r"a\\b", r"ends with \ ".strip(), 'a "quoted" word', r"\"", "tab\there"],
        ["ip.exe", "C:\\dir with space\\"],
    ],
)
def test_a_windows_line_is_split_as_windows_programs_do(arguments: list[str]) -> None:
    assert split_windows(subprocess.list2cmdline(arguments)) == arguments


def test_a_windows_line_with_an_open_quotation_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="not closed"):
        split_windows('ip.exe "a b')
