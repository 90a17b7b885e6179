from __future__ import annotations

import json
import sys
import threading
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from ddns_tray.core.errors import Problem, ProblemCode, StorageError
from ddns_tray.core.model import AtProvider, Colour, RecordKey, RecordMemory, RecordType, Turn, VerdictKind
from ddns_tray.core.text import text
from ddns_tray.store.memory import MemoryFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = RecordKey("home.example.org", RecordType.A)
FULL = RecordMemory(
    ours=frozenset({"203.0.113.7", "203.0.113.8"}),
    expected=frozenset({"203.0.113.8"}),
    expected_since=1.5,
    served_since=2.5,
    old_ttl=300,
    old_negative=True,
    cached_until=MappingProxyType({"udp://9.9.9.9": 1800.25}),
    last_matched=3.0,
    written=("203.0.113.8",),
    written_at=4.0,
    unconfirmed=True,
    failures=3,
    not_before=float("inf"),
    blocked=Problem(
        ProblemCode.AUTHENTICATION_FAILED, text("No {what} for {count}.", what="entry", count=2), text("Ask 家."), 5.0
    ),
    turns=(Turn(1.0, VerdictKind.MATCHED, Colour.GREEN), Turn(2.0, None, None)),
    looked_at=9.0,
    line="fibre",
    at_provider=AtProvider(frozenset({"203.0.113.8"}), True, 7.5, None, frozenset({"104.16.1.1"})),
    served_edge=frozenset({"104.16.1.1"}),
)


def test_all_that_is_remembered_comes_back(tmp_path: Path) -> None:
    memory = {KEY: FULL, RecordKey("home.example.org", RecordType.AAAA): RecordMemory()}
    MemoryFile(tmp_path / "deep" / "memory.json").save(memory)
    assert MemoryFile(tmp_path / "deep" / "memory.json").load() == memory
    if sys.platform != "win32":  # where rights come from the folder
        assert (tmp_path / "deep" / "memory.json").stat().st_mode & 0o777 == 0o600


def test_a_problem_without_a_hint_comes_back(tmp_path: Path) -> None:
    memory = {KEY: RecordMemory(blocked=Problem(ProblemCode.ABUSE_BLOCKED, text("Blocked.")))}
    MemoryFile(tmp_path / "m").save(memory)
    assert MemoryFile(tmp_path / "m").load() == memory


def test_what_was_never_written_is_empty(tmp_path: Path) -> None:
    assert MemoryFile(tmp_path / "memory.json").load() == {}


def test_the_same_memory_is_not_written_twice(tmp_path: Path) -> None:
    store = MemoryFile(tmp_path / "memory.json")
    store.save({KEY: FULL})
    inode = (tmp_path / "memory.json").stat().st_ino
    store.save({KEY: FULL})
    assert (tmp_path / "memory.json").stat().st_ino == inode
    (tmp_path / "memory.json").unlink()
    store.save({KEY: FULL})
    assert store.load() == {KEY: FULL}


def test_fields_of_a_later_version_are_ignored_and_missing_ones_have_their_defaults(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    path.write_text(json.dumps({"schema": 1, "more": 1, "records": [{"name": "a.b", "type": "AAAA", "new": [1]}]}))
    assert MemoryFile(path).load() == {RecordKey("a.b", RecordType.AAAA): RecordMemory()}


@pytest.mark.parametrize("turns", [[[1.0, "of a later version", "red"]], [[1.0]], {"a": 1}, 3, [["x", None, None]]])
def test_turns_that_are_not_understood_cost_nothing_else(tmp_path: Path, turns: object) -> None:
    path = tmp_path / "memory.json"
    MemoryFile(path).save({KEY: FULL})
    data = json.loads(path.read_bytes())
    data["records"][0]["turns"] = turns
    path.write_bytes(json.dumps(data).encode())
    assert MemoryFile(path).load() == {KEY: replace(FULL, turns=())}


def _set(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["records"][0].update(changes)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.update(schema=2),
        lambda data: data.pop("records"),
        lambda data: data.update(records={"a": 1}),
        lambda data: data.update(records=[1]),
        _set(type="MX"),
        _set(name=None),
        _set(ours="203.0.113.7"),
        _set(ours=[1]),
        _set(failures="3"),
        _set(failures=True),
        _set(cached_until=[]),
        _set(cached_until={"x": "y"}),
        _set(blocked={"code": "no such code"}),
        _set(blocked={"code": "abuse_blocked", "title": {"message": "{missing}", "fields": {"a": 1}}}),
        _set(blocked={"code": "abuse_blocked", "title": {"message": "x", "fields": {"a": []}}}),
        _set(blocked=[]),
    ],
)
def test_a_foreign_file_reads_as_empty_and_is_kept_aside(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], object]
) -> None:
    path = tmp_path / "memory.json"
    MemoryFile(path).save({KEY: FULL})
    data = json.loads(path.read_bytes())
    spoil(data)
    path.write_bytes(json.dumps(data).encode())
    store = MemoryFile(path)
    assert store.load() == {}
    assert json.loads((tmp_path / "memory.json.broken").read_bytes()) == data
    store.save({KEY: FULL})
    assert store.load() == {KEY: FULL}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 100_000])
def test_a_torn_file_reads_as_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "memory.json"
    path.write_bytes(content)
    assert MemoryFile(path).load() == {}
    assert (tmp_path / "memory.json.broken").read_bytes() == content


def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        MemoryFile(tmp_path).load()


OTHER = RecordKey("other.example.org", RecordType.A)


def in_file(path: Path) -> dict[RecordKey, RecordMemory]:
    return dict(MemoryFile(path).load())


def test_one_record_that_is_about_to_be_written_goes_behind_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    store, memory = MemoryFile(path), {KEY: RecordMemory(), OTHER: RecordMemory()}
    store.save(memory)
    whole, inode = path.read_bytes(), path.stat().st_ino
    for one in (replace(FULL, blocked=None), FULL):
        memory[KEY] = one
        store.save(memory, changed=KEY)
        assert in_file(path) == memory
    assert path.read_bytes().startswith(whole)
    assert path.stat().st_ino == inode
    assert path.read_bytes().count(b"\n") == whole.count(b"\n") + 2, "a line each, whatever else there is"
    store.save(memory)
    assert in_file(path) == memory
    assert path.read_bytes().count(b"\n") == whole.count(b"\n")


def test_what_was_said_of_one_record_is_taken_back_by_the_whole_that_follows(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    store = MemoryFile(path)
    store.save({KEY: FULL})
    store.save({KEY: RecordMemory()}, changed=KEY)
    store.save({KEY: FULL})
    assert in_file(path) == {KEY: FULL}


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_line_that_was_torn_does_not_count_and_costs_nothing_else(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "memory.json"
    store, memory = MemoryFile(path), {KEY: RecordMemory(), OTHER: FULL}
    store.save(memory)
    store.save({**memory, OTHER: RecordMemory(failures=1)}, changed=OTHER)
    store.save({**memory, KEY: FULL}, changed=KEY)
    path.write_bytes(path.read_bytes()[:-cut])
    assert in_file(path) == {KEY: RecordMemory(), OTHER: RecordMemory(failures=1)}


def test_nothing_behind_a_line_that_makes_no_sense_counts(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    store = MemoryFile(path)
    store.save({KEY: RecordMemory()})
    store.save({KEY: FULL}, changed=KEY)
    whole = path.read_bytes()
    path.write_bytes(whole + b"\x00\x00\n" + whole.splitlines(keepends=True)[1])
    assert in_file(path) == {KEY: FULL}


@pytest.mark.parametrize("meanwhile", ["gone", "another", "longer"])
def test_a_file_that_is_not_as_we_left_it_is_written_anew(tmp_path: Path, meanwhile: str) -> None:
    path = tmp_path / "memory.json"
    store = MemoryFile(path)
    store.save({KEY: RecordMemory(), OTHER: FULL})
    if meanwhile == "gone":
        path.unlink()
    elif meanwhile == "another":
        MemoryFile(path).save({KEY: RecordMemory()})
    else:
        path.write_bytes(path.read_bytes() + b"{")
    store.save({KEY: FULL, OTHER: FULL}, changed=KEY)
    assert in_file(path) == {KEY: FULL, OTHER: FULL}


def test_the_first_record_of_a_run_is_written_with_all_others(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    MemoryFile(path).save({OTHER: FULL})
    MemoryFile(path).save({KEY: FULL, OTHER: FULL}, changed=KEY)
    assert in_file(path) == {KEY: FULL, OTHER: FULL}


class Slow(dict[RecordKey, RecordMemory]):
    """A memory that is read only when the test says so."""

    def __init__(self, content: dict[RecordKey, RecordMemory]) -> None:
        super().__init__(content)
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[RecordKey]:
        self.begun.set()
        self.may_go_on.wait(10)
        return super().__iter__()


@pytest.mark.parametrize("unchanged", [False, True])
def test_a_save_that_takes_long_never_undoes_a_later_one(tmp_path: Path, unchanged: bool) -> None:  # noqa: FBT001 - a case
    store = MemoryFile(tmp_path / "memory.json")
    newer = {KEY: FULL}
    if unchanged:
        store.save(newer)
    older = Slow({KEY: RecordMemory()})
    writing = threading.Thread(target=store.save, args=(older,))
    writing.start()
    assert older.begun.wait(10)
    store.save(newer)
    older.may_go_on.set()
    writing.join(10)
    assert MemoryFile(tmp_path / "memory.json").load() == newer


def test_a_save_that_takes_long_does_not_undo_what_was_kept_of_one_record_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    store = MemoryFile(path)
    store.save({KEY: RecordMemory()})
    older = Slow({KEY: RecordMemory(failures=1), OTHER: FULL})
    writing = threading.Thread(target=store.save, args=(older,))
    writing.start()
    assert older.begun.wait(10)
    store.save({KEY: FULL, OTHER: FULL}, changed=KEY)
    older.may_go_on.set()
    writing.join(10)
    assert in_file(path) == {KEY: FULL, OTHER: FULL}
