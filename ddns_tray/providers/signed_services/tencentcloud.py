"""DNSPod in Tencent Cloud, its API of 2021-03-23.

Sources: "DescribeDomainList" (1427/56172), "DescribeRecordList" (1427/56166), "CreateRecord" (1427/56180),
"ModifyRecord" (1427/56157) and "DeleteRecord" (1427/56176) at cloud.tencent.com/document/api (read on 2026-11-22). A
change replaces all members of a record, so its weight and its remark go back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, offset, until_seen
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape
from ddns_tray.providers.signed_services.actions import as_number, elements, open_actions
from ddns_tray.providers.signed_services.tencent import CODES, account, fault

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_pages import Pages
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

_PAGE = 3000
_LIST = (("Domain", "{zone}"), ("ErrorOnEmpty", "no"))


def _pages(total: str) -> Pages:
    return offset(_PAGE, until_seen(total), skip="Offset", take="Limit")


_RECORDS = _pages("Response.RecordCountInfo.TotalCount")


def described(line: str) -> RestService:
    """Describe the service for the records of one line."""

    def members(draft: Draft) -> dict[str, object]:
        return {
            "Domain": draft.zone.id,
            "SubDomain": draft.name,
            "RecordType": draft.type,
            "RecordLine": line,
            "Value": draft.address,
            "TTL": draft.ttl,
            **draft.kept,
            **({"Remark": draft.comment} if draft.comment else {}),
        }

    def skip(item: Json) -> bool:
        status = maybe(item, "Status")
        off = status is not None and status.string() != "ENABLE"
        return off or item["Line"].string() != line

    return RestService(
        zones=Listing(
            "/DescribeDomainList",
            items=elements("Response.DomainList"),
            pages=_pages("Response.DomainCountInfo.DomainTotal"),
        ),
        zone=ZoneShape(name="Name", id="Name"),
        records=Listing("/DescribeRecordList", items=elements("Response.RecordList"), params=_LIST, pages=_RECORDS),
        named=Listing(
            "/DescribeRecordList",
            items=elements("Response.RecordList"),
            params=(*_LIST, ("Subdomain", "{name}")),
            pages=_RECORDS,
        ),
        record=RecordShape(
            id="RecordId",
            name="Name",
            type="Type",
            content="Value",
            ttl="TTL",
            comment="Remark",
            keep=("Weight",),
            skip=skip,
        ),
        names=Names.RELATIVE_AT,
        create=Call("POST", "/CreateRecord", members),
        update=Call(
            "POST", "/ModifyRecord", lambda draft: {**members(draft), "RecordId": as_number(draft.words()["id"])}
        ),
        delete=Call(
            "POST", "/DeleteRecord", lambda draft: {"Domain": draft.zone.id, "RecordId": as_number(draft.words()["id"])}
        ),
        fault=fault,
        codes=CODES,
    )


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_actions(
        opening, described(opening.option("line")), account(opening, service="dnspod", version="2021-03-23")
    )
