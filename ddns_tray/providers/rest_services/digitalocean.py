"""DigitalOcean, its API version 2.

Source: "Domains" and "Domain Records" at docs.digitalocean.com/reference/api (read on 2026-11-22). A record is asked
for by its whole name and answered with the relative one; 5,000 requests an hour are allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import numbered, while_given
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening

_PAGES = numbered(200, while_given("links.pages.next"))

SERVICE = RestService(
    zones=Listing("/domains", items="domains", pages=_PAGES),
    zone=ZoneShape(name="name", id="name"),
    records=Listing("/domains/{zone}/records", items="domain_records", pages=_PAGES),
    named=Listing("/domains/{zone}/records", items="domain_records", params=(("name", "{fqdn}"),), pages=_PAGES),
    record=RecordShape(id="id", type="type", name="name", content="data", ttl="ttl"),
    names=Names.RELATIVE_AT,
    create=Call(
        "POST",
        "/domains/{zone}/records",
        lambda draft: {"type": draft.type, "name": draft.name, "data": draft.address, "ttl": draft.ttl},
    ),
    update=Call(
        "PATCH",
        "/domains/{zone}/records/{id}",
        lambda draft: {"type": draft.type, "data": draft.address, "ttl": draft.ttl},
    ),
    delete=Call("DELETE", "/domains/{zone}/records/{id}"),
    fault=fault_at(code="id", message="message"),
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_service(opening, SERVICE, bearer(opening.secret("api_token")))
