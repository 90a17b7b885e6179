"""What happened in this session, as data; the sentences are made when it is shown, so that the language may change.

It lives in memory and is bounded. The history of many days is the business of a store.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ddns_tray.core.model import Family, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ddns_tray.core.alerting import Notice
    from ddns_tray.core.errors import Problem
    from ddns_tray.core.model import RecordStatus, Snapshot, UpdateResult

LIMIT = 2000


class EventKind(StrEnum):
    """What sort of thing happened."""

    VERDICT = "verdict"
    WRITE = "write"
    ADDRESS = "address"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; the fields that belong to its kind are set, the record without its evidence."""

    at: float
    kind: EventKind
    record: RecordStatus | None = None
    result: UpdateResult | None = None
    before: str = ""
    after: str = ""
    family: Family | None = None
    problem: Problem | None = None


class ActivityLog(QObject):
    """The newest `LIMIT` events. `added` tells how many came at the front, with every snapshot that brought some."""

    added = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.events: deque[Event] = deque(maxlen=LIMIT)

    def observe(self, before: Snapshot, after: Snapshot, notices: Sequence[Notice] = ()) -> None:
        """Find out what is new in the newer of two snapshots."""
        del notices  # what was told is a choice of the person's; what happened is not
        found = [*_address_events(before, after), *_record_events(before, after), *_problem_events(before, after)]
        if not found:
            return
        self.events.extendleft(found)
        self.added.emit(len(found))


def _address_events(before: Snapshot, after: Snapshot) -> Iterator[Event]:
    for family in Family:
        old, new = before.addresses.get(family), after.addresses.get(family)
        was = "" if old is None or old.address is None else str(old.address)
        now = "" if new is None or new.address is None else str(new.address)
        if now and now != was:
            yield Event(after.at, EventKind.ADDRESS, before=was, after=now, family=family)


def _record_events(before: Snapshot, after: Snapshot) -> Iterator[Event]:
    if before.records is after.records:
        return
    for old, record in _side_by_side(before.records, after.records):
        if old is record:
            continue
        result = record.last_update
        if result is not None and result.outcome is not Outcome.NOOP and (old is None or old.last_update != result):
            yield Event(result.at, EventKind.WRITE, record=_light(record), result=result)
        if old is not None and old.verdict.kind is not record.verdict.kind:
            yield Event(after.at, EventKind.VERDICT, record=_light(record))


def _side_by_side(
    before: tuple[RecordStatus, ...], after: tuple[RecordStatus, ...]
) -> Iterable[tuple[RecordStatus | None, RecordStatus]]:
    """Each record with what it was; they hardly ever stand in another order, and keys take long to look up."""
    if len(before) == len(after) and all(old.key is new.key for old, new in zip(before, after, strict=True)):
        return zip(before, after, strict=True)
    known = {record.key: record for record in before}
    return ((known.get(record.key), record) for record in after)


def _light(record: RecordStatus) -> RecordStatus:
    """The record without its evidence, of which two thousand would be heavy."""
    return replace(record, view=None, last_update=None, circumstances=None, turns=())


def _problem_events(before: Snapshot, after: Snapshot) -> Iterator[Event]:
    for problem in after.problems:
        if problem not in before.problems:
            yield Event(after.at, EventKind.PROBLEM, problem=problem)
