"""When to speak: which changes between snapshots deserve a notice, and which were told already.

Defines: the policy, and the memory that it needs. Does not send anything and makes no sentences (`words` does).

One notice when our address changes, one when a record turns red, one when it is green again after that. Grey says
nothing and ends nothing: a record that goes red, offline and red again is one trouble, told once. Yellow is told only
to those who ask for it, once it has lasted.
While it is quiet (after wake, in a pause) nothing is said and nothing is learned, so that what still holds afterwards
is told then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import AddressState, Colour, Phase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ddns_tray.core.model import Family, RecordKey, RecordStatus, Snapshot, Verdict


class NoticeKind(StrEnum):
    """What there is to say."""

    ADDRESS_CHANGED = "address_changed"
    TROUBLE = "trouble"
    WARNING = "warning"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say, once. ADDRESS_CHANGED has `family`, `before` and `after`, the others `key` and `verdict`.

    `record` is all that was known of the record then: what there is to do depends on more than the verdict.
    """

    kind: NoticeKind
    at: float
    family: Family | None = None
    before: str = ""
    after: str = ""
    key: RecordKey | None = None
    verdict: Verdict | None = None
    record: RecordStatus | None = None


@dataclass(frozen=True, slots=True)
class AlertMemory:
    """What the person knows: the address of each family, and which records are in trouble, or stay yellow."""

    addresses: Mapping[Family, str] = field(default_factory=lambda: MappingProxyType({}))
    troubled: frozenset[RecordKey] = frozenset()
    warned: frozenset[RecordKey] = frozenset()


def changes(
    memory: AlertMemory, after: Snapshot, *, quiet_until: float | None, warn_after: float | None = None
) -> tuple[tuple[Notice, ...], AlertMemory]:
    """Return what to say about the snapshot `after`, and what the person knows once it is said.

    Start with `AlertMemory()`: the first address that is seen is learned without a word, a red record is told. Records
    that have been yellow for `warn_after` seconds are told too; None tells none of them.
    """
    if after.phase is Phase.PAUSED or (quiet_until is not None and after.at < quiet_until):
        return (), memory
    notices = (*_address_notices(memory, after), *_record_notices(memory, after, warn_after))
    known = {
        family: str(agreement.address)
        for family, agreement in after.addresses.items()
        if agreement.state is AddressState.AGREED
    }
    told = {kind: {each.key for each in notices if each.kind is kind} for kind in NoticeKind}
    troubled, warned = memory.troubled | told[NoticeKind.TROUBLE], memory.warned | told[NoticeKind.WARNING]
    either = (troubled | warned) - told[NoticeKind.RECOVERED]  # few or none of ten thousand
    here = frozenset(each.key for each in after.records if each.key in either) if either else frozenset()
    return notices, AlertMemory(MappingProxyType({**memory.addresses, **known}), here & troubled, here & warned)


def _address_notices(memory: AlertMemory, after: Snapshot) -> Iterator[Notice]:
    for family, agreement in sorted(after.addresses.items()):
        before = memory.addresses.get(family)
        if agreement.state is AddressState.AGREED and before not in {None, str(agreement.address)}:
            yield Notice(
                NoticeKind.ADDRESS_CHANGED,
                after.at,
                family=family,
                before=before or "",
                after=str(agreement.address),
            )


def _record_notices(memory: AlertMemory, after: Snapshot, warn_after: float | None) -> Iterator[Notice]:
    nothing_told = not (memory.troubled or memory.warned)
    for record in after.records:
        if nothing_told and record.verdict.colour is Colour.GREEN:  # as nearly all of ten thousand
            continue
        colour, in_trouble, warned = record.verdict.colour, record.key in memory.troubled, record.key in memory.warned
        if colour is Colour.RED and not in_trouble:
            kind = NoticeKind.TROUBLE
        elif colour is Colour.GREEN and (in_trouble or warned):
            kind = NoticeKind.RECOVERED
        elif _stays_yellow(record, after.at, warn_after) and not (in_trouble or warned):
            kind = NoticeKind.WARNING
        else:
            continue
        yield Notice(kind, after.at, key=record.key, verdict=record.verdict, record=record)


def _stays_yellow(record: RecordStatus, now: float, warn_after: float | None) -> bool:
    """Yellow of the same kind for so long; a reason that changes begins anew, since something is going on."""
    return (
        warn_after is not None
        and record.verdict.colour is Colour.YELLOW
        and record.since is not None
        and now - record.since >= warn_after
    )
