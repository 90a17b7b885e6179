"""From a change of the router's outside address to the write at the provider, on a real router in network namespaces.

    python -m tests.bench.bench_router [CHANGES]

Needs root, miniupnpd and iproute2. The router and its events are real, the outside witness and the provider answer at
once: what is measured is ours and the router's. Prints seconds from the moment at which the address is set.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import Family, Sighting, SourceKind
from ddns_tray.detectors import build_detectors
from ddns_tray.detectors.router_events import RouterWatch
from ddns_tray.engine import Care, Engine, RoundRequest
from ddns_tray.http import HttpxClient
from ddns_tray.system.clock import SystemClock
from ddns_tray.system.interfaces import interface_addresses
from ddns_tray.system.routes import default_routes
from tests.support.engine_fakes import FakeDetector, FakeProvider, World
from tests.support.igd import WAN, House, house, missing

if TYPE_CHECKING:
    from ddns_tray.core.model import Change

PATIENCE = 15.0


class Witness(FakeDetector):
    """The world, which sees what the line has."""

    def __init__(self) -> None:
        self.source, self.origin, self.kind = "https:witness", "witness", SourceKind.HTTPS
        self.families, self.rank, self.asked = frozenset({Family.IPV4}), 0, 0
        self.address: str | None = WAN

    async def detect(self, family: Family) -> Sighting:
        self.asked += 1
        seen = None if self.address is None else ip_address(self.address)
        return Sighting(self.source, self.origin, self.kind, family, seen, time.time())


class Provider(FakeProvider):
    """Notes when each address was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[str, float] = {}
        self.news = asyncio.Event()

    async def apply(self, change: Change) -> None:
        await super().apply(change)
        for address in change.after:
            self.written.setdefault(address, time.monotonic())
        self.news.set()


async def change_to_write(home: House, changes: int) -> list[float]:
    """Change the address so many times, and return how long each write took; raises `TimeoutError`."""
    http, clock, world, witness = HttpxClient(), SystemClock(), World(), Witness()
    provider = world.provider = Provider()
    router = build_detectors(
        ["router"], http=http, clock=clock, interfaces=interface_addresses, routes=default_routes, family=Family.IPV4
    )
    setup = replace(
        world.setup(),
        detectors=MappingProxyType({Family.IPV4: (*router, witness), Family.IPV6: ()}),
        built_in=frozenset({witness.source}),
    )
    engine = Engine(setup, clock=clock, chance=random.Random(1), memory=world.memory)
    watch = RouterWatch(
        http, default_routes, clock, lambda: engine.request(RoundRequest(observe=False, care=Care.HINT))
    )
    tasks = [asyncio.ensure_future(engine.run()), asyncio.ensure_future(watch.run())]
    try:
        await _written(provider, WAN)
        async with asyncio.timeout(PATIENCE):
            while not watch.working:  # noqa: ASYNC110 - the router tells us, and has no event for us
                await asyncio.sleep(0.01)
        took, current = [], WAN
        for number in range(changes):
            following = f"11.22.{60 + number // 200}.{1 + number % 200}"
            await asyncio.to_thread(home.drop_wan, current)
            await asyncio.sleep(1 + random.random())
            witness.address = following
            started = time.monotonic()
            await asyncio.to_thread(home.add_wan, following)
            took.append(await _written(provider, following) - started)
            current = following
            await asyncio.sleep(1 + 2 * random.random())  # a line that changes more often is not a line
        return took
    finally:
        engine.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await http.aclose()


async def _written(provider: Provider, address: str) -> float:
    async with asyncio.timeout(PATIENCE):
        while address not in provider.written:
            provider.news.clear()
            await provider.news.wait()
    return provider.written[address]


def main() -> None:
    """Measure and print."""
    reason = missing()
    if reason is not None:
        sys.exit(reason)
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory() as folder, house(Path(folder)) as home:
        took = home.run(lambda: change_to_write(home, changes))
    ordered = sorted(took)
    quantiles = statistics.quantiles(ordered, n=20)
    print(f"{changes} changes: median {statistics.median(ordered):.3f} s, p95 {quantiles[-1]:.3f} s")
    print("worst:", ", ".join(f"{each:.3f}" for each in itertools.islice(reversed(ordered), 5)))


if __name__ == "__main__":
    main()
