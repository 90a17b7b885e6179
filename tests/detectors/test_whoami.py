"""Names that answer with our address: over UDP, TCP, TLS and HTTPS, with honest servers and with forgers."""

from __future__ import annotations

import socket
import ssl
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING

import dns.message
import pytest

from ddns_tray.core.errors import ConfigError, ProblemCode
from ddns_tray.core.model import Family, SourceKind
from ddns_tray.core.ports import HttpRequest, HttpResponse
from tests.support.certificates import CertificateAuthority
from tests.support.detecting import detector_of, detectors_of
from tests.support.dns_server import Answer, DnsServer, build

if TYPE_CHECKING:
    from pathlib import Path

    from ddns_tray.core.model import Sighting

NAME = "whoami.example.org"
GOOD = Answer(answer=(f"{NAME}. 0 A 203.0.113.7",))


async def look(*answers: Answer | tuple[Answer, ...], record_type: str = "A", limit: float = 5.0) -> Sighting:
    server = DnsServer()
    server.on(NAME, record_type, *answers)
    async with server.running():
        detector = detector_of(f"dns://127.0.0.1:{server.port}/{NAME}/{record_type}", timeout=limit)
        return await detector.detect(Family.IPV4)


@pytest.mark.parametrize(
    ("record_type", "host", "record", "address"),
    [
        ("A", "127.0.0.1", "A 203.0.113.7", "203.0.113.7"),
        ("AAAA", "::1", "AAAA 2001:db8::7", "2001:db8::7"),
        ("TXT", "127.0.0.1", 'TXT "203.0.113.7"', "203.0.113.7"),
        ("TXT", "::1", 'TXT "2001:db8::7"', "2001:db8::7"),
    ],
)
async def test_the_answer_is_our_address(record_type: str, host: str, record: str, address: str) -> None:
    server = DnsServer(host)
    server.on(NAME, record_type, Answer(answer=(f"{NAME}. 0 {record}",)))
    family = Family.IPV6 if ":" in host else Family.IPV4
    async with server.running():
        written = f"[{host}]" if ":" in host else host
        detector = detector_of(f"dns://{written}:{server.port}/{NAME}/{record_type}")
        sighting = await detector.detect(family)
    assert (sighting.address, sighting.problem, sighting.kind) == (ip_address(address), None, SourceKind.DNS)
    assert detector.families == frozenset({family})
    assert [(each.transport, each.source[0]) for each in server.asked] == [("udp", host)]


async def test_the_text_of_a_network_beside_the_address_is_passed_over() -> None:
    texts = (f'{NAME}. 0 TXT "edns0-client-subnet 198.51.100.0/24"', f'{NAME}. 0 TXT "203.0.113.7"')
    sighting = await look(Answer(answer=texts), record_type="TXT")
    assert sighting.address == ip_address("203.0.113.7")


async def test_the_class_chaos_is_asked_where_it_is_wanted() -> None:
    world = _Https()
    detector = detector_of("dns+https://1.1.1.1/whoami.cloudflare/CH", http=world)
    sighting = await detector.detect(Family.IPV4)
    assert sighting.address == ip_address("203.0.113.7")
    (request,) = world.requests
    question = dns.message.from_wire(request.body).question[0]
    assert question.to_text() == "whoami.cloudflare. CH TXT"
    assert request.url == "https://1.1.1.1:443/dns-query"
    assert (request.family, request.use_proxy, request.method) == (Family.IPV4, False, "POST")


class _Https:
    """The port, with a resolver behind it that answers every question with one text."""

    def __init__(self, status: int = 200, *, answer: Answer | None = None) -> None:
        self.requests: list[HttpRequest] = []
        self.status = status
        self.answer = answer

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        query = dns.message.from_wire(request.body)
        if self.answer is not None:
            return HttpResponse(self.status, {}, build(request.body, self.answer))
        response = dns.message.make_response(query)
        question = query.question[0]
        line = f'{question.name} 0 CH TXT "203.0.113.7"'
        response.answer.append(
            dns.message.from_text(f"id 1\nopcode QUERY\n;QUESTION\n;ANSWER\n{line}\n").answer[0],
        )
        return HttpResponse(self.status, {}, response.to_wire())

    async def aclose(self) -> None:
        """There is nothing to close."""


@pytest.mark.parametrize("http", [_Https(503), _Https(answer=Answer(wrong_question=True))])
async def test_what_is_no_answer_over_https_is_a_failure(http: _Https) -> None:
    sighting = await detector_of("dns+https://1.1.1.1/whoami.cloudflare/CH", http=http).detect(Family.IPV4)
    assert sighting.problem is not None
    assert sighting.address is None


@pytest.mark.parametrize("truncated", [Answer(tc=True), Answer(answer=GOOD.answer, tc=True)])
async def test_a_cut_answer_is_asked_for_again_over_tcp(truncated: Answer) -> None:
    server = DnsServer()
    server.on(NAME, "A", truncated, GOOD)
    async with server.running():
        sighting = await detector_of(f"dns://127.0.0.1:{server.port}/{NAME}/A").detect(Family.IPV4)
    assert sighting.address == ip_address("203.0.113.7")
    assert [each.transport for each in server.asked] == ["udp", "tcp"]


async def test_a_server_is_asked_over_tls_and_has_to_prove_who_it_is(tmp_path: Path) -> None:
    ours, foreign = (CertificateAuthority(_folder(tmp_path, each)) for each in ("ours", "foreign"))
    server = DnsServer(tls=ours.server_context("127.0.0.1"))
    server.on(NAME, "A", GOOD)
    source = "dns+tls://127.0.0.1:{port}/" + f"{NAME}/A"
    async with server.running():
        sightings = [
            await detector_of(
                source.format(port=server.port), tls=lambda ca=each: ssl.create_default_context(cafile=ca.ca_file)
            ).detect(Family.IPV4)
            for each in (ours, foreign)
        ]
    trusted, distrusted = sightings
    assert trusted.address == ip_address("203.0.113.7")
    assert distrusted.problem is not None
    assert distrusted.problem.code is ProblemCode.TLS_FAILED


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    "forged",
    [
        Answer(answer=(f"{NAME}. 0 A 198.51.100.66",), wrong_id=True),
        Answer(answer=(f"{NAME}. 0 A 198.51.100.66",), wrong_question=True),
        Answer(answer=(f"{NAME}. 0 A 198.51.100.66",), no_question=True),
        Answer(answer=(f"{NAME}. 0 A 198.51.100.66",), not_a_response=True),
        Answer(answer=(f"{NAME}. 0 A 198.51.100.66",), other_source=True),
        Answer(raw=b"\x81\x80"),
        Answer(raw=b""),
    ],
)
async def test_a_forged_answer_before_the_true_one_is_not_heard(forged: Answer) -> None:
    sighting = await look((forged, GOOD))
    assert sighting.address == ip_address("203.0.113.7")


async def test_a_lost_question_is_asked_again() -> None:
    sighting = await look(Answer(drop=True), GOOD)
    assert sighting.address == ip_address("203.0.113.7")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(rcode="REFUSED"), ProblemCode.DETECTOR),
        (Answer(rcode="NXDOMAIN"), ProblemCode.DETECTOR),
        (Answer(), ProblemCode.NOT_AN_ADDRESS),
        (Answer(answer=(f"{NAME}. 0 A 203.0.113.7", f"{NAME}. 0 A 203.0.113.8")), ProblemCode.NOT_AN_ADDRESS),
        (Answer(answer=(f"{NAME}. 0 A 127.0.0.1",)), ProblemCode.NOT_AN_ADDRESS),
    ],
)
async def test_an_answer_without_one_address_is_a_problem(answer: Answer, code: ProblemCode) -> None:
    sighting = await look(answer)
    assert sighting.problem is not None
    assert sighting.problem.code is code


async def test_a_text_of_the_other_kind_or_with_more_in_it_is_refused() -> None:
    for told, code in (
        ('"2001:db8::7"', ProblemCode.WRONG_FAMILY),
        ('"your address is 203.0.113.7"', ProblemCode.NOT_AN_ADDRESS),
        ('"203.0.113.7" "."', ProblemCode.NOT_AN_ADDRESS),
    ):
        sighting = await look(Answer(answer=(f"{NAME}. 0 TXT {told}",)), record_type="TXT")
        assert sighting.problem is not None
        assert sighting.problem.code is code


async def test_silence_ends_in_time_over_udp_and_over_tcp() -> None:
    started = time.monotonic()
    assert _code(await look(Answer(drop=True), limit=0.3)) is ProblemCode.TIMED_OUT
    assert _code(await look(Answer(tc=True), Answer(drop=True), limit=0.3)) is ProblemCode.TIMED_OUT
    assert time.monotonic() - started < 3


async def test_a_server_that_takes_no_tcp_is_a_failure_and_no_address() -> None:
    server = DnsServer(tcp=False)
    server.on(NAME, "A", Answer(answer=GOOD.answer, tc=True))
    async with server.running():
        sighting = await detector_of(f"dns://127.0.0.1:{server.port}/{NAME}/A").detect(Family.IPV4)
    assert _code(sighting) is ProblemCode.CONNECT_FAILED


async def test_a_closed_port_is_told_at_once() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sighting = await detector_of(f"dns://127.0.0.1:{port}/{NAME}/A").detect(Family.IPV4)
    assert _code(sighting) is ProblemCode.CONNECT_FAILED


def _code(sighting: Sighting) -> ProblemCode | None:
    assert sighting.address is None
    return sighting.problem.code if sighting.problem else None


def test_the_preset_names_independent_operators() -> None:
    detectors = detectors_of("dns")
    assert len({each.origin for each in detectors}) == len(detectors) >= 3
    assert {each.kind for each in detectors} == {SourceKind.DNS}
    assert [each.source for each in detectors_of("dns:google.com")] == ["dns:google.com"]


def test_kinds_take_turns_and_one_operator_is_not_asked_twice_before_the_others() -> None:
    for value in (0.0, 0.3, 0.6, 0.9):
        detectors = detectors_of("https", "stun", "dns", chance=_Chance(value), family=Family.IPV4)
        first, second = ([each for each in detectors if each.rank == rank] for rank in (0, 1))
        assert {each.kind for each in first} == {SourceKind.HTTPS, SourceKind.STUN}
        assert len({each.origin for each in (*first, *second)}) == 4
        china = [each for each in detectors if each.rank == max(each.rank for each in detectors)]
        assert {"ipw.cn", "3322.net", "stun.miwifi.com"} <= {each.origin for each in china}


class _Chance:
    def __init__(self, value: float) -> None:
        self._value = value

    def random(self) -> float:
        return self._value


@pytest.mark.parametrize(
    "source",
    [
        "dns:nobody.example", "dns://9.9.9.9", "dns://9.9.9.9/x", "dns://9.9.9.9/x.org/MX", "dns://9.9.9.9/x/y/A",
        "dns:///x.org/A", "dns://u@9.9.9.9/x.org/A", "dns+tls:google.com", "dns://9.9.9.9/x.org/AAAA",
        "dns://[2001:db8::1]/x.org/A", "dns://9.9.9.9:0x/x.org/A", "dns://9.9.9.9/a..b/A",
    ],
)  # fmt: skip
def test_a_source_that_asks_nothing_is_refused(source: str) -> None:
    with pytest.raises(ConfigError):
        detectors_of(source)
