"""`file:PATH`: an address that another program keeps in a file, alone or one of each kind on two lines."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import parsed
from ddns_tray.core.errors import DetectorError, ProblemCode
from ddns_tray.core.model import SourceKind
from ddns_tray.core.text import text
from ddns_tray.detectors.base import BaseDetector, Identity, unusable_source
from ddns_tray.detectors.parsing import MAX_ANSWER_BYTES, one_address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ddns_tray.core.model import Family, IPAddress
    from ddns_tray.detectors.base import Tools

_MOST_LINES = 2


class FileDetector(BaseDetector):
    """Reads the file anew with each look, unless the last reading still hangs."""

    def __init__(self, source: str, path: Path, tools: Tools, read: Callable[[Path], bytes] | None = None) -> None:
        super().__init__(Identity(source, source, SourceKind.FILE), tools.clock)
        self._path = path
        self._timeout = tools.timeout
        self._read = read or _read
        self._reading: asyncio.Future[bytes] | None = None

    async def _look(self, family: Family) -> IPAddress:
        try:
            content = await self._content()
        except TimeoutError as exc:
            raise DetectorError(
                text("The file {path} could not be read in time.", path=str(self._path)),
                text("Check the disk or the network drive that it lies on."),
                code=ProblemCode.TIMED_OUT,
            ) from exc
        except OSError as exc:
            raise DetectorError(
                text("The file {path} could not be read.", path=str(self._path)),
                text("The system said: {reason}", reason=exc.strerror or type(exc).__name__),
            ) from exc
        if len(content) > MAX_ANSWER_BYTES:
            raise DetectorError(
                text("The file {path} holds more than {limit} bytes.", path=str(self._path), limit=MAX_ANSWER_BYTES),
                text("It should hold one address of each kind, and nothing else."),
                code=ProblemCode.NOT_AN_ADDRESS,
            )
        return one_address(_line_for(content, family), family)

    async def _content(self) -> bytes:
        if self._reading is None or self._reading.done():
            self._reading = _in_a_thread(lambda: self._read(self._path))
        async with asyncio.timeout(self._timeout):
            return await asyncio.shield(self._reading)


def _in_a_thread(work: Callable[[], bytes]) -> asyncio.Future[bytes]:
    """Do what may hang for ever in a thread of its own: it takes no worker from others, and no end waits for it."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[bytes] = loop.create_future()
    future.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be left to take it

    def run() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            try:
                content = work()
            except OSError as exc:
                loop.call_soon_threadsafe(future.set_exception, exc)
            else:
                loop.call_soon_threadsafe(future.set_result, content)

    threading.Thread(target=run, name="reading a file", daemon=True).start()
    return future


def _read(path: Path) -> bytes:
    """Read a regular file; a pipe or a device could keep us waiting for ever."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "not a regular file")
        return opened.read(MAX_ANSWER_BYTES + 1)


def _line_for(content: bytes, family: Family) -> bytes:
    """Return the line of this family where the file has one address of each; else the whole, to be judged as such."""
    lines = content.split()
    read = [parsed(line.decode("ascii", "replace")) for line in lines]
    if len(lines) == _MOST_LINES and {address.version for address in read if address is not None} == {4, 6}:
        return next(
            line
            for line, address in zip(lines, read, strict=True)
            if address is not None and address.version == family.version
        )
    return content


def file_detectors(source: str, tools: Tools) -> Sequence[FileDetector]:
    """Return the detector of `file:PATH`. A path that depends on where we were started is refused."""
    path = Path(source.partition(":")[2].strip())
    if not path.is_absolute():
        raise unusable_source(source)
    return (FileDetector(source, path, tools),)
