"""bunny.net, its API.

Source: "DNS Zone" at docs.bunny.net/reference (read on 2026-11-22). Records come with their zone and have numbers for
types. A change may leave members out; what smart routing and monitoring need goes back all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import header
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import numbered, while_given
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft

_ROUTING = (
    "Weight",
    "Accelerated",
    "MonitorType",
    "GeolocationLatitude",
    "GeolocationLongitude",
    "LatencyZone",
    "SmartRoutingType",
    "EnviromentalVariables",
    "AutoSslIssuance",
)
"""Members that decide who is answered with a record; one of them is misspelt at the service."""


def _body(draft: Draft) -> object:
    code = _NUMBERS[draft.type]
    kept = {**draft.kept, "Comment": draft.comment}
    return {**kept, "Type": code, "Name": draft.name, "Value": draft.address, "Ttl": draft.ttl}


_NUMBERS = {"A": 0, "AAAA": 1, "CNAME": 2}

SERVICE = RestService(
    zones=Listing("/dnszone", items="Items", pages=numbered(1000, while_given("HasMoreItems"), per_page="perPage")),
    zone=ZoneShape(name="Domain", id="Id"),
    records=Listing("/dnszone/{zone}", items="Records"),
    record=RecordShape(
        id="Id",
        type="Type",
        name="Name",
        content="Value",
        ttl="Ttl",
        comment="Comment",
        keep=_ROUTING,
        types={str(code): name for name, code in _NUMBERS.items()},
        skip=lambda item: item.get("Disabled") is not None and item["Disabled"].boolean(),
    ),
    names=Names.RELATIVE,
    create=Call("PUT", "/dnszone/{zone}/records", _body),
    update=Call("POST", "/dnszone/{zone}/records/{id}", _body),
    delete=Call("DELETE", "/dnszone/{zone}/records/{id}"),
    fault=fault_at(code="ErrorKey", message="Message"),
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_service(opening, SERVICE, header("AccessKey", opening.secret("api_key")))
