"""The one thing that would put a record right, and exactly what it would write; for a person to look at first.

Defines: which repairs fit a verdict (`offered`), what a repair would change at the provider (`plan_repair`), and that
change line by line (`lines`). Does not talk to a provider and writes nothing.

The round (`core.plan`) never touches foreign addresses. A repair does, since the person sees them before and says yes;
so it is planned as if all that stands at the name were ours, and whoever applies it has to make sure that just this
still stands there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import canonical_set, canonical_unique
from ddns_tray.core.model import ExistingRecord, Role, VerdictKind
from ddns_tray.core.plan import plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import (
        AbortReason,
        Capabilities,
        Change,
        ExistingSet,
        RecordKey,
        RecordMemory,
        RecordStatus,
    )

LONG_TTL = 300
"""Seconds; from here on a change of address is felt, and a shorter one is offered."""
SHORT_TTL = 60


class RepairKind(StrEnum):
    """What a repair does."""

    CREATE = "create"
    CORRECT = "correct"
    REPLACE_EXTRA = "replace_extra"
    UNPROXY = "unproxy"
    """The addresses are right and the provider's proxy stands before them."""
    LOWER_TTL = "lower_ttl"


_FITTING: Mapping[VerdictKind, RepairKind] = MappingProxyType(
    {
        VerdictKind.MISSING: RepairKind.CREATE,
        VerdictKind.MISMATCH: RepairKind.CORRECT,
        VerdictKind.EXTRA: RepairKind.REPLACE_EXTRA,
    }
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the settings of a name ask for beside its address; None means: whatever is there."""

    ttl: int | None = None
    proxied: bool | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """A write that somebody may look at. `change` is None where there is nothing to write, or it must not be.

    `existing` is what the provider had when this was planned, None at services that cannot be read.
    """

    kind: RepairKind
    key: RecordKey
    desired: tuple[str, ...]
    existing: ExistingSet | None
    change: Change | None
    abort_reason: AbortReason | None = None


@dataclass(frozen=True, slots=True)
class RepairLine:
    """One resource record before and after; None for one that is created or removed."""

    before: ExistingRecord | None
    after: ExistingRecord | None

    @property
    def is_change(self) -> bool:
        """Whether this record is touched."""
        return self.before != self.after


def offered(status: RecordStatus) -> tuple[RepairKind, ...]:
    """Return the repairs that fit what is seen of a record, the most needed first. Asks nobody."""
    if status.account is None or not status.expected:
        return ()
    unasked = status.verdict.reason.code == "proxied_unasked"
    fitting = RepairKind.UNPROXY if unasked else _FITTING.get(status.verdict.kind)
    found = () if fitting is None else (fitting,)
    return (*found, RepairKind.LOWER_TTL) if fitting is None and served_ttl(status) > LONG_TTL else found


def served_ttl(status: RecordStatus) -> int:
    """Return the longest TTL with which the authoritative servers give the name; 0 where none was seen."""
    seen = () if status.view is None else status.view.observations
    return max((each.ttl or 0 for each in seen if each.role is Role.AUTHORITATIVE), default=0)


def plan_repair(
    kind: RepairKind,
    key: RecordKey,
    desired: tuple[str, ...] | None,
    existing: ExistingSet | None,
    memory: RecordMemory,
    *,
    wish: Wish,
    capabilities: Capabilities,
) -> Repair:
    """Return what this repair would write now. Its kind may be a better fitting one than was asked for.

    `desired` is None while our address is not known; then nothing is written.
    """
    kind = _better_fitting(kind, desired, existing, wish)
    if kind is RepairKind.UNPROXY:
        wish = replace(wish, proxied=False)
    if kind is RepairKind.LOWER_TTL:
        wish = replace(wish, ttl=SHORT_TTL)
    if wish.ttl is not None:
        wish = replace(wish, ttl=capabilities.offered_ttl(wish.ttl))
    there = () if existing is None else existing.addresses
    planned = plan(
        key,
        desired,
        existing,
        replace(memory, ours=memory.ours | canonical_set(there)),
        force=existing is None,
        ttl=wish.ttl,
        proxied=wish.proxied,
        comment=wish.comment,
    )
    return Repair(kind, key, canonical_unique(desired or ()), existing, planned.change, planned.abort_reason)


def lines(repair: Repair) -> tuple[RepairLine, ...]:
    """Return the RRset before and after, record by record: what changes first, then what stays."""
    change = repair.change
    there = () if repair.existing is None else repair.existing.records
    if change is None:
        return tuple(RepairLine(record, record) for record in there)
    changed = [RepairLine(record, _rewritten(record, address, change)) for record, address in change.replace]
    created = [
        RepairLine(None, ExistingRecord(address, change.ttl, proxied=change.proxied, comment=change.comment))
        for address in change.create
    ]
    removed = [RepairLine(record, None) for record in change.delete]
    return (*changed, *created, *removed, *(RepairLine(record, record) for record in change.keep))


def same_records(one: ExistingSet | None, other: ExistingSet | None) -> bool:
    """Say whether a provider has just what it had before, in whatever order."""
    if one is None or other is None:
        return one is other
    return _sorted(one) == _sorted(other)


def _sorted(existing: ExistingSet) -> list[ExistingRecord]:
    return sorted(existing.records, key=lambda record: (record.address, record.id or ""))


def _better_fitting(
    kind: RepairKind, desired: tuple[str, ...] | None, existing: ExistingSet | None, wish: Wish
) -> RepairKind:
    if existing is None or kind is RepairKind.LOWER_TTL:
        return kind
    if not existing.records:
        return RepairKind.CREATE
    right = desired is not None and canonical_set(existing.addresses) == canonical_set(desired)
    if right and wish.proxied is not True and any(record.proxied for record in existing.records):
        return RepairKind.UNPROXY
    return RepairKind.CORRECT if kind is RepairKind.CREATE else kind


def _rewritten(record: ExistingRecord, address: str, change: Change) -> ExistingRecord:
    return replace(
        record,
        address=address,
        ttl=record.ttl if change.ttl is None else change.ttl,
        proxied=record.proxied if change.proxied is None else change.proxied,
        comment=record.comment if change.comment is None else change.comment,
    )
