"""The update check against a real server over TLS, with keys that the test makes."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ddns_tray.core.errors import ProblemCode, TlsFailed, TransportError, UpdateRefused
from ddns_tray.core.minisign import public_key
from ddns_tray.http import HttpxClient
from ddns_tray.store.seen_release import SeenReleaseFile
from ddns_tray.system.updates import DAY, FIRST_WAIT, ReleaseSource, UpdateCheck, packaged_by, release_source
from tests.support.certificates import CertificateAuthority
from tests.support.clock import FakeClock, settle
from tests.support.http_server import Answer, Fault, HttpServer
from tests.support.minisign import Signer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.release import Release

SIGNER = Signer()


class Feed:
    """A release feed on a server of its own."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.authority = CertificateAuthority(folder)
        self.server = HttpServer(tls=self.authority.server_context("127.0.0.1"))
        self.http = HttpxClient(ca_file=self.authority.ca_file)
        self.seen = SeenReleaseFile(folder / "data" / "release.json")

    def offer(self, version: str = "1.2.3", *, sequence: int = 7, days: float = 90, signer: Signer = SIGNER) -> None:
        now = datetime.fromtimestamp(self.clock.now(), UTC)
        feed: dict[str, Any] = {
            "schema": 1,
            "product": "ddns-tray",
            "sequence": sequence,
            "published": now.isoformat(),
            "expires": (now + timedelta(days=days)).isoformat(),
            "version": version,
            "page": "https://ddns-tray.example/",
            "notes": {"en": "Better."},
        }
        content = json.dumps(feed).encode()
        self.server.script["/release.json"] = Answer(body=content)
        self.server.script["/release.json.minisig"] = Answer(body=signer.sign(content))

    def check(self, version: str = "1.0.0", http: HttpxClient | None = None) -> UpdateCheck:
        return UpdateCheck(
            ReleaseSource(self.server.url("/release.json"), (public_key(SIGNER.public),)),
            version=version,
            http=http or self.http,
            clock=self.clock,
            chance=random.Random(1),
            seen=self.seen,
        )


@pytest.fixture
async def feed(tmp_path: Path) -> AsyncIterator[Feed]:
    feed = Feed(tmp_path)
    async with feed.server:
        yield feed
        await feed.http.aclose()


async def test_a_newer_version_is_found_and_ours_is_not_news(feed: Feed) -> None:
    feed.offer("1.2.3")
    found = await feed.check("1.2.2").look()
    assert found is not None
    assert found.version == "1.2.3"
    assert await feed.check("1.2.3").look() is None


async def test_a_feed_that_is_older_than_one_seen_before_is_refused_even_after_a_restart(feed: Feed) -> None:
    feed.offer("1.3.0", sequence=8)
    assert await feed.check().look() is not None
    feed.offer("1.2.3", sequence=7)
    with pytest.raises(UpdateRefused, match="older"):
        await feed.check().look()
    assert feed.seen.load() == 8


async def test_an_expired_feed_is_refused(feed: Feed) -> None:
    feed.offer(days=-1)
    with pytest.raises(UpdateRefused, match="expired"):
        await feed.check().look()


async def test_a_feed_of_somebody_else_is_refused_and_not_remembered(feed: Feed) -> None:
    feed.offer("9.9.9", sequence=1000, signer=Signer(bytes(32)))
    with pytest.raises(UpdateRefused, match="not signed"):
        await feed.check().look()
    assert feed.seen.load() == 0


async def test_a_signature_of_another_feed_is_refused(feed: Feed) -> None:
    feed.offer("1.2.3")
    old = feed.server.script["/release.json.minisig"]
    feed.offer("1.2.4", sequence=8)
    feed.server.script["/release.json.minisig"] = old
    with pytest.raises(UpdateRefused, match="not signed"):
        await feed.check().look()


async def test_a_server_that_has_no_feed_is_no_news(feed: Feed) -> None:
    assert await feed.check().look() is None
    feed.offer()
    feed.server.script["/release.json.minisig"] = Answer(503)
    assert await feed.check().look() is None


async def test_a_server_that_cannot_prove_who_it_is_is_not_asked(feed: Feed) -> None:
    feed.offer()
    doubting = HttpxClient()
    with pytest.raises(TlsFailed):
        await feed.check(http=doubting).look()
    await doubting.aclose()
    assert feed.server.requests == []


@pytest.mark.parametrize("answer", [Answer(fault=Fault.CUT), Answer(body=b"x" * 10_000, repeat=1000), Answer(raw=b"?")])
async def test_a_broken_server_is_an_ordinary_failure(feed: Feed, answer: Answer) -> None:
    feed.server.script["/release.json"] = answer
    with pytest.raises(TransportError):
        await feed.check().look()


async def test_a_redirect_leads_to_another_server_over_tls_only(feed: Feed) -> None:
    feed.offer()
    async with HttpServer(dict(feed.server.script)) as plain:
        for name in ("/release.json", "/release.json.minisig"):
            feed.server.script[name] = Answer(302, headers=(("Location", plain.url(name)),))
        assert await feed.check().look() is None
    assert plain.requests == []


# --- day by day -----------------------------------------------------------------------------------------------------


class Told:
    """What was told, in order."""

    def __init__(self) -> None:
        self.news: list[str | ProblemCode | None] = []
        self.came = asyncio.Event()

    def __call__(self, release: Release | None, problem: Problem | None) -> None:
        self.news.append(release.version if release is not None else problem.code if problem is not None else None)
        self.came.set()

    async def next(self) -> str | ProblemCode | None:
        await self.came.wait()
        self.came.clear()
        return self.news[-1]


async def _asleep(clock: FakeClock) -> None:
    """Return when the check rests again: the network is real, and takes its own time."""
    while not clock._sleepers:  # noqa: ASYNC110 - the clock has no event for it
        await asyncio.sleep(0.001)


async def test_it_begins_late_asks_once_a_day_and_tells_each_doubt_once(feed: Feed) -> None:
    told = Told()
    feed.offer("1.2.3")
    running = asyncio.ensure_future(feed.check().run(told))
    await settle()
    await feed.clock.advance(FIRST_WAIT - 1)
    assert feed.server.requests == []
    await feed.clock.advance(FIRST_WAIT + 2)
    assert await told.next() == "1.2.3"
    asked = len(feed.server.requests)
    await feed.clock.advance(0.8 * DAY)
    assert len(feed.server.requests) == asked
    feed.offer("9.9.9", signer=Signer(bytes(32)))
    await _asleep(feed.clock)
    await feed.clock.advance(0.4 * DAY)
    assert await told.next() is ProblemCode.UPDATE_REFUSED
    await _asleep(feed.clock)
    for _ in range(3):
        before = len(feed.server.requests)
        await feed.clock.advance(DAY)
        await feed.server.received(before + 2)
        await _asleep(feed.clock)
    assert told.news == ["1.2.3", ProblemCode.UPDATE_REFUSED]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


# --- who brings updates ---------------------------------------------------------------------------------------------


def _built(folder: Path, *, feed: str = "https://ddns-tray.example/release.json", keys: object = None) -> Path:
    told = {"feed": feed, "keys": [SIGNER.public] if keys is None else keys}
    (folder / "updates.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def test_a_released_build_knows_where_to_ask(tmp_path: Path) -> None:
    source = release_source(_built(tmp_path))
    assert source is not None
    assert source.keys == (public_key(SIGNER.public),)


def test_a_package_of_a_system_asks_nobody(tmp_path: Path) -> None:
    _built(tmp_path)
    (tmp_path / "installed-by").write_text("apt\n", encoding="utf-8")
    assert packaged_by(tmp_path) == packaged_by(tmp_path / "nowhere", tmp_path) == "apt"
    assert release_source(tmp_path) is None


@pytest.mark.parametrize(
    ("feed", "keys"),
    [
        ("http://ddns-tray.example/release.json", None),
        ("", None),
        ("https://ddns-tray.example/", []),
        ("https://ddns-tray.example/", ["nonsense"]),
        ("https://ddns-tray.example/", 5),
    ],
)
def test_a_build_that_was_told_nonsense_asks_nobody(tmp_path: Path, feed: str, keys: object) -> None:
    assert release_source(_built(tmp_path, feed=feed, keys=keys)) is None


def test_a_checkout_asks_nobody(tmp_path: Path) -> None:
    assert release_source(tmp_path) is None
    assert packaged_by(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"sequence": "x"}', '{"sequence": -5}'])
def test_a_torn_memory_is_an_empty_one(tmp_path: Path, content: str) -> None:
    path = tmp_path / "release.json"
    path.write_text(content, encoding="utf-8")
    file = SeenReleaseFile(path)
    assert file.load() == 0
    file.save(5)
    assert file.load() == 5
