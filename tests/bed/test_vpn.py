"""A real tunnel takes our traffic, in the three ways in which VPN programs do it: it is recognised, and passed by."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import AddressState, AddressView, Detour, Family, RecordType
from ddns_tray.core.settings import AddressSettings, RecordSettings, Settings
from ddns_tray.engine import RoundRequest
from ddns_tray.http import HttpxClient
from ddns_tray.system.binding import bind_socket
from ddns_tray.system.detours import carriers, detours
from ddns_tray.system.interfaces import interface_addresses
from ddns_tray.ways import WayMaker, built_in, per_family
from tests.support.engine_fakes import HOME, World
from tests.support.uplinks import WORLD, Uplinks, ip, missing, uplinks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ddns_tray.core.model import Snapshot
    from ddns_tray.engine.setup import EngineSetup

pytestmark = [pytest.mark.bed, pytest.mark.skipif(missing() is not None, reason=str(missing()))]

FIBRE, EXIT = "11.22.33.44", "185.1.2.3"
VIA = ("via", "10.81.0.1", "dev", "vpn0")


@pytest.fixture(scope="module")
def computer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Uplinks]:
    with uplinks(tmp_path_factory.mktemp("vpn")) as built:
        built.add("eth0", metric=100, sees=FIBRE)
        built.add("vpn0", metric=None, sees=EXIT, tunnel=True)
        yield built


@pytest.fixture(params=["a default route", "two halves", "a table of its own"])
def vpn(computer: Uplinks, request: pytest.FixtureRequest) -> Iterator[Uplinks]:
    """The VPN is on, in one of three ways."""
    steps: list[tuple[str, ...]]
    if request.param == "a default route":
        steps = [("route", "default", *VIA, "metric", "50")]
    elif request.param == "two halves":
        steps = [("route", "0.0.0.0/1", *VIA), ("route", "128.0.0.0/1", *VIA)]
    else:
        steps = [
            ("route", "default", *VIA, "table", "51820"),
            ("rule", "not", "fwmark", "51820", "table", "51820", "priority", "200"),
            ("rule", "table", "main", "suppress_prefixlength", "0", "priority", "100"),
        ]
    for what, *how in steps:
        ip("-n", computer.client, what, "add", *how)
    yield computer
    for what, *how in reversed(steps):
        ip("-n", computer.client, what, "del", *how)


def test_without_a_vpn_there_is_no_detour(computer: Uplinks) -> None:
    assert computer.at_client(detours) == {}


def test_a_tunnel_that_takes_our_traffic_is_recognised(vpn: Uplinks) -> None:
    assert vpn.at_client(detours) == {Family.IPV4: Detour(Family.IPV4, "vpn0", "eth0", tunnel=True)}


def test_what_carries_the_tunnel_is_the_line_of_the_house(vpn: Uplinks) -> None:
    assert vpn.at_client(carriers) == {"eth0"}


def test_a_tunnel_that_only_leads_to_an_office_is_none(computer: Uplinks) -> None:
    ip("-n", computer.client, "route", "add", "172.20.0.0/16", *VIA)
    try:
        assert computer.at_client(detours) == {}
    finally:
        ip("-n", computer.client, "route", "del", "172.20.0.0/16", *VIA)


def test_a_tunnel_without_any_other_way_has_no_home(computer: Uplinks) -> None:
    default = ("default", "via", "10.80.0.1", "metric", "100")
    ip("-n", computer.client, "route", "add", "default", *VIA, "metric", "50")
    ip("-n", computer.client, "route", "del", *default)
    try:
        assert computer.at_client(detours) == {Family.IPV4: Detour(Family.IPV4, "vpn0", None, tunnel=True)}
        assert seen_and_written(computer, AddressView.HOME)[1] == ("8.8.8.8",)
        assert seen_and_written(computer, AddressView.WORLD)[1] == (EXIT,)
    finally:
        ip("-n", computer.client, "route", "add", *default)
        ip("-n", computer.client, "route", "del", "default", *VIA, "metric", "50")


@dataclass
class Rig(World):
    """An engine with real ways and sources; the provider and the DNS are fakes."""

    view: AddressView

    def __post_init__(self) -> None:
        self.http = HttpxClient(bind=bind_socket)
        record = RecordSettings(HOME.name, (RecordType.A,), account="home", view=self.view)
        super().__init__(records=(record,))

    def setup(self) -> EngineSetup:
        address = AddressSettings((f"http://{WORLD}/", f"stun:{WORLD}"), quorum=2)
        settings = Settings(address=address, ipv4=address, ipv6=address, records=self.records)
        ways = WayMaker(self.http, self.clock, random.Random(1))
        detectors = ways.world(settings)
        return replace(
            super().setup(),
            detectors=detectors,
            address=per_family(settings),
            built_in=built_in(per_family(settings), detectors),
            interfaces=interface_addresses,
            home=lambda: ways.home(settings),
            detours=lambda: ways.detours(settings),
        )


def seen_and_written(computer: Uplinks, view: AddressView) -> tuple[Snapshot, tuple[str, ...]]:
    async def main() -> tuple[Snapshot, tuple[str, ...]]:
        rig = Rig(view)
        try:
            await rig.engine.run_once(RoundRequest())
            return rig.shown(), rig.provider.content[HOME]
        finally:
            await rig.engine.aclose()
            await rig.http.aclose()

    return computer.run(main)


def test_home_and_world_are_told_apart_by_the_web_and_by_stun(vpn: Uplinks) -> None:
    shown, written = seen_and_written(vpn, AddressView.AUTO)
    assert written == ("8.8.8.8",)  # as it stood there before
    assert str(shown.addresses[Family.IPV4].address) == EXIT
    assert str(shown.home[Family.IPV4].address) == FIBRE
    assert shown.home[Family.IPV4].state is AddressState.AGREED
    assert shown.records[0].verdict.reason.code == "address_undecided"


@pytest.mark.parametrize(("view", "address"), [(AddressView.HOME, FIBRE), (AddressView.WORLD, EXIT)])
def test_the_person_chooses(vpn: Uplinks, view: AddressView, address: str) -> None:
    assert seen_and_written(vpn, view)[1] == (address,)


def test_a_vpn_that_leaves_no_way_beside_it_moves_nothing(vpn: Uplinks) -> None:
    vpn.ways["eth0"].see()
    try:
        shown, written = seen_and_written(vpn, AddressView.HOME)
    finally:
        vpn.ways["eth0"].see(FIBRE)
    assert written == ("8.8.8.8",)
    assert shown.home[Family.IPV4].address is None


@pytest.mark.parametrize("view", list(AddressView))
def test_without_a_vpn_all_views_are_one(computer: Uplinks, view: AddressView) -> None:
    shown, written = seen_and_written(computer, view)
    assert written == (FIBRE,)
    assert not shown.detours
    assert not shown.home
