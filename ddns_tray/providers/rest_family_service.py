"""How a service of the REST family is described: what its lists and members are called, and which calls write.

Paths and parameters may hold these words in braces: `zone` (the service's handle), `zone_name`, `name` (as the service
writes it), `fqdn` (canonical), `type`, `id` (of a record).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import canonical_address
from ddns_tray.core.settings import DEFAULT_TTL
from ddns_tray.providers.rest import Fault, path
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import ONE_PAGE, Pages, Params, at, maybe, scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ddns_tray.core.model import Change, ExistingRecord, ExistingSet, RecordKey
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.zoned import Zone

KEPT = "kept"
"""The key in `extra` of records and sets under which further members wait, in JSON, for the next write."""
OFF = "off"
"""The key in `ExistingSet.extra` under which values wait that somebody has switched off."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: where, at which place in the answer, through which pages. An empty place is the answer itself.

    Lists that are no arrays are read by a function in `items`. `method` is for services that read by POST.
    `empty_if_missing` says that 404 means an empty list.
    """

    where: str
    items: str | Callable[[Json], Iterable[Json]] = ""
    params: Params = ()
    pages: Pages = ONE_PAGE
    method: str = "GET"
    empty_if_missing: bool = False

    def elements(self, answer: Json) -> list[Json]:
        """The elements of the list in an answer."""
        if isinstance(self.items, str):
            return list(at(answer, self.items).items())
        return list(self.items(answer))


@dataclass(frozen=True, slots=True)
class ZoneShape:
    """The members of a zone. Empty places stand for a list of bare names. `skip` names zones that cannot be written."""

    name: str = "name"
    id: str = "name"
    skip: Callable[[Json], bool] = lambda _item: False


@dataclass(frozen=True, slots=True)
class RecordShape:
    """The members of a record, or of an RRset where `values` is the place of its list of values.

    Then `content` is the place within one value, empty for a bare string. An empty place means that there is no such
    thing. `keep` are further members of a record or value that go back with every write, `keep_set` those of an RRset.
    `types` translates types that are not spelled out. `skip` says which records are not ours to see, `off` which values
    of an RRset are switched off: they count as not there, and go back with every write.
    """

    name: str = "name"
    type: str = "type"
    content: str = "content"
    ttl: str = "ttl"
    id: str = "id"
    comment: str = ""
    values: str = ""
    keep: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    keep_set: tuple[str, ...] = ()
    skip: Callable[[Json], bool] = lambda _item: False
    off: Callable[[Json], bool] = lambda _value: False


@dataclass(frozen=True, slots=True)
class Draft:
    """What a body is made from. `address` belongs to single records, `addresses` to whole RRsets.

    `ttl` is the one asked for, else the one that stands there, else a default that the service takes; so is `comment`.
    `kept` are the members of `RecordShape.keep` as they were.
    """

    zone: Zone
    key: RecordKey
    name: str
    ttl: int
    comment: str
    change: Change | None
    kept: Mapping[str, object]
    address: str = ""
    addresses: tuple[str, ...] = ()
    record: ExistingRecord | None = None
    existing: ExistingSet | None = None

    @property
    def type(self) -> str:
        """A or AAAA."""
        return str(self.key.type)

    def words(self) -> dict[str, str]:
        """What paths and parameters may hold in braces."""
        record_id = self.record.id if self.record is not None else None
        return words_of(self.zone, self.key, self.name) | {"id": record_id or ""}

    @property
    def kept_set(self) -> dict[str, object]:
        """The members of `RecordShape.keep_set` as they were."""
        return kept_members(self.existing) if self.existing is not None else {}

    @property
    def switched_off(self) -> list[object]:
        """The values that are switched off, as they were."""
        off: list[object] = json.loads(self.existing.extra.get(OFF, "[]")) if self.existing is not None else []
        return off

    def kept_of(self, address: str) -> dict[str, object]:
        """The further members of the value that has this address, or had the one before it; empty for a new one."""
        for record, turned in self.change.replace if self.change is not None else ():
            if turned == address:
                return kept_members(record)
        standing = self.existing.records if self.existing is not None else ()
        return next((kept_members(each) for each in standing if canonical_address(each.address) == address), {})


@dataclass(frozen=True, slots=True)
class Call:
    """A call that writes."""

    method: str
    where: str
    body: Callable[[Draft], object] | None = None
    params: Callable[[Draft], Params] = lambda _draft: ()


@dataclass(frozen=True, slots=True)
class RestService:
    """One service. `named` lists what has one name (all its types, so that a CNAME shows), where there is such a call.

    Without `zones` the account cannot be asked for its zones: then its records are listed for one name after the other,
    the longest first, which fails with 404 or `ZoneNotFound` for what is no zone of the account. `after` is sent once
    after all writes. `new_ttl` is for records that nobody asked a TTL for, in seconds: some services refuse ours to
    those who do not pay.
    """

    records: Listing
    zones: Listing | None = None
    zone: ZoneShape = field(default_factory=ZoneShape)
    named: Listing | None = None
    record: RecordShape = field(default_factory=RecordShape)
    names: Names = Names.ABSOLUTE
    names_read: Names | None = None
    create: Call | None = None
    update: Call | None = None
    delete: Call | None = None
    put: Call | None = None
    after: Call | None = None
    new_ttl: int = DEFAULT_TTL
    fault: Callable[[int, Json], Fault | None] | None = None
    codes: Mapping[str, Refusal] = field(default_factory=lambda: MappingProxyType({}))


def fault_at(message: str = "message", code: str = "") -> Callable[[int, Json], Fault | None]:
    """Read errors of answers with an error status from these places."""

    def fault(status: int, body: Json) -> Fault | None:
        if status < HTTPStatus.BAD_REQUEST:
            return None
        told, coded = maybe(body, message), maybe(body, code) if code else None
        return Fault(
            scalar(coded) if coded is not None else "",
            told.value if told is not None and isinstance(told.value, str) else "",
        )

    return fault


def filled(template: str, words: Mapping[str, str]) -> str:
    """Fill a path; what comes from outside is quoted, so that it stays within its segment."""
    return "".join(
        path(segment.format_map(words)) if "{" in segment else f"/{segment}" for segment in template.split("/")[1:]
    )


def kept_members(of: ExistingRecord | ExistingSet) -> dict[str, object]:
    """The members that we do not understand and send back."""
    members: dict[str, object] = json.loads(of.extra.get(KEPT, "{}"))
    return members


def kept_extra(item: Json, names: tuple[str, ...]) -> dict[str, str]:
    """What to note of an element so that `kept_members` finds it again; members that are null are not kept."""
    members = item.value if isinstance(item.value, dict) else {}
    kept = {name: members[name] for name in names if members.get(name) is not None}
    return {KEPT: json.dumps(kept)} if kept else {}


def words_of(zone: Zone, key: RecordKey, name: str) -> dict[str, str]:
    """What paths and parameters may hold in braces, but for the id of a record."""
    return {"zone": zone.id, "zone_name": zone.name, "name": name, "fqdn": key.name, "type": str(key.type)}
