"""Gcore, its DNS API version 2.

Source: "DNS" at gcore.com/docs/api-reference/dns (read on 2026-11-22). An RRset has values with metadata, and filters
that choose among them; both go back with every change, and so do values that are switched off. The free plan has no
TTL below 120 seconds: ddns-go, dns/gcore.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import header
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import offset, until_seen
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft

_RRSET = "/v2/zones/{zone}/{fqdn}/{type}"


def _body(draft: Draft) -> object:
    values = [{**draft.kept_of(address), "content": [address]} for address in draft.addresses]
    return {**draft.kept_set, "ttl": draft.ttl, "resource_records": [*values, *draft.switched_off]}


SERVICE = RestService(
    zones=Listing("/v2/zones", items="zones", pages=offset(1000, until_seen("total_amount"))),
    zone=ZoneShape(name="name", id="name"),
    records=Listing("/v2/zones/{zone}/rrsets", items="rrsets", pages=offset(1000, until_seen("total_amount"))),
    record=RecordShape(
        name="name",
        type="type",
        ttl="ttl",
        values="resource_records",
        content="content.0",
        id="",
        keep=("meta",),
        keep_set=("filters", "meta", "pickers"),
        off=lambda value: value.get("enabled") is not None and not value["enabled"].boolean(),
    ),
    names=Names.ABSOLUTE,
    create=Call("POST", _RRSET, _body),
    put=Call("PUT", _RRSET, _body),
    delete=Call("DELETE", _RRSET),
    new_ttl=120,
    fault=fault_at(message="error"),
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_service(opening, SERVICE, header("Authorization", opening.secret("api_token"), scheme="APIKey"))
