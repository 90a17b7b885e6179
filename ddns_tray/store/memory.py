"""What the engine remembers over a restart, as one small JSON file in the data folder.

It can be lost without harm: the engine looks again. So a file that is torn, foreign or of a later schema reads as
empty; it is kept aside for whoever wants to know why.

Before and after each write at a provider, the memory of one record has to be on the disk. With ten thousand of them the
whole file would take a fifth of a second each time, so such a record goes as one line behind the whole, where it
counts more than what stands above. The next whole file, at the end of the round, takes the place of both. A line that
was torn was never waited for, and does not count.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import threading
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.model import AtProvider, Colour, RecordKey, RecordMemory, RecordType, Turn, VerdictKind
from ddns_tray.core.text import Text
from ddns_tray.store.atomic import append_to, locked, mark_of, patiently, read_error, replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ddns_tray.store.atomic import Mark

log = logging.getLogger(__name__)

SCHEMA = 1
_JSON = json.JSONEncoder(ensure_ascii=False)
_END = b"\n]}\n"
"""The end of the whole; what follows are lines of single records."""
_NUMBER = (int, float)
_PLAIN = {
    "expected_since": (*_NUMBER, type(None)),
    "served_since": (*_NUMBER, type(None)),
    "old_ttl": (int, type(None)),
    "old_negative": (bool,),
    "old_assumed": (bool,),
    "served_ttl": (int, type(None)),
    "served_negative": (bool,),
    "served_path_ttl": (int, type(None)),
    "last_matched": (*_NUMBER, type(None)),
    "written_at": (*_NUMBER, type(None)),
    "unconfirmed": (bool,),
    "failures": (int,),
    "not_before": (*_NUMBER, type(None)),
    "line": (str, type(None)),
    "looked_at": (*_NUMBER, type(None)),
}
"""The fields of `RecordMemory` that JSON has a word for, with their types."""


class MemoryFile:
    """Implements `core.ports.MemoryStore`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: bytes | None = None
        self._writing = threading.Lock()
        self._begun = itertools.count(1)
        self._newest = 0
        """Which of the whole saves that were begun has been written last."""
        self._mark: Mark | None = None
        """The file as this object left it; None where nothing can be put behind it."""
        self._behind: list[tuple[int, bytes]] = []
        """The lines behind the whole, each with the number of its save."""

    def load(self) -> Mapping[RecordKey, RecordMemory]:
        """Read all. Raises `StorageError` if there is a file that may not be read."""
        try:
            content = patiently(self._path.read_bytes)
        except FileNotFoundError:
            return {}
        except OSError as exc:
            raise read_error(self._path, exc) from exc
        try:
            return _decode(content)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as exc:
            self._set_aside(exc)
            return {}

    def save(self, memory: Mapping[RecordKey, RecordMemory], *, changed: RecordKey | None = None) -> None:
        """Write all, atomically; what has not changed since the last `save` costs no write.

        Where one record has `changed`, it alone is written if that can be done. It may be called in several threads at
        once. One that was begun earlier never undoes a later one.
        """
        number = next(self._begun)
        if changed is not None and self._put_behind(number, _line(changed, memory[changed])):
            return
        content = _encode(memory)
        digest = sha256(content).digest()
        with self._writing:
            if number < self._newest:
                return
            if digest != self._last or not self._path.exists():
                self._behind = [each for each in self._behind if each[0] > number]
                with locked(self._path):
                    replace_file(self._path, b"".join((content, *(line for _, line in self._behind))))
                    self._mark = mark_of(self._path)
            self._last, self._newest = None if self._behind else digest, number

    def _put_behind(self, number: int, line: bytes) -> bool:
        """Put one line behind the whole, if the file is as we left it; says whether that was possible."""
        with self._writing:
            if self._mark is None:
                return False
            with locked(self._path):
                self._mark = append_to(self._path, line, self._mark)
            if self._mark is None:
                return False
            self._behind.append((number, line))
            self._last = None
            return True

    def _set_aside(self, reason: Exception) -> None:
        aside = self._path.with_name(self._path.name + ".broken")
        log.warning("%s cannot be used (%s); it is kept as %s", self._path, type(reason).__name__, aside.name)
        with contextlib.suppress(OSError):
            os.replace(self._path, aside)  # noqa: PTH105 - the name that the documentation of atomicity uses


def _encode(memory: Mapping[RecordKey, RecordMemory]) -> bytes:
    """The whole file, a line for each record; one after the other, since there may be ten thousand."""
    lines = bytearray(f'{{"schema": {SCHEMA}, "records": [\n'.encode())
    for number, key in enumerate(sorted(memory)):
        lines += b",\n" if number else b""
        lines += _line(key, memory[key])[:-1]
    lines += _END
    return bytes(lines)


def _line(key: RecordKey, memory: RecordMemory) -> bytes:
    return (_JSON.encode(_encode_one(key, memory)) + "\n").encode()


def _encode_one(key: RecordKey, memory: RecordMemory) -> dict[str, Any]:
    return {
        "name": key.name,
        "type": key.type.value,
        **{name: getattr(memory, name) for name in _PLAIN},
        "ours": sorted(memory.ours),
        "expected": sorted(memory.expected),
        "cached_until": dict(memory.cached_until),
        "written": list(memory.written),
        "served_path": list(memory.served_path),
        **({"served_edge": sorted(memory.served_edge)} if memory.served_edge else {}),
        "blocked": None if memory.blocked is None else _encode_problem(memory.blocked),
        "at_provider": None if memory.at_provider is None else _encode_provider(memory.at_provider),
        "turns": [[turn.at, turn.kind, turn.colour] for turn in memory.turns],
    }


def _encode_provider(found: AtProvider) -> dict[str, Any]:
    return {
        "at": found.at,
        "addresses": sorted(found.addresses),
        "proxied": found.proxied,
        "asked": found.asked,
        "edge": sorted(found.edge),
    }


def _encode_problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code.value,
        "title": _encode_text(problem.title),
        "hint": None if problem.hint is None else _encode_text(problem.hint),
        "retry_after": problem.retry_after,
    }


def _encode_text(sentence: Text) -> dict[str, Any]:
    return {"message": sentence.message, "fields": dict(sentence.fields)}


def _decode(content: bytes) -> dict[RecordKey, RecordMemory]:
    whole, end, behind = content.partition(_END)
    data = json.loads(whole + end)
    if data["schema"] != SCHEMA:
        raise ValueError
    memory = dict(map(_decode_one, data["records"]))
    try:
        for line in behind.split(b"\n")[:-1]:  # what has no end was torn
            key, newer = _decode_one(json.loads(line))
            memory[key] = newer
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        log.warning("the memory was not written to its end; what is whole counts")
    return memory


def _decode_one(data: Mapping[str, Any]) -> tuple[RecordKey, RecordMemory]:
    plain = {name: _checked(data[name], types) for name, types in _PLAIN.items() if name in data}
    until = data.get("cached_until", {})
    blocked = data.get("blocked")
    return RecordKey(_text(data["name"]), RecordType(data["type"])), RecordMemory(
        ours=frozenset(_texts(data.get("ours", []))),
        expected=frozenset(_texts(data.get("expected", []))),
        cached_until=MappingProxyType({_text(server): _checked(at, _NUMBER) for server, at in until.items()}),
        written=tuple(_texts(data.get("written", []))),
        served_path=tuple(_texts(data.get("served_path", []))),
        served_edge=frozenset(_texts(data.get("served_edge", []))),
        blocked=None if blocked is None else _decode_problem(blocked),
        turns=_decode_turns(data.get("turns", [])),
        at_provider=_decode_provider(data.get("at_provider")),
        **plain,
    )


def _decode_provider(data: Any) -> AtProvider | None:
    if data is None:
        return None
    return AtProvider(
        addresses=frozenset(_texts(data["addresses"])),
        proxied=_checked(data["proxied"], (bool,)),
        at=float(_checked(data["at"], _NUMBER)),
        asked=_checked(data["asked"], (bool, type(None))),
        edge=frozenset(_texts(data["edge"])),
    )


def _decode_turns(data: Any) -> tuple[Turn, ...]:
    """Read the turns of a verdict. One that a later version has made is no reason to lose what writing depends on."""
    try:
        return tuple(
            Turn(
                float(_checked(at, _NUMBER)),
                None if kind is None else VerdictKind(kind),
                None if colour is None else Colour(colour),
            )
            for at, kind, colour in data
        )
    except (ValueError, TypeError):
        return ()


def _decode_problem(data: Mapping[str, Any]) -> Problem:
    hint = data.get("hint")
    return Problem(
        ProblemCode(data["code"]),
        _decode_text(data["title"]),
        None if hint is None else _decode_text(hint),
        _checked(data.get("retry_after"), (*_NUMBER, type(None))),
    )


def _decode_text(data: Mapping[str, Any]) -> Text:
    fields = {name: _checked(value, (str, *_NUMBER)) for name, value in data["fields"].items()}
    sentence = Text(_text(data["message"]), MappingProxyType(fields))
    str(sentence)  # a sentence without its fields would fail when it is spoken; better here
    return sentence


def _texts(data: Any) -> list[str]:
    return [_text(one) for one in _checked(data, (list,))]


def _text(data: Any) -> str:
    return str(_checked(data, (str,)))


def _checked(value: Any, types: tuple[type, ...]) -> Any:
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise TypeError
    return value
