"""What helps in a refusal is told, wherever the service says it.

The bodies are those of documentation and of users: GoDaddy in win-acme's issue 1947, Cloudflare in issue 179 of
timothymiller/cloudflare-ddns, dynv6 in api/models/error.yml of its specification, the others in their reference.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import (
    AuthenticationFailed,
    PermissionDenied,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    UnexpectedAnswer,
)
from ddns_tray.core.ports import Secret
from ddns_tray.providers.kinds import KeyOrNameRefused
from ddns_tray.providers.refusals import RATE_LIMIT_PAUSE, kind_of_words
from ddns_tray.providers.registry import open_account
from ddns_tray.providers.said import MOST, said
from tests.contract.suite import HOME
from tests.contract.test_dyndns_table import Bench
from tests.contract.test_rest_services_details import harness_of
from tests.support.clock import FakeClock
from tests.support.dns_servers import ZONE
from tests.support.fake_rest import reply
from tests.support.faults import FaultyHttp, answer

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, HttpResponse

SHAPES: list[tuple[str, int, object, str]] = [
    (
        "godaddy",
        422,
        {
            "code": "INVALID_BODY",
            "fields": [
                {"code": "UNKNOWN_RESTRICTION", "message": "must have a minimum value of 600", "path": "records[0].ttl"}
            ],
            "message": "Request body doesn't fulfill schema, see details in `fields`",
        },
        "must have a minimum value of 600",
    ),
    (
        "desec",
        400,
        [{"ttl": ["Ensure this value is greater than or equal to 3600."]}],
        "ttl: Ensure this value is greater than or equal to 3600.",
    ),
    ("desec", 400, {"non_field_errors": ["RRset with conflicting type present"]}, ": RRset with conflicting type"),
    (
        "dynv6",
        422,
        {"error": {"name": "ValidationError", "message": "is not valid", "fields": [{"message": "no such address"}]}},
        "no such address",
    ),
    ("name_com", 403, {"message": "Permission Denied", "details": "Two-Step Verification Enabled"}, "Two-Step"),
    (
        "hostinger",
        422,
        {"message": "The given data was invalid.", "errors": {"ttl": ["The ttl is wrong."]}},
        "ttl: The",
    ),
    (
        "gandi",
        400,
        {
            "code": 400,
            "message": "bad request",
            "errors": [{"name": "rrset_ttl", "description": "less than minimum 300"}],
        },
        "less than minimum 300",
    ),
    ("ionos", 401, [{"code": "UNAUTHORIZED", "message": "The customer is not authorized"}], "not authorized"),
    ("vultr", 401, "Invalid API token given", "Invalid API token given"),
]


@pytest.mark.parametrize(("service", "status", "body", "helps"), SHAPES)
async def test_what_helps_is_told_wherever_it_stands(service: str, status: int, body: object, helps: str) -> None:
    harness = harness_of(service)
    harness.http.fail_next(reply(body, status))
    with pytest.raises(ProviderError) as caught:
        await harness.open().read(HOME)
    assert helps in str(caught.value)
    assert caught.value.problem.hint is not None


class _Cloudflare:
    """Refuses a TTL."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        del request
        chain = [{"code": 9021, "message": "TTL must be between 60 and 86400 seconds, or 1 for Automatic."}]
        errors = [{"code": 1004, "message": "DNS Validation Error", "error_chain": chain}]
        return reply({"result": None, "success": False, "errors": errors, "messages": []}, 400)

    async def aclose(self) -> None:
        """Nothing is open."""


async def test_a_chain_of_causes_is_told_to_its_end() -> None:
    provider = open_account(
        "cloudflare", {}, {"api_token": Secret("x" * 40)}, http=FaultyHttp(_Cloudflare()), clock=FakeClock()
    )
    with pytest.raises(RequestRejected, match=r"DNS Validation Error; TTL must be between 60 and 86400 seconds"):
        await provider.read(HOME)


async def test_data_under_the_type_of_a_page_is_read() -> None:
    """The service name.com sent its answers so for years."""
    harness = harness_of("name_com")
    body = json.dumps({"message": "Unauthenticated", "details": "API Access Has Not Been Enabled"}).encode()
    harness.http.fail_next(answer(401, body, "text/html; charset=UTF-8"))
    with pytest.raises(AuthenticationFailed, match="API Access Has Not Been Enabled"):
        await harness.open().read(HOME)
    zones = json.dumps({"domains": [{"domainName": ZONE}]}).encode()
    harness.http.fail_next(answer(200, zones, "text/html; charset=UTF-8"))
    assert await harness.open().zones() == (ZONE,)


@pytest.mark.parametrize(
    ("service", "status", "body"),
    [
        (
            "cloudns",
            200,
            {"status": "Failed", "statusDescription": "Request blocked, more than 20 requests per second."},
        ),
        ("dynadot", 400, {"code": 400, "message": "Bad Request", "error": {"description": "API rate limit reached"}}),
        ("dynadot", 400, {"code": 400, "message": "Too many API requests"}),
        ("name_com", 403, {"message": "Rate Limit Exceeded"}),
    ],
)
async def test_who_asks_for_calm_in_words_is_left_in_peace(service: str, status: int, body: object) -> None:
    harness = harness_of(service)
    harness.http.fail_next(reply(body, status))
    with pytest.raises(RateLimited) as caught:
        await harness.open().read(HOME)
    assert caught.value.retry_after == RATE_LIMIT_PAUSE


@pytest.mark.parametrize(
    ("kind", "message", "expected"),
    [
        (RequestRejected, "Too many records in the zone.", RequestRejected),
        (RequestRejected, "The limit of the plan is reached.", RequestRejected),
        (RequestRejected, "Too many requests.", RateLimited),
        (UnexpectedAnswer, "throttled", RateLimited),
        (PermissionDenied, "Request forbidden by flow control.", RateLimited),
        (RequestRejected, "操作过于频繁", RateLimited),
        (AuthenticationFailed, "Too many requests with a wrong key.", AuthenticationFailed),
        (ProviderUnavailable, "rate limit", ProviderUnavailable),
    ],
)
def test_only_refusals_of_a_general_kind_are_read_by_their_words(
    kind: type[ProviderError], message: str, expected: type[ProviderError]
) -> None:
    assert kind_of_words(kind, message) is expected


async def test_an_action_that_failed_at_once_is_a_refusal() -> None:
    harness = harness_of("hetzner")
    error = {"code": "action_failed", "message": "the action failed at the name server"}
    harness.http.fail_next(reply({"action": {"id": 1, "status": "error", "error": error}}, 201))
    with pytest.raises(RequestRejected, match="at the name server"):
        await harness.open().read(HOME)


@pytest.mark.parametrize(
    ("body", "message", "told"),
    [
        ({"message": "no", "created_at": "2026-11-22 10:00:00", "id": "a1 b2", "see": "https://x.test/a"}, "no", "no"),
        ({"message": "It is wrong."}, "It is wrong.", "It is wrong."),
        ({"a": {"b": [{"c": "two words"}]}}, "", "two words"),
        ({"trace": "at line one " * 50}, "", ""),
        ([], "", ""),
        (None, "", ""),
        (5, "five", "five"),
    ],
)
def test_only_sentences_count(body: object, message: str, told: str) -> None:
    assert said(body, message) == told


def test_a_refusal_is_not_told_without_an_end() -> None:
    deep: object = "too deep"
    for _ in range(50):
        deep = [deep]
    assert (
        said(json.loads(json.dumps([deep, *(f"sentence number {number}" for number in range(500))])), "m").count(";")
        == MOST
    )


async def test_a_wrong_token_says_in_words_what_is_wrong_with_it() -> None:
    harness = harness_of("digitalocean")
    harness.http.fail_next(reply({"id": "Unauthorized", "message": "Unable to authenticate you"}, 401))
    with pytest.raises(AuthenticationFailed, match="Unable to authenticate you"):
        await harness.open().read(HOME)


@pytest.mark.parametrize("service", ["duckdns", "freemyip", "freedns", "freedns_v2", "myaddr"])
async def test_one_word_for_a_wrong_key_and_a_wrong_name_blames_neither_alone(service: str) -> None:
    bench = Bench(service)
    with pytest.raises(KeyOrNameRefused) as caught:
        await bench.open(secret="wrong").apply(bench.change("203.0.113.7"))
    assert "name" in str(caught.value)
    assert "name" in str(caught.value.problem.hint)
