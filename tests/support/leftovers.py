"""What a test may leave behind: nothing. Threads, child processes and temporary files are counted before and after.

Fixtures that live longer than a test own what they start, so that is not held against the test.
"""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

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
    """Count what is there now; child processes are visible on Linux only."""
    children: set[int] = set()
    for listing in Path("/proc/self/task").glob("*/children"):
        try:
            children.update(map(int, listing.read_text().split()))
        except OSError:
            continue  # the thread has just ended
    files = {entry.name for entry in Path(tempfile.gettempdir()).iterdir() if not entry.name.startswith(_OF_PYTEST)}
    return Traces(frozenset(threading.enumerate()), frozenset(children), frozenset(files))


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
