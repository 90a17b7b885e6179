"""Hostinger, its API version 1.

Source: "DNS: Zone" and "Domains: Portfolio" at developers.hostinger.com (read on 2026-11-22). With `overwrite`, all
records of the names and types that are given are replaced, and only those. Values may be switched off; they go back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft

_ZONE = "/api/dns/v1/zones/{zone}"


def _zone(draft: Draft) -> object:
    values = [*({"content": address} for address in draft.addresses), *draft.switched_off]
    return {
        "overwrite": True,
        "zone": [{"name": draft.name, "type": draft.type, "ttl": draft.ttl, "records": values}],
    }


SERVICE = RestService(
    zones=Listing("/api/domains/v1/portfolio"),
    zone=ZoneShape(name="domain", id="domain", skip=lambda item: item.get("domain") is None),
    records=Listing(_ZONE),
    record=RecordShape(
        name="name",
        type="type",
        ttl="ttl",
        values="records",
        content="content",
        id="",
        off=lambda value: value.get("is_disabled") is not None and value["is_disabled"].boolean(),
    ),
    names=Names.RELATIVE_AT,
    put=Call("PUT", _ZONE, _zone),
    delete=Call("DELETE", _ZONE, lambda draft: {"filters": [{"name": draft.name, "type": draft.type}]}),
    fault=fault_at(message="error"),
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_service(opening, SERVICE, bearer(opening.secret("api_token")))
