"""The probe against real servers: as they should be, as a portal makes them, and out of order."""

from __future__ import annotations

import random
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from ddns_tray.core.portal import Answered, Portal, ProbeAnswer, portal_of
from ddns_tray.detectors.portal import CHINA, WORLD, HttpPortalProbe, Page
from ddns_tray.http import HttpxClient
from tests.support.http_server import Answer, Fault, HttpServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SIGN_IN = Answer(body=b"<html><form action='/login'>Welcome, dear guest</form></html>")


@pytest.fixture
async def http() -> AsyncIterator[HttpxClient]:
    http = HttpxClient()
    yield http
    await http.aclose()


async def _asked(http: HttpxClient, answer: Answer, expected: bytes | None = b"Success") -> ProbeAnswer:
    async with HttpServer({"/page": answer}) as server:
        page = Page("one", server.url("/page"), expected)
        (answered,) = await HttpPortalProbe(http, random.Random(1), world=(page,), china=(), timeout=0.5).probe()
    return answered


@pytest.mark.parametrize(
    ("answer", "expected", "answered"),
    [
        (Answer(body=b"<HTML><BODY>Success</BODY></HTML>"), b"Success", Answered.AS_EXPECTED),
        (Answer(204), None, Answered.AS_EXPECTED),
        (SIGN_IN, b"Success", Answered.DIVERTED),
        (SIGN_IN, None, Answered.DIVERTED),
        (Answer(511, b"sign in"), b"Success", Answered.DIVERTED),
        (Answer(body=b"x" * 10_000, repeat=100), b"Success", Answered.DIVERTED),
        (Answer(200), None, Answered.UNCLEAR),
        (Answer(204), b"Success", Answered.UNCLEAR),
        (Answer(404, b"gone"), b"Success", Answered.UNCLEAR),
        (Answer(503, b"busy"), None, Answered.UNCLEAR),
        (Answer(302), b"Success", Answered.UNCLEAR),
        (Answer(302, headers=(("Location", "/elsewhere"),)), b"Success", Answered.UNCLEAR),
        (Answer(302, headers=(("Location", "http://[broken"),)), b"Success", Answered.UNCLEAR),
        (Answer(fault=Fault.STALL), b"Success", Answered.UNCLEAR),
        (Answer(fault=Fault.CUT), b"Success", Answered.UNCLEAR),
        (Answer(raw=b"nonsense"), b"Success", Answered.UNCLEAR),
    ],
)
async def test_an_answer_is_what_was_expected_or_somebody_elses_or_unclear(
    http: HttpxClient, answer: Answer, expected: bytes | None, answered: Answered
) -> None:
    assert await _asked(http, answer, expected) == ProbeAnswer("one", answered)


async def test_a_redirect_is_told_and_not_followed(http: HttpxClient) -> None:
    async with HttpServer({"/": SIGN_IN}, host="127.0.0.2") as portal:
        answer = Answer(302, headers=(("Location", portal.url("/")),))
        assert await _asked(http, answer) == ProbeAnswer("one", Answered.DIVERTED, "127.0.0.2")
    assert portal.requests == []


async def test_a_network_that_answers_for_everybody_is_a_portal(http: HttpxClient) -> None:
    async with AsyncExitStack() as stack:
        answer = Answer(302, headers=(("Location", "http://login.hotel.example/?next=you"),))
        servers = [await stack.enter_async_context(HttpServer({"/": answer})) for _ in range(4)]
        pages = [Page(str(number), server.url("/")) for number, server in enumerate(servers)]
        answers = await HttpPortalProbe(http, random.Random(1), world=pages[:3], china=pages[3:]).probe()
    assert portal_of(answers) == Portal("login.hotel.example")
    assert len(answers) == 3
    assert sum(len(server.requests) for server in servers) == 3


async def test_operators_that_hang_are_asked_side_by_side_and_given_up_in_time(http: HttpxClient) -> None:
    begun = time.monotonic()
    async with HttpServer({"/": Answer(fault=Fault.STALL)}) as server:
        pages = [Page(str(number), server.url("/")) for number in range(3)]
        answers = await HttpPortalProbe(http, random.Random(1), world=pages, china=pages, timeout=0.5).probe()
    assert {each.answered for each in answers} == {Answered.UNCLEAR}
    assert time.monotonic() - begun < 3


def test_the_operators_are_independent_and_asked_over_plain_http_only() -> None:
    pages = (*WORLD, *CHINA)
    assert len({page.operator for page in pages}) == len(pages)
    assert len({urlsplit(page.url).hostname for page in pages}) == len(pages)
    assert {urlsplit(page.url).scheme for page in pages} == {"http"}
