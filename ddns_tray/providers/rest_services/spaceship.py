"""Spaceship, its API version 1.

Source: "DNS Records" and "Domains" at docs.spaceship.dev (read on 2026-11-22). Records have no ids: one is put, by
name, type and address, before the old one is deleted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import offset, until_seen
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft

_RECORDS = "/v1/dns/records/{zone}"
_PAGES = offset(100, until_seen("total"), skip="skip", take="take")


def _item(draft: Draft) -> dict[str, object]:
    return {"type": draft.type, "name": draft.name, "address": draft.address}


SERVICE = RestService(
    zones=Listing("/v1/domains", items="items", pages=_PAGES),
    zone=ZoneShape(name="name", id="name"),
    records=Listing(_RECORDS, items="items", pages=offset(500, until_seen("total"), skip="skip", take="take")),
    record=RecordShape(type="type", name="name", content="address", ttl="ttl", id=""),
    names=Names.RELATIVE_AT,
    create=Call("PUT", _RECORDS, lambda draft: {"items": [{**_item(draft), "ttl": draft.ttl}]}),
    delete=Call("DELETE", _RECORDS, lambda draft: [_item(draft)]),
    fault=fault_at(message="detail"),
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    key, secret = opening.secret("api_key"), opening.secret("api_secret")

    def authorise(request: HttpRequest, _now: float) -> HttpRequest:
        pair = {"X-API-Key": key.reveal(), "X-API-Secret": secret.reveal()}
        return replace(request, headers={**request.headers, **pair})

    return open_service(opening, SERVICE, authorise)
