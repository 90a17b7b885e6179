"""Every service of the table, driven by one machine: what it is sent, what its answers mean, what is never sent.

The services are stand-ins that answer what each one's documentation says, word for word.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from ddns_tray.core.addresses import parsed
from ddns_tray.core.errors import (
    AuthenticationFailed,
    ConfigError,
    ConnectFailed,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    SecretMissing,
    Unconfirmed,
    UnexpectedAnswer,
    ZoneNotFound,
)
from ddns_tray.core.model import Change, ProviderStatus, RecordKey, RecordType
from ddns_tray.core.ports import Secret
from ddns_tray.providers.dyndns2 import HiddenUrl
from ddns_tray.providers.dyndns_table import ALL, ROWS
from ddns_tray.providers.dyndns_table.row import Auth, Reads
from ddns_tray.providers.registry import open_account, spec
from tests.contract.suite import CANARY, assert_silent
from tests.support.clock import FakeClock
from tests.support.dyndns_services import DYN, SAID, FakeUpdateService, Said
from tests.support.faults import MAINTENANCE_PAGE, FaultyHttp, WireFault, answer

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpResponse, Provider
    from ddns_tray.providers.dyndns_table.row import Row

NEW, OTHER, NEW6 = "203.0.113.7", "198.51.100.99", "2001:db8:1::2"
ZONE = "example.test"
IDS = tuple(row.id for row in ALL if row.status is ProviderStatus.ALIVE)
ENDED = tuple(row.id for row in ALL if row.status is ProviderStatus.ENDED)
SECRET6 = CANARY + "6"
PLAIN = {
    "username": "me@example.test",
    "record_id": "4711",
    "tunnel_id": "4712",
    "network": "Home",
    "base_url": "https://dns.example.test",
    "zone": ZONE,
}


class Bench:
    """One service of the table, its stand-in, and an account there."""

    def __init__(self, row_id: str) -> None:
        self.row: Row = ROWS[row_id]
        self.said: Said = SAID.get(row_id, DYN)
        self.zone = self.row.zone or ZONE
        self.name = f"home.{self.zone}"
        self.service = FakeUpdateService(self.said, secrets=(CANARY, SECRET6), tokens=self._tokens(), name=self.name)
        self.http = FaultyHttp(self.service)

    def open(self, *, secret: str = CANARY, **options: str) -> Provider:
        fields = spec(self.row.id).fields
        wanted = {field.name for field in fields if not field.secret and field.default is None}
        plain = {**PLAIN, "name": self.name, "zone": self.zone}
        secrets = {
            field.name: Secret(secret + ("6" if field.name.endswith("ipv6") else ""))
            for field in fields
            if field.secret
        }
        given = {name: value for name, value in plain.items() if name in wanted} | options
        return open_account(self.row.id, given, secrets, http=self.http, clock=FakeClock())

    def change(self, *addresses: str, name: str | None = None, kind: RecordType = RecordType.A) -> Change:
        return Change(RecordKey(name or self.name, kind), None, addresses, create=addresses)

    async def failure(self, response: HttpResponse) -> ProviderError:
        self.http.fail_next(response)
        with pytest.raises(ProviderError) as caught:
            await self.open().apply(self.change(NEW))
        assert caught.value.problem.hint is not None
        return caught.value

    def _tokens(self) -> tuple[str, ...]:
        """How a request says which name is meant; nothing where the credentials stand for it."""
        for field in ("record_id", "tunnel_id", "network"):
            if field in self.row.needs:
                return (PLAIN[field],)
        if self.row.bound or self.row.id == "mydns_jp":
            return ()
        return ("home", self.zone) if "zone" in self.row.needs else ("home",) if self.row.zone else (self.name,)


@pytest.fixture(params=IDS)
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


# --- what is sent ---


async def test_an_address_is_written_and_what_stands_there_already_is_fine(bench: Bench) -> None:
    provider = bench.open()
    await provider.apply(bench.change(NEW))
    await provider.apply(bench.change(NEW))
    assert provider.calls == len(bench.service.requests) == 2
    if not bench.row.from_connection:
        assert bench.service.addresses == {4: NEW}


async def test_ipv6_is_written_without_naming_ipv4_or_refused_without_a_request(bench: Bench) -> None:
    provider = bench.open()
    change = bench.change(NEW6, kind=RecordType.AAAA)
    assert provider.capabilities.aaaa is (bench.row.aaaa is not None)
    if bench.row.aaaa is None:
        with pytest.raises(RequestRejected):
            await provider.apply(change)
        assert bench.service.requests == []
    else:
        await provider.apply(change)
        (request,) = bench.service.requests
        assert not any(address.version == 4 for _, value in request.params if (address := parsed(value)) is not None)
        if not bench.row.from_connection:
            assert bench.service.addresses == {6: NEW6}


async def test_requests_are_encrypted_unless_the_service_cannot_and_says_so(bench: Bench) -> None:
    provider = bench.open()
    await provider.apply(bench.change(NEW))
    (request,) = bench.service.requests
    scheme = urlsplit(str(request.url)).scheme
    assert scheme == ("http" if bench.row.plain_http else "https")
    assert spec(bench.row.id).plain_http is bench.row.plain_http
    remarks = " ".join(str(remark) for remark in (await provider.test()).remarks)
    assert ("without encryption" in remarks) is bench.row.plain_http
    assert request.headers["User-Agent"].startswith("DDNS Tray")
    assert not request.follow_redirects


async def test_secrets_show_neither_in_requests_nor_in_the_account(bench: Bench) -> None:
    provider = bench.open()
    await provider.apply(bench.change(NEW))
    (request,) = bench.service.requests
    told = repr(request) + repr(provider) + repr(bench.row)
    assert CANARY not in told
    assert "canary" not in told
    if bench.row.auth is not Auth.INSIDE:
        assert "canary" not in str(request.url)
        assert all("canary" not in value for _, value in request.params)


async def test_another_server_can_be_named(bench: Bench) -> None:
    provider = bench.open(base_url="https://gateway.example.test/ddns/")
    await provider.apply(bench.change(NEW))
    (request,) = bench.service.requests
    assert str(request.url).startswith("https://gateway.example.test/ddns/")


async def test_services_that_take_the_connection_are_reached_over_the_family_and_past_proxies(bench: Bench) -> None:
    provider = bench.open()
    await provider.apply(bench.change(NEW))
    (request,) = bench.service.requests
    assert (request.family is RecordType.A.family) is bench.row.from_connection
    assert request.use_proxy is not bench.row.from_connection


@pytest.mark.parametrize(("username", "named"), [("me@example.test", True), ("ich@häuschen.test", False)])
async def test_noip_is_told_whom_to_write_to_in_what_a_header_can_hold(username: str, named: bool) -> None:  # noqa: FBT001 - a row of the table above
    bench = Bench("noip")
    provider = bench.open(username=username)
    await provider.apply(bench.change(NEW))
    (request,) = bench.service.requests
    agent = request.headers["User-Agent"]
    assert agent.isascii()
    assert agent.startswith("DDNS Tray")
    assert agent.endswith(" me@example.test") is named


# --- what answers mean ---


async def test_a_wrong_secret_stops_and_asks_and_is_told_to_nobody(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "wrong-canary-5e1f"
    with pytest.raises(AuthenticationFailed) as caught:
        await bench.open(secret=wrong).apply(bench.change(NEW))
    assert caught.value.asks_person
    assert caught.value.problem.hint is not None
    assert_silent(caught.value, wrong, caplog)
    assert bench.service.addresses == {}


async def test_every_documented_refusal_has_its_meaning(bench: Bench) -> None:
    for reply, kind in bench.said.refusals:
        error = await bench.failure(reply.filled(ip=NEW, name=bench.name))
        assert type(error) is kind, reply
        if kind is RateLimited:
            assert (error.retry_after or 0) >= 300


async def test_dyndns_words_that_ask_for_a_pause_get_half_an_hour(bench: Bench) -> None:
    if bench.row.answers.pauses:
        assert all(pause >= 600 for pause in bench.row.answers.pauses.values())
    if bench.said is DYN:
        assert (await bench.failure(answer(200, b"911", "text/plain"))).retry_after == 1800


async def test_a_page_for_people_is_an_outage(bench: Bench) -> None:
    for status in (200, 403, 404, 502, 503):
        error = await bench.failure(answer(status, MAINTENANCE_PAGE, "text/html; charset=utf-8"))
        assert isinstance(error, ProviderUnavailable)
        assert "<" not in str(error)


async def test_a_good_word_in_a_page_for_people_is_no_success(bench: Bench) -> None:
    if bench.row.id == "easydns_dyndns":
        return  # this service answers with such a page
    for words in ("good", "OK", "success", "NO_ERROR", "0", "nochg 203.0.113.7"):
        page = f"<!DOCTYPE html><html><body><p>All is</p>\n{words}\n</body></html>".encode()
        error = await bench.failure(answer(200, page, "text/html"))
        assert isinstance(error, (ProviderUnavailable, UnexpectedAnswer))


async def test_too_many_requests_and_outages_say_when_to_come_back(bench: Bench) -> None:
    error = await bench.failure(answer(429, b"", "text/plain", retry_after="777"))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 777
    error = await bench.failure(answer(500, b"", "text/plain"))
    assert isinstance(error, ProviderUnavailable)


async def test_an_empty_answer_is_no_success(bench: Bench) -> None:
    if bench.row.answers.reads is Reads.STATUS or bench.row.id == "domeneshop_dyndns":
        return  # the status alone tells
    assert isinstance(await bench.failure(answer(200, b"", "text/plain")), UnexpectedAnswer)
    assert isinstance(await bench.failure(answer(200, b"\n \r\n", "text/plain")), UnexpectedAnswer)


async def test_a_good_answer_inside_other_words_is_no_success(bench: Bench) -> None:
    if not bench.said.body_tells:
        return
    good = bench.said.good.filled(ip=NEW, name=bench.name)
    first = re.split(r"[\s|]", good.text())[0]
    for said in (f"un{first}", f"{first}bye", f"not {first}", f"{{{first}}}", first[: len(first) // 2]):
        error = await bench.failure(replace(good, body=said.encode()))
        assert not isinstance(error, Unconfirmed), said


async def test_a_good_answer_with_a_bad_status_is_no_success(bench: Bench) -> None:
    good = bench.said.good.filled(ip=NEW, name=bench.name)
    for status in (302, 400, 500):
        await bench.failure(replace(good, status=status))


async def test_an_address_that_was_not_sent_is_no_success(bench: Bench) -> None:
    if not bench.said.echoes:
        return
    for reply in (bench.said.good, bench.said.unchanged):
        if "{ip}" in reply.body:
            error = await bench.failure(reply.filled(ip=OTHER, name=bench.name))
            assert isinstance(error, UnexpectedAnswer)
            assert OTHER in str(error)


async def test_an_answer_of_another_shape_is_not_guessed_at(bench: Bench) -> None:
    if bench.row.answers.reads is Reads.STATUS:
        return  # the documentation says nothing of a body
    for body in (b"[", b"null", b"42", b'"text"', b"[[]]", b"[" * 50_000, b"\xff\xfe", b"{}"):
        assert isinstance(await bench.failure(answer(200, body, "text/plain")), UnexpectedAnswer)


async def test_a_message_that_quotes_the_secret_is_scrubbed(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for status in (200, 400, 401, 403, 500):
        body = f"badauth for {CANARY}\x07 {'long ' * 100}".encode()
        if bench.row.answers.reads is Reads.STATUS and status == 200:
            continue
        error = await bench.failure(answer(status, body, "text/plain"))
        assert_silent(error, CANARY, caplog)
        assert len(str(error)) < 400
        assert "\x07" not in str(error)


async def test_a_lost_answer_is_unconfirmed_and_nothing_is_sent_twice(bench: Bench) -> None:
    for number, fault in enumerate((WireFault.STALL, WireFault.CUT), start=1):
        bench.http.fail_next(fault)
        with pytest.raises(Unconfirmed) as caught:
            await bench.open().apply(bench.change(NEW))
        assert len(bench.http.requests) == number
        assert CANARY not in repr(caught.value.problem)


async def test_a_closed_door_means_that_nothing_was_sent(bench: Bench) -> None:
    bench.http.fail_next(WireFault.REFUSED)
    with pytest.raises(ConnectFailed):
        await bench.open().apply(bench.change(NEW))
    assert bench.service.requests == []


# --- what is never sent ---


async def test_names_and_addresses_are_checked_before_anything_is_sent(bench: Bench) -> None:
    provider = bench.open()
    wrong = [
        bench.change(),
        bench.change(NEW, OTHER),
        bench.change(NEW6),
        bench.change("203.0.113.7 "),
        bench.change("203.0.113.7&hostname=x"),
        bench.change("no address"),
        bench.change(NEW, name=f"a b.{bench.zone}"),
        bench.change(NEW, name=f"x/../y.{bench.zone}"),
        bench.change(NEW, name=f"home.{bench.zone}&x=y"),
        bench.change(NEW, name=f"HOME.{bench.zone}"),
    ]
    if not bench.row.wildcard:
        wrong.append(bench.change(NEW, name=f"*.{bench.zone}"))
    for change in wrong:
        with pytest.raises(RequestRejected) as caught:
            await provider.apply(change)
        assert caught.value.problem.hint is not None
    assert bench.service.requests == []


async def test_an_account_for_one_name_writes_no_other(bench: Bench) -> None:
    provider = bench.open()
    other = bench.change(NEW, name=f"nas.{bench.zone}")
    if bench.row.bound:
        with pytest.raises(RequestRejected, match=r"nas\."):
            await provider.apply(other)
        assert bench.service.requests == []


async def test_a_name_outside_the_domain_of_the_account_is_refused(bench: Bench) -> None:
    if not (bench.row.zone or "zone" in bench.row.needs):
        return
    for name in ("home.example.net", f"home{bench.zone}"):
        with pytest.raises(ZoneNotFound):
            await bench.open().apply(bench.change(NEW, name=name))
    assert bench.service.requests == []


async def test_looking_and_testing_send_nothing(bench: Bench) -> None:
    provider = bench.open()
    assert await provider.read(RecordKey(bench.name, RecordType.A)) is None
    assert await provider.zones() == ()
    assert await provider.records(bench.zone) == ()
    report = await provider.test()
    assert not report.tried
    assert "writing" in str(report.remarks[0])
    assert (bench.row.note in report.remarks) is (bench.row.note is not None)
    assert provider.calls == len(bench.service.requests) == 0
    await provider.aclose()


# --- the table itself ---


def test_every_row_says_what_it_was_written_from_and_where_to_go(bench: Bench) -> None:
    row = bench.row
    assert row.facts
    assert row.homepage.startswith(("https://", "http://www.pubyun.com"))
    assert row.server.startswith("http://" if row.plain_http else ("https://", ""))
    fields = {field.name: field for field in spec(row.id).fields}
    assert row.title in "".join(str(field.help) for field in fields.values()) or row.id == "powerdns_admin"
    assert any(field.secret and field.required for field in fields.values())


@pytest.mark.parametrize("row_id", ENDED)
def test_a_service_that_has_ended_is_found_and_cannot_be_opened(row_id: str) -> None:
    ended = spec(row_id)
    assert ended.status is ProviderStatus.ENDED
    assert ended.note is not None
    service = FakeUpdateService(DYN, secrets=(CANARY,), tokens=(), name="home.example.test")
    with pytest.raises(ConfigError, match="ended") as caught:
        open_account(row_id, {}, {}, http=service, clock=FakeClock())
    assert caught.value.problem.hint == ended.note


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("No-IP", "noip"),
        ("花生壳", "oray"),
        ("公云", "pubyun"),
        ("3322", "pubyun"),
        ("dns.he.net", "he"),
        ("afraid.org", "freedns"),
        ("selfhost.de", "selfhost"),
        ("dd24", "key_systems"),
        ("kasserver", "all_inkl"),
        ("Google Domains", "google_domains"),
        ("自定义", "custom"),
    ],
)
def test_people_find_a_service_by_the_name_they_know(typed: str, found: str) -> None:
    assert spec(typed).id == found


async def test_a_service_that_forgets_what_it_is_not_told_is_told_both_addresses() -> None:
    bench = Bench("strato")
    provider = bench.open()
    await provider.apply(bench.change(NEW))
    await provider.apply(bench.change(NEW6, kind=RecordType.AAAA))
    first, second = bench.service.requests
    assert dict(first.params)["myip"] == NEW
    assert dict(second.params)["myip"] == f"{NEW},{NEW6}"


async def test_a_key_for_each_record_is_missed_by_its_name() -> None:
    bench = Bench("directnic")
    provider = open_account(
        "directnic", {"name": bench.name}, {"token": Secret(CANARY)}, http=bench.http, clock=FakeClock()
    )
    await provider.apply(bench.change(NEW))
    with pytest.raises(SecretMissing, match="token_ipv6"):
        await provider.apply(bench.change(NEW6, kind=RecordType.AAAA))


async def test_a_bearer_shows_the_key_of_the_record_that_is_written() -> None:
    bench = Bench("dnshe")
    provider = bench.open()
    await provider.apply(bench.change(NEW))
    await provider.apply(bench.change(NEW6, kind=RecordType.AAAA))
    shown = [request.headers["Authorization"] for request in bench.service.requests]
    assert shown == [f"Bearer {CANARY}", f"Bearer {SECRET6}"]


async def test_a_good_word_of_dnshe_may_come_with_a_message_and_with_another_address() -> None:
    bench = Bench("dnshe")
    bench.http.fail_next(answer(200, b'{"success": true, "status": "good", "message": "Updated"}'))
    await bench.open().apply(bench.change(NEW))
    bench.http.fail_next(answer(200, b'{"success": true, "status": "good", "ip": "192.0.2.1"}'))
    with pytest.raises(UnexpectedAnswer, match=r"192\.0\.2\.1"):
        await bench.open().apply(bench.change(NEW))


async def test_the_apex_of_a_domain_is_called_at() -> None:
    bench = Bench("namecheap_dyndns")
    bench.http.fail_next(bench.said.good.filled(ip=NEW, name=ZONE))
    await bench.open().apply(bench.change(NEW, name=ZONE))
    assert dict(bench.http.requests[0].params)["host"] == "@"


@pytest.mark.parametrize(("name", "expected"), [(ZONE, ("@", "true")), (f"home.{ZONE}", ("home", "false"))])
async def test_a_service_is_told_whether_a_name_is_its_domain_itself(name: str, expected: tuple[str, str]) -> None:
    bench = Bench("dynadot_dyndns")
    bench.http.fail_next(bench.said.good.filled(ip=NEW, name=name))
    await bench.open().apply(bench.change(NEW, name=name))
    params = dict(bench.http.requests[0].params)
    assert (params["subDomain"], params["containRoot"]) == expected


def test_a_hidden_address_shows_its_host_alone() -> None:
    url = HiddenUrl("https://dns.example.test/u/hunter2/?hunter2")
    assert "hunter2" not in repr(url)
    assert "dns.example.test" in repr(url)
