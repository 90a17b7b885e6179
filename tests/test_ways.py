"""What the wiring makes of settings with lines."""

from __future__ import annotations

import random
from dataclasses import replace

from ddns_tray.core.model import ANY_WAY, Binding, Family, RecordType
from ddns_tray.core.ports import HttpRequest, HttpResponse
from ddns_tray.core.settings import AddressSettings, LineSettings, RecordSettings, Settings
from ddns_tray.http import HttpxClient
from ddns_tray.system.binding import bind_socket
from ddns_tray.system.routes import default_routes
from ddns_tray.ways import LineHttp, WayMaker, routes_to_routers
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


class Recorder:
    """Notes by which way requests go."""

    def __init__(self) -> None:
        self.ways: list[str] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.ways.append(str(request.binding))
        return HttpResponse(200, {}, b"")

    async def aclose(self) -> None:
        raise AssertionError


async def test_services_are_reached_by_the_line_that_lives_unless_a_proxy_or_the_request_says_otherwise() -> None:
    recorder = Recorder()
    proxies: dict[str, str] = {}
    http = LineHttp(recorder, lambda: way, lambda: proxies)
    plain, chosen = HttpRequest("GET", "https://dns.example"), HttpRequest("GET", "x:", binding=Binding("eth7"))
    way = ANY_WAY
    await http.send(plain)
    way = Binding("wwan0")
    await http.send(plain)
    await http.send(chosen)
    proxies["https"] = "http://proxy.example:3128"
    await http.send(plain)
    await http.send(replace(plain, use_proxy=False))
    await http.aclose()
    assert recorder.ways == ["", "wwan0", "eth7", "", "wwan0"]


def test_a_way_that_the_person_has_named_is_no_detour() -> None:
    address = AddressSettings(interface="wg0")
    assert maker().detours(Settings(address=address)) == {}


def test_the_routers_of_the_ways_that_names_follow_are_listened_to() -> None:
    assert routes_to_routers(Settings()) == (default_routes,)
    assert len(routes_to_routers(Settings(lines=(FIBRE, LTE), records=(FOLLOWING,)))) == 2
    assert len(routes_to_routers(Settings(lines=(FIBRE, LTE), records=(FOLLOWING, FREE)))) == 3
    of_nobody = Settings(lines=(LineSettings("none", "no-such-interface"),), records=(FOLLOWING,))
    assert [list(routes()) for routes in routes_to_routers(of_nobody)] == [[]]
