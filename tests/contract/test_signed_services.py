"""Services whose requests are signed: each keeps the contract, on a stand-in written from its documentation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ddns_tray.core.errors import (
    AbuseBlocked,
    AuthenticationFailed,
    ClockSkewed,
    ConfigError,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    RecordConflict,
    RecordNotFound,
    RequestRejected,
    UnexpectedAnswer,
    ZoneNotFound,
)
from ddns_tray.core.model import Change, ExistingRecord, ExistingSet, RecordMemory
from ddns_tray.core.plan import plan
from ddns_tray.core.ports import Secret
from ddns_tray.providers.catalogue import ENTRIES
from ddns_tray.providers.registry import open_account, spec
from tests.contract.suite import HOME, NEW, OLD, HttpFaults, RefusedWrites, WritingHarness, ZonedContract, update
from tests.support import fake_signed as signed
from tests.support import fake_signed_china as china
from tests.support import fake_signed_rest as rest
from tests.support import fake_signed_tencent as tencent
from tests.support.clock import FakeClock
from tests.support.dns_servers import SUB_ZONE, ZONE, Datum
from tests.support.fake_rest import reply
from tests.support.fake_route53 import FakeRoute53
from tests.support.faults import FaultyHttp, WireFault, answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ddns_tray.core.ports import HttpClient, HttpRequest, HttpResponse, Provider
    from tests.support.fake_rest import FakeRest

FAKES: Mapping[str, type[FakeRest]] = {
    "aliyun": signed.FakeAliyun,
    "tencentcloud": tencent.FakeDnspodCloud,
    "edgeone": tencent.FakeEdgeOne,
    "volcengine": signed.FakeVolcengine,
    "aliyun_esa": signed.FakeEsa,
    "route53": FakeRoute53,
    "dnspod": china.FakeDnspod,
    "dnspod_com": china.FakeDnspodAbroad,
    "huaweicloud": rest.FakeHuawei,
    "baiducloud": rest.FakeBaidu,
    "dnsla": rest.FakeDnsla,
    "rainyun": rest.FakeRainyun,
    "westcn": china.FakeWest,
    "dnscom": china.FakeDnscom,
    "eranet": china.FakeEranet,
    "nowcn": china.FakeEranet,
    "tnethk": china.FakeEranet,
}
NEW_TTL = {"edgeone": 300, "huaweicloud": 60, "baiducloud": 300, "westcn": 900, "route53": 60}
"""The TTL of records that nobody asked a TTL for, where it is not the usual one."""


class SignedHarness(WritingHarness):
    """One service, with the same secret in all its secret fields."""

    def __init__(self, service: str, fake: FakeRest) -> None:
        self.spec = spec(service)
        self.service = fake
        self.http = FaultyHttp(fake)
        self.default_ttl = NEW_TTL.get(service, 600)
        self.calls_to_look = fake.calls_to_look
        self.lists_zones = self.spec.capabilities.list_zones

    def open(
        self, *, secret: str | None = None, http: HttpClient | None = None, clock: FakeClock | None = None
    ) -> Provider:
        secrets = {field.name: Secret(secret or self.secret) for field in self.spec.fields if field.secret}
        asked = [each for each in self.spec.fields if each.required and each.default is None and not each.secret]
        options = {each.name: signed.KEY_ID for each in asked}
        if "domains" in options:
            options["domains"] = f"{ZONE}, {SUB_ZONE}"
        return open_account(
            self.spec.id, options, secrets, http=http or self.http, clock=clock or FakeClock(signed.NOW)
        )

    def seed(self, data: Iterable[Datum]) -> None:
        self.service.seed(data)

    def content(self) -> set[Datum]:
        return self.service.content()

    def fail_wire(self, fault: WireFault, *, on_write: bool) -> None:
        self.http.fail_next(fault, lambda request: not on_write or self.service.writes(request))

    def fail_http(self, response: HttpResponse) -> None:
        self.http.fail_next(response)

    def fail_write(self, response: HttpResponse) -> None:
        self.http.fail_next(response, self.service.writes)

    def requests(self) -> list[HttpRequest]:
        return self.http.requests


def harness_of(service: str) -> SignedHarness:
    return SignedHarness(service, FAKES[service](SignedHarness.secret))


@pytest.fixture(params=FAKES)
def harness(request: pytest.FixtureRequest) -> SignedHarness:
    return harness_of(request.param)


class TestSignedServices(ZonedContract, HttpFaults, RefusedWrites):
    pass


async def test_many_records_are_read_through_all_pages(harness: SignedHarness) -> None:
    count = 3300 if harness.spec.id == "tencentcloud" else 1205  # its pages hold 3000, those of the others 1000 at most
    harness.seed(Datum(f"host{number:04}.example.test", "A", OLD) for number in range(count))
    assert len(await harness.open().records("example.test")) == count


async def test_an_update_costs_the_calls_that_the_registry_names(harness: SignedHarness) -> None:
    harness.seed((Datum(HOME.name, "A", OLD),))
    provider = harness.open()
    spent = []
    for address in (NEW, OLD, OLD):
        before = provider.calls
        await update(provider, HOME, address)
        spent.append(provider.calls - before)
    (entry,) = [entry for entry in ENTRIES if entry.spec.id == harness.spec.id]
    assert entry.calls == tuple(spent)


@pytest.mark.parametrize(
    ("service", "code", "kind"),
    [
        ("aliyun", "InvalidTimeStamp.Expired", ClockSkewed),
        ("aliyun", "IllegalTimestamp", ClockSkewed),
        ("aliyun", "InvalidAccessKeyId.NotFound", AuthenticationFailed),
        ("aliyun", "Forbidden.RAM", PermissionDenied),
        ("aliyun", "Throttling.User", RateLimited),
        ("aliyun", "InvalidDomainName.NoExist", ZoneNotFound),
        ("tencentcloud", "AuthFailure.SignatureExpire", ClockSkewed),
        ("tencentcloud", "AuthFailure.SecretIdNotFound", AuthenticationFailed),
        ("tencentcloud", "AuthFailure.UnauthorizedOperation", PermissionDenied),
        ("tencentcloud", "RequestLimitExceeded.UinLimitExceeded", RateLimited),
        ("edgeone", "AuthFailure.SignatureExpire", ClockSkewed),
        ("volcengine", "InvalidTimestamp", ClockSkewed),
        ("volcengine", "AccessDenied", PermissionDenied),
        ("volcengine", "ErrInternalServer", ProviderUnavailable),
        ("route53", "RequestTimeTooSkewed", ClockSkewed),
        ("route53", "AccessDenied", PermissionDenied),
        ("route53", "Throttling", RateLimited),
        ("dnspod", "-1", AuthenticationFailed),
        ("dnspod", "-8", AbuseBlocked),
        ("dnspod_com", "-2", RateLimited),
        ("baiducloud", "RequestExpired", ClockSkewed),
        ("baiducloud", "AccessDenied", PermissionDenied),
        ("huaweicloud", "DNS.0014", RateLimited),
        ("huaweicloud", "DNS.0030", PermissionDenied),
    ],
)
async def test_codes_say_what_is_wrong(service: str, code: str, kind: type[Exception]) -> None:
    harness = harness_of(service)
    harness.fail_http(harness.service.refuse(code))  # type: ignore[attr-defined]  # every stand-in here has it
    with pytest.raises(kind, match="in its own words") as caught:
        await harness.open().test()
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("service", "extra"),
    [
        ("aliyun", {"Line": "telecom"}),
        ("aliyun", {"Status": "DISABLE"}),
        ("tencentcloud", {"Line": "电信"}),
        ("tencentcloud", {"Status": "DISABLE"}),
        ("edgeone", {"Location": "CN.BJ"}),
        ("edgeone", {"Status": "disable"}),
        ("dnspod", {"line": "电信"}),
        ("dnspod", {"enabled": "0"}),
        ("baiducloud", {"line": "ct"}),
        ("baiducloud", {"status": "pause"}),
        ("dnsla", {"lineId": "84613316902921216"}),
        ("dnsla", {"disable": True}),
        ("rainyun", {"line": "TELECOM"}),
        ("westcn", {"line": "LTEL"}),
        ("westcn", {"pause": 1}),
        ("dnscom", {"viewID": "285345792"}),
        ("volcengine", {"Line": "telecom"}),
        ("volcengine", {"Enable": False}),
    ],
)
async def test_records_of_other_lines_and_records_switched_off_are_left_alone(
    service: str, extra: dict[str, Any]
) -> None:
    harness = harness_of(service)
    theirs = harness.service.hold(HOME.name, "A", "198.51.100.9", **extra)
    ours = harness.service.hold(HOME.name, "A", OLD)
    await update(harness.open(), HOME, NEW)
    assert (theirs.content, theirs.extra, ours.content) == ("198.51.100.9", extra, NEW)


@pytest.mark.parametrize(
    ("service", "extra"),
    [
        ("tencentcloud", {"Weight": 7, "Remark": "the house"}),
        ("aliyun", {"Remark": "the house", "Weight": 7}),
        ("aliyun_esa", {"Proxied": True, "BizName": "video"}),
        ("edgeone", {"Weight": 7}),
        ("dnspod", {"weight": 7}),
        ("dnspod_com", {"weight": 7}),
        ("huaweicloud", {"description": "the house"}),
        ("baiducloud", {"description": "the house"}),
        ("dnsla", {"weight": 7}),
        ("rainyun", {"level": 7}),
        ("volcengine", {"Remark": "the house"}),
    ],
)
async def test_an_update_keeps_what_makes_the_record_special(service: str, extra: dict[str, Any]) -> None:
    harness = harness_of(service)
    harness.service.hold(HOME.name, "A", OLD, 900, **extra)
    await update(harness.open(), HOME, NEW)
    (record,) = harness.service.records
    assert (record.content, record.ttl) == (NEW, 900)
    assert {name: str(record.extra.get(name)) for name in extra} == {name: str(kept) for name, kept in extra.items()}


async def test_the_gateway_of_huawei_tells_of_clocks_in_words() -> None:
    harness = harness_of("huaweicloud")
    message = "Incorrect IAM authentication information: signature expired"
    harness.fail_http(reply({"error_code": "APIGW.0301", "error_msg": message, "request_id": "R"}, 401))
    with pytest.raises(ClockSkewed):
        await harness.open().test()


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("时间戳已过期", ClockSkewed),
        ("token错误", AuthenticationFailed),
        ("操作频率过高", RateLimited),
        ("无权限", PermissionDenied),
        ("域名不存在", ZoneNotFound),
        ("别的错误", RequestRejected),
    ],
)
async def test_west_tells_what_is_wrong_in_words_of_gbk(message: str, kind: type[Exception]) -> None:
    harness = harness_of("westcn")
    body = json.dumps({"result": 500, "clientid": "R", "msg": message}, ensure_ascii=False).encode("gbk")
    harness.fail_http(answer(200, body))
    with pytest.raises(kind, match=message) as caught:
        await harness.open().test()
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("code", "kind"), [(10000, AuthenticationFailed), (10002, PermissionDenied), (20001, ZoneNotFound)]
)
async def test_west_tells_what_is_wrong_by_a_code_where_it_has_one(code: int, kind: type[Exception]) -> None:
    harness = harness_of("westcn")
    body = json.dumps({"result": 500, "clientid": "R", "msg": "认证失败", "errcode": code}, ensure_ascii=False)
    harness.fail_http(answer(200, body.encode("gbk")))
    with pytest.raises(kind):
        await harness.open().test()


async def test_an_rrset_with_an_id_is_changed_and_deleted_by_it() -> None:
    harness = harness_of("huaweicloud")
    harness.seed((Datum(HOME.name, "A", OLD),))
    provider = harness.open()
    await update(provider, HOME, NEW)
    await update(provider, HOME, ours=(NEW,))
    assert harness.content() == set()
    assert [each.method for each in harness.requests()] == ["GET", "GET", "PUT", "GET", "DELETE"]


async def test_the_priority_of_a_record_is_kept() -> None:
    harness = harness_of("rainyun")
    record = harness.service.hold(HOME.name, "A", OLD, level=5)
    await update(harness.open(), HOME, NEW)
    assert (record.content, record.extra) == (NEW, {"level": 5})


async def test_a_signature_that_came_too_late_is_a_matter_of_clocks_at_aws() -> None:
    harness = harness_of("route53")
    late = "Signature expired: 20261122T100000Z is now earlier than 20261122T101000Z"
    harness.fail_http(harness.service.refuse("SignatureDoesNotMatch", late, 403))  # type: ignore[attr-defined]  # as above
    with pytest.raises(ClockSkewed):
        await harness.open().test()


@pytest.mark.parametrize(
    "special",
    [
        "<AliasTarget><HostedZoneId>Z2</HostedZoneId><DNSName>elb.example.test.</DNSName></AliasTarget>",
        "<SetIdentifier>blue</SetIdentifier><Weight>1</Weight>",
    ],
)
async def test_aliases_and_routing_policies_are_never_touched(special: str) -> None:
    harness = harness_of("route53")
    harness.service.hold(HOME.name, "A", OLD, xml=special)
    provider = harness.open()
    with pytest.raises(RecordConflict) as caught:
        await update(provider, HOME, NEW)
    assert caught.value.problem.hint is not None
    assert [item for item in await provider.records("example.test") if item.key == HOME] == []
    assert not [each for each in harness.requests() if each.method != "GET"]


@pytest.mark.parametrize(
    "body",
    [
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
        b"<a>" * 30 + b"</a>" * 30,
        b"<ListHostedZonesResponse/>",
        b"<ListHostedZonesResponse><HostedZones><HostedZone/></HostedZones></ListHostedZonesResponse>",
    ],
)
async def test_xml_of_another_shape_is_not_guessed_at(body: bytes) -> None:
    harness = harness_of("route53")
    harness.fail_http(answer(200, body, "text/xml"))
    with pytest.raises(UnexpectedAnswer):
        await harness.open().read(HOME)


@pytest.mark.parametrize(
    ("service", "message", "kind"),
    [
        ("eranet", "Timestamp has expired", ClockSkewed),
        ("nowcn", "AccessInstanceID is not valid", AuthenticationFailed),
        ("tnethk", "Permission denied", PermissionDenied),
        ("eranet", "something else", RequestRejected),
        ("dnscom", "timestamp错误", ClockSkewed),
        ("dnscom", "apiKey错误", AuthenticationFailed),
        ("dnscom", "别的错误", RequestRejected),
    ],
)
async def test_services_without_codes_are_understood_by_their_words(
    service: str, message: str, kind: type[Exception]
) -> None:
    harness = harness_of(service)
    harness.fail_http(reply({"RequestId": "R", "error": message, "code": 1, "message": message}))
    with pytest.raises(kind, match=message) as caught:
        await harness.open().test()
    assert type(caught.value) is kind


@pytest.mark.parametrize("domains", ["example.test,, not/a/name", "  ,"])
async def test_domains_that_are_none_are_refused_before_anything_is_sent(domains: str) -> None:
    options = {"domains": domains, "access_key_id": "me"}
    harness = harness_of("eranet")
    with pytest.raises(ConfigError):
        open_account("eranet", options, {"access_key_secret": Secret("s")}, http=harness.http, clock=FakeClock())


async def test_a_record_behind_the_edge_stays_there_and_says_so() -> None:
    harness = harness_of("aliyun_esa")
    special: dict[str, Any] = {"Proxied": True, "BizName": "api", "Comment": "the house"}
    record = harness.service.hold(HOME.name, "A", OLD, **special)
    provider = harness.open()
    existing = await provider.read(HOME)
    assert existing is not None
    assert [each.proxied for each in existing.records] == [True]
    await update(provider, HOME, NEW)
    assert (record.content, record.extra) == (NEW, special)


async def test_a_record_is_put_behind_the_edge_when_asked_for() -> None:
    harness = harness_of("aliyun_esa")
    provider = harness.open()
    existing = await provider.read(HOME)
    planned = plan(HOME, (NEW,), existing, RecordMemory(), force=False, ttl=None, proxied=True, comment=None)
    assert planned.change is not None
    await provider.apply(planned.change)
    (record,) = harness.service.records
    assert (record.content, record.extra) == (NEW, {"Proxied": True, "BizName": "web"})


async def test_several_addresses_in_one_record_are_left_alone() -> None:
    harness = harness_of("aliyun_esa")
    harness.service.hold(HOME.name, "A", f"{OLD},{NEW}")
    provider = harness.open()
    with pytest.raises(RecordConflict, match="several"):
        await update(provider, HOME, NEW)
    assert await provider.records("example.test") == ()


@pytest.mark.parametrize("service", ["tencentcloud", "rainyun"])
async def test_a_handle_of_another_kind_is_refused_and_nothing_else_is_written(service: str) -> None:
    harness = harness_of(service)
    theirs = harness.service.hold(f"other.{ZONE}", "A", OLD)
    record = ExistingRecord(OLD, id="../1")
    change = Change(HOME, ExistingSet(HOME, ZONE, (record,)), (NEW,), replace=((record, NEW),))
    provider = harness.open()
    with pytest.raises((RecordNotFound, RequestRejected)):
        await provider.apply(change)
    assert harness.content() == {Datum(theirs.name, "A", OLD)}


async def test_a_set_at_route53_that_has_gone_is_not_deleted_again() -> None:
    harness = harness_of("route53")
    record = ExistingRecord(OLD, ttl=60)
    provider = harness.open()
    await provider.apply(Change(HOME, ExistingSet(HOME, "other.test", (record,)), (), delete=(record,)))
    assert not [each for each in harness.requests() if each.method != "GET"]
