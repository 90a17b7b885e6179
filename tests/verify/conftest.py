"""What the tests of this room share: a clock that runs, small patience, and one server."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING

import pytest

from ddns_tray.verify.asker import Asker, Patience
from ddns_tray.verify.streams import Streams
from ddns_tray.verify.targets import Endpoint, Target
from ddns_tray.verify.udp_pool import UdpPool
from tests.support.dns_server import DnsServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class RunningClock:
    """Real time."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


QUICK = Patience(
    authoritative=(0.1, 0.2),
    resolver=(0.1, 0.1, 0.3),
    silent=(0.05,),
    walk=(0.1, 0.2),
    anchor=(0.1, 0.2),
    stream=1.0,
)


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def chance() -> random.Random:
    return random.Random(7)


@pytest.fixture
async def pool(clock: RunningClock) -> AsyncIterator[UdpPool]:
    pool = UdpPool(clock)
    yield pool
    pool.close()


@pytest.fixture
async def asker(clock: RunningClock, pool: UdpPool) -> AsyncIterator[Asker]:
    streams = Streams(clock)
    asker = Asker(pool, streams, clock, QUICK)
    yield asker
    await asker.close()
    await streams.close()


@pytest.fixture
async def server() -> AsyncIterator[DnsServer]:
    async with DnsServer().running() as running:
        running.add_zone("example.test", "@ NS ns1", "ns1 A 127.0.0.1", "home A 192.0.2.7", "alias CNAME home")
        yield running


def target_of(server: DnsServer) -> Target:
    return Target("ns1.example.test", Endpoint(server.address, server.port), port=server.port)
