"""Where in a TOML text does a key stand? The parser of the standard library does not say, and a person needs the line.

The text must have parsed without error; then this small scanner can trust its shape and only has to keep count. It does
not read values. It also knows where the blocks below each [header] begin and end, for those who edit the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
"""Keys and, for arrays, positions from 0: `("record", 2, "ttl")`."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([btnfr"\\]))')
_SHORT_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Block:
    """A header and its keys, as offsets into the text; the first block, of keys above all headers, has the path ().

    A block begins with the comment lines that stand directly above its header, and its keys follow from `body` to
    `keys_end`. What stands between that and the next block is nobody's.
    """

    path: KeyPath
    start: int
    body: int
    keys_end: int


def key_lines(toml: str) -> Mapping[KeyPath, int]:
    """Map every key, table and array element of a valid TOML text to its line, counted from 1."""
    return _Scanner(toml).scan()


def blocks(toml: str) -> list[Block]:
    """Cut a valid TOML text at its headers, in the order of the text."""
    scanner = _Scanner(toml)
    scanner.scan()
    return scanner.blocks


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    """Return the line of `path`, or of the nearest thing around it that has one."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


class _Scanner:
    def __init__(self, toml: str) -> None:
        self._toml = toml
        self._at = 0
        self._lines: dict[KeyPath, int] = {}
        self._lengths: dict[KeyPath, int] = {}
        self._newlines = [match.start() for match in re.finditer("\n", toml)]
        self.blocks: list[Block] = [Block((), 0, 0, 0)]

    def scan(self) -> Mapping[KeyPath, int]:
        table: KeyPath = ()
        while True:
            self._skip(_BLANK)
            if self._at >= len(self._toml):
                return self._lines
            start = self._at
            if self._toml.startswith("[", start):
                table = self._header("]]" if self._toml.startswith("[[", start) else "]")
                body = self._next_line(self._at)
                self.blocks.append(Block(table, self._above(start), body, body))
            else:
                self._pair(table)
                last = self.blocks[-1]
                self.blocks[-1] = Block(last.path, last.start, last.body, self._next_line(self._at))

    def _header(self, closing: str) -> KeyPath:
        start = self._at
        self._at += len(closing)
        keys = self._key()
        self._at += len(closing)
        path: KeyPath = ()
        for key in keys[:-1]:
            path = self._enter((*path, key), start)
        path = (*path, keys[-1])
        if closing == "]":
            self._lines[path] = self._line(start)
            return path
        self._lines.setdefault(path, self._line(start))
        position = self._lengths.get(path, 0)
        self._lengths[path] = position + 1
        path = (*path, position)
        self._lines[path] = self._line(start)
        return path

    def _enter(self, path: KeyPath, start: int) -> KeyPath:
        """Step into a table that a header names on its way; in an array of tables that is the newest element."""
        self._lines.setdefault(path, self._line(start))
        return (*path, self._lengths[path] - 1) if path in self._lengths else path

    def _pair(self, table: KeyPath) -> None:
        start = self._at
        path = table
        for key in self._key():
            path = (*path, key)
            self._lines.setdefault(path, self._line(start))
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            quoted = _STRING.match(self._toml, self._at)
            bare = quoted or _BARE_KEY.match(self._toml, self._at)
            if bare is None:  # not TOML; take one sign, so that the scan ends
                self._at += 1
                return keys or [""]
            keys.append(_unquote(bare.group()) if quoted else bare.group())
            self._at = bare.end()
            self._skip(_SPACE)
            if not self._toml.startswith(".", self._at):
                return keys
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        string = _STRING.match(self._toml, self._at)
        if string:
            self._at = string.end()
        elif self._toml.startswith("[", self._at):
            self._array(path)
        elif self._toml.startswith("{", self._at):
            self._inline_table(path)
        else:
            self._skip(_SCALAR)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        position = 0
        while self._more("]"):
            self._lines[*path, position] = self._line(self._at)
            self._value((*path, position))
            position += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while self._more("}"):
            self._pair(path)

    def _more(self, closing: str) -> bool:
        """Go to the next element; False at the end, which is then passed."""
        self._skip(_BLANK)
        if self._toml.startswith(",", self._at):
            self._at += 1
            self._skip(_BLANK)
        if self._at >= len(self._toml):
            return False
        if self._toml.startswith(closing, self._at):
            self._at += 1
            return False
        return True

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._toml, self._at)
        if match:
            self._at = match.end()

    def _line(self, at: int) -> int:
        return bisect_right(self._newlines, at - 1) + 1

    def _next_line(self, at: int) -> int:
        end = self._toml.find("\n", at)
        return len(self._toml) if end < 0 else end + 1

    def _above(self, at: int) -> int:
        """Return where the comment lines directly above a header begin, or the header's line."""
        start = self._toml.rfind("\n", 0, at) + 1
        while start > self.blocks[-1].keys_end:
            line = self._toml.rfind("\n", 0, start - 1) + 1
            if line < self.blocks[-1].keys_end or not self._toml[line:start].lstrip().startswith("#"):
                break
            start = line
        return start


def _unquote(key: str) -> str:
    if key.startswith("'"):
        return key[1:-1]
    return _ESCAPE.sub(_unescape, key[1:-1])


def _unescape(match: re.Match[str]) -> str:
    short, long, sign = match.groups()
    return _SHORT_ESCAPES[sign] if sign else chr(int(short or long, 16))
