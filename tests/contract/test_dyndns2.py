"""DynDNS2, on a stand-in written from its documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import (
    AbuseBlocked,
    AuthenticationFailed,
    PermissionDenied,
    ProviderError,
    ProviderUnavailable,
    RecordNotFound,
    RequestRejected,
    Unconfirmed,
    UnexpectedAnswer,
)
from ddns_tray.core.model import Change, Intent, RecordKey, RecordMemory, RecordType
from ddns_tray.core.plan import plan
from ddns_tray.core.ports import Secret
from ddns_tray.providers.auth import basic_word
from ddns_tray.providers.registry import open_account
from tests.contract.suite import CANARY, HOME, HOME6, NEW, HttpFaults, HttpHarness, assert_silent
from tests.support.clock import FakeClock
from tests.support.dns_servers import Datum
from tests.support.fake_dyndns2 import FakeDyndns2
from tests.support.faults import FaultyHttp, WireFault, answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.ports import HttpRequest, HttpResponse, Provider

HALF_AN_HOUR = 1800


class Dyndns2Harness(HttpHarness):
    def __init__(self) -> None:
        self.service = FakeDyndns2(HOME.name, user="me@example.test", password=self.secret)
        self.http = FaultyHttp(self.service)

    def open(self, *, secret: str | None = None) -> Provider:
        return self.opened({}, secret)

    def opened(self, options: dict[str, str], secret: str | None = None) -> Provider:
        given = {"base_url": "https://update.example.test", "username": "me@example.test", **options}
        password = Secret(secret or self.secret)
        return open_account("dyndns2", given, {"password": password}, http=self.http, clock=FakeClock())

    def seed(self, data: Iterable[Datum]) -> None:
        self.service.hosts = {datum.name: {datum.content} for datum in data}

    def content(self) -> set[Datum]:
        return {Datum(name, "A", address) for name, each in self.service.hosts.items() for address in each}

    def fail_wire(self, fault: WireFault, *, on_write: bool) -> None:
        del on_write
        self.http.fail_next(fault)

    def fail_http(self, response: HttpResponse) -> None:
        self.http.fail_next(response)

    def requests(self) -> list[HttpRequest]:
        return self.http.requests


@pytest.fixture
def harness() -> Dyndns2Harness:
    return Dyndns2Harness()


def writing(*addresses: str, key: RecordKey = HOME) -> Change:
    return Change(key, None, addresses, create=addresses)


class TestDyndns2(HttpFaults):
    async def poke(self, provider: Provider) -> None:
        await provider.apply(writing(NEW))


def say(words: str, status: int = 200) -> HttpResponse:
    return answer(status, words.encode(), "text/plain; charset=utf-8")


async def test_one_request_writes_one_address(harness: Dyndns2Harness) -> None:
    provider = harness.open()
    await provider.apply(writing(NEW))
    await provider.apply(writing("2001:db8:1::2", key=HOME6))
    assert harness.service.hosts == {HOME.name: {NEW, "2001:db8:1::2"}}
    first, second = harness.requests()
    assert (first.method, first.url) == ("GET", "https://update.example.test/nic/update")
    assert dict(first.params) == {"hostname": HOME.name, "myip": NEW}
    assert dict(second.params) == {"hostname": HOME.name, "myip": "2001:db8:1::2"}
    assert first.headers["User-Agent"].startswith("DDNS Tray")
    assert provider.calls == 2


async def test_path_and_parameter_are_as_the_service_wants_them(harness: Dyndns2Harness) -> None:
    harness.service = FakeDyndns2(HOME.name, user="me@example.test", password=harness.secret, path="/v3/update")
    harness.http = FaultyHttp(harness.service)
    options = {"path": "v3/update", "ipv6_parameter": "myipv6", "base_url": "update.example.test/"}
    await harness.opened(options).apply(writing("2001:db8:1::2", key=HOME6))
    (request,) = harness.requests()
    assert request.url == "https://update.example.test/v3/update"
    assert dict(request.params) == {"hostname": HOME.name, "myipv6": "2001:db8:1::2"}


async def test_what_was_written_is_not_sent_again_unless_forced(harness: Dyndns2Harness) -> None:
    provider = harness.open()
    assert await provider.read(HOME) is None
    memory = RecordMemory(ours=frozenset({NEW}), written=(NEW,))
    planned = plan(HOME, (NEW,), None, memory, force=False, ttl=None, proxied=None, comment=None)
    assert planned.intent is Intent.PRESERVE
    assert harness.requests() == []


async def test_an_address_that_was_there_already_is_fine(harness: Dyndns2Harness) -> None:
    provider = harness.open()
    await provider.apply(writing(NEW))
    await provider.apply(writing(NEW))
    assert provider.calls == 2


@pytest.mark.parametrize(
    ("words", "kind", "pause"),
    [
        ("badauth", AuthenticationFailed, None),
        ("badagent", AbuseBlocked, None),
        ("abuse", AbuseBlocked, None),
        ("!donator", PermissionDenied, None),
        ("!yours", PermissionDenied, None),
        ("notfqdn", RequestRejected, None),
        ("nohost", RecordNotFound, None),
        ("numhost", RequestRejected, None),
        ("dnserr", ProviderUnavailable, HALF_AN_HOUR),
        ("911", ProviderUnavailable, HALF_AN_HOUR),
        ("911 maintenance until noon", ProviderUnavailable, HALF_AN_HOUR),
        ("BADAUTH\r\n", AuthenticationFailed, None),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 401, 403, 500])
async def test_every_code_means_what_the_documentation_says_whatever_the_status(
    harness: Dyndns2Harness, words: str, kind: type[ProviderError], pause: int | None, status: int
) -> None:
    harness.fail_http(say(words, status))
    with pytest.raises(ProviderError) as caught:
        await harness.open().apply(writing(NEW))
    assert type(caught.value) is kind
    assert caught.value.retry_after == pause
    assert caught.value.asks_person is (kind in {AuthenticationFailed, AbuseBlocked, PermissionDenied})
    assert words.split(maxsplit=1)[0] in str(caught.value)


async def test_a_longer_wait_of_the_service_is_obeyed(harness: Dyndns2Harness) -> None:
    harness.fail_http(answer(503, b"911", "text/plain", retry_after="7200"))
    with pytest.raises(ProviderUnavailable) as caught:
        await harness.open().apply(writing(NEW))
    assert caught.value.retry_after == 7200


@pytest.mark.parametrize(
    "words",
    ["goodbye", "not good", "ungood 203.0.113.7", "", "\n\n", "ok", "nochgs", "error: nohost", "9110", "{good}"],
)
async def test_a_code_inside_another_word_is_no_code(harness: Dyndns2Harness, words: str) -> None:
    harness.fail_http(say(words))
    with pytest.raises(UnexpectedAnswer):
        await harness.open().apply(writing(NEW))


@pytest.mark.parametrize(
    "words",
    [
        f"good {NEW}",
        f"nochg {NEW}",
        "good",
        "nochg",
        f"\n  good {NEW} \r\n",
        f"good {NEW}\ngood 2001:db8::9",
        f"good {NEW}\nnochg {NEW}",
        f"Good {NEW}",
        "good 3600 seconds",
    ],
)
async def test_good_answers_come_in_several_forms(harness: Dyndns2Harness, words: str) -> None:
    harness.fail_http(say(words))
    await harness.open().apply(writing(NEW))


async def test_ipv6_may_be_spelled_in_another_way(harness: Dyndns2Harness) -> None:
    harness.fail_http(say("good 2001:0DB8:1:0::2"))
    await harness.open().apply(writing("2001:db8:1::2", key=HOME6))


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (f"good {NEW}\nbadauth", AuthenticationFailed),
        (f"good {NEW}\nnohost", RecordNotFound),
        (f"nochg {NEW}\nabuse", AbuseBlocked),
        (f"good {NEW}\n<!-- debug -->", UnexpectedAnswer),
    ],
)
async def test_one_bad_line_among_good_ones_counts(
    harness: Dyndns2Harness, words: str, kind: type[ProviderError]
) -> None:
    harness.fail_http(say(words))
    with pytest.raises(kind):
        await harness.open().apply(writing(NEW))


async def test_an_address_that_we_did_not_send_is_no_success(harness: Dyndns2Harness) -> None:
    harness.fail_http(say("good 198.51.100.99"))
    with pytest.raises(UnexpectedAnswer, match=r"198\.51\.100\.99"):
        await harness.open().apply(writing(NEW))


async def test_good_for_loopback_means_that_the_program_is_refused(harness: Dyndns2Harness) -> None:
    harness.fail_http(say("good 127.0.0.1"))
    with pytest.raises(AbuseBlocked):
        await harness.open().apply(writing(NEW))


async def test_a_wrong_password_stops_and_asks_and_is_told_to_nobody(
    harness: Dyndns2Harness, caplog: pytest.LogCaptureFixture
) -> None:
    provider = harness.open(secret="wrong-canary-5e1f")
    with pytest.raises(AuthenticationFailed) as caught:
        await provider.apply(writing(NEW))
    assert caught.value.asks_person
    assert_silent(caught.value, "wrong-canary-5e1f", caplog)


async def test_a_service_that_quotes_the_login_is_scrubbed(
    harness: Dyndns2Harness, caplog: pytest.LogCaptureFixture
) -> None:
    word = basic_word("me@example.test", Secret(CANARY))
    harness.fail_http(say(f"badauth for {word} and {CANARY}"))
    with pytest.raises(AuthenticationFailed) as caught:
        await harness.open().apply(writing(NEW))
    assert_silent(caught.value, CANARY, caplog)
    assert_silent(caught.value, word, caplog)


@pytest.mark.parametrize("fault", [WireFault.STALL, WireFault.CUT])
async def test_a_lost_answer_is_unconfirmed(harness: Dyndns2Harness, fault: WireFault) -> None:
    harness.fail_wire(fault, on_write=True)
    with pytest.raises(Unconfirmed):
        await harness.open().apply(writing(NEW))
    assert harness.service.hosts == {HOME.name: {NEW}}


@pytest.mark.parametrize("addresses", [(), (NEW, "198.51.100.1")])
async def test_what_the_protocol_cannot_do_is_refused_without_a_request(
    harness: Dyndns2Harness, addresses: tuple[str, ...]
) -> None:
    with pytest.raises(RequestRejected):
        await harness.open().apply(writing(*addresses))
    assert harness.requests() == []


async def test_what_the_protocol_cannot_tell_is_not_asked(harness: Dyndns2Harness) -> None:
    provider = harness.open()
    assert await provider.zones() == ()
    assert await provider.records("example.test") == ()
    assert await provider.read(RecordKey(HOME.name, RecordType.A)) is None
    report = await provider.test()
    assert not report.tried
    assert "writing" in str(report.remarks[0])
    capabilities = provider.capabilities
    assert not any((capabilities.list_zones, capabilities.list_records, capabilities.multi_value))
    assert harness.requests() == []
