"""What the engine holds between rounds: conclusions, memory, and the snapshot that is made of them."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core import deadline, past
from ddns_tray.core.copies import altered
from ddns_tray.core.errors import DdnsTrayError
from ddns_tray.core.model import AddressState, Agreement, Colour, Phase, RecordMemory, RecordStatus, Snapshot
from ddns_tray.core.snapshot import overall_colour

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.judged import Judged
    from ddns_tray.core.model import (
        Circumstances,
        Detour,
        Family,
        LineStatus,
        RecordKey,
        UpdateResult,
        Verdict,
        View,
    )
    from ddns_tray.core.ports import Clock, MemoryStore
    from ddns_tray.engine.setup import KeptRecord

log = logging.getLogger(__name__)

MANY = 200
"""Records whose memory takes some milliseconds to write."""
KEPT_AT_LEAST_EVERY = 3600.0
"""Seconds after which the memory goes to disk although only its times have moved."""
_NOT_ALL_FOLLOWED = frozenset({"secondary_lag", "servers_disagree"})
_FOLLOWS_WITHIN = 10.0
"""Seconds that the next look aims at while servers follow our own write; the schedule goes half the way."""


class EngineState:
    """Mutable on purpose, and private to the engine; the world sees snapshots.

    The memory goes to disk with the round, and that of one record at once where a write to a provider depends on it.
    """

    def __init__(self, clock: Clock, store: MemoryStore) -> None:
        self._clock = clock
        self._store = store
        self._memory: dict[RecordKey, RecordMemory] = {
            key: replace(memory, turns=past.interrupted(memory.turns, memory.looked_at))
            for key, memory in store.load().items()
        }
        self._unsaved = False
        self._saved_at = clock.now()
        self.agreements: dict[Family, Agreement] = {}
        self.views: dict[RecordKey, View] = {}
        self.results: dict[RecordKey, UpdateResult] = {}
        self.statuses: dict[RecordKey, RecordStatus] = {}
        self.address_changed_at: float | None = None
        self.missing_since: dict[Family, float] = {}
        """Since when the address of a family is looked for in vain, or disputed."""
        self.storage_problem: Problem | None = None
        self.line_problem: Problem | None = None
        """What keeps us from the world, where the person can do something about it."""
        self.rounds = 0
        self.lines: tuple[LineStatus, ...] = ()
        self.home: Mapping[Family, Agreement] = MappingProxyType({})
        self.detours: Mapping[Family, Detour] = MappingProxyType({})

    def recall(self, key: RecordKey) -> RecordMemory:
        """What is known of one key; empty for a new one."""
        return self._memory.get(key, _NOTHING)

    def remember(self, key: RecordKey, memory: RecordMemory) -> None:
        """Keep, and write to disk now: somebody is about to act on it."""
        if self.note(key, memory):
            self._store_now(key)

    def note(self, key: RecordKey, memory: RecordMemory) -> bool:
        """Keep, and write to disk with the next save. Says whether anything worth a write has changed.

        That a record matched once more is no reason to wake a disk every minute; every hour will do.
        """
        before = self.recall(key)
        self._memory[key] = memory
        if altered(memory, last_matched=before.last_matched, looked_at=before.looked_at) != before:
            self._unsaved = True
        return self._unsaved

    def unblock(self) -> None:
        """Lift every block and every wait."""
        for key, memory in list(self._memory.items()):
            self.note(key, replace(memory, blocked=None, not_before=None, failures=0))
        self.save()

    def follow_clock(self, seconds: float) -> None:
        """Move all that is remembered and shown with a wall clock that somebody has moved."""
        log.info("the clock was moved by %+.0f s", seconds)
        for key, memory in list(self._memory.items()):
            self.note(key, deadline.moved(memory, seconds))
        for key, status in self.statuses.items():
            since, proven = (None if at is None else at + seconds for at in (status.since, status.proven_at))
            self.statuses[key] = replace(status, since=since, proven_at=proven, turns=self.recall(key).turns)
        if self.address_changed_at is not None:
            self.address_changed_at += seconds

    def save(self, *, at_the_end: bool = False) -> None:
        """Write the memory if it is worth it; a full disk is told to the person and stops nothing."""
        if self._is_worth_a_write(at_the_end=at_the_end):
            self._store_now()

    async def save_after_round(self) -> None:
        """The same, away from the loop where so much is remembered that the window would have to wait for it."""
        if len(self._memory) < MANY:
            self.save()
        elif self._is_worth_a_write():
            try:
                await asyncio.to_thread(self._store.save, MappingProxyType(dict(self._memory)))
            except DdnsTrayError as exc:
                self._not_saved(exc)
            else:
                self.storage_problem = None

    def _store_now(self, changed: RecordKey | None = None) -> None:
        try:
            self._store.save(MappingProxyType(self._memory), changed=changed)
        except DdnsTrayError as exc:
            self._not_saved(exc)
        else:
            self.storage_problem = None

    def _is_worth_a_write(self, *, at_the_end: bool = False) -> bool:
        now = self._clock.now()
        old = self._memory and (at_the_end or now >= self._saved_at + KEPT_AT_LEAST_EVERY)
        if not self._unsaved and not old:
            return False
        self._saved_at = now
        self._unsaved = False
        return True

    def _not_saved(self, error: DdnsTrayError) -> None:
        if self.storage_problem != error.problem:
            log.warning("%s", error)
        self.storage_problem = error.problem
        self._unsaved = True

    def conclude(self, agreement: Agreement) -> None:
        """Take the conclusion for one family, and note when the address became another."""
        before = self.agreements.get(agreement.family)
        if agreement.state in _SETTLED:
            self.missing_since.pop(agreement.family, None)
        else:
            self.missing_since.setdefault(agreement.family, self._clock.now())
        if agreement.state is AddressState.AGREED:
            known = before.address if before is not None else None
            if known is not None and known != agreement.address:
                self.address_changed_at = self._clock.now()
        elif before is not None and before.address is not None:
            log.info("%s: %s", agreement.family, agreement.state)
        self.agreements[agreement.family] = agreement

    def set_status(
        self, record: KeptRecord, expected: Sequence[str], verdict: Verdict, circumstances: Circumstances
    ) -> None:
        """Take a verdict; `since` moves only when its kind changes."""
        key, now = record.key, self._clock.now()
        before = self.statuses.get(key)
        same = before is not None and before.verdict.kind is verdict.kind
        if before is None or not same:
            log.info("%s is %s (%s)", key, verdict.kind, verdict.colour)
        proven = now if verdict.colour is Colour.GREEN else before.proven_at if before is not None else None
        memory = self.recall(key)
        turns = past.turned(memory.turns, verdict, now)
        self.note(key, altered(memory, turns=turns, looked_at=now))
        self.statuses[key] = RecordStatus(
            key=key,
            account=record.settings.account,
            expected=tuple(expected),
            verdict=verdict,
            view=self.views.get(key),
            since=before.since if before is not None and same else now,
            last_update=self.results.get(key),
            proven_at=proven,
            circumstances=circumstances,
            turns=turns,
            line=self.recall(key).line if record.settings.line else None,
        )

    def repeat_status(self, key: RecordKey, judged: Judged) -> None:
        """Take a verdict that is the one before: nothing but times has moved, which is not worth a write."""
        now, before = self._clock.now(), self.statuses[key]
        self._memory[key] = altered(judged.memory, looked_at=now)
        self.statuses[key] = RecordStatus(
            key=key,
            account=before.account,
            expected=before.expected,
            verdict=judged.verdict,
            view=judged.view,
            since=before.since,
            last_update=self.results.get(key),
            proven_at=now if judged.verdict.colour is Colour.GREEN else before.proven_at,
            circumstances=judged.told,
            turns=before.turns,
            line=before.line,
        )

    def deadlines(self) -> list[float]:
        """When something should have become true by itself: verdicts' deadlines, and the end of old cached answers."""
        verdicts = [status.verdict for status in self.statuses.values()]
        ends = [verdict.reason.data.get("expires") for verdict in verdicts]
        return [
            *(verdict.deadline for verdict in verdicts if verdict.deadline is not None),
            *(float(end) for end in ends if isinstance(end, int | float) and end > self._clock.now()),
            *self._ends_of_following(),
        ]

    def _ends_of_following(self) -> Iterator[float]:
        """When servers should have followed what was just written: most do in seconds, whatever time they have."""
        now = self._clock.now()
        for key, status in self.statuses.items():
            if status.verdict.reason.code in _NOT_ALL_FOLLOWED:
                written_at = self.recall(key).written_at
                if written_at is not None and now < written_at + deadline.WRITE_GRACE:
                    yield min(now + _FOLLOWS_WITHIN, written_at + deadline.WRITE_GRACE)

    def keep_only(self, keys: Sequence[RecordKey]) -> None:
        """Drop what is shown of records that are no longer in the settings; their memory stays, they may come back."""
        wanted = set(keys)
        for shown in (self.views, self.results, self.statuses):
            for key in [key for key in shown if key not in wanted]:
                del shown[key]

    def snapshot(
        self,
        kept: Sequence[KeptRecord],
        phase: Phase,
        *,
        next_check: float | None,
        paused_until: float | None,
        problems: Sequence[Problem],
    ) -> Snapshot:
        """The immutable whole, of this moment."""
        records = tuple(self.statuses[record.key] for record in kept if record.key in self.statuses)
        own = (each for each in (self.line_problem, self.storage_problem) if each is not None)
        return Snapshot(
            at=self._clock.now(),
            phase=phase,
            colour=overall_colour(records, phase),
            addresses=MappingProxyType(dict(self.agreements)),
            records=records,
            next_check=next_check,
            paused_until=paused_until,
            address_changed_at=self.address_changed_at,
            problems=(*problems, *own),
            rounds=self.rounds,
            kept=len(kept),
            lines=self.lines,
            home=self.home,
            detours=self.detours,
        )


_NOTHING = RecordMemory()
_SETTLED = frozenset({AddressState.AGREED, AddressState.NONE, AddressState.NOT_ROUTABLE})
