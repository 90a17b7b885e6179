"""A small, strict reader of `.env` files: `NAME=value`, one a line, with quotes where a value has spaces.

It expands nothing and runs nothing. Values are secrets, so no error shows one.
"""

from __future__ import annotations

import re

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.text import Text, text

_LINE = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)")
_SINGLE = re.compile(r"'([^']*)'(?:[ \t]+#.*)?")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"(?:[ \t]+#.*)?')
_BARE = re.compile(r"([^\s'\"\\]*)(?:[ \t]+#.*)?")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "$": "$"}


def parse_env(content: str, *, prefix: str, file: str | None = None) -> dict[str, str]:
    """Return the variables whose names begin with `prefix`; a later line wins. Raises `ConfigError`.

    Other variables may belong to other programs with other habits: their values are not looked at.
    """
    values: dict[str, str] = {}
    for number, raw in enumerate(content.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ConfigError(
                text("This line of the file is not of the form NAME=value."),
                text("Correct it, or put a # in front."),
                file=file,
                line=number,
            )
        name, written = match.groups()
        if name.startswith(prefix):
            values[name] = _value(name, written, file, number)
    return values


def _value(name: str, written: str, file: str | None, line: int) -> str:
    single, double, bare = (pattern.fullmatch(written) for pattern in (_SINGLE, _DOUBLE, _BARE))
    if single:
        return single.group(1)
    if bare:
        return bare.group(1)
    if double is None:
        raise ConfigError(_unreadable(name), text("Put the value between single quotes."), file=file, line=line)
    content = double.group(1)
    if any(sign not in _ESCAPES for sign in _ESCAPE.findall(content)):
        raise ConfigError(
            _unreadable(name),
            text("Between double quotes a backslash stands only before a quote, a backslash, $, n or t."),
            file=file,
            line=line,
        )
    return _ESCAPE.sub(lambda match: _ESCAPES[match.group(1)], content)


def _unreadable(name: str) -> Text:
    return text("The value of {name} cannot be read.", name=name)
