"""What Tencent Cloud's services share: actions in JSON, signed with TC3, errors in `Response.Error`.

Source: "Signature v3", "Responses" and "Common error codes" at cloud.tencent.com/document/api/1427 (read on
2026-11-22). All answers have status 200.
"""

from __future__ import annotations

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
from ddns_tray.providers.signed_services.actions import Account, Manner, as_number, in_json, known, with_other
from ddns_tray.providers.signing.tencent import tc3

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ddns_tray.core.ports import HttpRequest
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.rest import Fault
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.signed_services.actions import Asked, Members

CODES: Mapping[str, Refusal] = with_other(
    {
        "AuthFailure": AuthenticationFailed,
        "AuthFailure.SignatureExpire": ClockSkewed,
        "AuthFailure.UnauthorizedOperation": PermissionDenied,
        "UnauthorizedOperation": PermissionDenied,
        "OperationDenied": PermissionDenied,
        "RequestLimitExceeded": RateLimited,
        "FailedOperation.FrequencyLimit": RateLimited,
        "InternalError": ProviderUnavailable,
        "ResourceUnavailable": ProviderUnavailable,
        "ResourceNotFound": ZoneNotFound,
        "ResourceNotFound.NoDataOfRecord": RecordNotFound,
        "InvalidParameter.DomainIdInvalid": ZoneNotFound,
        "InvalidParameter.DomainInvalid": ZoneNotFound,
        "InvalidParameterValue.DomainNotExists": ZoneNotFound,
        "InvalidParameter.ZoneNotFound": ZoneNotFound,
        "InvalidParameter.RecordIdInvalid": RecordNotFound,
        "FailedOperation.DomainIsLocked": RecordConflict,
        "FailedOperation.DomainIsSpam": PermissionDenied,
    }
)
"""Codes are matched up to a dot: RequestLimitExceeded.UinLimitExceeded is RequestLimitExceeded."""


def fault(status: int, body: Json) -> Fault | None:
    """Read `Response.Error`."""
    error = body["Response"].get("Error")
    if error is None:
        body["Response"]["RequestId"].string()
        return None
    return known(CODES, status, error["Code"].string(), error["Message"].string())


def account(
    opening: Opening,
    *,
    service: str,
    version: str,
    integers: frozenset[str] = frozenset({"Offset", "Limit"}),
    prepare: Callable[[Members], Members] = lambda members: members,
) -> Account:
    """Make what opening takes. `prepare` turns our members into those that no list of words can say."""

    def build(asked: Asked) -> HttpRequest:
        typed = {name: as_number(str(value)) if name in integers else value for name, value in asked.members.items()}
        return in_json(prepare(typed), asked.base_url, {"X-TC-Action": asked.action, "X-TC-Version": version})

    return Account(Manner(build), tc3(opening.option("secret_id"), opening.secret("secret_key"), service=service))
