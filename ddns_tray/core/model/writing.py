"""How we write: what stands at a provider, what we want there, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.model.base import RecordKey


@dataclass(frozen=True, slots=True)
class ExistingRecord:
    """One resource record as the provider has it.

    `id` is the provider's handle, or None where records have none. `extra` keeps what must survive a rewrite (a line, a
    route policy); its keys belong to the provider's adapter.
    """

    address: str
    ttl: int | None = None
    id: str | None = None
    proxied: bool | None = None
    comment: str | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class ExistingSet:
    """The RRset of one key at the provider. An empty `records` says that the provider knows there is none.

    `extra` is what must survive a rewrite of the whole set (records that are switched off); its keys belong to the
    provider's adapter.
    """

    key: RecordKey
    zone: str | None
    records: tuple[ExistingRecord, ...]
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses in the provider's order, duplicates included."""
        return tuple(record.address for record in self.records)


class Intent(StrEnum):
    """What the plan wants for one key. ABORT means: not enough is known to touch anything."""

    PRESERVE = "preserve"
    UPDATE = "update"
    CLEAR = "clear"
    ABORT = "abort"


class AbortReason(StrEnum):
    """Why a plan touches nothing although something may be wrong."""

    ADDRESS_UNKNOWN = "address_unknown"
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True)
class Change:
    """One write: turn `existing` into `after`.

    A provider of whole RRsets writes `after`. A provider of single records keeps `keep`, turns each pair of `replace`
    (record, new address), creates `create`, and last of all deletes `delete`. `existing` is None at services that
    cannot be read. None for `ttl`, `proxied`, `comment` means: keep what is there.
    """

    key: RecordKey
    existing: ExistingSet | None
    after: tuple[str, ...]
    keep: tuple[ExistingRecord, ...] = ()
    replace: tuple[tuple[ExistingRecord, str], ...] = ()
    create: tuple[str, ...] = ()
    delete: tuple[ExistingRecord, ...] = ()
    ttl: int | None = None
    proxied: bool | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The intent for one key, and the change that carries it out (UPDATE and CLEAR only)."""

    key: RecordKey
    intent: Intent
    change: Change | None = None
    abort_reason: AbortReason | None = None


class Outcome(StrEnum):
    """What became of a plan. UNCONFIRMED: the wire broke after the write may have happened."""

    NOOP = "noop"
    UPDATED = "updated"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """One line of `update`. `before` is empty where it is not known; `calls` counts requests to the provider."""

    key: RecordKey
    outcome: Outcome
    before: tuple[str, ...]
    after: tuple[str, ...]
    calls: int
    at: float
    problem: Problem | None = None
    abort_reason: AbortReason | None = None
