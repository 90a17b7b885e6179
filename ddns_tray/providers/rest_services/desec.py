"""deSEC, its API version 1.

Source: "Domain Management", "Retrieving and Manipulating DNS Information" and "Rate Limits" at
desec.readthedocs.io (read on 2026-11-22). Whole RRsets are changed in bulk, here one at a time; an RRset without
records is deleted. Each domain has a smallest TTL of its own: 3600 by default, 60 under dedyn.io.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import header
from ddns_tray.providers.rest_family import RestRRsets, http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest import HttpService
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.zoned import Zone

_RRSETS = "/domains/{zone}/rrsets/"
_SHORTEST = "minimum_ttl"


def _body(draft: Draft) -> object:
    return [{"subname": draft.name, "type": draft.type, "ttl": draft.ttl, "records": draft.addresses}]


SERVICE = RestService(
    zones=Listing("/domains/"),
    zone=ZoneShape(name="name", id="name"),
    records=Listing(_RRSETS),
    named=Listing(_RRSETS, params=(("subname", "{name}"),)),
    record=RecordShape(name="subname", type="type", ttl="ttl", values="records", content="", id=""),
    names=Names.RELATIVE,
    put=Call("PATCH", _RRSETS, _body),
    fault=fault_at(message="detail"),
)


class Desec(RestRRsets):
    """One account at deSEC."""

    def __init__(self, opening: Opening, service: HttpService) -> None:
        super().__init__(opening, service, SERVICE)
        self._shortest: dict[str, int] = {}

    def _zone(self, item: Json) -> Zone:
        zone = super()._zone(item)
        self._shortest[zone.name] = item[_SHORTEST].integer()
        return zone

    def _default_ttl(self, zone: Zone) -> int:
        return max(super()._default_ttl(zone), self._shortest.get(zone.name, 0))


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return Desec(
        opening, http_service(opening, SERVICE, header("Authorization", opening.secret("token"), scheme="Token"))
    )
