"""Routers that lie, stall, refuse and send poisoned XML; the real one is in tests/bed/test_router.py."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import ConfigError, DetectorError, ProblemCode
from ddns_tray.core.model import Binding, DefaultRoute, Family, InterfaceAddress, SourceKind
from ddns_tray.detectors.igd import connections
from ddns_tray.detectors.natpmp import is_announcement, mapped_address, outside_address
from ddns_tray.detectors.router import AnyWayDetector, default_router
from ddns_tray.detectors.ssdp import described_at, first_answer, search_request
from ddns_tray.detectors.strange_xml import MAX_DOCUMENT, read_xml
from ddns_tray.http import HttpxClient
from tests.support.clock import FakeClock
from tests.support.detecting import detector_of, detectors_of
from tests.support.http_server import Answer, Fault, HttpServer
from tests.support.stun_server import udp_script

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from ddns_tray.core.model import Sighting

ADDRESS = "203.0.113.7"
GOOD = struct.pack("!BBHI", 0, 128, 0, 99) + ip_address(ADDRESS).packed
FORGED = struct.pack("!BBHI", 0, 128, 0, 99) + ip_address("198.51.100.66").packed


@pytest.fixture
async def http() -> AsyncIterator[HttpxClient]:
    http = HttpxClient()
    yield http
    await http.aclose()


def code_of(sighting: Sighting) -> ProblemCode | None:
    assert (sighting.address is None) is (sighting.problem is not None)
    return sighting.problem.code if sighting.problem else None


# --- NAT-PMP ---


async def natpmp(script: Callable[[bytes, int], Sequence[bytes]], limit: float = 5.0) -> Sighting:
    async with udp_script(script) as server:
        return await detector_of(f"natpmp:127.0.0.1:{server.port}", timeout=limit).detect(Family.IPV4)


async def test_an_answer_of_twelve_octets_is_an_address() -> None:
    sighting = await natpmp(lambda request, _: [GOOD] if request == b"\0\0" else [])
    assert (sighting.address, sighting.kind, sighting.origin) == (ip_address(ADDRESS), SourceKind.ROUTER, "router")


@pytest.mark.parametrize(
    "noise",
    [
        b"", b"\0\x80", GOOD[:11], GOOD + b"\0", bytes(24), GOOD.replace(b"\x80", b"\x81", 1), b"\0\0" + GOOD[2:],
        b"\x01" + GOOD[1:],
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_passed_over(noise: bytes) -> None:
    assert outside_address(noise) is None
    sighting = await natpmp(lambda *_: [noise, GOOD])
    assert sighting.address == ip_address(ADDRESS)


async def test_an_answer_of_somebody_else_is_not_heard() -> None:
    """Neither from another port of the router's address, nor from another address with the right port."""
    clients: list[tuple[str, int]] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
        forger.bind(("127.0.0.1", 0))

        def script(_: bytes, number: int) -> list[bytes]:
            forger.sendto(FORGED, clients[number])
            return [GOOD] if number else []

        async with udp_script(script) as server:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as neighbour:
                neighbour.bind(("127.0.0.9", server.port))
                original = server.datagram_received

                def noting(data: bytes, addr: tuple[str, int]) -> None:
                    clients.append(addr)
                    neighbour.sendto(FORGED, addr)
                    original(data, addr)

                server.datagram_received = noting  # type: ignore[method-assign]  # to know whom to forge for
                sighting = await detector_of(f"natpmp:127.0.0.1:{server.port}").detect(Family.IPV4)
    assert sighting.address == ip_address(ADDRESS)
    assert len(clients) == 2


@pytest.mark.parametrize(
    ("result", "code"), [(2, ProblemCode.DETECTOR), (3, ProblemCode.NO_OUTSIDE_ADDRESS), (4, ProblemCode.DETECTOR)]
)
async def test_a_refusal_ends_the_look_at_once(result: int, code: ProblemCode) -> None:
    started = time.monotonic()
    sighting = await natpmp(lambda *_: [struct.pack("!BBHI", 0, 128, result, 99) + bytes(4)])
    assert code_of(sighting) is code
    assert time.monotonic() - started < 1


async def test_a_router_without_a_connection_may_say_so_with_an_address_of_zeros() -> None:
    natpmp_answer = struct.pack("!BBHI", 0, 128, 0, 99) + bytes(4)
    assert code_of(await natpmp(lambda *_: [natpmp_answer])) is ProblemCode.NO_OUTSIDE_ADDRESS
    async with udp_script(lambda request, _: [pcp_map(request, address="0.0.0.0")]) as server:
        sighting = await detector_of(f"pcp:127.0.0.1:{server.port}").detect(Family.IPV4)
    assert code_of(sighting) is ProblemCode.NO_OUTSIDE_ADDRESS


async def test_silence_ends_in_time() -> None:
    started = time.monotonic()
    assert code_of(await natpmp(lambda *_: [], 0.4)) is ProblemCode.TIMED_OUT
    assert time.monotonic() - started < 2


# --- PCP ---


def pcp_map(request: bytes, *, result: int = 0, address: str = ADDRESS, nonce: bytes | None = None) -> bytes:
    head = struct.pack("!BBBBII", 2, 0x81, 0, result, 60, 99) + bytes(12)
    outside = IPv6Address(f"::ffff:{address}").packed
    return head + (nonce or request[24:36]) + request[36:42] + struct.pack("!H", 5000) + outside


def pcp_only(request: bytes, _: int) -> list[bytes]:
    if request[0] == 0:
        return [struct.pack("!BBBBII", 2, 0x80, 0, 1, 60, 99) + bytes(12)]
    return [pcp_map(request)]


def natpmp_only(request: bytes, _: int) -> list[bytes]:
    return [GOOD] if request[0] == 0 else [struct.pack("!BBHI", 0, 129, 1, 99)]


@pytest.mark.parametrize("scheme", ["natpmp", "pcp"])
@pytest.mark.parametrize("router", [pcp_only, natpmp_only])
async def test_the_two_protocols_find_out_which_version_the_router_speaks(
    scheme: str, router: Callable[[bytes, int], list[bytes]]
) -> None:
    async with udp_script(router) as server:
        sighting = await detector_of(f"{scheme}:127.0.0.1:{server.port}").detect(Family.IPV4)
    assert (sighting.address, sighting.problem) == (ip_address(ADDRESS), None)


async def test_a_mapping_is_of_our_own_port_and_given_back() -> None:
    async with udp_script(pcp_only) as server:
        await detector_of(f"pcp:127.0.0.1:{server.port}").detect(Family.IPV4)
    taken, returned = server.asked
    assert len(taken) == 60
    assert IPv6Address(taken[8:24]).ipv4_mapped == ip_address("127.0.0.1")
    assert (taken[36], int.from_bytes(taken[4:8])) == (17, 60)
    assert int.from_bytes(taken[40:42]) > 1023
    assert returned == taken[:4] + bytes(4) + taken[8:]


async def test_an_answer_with_another_nonce_is_passed_over() -> None:
    async with udp_script(lambda request, _: [pcp_map(request, nonce=bytes(12), address="198.51.100.66")]) as server:
        sighting = await detector_of(f"pcp:127.0.0.1:{server.port}", timeout=0.4).detect(Family.IPV4)
    assert code_of(sighting) is ProblemCode.TIMED_OUT


@pytest.mark.parametrize(("result", "code"), [(2, ProblemCode.DETECTOR), (7, ProblemCode.NO_OUTSIDE_ADDRESS)])
async def test_a_refused_mapping_is_told(result: int, code: ProblemCode) -> None:
    async with udp_script(lambda request, _: [pcp_map(request, result=result)]) as server:
        assert code_of(await detector_of(f"pcp:127.0.0.1:{server.port}").detect(Family.IPV4)) is code


@pytest.mark.parametrize("noise", [b"", bytes(8), bytes(2000), b"\x02\x81" + bytes(20), b"\x02\x01" + bytes(58)])
def test_noise_is_no_mapping(noise: bytes) -> None:
    assert mapped_address(noise, bytes(12)) is None


def test_announcements_are_known_by_shape_and_hold_no_address_of_use() -> None:
    assert is_announcement(GOOD)
    assert is_announcement(struct.pack("!BBBBII", 2, 0x80, 0, 0, 0, 99) + bytes(12))
    for noise in (b"", b"\0", GOOD[:8], bytes(24), b"\x02\x81" + bytes(22), b"\x02\x00" + bytes(22)):
        assert not is_announcement(noise)


# --- UPnP ---


def description(
    control: str = "/ctl/IPConn",
    kind: str = "urn:schemas-upnp-org:service:WANIPConnection:1",
    *,
    prefix: str = "",
    base: str = "",
) -> bytes:
    url_base = f"<{prefix}URLBase>{base}</{prefix}URLBase>" if base else ""
    device = (
        f"<{prefix}serviceList><{prefix}service><{prefix}serviceType>{kind}</{prefix}serviceType>"
        f"<{prefix}controlURL>{control}</{prefix}controlURL><{prefix}eventSubURL>/evt/IPConn</{prefix}eventSubURL>"
        f"</{prefix}service></{prefix}serviceList>"
    )
    space = f' xmlns:{prefix[:-1]}="urn:strange"' if prefix else ' xmlns="urn:schemas-upnp-org:device-1-0"'
    root = f"<{prefix}root{space}>{url_base}<{prefix}device>{device}</{prefix}device></{prefix}root>"
    return f'<?xml version="1.0"?>{root}'.encode()


def told(address: str) -> bytes:
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<u:GetExternalIPAddressResponse xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1">'
        f"<NewExternalIPAddress>{address}</NewExternalIPAddress></u:GetExternalIPAddressResponse></s:Body></s:Envelope>"
    ).encode()


async def upnp(http: HttpxClient, described: Answer, answered: Answer | None = None, limit: float = 5.0) -> Sighting:
    script = {"/root.xml": described, "/ctl/IPConn": answered or Answer(body=told(ADDRESS))}
    async with HttpServer(dict(script)) as server:
        return await detector_of(f"upnp:{server.url('/root.xml')}", http=http, timeout=limit).detect(Family.IPV4)


@pytest.mark.parametrize(
    "described",
    [description(), description(prefix="x:"), description("ctl/IPConn"), description(base="http://127.0.0.1:{port}/")],
    ids=["usual", "strange namespace", "relative", "base"],
)
async def test_the_description_leads_to_the_address(http: HttpxClient, described: bytes) -> None:
    server = HttpServer({"/ctl/IPConn": Answer(body=told(ADDRESS))})
    async with server:
        server.script["/root.xml"] = Answer(body=described.replace(b"{port}", str(server.port).encode()))
        detector = detector_of(f"upnp:{server.url('/root.xml')}", http=http)
        sightings = [await detector.detect(Family.IPV4) for _ in range(2)]
    assert [each.address for each in sightings] == [ip_address(ADDRESS)] * 2
    assert [each.path for each in server.requests] == ["/root.xml", "/ctl/IPConn", "/ctl/IPConn"]
    action = server.requests[1].headers["soapaction"]
    assert action == '"urn:schemas-upnp-org:service:WANIPConnection:1#GetExternalIPAddress"'


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<root><NewExternalIPAddress>&b;</NewExternalIPAddress></root>"""
SECRET = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><root>&f;</root>"""


def test_a_document_type_ends_the_reading_even_where_it_declares_nothing() -> None:
    told = b"<root><NewExternalIPAddress>203.0.113.7</NewExternalIPAddress></root>"
    assert read_xml(told).value("NewExternalIPAddress") == "203.0.113.7"
    with pytest.raises(DetectorError):
        read_xml(b'<!DOCTYPE root SYSTEM "http://evil.example/x.dtd">' + told)


@pytest.mark.parametrize(
    "document",
    [
        b"", b"no xml", b"<html><body>Sign in</html>", b"<root>" * 40 + b"</root>" * 40, BOMB, SECRET,
        BOMB.decode().encode("utf-16"), b"<root>" + b"<a/>" * 6000 + b"</root>", b"<root>&unknown;</root>",
        b"\xff\xfe<root/>", b'<?xml version="1.0" encoding="nonsense"?><root/>',
        b"<root>" + b" " * MAX_DOCUMENT + b"</root>",
    ],
)  # fmt: skip
async def test_poisoned_xml_is_refused_wherever_it_stands(http: HttpxClient, document: bytes) -> None:
    with pytest.raises(DetectorError):
        read_xml(document)
    for described, answered in ((document, told(ADDRESS)), (description(), document)):
        sighting = await upnp(http, Answer(body=described), Answer(body=answered))
        assert code_of(sighting) is not None


async def test_a_hundred_megabytes_are_not_read(http: HttpxClient) -> None:
    huge = Answer(body=b"<root>" + b" " * 99_994, repeat=1000)
    started = time.monotonic()
    assert code_of(await upnp(http, huge)) is ProblemCode.ANSWER_TOO_LARGE
    assert code_of(await upnp(http, Answer(body=description()), huge)) is ProblemCode.ANSWER_TOO_LARGE
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("answered", "code"),
    [
        (Answer(body=told("")), ProblemCode.NO_OUTSIDE_ADDRESS),
        (Answer(body=told("0.0.0.0")), ProblemCode.NO_OUTSIDE_ADDRESS),
        (Answer(body=told("127.0.0.1")), ProblemCode.NOT_AN_ADDRESS),
        (Answer(body=told("2001:db8::1")), ProblemCode.WRONG_FAMILY),
        (Answer(body=told("1.2.3.4</NewExternalIPAddress><NewExternalIPAddress>5.6.7.8")), ProblemCode.NOT_AN_ADDRESS),
        (Answer(body=b"<x/>"), ProblemCode.NOT_AN_ADDRESS),
        (Answer(500, b"<e><errorCode>501</errorCode></e>"), ProblemCode.DETECTOR),
        (Answer(500, b"broken"), ProblemCode.DETECTOR),
        (Answer(fault=Fault.CUT), ProblemCode.CONNECTION_LOST),
    ],
)
async def test_what_is_no_address_is_a_problem(http: HttpxClient, answered: Answer, code: ProblemCode) -> None:
    assert code_of(await upnp(http, Answer(body=description()), answered)) is code


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.STALL_IN_BODY, Fault.DRIP])
async def test_a_router_that_stalls_costs_no_more_than_the_limit(http: HttpxClient, fault: Fault) -> None:
    started = time.monotonic()
    assert code_of(await upnp(http, Answer(body=description(), fault=fault), limit=0.4)) is ProblemCode.TIMED_OUT
    stalled = await upnp(http, Answer(body=description()), Answer(body=told(ADDRESS), fault=fault), limit=0.4)
    assert code_of(stalled) is ProblemCode.TIMED_OUT
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "control",
    [
        "http://192.0.2.9/ctl",
        "https://127.0.0.1/ctl",
        "//evil.example/ctl",
        "http://u@127.0.0.1/ctl",
        "http://[/",
        "file:///x",
    ],
)
def test_a_description_cannot_send_us_elsewhere(control: str) -> None:
    assert connections(read_xml(description(control)), "http://127.0.0.1:5000/root.xml") == ()


async def test_a_router_with_nothing_to_tell_is_refused(http: HttpxClient) -> None:
    for described in (
        Answer(404, b"gone"),
        Answer(body=description(kind="urn:schemas-upnp-org:service:Layer3Forwarding:1")),
    ):
        assert code_of(await upnp(http, described)) is ProblemCode.DETECTOR


def test_only_the_sender_of_an_answer_can_be_where_it_leads() -> None:
    def answer(
        location: str,
        status: str = "HTTP/1.1 200 OK",
        target: str = "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    ) -> bytes:
        return f"{status}\r\nCACHE-CONTROL: max-age=120\r\nst: {target}\r\nLocation: {location}\r\n\r\n".encode()

    good = "http://192.168.1.1:5000/rootDesc.xml"
    assert described_at(answer(good), "192.168.1.1") == good
    for wrong in (
        answer("http://192.168.1.66:5000/rootDesc.xml"), answer("http://evil.example/"), answer("https://192.168.1.1/"),
        answer("http://192.168.1.1:99999/"), answer("http://192.168.1.1:0/"), answer(""), answer("http://[::1"),
        answer(good, "HTTP/1.1 404 Not Found"), answer(good, "NOTIFY * HTTP/1.1"), answer(good, target="ssdp:all"),
        b"", b"\xff\xfe", b"HTTP/1.1 200 OK",
    ):  # fmt: skip
        assert described_at(wrong, "192.168.1.1") is None


async def test_a_neighbour_that_answers_a_search_first_is_not_heard() -> None:
    def answer(host: str) -> bytes:
        target = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
        return f"HTTP/1.1 200 OK\r\nST: {target}\r\nLOCATION: http://{host}:5000/root.xml\r\n\r\n".encode()

    with contextlib.ExitStack() as stack:
        searcher, router, neighbour = (
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(3)
        )
        searcher.setblocking(False)
        for each, host in ((searcher, "127.0.0.1"), (router, "127.0.0.1"), (neighbour, "127.0.0.9")):
            each.bind((host, 0))
        neighbour.sendto(answer("127.0.0.9"), searcher.getsockname())
        router.sendto(answer("127.0.0.1"), searcher.getsockname())
        async with asyncio.timeout(5):
            assert await first_answer(searcher, "127.0.0.1") == "http://127.0.0.1:5000/root.xml"


def test_a_search_is_that_of_the_standard() -> None:
    sent = search_request("urn:x", "239.255.255.250").decode()
    assert sent.startswith("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n")
    assert sent.endswith("\r\nST: urn:x\r\n\r\n")
    assert 'MAN: "ssdp:discover"' in sent


# --- whichever works ---


async def test_the_first_that_works_is_kept_until_it_fails() -> None:
    asked: list[str] = []
    silent = asyncio.Event()

    async def quick(_router: str, _: float) -> object:
        asked.append("quick")
        if len(asked) > 4:
            raise DetectorError_("no more")
        return ip_address(ADDRESS)

    async def slow(_router: str, _: float) -> object:
        asked.append("slow")
        if len(asked) < 5:
            await silent.wait()
        return ip_address("203.0.113.8")

    detector = AnyWayDetector("router", (slow, quick), _tools())  # type: ignore[arg-type]  # ways that count
    seen = [(await detector.detect(Family.IPV4)).address for _ in range(4)]
    assert seen == [ip_address(ADDRESS)] * 3 + [ip_address("203.0.113.8")]
    assert asked == ["slow", "quick", "quick", "quick", "quick", "slow", "quick"]


def DetectorError_(message: str) -> DetectorError:  # noqa: N802 - short for a test
    from ddns_tray.core.text import text

    return DetectorError(text("{message}", message=message))


def _tools() -> object:
    from ddns_tray.detectors.base import Tools

    return Tools(
        http=HttpxClient(),
        clock=FakeClock(),
        interfaces=tuple,
        chance=None,
        quorum=2,
        timeout=2.0,
        environment={},
        routes=lambda: (DefaultRoute(Family.IPV4, "eth0", ip_address("127.0.0.1")),),
    )


def test_the_router_of_the_house_is_found_behind_a_tunnel() -> None:
    tunnel = DefaultRoute(Family.IPV4, "tun0", None, 0)
    six = DefaultRoute(Family.IPV6, "eth0", ip_address("fe80::1"), 0)
    home = DefaultRoute(Family.IPV4, "eth0", ip_address("192.168.1.1"), 100)
    assert default_router(lambda: (six, tunnel, home)) == "192.168.1.1"


async def test_without_a_router_or_with_no_routes_to_read_there_is_a_problem() -> None:
    def broken() -> tuple[DefaultRoute, ...]:
        raise OSError(5, "no such table")

    for routes in ((), broken):
        for source in ("router", "natpmp:", "upnp:"):
            sighting = await detector_of(source, routes=routes).detect(Family.IPV4)
            assert code_of(sighting) is ProblemCode.DETECTOR


async def test_a_router_is_not_asked_for_ipv6() -> None:
    assert code_of(await detector_of("router").detect(Family.IPV6)) is ProblemCode.WRONG_FAMILY


@pytest.mark.parametrize(
    "source",
    ["natpmp", "upnp", "natpmp:router", "natpmp:1.2.3.4:0", "pcp:1.2.3.4:x", "upnp:1.2.3.4:5000", "upnp:http://router/x",
     "upnp:http://u@1.2.3.4/x", "router:1.2.3.4"],
)  # fmt: skip
def test_a_source_that_names_no_router_is_refused(source: str) -> None:
    with pytest.raises(ConfigError):
        detectors_of(source)


def test_the_router_comes_first_and_one_witness_of_another_kind_with_it() -> None:
    detectors = detectors_of("router", "https", "stun", "dns", family=Family.IPV4)
    assert [each.kind for each in detectors if each.rank == 0] == [SourceKind.ROUTER, SourceKind.HTTPS]
    assert [each.kind for each in detectors if each.rank == 1] == [SourceKind.STUN, SourceKind.DNS]
    six = detectors_of("router", "https", "stun", "dns", family=Family.IPV6)
    assert [each.kind for each in six if each.rank == 0] == [SourceKind.HTTPS, SourceKind.STUN]


def test_a_line_has_the_router_of_its_own_interface() -> None:
    fibre = DefaultRoute(Family.IPV4, "eth0", ip_address("192.168.1.1"), 100)
    lte = DefaultRoute(Family.IPV4, "wwan0", ip_address("192.168.8.1"), 200)
    table = (InterfaceAddress("wwan0", ip_address("192.168.8.2"), 24),)
    ours = Binding(local_address=ip_address("192.168.8.2"))
    assert default_router(lambda: (fibre, lte), Binding("wwan0")) == "192.168.8.1"
    assert default_router(lambda: (fibre, lte), ours, lambda: table) == "192.168.8.1"
    with pytest.raises(DetectorError, match="no router on the way of wlan0"):
        default_router(lambda: (fibre, lte), Binding("wlan0"))
