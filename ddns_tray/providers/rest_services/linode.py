"""Linode (Akamai Cloud), its API version 4.

Source: "Domains" and "Domain records" at techdocs.akamai.com/linode-api (read on 2026-11-22). A TTL is rounded to the
nearest one of a short list; 0 is the default of the zone. Zones that Linode only copies (type slave) have no records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import numbered, until_page
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening

_PAGES = numbered(500, until_page("pages"), per_page="page_size")

SERVICE = RestService(
    zones=Listing("/domains", items="data", pages=_PAGES),
    zone=ZoneShape(name="domain", id="id", skip=lambda item: item["type"].string() != "master"),
    records=Listing("/domains/{zone}/records", items="data", pages=_PAGES),
    record=RecordShape(id="id", type="type", name="name", content="target", ttl="ttl_sec"),
    names=Names.RELATIVE,
    create=Call(
        "POST",
        "/domains/{zone}/records",
        lambda draft: {"type": draft.type, "name": draft.name, "target": draft.address, "ttl_sec": draft.ttl},
    ),
    update=Call("PUT", "/domains/{zone}/records/{id}", lambda draft: {"target": draft.address, "ttl_sec": draft.ttl}),
    delete=Call("DELETE", "/domains/{zone}/records/{id}"),
    fault=fault_at(message="errors.0.reason"),
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_service(opening, SERVICE, bearer(opening.secret("api_token")))
