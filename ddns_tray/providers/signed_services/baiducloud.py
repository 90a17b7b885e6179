"""Baidu AI Cloud DNS, its API of version 1.

Sources: "Zones" and "Resolution records" at cloud.baidu.com/doc/DNS/s/El4s7lssr (read on 2026-11-22), with "Error
codes" of bce-auth-v1. Long lists are continued from a mark. A change replaces line, TTL and description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.errors import AuthenticationFailed, ClockSkewed, PermissionDenied, RateLimited, ZoneNotFound
from ddns_tray.providers.rest_family import http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import Pages, maybe, scalar
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at
from ddns_tray.providers.signed_services.actions import ActionRecords, elements
from ddns_tray.providers.signing.baidu import bce

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.rest_family_pages import Page, Params
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

NEW_TTL = 300
_SIZE = (("maxKeys", "1000"),)
_RECORDS = "/v1/dns/zone/{zone}/record"
_RECORD = "/v1/dns/zone/{zone}/record/{id}"

CODES: dict[str, Refusal] = {
    "RequestExpired": ClockSkewed,
    "InvalidHTTPAuthHeader": AuthenticationFailed,
    "InvalidAccessKeyId": AuthenticationFailed,
    "SignatureDoesNotMatch": AuthenticationFailed,
    "AccessDenied": PermissionDenied,
    "RequestLimitExceeded": RateLimited,
    "NoSuchZone": ZoneNotFound,
    "ZoneNotExist": ZoneNotFound,
}


def _following(read: Page) -> Params | None:
    more, mark = maybe(read.answer, "isTruncated"), maybe(read.answer, "nextMarker")
    return (("marker", scalar(mark)), *_SIZE) if more is not None and more.boolean() and mark is not None else None


_PAGES = Pages(_SIZE, _following)


def described(line: str) -> RestService:
    """Describe the service for the records of one line."""

    def members(draft: Draft) -> dict[str, object]:
        common = {"rr": draft.name, "type": draft.type, "value": draft.address, "ttl": draft.ttl, "line": line}
        return {**common, "description": draft.comment} if draft.comment else common

    def skip(item: Json) -> bool:
        status, other = maybe(item, "status"), maybe(item, "line")
        return (status is not None and status.string() == "pause") or (other is not None and other.string() != line)

    return RestService(
        zones=Listing("/v1/dns/zone", items=elements("zones"), pages=_PAGES),
        zone=ZoneShape(name="name", id="name"),
        records=Listing(_RECORDS, items=elements("records"), pages=_PAGES),
        named=Listing(_RECORDS, items=elements("records"), params=(("rr", "{name}"),), pages=_PAGES),
        record=RecordShape(
            id="id", name="rr", type="type", content="value", ttl="ttl", comment="description", skip=skip
        ),
        names=Names.RELATIVE_AT,
        create=Call("POST", _RECORDS, members),
        update=Call("PUT", _RECORD, members),
        delete=Call("DELETE", _RECORD),
        fault=fault_at(code="code"),
        codes=CODES,
    )


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    declared = described(opening.option("line"))
    auth = bce(opening.option("access_key_id"), opening.secret("secret_access_key"))
    return ActionRecords(opening, http_service(opening, declared, auth), declared, new_ttl=NEW_TTL)
