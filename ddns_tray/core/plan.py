"""What to write for one key, if anything: desired and existing make an intent, and a change that carries it out.

Defines: preserve, abort, clear, update. Does not talk to a provider and does not decide what is desired.

Ours are the records whose address is in `memory.ours`, and the record of an RRset that has only one address: it was
handed to us with the name. Everything else is foreign: it is kept, whatever happens, unless the person forces it. A
lone record may be changed, but is cleared only if its address is in `memory.ours`: else clearing ours beside a foreign
one would leave a lone one, and the next round would clear that.

In the order in which a provider of single records has to carry it out: keep what satisfies, change what is ours,
create what is missing, delete last and only what is ours, so that the name leads somewhere at every moment. A record
whose address is right but whose TTL, proxied flag or comment is not as asked becomes a pair in `replace` with its own
address.

None for the TTL, the proxied flag or the comment of an existing record says that the service does not tell or does not
have it, and is never a difference (a service with comments tells an empty one as ""). The TTL of a proxied record
belongs to the provider's edge and is not compared either. A TTL that the service does not offer would differ for ever:
callers bring it into `Capabilities.ttl` first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import canonical_address, canonical_set, canonical_unique
from ddns_tray.core.model import AbortReason, Change, Intent, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.model import ExistingRecord, ExistingSet, RecordKey, RecordMemory


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was explicitly asked; None means: whatever is there."""

    ttl: int | None
    proxied: bool | None
    comment: str | None

    def differs(self, record: ExistingRecord) -> bool:
        """Say whether the record is known to be other than asked."""
        on_edge = record.proxied if self.proxied is None else self.proxied
        return (
            (not on_edge and _known_and_other(self.ttl, record.ttl))
            or _known_and_other(self.proxied, record.proxied)
            or _known_and_other(self.comment, record.comment)
        )


@dataclass(slots=True)
class _Sorted:
    """The existing records by what becomes of them; `pool` is ours and not wanted, so it may be changed."""

    keep: list[ExistingRecord] = field(default_factory=list)
    replace: list[tuple[ExistingRecord, str]] = field(default_factory=list)
    pool: list[ExistingRecord] = field(default_factory=list)
    surplus: list[ExistingRecord] = field(default_factory=list)


def plan(
    key: RecordKey,
    desired: tuple[str, ...] | None,
    existing: ExistingSet | None,
    memory: RecordMemory,
    *,
    force: bool,
    ttl: int | None,
    proxied: bool | None,
    comment: str | None,
) -> Plan:
    """Return what to do for `key`.

    `desired` is None while our address is not known, and empty if the name shall have no address of this type.
    `existing` is None at services that cannot be read: there our own last write has to speak. `force` writes what is
    equal as well, and lets a set of foreign records be replaced; it never widens what is cleared.
    """
    if desired is None:
        return Plan(key, Intent.ABORT, abort_reason=AbortReason.ADDRESS_UNKNOWN)
    wanted = canonical_unique(desired)
    wish = _Wish(ttl, proxied, comment)
    if existing is None:
        return _plan_blind(key, wanted, memory, wish, force=force)
    if not wanted:
        return _plan_clear(key, existing, memory)
    return _plan_update(key, wanted, existing, memory, wish, force=force)


def _plan_blind(key: RecordKey, wanted: tuple[str, ...], memory: RecordMemory, wish: _Wish, *, force: bool) -> Plan:
    written = canonical_set(memory.written)
    if not memory.unconfirmed and (written == set(wanted)) and not (force and wanted):
        return Plan(key, Intent.PRESERVE)
    intent = Intent.UPDATE if wanted else Intent.CLEAR
    change = Change(key, None, wanted, create=wanted, ttl=wish.ttl, proxied=wish.proxied, comment=wish.comment)
    return Plan(key, intent, change)


def _plan_clear(key: RecordKey, existing: ExistingSet, memory: RecordMemory) -> Plan:
    ours = canonical_set(memory.ours)
    delete = tuple(each for each in existing.records if canonical_address(each.address) in ours)
    if not delete:
        return Plan(key, Intent.PRESERVE)
    keep = tuple(each for each in existing.records if canonical_address(each.address) not in ours)
    after = canonical_unique(each.address for each in keep)
    return Plan(key, Intent.CLEAR, Change(key, existing, after, keep=keep, delete=delete))


def _plan_update(
    key: RecordKey, wanted: tuple[str, ...], existing: ExistingSet, memory: RecordMemory, wish: _Wish, *, force: bool
) -> Plan:
    there = canonical_set(existing.addresses)
    ours = _our_addresses(existing, memory)
    if there and not ours and there.isdisjoint(wanted):
        if not force:
            return Plan(key, Intent.ABORT, abort_reason=AbortReason.NOT_OURS)
        ours = there
    lots = _sort(existing.records, wanted, ours, wish, force=force)
    missing = [address for address in wanted if address not in there]
    recycled = list(zip(lots.pool, missing, strict=False))
    create = tuple(missing[len(recycled) :])
    delete = (*lots.pool[len(recycled) :], *lots.surplus)
    replace = (*lots.replace, *recycled)
    if not (replace or create or delete):
        return Plan(key, Intent.PRESERVE)
    kept = canonical_unique(record.address for record in lots.keep)
    change = Change(
        key,
        existing,
        after=_final_set(existing.records, kept, replace, create),
        keep=tuple(lots.keep),
        replace=replace,
        create=create,
        delete=delete,
        ttl=wish.ttl,
        proxied=wish.proxied,
        comment=wish.comment,
    )
    return Plan(key, Intent.UPDATE, change)


def _sort(
    records: Iterable[ExistingRecord], wanted: tuple[str, ...], ours: frozenset[str], wish: _Wish, *, force: bool
) -> _Sorted:
    lots = _Sorted()
    served: set[str] = set()
    for record in records:
        address = canonical_address(record.address)
        if address in served:
            lots.surplus.append(record)
        elif address in wanted:
            served.add(address)
            if force or wish.differs(record):
                lots.replace.append((record, address))
            else:
                lots.keep.append(record)
        elif address in ours:
            lots.pool.append(record)
        else:
            lots.keep.append(record)
    return lots


def _final_set(
    records: Iterable[ExistingRecord],
    kept: tuple[str, ...],
    replace: tuple[tuple[ExistingRecord, str], ...],
    create: tuple[str, ...],
) -> tuple[str, ...]:
    """Return the whole RRset afterwards, in the provider's order where there is one."""
    turned = {id(record): address for record, address in replace}
    standing = [turned.get(id(record), canonical_address(record.address)) for record in records]
    final = {*kept, *turned.values()}
    return canonical_unique([*(address for address in standing if address in final), *create])


def _our_addresses(existing: ExistingSet, memory: RecordMemory) -> frozenset[str]:
    """Return the addresses of the existing set that are ours to change."""
    there = canonical_set(existing.addresses)
    return there if len(there) == 1 else there & canonical_set(memory.ours)


def _known_and_other(asked: object, found: object) -> bool:
    return asked is not None and found is not None and asked != found
