"""Scaleway, its Domains and DNS API, version v2beta1.

Source: "Domains and DNS API" at scaleway.com/en/developers/api/domains-and-dns (read on 2026-11-22). A zone is a domain
and perhaps a subdomain. Changes of an RRset are one call, in which comments and routing rules of records go back. A
zone that is gone is not made anew by a change: by the documentation of scaleway_api_rs that happens unless it is
forbidden (UpdateDnsZoneRecordsRequest, read on 2026-11-23).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import header
from ddns_tray.providers.rest_family import RestRRsets, http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import Pages, numbered, until_seen
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, fault_at
from ddns_tray.providers.zoned import Zone, host_name

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

_RECORDS = "/dns-zones/{zone}/records"
_SIZE = 100


def _pages(total: str = "total_count") -> Pages:
    return numbered(_SIZE, until_seen(total), per_page="page_size")


def _set(draft: Draft) -> object:
    records = [
        {
            **draft.kept_of(address),
            "name": draft.name,
            "type": draft.type,
            "data": address,
            "ttl": draft.ttl,
        }
        for address in draft.addresses
    ]
    return _change(draft, "set", {"records": records})


def _clear(draft: Draft) -> object:
    return _change(draft, "delete", {})


def _change(draft: Draft, verb: str, more: dict[str, object]) -> object:
    change = {verb: {"id_fields": {"name": draft.name, "type": draft.type}, **more}}
    return {"changes": [change], "disallow_new_zone_creation": True}


SERVICE = RestService(
    zones=Listing("/dns-zones", items="dns_zones", pages=_pages()),
    records=Listing(_RECORDS, items="records", pages=_pages()),
    named=Listing(_RECORDS, items="records", params=(("name", "{name}"),), pages=_pages()),
    record=RecordShape(
        id="id",
        type="type",
        name="name",
        content="data",
        ttl="ttl",
        keep=("comment", "geo_ip_config", "http_service_config", "weighted_config", "view_config"),
    ),
    names=Names.RELATIVE,
    put=Call("PATCH", _RECORDS, _set),
    delete=Call("PATCH", _RECORDS, _clear),
    fault=fault_at(code="type", message="message"),
)


class Scaleway(RestRRsets):
    """One project at Scaleway."""

    def _zone(self, item: Json) -> Zone:
        name = host_name(".".join(filter(None, (item["subdomain"].string(), item["domain"].string()))))
        return Zone(name, name)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    auth = header("X-Auth-Token", opening.secret("secret_key"))
    return Scaleway(opening, http_service(opening, SERVICE, auth), SERVICE)
