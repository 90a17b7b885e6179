"""What every provider keeps, whatever the service behind it. A provider's tests inherit this and give a `Harness`.

`ZonedContract` is for services with zones, `HttpFaults` for all that speak HTTP. Content is set and looked at behind
the provider's back, at the server or at the fake that was written from the service's documentation.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ConnectFailed,
    DdnsTrayError,
    PermissionDenied,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    RecordConflict,
    RequestRejected,
    TransportError,
    Unconfirmed,
    UnexpectedAnswer,
    ZoneNotFound,
)
from ddns_tray.core.model import Intent, RecordKey, RecordMemory, RecordType
from ddns_tray.core.plan import plan
from tests.support.dns_servers import SUB_ZONE, ZONE, Datum
from tests.support.faults import MAINTENANCE_PAGE, WireFault, answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from ddns_tray.core.model import Plan
    from ddns_tray.core.ports import HttpRequest, HttpResponse, Provider

CANARY = "canary/Secret+5e1f&=="
"""A secret that is easy to find, also where it was encoded."""
HOME = RecordKey(f"home.{ZONE}", RecordType.A)
HOME6 = RecordKey(f"home.{ZONE}", RecordType.AAAA)
OLD, NEW, OTHER = "198.51.100.1", "203.0.113.7", "198.51.100.77"
NEIGHBOURS = (
    Datum(f"home.{ZONE}", "AAAA", "2001:db8::1"),
    Datum(f"home.{ZONE}", "TXT", '"stays"'),
    Datum(f"deeper.home.{ZONE}", "A", OLD),
    Datum(f"*.home.{ZONE}", "A", OLD),
    Datum(f"xhome.{ZONE}", "A", OLD),
    Datum(f"home.{SUB_ZONE}", "A", OLD),
    Datum(ZONE, "A", OLD),
)


class Harness(ABC):
    """A service with the zones `example.test` and `sub.example.test`, and accounts there."""

    secret: str = CANARY
    lists_zones = True
    default_ttl = 60
    calls_to_look = 1
    """Calls that a look at a name with one record costs once the zone is known."""
    changes_in_place = True
    """Whether a record can be changed; else another one is created before the old one goes."""
    tests_without_a_zone = True
    """Whether the credentials can be tried without a name to look at."""

    @abstractmethod
    def open(self, *, secret: str | None = None) -> Provider:
        """Open an account, with the right secret or another one."""

    @abstractmethod
    def seed(self, data: Iterable[Datum]) -> None:
        """Let the service hold this and nothing else."""

    @abstractmethod
    def content(self) -> set[Datum]:
        """What the service holds."""

    @abstractmethod
    def fail_wire(self, fault: WireFault, *, on_write: bool) -> None:
        """Let the wire fail at the next request, or the next that writes."""


async def update(
    provider: Provider, key: RecordKey, *desired: str, ours: Sequence[str] = (), ttl: int | None = None
) -> Plan:
    """Populate, plan, apply: what the engine does with one record."""
    existing = await provider.read(key)
    memory = RecordMemory(ours=frozenset(ours))
    planned = plan(key, desired, existing, memory, force=False, ttl=ttl, proxied=None, comment=None)
    if planned.change is not None:
        await provider.apply(planned.change)
    return planned


def assert_silent(error: BaseException, secret: str, caplog: pytest.LogCaptureFixture) -> None:
    """Check that neither an error, nor what led to it, nor the log holds the secret."""
    told = [caplog.text]
    seen: BaseException | None = error
    while seen is not None:
        told += [str(seen), repr(seen), repr(getattr(seen, "problem", None)), repr(seen.args)]
        seen = seen.__cause__ or seen.__context__
    assert all(secret not in words for words in told)


class ZonedContract:
    """For services with zones. Subclasses give the fixture `harness`."""

    @pytest.fixture
    def provider(self, harness: Harness) -> Provider:
        return harness.open()

    async def test_zones_are_listed(self, provider: Provider, harness: Harness) -> None:
        expected = (ZONE, SUB_ZONE) if harness.lists_zones else ()
        assert await provider.zones() == expected
        assert provider.capabilities.list_zones is harness.lists_zones

    async def test_the_address_records_of_a_zone_are_listed(self, provider: Provider, harness: Harness) -> None:
        harness.seed(NEIGHBOURS)
        sets = {item.key: item for item in await provider.records(ZONE) if not item.key.name.startswith("ns1.")}
        assert {str(key) for key in sets} == {
            f"{datum.name} {datum.type}"
            for datum in NEIGHBOURS
            if datum.type != "TXT" and not datum.name.endswith(SUB_ZONE)
        }
        assert sets[HOME6].addresses == ("2001:db8::1",)
        assert sets[HOME6].zone == ZONE

    async def test_records_of_a_zone_that_is_not_ours_are_an_error(self, provider: Provider) -> None:
        with pytest.raises((ZoneNotFound, PermissionDenied)):
            await provider.records("example.net")

    async def test_a_name_without_a_record_reads_as_empty(self, provider: Provider, harness: Harness) -> None:
        harness.seed(())
        existing = await provider.read(HOME)
        assert existing is not None
        assert (existing.key, existing.zone, existing.records) == (HOME, ZONE, ())

    async def test_an_update_touches_the_name_and_type_and_nothing_else(
        self, provider: Provider, harness: Harness
    ) -> None:
        harness.seed((*NEIGHBOURS, Datum(HOME.name, "A", OLD, 600)))
        assert (await update(provider, HOME, NEW)).intent is Intent.UPDATE
        assert harness.content() == {*NEIGHBOURS, Datum(HOME.name, "A", NEW, 600)}

    async def test_ipv6_is_kept_as_well(self, provider: Provider, harness: Harness) -> None:
        harness.seed((Datum(HOME.name, "A", OLD), Datum(HOME.name, "AAAA", "2001:db8::1")))
        await update(provider, HOME6, "2001:db8:1::2")
        assert harness.content() == {Datum(HOME.name, "A", OLD), Datum(HOME.name, "AAAA", "2001:db8:1::2")}

    async def test_what_is_right_is_not_written_again(self, provider: Provider, harness: Harness) -> None:
        harness.seed((Datum(HOME.name, "A", NEW),))
        await update(provider, HOME, NEW)
        calls = provider.calls
        assert (await update(provider, HOME, NEW)).intent is Intent.PRESERVE
        assert provider.calls == calls + harness.calls_to_look
        assert harness.content() == {Datum(HOME.name, "A", NEW)}

    async def test_a_missing_record_is_created_beside_its_neighbours(
        self, provider: Provider, harness: Harness
    ) -> None:
        harness.seed(NEIGHBOURS)
        await update(provider, HOME, NEW, ttl=120)
        assert harness.content() == {*NEIGHBOURS, Datum(HOME.name, "A", NEW, 120)}

    async def test_a_created_record_has_a_sensible_ttl(self, provider: Provider, harness: Harness) -> None:
        harness.seed(())
        await update(provider, HOME, NEW)
        assert {(datum.content, datum.ttl) for datum in harness.content()} == {(NEW, harness.default_ttl)}

    async def test_the_apex_of_a_zone_can_be_kept(self, provider: Provider, harness: Harness) -> None:
        harness.seed(NEIGHBOURS)
        await update(provider, RecordKey(ZONE, RecordType.A), NEW)
        assert harness.content() == {*NEIGHBOURS[:-1], Datum(ZONE, "A", NEW)}

    async def test_several_addresses_are_written_as_one_set(self, provider: Provider, harness: Harness) -> None:
        harness.seed((Datum(HOME.name, "A", OLD),))
        await update(provider, HOME, NEW, OTHER)
        assert {datum.content for datum in harness.content()} == {NEW, OTHER}
        await update(provider, HOME, OTHER, ours=(NEW, OTHER))
        assert {datum.content for datum in harness.content()} == {OTHER}

    async def test_the_address_of_somebody_else_stays_beside_ours(self, provider: Provider, harness: Harness) -> None:
        harness.seed((Datum(HOME.name, "A", OLD), Datum(HOME.name, "A", OTHER)))
        await update(provider, HOME, NEW, ours=(OLD,))
        assert harness.content() == {Datum(HOME.name, "A", NEW), Datum(HOME.name, "A", OTHER)}

    async def test_a_wish_for_another_ttl_is_carried_out(self, provider: Provider, harness: Harness) -> None:
        harness.seed((Datum(HOME.name, "A", NEW, 600), *NEIGHBOURS))
        assert (await update(provider, HOME, NEW, ttl=60)).intent is Intent.UPDATE
        assert harness.content() == {*NEIGHBOURS, Datum(HOME.name, "A", NEW, 60)}

    async def test_clearing_removes_only_ours(self, provider: Provider, harness: Harness) -> None:
        harness.seed((*NEIGHBOURS, Datum(HOME.name, "A", OLD), Datum(HOME.name, "A", OTHER)))
        assert (await update(provider, HOME, ours=(OLD,))).intent is Intent.CLEAR
        assert harness.content() == {*NEIGHBOURS, Datum(HOME.name, "A", OTHER)}

    async def test_clearing_the_last_address_removes_the_set(self, provider: Provider, harness: Harness) -> None:
        harness.seed((*NEIGHBOURS, Datum(HOME.name, "A", OLD)))
        await update(provider, HOME, ours=(OLD,))
        assert harness.content() == set(NEIGHBOURS)
        existing = await provider.read(HOME)
        assert existing is not None
        assert existing.records == ()

    async def test_what_a_wildcard_makes_up_is_not_a_record(self, provider: Provider, harness: Harness) -> None:
        wildcard = Datum(f"*.{ZONE}", "A", OLD)
        harness.seed((wildcard,))
        existing = await provider.read(HOME)
        assert existing is not None
        assert existing.records == ()
        await update(provider, HOME, NEW, ttl=300)
        assert harness.content() == {wildcard, Datum(HOME.name, "A", NEW)}

    async def test_a_wildcard_itself_can_be_kept(self, provider: Provider, harness: Harness) -> None:
        harness.seed((Datum(f"*.{ZONE}", "A", OLD), Datum(HOME.name, "A", OLD)))
        await update(provider, RecordKey(f"*.{ZONE}", RecordType.A), NEW)
        assert harness.content() == {Datum(f"*.{ZONE}", "A", NEW), Datum(HOME.name, "A", OLD)}

    async def test_the_closest_zone_is_written_to(self, provider: Provider, harness: Harness) -> None:
        key = RecordKey(f"deep.down.{SUB_ZONE}", RecordType.A)
        harness.seed(())
        existing = await provider.read(key)
        assert existing is not None
        assert existing.zone == SUB_ZONE
        await update(provider, key, NEW, ttl=300)
        assert harness.content() == {Datum(key.name, "A", NEW)}

    async def test_a_cname_at_the_name_is_a_conflict(self, provider: Provider, harness: Harness) -> None:
        alias = Datum(HOME.name, "CNAME", f"xhome.{ZONE}")
        harness.seed((alias, Datum(f"xhome.{ZONE}", "A", OLD)))
        with pytest.raises(RecordConflict) as caught:
            await update(provider, HOME, NEW)
        assert caught.value.problem.hint is not None
        assert alias in harness.content()

    async def test_a_cname_that_comes_after_the_look_is_a_conflict_too(
        self, provider: Provider, harness: Harness
    ) -> None:
        harness.seed(())
        existing = await provider.read(HOME)
        planned = plan(HOME, (NEW,), existing, RecordMemory(), force=False, ttl=None, proxied=None, comment=None)
        alias = Datum(HOME.name, "CNAME", f"xhome.{ZONE}")
        harness.seed((alias,))
        assert planned.change is not None
        with pytest.raises(RecordConflict):
            await provider.apply(planned.change)
        assert harness.content() == {alias}

    async def test_a_name_outside_the_zones_is_refused(self, provider: Provider) -> None:
        for name in ("home.example.net", f"home{ZONE}", "test"):
            with pytest.raises(ZoneNotFound):
                await provider.read(RecordKey(name, RecordType.A))

    async def test_names_that_no_host_can_have_do_not_disturb(self, provider: Provider, harness: Harness) -> None:
        strangers = {Datum(f"0/25.{ZONE}", "A", OLD), Datum(f"a\\032b.{ZONE}", "A", OLD)}
        harness.seed((*strangers, Datum(HOME.name, "A", OLD)))
        await update(provider, HOME, NEW)
        assert harness.content() == {*strangers, Datum(HOME.name, "A", NEW)}
        listed = {item.key.name for item in await provider.records(ZONE)}
        assert listed - {f"ns1.{ZONE}"} == {HOME.name}

    async def test_testing_an_account_writes_nothing(self, provider: Provider, harness: Harness) -> None:
        harness.seed(NEIGHBOURS)
        report = await provider.test()
        assert report.zones == ((ZONE, SUB_ZONE) if harness.lists_zones else ())
        assert report.remarks, "what the credentials may do, or that a test cannot tell"
        assert report.tried
        assert harness.content() == set(NEIGHBOURS)

    async def test_a_wrong_secret_stops_and_asks_and_is_told_to_nobody(
        self, harness: Harness, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        wrong = "d3JvbmctY2FuYXJ5LXdyb25nLWNhbmFyeQ=="
        provider = harness.open(secret=wrong)
        harness.seed(())
        attempts: list[Callable[[], Awaitable[object]]] = [lambda: provider.read(HOME)]
        if harness.tests_without_a_zone:
            attempts.append(provider.test)
        for attempt in attempts:
            with pytest.raises(AuthenticationFailed) as caught:
                await attempt()
            assert caught.value.asks_person
            assert caught.value.problem.hint is not None
            assert_silent(caught.value, wrong, caplog)
        assert wrong not in repr(provider)

    @pytest.mark.parametrize("fault", [WireFault.STALL, WireFault.CUT])
    async def test_a_lost_answer_to_a_write_is_unconfirmed_and_the_next_look_tells_the_truth(
        self, provider: Provider, harness: Harness, fault: WireFault, caplog: pytest.LogCaptureFixture
    ) -> None:
        harness.seed((*NEIGHBOURS, Datum(HOME.name, "A", OLD)))
        await provider.read(HOME)
        harness.fail_wire(fault, on_write=True)
        with pytest.raises(Unconfirmed) as caught:
            await update(provider, HOME, NEW)
        assert_silent(caught.value, harness.secret, caplog)
        existing = await provider.read(HOME)
        assert existing is not None
        if harness.changes_in_place:
            assert existing.addresses == (NEW,)
        else:
            assert set(existing.addresses) == {OLD, NEW}
            await update(provider, HOME, NEW, ours=(OLD, NEW))
        assert (await update(provider, HOME, NEW)).intent is Intent.PRESERVE

    @pytest.mark.parametrize("fault", [WireFault.STALL, WireFault.CUT])
    async def test_a_lost_answer_to_a_question_is_a_fault_of_the_wire(
        self, provider: Provider, harness: Harness, fault: WireFault
    ) -> None:
        harness.seed((Datum(HOME.name, "A", OLD),))
        await provider.read(HOME)
        harness.fail_wire(fault, on_write=False)
        with pytest.raises(TransportError):
            await provider.read(HOME)
        assert (await update(provider, HOME, NEW)).intent is Intent.UPDATE


class HttpHarness(Harness):
    """A harness whose service speaks HTTP."""

    @abstractmethod
    def fail_http(self, response: HttpResponse) -> None:
        """Let the next request be answered so."""

    @abstractmethod
    def requests(self) -> list[HttpRequest]:
        """All requests so far."""


class WritingHarness(HttpHarness):
    """A harness at which a write can be refused."""

    @abstractmethod
    def fail_write(self, response: HttpResponse) -> None:
        """Let the next request that writes be answered so, without being carried out."""


class RefusedWrites:
    """For services with zones over HTTP: what is refused is told, harms nothing, and can be done later."""

    @pytest.mark.parametrize(
        ("response", "kinds"),
        [
            (answer(423, b'{"message": "locked", "error": "locked"}'), (RecordConflict, RequestRejected)),
            (answer(409, b'{"message": "locked", "error": "locked"}'), (RecordConflict, RequestRejected)),
            (answer(503, MAINTENANCE_PAGE, "text/html"), (ProviderUnavailable,)),
            (answer(200, MAINTENANCE_PAGE, "text/html"), (ProviderUnavailable, Unconfirmed)),
            (answer(429, b"{}", retry_after="30"), (RateLimited,)),
        ],
        ids=["locked", "conflict", "outage", "page", "too many"],
    )
    async def test_a_refused_write_is_told_and_harms_nothing(
        self, harness: WritingHarness, response: HttpResponse, kinds: tuple[type[DdnsTrayError], ...]
    ) -> None:
        before = {Datum(HOME.name, "A", OLD)}
        harness.seed(before)
        provider = harness.open()
        harness.fail_write(response)
        with pytest.raises(kinds) as caught:
            await update(provider, HOME, NEW)
        assert caught.value.problem.hint is not None
        assert harness.content() == before
        await update(provider, HOME, NEW)
        assert {datum.content for datum in harness.content()} == {NEW}


class HttpFaults:
    """For all that speak HTTP. Subclasses give the fixture `harness`, and `poke` where there is nothing to read."""

    async def poke(self, provider: Provider) -> None:
        """Send at least one request."""
        await provider.read(HOME)

    async def failure(self, harness: HttpHarness, response: HttpResponse) -> DdnsTrayError:
        provider = harness.open()
        harness.fail_http(response)
        with pytest.raises(DdnsTrayError) as caught:
            await self.poke(provider)
        assert caught.value.problem.hint is not None
        return caught.value

    async def test_too_many_requests_say_when_to_come_back(self, harness: HttpHarness) -> None:
        error = await self.failure(harness, answer(429, retry_after="77"))
        assert isinstance(error, RateLimited)
        assert error.retry_after == 77

    async def test_too_many_requests_without_a_time_still_make_us_wait(self, harness: HttpHarness) -> None:
        error = await self.failure(harness, answer(429))
        assert isinstance(error, RateLimited)
        assert (error.retry_after or 0) >= 60

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, RequestRejected),
            (401, AuthenticationFailed),
            (403, PermissionDenied),
            (409, RequestRejected),
            (422, RequestRejected),
            (500, ProviderUnavailable),
            (502, ProviderUnavailable),
            (503, ProviderUnavailable),
        ],
    )
    async def test_a_status_means_what_it_says(
        self, harness: HttpHarness, status: int, kind: type[ProviderError]
    ) -> None:
        error = await self.failure(harness, answer(status))
        assert type(error) is kind
        assert kind.asks_person is (status in {401, 403})

    async def test_an_outage_with_a_time_is_waited_for(self, harness: HttpHarness) -> None:
        error = await self.failure(harness, answer(503, b"down", "text/plain", retry_after="120"))
        assert isinstance(error, ProviderUnavailable)
        assert error.retry_after == 120

    @pytest.mark.parametrize("status", [200, 403, 404, 502, 503])
    async def test_a_page_for_people_is_an_outage(self, harness: HttpHarness, status: int) -> None:
        error = await self.failure(harness, answer(status, MAINTENANCE_PAGE, "text/html; charset=utf-8"))
        assert isinstance(error, ProviderUnavailable)
        assert "<" not in str(error)

    @pytest.mark.parametrize(
        "body", [b"[", b"null", b"42", b'"text"', b'{"result": 5, "rrsets": {}}', b"[[]]", b"[" * 100_000, b"\xff\xfe"]
    )
    async def test_an_answer_of_another_shape_is_not_guessed_at(self, harness: HttpHarness, body: bytes) -> None:
        error = await self.failure(harness, answer(200, body))
        assert isinstance(error, (UnexpectedAnswer, Unconfirmed))

    async def test_a_redirect_is_not_followed(self, harness: HttpHarness) -> None:
        error = await self.failure(harness, answer(302, b"", location="https://elsewhere.example/"))
        assert isinstance(error, UnexpectedAnswer)
        assert len(harness.requests()) == 1

    async def test_a_message_that_quotes_the_secret_is_scrubbed(
        self, harness: HttpHarness, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        body = f'{{"error": "bad {harness.secret}\\u0007 <b>x</b> {"long " * 100}"}}'.encode()
        for status in (400, 401, 403, 422, 500):
            for content_type in ("application/json", "text/plain"):
                error = await self.failure(harness, answer(status, body, content_type))
                assert_silent(error, harness.secret, caplog)
                assert len(str(error)) < 400
                assert "\x07" not in str(error)

    async def test_nothing_is_tried_twice(self, harness: HttpHarness) -> None:
        await self.failure(harness, answer(503, b"down", "text/plain"))
        assert len(harness.requests()) == 1

    async def test_a_closed_door_means_that_nothing_was_sent(self, harness: HttpHarness) -> None:
        provider = harness.open()
        harness.fail_wire(WireFault.REFUSED, on_write=False)
        with pytest.raises(ConnectFailed):
            await self.poke(provider)

    async def test_secrets_travel_in_headers_only(self, harness: HttpHarness) -> None:
        await self.poke(harness.open())
        for request in harness.requests():
            assert harness.secret not in repr(request)
            assert harness.secret not in request.url
            assert all(harness.secret not in value for _, value in request.params)
