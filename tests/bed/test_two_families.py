"""A resolver over TLS whose host has an IPv6 address that nobody can reach from here, and an IPv4 address."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from ddns_tray.verify.queries import prepare
from ddns_tray.verify.streams import Streams
from ddns_tray.verify.targets import parse_resolver
from tests.bed.test_looking import RealClock
from tests.support.network_namespace import run_inside

if TYPE_CHECKING:
    from ddns_tray.verify.question import Received
    from tests.support.real_bed import Bed

pytestmark = [pytest.mark.bed, pytest.mark.xdist_group("bed")]

ADDRESSES = ((socket.AF_INET6, "2001:db8:bed::53"), (socket.AF_INET, "127.0.0.53"))
BLACK_HOLE = "table ip6 hole { chain in { type filter hook input priority 30; tcp dport 853 drop; }; }"


class LoopThatKnowsTheHost(asyncio.SelectorEventLoop):
    """Finds both addresses, IPv6 first, as a system's resolver does on a machine that believes in its IPv6."""

    async def getaddrinfo(self, host: object, port: object, **_: int) -> list[tuple[object, ...]]:  # type: ignore[override] # narrower
        return [(family, socket.SOCK_STREAM, 6, "", (address, port)) for family, address in ADDRESSES]


def test_the_other_family_is_tried_before_anybody_has_to_wait(bed: Bed) -> None:
    async def ask() -> Received:
        target = parse_resolver(f"tls://dns.bed.test?ca={bed.folder / 'tls' / 'ca.pem'}")
        assert target is not None
        assert target.endpoint is None
        streams = Streams(RealClock())
        try:
            return await streams.ask(target, prepare("home.example.test", "A", recursive=True), 3.0)
        finally:
            await streams.close()

    def work() -> Received:
        with asyncio.Runner(loop_factory=LoopThatKnowsTheHost) as runner:
            return runner.run(ask())

    nft = ["ip", "netns", "exec", bed.namespace, "nft"]
    subprocess.run([*nft, BLACK_HOLE], check=True)
    try:
        received = run_inside(bed.namespace, work)
    finally:
        subprocess.run([*nft, "delete table ip6 hole"], check=True)
    assert received.error is None
