"""Cloudflare, on a stand-in written from its documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import (
    AuthenticationFailed,
    PermissionDenied,
    RateLimited,
    RecordConflict,
    RecordNotFound,
    RequestRejected,
    Unconfirmed,
)
from ddns_tray.core.model import Change, ExistingRecord, ExistingSet, RecordKey, RecordMemory, RecordType
from ddns_tray.core.plan import plan
from ddns_tray.core.ports import Secret
from ddns_tray.providers.registry import open_account
from tests.contract.suite import HOME, HOME6, NEW, OLD, OTHER, HttpFaults, HttpHarness, ZonedContract, update
from tests.support.clock import FakeClock
from tests.support.dns_servers import SUB_ZONE, ZONE, Datum
from tests.support.fake_cloudflare import FakeCloudflare
from tests.support.faults import FaultyHttp, WireFault, answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.ports import HttpRequest, HttpResponse, Provider


class CloudflareHarness(HttpHarness):
    default_ttl = 1

    def __init__(self) -> None:
        self.service = FakeCloudflare(ZONE, SUB_ZONE, token=self.secret)
        self.http = FaultyHttp(self.service)

    def open(self, *, secret: str | None = None) -> Provider:
        token = Secret(secret or self.secret)
        return open_account("cloudflare", {}, {"api_token": token}, http=self.http, clock=FakeClock())

    def seed(self, data: Iterable[Datum]) -> None:
        self.service.records.clear()
        for datum in data:
            self.service.add(datum.name, datum.type, datum.content, ttl=datum.ttl)

    def content(self) -> set[Datum]:
        return {Datum(each.name, each.type, each.content, each.ttl) for each in self.service.records}

    def fail_wire(self, fault: WireFault, *, on_write: bool) -> None:
        self.http.fail_next(fault, lambda request: not on_write or request.method != "GET")

    def fail_http(self, response: HttpResponse) -> None:
        self.http.fail_next(response)

    def requests(self) -> list[HttpRequest]:
        return self.http.requests


@pytest.fixture
def harness() -> CloudflareHarness:
    return CloudflareHarness()


class TestCloudflare(ZonedContract, HttpFaults):
    pass


def error_answer(status: int, code: int, message: str = "in its own words") -> HttpResponse:
    body = f'{{"success": false, "errors": [{{"code": {code}, "message": "{message}"}}], "result": null}}'
    return answer(status, body.encode())


async def test_an_update_costs_two_calls_and_the_first_one_three(harness: CloudflareHarness) -> None:
    harness.seed((Datum(HOME.name, "A", OLD),))
    provider = harness.open()
    await update(provider, HOME, NEW)
    assert provider.calls == 3
    await update(provider, HOME, OLD)
    assert provider.calls == 5


async def test_an_update_keeps_what_makes_the_record_special(harness: CloudflareHarness) -> None:
    record = harness.service.add(HOME.name, "A", OLD, proxied=True, comment="the house", tags=["owner:me"])
    await update(harness.open(), HOME, NEW)
    assert (record.content, record.proxied, record.comment, record.tags, record.ttl) == (
        NEW,
        True,
        "the house",
        ["owner:me"],
        1,
    )
    (write,) = [request for request in harness.requests() if request.method != "GET"]
    assert write.method == "PATCH"
    assert b"tags" not in write.body


async def test_a_ttl_for_a_proxied_record_is_left_to_the_edge(harness: CloudflareHarness) -> None:
    record = harness.service.add(HOME.name, "A", OLD, proxied=True)
    await update(harness.open(), HOME, NEW, ttl=120)
    assert (record.content, record.proxied, record.ttl) == (NEW, True, 1)


@pytest.mark.parametrize("there", [True, False])
async def test_proxied_and_comment_are_written_when_asked_for(harness: CloudflareHarness, there: bool) -> None:  # noqa: FBT001 - a parameter of the test
    if there:
        harness.service.add(HOME.name, "A", NEW, ttl=300)
    provider = harness.open()
    existing = await provider.read(HOME)
    planned = plan(HOME, (NEW,), existing, RecordMemory(), force=False, ttl=60, proxied=True, comment="the house")
    assert planned.change is not None
    await provider.apply(planned.change)
    (record,) = harness.service.records
    assert (record.content, record.proxied, record.comment, record.ttl) == (NEW, True, "the house", 1)
    again = plan(
        HOME, (NEW,), await provider.read(HOME), RecordMemory(), force=False, ttl=60, proxied=True, comment="the house"
    )
    assert again.change is None


async def test_a_new_address_of_a_set_is_like_its_siblings(harness: CloudflareHarness) -> None:
    harness.service.add(HOME.name, "A", OLD, proxied=True, comment="the house")
    await update(harness.open(), HOME, OLD, NEW)
    assert {(each.content, each.proxied, each.comment) for each in harness.service.records} == {
        (OLD, True, "the house"),
        (NEW, True, "the house"),
    }


async def test_a_record_is_changed_only_by_an_id_of_its_own_name_and_type(harness: CloudflareHarness) -> None:
    theirs = harness.service.add(f"other.{ZONE}", "A", OLD)
    ours = harness.service.add(HOME.name, "A", OLD)
    listing = f'{{"success": true, "result": [{_json(theirs.id, theirs.name)}, {_json(ours.id, HOME.name)}]}}'
    provider = harness.open()
    await provider.read(HOME6)
    harness.fail_http(answer(200, listing.encode()))
    await update(provider, HOME, NEW)
    assert (theirs.content, ours.content) == (OLD, NEW)


def _json(record_id: str, name: str) -> str:
    return f'{{"id": "{record_id}", "name": "{name}", "type": "A", "content": "{OLD}", "ttl": 1, "proxied": false}}'


async def test_a_strange_id_cannot_leave_its_place_in_the_path(harness: CloudflareHarness) -> None:
    provider = harness.open()
    await provider.read(HOME)
    record = ExistingRecord(OLD, id="../../../user/tokens?x=")
    change = Change(HOME, ExistingSet(HOME, ZONE, (record,)), (), delete=(record,))
    with pytest.raises(RecordNotFound):
        await provider.apply(change)
    assert harness.requests()[-1].url.endswith("/dns_records/..%2F..%2F..%2Fuser%2Ftokens%3Fx%3D")


async def test_many_zones_are_listed_through_all_pages(harness: CloudflareHarness) -> None:
    harness.service = FakeCloudflare(*(f"zone{number:03}.test" for number in range(120)), token=harness.secret)
    harness.http = FaultyHttp(harness.service)
    provider = harness.open()
    assert len(await provider.zones()) == 120
    assert provider.calls == 3


async def test_among_many_zones_the_closest_is_found_by_its_name(harness: CloudflareHarness) -> None:
    many = (f"a{number:03}.test" for number in range(120))
    harness.service = FakeCloudflare(*many, "zz.test", "deep.zz.test", token=harness.secret)
    harness.http = FaultyHttp(harness.service)
    harness.service.add("home.down.deep.zz.test", "A", OLD)
    provider = harness.open()
    key = RecordKey("home.down.deep.zz.test", RecordType.A)
    await update(provider, key, NEW)
    assert [record.content for record in harness.service.records] == [NEW]
    assert provider.calls == 6
    existing = await provider.read(RecordKey("other.zz.test", RecordType.A))
    assert existing is not None
    assert existing.zone == "zz.test"
    existing = await provider.read(key)
    assert existing is not None
    assert existing.zone == "deep.zz.test"


async def test_a_known_zone_does_not_hide_a_closer_one_among_many(harness: CloudflareHarness) -> None:
    many = (f"a{number:03}.test" for number in range(120))
    harness.service = FakeCloudflare(*many, "zz.test", "deep.zz.test", token=harness.secret)
    harness.http = FaultyHttp(harness.service)
    provider = harness.open()
    zones = []
    for name in ("home.zz.test", "home.deep.zz.test"):
        existing = await provider.read(RecordKey(name, RecordType.A))
        assert existing is not None
        zones.append(existing.zone)
    assert zones == ["zz.test", "deep.zz.test"]


async def test_zones_that_are_no_host_names_are_passed_over(harness: CloudflareHarness) -> None:
    harness.service = FakeCloudflare(ZONE, "0/25.2.0.192.in-addr.arpa", token=harness.secret)
    harness.http = FaultyHttp(harness.service)
    assert await harness.open().zones() == (ZONE,)


async def test_many_records_are_listed_through_all_pages(harness: CloudflareHarness) -> None:
    harness.seed(Datum(f"host{number}.{ZONE}", "A", OLD) for number in range(2500))
    provider = harness.open()
    assert len(await provider.records(ZONE)) == 2500
    assert provider.calls == 4


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 6003, AuthenticationFailed),
        (403, 9109, AuthenticationFailed),
        (400, 10000, AuthenticationFailed),
        (403, 10000, PermissionDenied),
        (429, 10013, RateLimited),
        (200, 9109, AuthenticationFailed),
        (400, 81053, RecordConflict),
        (400, 9021, RequestRejected),
    ],
)
async def test_codes_of_its_own_go_before_the_status(
    harness: CloudflareHarness, status: int, code: int, kind: type[Exception]
) -> None:
    harness.fail_http(error_answer(status, code))
    with pytest.raises(kind, match="in its own words") as caught:
        await harness.open().read(HOME)
    assert type(caught.value) is kind


async def test_a_token_without_the_right_to_write_stops_and_asks(harness: CloudflareHarness) -> None:
    harness.seed((Datum(HOME.name, "A", OLD),))
    harness.service.may_write = False
    with pytest.raises(PermissionDenied) as caught:
        await update(harness.open(), HOME, NEW)
    assert caught.value.asks_person
    assert harness.content() == {Datum(HOME.name, "A", OLD)}


async def test_creating_what_is_there_already_is_fine(harness: CloudflareHarness) -> None:
    harness.seed(())
    provider = harness.open()
    existing = await provider.read(HOME)
    harness.seed((Datum(HOME.name, "A", NEW),))
    await provider.apply(Change(HOME, existing, (NEW,), create=(NEW,)))
    assert harness.content() == {Datum(HOME.name, "A", NEW)}


async def test_a_record_that_has_gone_is_an_error_and_the_next_look_creates_it(harness: CloudflareHarness) -> None:
    harness.seed((Datum(HOME.name, "A", OLD),))
    provider = harness.open()
    existing = await provider.read(HOME)
    assert existing is not None
    harness.seed(())
    with pytest.raises(RecordNotFound):
        await provider.apply(Change(HOME, existing, (NEW,), replace=((existing.records[0], NEW),)))
    await update(provider, HOME, NEW)
    assert {datum.content for datum in harness.content()} == {NEW}


async def test_a_change_that_stops_half_way_is_unconfirmed_and_made_whole_next_time(
    harness: CloudflareHarness,
) -> None:
    harness.seed((Datum(HOME.name, "A", OLD), Datum(HOME.name, "A", OTHER)))
    provider = harness.open()
    harness.http.fail_next(answer(429, retry_after="33"), lambda request: request.method == "DELETE")
    with pytest.raises(Unconfirmed) as caught:
        await update(provider, HOME, NEW, ours=(OLD, OTHER))
    assert caught.value.retry_after == 33
    assert NEW in {datum.content for datum in harness.content()}
    await update(provider, HOME, NEW, ours=(OLD, OTHER, NEW))
    assert {datum.content for datum in harness.content()} == {NEW}


async def test_the_name_keeps_an_address_at_every_moment(harness: CloudflareHarness) -> None:
    harness.seed((Datum(HOME.name, "A", OLD), Datum(HOME.name, "A", OTHER)))
    await update(harness.open(), HOME, NEW, ours=(OLD, OTHER))
    assert [request.method for request in harness.requests() if request.method != "GET"] == ["PATCH", "DELETE"]


async def test_a_write_answered_by_something_unreadable_is_unconfirmed(harness: CloudflareHarness) -> None:
    harness.seed((Datum(HOME.name, "A", OLD),))
    for body in (b'{"succ', b'{"result": {}}'):
        harness.http.fail_next(answer(200, body), lambda request: request.method == "PATCH")
        with pytest.raises(Unconfirmed):
            await update(harness.open(), HOME, NEW)


async def test_the_test_tells_when_the_token_ends(harness: CloudflareHarness) -> None:
    harness.service.expires_on = "2027-01-31T00:00:00Z"
    report = await harness.open().test()
    assert str(report.remarks[-1]) == "The token ends on 2027-01-31."


async def test_a_token_of_an_organisation_passes_the_test_too(harness: CloudflareHarness) -> None:
    harness.http.fail_next(error_answer(401, 1000), lambda request: request.url.endswith("/verify"))
    report = await harness.open().test()
    assert report.zones == (ZONE, SUB_ZONE)
    assert len(report.remarks) == 1


@pytest.mark.parametrize(
    ("permissions", "said"),
    [
        (["#zone:read", "#dns_records:edit", "#dns_records:read"], "The token may edit the records of example.test."),
        (["#dns_records:read"], "The token may not edit the records of example.test."),
        (["#zone:read"], "may read the records of example.test. Whether they may change them shows"),
        (None, "may read the records of example.test. Whether they may change them shows"),
    ],
)
async def test_the_test_says_what_the_token_may_and_may_not_do(
    harness: CloudflareHarness, permissions: list[str] | None, said: str
) -> None:
    harness.service.told_of_zones = {} if permissions is None else {"permissions": permissions}
    report = await harness.open().test()
    assert said in str(report.remarks[0])


async def test_a_token_that_sees_no_zone_is_told_so(harness: CloudflareHarness) -> None:
    harness.service.tokens[harness.secret] = frozenset()
    report = await harness.open().test()
    assert report.zones == ()
    assert "no zone" in str(report.remarks[0])
