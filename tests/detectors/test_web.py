"""Web sources against a real server that answers well, badly, and with malice."""

from __future__ import annotations

import asyncio
import gzip
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import ConfigError, ProblemCode
from ddns_tray.core.model import Family, SourceKind
from ddns_tray.core.ports import HttpRequest, HttpResponse
from ddns_tray.detectors.web import REST_WHEN_REFUSED
from ddns_tray.http import HttpxClient
from tests.support.certificates import CertificateAuthority
from tests.support.clock import FakeClock
from tests.support.detecting import detector_of, detectors_of
from tests.support.http_server import Answer, Fault, Framing, HttpServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BODY = b"203.0.113.7\n"
SOON = 0.3


@pytest.fixture
async def http() -> AsyncIterator[HttpxClient]:
    http = HttpxClient()
    yield http
    await http.aclose()


async def _code(answer: Answer, http: HttpxClient, limit: float = 5.0) -> ProblemCode | None:
    async with HttpServer({"/": answer}) as server:
        sighting = await detector_of(server.url(), http=http, timeout=limit).detect(Family.IPV4)
    assert (sighting.address is None) is (sighting.problem is not None)
    assert sighting.problem is None or sighting.problem.hint is not None
    return sighting.problem.code if sighting.problem else None


@pytest.mark.parametrize(
    ("family", "host", "body", "address"),
    [
        (Family.IPV4, "127.0.0.1", BODY, "203.0.113.7"),
        (Family.IPV6, "::1", b'{"ip":"2001:db8::7"}', "2001:db8::7"),
    ],
)
async def test_an_address_is_seen_over_its_own_family(
    http: HttpxClient, family: Family, host: str, body: bytes, address: str
) -> None:
    clock = FakeClock()
    async with HttpServer({"/ip": Answer(body=body)}, host=host) as server:
        detector = detector_of(server.url("/ip"), http=http, clock=clock)
        sighting = await detector.detect(family)
    assert sighting.address == ip_address(address)
    assert (sighting.problem, sighting.family, sighting.kind) == (None, family, SourceKind.HTTP)
    assert (sighting.source, sighting.origin, sighting.at) == (server.url("/ip"), host, clock.now())
    assert detector.families == {family}
    assert server.requests[0].peer == host


async def test_a_host_name_is_asked_over_the_family_in_question_only(http: HttpxClient) -> None:
    async with (
        HttpServer({"/": Answer(body=BODY)}) as four,
        HttpServer({"/": Answer(body=b"2001:db8::7")}, host="::1", port=four.port) as six,
    ):
        detector = detector_of(four.url(host="localhost"), http=http)
        assert (await detector.detect(Family.IPV4)).address == ip_address("203.0.113.7")
        sighting = await detector.detect(Family.IPV6)
    # Not every machine lists ::1 under localhost; where it does not, there is no IPv6 address to ask.
    if six.requests:
        assert sighting.address == ip_address("2001:db8::7")
    else:
        assert "no IPv6 address" in str(sighting.problem and sighting.problem.title)
    assert len(four.requests) == 1


async def test_a_private_address_is_reported_for_the_quorum_to_refuse(http: HttpxClient) -> None:
    assert await _code(Answer(body=b"192.168.1.1"), http) is None


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(body=b"<!DOCTYPE html><p>Your address is 203.0.113.7</p>"), ProblemCode.NOT_AN_ADDRESS),
        (Answer(body=b"203.0.113.7\n203.0.113.8\n"), ProblemCode.NOT_AN_ADDRESS),
        (Answer(body=b""), ProblemCode.NOT_AN_ADDRESS),
        (Answer(204), ProblemCode.DETECTOR),
        (Answer(body=b"1" * 10_000, repeat=1_000), ProblemCode.ANSWER_TOO_LARGE),
        (Answer(body=b"1" * 10_000, repeat=1_000, framing=Framing.CHUNKED), ProblemCode.ANSWER_TOO_LARGE),
        (
            Answer(body=gzip.compress(b"1" * 10_000_000), headers=(("Content-Encoding", "gzip"),)),
            ProblemCode.ANSWER_TOO_LARGE,
        ),
        (Answer(body=b"2001:db8::7"), ProblemCode.WRONG_FAMILY),
        (Answer(body=b"::ffff:203.0.113.7"), ProblemCode.NOT_AN_ADDRESS),
        (Answer(body=b"127.0.0.1"), ProblemCode.NOT_AN_ADDRESS),
        (Answer(404, BODY), ProblemCode.DETECTOR),
        (Answer(500, BODY), ProblemCode.DETECTOR),
        (Answer(302, BODY, (("Location", "https://portal.example/login"),)), ProblemCode.DETECTOR),
        (Answer(fault=Fault.STALL), ProblemCode.TIMED_OUT),
        (Answer(body=BODY, fault=Fault.STALL_IN_BODY), ProblemCode.TIMED_OUT),
        (Answer(body=BODY, fault=Fault.CUT), ProblemCode.CONNECTION_LOST),
        (Answer(body=BODY, fault=Fault.CUT_IN_BODY), ProblemCode.CONNECTION_LOST),
        (Answer(body=BODY, fault=Fault.CUT_IN_BODY, framing=Framing.CHUNKED), ProblemCode.CONNECTION_LOST),
        (Answer(raw=b"nonsense"), ProblemCode.CONNECTION_LOST),
    ],
)
async def test_a_hostile_answer_is_a_problem_and_never_an_address(
    http: HttpxClient, answer: Answer, code: ProblemCode
) -> None:
    assert await _code(answer, http, SOON if code is ProblemCode.TIMED_OUT else 5.0) is code


async def test_an_answer_that_comes_in_drops_is_given_up_in_time(http: HttpxClient) -> None:
    begun = time.monotonic()
    async with HttpServer({"/": Answer(fault=Fault.DRIP, framing=Framing.CLOSE)}) as server:
        sighting = await detector_of(server.url(), http=http, timeout=SOON).detect(Family.IPV4)
    assert sighting.problem is not None
    assert sighting.problem.code is ProblemCode.TIMED_OUT
    assert time.monotonic() - begun < SOON + 2


async def test_half_an_address_is_not_taken_for_a_whole_one(http: HttpxClient) -> None:
    cut = Answer(body=b"203.0.113.17\n", fault=Fault.CUT_IN_BODY, framing=Framing.CLOSE)
    assert await _code(cut, http) is ProblemCode.NOT_AN_ADDRESS
    assert await _code(Answer(body=b"203.0.113.1", framing=Framing.CLOSE), http) is ProblemCode.NOT_AN_ADDRESS


@pytest.mark.parametrize("body", [BODY, b'{"ip":"203.0.113.7"}', b'"203.0.113.7"'])
async def test_an_answer_of_the_old_protocol_is_taken_when_its_end_shows(http: HttpxClient, body: bytes) -> None:
    assert await _code(Answer(body=body, framing=Framing.CLOSE), http) is None


async def test_a_closed_port_is_a_problem(http: HttpxClient) -> None:
    async with HttpServer() as server:
        url = server.url()
    sighting = await detector_of(url, http=http).detect(Family.IPV4)
    assert sighting.problem is not None
    assert sighting.problem.code is ProblemCode.CONNECT_FAILED


async def test_https_is_only_believed_with_a_good_certificate(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    trusting, doubting = HttpxClient(ca_file=authority.ca_file), HttpxClient()
    async with HttpServer({"/": Answer(body=BODY)}, tls=authority.server_context("127.0.0.1")) as server:
        good = await detector_of(server.url(), http=trusting).detect(Family.IPV4)
        bad = await detector_of(server.url(), http=doubting).detect(Family.IPV4)
        await trusting.aclose()
        await doubting.aclose()
    assert (good.address, good.kind) == (ip_address("203.0.113.7"), SourceKind.HTTPS)
    assert bad.problem is not None
    assert bad.problem.code is ProblemCode.TLS_FAILED


async def test_every_look_is_a_new_connection(http: HttpxClient) -> None:
    async with HttpServer({"/": Answer(body=BODY)}) as server:
        detector = detector_of(server.url(), http=http)
        for _ in range(3):
            await detector.detect(Family.IPV4)
    assert server.connections == 3


async def test_a_cancelled_look_stays_cancelled(http: HttpxClient) -> None:
    async with HttpServer({"/": Answer(fault=Fault.STALL)}) as server:
        look = asyncio.create_task(detector_of(server.url(), http=http).detect(Family.IPV4))
        await server.received(1)
        look.cancel()
        with pytest.raises(asyncio.CancelledError):
            await look


# --- being sent away --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "rest"),
    [
        (Answer(429, headers=(("Retry-After", "90"),)), 90.0),
        (Answer(503, headers=(("Retry-After", "30"),)), 30.0),
        (Answer(429), REST_WHEN_REFUSED),
        (Answer(403, b"blocked"), REST_WHEN_REFUSED),
    ],
)
async def test_a_server_that_wants_to_be_left_alone_is_left_alone(
    http: HttpxClient, answer: Answer, rest: float
) -> None:
    clock = FakeClock()
    async with HttpServer({"/": answer}) as server:
        detector = detector_of(server.url(), http=http, clock=clock)
        first = await detector.detect(Family.IPV4)
        clock.jump(7200)  # a wall clock that is put right changes nothing
        await clock.advance(rest - 10)
        second = await detector.detect(Family.IPV4)
        asked = len(server.requests)
        server.script["/"] = Answer(body=BODY)
        await clock.advance(11)
        third = await detector.detect(Family.IPV4)
    assert first.problem is not None
    assert second.problem is not None
    assert (first.problem.code, first.problem.retry_after) == (ProblemCode.RATE_LIMITED, rest)
    assert second.problem.code is ProblemCode.RATE_LIMITED
    assert second.problem.retry_after == pytest.approx(10)
    assert asked == 1
    assert third.address == ip_address("203.0.113.7")


# --- the preset -------------------------------------------------------------------------------------------------------


class _World:
    """Answers as the operators do, and writes down what was asked: they cannot be reached from a test."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        address = "203.0.113.7" if request.family is Family.IPV4 else "2001:db8::7"
        body = {"/trace": f"h=x\nip={address}\nwarp=off\n", "/json": f'{{"ret":"ok","data":{{"ip":"{address}"}}}}'}
        plain = body.get("/" + request.url.rpartition("/")[2], f"{address}\n")
        return HttpResponse(200, {"content-length": "1"}, plain.encode())

    async def aclose(self) -> None:
        pass


class _Chance:
    def __init__(self, value: float) -> None:
        self._value = value

    def random(self) -> float:
        return self._value


@pytest.mark.parametrize("family", list(Family))
async def test_the_preset_asks_independent_operators_over_tls_without_a_proxy(family: Family) -> None:
    world = _World()
    detectors = [each for each in detectors_of("https", http=world) if family in each.families]
    sightings = [await each.detect(family) for each in detectors]
    assert [each.problem for each in sightings] == [None] * len(detectors)
    assert len({each.address for each in sightings}) == 1
    assert len({each.origin for each in sightings}) == len(detectors) >= 4
    assert all(request.url.startswith("https://") for request in world.requests)
    assert all(request.family is family and not request.use_proxy for request in world.requests)
    assert all(request.max_bytes <= 4096 and not request.follow_redirects for request in world.requests)
    assert all(request.timeout <= 5 for request in world.requests)


@pytest.mark.parametrize("quorum", [1, 2, 3])
@pytest.mark.parametrize("value", [0.0, 0.4, 0.999])
def test_only_as_many_operators_as_the_quorum_needs_are_asked_first(quorum: int, value: float) -> None:
    for family in Family:
        mine = [each for each in detectors_of("https", quorum=quorum, chance=_Chance(value)) if family in each.families]
        assert [each.rank for each in mine].count(0) == quorum
        assert max(each.rank for each in mine) > 0


def test_chance_spreads_users_over_the_operators() -> None:
    first = {
        next(each.origin for each in detectors_of("https", quorum=1, chance=_Chance(value)) if each.rank == 0)
        for value in (0.0, 0.4, 0.999)
    }
    assert len(first) == 3


@pytest.mark.parametrize(
    ("name", "families"),
    [("ipify.org", set(Family)), ("ipip.net", {Family.IPV4}), ("neu6.edu.cn", {Family.IPV6})],
)
async def test_one_operator_can_be_chosen_by_name(name: str, families: set[Family]) -> None:
    detector = detector_of(f"https:{name}", http=_World())
    assert (detector.origin, detector.families, detector.rank) == (name, frozenset(families), 0)
    assert [(await detector.detect(family)).problem for family in families] == [None] * len(families)


async def test_an_operator_is_not_asked_for_a_family_that_it_does_not_see() -> None:
    world = _World()
    sighting = await detector_of("https:neu6.edu.cn", http=world).detect(Family.IPV4)
    assert sighting.problem is not None
    assert sighting.problem.code is ProblemCode.WRONG_FAMILY
    assert not world.requests


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.ipify.org/?format=json", "ipify.org"),
        ("https://api6.ipify.org", "ipify.org"),
        ("https://ipv4.icanhazip.com", "cloudflare.com"),
        ("https://one.example/ip", "one.example"),
        ("https://notipify.org/", "notipify.org"),
        ("HTTPS://ONE.example:8443/ip", "one.example"),
    ],
)
def test_two_names_of_one_operator_have_one_origin(url: str, origin: str) -> None:
    assert detector_of(url).origin == origin


@pytest.mark.parametrize(
    "url",
    ["https://www.cloudflare.com/cdn-cgi/trace", "https://my.example/cdn-cgi/trace", "https://myip.ipip.net/json"],
)
async def test_known_places_are_read_in_their_own_form(url: str) -> None:
    assert (await detector_of(url, http=_World()).detect(Family.IPV4)).address == ip_address("203.0.113.7")


@pytest.mark.parametrize(
    "source",
    [
        "http", "http:", "https:nobody.example", "https://", "https://[::1", "https://host:port/", "http:ipify.org",
        "https://user:word@one.example/", "", "router:x:y", "203.0.113.7", "httpss://x",
    ],
)  # fmt: skip
def test_a_source_that_means_nothing_is_a_mistake_in_the_settings(source: str) -> None:
    with pytest.raises(ConfigError) as caught:
        detectors_of(source)
    assert caught.value.problem.hint is not None


def test_a_source_that_is_there_twice_counts_once() -> None:
    assert len(detectors_of("static:203.0.113.7", "static:203.0.113.7")) == 1
