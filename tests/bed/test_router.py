"""What a real router says: found by itself, asked in three languages, with an address, without one, behind another."""

from __future__ import annotations

import time
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.agree import agree
from ddns_tray.core.errors import ProblemCode
from ddns_tray.core.model import AddressState, DefaultRoute, Family, SourceKind
from ddns_tray.http import HttpxClient
from ddns_tray.system.routes import default_routes
from tests.support.clock import FakeClock
from tests.support.detecting import detector_of
from tests.support.igd import ROUTER, WAN, House, house, missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ddns_tray.core.model import Sighting

pytestmark = [
    pytest.mark.bed,
    pytest.mark.xdist_group("bed"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]

SOURCES = ("router", "natpmp:", "pcp:", "upnp:", f"natpmp:{ROUTER}", f"upnp:{ROUTER}")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as built:
        yield built


def look(home: House, *sources: str) -> list[Sighting]:
    async def main() -> list[Sighting]:
        http = HttpxClient()
        try:
            return [await detector_of(each, http=http, routes=default_routes).detect(Family.IPV4) for each in sources]
        finally:
            await http.aclose()

    return home.run(main)


def test_the_router_is_found_by_the_default_route(home: House) -> None:
    assert home.at_client(default_routes) == (DefaultRoute(Family.IPV4, "eth0", ip_address(ROUTER), 0),)


def test_every_protocol_tells_the_outside_address_and_the_next_one(home: House) -> None:
    for sighting in look(home, *SOURCES):
        assert (sighting.address, sighting.problem) == (ip_address(WAN), None), sighting
        assert (sighting.kind, sighting.origin) == (SourceKind.ROUTER, "router")
    home.drop_wan(WAN)
    home.add_wan("11.22.44.55")
    assert {sighting.address for sighting in look(home, *SOURCES)} == {ip_address("11.22.44.55")}


def test_a_source_keeps_to_what_worked_and_follows_the_router_when_that_ends(home: House) -> None:
    async def main() -> list[Sighting]:
        http = HttpxClient()
        try:
            detectors = [detector_of(each, http=http, routes=default_routes) for each in ("router", "upnp:")]
            before = [await each.detect(Family.IPV4) for each in detectors]
            home.stop_daemon()
            home.start_daemon()
            return [*before, *[await each.detect(Family.IPV4) for each in detectors]]
        finally:
            await http.aclose()

    assert [each.address for each in home.run(main)] == [ip_address(WAN)] * 4


def test_a_router_without_a_connection_is_a_failure_and_not_the_absence_of_an_address(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.drop_wan(WAN)
        sightings = look(home, *SOURCES)
    for sighting in sightings:
        assert sighting.address is None
        assert sighting.problem is not None, sighting
    conclusion = agree(Family.IPV4, sightings, quorum=2, allow_private=False, previous=None, now=FakeClock().now())
    assert conclusion.state is AddressState.UNKNOWN


@pytest.mark.parametrize("wan", ["192.168.7.2", "100.64.3.2"])
def test_a_router_behind_another_one_is_no_witness_for_any_address(tmp_path: Path, wan: str) -> None:
    """This one then says that it has none; others tell the private one, which agreement refuses."""
    with house(tmp_path, wan=wan) as home:
        sightings = look(home, "router", "natpmp:", "upnp:")
    assert {each.problem.code for each in sightings if each.problem} == {ProblemCode.NO_OUTSIDE_ADDRESS}
    conclusion = agree(Family.IPV4, sightings, quorum=1, allow_private=False, previous=None, now=FakeClock().now())
    assert conclusion.address is None


def test_a_router_that_is_not_there_costs_no_more_than_five_seconds(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.stop_daemon()
        started = time.monotonic()
        (sighting,) = look(home, "router")
    assert sighting.problem is not None
    assert time.monotonic() - started < 5.5
