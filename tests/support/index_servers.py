"""Servers from the package index (`devtools.servers`), started for tests and ended with them."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from devtools.servers import ensure
from devtools.shell import Failure
from tests.support.dns_servers import HOST
from tests.support.processes import end_process

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LONGEST_START = 60.0
"""Seconds; the first start compiles what it imports."""


def interpreter(name: str) -> Path:
    """The interpreter of the environment that has the server, installed by now; without an index, there is no test."""
    try:
        return ensure(name)
    except Failure as failure:
        pytest.skip(str(failure))


@contextmanager
def serving(command: Sequence[str], folder: Path, port: int) -> Iterator[None]:
    """Run a server until the end of the block; it writes to `folder`, and listens at `port` of loopback."""
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=_environment()
        )
        try:
            _wait_until_it_listens(process, port, log)
            yield
        finally:
            end_process(process)


def _environment() -> dict[str, str]:
    """Nothing that Python would take from this run into theirs."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "COVERAGE"))}


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """The wait is for a foreign program, not for our result."""
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline and process.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    message = f"{process.args!r} does not serve: {log.read_text(errors='replace')[-2000:]}"
    raise RuntimeError(message)
