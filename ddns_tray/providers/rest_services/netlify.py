"""Netlify, its API version 1.

Source: "dnsZone" at open-api.netlify.com (read on 2026-11-22). Records cannot be changed, so another one is created
before the old one goes. Records that Netlify manages for its sites are left alone. 500 requests a minute are allowed.
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

SERVICE = RestService(
    zones=Listing("/dns_zones"),
    zone=ZoneShape(name="name", id="id"),
    records=Listing("/dns_zones/{zone}/dns_records"),
    record=RecordShape(
        id="id",
        type="type",
        name="hostname",
        content="value",
        ttl="ttl",
        skip=lambda item: item.get("managed") is not None and item["managed"].boolean(),
    ),
    names=Names.ABSOLUTE,
    create=Call(
        "POST",
        "/dns_zones/{zone}/dns_records",
        lambda draft: {"type": draft.type, "hostname": draft.name, "value": draft.address, "ttl": draft.ttl},
    ),
    delete=Call("DELETE", "/dns_zones/{zone}/dns_records/{id}"),
    fault=fault_at(message="message"),
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_service(opening, SERVICE, bearer(opening.secret("api_token")))
