"""DNS UPDATE with TSIG, on a real BIND and a real Knot."""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ClockSkewed,
    ConfigError,
    ConnectFailed,
    PermissionDenied,
    RequestRejected,
    ZoneNotFound,
)
from ddns_tray.core.model import Change, RecordKey, RecordType
from ddns_tray.core.ports import Secret
from ddns_tray.http import HttpxClient
from ddns_tray.providers.entry import Opening
from ddns_tray.providers.registry import checked_options, open_account, spec
from ddns_tray.providers.rfc2136 import Rfc2136
from tests.contract.suite import HOME, NEW, OLD, OTHER, Harness, ZonedContract, assert_silent, update
from tests.support.dns_servers import (
    HOST,
    SUB_ZONE,
    ZONE,
    Datum,
    UpdatableServer,
    bind_server,
    free_port,
    knot_server,
    missing_program,
)
from tests.support.faults import WireFault, tcp_relay

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping

    from ddns_tray.core.ports import Provider
    from tests.support.faults import Relay

pytestmark = pytest.mark.bed

WRONG_KEY = "d3JvbmctY2FuYXJ5LXdyb25nLWNhbmFyeQ=="


class ShiftedClock:
    """The real time, and an error that the test chooses: servers check signatures against their own clock."""

    def __init__(self, shift: float = 0.0) -> None:
        self.shift = shift

    def now(self) -> float:
        return time.time() + self.shift

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


class UpdateHarness(Harness):
    lists_zones = False

    def __init__(self, server: UpdatableServer, relay: Relay) -> None:
        self.server, self.relay = server, relay
        self.secret = server.key_secret

    def open(self, *, secret: str | None = None) -> Provider:
        return self.opened(secret or self.secret)

    def opened(self, secret: str, *, shift: float = 0.0, options: Mapping[str, str] = MappingProxyType({})) -> Rfc2136:
        given = {"server": HOST, "port": str(self.relay.port), "key_name": self.server.key_name, **options}
        service = spec("rfc2136")
        checked = checked_options("rfc2136", given)
        opening = Opening(service, checked, {"key": Secret(secret)}, HttpxClient(), ShiftedClock(shift))
        return Rfc2136(opening, timeout=2.0)

    def seed(self, data: Iterable[Datum]) -> None:
        self.server.reset(tuple(data))

    def content(self) -> set[Datum]:
        return self.server.content()

    def fail_wire(self, fault: WireFault, *, on_write: bool) -> None:
        self.relay.fail_next(fault, skip=self.exchanges_before_a_write if on_write else 0)

    exchanges_before_a_write = 1
    tells_missing_rights = True
    """Whether a good key that may not do a thing is told from a key that is not known."""


class KnotHarness(UpdateHarness):
    tells_missing_rights = False
    tests_without_a_zone = False


class UpdateContract(ZonedContract):
    """What holds for every server that keeps to RFC 2136."""

    async def test_a_zone_in_the_settings_is_listed_and_spares_questions(self, harness: UpdateHarness) -> None:
        provider = harness.opened(harness.secret, options={"zone": f"{ZONE}."})
        assert await provider.zones() == (ZONE,)
        assert provider.capabilities.list_zones
        report = await provider.test()
        assert (report.zones, [str(each) for each in report.remarks]) == ((ZONE,), [f"The key may update {ZONE}."])
        calls = provider.calls
        harness.seed((Datum(HOME.name, "A", OLD),))
        await update(provider, HOME, NEW)
        assert provider.calls == calls + 3
        await update(provider, HOME, OLD)
        assert provider.calls == calls + 5

    async def test_a_name_outside_the_zone_of_the_settings_is_refused(self, harness: UpdateHarness) -> None:
        provider = harness.opened(harness.secret, options={"zone": SUB_ZONE})
        with pytest.raises(ZoneNotFound):
            await provider.read(HOME)

    async def test_a_zone_of_another_server_is_refused(self, harness: UpdateHarness) -> None:
        provider = harness.opened(harness.secret, options={"zone": "example.net"})
        with pytest.raises((ZoneNotFound, PermissionDenied)):
            await provider.test()
        with pytest.raises((ZoneNotFound, PermissionDenied)):
            await provider.apply(Change(RecordKey("home.example.net", RecordType.A), None, (NEW,)))

    async def test_a_change_of_the_same_moment_is_not_overwritten(self, harness: UpdateHarness) -> None:
        harness.seed((Datum(HOME.name, "A", OLD),))
        provider = harness.open()
        existing = await provider.read(HOME)
        harness.seed((Datum(HOME.name, "A", OTHER),))
        with pytest.raises(RequestRejected, match="same moment"):
            await provider.apply(Change(HOME, existing, (NEW,)))
        assert harness.content() == {Datum(HOME.name, "A", OTHER)}

    async def test_a_record_that_was_created_at_the_same_moment_is_not_overwritten(
        self, harness: UpdateHarness
    ) -> None:
        harness.seed(())
        provider = harness.open()
        existing = await provider.read(HOME)
        harness.seed((Datum(HOME.name, "A", OTHER),))
        with pytest.raises(RequestRejected, match="same moment"):
            await provider.apply(Change(HOME, existing, (NEW,)))
        assert harness.content() == {Datum(HOME.name, "A", OTHER)}

    async def test_somebody_who_wrote_the_same_is_no_enemy(self, harness: UpdateHarness) -> None:
        harness.seed((Datum(HOME.name, "A", OLD),))
        provider = harness.open()
        existing = await provider.read(HOME)
        harness.seed((Datum(HOME.name, "A", NEW),))
        await provider.apply(Change(HOME, existing, (NEW,)))
        assert harness.content() == {Datum(HOME.name, "A", NEW)}

    @pytest.mark.parametrize("shift", [-3600.0, 3600.0])
    async def test_a_wrong_clock_is_named_with_both_times(
        self, harness: UpdateHarness, shift: float, caplog: pytest.LogCaptureFixture
    ) -> None:
        provider = harness.opened(harness.secret, shift=shift)
        with pytest.raises(ClockSkewed) as caught:
            await provider.read(HOME)
        fields = caught.value.problem.title.fields
        ours, theirs = (
            time.mktime(time.strptime(str(fields[name]), "%Y-%m-%d %H:%M:%S UTC")) for name in ("ours", "theirs")
        )
        assert ours - theirs == pytest.approx(shift, abs=30)
        assert_silent(caught.value, harness.secret, caplog)

    async def test_a_small_difference_of_clocks_is_fine(self, harness: UpdateHarness) -> None:
        harness.seed(())
        assert await harness.opened(harness.secret, shift=-200.0).read(HOME) is not None

    @pytest.mark.parametrize("options", [{"key_name": "stranger"}, {"key_algorithm": "hmac-sha512"}])
    async def test_a_wrong_name_or_algorithm_of_the_key_stops_and_asks(
        self, harness: UpdateHarness, options: dict[str, str]
    ) -> None:
        with pytest.raises(AuthenticationFailed) as caught:
            await harness.opened(harness.secret, options=options).read(HOME)
        assert caught.value.asks_person

    async def test_a_key_that_may_only_look_is_told_so(self, harness: UpdateHarness) -> None:
        harness.seed((Datum(HOME.name, "A", OLD),))
        small = {"key_name": "small", "key_algorithm": "hmac-sha512", "zone": ZONE}
        provider = harness.opened(harness.server.small_key_secret, options=small)
        refusal = PermissionDenied if harness.tells_missing_rights else AuthenticationFailed
        with pytest.raises(refusal) as caught:
            await provider.apply(Change(HOME, None, (NEW,)))
        assert "may" in str(caught.value.problem.hint) or "right" in str(caught.value.problem.hint)
        with pytest.raises(refusal):
            await provider.records(ZONE)
        assert provider.capabilities.list_records is not harness.tells_missing_rights
        assert harness.content() == {Datum(HOME.name, "A", OLD)}

    async def test_nobody_there_is_an_error_before_anything_was_sent(self, harness: UpdateHarness) -> None:
        provider = harness.opened(harness.secret, options={"port": str(free_port())})
        with pytest.raises(ConnectFailed) as caught:
            await provider.apply(Change(HOME, None, (NEW,)))
        assert not caught.value.sent

    async def test_a_zone_that_lies_elsewhere_is_not_written_to_from_above(self, harness: UpdateHarness) -> None:
        with pytest.raises(ZoneNotFound):
            await harness.open().read(RecordKey(f"home.elsewhere.{ZONE}", RecordType.A))
        with pytest.raises(ZoneNotFound):
            await harness.opened(harness.secret, options={"zone": ZONE}).read(
                RecordKey(f"home.elsewhere.{ZONE}", RecordType.A)
            )

    async def test_a_large_zone_is_listed_whole(self, harness: UpdateHarness) -> None:
        harness.seed(Datum(f"host{number}.{ZONE}", "A", OLD) for number in range(1500))
        listed = [item for item in await harness.open().records(ZONE) if item.key.name.startswith("host")]
        assert len(listed) == 1500


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpdatableServer]:
    absent = missing_program("named")
    if absent:
        pytest.skip(absent)
    with bind_server(tmp_path_factory.mktemp("bind")) as running:
        yield running


@pytest.fixture(scope="module")
def knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpdatableServer]:
    absent = missing_program("knotd")
    if absent:
        pytest.skip(absent)
    with knot_server(tmp_path_factory.mktemp("knot")) as running:
        yield running


class TestBind(UpdateContract):
    @pytest.fixture
    async def harness(self, bind: UpdatableServer) -> AsyncIterator[UpdateHarness]:
        async with tcp_relay(HOST, bind.port) as relay:
            yield UpdateHarness(bind, relay)


class TestKnot(UpdateContract):
    @pytest.fixture
    async def harness(self, knot: UpdatableServer) -> AsyncIterator[UpdateHarness]:
        async with tcp_relay(HOST, knot.port) as relay:
            yield KnotHarness(knot, relay)


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"port": "0"}, WRONG_KEY),
        ({"port": "domain"}, WRONG_KEY),
        ({"zone": "not a zone"}, WRONG_KEY),
        ({"key_name": "a..b"}, WRONG_KEY),
        ({"key_algorithm": "rot13"}, WRONG_KEY),
        ({}, "this is not Base64!"),
        ({}, "="),
    ],
)
def test_wrong_settings_are_refused_at_once_and_without_the_key(
    options: dict[str, str], key: str, caplog: pytest.LogCaptureFixture
) -> None:
    given = {"server": HOST, "key_name": "ddns", **options}
    with pytest.raises(ConfigError) as caught:
        open_account("rfc2136", given, {"key": Secret(key)}, http=HttpxClient(), clock=ShiftedClock())
    assert caught.value.problem.hint is not None
    assert_silent(caught.value, key, caplog) if len(key) > 1 else None
