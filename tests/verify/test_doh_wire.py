"""DNS over HTTPS through the real HTTP client: HTTP/2 on one kept connection, pinned addresses, own authorities."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import LookError
from ddns_tray.http import HttpxClient
from ddns_tray.verify.doh import HttpsTransport
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.targets import parse_resolver
from tests.support.certificates import CertificateAuthority
from tests.support.dns_server import Answer, DnsServer
from tests.support.doh_server import DohServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ddns_tray.verify.targets import Target
    from tests.verify.conftest import RunningClock

HOME = prepare("home.example.test", "A", recursive=True)


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority(tmp_path)


@pytest.fixture
async def resolver(authority: CertificateAuthority) -> AsyncIterator[DohServer]:
    dns = DnsServer()
    dns.add_zone("example.test", "home A 192.0.2.7")
    async with DohServer(dns, authority.server_context("dns.example", "127.0.0.1")).running() as server:
        yield server


@pytest.fixture
async def https(clock: RunningClock) -> AsyncIterator[HttpsTransport]:
    client = HttpxClient()
    yield HttpsTransport(client, clock)
    await client.aclose()


def target(server: DohServer, host: str = "dns.example", ca: Path | None = None, ip: str = "127.0.0.1") -> Target:
    options = f"?ip={ip}" + ("" if ca is None else f"&ca={ca}")
    found = parse_resolver(f"https://{host}:{server.port}/dns-query{options}")
    assert found is not None
    return found


def sockets() -> set[str]:
    """Those that this process has open, by their numbers in the kernel, which no later one gets again."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the one that this very listing was
            found.add(str(descriptor.readlink()))
    return {each for each in found if each.startswith("socket:")}


async def test_many_questions_share_one_http2_connection_to_the_pinned_address(
    resolver: DohServer, authority: CertificateAuthority, https: HttpsTransport
) -> None:
    way = target(resolver, ca=authority.ca_file)
    first = await https.ask(way, HOME, 3.0)
    rest = await asyncio.gather(*(https.ask(way, HOME, 3.0) for _ in range(50)))
    assert [each.error for each in (first, *rest)] == [None] * 51
    assert (resolver.connections, set(resolver.versions)) == (1, {"HTTP/2"})
    assert len(set(resolver.ids)) > 40, "a cache in between could answer for the server"
    assert resolver.hosts == {f"dns.example:{resolver.port}"}


async def test_a_server_without_http2_is_spoken_to_in_http1(
    resolver: DohServer, authority: CertificateAuthority, https: HttpsTransport
) -> None:
    old = DohServer(resolver.dns, authority.server_context("dns.example"), http2=False)
    async with old.running():
        for _ in range(3):
            received = await https.ask(target(old, ca=authority.ca_file), HOME, 3.0)
            assert received.error is None
    assert (old.connections, set(old.versions)) == (1, {"HTTP/1.1"})


@pytest.mark.parametrize("host", ["other.example", "127.0.0.2"])
async def test_another_name_is_not_believed_at_the_pinned_address(
    resolver: DohServer, authority: CertificateAuthority, https: HttpsTransport, host: str
) -> None:
    good = await https.ask(target(resolver, ca=authority.ca_file), HOME, 3.0)
    received = await https.ask(target(resolver, host, ca=authority.ca_file), HOME, 3.0)
    assert (good.error, received.wire, received.error) == (None, None, LookError.TLS)
    assert len(resolver.versions) == 1


async def test_an_authority_is_believed_only_where_it_was_given(
    resolver: DohServer, authority: CertificateAuthority, https: HttpsTransport
) -> None:
    assert (await https.ask(target(resolver, ca=authority.ca_file), HOME, 3.0)).error is None
    assert (await https.ask(target(resolver), HOME, 3.0)).error is LookError.TLS


async def test_an_authority_file_that_is_not_there_is_an_error_of_this_resolver(
    resolver: DohServer, https: HttpsTransport, tmp_path: Path
) -> None:
    assert (await https.ask(target(resolver, ca=tmp_path / "no.pem"), HOME, 3.0)).error is LookError.TLS


async def test_an_address_needs_no_name_and_may_be_proven_itself(
    resolver: DohServer, authority: CertificateAuthority, https: HttpsTransport
) -> None:
    way = target(resolver, "127.0.0.1", ca=authority.ca_file)
    assert (await https.ask(way, HOME, 3.0)).error is None


async def test_after_a_question_without_an_answer_the_next_gets_a_new_connection(
    resolver: DohServer, authority: CertificateAuthority, https: HttpsTransport
) -> None:
    way = target(resolver, ca=authority.ca_file)
    resolver.silent = True
    assert (await https.ask(way, HOME, 0.3)).error is LookError.TIMEOUT
    resolver.silent = False
    assert (await https.ask(way, HOME, 3.0)).error is None
    assert resolver.connections == 2


async def test_a_question_given_up_does_not_take_the_others_with_it(
    resolver: DohServer, authority: CertificateAuthority, https: HttpsTransport
) -> None:
    way = target(resolver, ca=authority.ca_file)
    await https.ask(way, HOME, 3.0)
    resolver.silent = True
    patient = asyncio.ensure_future(https.ask(way, HOME, 0.6))
    assert (await https.ask(way, HOME, 0.1)).error is LookError.TIMEOUT
    assert (await patient).error is LookError.TIMEOUT
    resolver.silent = False
    assert (await https.ask(way, HOME, 3.0)).error is None


async def test_on_another_line_questions_go_over_new_connections_and_the_old_ones_are_closed(
    resolver: DohServer, authority: CertificateAuthority, https: HttpsTransport
) -> None:
    way = target(resolver, ca=authority.ca_file)
    for _ in range(3):
        assert (await https.ask(way, HOME, 3.0)).error is None
        https.renew()
    assert resolver.connections == 3
    async with asyncio.timeout(3):
        await resolver.left_with(1)


async def test_a_server_that_closes_idle_connections_is_asked_anew(
    resolver: DohServer, authority: CertificateAuthority, https: HttpsTransport
) -> None:
    way = target(resolver, ca=authority.ca_file)
    for _ in range(3):
        assert (await https.ask(way, HOME, 3.0)).error is None
        await resolver.hang_up()
    assert resolver.connections == 3


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="sockets are listed in /proc, which is not here")
async def test_a_thousand_questions_open_no_socket_beyond_the_one_of_the_first(
    resolver: DohServer, authority: CertificateAuthority, https: HttpsTransport
) -> None:
    resolver.dns.on("home.example.test", "A", Answer(("home.example.test. 60 A 192.0.2.7",)))
    way = target(resolver, ca=authority.ca_file)
    await https.ask(way, HOME, 3.0)
    before = sockets()
    for _ in range(20):
        received = await asyncio.gather(*(https.ask(way, HOME, 10.0) for _ in range(50)))
        assert all(each.error is None for each in received)
    assert sockets() - before == set()


def test_http2_is_loaded_only_for_a_question_over_https() -> None:
    code = "import sys, ddns_tray.verify.verifier, ddns_tray.http; sys.exit('h2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
