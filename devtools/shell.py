"""Starting other programs: quietly where their chatter helps nobody, and with one clear message when they fail."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
WINDOWS = sys.platform == "win32"


class Failure(Exception):
    """Something the person has to know or do; its message is all that gets printed."""


def say(message: str) -> None:
    """Tell the person what is going on; standard output belongs to the programs that we start."""
    print(message, file=sys.stderr, flush=True)


def run_quietly(
    what: str, command: Sequence[str | Path], *, hint: str = "", env: Mapping[str, str] | None = None
) -> None:
    """Run `command`, keep its output in build/setup.log, and show the end of it only when it fails.

    `what` completes the line "… … 12 s"; `hint` says what a person can do about a failure.
    """
    say(f"{what} …")
    started = time.monotonic()
    BUILD.mkdir(exist_ok=True)
    log = BUILD / "setup.log"
    words = [str(word) for word in command]
    with log.open("a", encoding="utf-8") as stream:
        stream.write(f"\n$ {' '.join(words)}\n")
        stream.flush()
        start = stream.tell()
        try:
            code = subprocess.run(
                words,
                cwd=ROOT,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        except OSError as exc:
            raise Failure(f"{what}: {words[0]} could not be started: {exc}") from exc
    if code:
        with log.open(encoding="utf-8", errors="replace") as stream:
            stream.seek(start)
            tail = "".join(f"  | {line}\n" for line in stream.read().splitlines()[-15:])
        raise Failure(f"{what} failed with exit code {code}. The end of {log.relative_to(ROOT)} says:\n{tail}{hint}")
    say(f"  done in {time.monotonic() - started:.0f} s")


def call(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> int:
    """Run `command` on the person's terminal and return its exit code; Ctrl+C reaches it, and it decides."""
    words = [str(word) for word in command]
    process = subprocess.Popen(words, cwd=ROOT, env={**os.environ, **(env or {})})
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def become(command: Sequence[str | Path]) -> NoReturn:
    """Turn into `command`, in the person's own folder, so that signals and exit codes are the program's."""
    words = [str(word) for word in command]
    if WINDOWS:  # exec there starts a second process and returns to the prompt at once
        process = subprocess.Popen(words)
        while True:
            try:
                sys.exit(process.wait())
            except KeyboardInterrupt:
                continue
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(words[0], words)  # noqa: S606 - no shell is wanted
