"""A hotel, in a network namespace: every address of the world is answered by one box, names and pages alike."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import pytest

from ddns_tray.core.errors import ProblemCode
from ddns_tray.core.model import AddressState, Colour, RecordType
from ddns_tray.core.settings import AddressSettings, RecordSettings, Settings, VerifySettings
from ddns_tray.engine import RoundRequest
from ddns_tray.system.paths import Paths
from ddns_tray.wiring import build_runtime
from tests.support.certificates import CertificateAuthority
from tests.support.http_server import Answer, HttpServer
from tests.support.igd import ip
from tests.support.network_namespace import run_async_inside
from tests.support.product import Product

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from ddns_tray.core.model import Snapshot

pytestmark = [
    pytest.mark.bed,
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None,
        reason="needs root on Linux, and iproute2, for a network namespace",
    ),
]
BOX = "10.66.0.1"
LOGIN = "login.hotel.example"


@pytest.fixture
def hotel() -> Iterator[str]:
    """A namespace in which every IPv4 address of the world is this machine."""
    name = f"ddns-po-{uuid.uuid4().hex[:8]}"
    ip("netns", "add", name)
    try:
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "addr", "add", f"{BOX}/32", "dev", "lo")
        ip("-n", name, "route", "add", "local", "0.0.0.0/0", "dev", "lo")
        yield name
    finally:
        ip("netns", "del", name)


@dataclass
class LyingDns(asyncio.DatagramProtocol):
    """Says of every name that it is here, and that it must know."""

    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        if query.question[0].rdtype == dns.rdatatype.A:
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "A", BOX))
        assert self.transport is not None
        self.transport.sendto(answer.to_wire(), addr)


@contextlib.asynccontextmanager
async def front_desk(folder: Path) -> AsyncIterator[None]:
    sign_in = Answer(302, headers=(("Location", f"http://{LOGIN}/?from=here"),))
    pages = dict.fromkeys(("/hotspot-detect.html", "/generate_204", "/connecttest.txt", "/success.txt"), sign_in)
    authority = CertificateAuthority(folder)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(LyingDns, local_addr=("0.0.0.0", 53))
    try:
        async with (
            HttpServer(dict(pages), host="0.0.0.0", port=80),
            HttpServer(dict(pages), host="0.0.0.0", port=443, tls=authority.server_context(LOGIN)),
        ):
            yield
    finally:
        transport.close()


async def _one_round(folder: Path) -> Snapshot:
    address = AddressSettings(sources=("https", "stun"), interval=60.0)
    settings = Settings(
        address=address,
        ipv4=address,
        ipv6=address,
        records=(RecordSettings("home.example.org", (RecordType.A,)),),
        verify=VerifySettings(resolvers=("udp://9.9.9.9", "udp://1.1.1.1")),
    )
    paths = Paths(config_file=folder / "config.toml", data_dir=folder, runtime_dir=folder, log_dir=folder)
    runtime = build_runtime(paths, settings=settings, environ={})
    async with front_desk(folder):
        try:
            await runtime.engine.run_once(RoundRequest(write=False))
            return runtime.engine.snapshot
        finally:
            await runtime.aclose()


def test_a_box_that_answers_for_the_whole_world_is_called_what_it_is(hotel: str, tmp_path: Path) -> None:
    snapshot = run_async_inside(hotel, lambda: _one_round(tmp_path))
    (record,) = snapshot.records
    assert record.verdict.reason.code == "captive_portal"
    assert record.verdict.reason.data == {"portal": (LOGIN,)}
    assert snapshot.colour is Colour.GREY
    assert {found.state for found in snapshot.addresses.values()} == {AddressState.OFFLINE}
    assert [problem.code for problem in snapshot.problems] == [ProblemCode.CAPTIVE_PORTAL]


def test_a_person_who_asks_for_the_address_is_told_to_log_in(hotel: str, tmp_path: Path) -> None:
    """The program as it is, with nothing configured: every built-in source, and the test pages by their own names."""
    product = Product(tmp_path)

    async def main() -> tuple[int, str, str]:
        async with front_desk(tmp_path):
            running = await asyncio.create_subprocess_exec(
                *product.command("ip"),
                env=product.environment(),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, err = await running.communicate()
            return running.returncode or 0, out.decode(), err.decode()

    try:
        code, out, err = run_async_inside(hotel, main)
    finally:
        product.stop_all()
    assert code == 3, (out, err)
    assert "This network wants you to log in first." in err
    assert LOGIN in err
