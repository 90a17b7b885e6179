"""Addresses that people write out themselves, and what a few services of the table are sent, to the letter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ConfigError,
    ProviderError,
    ProviderUnavailable,
    RequestRejected,
    SecretMissing,
    UnexpectedAnswer,
)
from ddns_tray.core.model import Change, RecordKey, RecordType
from ddns_tray.core.ports import HttpResponse, Secret
from ddns_tray.providers.auth import basic_word
from ddns_tray.providers.registry import open_account
from tests.contract.suite import CANARY, HOME, HOME6, NEW, HttpFaults, HttpHarness
from tests.support.clock import FakeClock
from tests.support.faults import FaultyHttp, WireFault, answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.ports import HttpRequest, Provider
    from tests.support.dns_servers import Datum

NEW6 = "2001:db8:1::2"
URL = "https://update.example.test/hook?host={name}&ip={ip}"


class Echo:
    """A server that says "good" and the address to everything."""

    def __init__(self, body: str = "good") -> None:
        self.body = body

    async def aclose(self) -> None:
        """Nothing is open."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        del request
        return HttpResponse(200, {"content-type": "text/plain"}, self.body.encode())


class CustomHarness(HttpHarness):
    def __init__(self, body: str = "good") -> None:
        self.http = FaultyHttp(Echo(body))

    def open(self, *, secret: str | None = None) -> Provider:
        return self.opened({"url": URL, "auth": "bearer"}, secret)

    def opened(self, options: dict[str, str], secret: str | None = None) -> Provider:
        secrets = {"password": Secret(secret or self.secret)}
        return open_account("custom", options, secrets, http=self.http, clock=FakeClock())

    def seed(self, data: Iterable[Datum]) -> None:
        """Nothing is kept."""

    def content(self) -> set[Datum]:
        return set()

    def fail_wire(self, fault: WireFault, *, on_write: bool) -> None:
        del on_write
        self.http.fail_next(fault)

    def fail_http(self, response: HttpResponse) -> None:
        self.http.fail_next(response)

    def requests(self) -> list[HttpRequest]:
        return self.http.requests

    async def sent(self, options: dict[str, str], key: RecordKey = HOME, address: str = NEW) -> HttpRequest:
        await self.opened(options).apply(writing(address, key))
        return self.http.requests[-1]


@pytest.fixture
def harness() -> CustomHarness:
    return CustomHarness()


def writing(address: str = NEW, key: RecordKey = HOME, ttl: int | None = None) -> Change:
    return Change(key, None, (address,), create=(address,), ttl=ttl)


class TestCustom(HttpFaults):
    async def poke(self, provider: Provider) -> None:
        await provider.apply(writing())


def told(request: HttpRequest) -> str:
    """One line of what goes over the wire."""
    url = str(request.url)
    query = f"{'&' if '?' in url else '?'}{urlencode(request.params, safe=':,')}" if request.params else ""
    return f"{request.method} {url}{query} {request.body.decode()}".rstrip()


async def test_words_in_braces_are_filled_in(harness: CustomHarness) -> None:
    request = await harness.sent(
        {"url": "https://update.example.test/{type}/{name}/?ip={ip}&user={username}&key={password}", "username": "a b"}
    )
    assert (
        told(request)
        == f"GET https://update.example.test/A/{HOME.name}/?{urlencode({'ip': NEW, 'user': 'a b', 'key': CANARY})}"
    )
    assert "Authorization" not in request.headers


async def test_a_secret_in_the_path_is_encoded_and_hidden(harness: CustomHarness) -> None:
    request = await harness.sent({"url": "https://update.example.test/push/{password}?ip={ip}"})
    assert str(request.url).startswith("https://update.example.test/push/canary%2FSecret")
    assert "anary" not in repr(request)


async def test_ipv6_may_have_an_address_of_its_own(harness: CustomHarness) -> None:
    options = {"url": URL, "url_ipv6": "https://six.example.test/{type}?ip6={ip}"}
    assert told(await harness.sent(options, HOME6, NEW6)) == f"GET https://six.example.test/AAAA?ip6={NEW6}"
    assert told(await harness.sent(options)).startswith("GET https://update.example.test/hook?")


async def test_a_body_is_json_or_a_form_as_it_looks(harness: CustomHarness) -> None:
    body = '{"domain": "{domain}", "ip": "{ip}", "ttl": "{ttl}", "type": "{type}", "key": "{password}", "keep": {x}}'
    provider = harness.opened({"url": "https://update.example.test/", "method": "POST", "body": body}, 'quote"\\')
    await provider.apply(writing(ttl=300))
    (request,) = harness.requests()
    assert request.headers["Content-Type"] == "application/json"
    sent = request.body.decode().replace("{x}", "null")
    assert json.loads(sent) == {
        "domain": HOME.name, "ip": NEW, "ttl": "300", "type": "A", "key": 'quote"\\', "keep": None,
    }  # fmt: skip
    request = await harness.sent({"url": "https://h.example.test", "method": "put", "body": "host={name}&k={password}"})
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.body.decode() == f"host={HOME.name}&k=canary%2FSecret%2B5e1f%26%3D%3D"
    assert request.method == "PUT"


async def test_the_password_is_shown_as_wanted(harness: CustomHarness) -> None:
    request = await harness.sent({"url": URL, "auth": "bearer"})
    assert request.headers["Authorization"] == f"Bearer {CANARY}"
    request = await harness.sent({"url": URL, "auth": "basic", "username": "me"})
    assert request.headers["Authorization"] == f"Basic {basic_word('me', Secret(CANARY))}"
    assert CANARY not in repr(request)


async def test_an_account_without_a_password_works_where_none_is_wanted() -> None:
    http = FaultyHttp(Echo())
    await open_account("custom", {"url": URL}, {}, http=http, clock=FakeClock()).apply(writing())
    provider = open_account("custom", {"url": URL, "auth": "bearer"}, {}, http=http, clock=FakeClock())
    with pytest.raises(SecretMissing, match="password"):
        await provider.apply(writing())
    assert len(http.requests) == 1


@pytest.mark.parametrize(
    ("options", "body", "fine"),
    [
        ({}, "good", True),
        ({}, "nochg", True),
        ({}, "OK", False),
        ({"success": "OK"}, "ok", True),
        ({"success": "OK"}, "OKAY", False),
        ({"success": "OK"}, "nochg", False),
        ({"success": "OK", "unchanged": "same .*"}, "same 1", True),
        ({"success": ".*"}, "", True),
        ({"success": ".*"}, "anything\nat all", True),
        ({"success": r"ip=(?P<ip>\S+)"}, f"ip={NEW}", True),
        ({"success": r"ip=(?P<ip>\S+)"}, "ip=198.51.100.9", False),
        ({"success": "fine"}, "fine\nnot fine", False),
    ],
)
async def test_what_counts_as_good_is_the_persons_to_say(options: dict[str, str], body: str, *, fine: bool) -> None:
    provider = CustomHarness(body).opened({"url": URL, **options})
    if fine:
        await provider.apply(writing())
    else:
        with pytest.raises(UnexpectedAnswer):
            await provider.apply(writing())


async def test_words_of_refusal_count_and_a_page_is_an_outage_whatever_counts_as_good(harness: CustomHarness) -> None:
    kinds: tuple[tuple[HttpResponse, type[ProviderError]], ...] = (
        (answer(200, b"badauth", "text/plain"), AuthenticationFailed),
        (answer(200, b"<!DOCTYPE html><p>Back soon", "text/html"), ProviderUnavailable),
        (answer(400, b"fine", "text/plain"), RequestRejected),
    )
    for response, kind in kinds:
        harness.fail_http(response)
        with pytest.raises(ProviderError) as caught:
            await harness.opened({"url": URL, "success": ".*"}).apply(writing())
        assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "https://update.example.test/?ip={ipp}"}, "ipp"),
        ({"url": "https://{name}/update"}, "url"),
        ({"url": "ftp://update.example.test/"}, "url"),
        ({"url": "https://me:hunter2@update.example.test/"}, "url"),
        ({"url": "https://update.example.test/?token=hunter2&ip={ip}"}, "secret"),
        ({"url": URL, "url_ipv6": "https://six.example.test/?api_key=hunter2"}, "url_ipv6 holds a secret"),
        ({"url": "https://update.example.test/?ip=#{ip}"}, "url"),
        ({"url": URL, "success": "good("}, "regular expression"),
        ({"url": URL, "method": "delete"}, "delete"),
        ({"url": URL, "password": "hunter2"}, "secret"),
        ({}, "url"),
    ],
)
def test_what_cannot_be_used_is_named_before_anything_is_sent(
    harness: CustomHarness, options: dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        harness.opened(options)
    assert caught.value.problem.hint is not None
    assert "hunter2" not in repr(caught.value.problem)
    assert harness.requests() == []


@pytest.mark.parametrize(
    ("service", "options", "expected"),
    [
        ("noip", {}, "GET https://dynupdate.no-ip.com/nic/update?hostname=home.example.test&myip=203.0.113.7"),
        ("dynu", {}, "GET https://api.dynu.com/nic/update?hostname=home.example.test&myip=203.0.113.7&myipv6=no"),
        ("freedns", {"name": "home.example.test"},
         "GET https://freedns.afraid.org/dynamic/update.php?s3cr3t&address=203.0.113.7"),
        ("directnic", {"name": "home.example.test"}, "GET https://directnic.com/dns/gateway/s3cr3t/?data=203.0.113.7"),
        ("desec_dyndns", {},
         "GET https://update.dedyn.io/update?hostname=home.example.test&myipv4=203.0.113.7&myipv6=preserve"),
        ("core_networks", {},
         "GET https://dyndns.core-networks.de/?hostname=home.example.test&myip=203.0.113.7&keepipv6=1"),
        ("dinahosting_dyndns", {"zone": "example.test"},
         ("GET https://dinahosting.com/special/api.php"
          "?hostname=home&domain=example.test&command=Domain_Zone_UpdateTypeA&ip=203.0.113.7")),
        ("dnsexit", {}, "POST https://api.dnsexit.com/dns/ud/ apikey=s3cr3t&host=home.example.test&ip=203.0.113.7"),
        ("mythic_beasts_dyndns", {}, "POST https://ipv4.api.mythic-beasts.com/dns/v2/dynamic/home.example.test"),
        ("dyfi", {}, "GET https://www.dy.fi/nic/update?hostname=home.example.test"),
        ("ovh_dynhost", {},
         "GET https://dns.eu.ovhapis.com/nic/update?system=dyndns&hostname=home.example.test&myip=203.0.113.7"),
        ("pubyun", {}, "GET http://members.3322.net/dyndns/update?hostname=home.example.test&myip=203.0.113.7"),
    ],
)  # fmt: skip
async def test_services_are_sent_what_their_documentation_shows(
    service: str, options: dict[str, str], expected: str
) -> None:
    http = FaultyHttp(Echo())
    http.fail_next(answer(500, b"", "text/plain"))
    secrets = {name: Secret("s3cr3t") for name in ("password", "token")}
    provider = open_account(
        service,
        {"username": "me", **options} if service not in {"freedns", "directnic", "dnsexit"} else options,
        secrets,
        http=http,
        clock=FakeClock(),
    )
    with pytest.raises(ProviderError):
        await provider.apply(writing(key=RecordKey("home.example.test", RecordType.A)))
    assert told(http.requests[0]) == expected
