"""Vultr, its API version 2.

Source: "dns" at vultr.com/api (read on 2026-11-22). Lists are continued by a mark; 30 requests a second are allowed.
An API key works only from the networks that its access list names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import cursor
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening

_PAGES = cursor("cursor", "meta.links.next", ("per_page", "500"))

SERVICE = RestService(
    zones=Listing("/domains", items="domains", pages=_PAGES),
    zone=ZoneShape(name="domain", id="domain"),
    records=Listing("/domains/{zone}/records", items="records", pages=_PAGES),
    record=RecordShape(id="id", type="type", name="name", content="data", ttl="ttl"),
    names=Names.RELATIVE,
    create=Call(
        "POST",
        "/domains/{zone}/records",
        lambda draft: {"type": draft.type, "name": draft.name, "data": draft.address, "ttl": draft.ttl},
    ),
    update=Call("PATCH", "/domains/{zone}/records/{id}", lambda draft: {"data": draft.address, "ttl": draft.ttl}),
    delete=Call("DELETE", "/domains/{zone}/records/{id}"),
    fault=fault_at(message="error"),
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_service(opening, SERVICE, bearer(opening.secret("api_key")))
