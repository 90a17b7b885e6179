"""From a new address on an interface to the write at the provider, told by the operating system alone.

    python -m tests.bench.bench_network [CHANGES]

Needs root and iproute2. The whole product runs in a network namespace: the kernel's messages, the interface as address
source, the engine, the HTTP client; the provider and the name servers are the demo's, in the same namespace. Prints
seconds from the moment at which the address is set until the request to write it has arrived.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.core.model import RecordType
from ddns_tray.core.settings import AddressSettings, GeneralSettings, RecordSettings
from ddns_tray.demo import DemoWorld, MemorySecrets, NoMemory
from ddns_tray.demo.zone import DemoZone
from ddns_tray.system.clock import SystemClock
from ddns_tray.system.paths import Paths
from ddns_tray.wiring import build_runtime
from tests.support.igd import ip
from tests.support.network_namespace import run_async_inside

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATIENCE = 30.0
FIRST = "10.9.1.1"


@dataclass(slots=True)
class TimedZone(DemoZone):
    """Notes when each address was written."""

    written: dict[str, float] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def replace(self, name: str, addresses: tuple[str, ...], ttl: int) -> None:
        DemoZone.replace(self, name, addresses, ttl)
        for address in addresses:
            self.written.setdefault(address, time.monotonic())
        self.news.set()


async def _written(zone: TimedZone, address: str) -> float:
    async with asyncio.timeout(PATIENCE):
        while address not in zone.written:
            zone.news.clear()
            await zone.news.wait()
    return zone.written[address]


async def change_to_write(namespace: str, changes: int) -> list[float]:
    """Change the address so many times, and return how long each write took; raises `TimeoutError`."""
    clock = SystemClock()
    world = DemoWorld(clock)
    zone = TimedZone(world.primary.name_servers, dict(world.primary.records))
    world.primary = world.secondary = zone
    await world.start()
    address = AddressSettings(sources=("interface:v0",), quorum=1, interval=3600.0)  # the schedule shall not help
    record = RecordSettings("home.demo.test", (RecordType.A,), account="demo", allow_private=True)
    settings = world.settings(GeneralSettings(portal_check=False))
    settings = replace(settings, address=address, ipv4=address, ipv6=address, records=(record,))
    settings = replace(settings, verify=replace(settings.verify, interval=3600.0))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        paths = Paths(place / "config.toml", place, place, place)
        runtime = build_runtime(paths, settings=settings, secrets=MemorySecrets(), memory=NoMemory(), clock=clock)
        tasks = [asyncio.ensure_future(each) for each in (runtime.engine.run(), runtime.watch_network())]
        try:
            await _written(zone, FIRST)
            return [took async for took in _changes(namespace, zone, changes)]
        finally:
            runtime.engine.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await runtime.aclose()
            await world.close()


async def _changes(namespace: str, zone: TimedZone, changes: int) -> AsyncIterator[float]:
    current = FIRST
    for number in range(changes):
        following = f"10.9.{2 + number // 200}.{1 + number % 200}"
        await asyncio.sleep(1 + random.random())
        await asyncio.to_thread(ip, "-n", namespace, "addr", "del", f"{current}/16", "dev", "v0")
        await asyncio.sleep(random.random())
        started = time.monotonic()
        await asyncio.to_thread(ip, "-n", namespace, "addr", "add", f"{following}/16", "dev", "v0")
        yield await _written(zone, following) - started
        current = following


def main() -> None:
    """Measure and print."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None:
        sys.exit("needs root on Linux, and iproute2, for a network namespace")
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    name = f"ddns-bn-{uuid.uuid4().hex[:8]}"
    ip("netns", "add", name)
    try:
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "link", "add", "v0", "type", "veth", "peer", "name", "v1")
        for device in ("v0", "v1"):
            ip("-n", name, "link", "set", device, "up")
        ip("-n", name, "addr", "add", f"{FIRST}/16", "dev", "v0")
        took = run_async_inside(name, lambda: change_to_write(name, changes))
    finally:
        ip("netns", "del", name)
    ordered = sorted(took)
    print(
        f"{changes} changes: median {statistics.median(ordered):.3f} s,"
        f" p95 {statistics.quantiles(ordered, n=20)[-1]:.3f} s, worst {ordered[-1]:.3f} s"
    )


if __name__ == "__main__":
    main()
