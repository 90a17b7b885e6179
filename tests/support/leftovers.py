"""What a test may leave behind: nothing. Threads, child processes and temporary files are counted before and after.

Fixtures that live longer than a test own what they start, so that is not held against the test.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GRACE = 2.0
"""Seconds for what is already on its way out."""

_OF_PYTEST = ("pytest-of-", "pytest-")


@dataclass(frozen=True, slots=True)
class Traces:
    """What there is at one moment."""

    threads: frozenset[threading.Thread] = frozenset()
    children: frozenset[int] = frozenset()
    files: frozenset[str] = frozenset()

    def __sub__(self, other: Traces) -> Traces:
        return Traces(self.threads - other.threads, self.children - other.children, self.files - other.files)

    def __or__(self, other: Traces) -> Traces:
        return Traces(self.threads | other.threads, self.children | other.children, self.files | other.files)

    def __bool__(self) -> bool:
        return bool(self.threads or self.children or self.files)

    def __str__(self) -> str:
        told = [f"thread {thread.name}" for thread in self.threads]
        told += [f"process {pid} ({_command(pid)})" for pid in self.children]
        told += [f"{name} in the temporary folder" for name in self.files]
        return ", ".join(sorted(told))


def look() -> Traces:
    """Count what is there now; child processes are visible on Linux only. Done twice for each test, so it is quick."""
    names = os.listdir(tempfile.gettempdir())  # noqa: PTH208 - a fraction of the time of Path
    files = frozenset(name for name in names if not name.startswith(_OF_PYTEST))
    return Traces(frozenset(threading.enumerate()), frozenset(_children()), files)


def _children() -> Iterator[int]:
    if sys.platform != "linux":
        return
    for task in os.listdir("/proc/self/task"):  # noqa: PTH208 - as above
        try:
            yield from map(int, Path(f"/proc/self/task/{task}/children").read_bytes().split())
        except OSError:
            continue  # the thread has just ended


def beyond(expected: Traces, grace: float = GRACE) -> Traces:
    """Return what is there beyond `expected` and does not go away within `grace` seconds."""
    end = time.monotonic() + grace
    while True:
        left = look() - expected
        if not left or time.monotonic() >= end:
            return left
        time.sleep(0.01)  # another process or thread is on its way out; there is nothing to await


def _command(pid: int) -> str:
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip() or "ended"
        )
    except OSError:
        return "ended"
