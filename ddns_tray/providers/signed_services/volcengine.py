"""Volcengine DNS (TrafficRoute), its API of 2018-08-01.

Sources: "ListZones" (6758/155100), "ListRecords" and "CreateRecord" (6758/155104), "UpdateRecord" (6758/155106,
dated 2025-06-23), "DeleteRecord" and the errors (6758/163143) at volcengine.com/docs (read on 2026-11-23). Members that
an update leaves out keep their values. Zones and records are counted in pages, up to 500 records at a time, but fewer
than 500 where a name is searched; reading goes by GET, writing by POST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ClockSkewed,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    RecordNotFound,
    ZoneNotFound,
)
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, numbered, until_seen
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape
from ddns_tray.providers.signed_services.actions import (
    Account,
    Manner,
    as_number,
    elements,
    in_json,
    in_query,
    known,
    open_actions,
    with_other,
)
from ddns_tray.providers.signing.volcengine import volcengine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.rest import Fault
    from ddns_tray.providers.rest_family_pages import Pages
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.signed_services.actions import Asked

VERSION = "2018-08-01"
REGION = "cn-north-1"
SERVICE = "DNS"

CODES: Mapping[str, Refusal] = with_other(
    {
        "InvalidTimestamp": ClockSkewed,
        "RequestExpired": ClockSkewed,
        "SignatureDoesNotMatch": AuthenticationFailed,
        "InvalidAccessKey": AuthenticationFailed,
        "InvalidCredential": AuthenticationFailed,
        "InvalidAuthorization": AuthenticationFailed,
        "MissingAuthenticationToken": AuthenticationFailed,
        "AccessDenied": PermissionDenied,
        "FlowLimitExceeded": RateLimited,
        "Throttling": RateLimited,
        "InternalError": ProviderUnavailable,
        "InternalServiceError": ProviderUnavailable,
        "ErrInternalServer": ProviderUnavailable,
        "ServiceUnavailable": ProviderUnavailable,
        "ErrZoneNotFound": ZoneNotFound,
        "ZoneNotFound": ZoneNotFound,
        "ErrRecordNotFound": RecordNotFound,
        "ErrDBNotFound": RecordNotFound,
        "RecordNotFound": RecordNotFound,
    }
)


def _fault(status: int, body: Json) -> Fault | None:
    """Read `ResponseMetadata.Error`."""
    data = body["ResponseMetadata"]
    error = data.get("Error")
    if error is None:
        data["RequestId"].string()
        return None
    return known(CODES, status, error["Code"].string(), error["Message"].string())


def _build(asked: Asked) -> HttpRequest:
    which = (("Action", asked.action), ("Version", VERSION))
    if asked.writes:
        return in_json(asked.members, asked.base_url, params=which)
    return in_query({**dict(which), **asked.members}, asked.base_url, method="GET")


def described(line: str) -> RestService:
    """Describe the service for the records of one line."""

    def pages(size: int) -> Pages:
        return numbered(size, until_seen("Result.TotalCount"), page="PageNumber", per_page="PageSize")

    def members(draft: Draft) -> dict[str, object]:
        return {"Host": draft.name, "Type": draft.type, "Value": draft.address, "TTL": draft.ttl, "Line": line}

    def skip(item: Json) -> bool:
        enabled = maybe(item, "Enable")
        return (enabled is not None and not enabled.boolean()) or item["Line"].string() != line

    def described_comment(draft: Draft) -> dict[str, object]:
        return {"Remark": draft.comment} if draft.comment else {}

    return RestService(
        zones=Listing(
            "/ListZones",
            items=elements("Result.Zones"),
            pages=numbered(100, until_seen("Result.Total"), page="PageNumber", per_page="PageSize"),
        ),
        zone=ZoneShape(name="ZoneName", id="ZID"),
        records=Listing(
            "/ListRecords", items=elements("Result.Records"), params=(("ZID", "{zone}"),), pages=pages(500)
        ),
        named=Listing(
            "/ListRecords",
            items=elements("Result.Records"),
            params=(("ZID", "{zone}"), ("Host", "{name}"), ("SearchMode", "exact")),
            pages=pages(100),
        ),
        record=RecordShape(
            id="RecordID", name="Host", type="Type", content="Value", ttl="TTL", comment="Remark", skip=skip
        ),
        names=Names.RELATIVE_AT,
        create=Call(
            "POST",
            "/CreateRecord",
            lambda draft: {"ZID": as_number(draft.zone.id), **members(draft), **described_comment(draft)},
        ),
        update=Call(
            "POST",
            "/UpdateRecord",
            lambda draft: {"RecordID": draft.words()["id"], **members(draft), **described_comment(draft)},
        ),
        delete=Call("POST", "/DeleteRecord", lambda draft: {"RecordID": draft.words()["id"]}),
        fault=_fault,
        codes=CODES,
    )


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    auth = volcengine(
        opening.option("access_key_id"), opening.secret("secret_access_key"), region=REGION, service=SERVICE
    )
    return open_actions(opening, described(opening.option("line")), Account(Manner(_build), auth))
