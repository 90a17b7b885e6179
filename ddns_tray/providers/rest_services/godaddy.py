"""GoDaddy, its Domains API version 1.

Source: "Domains" at developer.godaddy.com/doc/endpoint/domains and "Getting started" there (read on 2026-11-22).
GoDaddy replaces whole RRsets, whose TTL is 600 seconds at least, and lets accounts use the API only from a number of
domains or a plan on; others get 403 ACCESS_DENIED. 60 requests a minute are allowed. Records come 500 at a time, of
which the parameter `offset` counts the pages (terraform-provider-godaddy, pull request 44 of 2022-12-31).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.errors import AuthenticationFailed, PermissionDenied, RecordConflict, ZoneNotFound
from ddns_tray.core.ports import Secret
from ddns_tray.providers.auth import header
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import Page, Pages, Params, at
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening

_DOMAINS_PER_PAGE = 1000
_RECORDS_PER_PAGE = 500
_SO_MANY = ("limit", str(_RECORDS_PER_PAGE))


def _after_the_last(page: Page) -> Params | None:
    if page.count < _DOMAINS_PER_PAGE:
        return None
    last = at(page.answer, f"{page.count - 1}.domain").string()
    return (("limit", str(_DOMAINS_PER_PAGE)), ("marker", last))


def _next_page(page: Page) -> Params | None:
    return (_SO_MANY, ("offset", str(page.number + 1))) if page.count >= _RECORDS_PER_PAGE else None


SERVICE = RestService(
    zones=Listing(
        "/v1/domains",
        params=(("statuses", "ACTIVE"),),
        pages=Pages((("limit", str(_DOMAINS_PER_PAGE)),), _after_the_last),
    ),
    zone=ZoneShape(name="domain", id="domain"),
    records=Listing("/v1/domains/{zone}/records", pages=Pages((_SO_MANY,), _next_page)),
    record=RecordShape(type="type", name="name", content="data", ttl="ttl", id=""),
    names=Names.RELATIVE_AT,
    put=Call(
        "PUT",
        "/v1/domains/{zone}/records/{type}/{name}",
        lambda draft: [{"data": address, "ttl": draft.ttl} for address in draft.addresses],
    ),
    delete=Call("DELETE", "/v1/domains/{zone}/records/{type}/{name}"),
    fault=fault_at(code="code", message="message"),
    codes={
        "UNABLE_TO_AUTHENTICATE": AuthenticationFailed,
        "MALFORMED_CREDENTIALS": AuthenticationFailed,
        "ACCESS_DENIED": PermissionDenied,
        "UNKNOWN_DOMAIN": ZoneNotFound,
        "DUPLICATE_RECORD": RecordConflict,
    },
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    pair = Secret(f"{opening.secret('api_key').reveal()}:{opening.secret('api_secret').reveal()}")
    return open_service(opening, SERVICE, header("Authorization", pair, scheme="sso-key"))
