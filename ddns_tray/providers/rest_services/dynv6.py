"""dynv6, its REST API version 2.

Source: "REST API" at dynv6.github.io/api-spec (read on 2026-11-22). The addresses of a zone itself are members of the
zone; records are those below it. A record without data follows its zone. There is no TTL to choose.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.errors import RequestRejected, ZoneNotFound
from ddns_tray.core.model import ExistingRecord, ExistingSet, RecordKey, RecordType
from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest_family import RestRecords, http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at, filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import Change
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.zoned import Zone

_ZONE = "/zones/{zone}"
_RECORDS = "/zones/{zone}/records"
_OF_ZONE: Mapping[RecordType, str] = MappingProxyType({RecordType.A: "ipv4address", RecordType.AAAA: "ipv6prefix"})
_APEX = "apex"

SERVICE = RestService(
    zones=Listing("/zones"),
    zone=ZoneShape(name="name", id="id"),
    records=Listing(_RECORDS),
    record=RecordShape(id="id", type="type", name="name", content="data", ttl=""),
    names=Names.RELATIVE,
    create=Call("POST", _RECORDS, lambda draft: {"name": draft.name, "type": draft.type, "data": draft.address}),
    update=Call("PATCH", f"{_RECORDS}/{{id}}", lambda draft: {"data": draft.address}),
    delete=Call("DELETE", f"{_RECORDS}/{{id}}"),
    fault=fault_at(message="error"),
)


class Dynv6(RestRecords):
    """One token at dynv6."""

    async def _fetch(self, zone: Zone, key: RecordKey | None) -> Sequence[ExistingSet]:
        """Read records; the zone is asked for its own addresses where they matter."""
        if key is not None and key.name == zone.name:
            return await self._of_zone(zone)
        sets = await super()._fetch(zone, key)
        if key is not None and not any(not each.address for found in sets for each in found.records):
            return sets
        apex = await self._of_zone(zone)
        followed = {found.key.type: found.records[0].address for found in apex}
        own = [
            replace(
                found,
                records=tuple(
                    replace(each, address=each.address or followed[found.key.type])
                    for each in found.records
                    if each.address or found.key.type in followed
                ),
            )
            for found in sets
        ]
        return [*apex, *own]

    async def _of_zone(self, zone: Zone) -> list[ExistingSet]:
        answer = await self._service.get(filled(_ZONE, {"zone": zone.id}), missing=ZoneNotFound)
        sets = []
        for kind, member in _OF_ZONE.items():
            found = maybe(answer, member)
            address = found.string().partition("/")[0] if found is not None else ""
            if address:
                records = (ExistingRecord(address, id=_APEX),)
                sets.append(ExistingSet(RecordKey(zone.name, kind), zone.name, records))
        return sets

    async def _create(self, zone: Zone, key: RecordKey, address: str, existing: ExistingSet, change: Change) -> None:
        if key.name == zone.name:
            if existing.records:
                raise self._service.refuse(RequestRejected)
            await self._write_zone(zone, key, address)
        else:
            await super()._create(zone, key, address, existing, change)

    async def _update(self, zone: Zone, key: RecordKey, record: ExistingRecord, address: str, change: Change) -> None:
        if record.id == _APEX:
            await self._write_zone(zone, key, address)
        else:
            await super()._update(zone, key, record, address, change)

    async def _delete(self, zone: Zone, key: RecordKey, record: ExistingRecord) -> None:
        if record.id == _APEX:
            await self._write_zone(zone, key, "")
        else:
            await super()._delete(zone, key, record)

    async def _write_zone(self, zone: Zone, key: RecordKey, address: str) -> None:
        where = filled(_ZONE, {"zone": zone.id})
        await self._service.call("PATCH", where, body={_OF_ZONE[key.type]: address}, missing=ZoneNotFound)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return Dynv6(opening, http_service(opening, SERVICE, bearer(opening.secret("api_token"))), SERVICE)
