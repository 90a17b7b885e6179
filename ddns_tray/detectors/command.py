"""`command:PROGRAM ARGUMENTS`: the address that a program prints, and nothing else may be printed.

No shell takes part, so nothing in the line is expanded or injected; who needs a shell names it. The program gets
`DDNS_TRAY_FAMILY` (`ipv4` or `ipv6`) and only those variables that programs need to run: none of ours, no secrets.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import sys
from typing import TYPE_CHECKING

from ddns_tray.core.errors import DetectorError, ProblemCode
from ddns_tray.core.model import SourceKind
from ddns_tray.core.text import text
from ddns_tray.detectors.base import BaseDetector, Identity, unusable_source
from ddns_tray.detectors.parsing import MAX_ANSWER_BYTES, one_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import Family, IPAddress
    from ddns_tray.detectors.base import Tools

_INHERITED = frozenset({
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "USER", "LOGNAME",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "APPDATA",
})  # fmt: skip
_RUNNING_SHARE = 0.8
"""How much of the time limit the program itself gets; the rest is for cleaning up after it."""


class CommandDetector(BaseDetector):
    """Runs a program for each look, with a time limit.

    Whatever it has started is ended with it; on Windows only the program itself is.
    """

    def __init__(self, source: str, arguments: Sequence[str], tools: Tools) -> None:
        super().__init__(Identity(source, source, SourceKind.COMMAND), tools.clock)
        self._arguments = arguments
        self._running_seconds = tools.timeout * _RUNNING_SHARE
        self._reaping_seconds = tools.timeout - self._running_seconds
        self._environment = {name: value for name, value in tools.environment.items() if name.upper() in _INHERITED}

    async def _look(self, family: Family) -> IPAddress | None:
        program = self._arguments[0]
        try:
            output, code = await self._run(family)
        except TimeoutError as exc:
            raise DetectorError(
                text("{program} did not finish within {seconds} seconds.", program=program,
                     seconds=f"{self._running_seconds:g}"),
                text("It was stopped. Run it by hand to see what it waits for."),
                code=ProblemCode.TIMED_OUT,
            ) from exc  # fmt: skip
        except (OSError, ValueError) as exc:
            raise DetectorError(
                text("{program} could not be started.", program=program),
                text("Write the full path of the program, and check that it may be run."),
            ) from exc
        if len(output) > MAX_ANSWER_BYTES:
            raise DetectorError(
                text("{program} printed more than {limit} bytes.", program=program, limit=MAX_ANSWER_BYTES),
                text("It should print one address and nothing else."),
                code=ProblemCode.NOT_AN_ADDRESS,
            )
        if code != 0:
            raise DetectorError(
                text("{program} ended with the exit code {code}.", program=program, code=code),
                text("Run it by hand to see what it says."),
            )
        return one_address(output, family)

    async def _run(self, family: Family) -> tuple[bytes, int]:
        async with asyncio.timeout(self._running_seconds):
            process = await self._start(family)
            try:
                output = await _read_at_most(process.stdout, MAX_ANSWER_BYTES + 1)
                if len(output) > MAX_ANSWER_BYTES:
                    return output, 0
                return output, await process.wait()
            finally:
                await _end(process, self._reaping_seconds)

    async def _start(self, family: Family) -> asyncio.subprocess.Process:
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *self._arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={**self._environment, "DDNS_TRAY_FAMILY": str(family)},
                start_new_session=True,
            )
        )
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            # asyncio itself would end the program alone, and not what it has started by now.
            with contextlib.suppress(OSError, ValueError):
                await _end(await starting, self._reaping_seconds)
            raise


async def _read_at_most(stream: asyncio.StreamReader | None, limit: int) -> bytes:
    output = b""
    while stream is not None and len(output) < limit:
        chunk = await stream.read(limit - len(output))
        if not chunk:
            break
        output += chunk
    return output


async def _end(process: asyncio.subprocess.Process, seconds: float) -> None:
    """Stop the program and whatever it started, also what it left behind when it ended; on Windows it alone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            if process.returncode is None:
                process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            if process.stdout is not None:
                await process.stdout.read()
            await process.wait()


def command_detectors(source: str, tools: Tools) -> Sequence[CommandDetector]:
    """Return the detector of `command:PROGRAM ARGUMENTS`."""
    line = source.partition(":")[2].strip()
    try:
        arguments = split_windows(line) if sys.platform == "win32" else shlex.split(line)
    except ValueError as exc:
        raise unusable_source(source) from exc
    if not arguments or "\0" in line:
        raise unusable_source(source)
    return (CommandDetector(source, arguments, tools),)


def split_windows(line: str) -> list[str]:
    """Split a line as Windows programs do; the inverse of `subprocess.list2cmdline`.

    Source: "Parsing C command-line arguments" in the Microsoft C runtime's documentation. Raises `ValueError` where a
    quotation mark is not closed. Backslashes are plain except before a quotation mark, so paths need no doubling.
    """
    arguments: list[str] = []
    current: str | None = None
    quoted = False
    place = 0
    while place < len(line):
        sign = line[place]
        if sign in " \t" and not quoted:
            if current is not None:
                arguments.append(current)
            current = None
            place += 1
            continue
        current = current or ""
        backslashes = len(line) - place - len(line[place:].lstrip("\\"))
        place += backslashes
        if line[place : place + 1] == '"':
            current += "\\" * (backslashes // 2)
            if backslashes % 2:
                current += '"'
            else:
                quoted = not quoted
            place += 1
        elif backslashes:
            current += "\\" * backslashes
        else:
            current += sign
            place += 1
    if quoted:
        message = "a quotation mark is not closed"
        raise ValueError(message)
    return arguments if current is None else [*arguments, current]
