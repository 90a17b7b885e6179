"""The REST family in detail: what services have beside the contract, each on its stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ClockSkewed,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    Unconfirmed,
)
from ddns_tray.core.model import Capabilities, Change, RecordKey, RecordMemory, RecordType
from ddns_tray.core.plan import plan
from ddns_tray.core.ports import HttpRequest, Secret
from ddns_tray.providers.catalogue import ENTRIES
from ddns_tray.providers.registry import open_account
from ddns_tray.providers.rest_services.netcup import SESSION_LASTS
from ddns_tray.providers.rest_services.ovh import signed
from tests.contract.suite import HOME, HOME6, NEW, OLD, OTHER, update
from tests.contract.test_rest_services import FAKES, WITHOUT_TTL, RestHarness
from tests.support.clock import FakeClock
from tests.support.dns_servers import ZONE, Datum
from tests.support.fake_rest import reply
from tests.support.fake_rest_azure import FakeAzure
from tests.support.fake_rest_dns import FakeDesec
from tests.support.fake_rest_registrars import FakeOvh
from tests.support.fake_rest_unlisted import FakeNearlyFreeSpeech, FakeNetcup
from tests.support.faults import FaultyHttp, WireFault, answer

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpResponse, Provider

ALL = {**FAKES, **WITHOUT_TTL}
MANY = tuple(f"zone{number:04}.test" for number in range(1205))
APEX = RecordKey(ZONE, RecordType.A)


def harness_of(service: str) -> RestHarness:
    return RestHarness(service, ALL[service](RestHarness.secret))


def opened(harness: RestHarness, clock: FakeClock) -> Provider:
    secrets = {field.name: Secret(harness.secret) for field in harness.spec.fields if field.secret}
    return open_account(harness.spec.id, harness.options, secrets, http=harness.http, clock=clock)


@pytest.mark.parametrize("service", sorted(ALL))
async def test_an_update_costs_the_calls_that_the_registry_names(service: str) -> None:
    harness = harness_of(service)
    harness.seed((Datum(HOME.name, "A", OLD),))
    provider = harness.open()
    spent = []
    for address in (NEW, OLD, OLD):
        before = provider.calls
        await update(provider, HOME, address)
        spent.append(provider.calls - before)
    (entry,) = [entry for entry in ENTRIES if entry.spec.id == service]
    assert entry.calls == tuple(spent)


def test_every_service_of_the_family_has_a_stand_in() -> None:
    family = {entry.spec.id for entry in ENTRIES if ".rest_services." in entry.module}
    assert family == set(ALL)


@pytest.mark.parametrize(
    ("service", "calls"),
    [
        ("azure", 14),
        ("bunny", 2),
        ("cloudns", 13),
        ("digitalocean", 7),
        ("gandi", 13),
        ("gcore", 2),
        ("google_cloud", 14),
        ("godaddy", 2),
        ("hetzner", 25),
        ("linode", 3),
        ("name_com", 2),
        ("porkbun", 2),
        ("scaleway", 13),
        ("spaceship", 13),
        ("transip", 14),
        ("vercel", 13),
        ("vultr", 3),
    ],
)
async def test_many_zones_are_listed_through_all_pages(service: str, calls: int) -> None:
    harness = harness_of(service)
    harness.service.zones = {zone: number for number, zone in enumerate(MANY, 5000)}
    provider = harness.open()
    assert await provider.zones() == MANY
    assert provider.calls == calls


@pytest.mark.parametrize(
    "service",
    [
        "azure",
        "digitalocean",
        "dnsimple",
        "gandi",
        "gcore",
        "google_cloud",
        "hetzner",
        "linode",
        "name_com",
        "scaleway",
        "spaceship",
        "vercel",
        "vultr",
    ],
)
async def test_many_records_are_listed_through_all_pages(service: str) -> None:
    harness = harness_of(service)
    harness.seed(Datum(f"host{number}.{ZONE}", "A", OLD) for number in range(1205))
    assert len(await harness.open().records(ZONE)) == 1205


async def test_pages_that_never_end_do_not_hold_us_for_ever() -> None:
    harness = harness_of("gcore")
    endless = reply({"zones": [{"name": ZONE}], "total_amount": 10**9})
    for _ in range(1000):
        harness.http.fail_next(endless)
    assert await harness.open().zones() == (ZONE,) * 1000


KEPT: dict[str, dict[str, Any]] = {
    "azure": {"metadata": {"house": "mine"}},
    "bunny": {"Weight": 7, "SmartRoutingType": 2, "LatencyZone": "DE", "Comment": "the house"},
    "gcore": {"meta": {"countries": ["CH"]}},
    "hetzner": {"comment": "the house"},
    "ionos": {"prio": 5},
    "name_com": {},
    "ns1": {"meta": {"up": True}},
    "porkbun": {"notes": "the house"},
    "scaleway": {"comment": "the house", "geo_ip_config": {"matches": []}},
    "vercel": {"comment": "the house"},
}


@pytest.mark.parametrize("service", sorted(KEPT))
async def test_an_update_keeps_what_makes_the_record_special(service: str) -> None:
    harness = harness_of(service)
    harness.service.hold(HOME.name, "A", OLD, 900, **KEPT[service])
    await update(harness.open(), HOME, NEW)
    (held,) = harness.service.records
    assert (held.content, held.ttl) == (NEW, 900)
    assert {name: held.extra.get(name) for name in KEPT[service]} == KEPT[service]


@pytest.mark.parametrize("service", ["porkbun", "vercel", "bunny"])
async def test_a_comment_is_written_when_asked_for(service: str) -> None:
    harness = harness_of(service)
    provider = harness.open()
    existing = await provider.read(HOME)
    planned = plan(HOME, (NEW,), existing, RecordMemory(), force=False, ttl=None, proxied=None, comment="the house")
    assert planned.change is not None
    await provider.apply(planned.change)
    again = await provider.read(HOME)
    assert again is not None
    assert [record.comment for record in again.records] == ["the house"]


@pytest.mark.parametrize(
    ("service", "off"),
    [("gcore", {"enabled": False}), ("hostinger", {"is_disabled": True})],
)
async def test_values_that_are_switched_off_stay_so(service: str, off: dict[str, Any]) -> None:
    harness = harness_of(service)
    harness.service.hold(HOME.name, "A", OTHER, 900, **off)
    provider = harness.open()
    existing = await provider.read(HOME)
    assert existing is not None
    assert existing.records == ()
    await update(provider, HOME, NEW)
    await update(provider, HOME, OLD)
    assert {held.content for held in harness.service.records} == {OLD, OTHER}
    (quiet,) = [held for held in harness.service.records if held.content == OTHER]
    assert off.items() <= quiet.extra.items()
    await update(provider, HOME, ours=(OLD,))
    assert [held.content for held in harness.service.records] == [OTHER]


@pytest.mark.parametrize(
    ("service", "off"),
    [("bunny", {"Disabled": True}), ("ionos", {"disabled": True})],
)
async def test_records_that_are_switched_off_are_left_alone(service: str, off: dict[str, Any]) -> None:
    harness = harness_of(service)
    quiet = harness.service.hold(HOME.name, "A", OTHER, 900, **off)
    await update(harness.open(), HOME, NEW)
    assert {held.content for held in harness.service.records} == {NEW, OTHER}
    assert quiet.extra == off


def test_a_wish_goes_to_the_nearest_ttl_that_is_offered() -> None:
    few = Capabilities(ttl=(30, 3600), ttl_choices=(30, 120, 300, 3600))
    assert [few.offered_ttl(wish) for wish in (1, 60, 90, 300, 2000, 9999)] == [30, 30, 120, 300, 3600, 3600]
    assert Capabilities(ttl=(60, 300)).offered_ttl(1) == 60
    assert Capabilities(ttl=None).offered_ttl(60) is None


async def test_a_domain_with_a_longer_smallest_ttl_gets_that() -> None:
    harness = harness_of("desec")
    assert isinstance(harness.service, FakeDesec)
    harness.service.shortest = 3600
    await update(harness.open(), HOME, NEW)
    assert harness.content() == {Datum(HOME.name, "A", NEW, 3600)}


async def test_hetzner_takes_addresses_and_ttl_in_two_calls() -> None:
    harness = harness_of("hetzner")
    harness.seed((Datum(HOME.name, "A", OLD, 600),))
    provider = harness.open()
    for address, ttl, verbs in (
        (NEW, 600, ["set_records"]),
        (NEW, 60, ["change_ttl"]),
        (OLD, 120, ["set_records", "change_ttl"]),
    ):
        harness.requests().clear()
        await update(provider, HOME, address, ttl=ttl)
        assert [each.url.rpartition("/")[2] for each in harness.requests() if each.method == "POST"] == verbs
    harness.http.fail_next(answer(429), lambda request: request.url.endswith("change_ttl"))
    with pytest.raises(Unconfirmed):
        await update(provider, HOME, NEW, ttl=600)
    assert harness.content() == {Datum(HOME.name, "A", NEW, 120)}


async def test_a_replacement_of_which_the_old_record_stays_is_half_done() -> None:
    harness = harness_of("netlify")
    harness.seed((Datum(HOME.name, "A", OLD),))
    harness.http.fail_next(answer(429, retry_after="33"), lambda request: request.method == "DELETE")
    with pytest.raises(Unconfirmed) as caught:
        await update(harness.open(), HOME, NEW)
    assert caught.value.retry_after == 33
    assert {datum.content for datum in harness.content()} == {OLD, NEW}


async def test_a_replacement_of_which_the_old_record_went_by_itself_is_done() -> None:
    harness = harness_of("netlify")
    harness.seed((Datum(HOME.name, "A", OLD),))
    harness.http.fail_next(answer(404), lambda request: request.method == "DELETE")
    await update(harness.open(), HOME, NEW)
    assert NEW in {datum.content for datum in harness.content()}


async def test_another_ttl_of_a_record_that_cannot_be_changed_makes_way_first() -> None:
    harness = harness_of("netlify")
    harness.seed((Datum(HOME.name, "A", NEW, 600),))
    await update(harness.open(), HOME, NEW, ttl=60)
    assert harness.content() == {Datum(HOME.name, "A", NEW, 60)}
    assert [each.method for each in harness.requests()][-2:] == ["DELETE", "POST"]


# OVHcloud


def test_the_documented_signature_of_ovh() -> None:
    """The example of "First steps with the OVHcloud APIs"."""
    key, secret, consumer = "7kbG7Bk7S9Nt7ZSV", "EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF", "MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1"
    sign = signed(Secret(key), Secret(secret), Secret(consumer))
    sent = sign(HttpRequest("GET", "https://eu.api.ovh.com/1.0/domains/"), 1366560945.7)
    assert sent.headers["X-Ovh-Signature"] == "$1$d3705e8afb27a0d2970a322b96550abfc67bb798"


async def test_ovh_is_told_that_we_are_done() -> None:
    harness = harness_of("ovh")
    assert isinstance(harness.service, FakeOvh)
    provider = harness.open()
    await update(provider, HOME, NEW)
    assert harness.service.refreshed == [ZONE]
    await update(provider, HOME, NEW)
    assert harness.service.refreshed == [ZONE]


@pytest.mark.parametrize("fault", [WireFault.REFUSED, WireFault.STALL, answer(500)])
async def test_what_ovh_was_not_told_is_told_before_the_next_look(
    fault: WireFault | HttpResponse,
) -> None:
    harness = harness_of("ovh")
    assert isinstance(harness.service, FakeOvh)
    provider = harness.open()
    harness.http.fail_next(fault, lambda request: request.url.endswith("/refresh"))
    with pytest.raises(Unconfirmed):
        await update(provider, HOME, NEW)
    harness.service.refreshed.clear()
    await update(provider, HOME, NEW)
    assert harness.service.refreshed == [ZONE]


async def test_a_record_of_ovh_that_goes_while_we_look_is_passed_over() -> None:
    harness = harness_of("ovh")
    harness.seed((Datum(HOME.name, "A", OLD), Datum(HOME.name, "A", OTHER)))
    provider = harness.open()
    await provider.zones()
    gone = harness.service.records[0].id
    harness.http.fail_next(answer(404), lambda request: request.url.endswith(f"/{gone}"))
    existing = await provider.read(HOME)
    assert existing is not None
    assert existing.addresses == (OTHER,)


# services with sessions


async def test_a_session_is_kept_and_renewed_when_it_was_idle() -> None:
    harness, clock = harness_of("netcup"), FakeClock()
    assert isinstance(harness.service, FakeNetcup)
    provider = opened(harness, clock)
    for _ in range(3):
        await clock.advance(SESSION_LASTS - 1)
        await provider.read(HOME)
    assert harness.service.logins == 1
    await clock.advance(SESSION_LASTS + 1)
    await provider.read(HOME)
    assert harness.service.logins == 2


async def test_a_session_that_was_ended_elsewhere_is_opened_anew() -> None:
    harness = harness_of("netcup")
    assert isinstance(harness.service, FakeNetcup)
    provider = harness.open()
    await provider.read(HOME)
    harness.seed((Datum(HOME.name, "A", OLD),))
    harness.service.session = "another"
    existing = await provider.read(HOME)
    assert existing is not None
    assert existing.addresses == (OLD,)
    assert harness.service.logins == 2
    change = plan(HOME, (NEW,), existing, RecordMemory(), force=False, ttl=None, proxied=None, comment=None).change
    assert change is not None
    harness.service.session = "another"
    await provider.apply(change)
    assert harness.service.logins == 3
    assert {datum.content for datum in harness.content()} == {NEW}


async def test_a_session_that_ends_again_and_again_is_an_outage() -> None:
    harness = harness_of("netcup")
    provider = harness.open()
    await provider.read(HOME)
    ended = reply({"action": "infoDnsRecords", "status": "error", "statuscode": 4001, "longmessage": "no session"})
    session = {"apisessionid": "s"}
    for each in (ended, reply({"status": "success", "responsedata": session}), ended):
        harness.http.fail_next(each)
    calls = provider.calls
    with pytest.raises(ProviderUnavailable):
        await provider.read(HOME)
    assert provider.calls == calls + 3


@pytest.mark.parametrize(
    "told",
    [
        "More than 180 requests per minute. Please wait and retry later.",
        "Too many error messages, please check your commands.",
    ],
)
async def test_too_many_calls_to_netcup_make_us_wait(told: str) -> None:
    harness = harness_of("netcup")
    harness.fail_http(reply({"action": "login", "status": "error", "statuscode": 4013, "longmessage": told}))
    with pytest.raises(RateLimited):
        await harness.open().read(HOME)


async def test_a_name_that_netcup_knows_no_form_for_is_no_zone_of_it() -> None:
    harness = harness_of("netcup")
    provider = harness.open()
    await provider.test()
    told = "Value in field domainname does not match requirements of type: domainname."
    harness.fail_http(reply({"action": "", "status": "error", "statuscode": 4013, "longmessage": told}))
    existing = await provider.read(HOME)
    assert existing is not None
    assert existing.zone == ZONE


async def test_a_token_of_azure_is_renewed_before_it_ends() -> None:
    harness, clock = harness_of("azure"), FakeClock()
    assert isinstance(harness.service, FakeAzure)
    provider = opened(harness, clock)
    await provider.read(HOME)
    await clock.advance(3000)
    await provider.read(HOME)
    assert harness.service.tokens == 1
    await clock.advance(500)
    await provider.read(HOME)
    assert harness.service.tokens == 2


async def test_a_token_that_azure_withdrew_is_not_used_again() -> None:
    harness = harness_of("azure")
    assert isinstance(harness.service, FakeAzure)
    provider = harness.open()
    await provider.read(HOME)
    harness.service.tokens += 10
    with pytest.raises(AuthenticationFailed):
        await provider.read(HOME)
    await provider.read(HOME)


async def test_a_change_of_somebody_else_at_azure_is_not_overwritten() -> None:
    harness = harness_of("azure")
    assert isinstance(harness.service, FakeAzure)
    harness.seed((Datum(HOME.name, "A", OLD),))
    provider = harness.open()
    existing = await provider.read(HOME)
    harness.service.etags[HOME.name, "A"] = 7
    planned = plan(HOME, (NEW,), existing, RecordMemory(), force=False, ttl=None, proxied=None, comment=None)
    assert planned.change is not None
    with pytest.raises(RequestRejected, match="same moment"):
        await provider.apply(planned.change)
    assert harness.content() == {Datum(HOME.name, "A", OLD)}
    assert (await update(provider, HOME, NEW)).change is not None


# services that do not list their zones


@pytest.mark.parametrize("service", ["dynadot", "easydns", "infomaniak", "nearlyfreespeech", "netcup", "servercow"])
async def test_an_account_without_a_list_of_zones_is_tested_all_the_same(service: str) -> None:
    report = await harness_of(service).open().test()
    assert (report.zones, report.tried) == ((), True)
    assert "does not list its zones" in str(report.remarks[0])


async def test_a_refusal_to_look_at_a_zone_of_nobody_does_not_say_that_the_credentials_are_good() -> None:
    harness = harness_of("nearlyfreespeech")
    harness.http.fail_next(answer(403))
    report = await harness.open().test()
    assert not report.tried
    assert "with the first update" in str(report.remarks[0])


async def test_a_zone_that_may_not_be_looked_at_is_told_only_if_no_other_is_found() -> None:
    harness = harness_of("nearlyfreespeech")
    provider = harness.open()
    harness.http.fail_next(answer(403))
    await provider.read(HOME)
    for _ in range(2):
        harness.http.fail_next(answer(403))
    with pytest.raises(PermissionDenied):
        await harness.open().read(HOME)


async def test_a_signature_outside_the_five_seconds_is_a_matter_of_clocks() -> None:
    harness, clock = harness_of("nearlyfreespeech"), FakeClock()
    assert isinstance(harness.service, FakeNearlyFreeSpeech)
    harness.service.now = int(clock.now()) + 600
    with pytest.raises(ClockSkewed):
        await opened(harness, clock).read(HOME)


# dynv6


async def test_a_record_of_dynv6_without_data_has_the_address_of_its_zone() -> None:
    harness = harness_of("dynv6")
    harness.seed((Datum(ZONE, "A", OLD), Datum(HOME.name, "A", ""), Datum(HOME.name, "AAAA", "")))
    provider = harness.open()
    existing, other = await provider.read(HOME), await provider.read(HOME6)
    assert existing is not None
    assert other is not None
    assert (existing.addresses, other.addresses) == ((OLD,), ())
    await update(provider, HOME, NEW)
    assert Datum(HOME.name, "A", NEW) in harness.content()
    assert Datum(ZONE, "A", OLD) in harness.content()


async def test_a_zone_of_dynv6_has_one_address_of_a_kind() -> None:
    harness = harness_of("dynv6")
    harness.seed((Datum(ZONE, "A", OLD),))
    provider = harness.open()
    existing = await provider.read(APEX)
    with pytest.raises(RequestRejected):
        await provider.apply(Change(APEX, existing, (OLD, NEW), create=(NEW,)))
    await update(provider, APEX, ours=(OLD,))
    assert harness.content() == set()


async def test_domains_of_namesilo_are_read_in_every_form() -> None:
    forms: list[object] = [
        {"domain": [ZONE, "b.test"]},
        [ZONE, "b.test"],
        [{"domain": ZONE}, {"domain": "b.test"}],
        {"domain": ZONE},
    ]
    for form in forms:
        harness = harness_of("namesilo")
        harness.fail_http(reply({"reply": {"code": 300, "detail": "success", "domains": form}}))
        assert (await harness.open().zones())[-1] == ZONE


async def test_another_address_of_the_service_is_used_everywhere() -> None:
    harness = harness_of("digitalocean")
    http = FaultyHttp(harness.service)
    secrets = {"api_token": Secret(harness.secret)}
    options = {"base_url": "http://127.0.0.1:1/v2"}
    provider = open_account("digitalocean", options, secrets, http=http, clock=FakeClock())
    await update(provider, HOME, NEW)
    assert {request.url.partition("/v2")[0] for request in http.requests} == {"http://127.0.0.1:1"}
