"""Tencent Cloud EdgeOne, its API of 2022-09-01: DNS records of sites that use EdgeOne's name servers.

Sources: "DescribeZones" (1552/80713), "DescribeDnsRecords" (1552/86336), "CreateDnsRecord" (1552/86338),
"ModifyDnsRecords" (1552/86335) and "DeleteDnsRecords" (1552/86337) at cloud.tencent.com/document/api (read on
2026-11-22). Accelerated domains are origins, not records, and are left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, offset, until_seen
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape
from ddns_tray.providers.signed_services.actions import elements, open_actions
from ddns_tray.providers.signed_services.tencent import CODES, account, fault

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.signed_services.actions import Members

NEW_TTL = 300
LOCATION = "Default"
_ZONES = 100
_RECORDS = 1000


def _skip(item: Json) -> bool:
    status, place = maybe(item, "Status"), maybe(item, "Location")
    return (status is not None and status.string() != "enable") or (
        place is not None and place.string() not in {"", LOCATION}
    )


def _members(draft: Draft) -> dict[str, object]:
    return {"Name": draft.name, "Type": draft.type, "Content": draft.address, "TTL": draft.ttl, **draft.kept}


def _prepare(members: Members) -> Members:
    """Say in the service's way for which name we ask."""
    name = members.pop("only", None)
    if name is not None:
        members["Filters"] = [{"Name": "name", "Values": [name], "Fuzzy": False}]
    return members


def _listing(*params: tuple[str, str]) -> Listing:
    return Listing(
        "/DescribeDnsRecords",
        items=elements("Response.DnsRecords"),
        params=(("ZoneId", "{zone}"), *params),
        pages=offset(_RECORDS, until_seen("Response.TotalCount"), skip="Offset", take="Limit"),
    )


SERVICE = RestService(
    zones=Listing(
        "/DescribeZones",
        items=elements("Response.Zones"),
        pages=offset(_ZONES, until_seen("Response.TotalCount"), skip="Offset", take="Limit"),
    ),
    zone=ZoneShape(name="ZoneName", id="ZoneId", skip=lambda item: item["Type"].string() != "full"),
    records=_listing(),
    named=_listing(("only", "{fqdn}")),
    record=RecordShape(
        id="RecordId", name="Name", type="Type", content="Content", ttl="TTL", keep=("Weight",), skip=_skip
    ),
    names=Names.ABSOLUTE,
    create=Call(
        "POST", "/CreateDnsRecord", lambda draft: {"ZoneId": draft.zone.id, "Location": LOCATION, **_members(draft)}
    ),
    update=Call(
        "POST",
        "/ModifyDnsRecords",
        lambda draft: {
            "ZoneId": draft.zone.id,
            "DnsRecords": [
                {"ZoneId": draft.zone.id, "RecordId": draft.words()["id"], "Location": LOCATION, **_members(draft)}
            ],
        },
    ),
    delete=Call(
        "POST", "/DeleteDnsRecords", lambda draft: {"ZoneId": draft.zone.id, "RecordIds": [draft.words()["id"]]}
    ),
    fault=fault,
    codes=CODES,
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_actions(
        opening, SERVICE, account(opening, service="teo", version="2022-09-01", prepare=_prepare), new_ttl=NEW_TTL
    )
