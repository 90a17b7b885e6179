"""Runs dns-lexicon in a process of its own, with a deadline that ends it.

A thread in a library without timeouts cannot be ended, a process can. What it is told, secrets among it, goes through
its standard input and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ddns_tray.providers.lexicon import worker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEADLINE = 90.0
"""Seconds for one question with all its requests."""
TIMEOUT = 30.0
"""Seconds for one request."""
OURS = "DDNS_TRAY_"
"""How variables begin that are not for a library: they may hold the secrets of other accounts."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""Processes at a time, over all accounts; each takes some 40 MiB."""


class WorkerEnded(Exception):
    """The process did not answer: it ran into its deadline, or could not do its work at all."""

    def __init__(self, *, in_time: bool) -> None:
        super().__init__("ended" if in_time else "deadline")
        self.in_time = in_time


@dataclass(frozen=True, slots=True)
class LexiconProcess:
    """Asks one question per process."""

    command: Sequence[str] = (sys.executable, "-P", worker.__file__)
    deadline: float = DEADLINE
    timeout: float = TIMEOUT
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    async def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer, or raise `WorkerEnded`. If the caller is cancelled, the process ends with it."""
        # An empty entry would mean the current folder, and whatever somebody has put there.
        path = [place for place in sys.path if place]
        question = json.dumps({**request, "path": path, "deadline": self.deadline, "timeout": self.timeout}).encode()
        environ = {name: value for name, value in self.environ.items() if not name.startswith(OURS)}
        exchange = _Exchange(self.command, question, self.deadline, environ)
        try:
            answer = await asyncio.to_thread(exchange.run)
        except asyncio.CancelledError:
            exchange.end()
            raise
        try:
            told: dict[str, Any] = json.loads(answer)
        except ValueError as exc:
            raise WorkerEnded(in_time=not exchange.late) from exc
        return told


class _Exchange:
    """One process; `end` may come from another thread, also before it has begun."""

    def __init__(self, command: Sequence[str], question: bytes, deadline: float, environ: Mapping[str, str]) -> None:
        self.late = False
        self._command, self._question, self._deadline = command, question, deadline
        self._environ = environ
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def run(self) -> bytes:
        """Start the process, and return what it says."""
        with _AT_ONCE:
            with self._lock:
                if self._ended:
                    return b""
                self._process = self._start()
            with self._process as process:
                try:
                    return process.communicate(self._question, timeout=self._deadline)[0]
                except subprocess.TimeoutExpired:
                    self.late = True
                    process.kill()
                    return b""

    def end(self) -> None:
        """End it wherever it is."""
        with self._lock:
            self._ended = True
            if self._process is not None:
                self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and file
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environ,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
