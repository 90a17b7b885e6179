"""DNS over HTTPS, with the HTTP side played at its port."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import ConnectFailed, ConnectionLost, TimedOut, TlsFailed, TransportError
from ddns_tray.core.model import LookError, Transport
from ddns_tray.core.ports import HttpResponse
from ddns_tray.core.text import text
from ddns_tray.verify.doh import HttpsTransport
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.targets import parse_resolver
from tests.support.dns_server import Answer, build

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest
    from tests.verify.conftest import RunningClock

HOME = prepare("home.example.test", "A", recursive=True)
GOOD = build(HOME.wire(0), Answer(("home.example.test. 60 A 192.0.2.7",)))


class Http:
    """Answers every request the same way; an answer that is a DNS message gets the id of the question."""

    def __init__(self, outcome: HttpResponse | TransportError, *, message_id: int | None = None) -> None:
        self.outcome = outcome
        self.message_id = message_id
        self.requests: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        if isinstance(self.outcome, TransportError):
            raise self.outcome
        own = asked(request)[:2] if self.message_id is None else self.message_id.to_bytes(2)
        return replace(self.outcome, body=own + self.outcome.body[2:])

    async def aclose(self) -> None:
        pass


def asked(request: HttpRequest) -> bytes:
    ((name, value),) = request.params
    assert name == "dns"
    assert "=" not in value
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


async def test_a_question_is_asked_as_rfc_8484_says(clock: RunningClock) -> None:
    http = Http(HttpResponse(200, {"content-type": "application/dns-message"}, GOOD))
    target = parse_resolver("https://dns.example:8443/dns-query")
    assert target is not None
    received = await HttpsTransport(http, clock).ask(target, HOME, 3.0)
    assert (received.transport, received.error) == (Transport.HTTPS, None)
    assert received.wire is not None
    assert received.wire[2:] == GOOD[2:]
    (request,) = http.requests
    assert (request.method, request.url) == ("GET", "https://dns.example:8443/dns-query")
    assert request.headers["accept"] == "application/dns-message"
    assert asked(request)[2:] == HOME.wire(0)[2:]
    assert request.timeout == 3.0


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (HttpResponse(503, {}, b""), LookError.HTTP),
        (HttpResponse(200, {}, b"<html>"), LookError.MALFORMED),
        (HttpResponse(200, {}, GOOD[:12] + b"\x05other" + GOOD[18:]), LookError.MALFORMED),
        (HttpResponse(200, {}, HOME.wire(0)), LookError.MALFORMED),
        (ConnectFailed(text("x")), LookError.UNREACHABLE),
        (TlsFailed(text("x")), LookError.TLS),
        (TimedOut(text("x")), LookError.TIMEOUT),
        (ConnectionLost(text("x")), LookError.CONNECTION_LOST),
        (TransportError(text("x")), LookError.HTTP),
    ],
)
async def test_what_goes_wrong_is_told(
    clock: RunningClock, outcome: HttpResponse | TransportError, error: LookError
) -> None:
    target = parse_resolver("https://[2001:db8::1]/dns-query")
    assert target is not None
    received = await HttpsTransport(Http(outcome), clock).ask(target, HOME, 3.0)
    assert (received.wire, received.error) == (None, error)


async def test_an_answer_under_another_id_is_none_but_the_id_may_be_left_out(clock: RunningClock) -> None:
    target = parse_resolver("https://dns.example/dns-query")
    assert target is not None
    for message_id, error in ((0, None), (1, LookError.MALFORMED)):
        http = Http(HttpResponse(200, {}, GOOD), message_id=message_id)
        told = {(await HttpsTransport(http, clock).ask(target, HOME, 3.0)).error for _ in range(3)}
        assert error in told, "three times that very id was drawn by lot"


async def test_a_pinned_address_and_an_own_authority_are_asked_of_the_port(clock: RunningClock) -> None:
    http = Http(HttpResponse(200, {}, GOOD))
    for uri in ("https://dns.example/dns-query?ip=192.0.2.1&ca=/tls/ca.pem", "https://192.0.2.1/dns-query"):
        target = parse_resolver(uri)
        assert target is not None
        await HttpsTransport(http, clock).ask(target, HOME, 3.0)
    assert [(each.url, each.address, each.ca_file, each.http2) for each in http.requests] == [
        ("https://dns.example:443/dns-query", "192.0.2.1", "/tls/ca.pem", True),
        ("https://192.0.2.1:443/dns-query", None, None, True),
    ]
