"""The former DNS Console of Hetzner (dns.hetzner.com), its API version 1.

Source: "Hetzner DNS Public API" at dns.hetzner.com/api-docs, and "Migration process" at docs.hetzner.com/networking/dns
(read on 2026-11-22): a zone that has moved to the Hetzner Console cannot be changed here any more. A record without a
TTL has that of its zone, and keeps having it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import header
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, numbered, until_page
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest import Fault
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

_PAGES = numbered(100, until_page("meta.pagination.last_page"))


def _record(draft: Draft) -> object:
    body = {"zone_id": draft.zone.id, "type": draft.type, "name": draft.name, "value": draft.address}
    return body if draft.inherits_ttl else {**body, "ttl": draft.ttl}


def _fault(status: int, body: Json) -> Fault | None:
    """Read the message, which stands within `error` or alone."""
    return fault_at("error.message" if maybe(body, "error") is not None else "message")(status, body)


SERVICE = RestService(
    zones=Listing("/zones", items="zones", pages=_PAGES),
    zone=ZoneShape(name="name", id="id"),
    records=Listing("/records", items="records", params=(("zone_id", "{zone}"),), pages=_PAGES),
    record=RecordShape(id="id", type="type", name="name", content="value", ttl="ttl"),
    names=Names.RELATIVE_AT,
    create=Call("POST", "/records", _record),
    update=Call("PUT", "/records/{id}", _record),
    delete=Call("DELETE", "/records/{id}"),
    fault=_fault,
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_service(opening, SERVICE, header("Auth-API-Token", opening.secret("api_token")))
