"""The REST family: what each service's refusals mean, in the forms of its documentation."""

from __future__ import annotations

import pytest

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ClockSkewed,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    RecordConflict,
    RequestRejected,
    ZoneNotFound,
)
from tests.contract.suite import HOME
from tests.contract.test_rest_services_details import harness_of
from tests.support.fake_rest import reply

REFUSALS: list[tuple[str, int, object, type[Exception]]] = [
    ("godaddy", 403, {"code": "ACCESS_DENIED", "message": "in its own words"}, PermissionDenied),
    ("godaddy", 400, {"code": "MALFORMED_CREDENTIALS", "message": "in its own words"}, AuthenticationFailed),
    ("porkbun", 400, {"status": "ERROR", "message": "in its own words: Invalid API key. (002)"}, AuthenticationFailed),
    (
        "porkbun",
        400,
        {"status": "ERROR", "code": "MISSING_SECRETAPIKEY", "message": "in its own words"},
        AuthenticationFailed,
    ),
    ("porkbun", 400, {"status": "ERROR", "message": "in its own words: not opted in to API access."}, PermissionDenied),
    ("porkbun", 200, {"status": "ERROR", "message": "in its own words"}, RequestRejected),
    ("namesilo", 200, {"reply": {"code": "110", "detail": "in its own words"}}, AuthenticationFailed),
    ("namesilo", 200, {"reply": {"code": 113, "detail": "in its own words"}}, PermissionDenied),
    ("namesilo", 200, {"reply": {"code": 201, "detail": "in its own words"}}, ProviderUnavailable),
    ("vercel", 403, {"error": {"code": "forbidden", "message": "in its own words"}}, PermissionDenied),
    (
        "vercel",
        403,
        {"error": {"code": "forbidden", "message": "in its own words", "invalidToken": True}},
        AuthenticationFailed,
    ),
    ("hetzner", 403, {"error": {"code": "token_readonly", "message": "in its own words"}}, PermissionDenied),
    ("hetzner", 409, {"error": {"code": "conflict", "message": "in its own words"}}, ProviderUnavailable),
    ("hetzner", 423, {"error": {"code": "protected", "message": "in its own words"}}, RecordConflict),
    ("ovh", 400, {"errorCode": "QUERY_TIME_OUT", "message": "in its own words"}, ClockSkewed),
    ("ovh", 400, {"errorCode": "INVALID_SIGNATURE", "message": "in its own words"}, AuthenticationFailed),
    ("ovh", 403, {"errorCode": "NOT_GRANTED_CALL", "message": "in its own words"}, PermissionDenied),
    ("azure", 400, {"error": "unauthorized_client", "error_description": "in its own words"}, AuthenticationFailed),
    ("azure", 403, {"error": {"code": "AuthorizationFailed", "message": "in its own words"}}, PermissionDenied),
    ("azure", 409, {"code": "Conflict", "message": "in its own words: another is pending"}, ProviderUnavailable),
    (
        "cloudns",
        200,
        {"status": "Failed", "statusDescription": "in its own words: incorrect auth-id"},
        AuthenticationFailed,
    ),
    ("cloudns", 200, {"status": "Failed", "statusDescription": "in its own words"}, RequestRejected),
    ("ionos", 400, [{"code": "INVALID_RECORD", "message": "in its own words"}], RequestRejected),
    ("ionos", 400, {"message": "in its own words"}, RequestRejected),
    ("mythic_beasts", 400, {"errors": ["in its own words"]}, RequestRejected),
    (
        "infomaniak",
        200,
        {"result": "error", "error": {"code": "access_denied", "description": "in its own words"}},
        PermissionDenied,
    ),
    ("servercow", 200, {"error": "in its own words: authentication failed"}, AuthenticationFailed),
    ("dynadot", 200, {"code": 429, "message": "in its own words"}, RateLimited),
    ("linode", 400, {"errors": [{"reason": "in its own words", "field": "name"}]}, RequestRejected),
    ("bunny", 400, {"ErrorKey": "x", "Message": "in its own words"}, RequestRejected),
    (
        "google_cloud",
        403,
        {"error": {"code": 403, "message": "in its own words", "errors": [{"reason": "rateLimitExceeded"}]}},
        RateLimited,
    ),
    (
        "google_cloud",
        403,
        {"error": {"code": 403, "message": "in its own words", "errors": [{"reason": "accessNotConfigured"}]}},
        PermissionDenied,
    ),
    ("google_cloud", 500, {"error": {"code": 500, "message": "in its own words"}}, ProviderUnavailable),
    (
        "google_cloud",
        400,
        {"error": "invalid_grant", "error_description": "in its own words: account not found"},
        AuthenticationFailed,
    ),
    ("transip", 401, {"error": "in its own words"}, AuthenticationFailed),
    ("transip", 406, {"error": "in its own words"}, RequestRejected),
    ("easydns", 200, {"error": {"code": 420, "message": "in its own words"}}, RateLimited),
]


@pytest.mark.parametrize(("service", "status", "body", "kind"), REFUSALS)
async def test_a_refusal_means_what_the_documentation_says(
    service: str, status: int, body: object, kind: type[Exception]
) -> None:
    harness = harness_of(service)
    for _ in range(1 if harness.lists_zones or kind is not PermissionDenied else 2):
        harness.http.fail_next(reply(body, status))
    with pytest.raises((kind, ZoneNotFound), match="in its own words") as caught:
        await harness.open().read(HOME)
    assert type(caught.value) is kind
    assert caught.value.__cause__ is None
