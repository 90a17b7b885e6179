"""An address in a file."""

from __future__ import annotations

import os
import threading
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import ConfigError, ProblemCode
from ddns_tray.core.model import Family, SourceKind
from ddns_tray.detectors.base import Tools
from ddns_tray.detectors.file import FileDetector
from ddns_tray.http import HttpxClient
from tests.support.clock import FakeClock
from tests.support.detecting import detector_of, detectors_of

if TYPE_CHECKING:
    from pathlib import Path


def tools(timeout: float) -> Tools:
    return Tools(
        http=HttpxClient(), clock=FakeClock(), interfaces=tuple, chance=None, quorum=1, timeout=timeout, environment={}
    )


@pytest.mark.parametrize(
    ("content", "family", "address"),
    [
        (b"203.0.113.7\n", Family.IPV4, "203.0.113.7"),
        (b" 2001:db8::7 ", Family.IPV6, "2001:db8::7"),
        (b"203.0.113.7\n2001:db8::7\n", Family.IPV4, "203.0.113.7"),
        (b"203.0.113.7\r\n2001:db8::7\r\n", Family.IPV6, "2001:db8::7"),
    ],
)
async def test_a_file_is_read_with_each_look(tmp_path: Path, content: bytes, family: Family, address: str) -> None:
    path = tmp_path / "address"
    path.write_bytes(content)
    detector = detector_of(f"file:{path}")
    sighting = await detector.detect(family)
    assert (sighting.address, sighting.problem, sighting.kind) == (ip_address(address), None, SourceKind.FILE)
    path.write_bytes(b"")
    assert (await detector.detect(family)).address is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", ProblemCode.NOT_AN_ADDRESS),
        (b"203.0.113.7\n203.0.113.8\n", ProblemCode.NOT_AN_ADDRESS),
        (b"203.0.113.7 # home", ProblemCode.NOT_AN_ADDRESS),
        (b"2001:db8::7", ProblemCode.WRONG_FAMILY),
        (b"\xff\xfe203.0.113.7", ProblemCode.NOT_AN_ADDRESS),
        (b"203.0.113.7" + b" " * 5000, ProblemCode.NOT_AN_ADDRESS),
        (b"127.0.0.1", ProblemCode.NOT_AN_ADDRESS),
    ],
)
async def test_anything_else_is_a_problem(tmp_path: Path, content: bytes, code: ProblemCode) -> None:
    path = tmp_path / "address"
    path.write_bytes(content)
    sighting = await detector_of(f"file:{path}").detect(Family.IPV4)
    assert sighting.address is None
    assert sighting.problem is not None
    assert sighting.problem.code is code


async def test_a_drive_that_does_not_answer_holds_up_nobody_and_is_not_asked_twice_at_once(tmp_path: Path) -> None:
    path, answers, begun = tmp_path / "address", threading.Event(), []

    def read(path: Path) -> bytes:
        begun.append(path)
        answers.wait()
        return b"203.0.113.7"

    detector = FileDetector("file:x", path, tools(0.05), read)
    for _ in range(3):
        sighting = await detector.detect(Family.IPV4)
        assert sighting.problem is not None
        assert sighting.problem.code is ProblemCode.TIMED_OUT
    assert begun == [path]
    answers.set()
    while (sighting := await detector.detect(Family.IPV4)).problem is not None:
        pass
    assert sighting.address == ip_address("203.0.113.7")


async def test_what_is_not_there_or_no_file_is_a_problem_and_waits_for_nobody(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    if hasattr(os, "mkfifo"):
        os.mkfifo(pipe)
    for path in (tmp_path / "absent", tmp_path, pipe):
        sighting = await detector_of(f"file:{path}").detect(Family.IPV4)
        assert sighting.problem is not None
        assert sighting.problem.code is ProblemCode.DETECTOR
        assert "The system said" in str(sighting.problem.hint)


@pytest.mark.parametrize("source", ["file:", "file:relative/path"])
def test_a_path_has_to_be_whole(source: str) -> None:
    with pytest.raises(ConfigError):
        detectors_of(source)
