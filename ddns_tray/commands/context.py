"""What every command is given, what it may answer, and how it speaks to people and programs."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, TextIO

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ddns_tray.core.errors import DdnsTrayError
    from ddns_tray.core.ports import Clock
    from ddns_tray.core.settings import Settings
    from ddns_tray.report import Json
    from ddns_tray.store.config import ConfigFile
    from ddns_tray.system.paths import Paths
    from ddns_tray.words import Words


_LEVELS = 4
"""So deep JSON is printed in lines of its own: a record's fields are, those of what a server said are one line."""


class Exit(IntEnum):
    """Exit codes: the habit of monitoring plugins, then those of sysexits.h, then those of shells."""

    GREEN = 0
    YELLOW = 1
    RED = 2
    UNKNOWN = 3
    USAGE = 64
    FAULT = 70
    CONFIG = 78
    INTERRUPTED = 130
    PIPE_CLOSED = 141

    DONE = 0
    SOME_FAILED = 1
    ALL_FAILED = 2


@dataclass(frozen=True, slots=True)
class Context:
    """One call of the program. `out` is for results alone; everything else goes to `err`."""

    paths: Paths
    words: Words
    clock: Clock
    environ: Mapping[str, str]
    stdin: TextIO
    out: TextIO
    err: TextIO
    as_json: bool = False
    file_is_named: bool = False
    """Whether `--config` says which settings file to use."""

    def settings_file(self) -> ConfigFile:
        """The settings file, with the fields of all providers known."""
        from ddns_tray.providers import registry  # noqa: PLC0415 - loads when a command needs it
        from ddns_tray.store.config import ConfigFile  # noqa: PLC0415 - as above

        return ConfigFile(self.paths.config_file, providers={spec.id: spec for spec in registry.SPECS})

    def read_settings(self) -> Settings:
        """Read the settings for a command that needs them; a file that somebody named has to be there."""
        self.require_named_file()
        return self.settings_file().read()

    def require_named_file(self) -> None:
        """Raise `ConfigError` where `--config` names a file that is not there: it is mistyped more often than new."""
        path = self.paths.config_file
        if self.file_is_named and not os.path.lexists(path):
            raise ConfigError(
                text("There is no file {path}.", path=str(path)),
                text("Check what follows --config, or leave it out to use the usual settings file."),
            )

    def print_json(self, data: Json) -> None:
        """Print one JSON document, in lines that people can read; what lies deep is one line, such as a witness."""
        encoder = json.JSONEncoder(ensure_ascii=not speaks_utf8(self.out))
        self.out.writelines(_in_lines(data, encoder.encode))
        self.out.write("\n")

    def print_lines(self, lines: Iterable[str]) -> None:
        """Print a result for people."""
        for line in lines:
            self.out.write(line + "\n")

    def tell(self, sentence: str) -> None:
        """Say something beside the result."""
        self.err.write(sentence + "\n")

    def progress(self, sentence: str) -> None:
        """Say what takes time, where somebody sits and waits."""
        if self.err.isatty():
            self.tell(sentence)


def _in_lines(data: Json, encode: Callable[[Json], str], depth: int = 0) -> Iterator[str]:
    """Indent the first levels only.

    The encoder of the standard library is in Python where it indents, and takes twice as long for the status of ten
    thousand names, which is a third longer then.
    """
    if not data or depth == _LEVELS or not isinstance(data, dict | list):
        yield encode(data)
        return
    start, end = "{}" if isinstance(data, dict) else "[]"
    named = data.items() if isinstance(data, dict) else ((None, value) for value in data)
    margin = "\n" + "  " * depth
    yield start
    for number, (name, value) in enumerate(named):
        yield ("," if number else "") + margin + ("  " if name is None else f"  {encode(name)}: ")
        yield from _in_lines(value, encode, depth + 1)
    yield margin + end


def is_terminal(stream: TextIO, platform: str = sys.platform) -> bool:
    """Whether a person may sit there. On Windows the device that is nobody (NUL) calls itself a terminal as well.

    Python reads a console there by means of its own, and all else as a file.
    """
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return stream.isatty() and not (platform == "win32" and isinstance(raw, io.FileIO))


def speaks_utf8(stream: TextIO) -> bool:
    """Whether every letter can be written there; a stream that says nothing of itself holds text and takes all."""
    return (stream.encoding or "utf-8").replace("-", "").replace("_", "").lower() in {"utf8", "utf8sig"}


def tell_error(err: TextIO, words: Words, error: DdnsTrayError) -> None:
    """Say what is wrong (with file and line where they are known), and below it what to do."""
    title, hint = words.problem(error.problem)
    place = error.place if isinstance(error, ConfigError) else ""
    err.write(f"{place or 'ddns-tray: '}{title}\n")
    if hint:
        err.write(f"  {hint}\n")
    if isinstance(error, ConfigError):
        for other in error.others:
            tell_error(err, words, other)
