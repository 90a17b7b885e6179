"""DNSimple, its API version 2.

Source: "Accounts", "Zones" and "Zone records" at developer.dnsimple.com/v2 (read on 2026-11-22). Zones belong to
accounts, which a token names itself; one of a user may name several. PATCH changes only what it is given, so that the
regions of a record survive. 2,400 requests an hour are allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.errors import ZoneNotFound
from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest_family import RestRecords, http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import at, numbered, scalar, until_page
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.zoned import Zone

_PAGES = numbered(100, until_page("pagination.total_pages"))
_RECORDS = "/{zone}/zones/{zone_name}/records"
"""The handle of a zone is its account."""

_ZONES = Listing("/{account}/zones", items="data", pages=_PAGES)

SERVICE = RestService(
    zones=_ZONES,
    zone=ZoneShape(name="name", id="account_id"),
    records=Listing(_RECORDS, items="data", pages=_PAGES),
    named=Listing(_RECORDS, items="data", params=(("name", "{name}"),), pages=_PAGES),
    record=RecordShape(id="id", type="type", name="name", content="content", ttl="ttl"),
    names=Names.RELATIVE,
    create=Call(
        "POST",
        _RECORDS,
        lambda draft: {"name": draft.name, "type": draft.type, "content": draft.address, "ttl": draft.ttl},
    ),
    update=Call("PATCH", f"{_RECORDS}/{{id}}", lambda draft: {"content": draft.address, "ttl": draft.ttl}),
    delete=Call("DELETE", f"{_RECORDS}/{{id}}"),
    fault=fault_at(message="message"),
)


class Dnsimple(RestRecords):
    """One token at DNSimple."""

    async def _fetch_zones(self) -> Sequence[Zone]:
        accounts = await self._service.get("/accounts", missing=ZoneNotFound)
        zones = []
        for account in at(accounts, "data").items():
            words = {"account": scalar(at(account, "id"))}
            zones += [self._zone(item) async for item in self._all(_ZONES, words)]
        return [zone for zone in zones if zone.name]


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return Dnsimple(opening, http_service(opening, SERVICE, bearer(opening.secret("api_token"))), SERVICE)
