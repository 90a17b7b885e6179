"""What the wiring makes of settings with lines."""

from __future__ import annotations

import random

from ddns_tray.core.model import Binding, Family, RecordType
from ddns_tray.core.settings import AddressSettings, LineSettings, RecordSettings, Settings
from ddns_tray.http import HttpxClient
from ddns_tray.system.binding import bind_socket
from ddns_tray.system.routes import default_routes
from ddns_tray.ways import WayMaker, routes_to_routers
from tests.support.clock import FakeClock

FIBRE, LTE = LineSettings("fibre", "eth0"), LineSettings("lte", "wwan0", sources=("stun:9.9.9.9",), quorum=1)
FOLLOWING = RecordSettings("home.example.org", (RecordType.A,), line=("fibre", "lte"))
FREE = RecordSettings("nas.example.org", (RecordType.A,))


def maker() -> WayMaker:
    return WayMaker(HttpxClient(bind=bind_socket), FakeClock(), random.Random(1))


def test_a_line_has_its_own_sources_or_those_of_all_that_can_be_bound() -> None:
    address = AddressSettings(("https:ipify.org", "static:1.1.1.1"), quorum=2)
    settings = Settings(address=address, ipv4=address, ipv6=address, lines=(FIBRE, LTE))
    fibre, lte = maker().lines(settings)
    assert [each.source for each in fibre.detectors[Family.IPV4]] == ["https:ipify.org"]
    assert [each.source for each in lte.detectors[Family.IPV4]] == ["stun:9.9.9.9"]
    assert (fibre.address[Family.IPV4].quorum, lte.address[Family.IPV4].quorum) == (2, 1)
    assert (fibre.binding, fibre.return_after) == (Binding("eth0"), 300.0)
    assert not fibre.built_in


def test_the_built_in_sources_of_a_line_are_known_as_such() -> None:
    (fibre,) = maker().lines(Settings(lines=(FIBRE,)))
    assert len(fibre.built_in) > 5
    assert "router" not in fibre.built_in


def test_the_line_of_the_house_is_asked_by_what_can_be_asked_through_it() -> None:
    address = AddressSettings(("stun:9.9.9.9", "interface:wg0"))
    home = maker().home(Settings(address=address, ipv4=address, ipv6=address))
    assert [each.source for each in home.detectors[Family.IPV4]] == ["stun:9.9.9.9"]


def test_a_way_that_the_person_has_named_is_no_detour() -> None:
    address = AddressSettings(interface="wg0")
    assert maker().detours(Settings(address=address)) == {}


def test_the_routers_of_the_ways_that_names_follow_are_listened_to() -> None:
    assert routes_to_routers(Settings()) == (default_routes,)
    assert len(routes_to_routers(Settings(lines=(FIBRE, LTE), records=(FOLLOWING,)))) == 2
    assert len(routes_to_routers(Settings(lines=(FIBRE, LTE), records=(FOLLOWING, FREE)))) == 3
    of_nobody = Settings(lines=(LineSettings("none", "no-such-interface"),), records=(FOLLOWING,))
    assert [list(routes()) for routes in routes_to_routers(of_nobody)] == [[]]
