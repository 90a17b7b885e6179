"""PowerDNS's HTTP API, on a real PowerDNS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import RecordConflict, RequestRejected, Unconfirmed, UnexpectedAnswer, ZoneNotFound
from ddns_tray.core.model import Change, RecordKey, RecordMemory, RecordType
from ddns_tray.core.plan import plan
from ddns_tray.core.ports import Secret
from ddns_tray.http import HttpxClient
from ddns_tray.providers.registry import open_account
from tests.contract.suite import HOME, NEW, OLD, OTHER, HttpFaults, HttpHarness, ZonedContract, update
from tests.support.clock import FakeClock
from tests.support.dns_servers import ZONE, Datum, PowerDnsServer, missing_program, powerdns_server
from tests.support.faults import FaultyHttp, WireFault, answer, tcp_relay

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from ddns_tray.core.ports import HttpRequest, HttpResponse, Provider
    from tests.support.faults import Relay

pytestmark = pytest.mark.bed


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PowerDnsServer]:
    absent = missing_program("pdns_server", "pdnsutil")
    if absent:
        pytest.skip(absent)
    with powerdns_server(tmp_path_factory.mktemp("powerdns")) as running:
        yield running


class PowerDnsHarness(HttpHarness):
    def __init__(self, server: PowerDnsServer, http: FaultyHttp, relay: Relay) -> None:
        self.server, self.http, self.relay = server, http, relay
        self.secret = server.api_key
        self.clock = FakeClock()

    def open(self, *, secret: str | None = None) -> Provider:
        return open_account(
            "powerdns",
            {"server": f"http://127.0.0.1:{self.relay.port}"},
            {"api_key": Secret(secret or self.secret)},
            http=self.http,
            clock=self.clock,
        )

    def seed(self, data: Iterable[Datum]) -> None:
        self.server.reset(tuple(data))

    def content(self) -> set[Datum]:
        return self.server.content()

    def fail_wire(self, fault: WireFault, *, on_write: bool) -> None:
        self.http.fail_next(fault, lambda request: not on_write or request.method != "GET")

    def fail_http(self, response: HttpResponse) -> None:
        self.http.fail_next(response)

    def requests(self) -> list[HttpRequest]:
        return self.http.requests


class OneConnectionEach:
    """An HTTP client that opens a connection for every request, so that a relay can pick one of them."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        client = HttpxClient()
        try:
            return await client.send(request)
        finally:
            await client.aclose()

    async def aclose(self) -> None:
        """Nothing is open."""


@pytest.fixture
async def harness(server: PowerDnsServer) -> AsyncIterator[PowerDnsHarness]:
    client = HttpxClient()
    async with tcp_relay("127.0.0.1", server.api_port) as relay:
        yield PowerDnsHarness(server, FaultyHttp(client, timeout=5.0), relay)
        await client.aclose()


class TestPowerDns(ZonedContract, HttpFaults):
    async def test_an_update_costs_three_calls_and_the_first_one_four(self, harness: PowerDnsHarness) -> None:
        harness.seed((Datum(HOME.name, "A", OLD),))
        provider = harness.open()
        await update(provider, HOME, NEW)
        assert provider.calls == 4
        await update(provider, HOME, OLD)
        assert provider.calls == 7

    @pytest.mark.parametrize("fault", [WireFault.STALL, WireFault.CUT])
    async def test_a_real_connection_that_fails_during_a_write_is_unconfirmed(
        self, harness: PowerDnsHarness, server: PowerDnsServer, fault: WireFault
    ) -> None:
        harness.seed((Datum(HOME.name, "A", OLD),))
        client = OneConnectionEach()
        async with tcp_relay("127.0.0.1", server.api_port) as relay:
            harness.relay = relay
            harness.http = FaultyHttp(client, timeout=1.0)
            provider = harness.open()
            existing = await provider.read(HOME)
            relay.fail_next(fault, skip=1)
            with pytest.raises(Unconfirmed):
                await provider.apply(Change(HOME, existing, (NEW,)))
            read = await provider.read(HOME)
        assert read is not None
        assert read.addresses == (NEW,)

    async def test_records_that_are_switched_off_stay_so_and_do_not_count(self, harness: PowerDnsHarness) -> None:
        off = Datum(HOME.name, "A", OTHER, disabled=True)
        harness.seed((Datum(HOME.name, "A", OLD), off))
        provider = harness.open()
        existing = await provider.read(HOME)
        assert existing is not None
        assert existing.addresses == (OLD,)
        await update(provider, HOME, NEW)
        assert harness.content() == {Datum(HOME.name, "A", NEW), off}
        await update(provider, HOME, ours=(NEW,))
        assert harness.content() == {off}
        await update(provider, HOME, OTHER)
        assert harness.content() == {Datum(HOME.name, "A", OTHER)}

    async def test_comments_of_others_stay_and_ours_is_replaced(
        self, harness: PowerDnsHarness, server: PowerDnsServer
    ) -> None:
        harness.seed((Datum(HOME.name, "A", OLD),))
        server.comment(HOME.name, "A", "keep me", "hostmaster")
        provider = harness.open()
        await update(provider, HOME, NEW)
        assert server.comments() == {(HOME.name, "A", "hostmaster", "keep me")}
        for comment in ("the house", "the new house"):
            existing = await provider.read(HOME)
            planned = plan(HOME, (NEW,), existing, RecordMemory(), force=False, ttl=None, proxied=None, comment=comment)
            assert planned.change is not None
            await provider.apply(planned.change)
            assert server.comments() == {
                (HOME.name, "A", "hostmaster", "keep me"),
                (HOME.name, "A", "ddns-tray", comment),
            }
            existing = await provider.read(HOME)
            assert existing is not None
            assert [record.comment for record in existing.records] == [comment]

    async def test_a_zone_that_appears_later_is_found(self, harness: PowerDnsHarness) -> None:
        provider = harness.open()
        harness.fail_http(answer(200, b"[]"))
        with pytest.raises(ZoneNotFound):
            await provider.read(HOME)
        harness.seed((Datum(HOME.name, "A", OLD),))
        assert await provider.read(HOME) is not None

    async def test_a_closer_zone_that_appears_later_is_noticed_within_the_hour(self, harness: PowerDnsHarness) -> None:
        provider = harness.open()
        harness.fail_http(answer(200, json.dumps([{"id": f"{ZONE}.", "name": f"{ZONE}."}]).encode()))
        key = RecordKey("x.sub.example.test", RecordType.A)
        harness.seed(())
        first = await provider.read(key)
        await harness.clock.advance(3601)
        second = await provider.read(key)
        assert first is not None
        assert second is not None
        assert (first.zone, second.zone) == (ZONE, "sub.example.test")

    async def test_a_zone_that_has_gone_is_looked_for_anew(self, harness: PowerDnsHarness) -> None:
        provider = harness.open()
        harness.seed((Datum(HOME.name, "A", OLD),))
        await provider.read(HOME)
        harness.fail_http(answer(404, b'{"error": "Could not find domain"}'))
        with pytest.raises(ZoneNotFound):
            await provider.read(HOME)
        assert await provider.read(HOME) is not None

    async def test_a_wrong_value_is_refused_in_the_servers_words(self, harness: PowerDnsHarness) -> None:
        harness.seed(())
        with pytest.raises(RequestRejected, match="expected digits"):
            await harness.open().apply(Change(HOME, None, ("not-an-address",)))
        assert harness.content() == set()

    async def test_an_unknown_server_id_is_an_error(self, harness: PowerDnsHarness) -> None:
        provider = open_account(
            "powerdns",
            {"base_url": f"http://127.0.0.1:{harness.relay.port}/", "server_id": "../other"},
            {"api_key": Secret(harness.secret)},
            http=harness.http,
            clock=harness.clock,
        )
        with pytest.raises(ZoneNotFound):
            await provider.zones()
        assert harness.requests()[-1].url.endswith("/api/v1/servers/..%2Fother/zones")

    async def test_a_set_that_nobody_has_looked_at_is_looked_at_first(self, harness: PowerDnsHarness) -> None:
        off = Datum(HOME.name, "A", OTHER, 900, disabled=True)
        harness.seed((Datum(HOME.name, "A", OLD, 900), off))
        await harness.open().apply(Change(HOME, None, (NEW,)))
        assert harness.content() == {Datum(HOME.name, "A", NEW, 900), off}

    async def test_a_change_of_the_same_moment_is_not_overwritten(self, harness: PowerDnsHarness) -> None:
        harness.seed((Datum(HOME.name, "A", OLD),))
        provider = harness.open()
        existing = await provider.read(HOME)
        harness.seed((Datum(HOME.name, "A", OTHER),))
        with pytest.raises(RequestRejected, match="same moment"):
            await provider.apply(Change(HOME, existing, (NEW,)))
        assert harness.content() == {Datum(HOME.name, "A", OTHER)}

    async def test_a_conflict_that_only_the_server_sees_is_one_too(self, harness: PowerDnsHarness) -> None:
        harness.seed(())
        harness.http.fail_next(
            answer(422, b'{"error": "RRset home.example.test. IN A: Conflicts with pre-existing RRset"}'),
            lambda request: request.method == "PATCH",
        )
        with pytest.raises(RecordConflict):
            await update(harness.open(), HOME, NEW)

    async def test_a_set_that_changes_its_shape_between_two_looks_is_not_written(
        self, harness: PowerDnsHarness
    ) -> None:
        harness.seed(())
        provider = harness.open()
        existing = await provider.read(HOME)
        harness.fail_http(answer(200, b'{"rrsets": [{"name": "x.", "type": 5}]}'))
        with pytest.raises(UnexpectedAnswer, match="type"):
            await provider.apply(Change(HOME, existing, (NEW,)))
        assert harness.content() == set()

    async def test_a_copy_of_a_zone_is_not_written_to(self, harness: PowerDnsHarness, server: PowerDnsServer) -> None:
        harness.seed((Datum(HOME.name, "A", OLD),))
        server.set_kind(ZONE, "SLAVE")
        try:
            with pytest.raises(RequestRejected, match="copy") as caught:
                await update(harness.open(), HOME, NEW)
        finally:
            server.set_kind(ZONE, "NATIVE")
        assert "primary" in str(caught.value.problem.hint)
        assert harness.content() == {Datum(HOME.name, "A", OLD)}

    async def test_a_key_without_zones_is_told_so(self, harness: PowerDnsHarness) -> None:
        harness.fail_http(answer(200, b"[]"))
        report = await harness.open().test()
        assert report.zones == ()
        assert "no zone" in str(report.remarks[0])

    async def test_a_zone_that_vanishes_during_a_write_is_looked_for_anew(self, harness: PowerDnsHarness) -> None:
        harness.seed(())
        provider = harness.open()
        gone = answer(404, b'{"error": "Could not find domain"}')
        harness.http.fail_next(gone, lambda request: request.method == "PATCH")
        with pytest.raises(ZoneNotFound):
            await update(provider, HOME, NEW)
        calls = provider.calls
        await update(provider, HOME, NEW)
        assert provider.calls == calls + 4

    async def test_the_records_of_a_part_of_a_zone_are_not_a_zone(self, harness: PowerDnsHarness) -> None:
        with pytest.raises(ZoneNotFound):
            await harness.open().records(f"home.{ZONE}")

    async def test_a_conflict_names_the_cure(self, harness: PowerDnsHarness) -> None:
        harness.seed((Datum(HOME.name, "CNAME", f"xhome.{ZONE}"),))
        with pytest.raises(RecordConflict) as caught:
            await harness.open().read(HOME)
        assert "CNAME" in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"5", b'"zones"', b"{}"])
async def test_an_answer_of_another_form_is_told_in_words(harness: PowerDnsHarness, body: bytes) -> None:
    provider = harness.open()
    harness.fail_http(answer(200, body))
    with pytest.raises(UnexpectedAnswer, match="is empty, or has another form"):
        await provider.read(HOME)
    await provider.aclose()
