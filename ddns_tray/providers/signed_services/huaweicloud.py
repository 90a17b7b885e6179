"""Huawei Cloud DNS, public zones, its API of version 2.1.

Sources: "Querying Public Zones", "Querying Record Sets in a Zone" (dated 2025-12-30), "Creating a Record Set with
Multiple Lines", "Modifying a Record Set" and "Deleting a Record Set" at support.huaweicloud.com/intl/en-us/api-dns
(read on 2026-11-22), with "Error Codes" there. Names end with a dot. The gateway has error
members of other names than the service.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.core.errors import AuthenticationFailed, ClockSkewed, PermissionDenied, RateLimited
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import RestRRsets, http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, offset, until_seen
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape
from ddns_tray.providers.signing.huawei import sdk_hmac

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

_SET = "/v2.1/zones/{zone}/recordsets/{id}"
_SETS = "/v2.1/zones/{zone}/recordsets"
_EXPIRED = "expired"
_PAGES = offset(500, until_seen("metadata.total_count"))


def _fault(status: int, body: Json) -> Fault | None:
    """Read `code` and `message` of the service, `error_code` and `error_msg` of the gateway before it."""
    if status < HTTPStatus.BAD_REQUEST:
        return None
    code = maybe(body, "code") or maybe(body, "error_code")
    message = maybe(body, "message") or maybe(body, "error_msg")
    told = message.string() if message is not None else ""
    if status == HTTPStatus.UNAUTHORIZED and _EXPIRED in told.lower():
        return Fault(_EXPIRED, told)
    return Fault(code.string() if code is not None else "", told)


CODES: dict[str, Refusal] = {
    _EXPIRED: ClockSkewed,
    "APIGW.0301": AuthenticationFailed,
    "APIGW.0302": PermissionDenied,
    "APIGW.0303": AuthenticationFailed,
    "APIGW.0305": PermissionDenied,
    "APIGW.0308": RateLimited,
    "DNS.0013": PermissionDenied,
    "DNS.0014": RateLimited,
    "DNS.0030": PermissionDenied,
}


def described(line: str) -> RestService:
    """Describe the service for the records of one line."""

    def members(draft: Draft) -> dict[str, object]:
        common = {"name": draft.name, "type": draft.type, "ttl": draft.ttl, "records": list(draft.addresses)}
        return {**common, "description": draft.comment} if draft.comment else common

    def skip(item: Json) -> bool:
        other = maybe(item, "line")
        status = maybe(item, "status")
        off = status is not None and status.string() == "DISABLE"
        return off or (other is not None and other.string() != line)

    return RestService(
        zones=Listing("/v2/zones", items="zones", params=(("type", "public"),), pages=_PAGES),
        zone=ZoneShape(name="name", id="id"),
        records=Listing(_SETS, items="recordsets", pages=_PAGES),
        named=Listing(_SETS, items="recordsets", params=(("name", "{name}"), ("search_mode", "equal")), pages=_PAGES),
        record=RecordShape(
            id="id", name="name", type="type", ttl="ttl", comment="description", values="records", content="", skip=skip
        ),
        names=Names.DOTTED,
        create=Call("POST", _SETS, lambda draft: {**members(draft), "line": line}),
        put=Call("PUT", _SET, members),
        delete=Call("DELETE", _SET),
        fault=_fault,
        codes=CODES,
    )


class HuaweiCloud(RestRRsets):
    """One pair of keys. RRsets have ids, which the records of a set carry."""

    async def _write_with(self, call: Call, draft: Draft, *, missing: Refusal) -> Json:
        standing = draft.existing.records if draft.existing is not None else ()
        known = replace(draft, record=standing[0]) if standing else draft
        return await super()._write_with(call, known, missing=missing)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    declared = described(opening.option("line"))
    auth = sdk_hmac(opening.option("access_key_id"), opening.secret("secret_access_key"))
    return HuaweiCloud(opening, http_service(opening, declared, auth), declared)
