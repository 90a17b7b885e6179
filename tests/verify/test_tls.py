"""DNS over TLS: one kept connection, the certificate checked; against a real TLS server on loopback."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import LookError, Transport
from ddns_tray.verify import answers
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.streams import Streams
from ddns_tray.verify.targets import Endpoint, Target
from tests.support.certificates import CertificateAuthority
from tests.support.dns_server import Answer, DnsServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ddns_tray.verify.asker import Asker
    from tests.verify.conftest import RunningClock

HOME = prepare("home.example.test", "A", recursive=True)


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority(tmp_path)


@pytest.fixture
async def resolver(authority: CertificateAuthority) -> AsyncIterator[DnsServer]:
    server = DnsServer(udp=False, tls=authority.server_context("dns.example", "127.0.0.1"))
    server.add_zone("example.test", "home A 192.0.2.7")
    async with server.running():
        yield server


def target(server: DnsServer, host: str, authority: CertificateAuthority | None) -> Target:
    ca_file = None if authority is None else str(authority.ca_file)
    endpoint = Endpoint(server.address, server.port)
    return Target(f"tls://{host}", endpoint, Transport.TLS, host, server.port, ca_file)


@pytest.mark.parametrize("host", ["dns.example", "127.0.0.1"])
async def test_questions_share_one_connection_whose_name_is_proven(
    asker: Asker, resolver: DnsServer, authority: CertificateAuthority, host: str
) -> None:
    way = target(resolver, host, authority)
    for _ in range(2):
        replies = await asyncio.gather(*(asker.ask(way, HOME, (1.0,)) for _ in range(20)))
        for reply in replies:
            assert reply.message is not None, reply.error
            assert answers.follow_chain(reply.message, "home.example.test", "A").addresses == ("192.0.2.7",)
            assert reply.transport is Transport.TLS
    assert resolver.tcp_connections == 1


async def test_after_a_question_without_an_answer_the_next_gets_a_new_connection(
    clock: RunningClock, resolver: DnsServer, authority: CertificateAuthority
) -> None:
    way = target(resolver, "dns.example", authority)
    resolver.on("home.example.test", "A", Answer(drop=True), Answer(("home.example.test. 60 A 192.0.2.7",)))
    streams = Streams(clock)
    assert (await streams.ask(way, HOME, 0.2)).error is LookError.TIMEOUT
    assert streams.open == 0
    assert (await streams.ask(way, HOME, 1.0)).error is None
    assert resolver.tcp_connections == 2
    await streams.close()


async def test_on_another_line_questions_go_over_new_connections(
    clock: RunningClock, resolver: DnsServer, authority: CertificateAuthority
) -> None:
    way = target(resolver, "dns.example", authority)
    resolver.on("slow.example.test", "A", Answer(delay=0.1))
    streams = Streams(clock)
    assert (await streams.ask(way, HOME, 1.0)).error is None
    slow = asyncio.ensure_future(streams.ask(way, prepare("slow.example.test", "A", recursive=True), 1.0))
    await asyncio.sleep(0)
    streams.renew()
    assert streams.open == 0
    assert (await streams.ask(way, HOME, 1.0)).error is None
    assert (await slow).error is None
    assert (streams.open, resolver.tcp_connections) == (1, 2)
    await streams.close()


async def test_a_question_without_an_answer_among_others_leaves_the_connection_alone(
    clock: RunningClock, resolver: DnsServer, authority: CertificateAuthority
) -> None:
    way = target(resolver, "dns.example", authority)
    resolver.on("mute.example.test", "A", Answer(drop=True))
    streams = Streams(clock)
    assert (await streams.ask(way, HOME, 1.0)).error is None
    mute = asyncio.ensure_future(streams.ask(way, prepare("mute.example.test", "A", recursive=True), 0.2))
    await asyncio.sleep(0)
    assert (await streams.ask(way, HOME, 1.0)).error is None
    assert (await mute).error is LookError.TIMEOUT
    assert (streams.open, resolver.tcp_connections) == (1, 1)
    await streams.close()


async def test_another_name_is_not_believed(asker: Asker, resolver: DnsServer, authority: CertificateAuthority) -> None:
    reply = await asker.ask(target(resolver, "other.example", authority), HOME, (1.0,))
    assert (reply.message, reply.error) == (None, LookError.TLS)
    assert not resolver.asked


async def test_an_unknown_authority_is_not_believed(asker: Asker, resolver: DnsServer) -> None:
    reply = await asker.ask(target(resolver, "dns.example", None), HOME, (1.0,))
    assert (reply.message, reply.error) == (None, LookError.TLS)


async def test_an_authority_file_that_is_not_there_is_an_error_of_this_resolver(
    asker: Asker, resolver: DnsServer, tmp_path: Path
) -> None:
    way = Target(
        "tls://x", Endpoint("127.0.0.1", resolver.port), Transport.TLS, "x", resolver.port, str(tmp_path / "no")
    )
    assert (await asker.ask(way, HOME, (1.0,))).error is LookError.TLS
