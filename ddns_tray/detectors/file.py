"""`file:PATH`: an address that another program keeps in a file, alone or one of each kind on two lines."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import parsed
from ddns_tray.core.errors import DetectorError, ProblemCode
from ddns_tray.core.model import SourceKind
from ddns_tray.core.text import text
from ddns_tray.detectors.base import BaseDetector, Identity, unusable_source
from ddns_tray.detectors.parsing import MAX_ANSWER_BYTES, one_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import Family, IPAddress
    from ddns_tray.detectors.base import Tools

_MOST_LINES = 2


class FileDetector(BaseDetector):
    """Reads the file anew with each look."""

    def __init__(self, source: str, path: Path, tools: Tools) -> None:
        super().__init__(Identity(source, source, SourceKind.FILE), tools.clock)
        self._path = path

    async def _look(self, family: Family) -> IPAddress:
        try:
            content = await asyncio.to_thread(_read, self._path)
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
