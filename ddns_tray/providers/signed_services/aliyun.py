"""Alibaba Cloud DNS, its API of 2015-01-09.

Sources: "DescribeDomains", "DescribeSubDomainRecords", "DescribeDomainRecords", "AddDomainRecord", "UpdateDomainRecord"
and "DeleteDomainRecord" at alibabacloud.com/help/en/dns (read on 2026-11-22). A record of which nothing would change is
refused with DomainRecordDuplicate. An update leaves the remark alone. Records of one name come 100 at a time (so the
Chinese page of 2024-12-18; older ones say 500), those of a zone 500.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ClockSkewed,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    RecordConflict,
    RecordNotFound,
    ZoneNotFound,
)
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, numbered, until_seen
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape
from ddns_tray.providers.signed_services.actions import (
    Account,
    Manner,
    in_query,
    known,
    new_nonce,
    open_actions,
    with_other,
)
from ddns_tray.providers.signing.aliyun import acs3

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.rest import Fault
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.signed_services.actions import Asked

VERSION = "2015-01-09"
ENABLED = "ENABLE"

CODES: Mapping[str, Refusal] = with_other(
    {
        "InvalidTimeStamp": ClockSkewed,
        "IllegalTimestamp": ClockSkewed,
        "SignatureDoesNotMatch": AuthenticationFailed,
        "IncompleteSignature": AuthenticationFailed,
        "InvalidAccessKeyId": AuthenticationFailed,
        "InvalidAccessKeySecret": AuthenticationFailed,
        "Forbidden": PermissionDenied,
        "NoPermission": PermissionDenied,
        "Throttling": RateLimited,
        "ServiceUnavailable": ProviderUnavailable,
        "InternalError": ProviderUnavailable,
        "InvalidDomainName.NoExist": ZoneNotFound,
        "IncorrectDomainUser": ZoneNotFound,
        "DomainRecordNotBelongToUser": RecordNotFound,
        "InvalidRecordId": RecordNotFound,
        "DomainRecordConflict": RecordConflict,
        "DomainRecordLocked": RecordConflict,
    }
)
"""Codes are matched up to a dot: Throttling.User is Throttling."""


def fault(status: int, body: Json) -> Fault | None:
    """Read `Code` and `Message`; a good answer has a request id and no code."""
    code, message = body.get("Code"), body.get("Message")
    if code is None and status < HTTPStatus.BAD_REQUEST:
        body["RequestId"].string()
        return None
    return known(CODES, status, code.string() if code else "", message.string() if message else "")


def _build(asked: Asked) -> HttpRequest:
    return in_query(asked.members, asked.base_url, {"x-acs-action": asked.action, "x-acs-version": VERSION})


def described(line: str) -> RestService:
    """Describe the service for the records of one line."""

    def members(draft: Draft) -> dict[str, object]:
        return {"RR": draft.name, "Type": draft.type, "Value": draft.address, "TTL": draft.ttl, "Line": line}

    def skip(item: Json) -> bool:
        status = maybe(item, "Status")
        off = status is not None and status.string().upper() != ENABLED
        return off or item["Line"].string() != line

    return RestService(
        zones=Listing(
            "/DescribeDomains",
            items="Domains.Domain",
            pages=numbered(100, until_seen("TotalCount"), page="PageNumber", per_page="PageSize"),
        ),
        zone=ZoneShape(name="DomainName", id="DomainName"),
        records=Listing(
            "/DescribeDomainRecords",
            items="DomainRecords.Record",
            params=(("DomainName", "{zone}"),),
            pages=numbered(500, until_seen("TotalCount"), page="PageNumber", per_page="PageSize"),
        ),
        named=Listing(
            "/DescribeSubDomainRecords",
            items="DomainRecords.Record",
            params=(("DomainName", "{zone}"), ("SubDomain", "{name}.{zone}")),
            pages=numbered(100, until_seen("TotalCount"), page="PageNumber", per_page="PageSize"),
        ),
        record=RecordShape(id="RecordId", name="RR", type="Type", content="Value", ttl="TTL", skip=skip),
        names=Names.RELATIVE_AT,
        create=Call("POST", "/AddDomainRecord", lambda draft: {"DomainName": draft.zone.id, **members(draft)}),
        update=Call("POST", "/UpdateDomainRecord", lambda draft: {"RecordId": draft.words()["id"], **members(draft)}),
        delete=Call("POST", "/DeleteDomainRecord", lambda draft: {"RecordId": draft.words()["id"]}),
        fault=fault,
        codes=CODES,
    )


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    auth = acs3(opening.option("access_key_id"), opening.secret("access_key_secret"), nonce=new_nonce)
    return open_actions(opening, described(opening.option("line")), Account(Manner(_build), auth))
