"""Subscriptions and callbacks, with a router that is broken in every way; a real one is in tests/bed."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import DdnsTrayError
from ddns_tray.detectors.gena import CallbackServer, Subscription, subscribe
from ddns_tray.http import HttpxClient
from tests.support.clock import FakeClock, settle
from tests.support.http_server import Answer, Fault, HttpServer, Received

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HERE = "127.0.0.1"
CHANGED = (
    b'<?xml version="1.0"?><e:propertyset xmlns:e="urn:schemas-upnp-org:event-1-0"><e:property>'
    b"<ExternalIPAddress>203.0.113.7</ExternalIPAddress></e:property></e:propertyset>"
)
MAPPINGS = CHANGED.replace(b"ExternalIPAddress", b"PortMappingNumberOfEntries")


class Told:
    """Counts the events of a callback server."""

    def __init__(self) -> None:
        self.first = 0
        self.later = 0

    def __call__(self, *, first: bool) -> None:
        if first:
            self.first += 1
        else:
            self.later += 1


@pytest.fixture
async def http() -> AsyncIterator[HttpxClient]:
    http = HttpxClient()
    yield http
    await http.aclose()


async def call(url: str, raw: bytes, *, source: str = HERE) -> bytes:
    """Send raw octets to a callback, and return what comes back."""
    host, _, port = url.removeprefix("http://").partition("/")[0].partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), local_addr=(source, 0))
    try:
        writer.write(raw)
        with contextlib.suppress(OSError):
            writer.write_eof()
        return await reader.read(200)
    except OSError:
        return b""
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def notify(url: str, body: bytes = CHANGED, *, seq: int = 1, **changed: str) -> bytes:
    path = "/" + url.removeprefix("http://").partition("/")[2]
    parts = {"method": "NOTIFY", "path": path, "nts": "upnp:propchange", "length": str(len(body)), **changed}
    head = (
        f"{parts['method']} {parts['path']} HTTP/1.1\r\nHOST: x\r\nNT: upnp:event\r\nNTS: {parts['nts']}\r\n"
        f"SID: uuid:1\r\nSEQ: {seq}\r\nCONTENT-LENGTH: {parts['length']}\r\n\r\n"
    )
    return head.encode() + body


async def test_a_crowd_that_says_nothing_takes_no_more_than_its_room() -> None:
    server = CallbackServer(HERE, HERE, Told())
    host, _, port = (await server.open()).removeprefix("http://").partition("/")[0].partition(":")
    callers = [await asyncio.open_connection(host, int(port)) for _ in range(12)]
    try:
        reading = [asyncio.ensure_future(reader.read(1)) for reader, _ in callers]
        async with asyncio.timeout(5):
            while sum(each.done() for each in reading) < 4:
                await asyncio.wait([each for each in reading if not each.done()], return_when=asyncio.FIRST_COMPLETED)
        await settle()
        assert sum(each.done() for each in reading) == 4
    finally:
        await server.close()
        await asyncio.gather(*reading, return_exceptions=True)
        for _, writer in callers:
            writer.close()


async def test_events_about_the_line_are_told_and_others_are_not() -> None:
    told = Told()
    server = CallbackServer(HERE, HERE, told)
    url = await server.open()
    try:
        for body, seq in ((CHANGED, 0), (MAPPINGS, 1), (CHANGED, 2), (b"broken <", 3)):
            assert (await call(url, notify(url, body, seq=seq))).startswith(b"HTTP/1.1 200 ")
    finally:
        await server.close()
    assert (told.first, told.later) == (1, 2)


async def test_whoever_does_not_know_the_path_or_is_not_the_router_is_not_heard() -> None:
    told = Told()
    server = CallbackServer(HERE, HERE, told)
    url = await server.open()
    try:
        for raw in (
            notify(url, path="/"),
            notify(url, method="POST"),
            notify(url, nts="ssdp:alive"),
            b"GET / HTTP/1.1\r\n\r\n",
        ):
            assert (await call(url, raw)).startswith(b"HTTP/1.1 412 ")
        for raw in (b"", b"noise", b"X" * 20_000, notify(url, length="9999")):
            assert await call(url, raw) == b""
        assert await call(url, notify(url), source="127.0.0.9") == b""
    finally:
        await server.close()
    assert (told.first, told.later) == (0, 0)


async def test_an_event_with_a_huge_or_absurd_length_is_a_hint_and_its_body_is_not_read() -> None:
    told = Told()
    server = CallbackServer(HERE, HERE, told)
    url = await server.open()
    try:
        for length in ("100000000", "-1", "many"):
            await call(url, notify(url, b"", length=length))
    finally:
        await server.close()
    assert told.later == 3


async def test_callers_that_hang_are_few_and_are_dropped_at_the_end() -> None:
    server = CallbackServer(HERE, HERE, Told())
    url = await server.open()
    host, _, port = url.removeprefix("http://").partition("/")[0].partition(":")
    opened = [await asyncio.open_connection(host, int(port)) for _ in range(12)]
    await settle()
    refused = [reader for reader, _ in opened if reader.at_eof() or reader.exception() is not None]
    await server.close()
    for reader, writer in opened:
        with contextlib.suppress(OSError):
            assert await reader.read(1) == b""
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    assert len(refused) <= 12


# --- subscribing ---


class Router:
    """The event side of a router; `answers` are given in order, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.server = HttpServer({"/evt": self._answer})

    def _answer(self, _: Received) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def methods(self) -> list[str]:
        return [each.method for each in self.server.requests]


def granted(seconds: str = "Second-1800") -> Answer:
    return Answer(headers=(("SID", "uuid:1"), ("TIMEOUT", seconds)))


async def _subscribed(router: Router, http: HttpxClient, clock: FakeClock) -> Subscription:
    callback = CallbackServer(HERE, HERE, Told())
    return await subscribe(http, clock, callback, [router.server.url("/evt")])


async def test_a_subscription_is_renewed_in_time_and_given_back(http: HttpxClient) -> None:
    clock, router = FakeClock(), Router(granted("Second-600"), granted("Second-infinite"), Answer(412))
    async with router.server:
        async with await _subscribed(router, http, clock) as subscription:
            keeping = asyncio.ensure_future(subscription.keep())
            await clock.advance(299)
            assert router.methods == ["SUBSCRIBE"]
            await clock.advance(2)
            await router.server.received(2)
            await settle()
            await clock.advance(901)
            await keeping
        assert router.methods == ["SUBSCRIBE", "SUBSCRIBE", "SUBSCRIBE", "UNSUBSCRIBE"]
    first, renewal, *_ = router.server.requests
    assert first.headers["callback"].startswith(f"<http://{HERE}:")
    assert (first.headers["nt"], first.headers["timeout"]) == ("upnp:event", "Second-1800")
    assert renewal.headers["sid"] == "uuid:1"
    assert "callback" not in renewal.headers


async def test_a_subscription_of_no_time_at_all_does_not_become_a_storm(http: HttpxClient) -> None:
    clock, router = FakeClock(), Router(granted("Second-0"))
    async with router.server, await _subscribed(router, http, clock) as subscription:
        keeping = asyncio.ensure_future(subscription.keep())
        await clock.advance(29)
        assert router.methods == ["SUBSCRIBE"]
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(),
        Answer(headers=(("SID", ""),)),
        Answer(fault=Fault.CUT),
        Answer(302, headers=(("Location", "http://127.0.0.9/"),)),
    ],
)
async def test_a_router_that_does_not_grant_it_is_an_error_and_nothing_stays_open(
    http: HttpxClient, answer: Answer
) -> None:
    router = Router(answer)
    async with router.server:
        with pytest.raises(DdnsTrayError):
            await _subscribed(router, http, FakeClock())
