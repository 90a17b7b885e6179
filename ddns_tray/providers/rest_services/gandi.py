"""Gandi, its LiveDNS API version 5.

Source: "LiveDNS" at api.gandi.net/docs/livedns (read on 2026-11-22). Gandi takes whole RRsets. The older API keys
(`Apikey`) are on their way out; personal access tokens end after at most a year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import numbered, while_full
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening

_PAGES = numbered(100, while_full(100))

SERVICE = RestService(
    zones=Listing("/domains", pages=_PAGES),
    zone=ZoneShape(name="fqdn", id="fqdn"),
    records=Listing("/domains/{zone}/records", pages=_PAGES),
    named=Listing("/domains/{zone}/records/{name}", empty_if_missing=True),
    record=RecordShape(name="rrset_name", type="rrset_type", ttl="rrset_ttl", values="rrset_values", content="", id=""),
    names=Names.RELATIVE_AT,
    put=Call(
        "PUT",
        "/domains/{zone}/records/{name}/{type}",
        lambda draft: {"rrset_values": draft.addresses, "rrset_ttl": draft.ttl},
    ),
    delete=Call("DELETE", "/domains/{zone}/records/{name}/{type}"),
    fault=fault_at(code="code", message="message"),
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_service(opening, SERVICE, bearer(opening.secret("api_token")))
