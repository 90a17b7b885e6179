"""The process that talks to the keyring: one request on its standard input, one answer on its standard output.

Both are JSON texts; secrets travel in no other way. The request is a line, after which the parent keeps the pipe open:
when it closes, the parent has gone or does not want the answer any more, and this process ends wherever it is, be it in
a prompt. What backends print goes nowhere, and of what they raise only the names travel, since messages may tell more.

Started as a file or, in a frozen program, as the program itself; docs/decisions/keyring-worker.md says why.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ddns_tray.store.keyring_backend import Backend

_STDIN, _STDOUT = 0, 1
_CHUNK = 65536


def main() -> int:
    """Answer the one request."""
    answers = os.dup(_STDOUT)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, _STDOUT)
    request = json.loads(_line())
    # A thread blocked in `sys.stdin` would hold its lock when the interpreter ends; one in `os.read` holds nothing.
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    # What the parent can import, we import from the same places, and nothing from the current folder besides.
    sys.path[:] = request.get("path") or sys.path
    _write(answers, json.dumps(_answer(request)).encode())
    return 0


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    from ddns_tray.store.keyring_backend import choose_backend  # noqa: PLC0415 - found through the path just set

    try:
        backend = choose_backend()
        if backend is None:
            return {"kinds": ["NoKeyringError"]}
        return {"value": _use(backend, request)}
    except Exception as exc:  # noqa: BLE001 - the parent says what it means
        return {"kinds": [kind.__name__ for kind in type(exc).__mro__]}


def _use(backend: Backend, request: dict[str, Any]) -> str | None:
    service, user = request["service"], request["user"]
    match request["verb"]:
        case "get":
            return backend.get_password(service, user)
        case "set":
            backend.set_password(service, user, request["value"])
        case "delete":
            backend.delete_password(service, user)
    return None


def _line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        chunk = os.read(_STDIN, _CHUNK)
        if not chunk:
            sys.exit(1)
        line += chunk
    return line


def _write(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


def _end_with_the_parent() -> None:
    os.read(_STDIN, 1)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
