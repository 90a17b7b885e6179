"""What the wiring makes of settings with lines."""

from __future__ import annotations

import asyncio
import errno
import random
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import ANY_WAY, Binding, Family, RecordType
from ddns_tray.core.ports import HttpRequest, HttpResponse
from ddns_tray.core.settings import AddressSettings, LineSettings, RecordSettings, Settings
from ddns_tray.http import HttpxClient
from ddns_tray.system.binding import bind_socket
from ddns_tray.system.routes import default_routes
from ddns_tray.ways import LineHttp, LineSockets, WayMaker, routes_to_routers
from tests.support.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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


@pytest.fixture
async def neighbour() -> AsyncIterator[int]:
    """A server in the house; it says one line to whoever comes."""

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def said(opened: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> bytes:
    reader, writer = opened
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return line


def nowhere(_sock: socket.socket, binding: Binding, _family: Family) -> None:
    raise OSError(errno.ENODEV, str(binding))


async def looked_up(host: str, family: Family, /) -> tuple[str, ...]:
    if family is Family.IPV6:
        raise OSError(errno.EHOSTUNREACH, host)
    return ("8.8.4.4", "127.0.0.1")


async def test_sockets_go_as_the_system_likes_while_it_does_not_send_by_a_line_that_is_dead(neighbour: int) -> None:
    sockets = LineSockets(lambda: ANY_WAY, nowhere)
    with socket.socket() as sock:
        sockets.bind(sock, "8.8.4.4")
    assert not sockets.by_choice
    assert await said(await sockets.open_connection("localhost", neighbour, happy_eyeballs_delay=0.1)) == b"hello\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "dns.example"])
async def test_by_a_chosen_line_each_address_of_a_host_is_tried_and_the_house_is_not_on_it(
    neighbour: int, host: str
) -> None:
    bound: list[tuple[str, Family]] = []

    def bind(_sock: socket.socket, binding: Binding, family: Family) -> None:
        bound.append((str(binding), family))
        raise OSError(errno.ENETUNREACH, str(binding))

    sockets = LineSockets(lambda: Binding("wwan0", spares_house=True), bind, looked_up)
    assert sockets.by_choice
    assert await said(await sockets.open_connection(host, neighbour)) == b"hello\n"
    assert bound == ([] if host == "127.0.0.1" else [("wwan0", Family.IPV4)])


@pytest.mark.parametrize("only", Family)
def test_a_line_that_is_chosen_for_one_family_leaves_the_other_alone(only: Family) -> None:
    bound: list[Family] = []

    def bind(_sock: socket.socket, _binding: Binding, family: Family) -> None:
        bound.append(family)

    sockets = LineSockets(lambda: Binding("wwan0", spares_house=True, only=only), bind, looked_up)
    for family, address in ((socket.AF_INET, "8.8.4.4"), (socket.AF_INET6, "2620:fe::fe")):
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sockets.bind(sock, address)
    assert bound == [only]
    assert sockets.by_choice is (only is Family.IPV4)
    assert [family for family in Family if Binding("wwan0", only=only).serves(family)] == [only]


async def test_a_chosen_line_that_leads_nowhere_says_so_and_no_other_is_taken() -> None:
    sockets = LineSockets(lambda: Binding("wwan0"), nowhere, looked_up)
    for host in ("8.8.4.4", "127.0.0.1", "dns.example"):
        with pytest.raises(OSError, match="wwan0"):
            await sockets.open_connection(host, 1)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock, pytest.raises(OSError, match="wwan0"):
        sockets.bind(sock, "2620:fe::fe")


def test_a_way_that_the_person_has_named_is_no_detour() -> None:
    address = AddressSettings(interface="wg0")
    assert maker().detours(Settings(address=address)) == {}


def test_the_routers_of_the_ways_that_names_follow_are_listened_to() -> None:
    assert routes_to_routers(Settings()) == (default_routes,)
    assert len(routes_to_routers(Settings(lines=(FIBRE, LTE), records=(FOLLOWING,)))) == 2
    assert len(routes_to_routers(Settings(lines=(FIBRE, LTE), records=(FOLLOWING, FREE)))) == 3
    of_nobody = Settings(lines=(LineSettings("none", "no-such-interface"),), records=(FOLLOWING,))
    assert [list(routes()) for routes in routes_to_routers(of_nobody)] == [[]]
