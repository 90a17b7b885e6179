"""When to speak: which changes between snapshots deserve a notice, and which were told already.

Defines: the policy, and the memory that it needs. Does not send anything and makes no sentences (`words` does).

One notice when our address changes, one when a record turns red, one when it is green again after that. Yellow and grey
say nothing by themselves and end nothing: a record that goes red, offline and red again is one trouble, told once.
While it is quiet (after wake) nothing is said and nothing is learned, so that what still holds afterwards is told then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import AddressState, Colour

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ddns_tray.core.model import Family, RecordKey, Snapshot, Verdict


class NoticeKind(StrEnum):
    """What there is to say."""

    ADDRESS_CHANGED = "address_changed"
    TROUBLE = "trouble"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say, once. ADDRESS_CHANGED has `family`, `before` and `after`, the others `key` and `verdict`."""

    kind: NoticeKind
    at: float
    family: Family | None = None
    before: str = ""
    after: str = ""
    key: RecordKey | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class AlertMemory:
    """What the person knows: the address of each family, and which records are in trouble."""

    addresses: Mapping[Family, str] = field(default_factory=lambda: MappingProxyType({}))
    troubled: frozenset[RecordKey] = frozenset()


def changes(
    memory: AlertMemory, after: Snapshot, *, quiet_until: float | None
) -> tuple[tuple[Notice, ...], AlertMemory]:
    """Return what to say about the snapshot `after`, and what the person knows once it is said.

    Start with `AlertMemory()`: the first address that is seen is learned without a word, a red record is told.
    """
    if quiet_until is not None and after.at < quiet_until:
        return (), memory
    notices = (*_address_notices(memory, after), *_record_notices(memory, after))
    known = {
        family: str(agreement.address)
        for family, agreement in after.addresses.items()
        if agreement.state is AddressState.AGREED
    }
    told = {each.key for each in notices if each.kind is NoticeKind.TROUBLE}
    healed = {each.key for each in notices if each.kind is NoticeKind.RECOVERED}
    troubled = {each.key for each in after.records if each.key in (memory.troubled | told) - healed}
    return notices, AlertMemory(MappingProxyType({**memory.addresses, **known}), frozenset(troubled))


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


def _record_notices(memory: AlertMemory, after: Snapshot) -> Iterator[Notice]:
    for record in after.records:
        colour, in_trouble = record.verdict.colour, record.key in memory.troubled
        if colour is Colour.RED and not in_trouble:
            yield Notice(NoticeKind.TROUBLE, after.at, key=record.key, verdict=record.verdict)
        elif colour is Colour.GREEN and in_trouble:
            yield Notice(NoticeKind.RECOVERED, after.at, key=record.key, verdict=record.verdict)
