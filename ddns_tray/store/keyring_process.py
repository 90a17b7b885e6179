"""Talks to the keyring through a process that lives for one call: see `keyring_worker` for what they say.

The process can be ended when a keyring does not answer, which no thread can be, and with it goes the memory that the
libraries of a keyring need. docs/decisions/keyring-worker.md has the figures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from ddns_tray.store import keyring_worker
from ddns_tray.store.keyring_backend import is_reachable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FLAG = "--keyring-worker"
"""The argument by which a frozen program knows that it is the worker."""
PATIENCE = 120.0
"""Seconds that one call may take. Long, since ending the process takes an unlock prompt away from who is typing."""


class KeyringFailed(Exception):
    """A worker met an error; `kinds` are the names of its class and of the bases of that."""

    def __init__(self, kinds: Sequence[str]) -> None:
        super().__init__(kinds[0])
        self.kinds = tuple(kinds)


class KeyringProcess:
    """Implements `keyring_backend.Backend`; each call blocks until its process has ended."""

    def __init__(self, command: Sequence[str] | None = None, patience: float = PATIENCE) -> None:
        self._command = tuple(command or worker_command())
        self._patience = patience
        self._running: subprocess.Popen[bytes] | None = None

    def get_password(self, service: str, username: str) -> str | None:
        """The password, or None. While an earlier call has its prompt open, this one makes no second: it is locked."""
        running = self._running
        if running is not None and running.poll() is None:
            raise KeyringFailed(["KeyringLocked"])
        value = self._ask({"verb": "get", "service": service, "user": username})
        return None if value is None else str(value)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it. A person waits: a call that is still open is given up for this."""
        self._ask({"verb": "set", "service": service, "user": username, "value": password})

    def delete_password(self, service: str, username: str) -> None:
        """Remove it; a call that is still open is given up for this."""
        self._ask({"verb": "delete", "service": service, "user": username})

    def _ask(self, request: Mapping[str, Any]) -> Any:
        if self._running is not None:
            self._running.kill()
        # An empty entry would mean the current folder, and whatever somebody has put there.
        path = [] if getattr(sys, "frozen", False) else [place for place in sys.path if place]
        answer = self._exchange(json.dumps({**request, "path": path}).encode() + b"\n")
        try:
            told = json.loads(answer)
        except ValueError as exc:
            # It was ended, by us or by others, or could not start: what a keyring raised would have been told.
            raise KeyringFailed(["WorkerEnded"]) from exc
        if "kinds" in told:
            raise KeyringFailed(told["kinds"])
        return told["value"]

    def _exchange(self, request: bytes) -> bytes:
        with subprocess.Popen(  # noqa: S603 - our own interpreter and file, or our own program
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ) as process:
            self._running = process
            assert process.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
            assert process.stdout is not None  # noqa: S101 - as above
            limit = threading.Timer(self._patience, process.kill)
            limit.daemon = True
            limit.start()
            try:
                # Not `communicate`: it would close the pipe whose end tells the worker that nobody waits any more.
                os.write(process.stdin.fileno(), request)
                return process.stdout.read()
            except OSError:  # the worker has gone: EPIPE, or EINVAL on Windows
                return b""
            finally:
                limit.cancel()


def choose_process(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> KeyringProcess | None:
    """Return the way to the keyring; None where there cannot be one, for which no process is started."""
    return KeyringProcess() if is_reachable(platform, environ) else None


def worker_command() -> tuple[str, ...]:
    """How a worker is started. `-P` keeps the folder of the file, and the current one, out of what it imports from."""
    if getattr(sys, "frozen", False):
        return (sys.executable, FLAG)
    return (sys.executable, "-P", keyring_worker.__file__)
