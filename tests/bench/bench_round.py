"""One no-change round with one record: CPU and calls, against real servers on loopback.

Two HTTP address sources, one authoritative server pair and one resolver, all in another process; the engine, the
adapters and the loop are the product's.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ddns_tray.core.model import RecordType
from ddns_tray.core.settings import AccountSettings, AddressSettings, RecordSettings, Settings, VerifySettings
from ddns_tray.demo import DemoWorld, MemorySecrets, NoMemory
from ddns_tray.engine import RoundRequest
from ddns_tray.system.clock import SystemClock
from ddns_tray.system.paths import Paths
from ddns_tray.wiring import build_runtime
from tests.bench.processes import summary

ROUNDS = 100


async def serve_world() -> None:
    """The servers, in a process of their own: prints where they are and waits to be ended."""
    world = DemoWorld(SystemClock())
    world.secondary = world.primary  # both servers serve each change at once
    await world.start()
    settings = world.settings(Settings().general)
    print(
        json.dumps(
            {
                "sources": settings.ipv4.sources,
                "server": settings.accounts[0].options["server"],
                "resolvers": settings.verify.resolvers,
                "root_hints": settings.verify.root_hints,
            }
        ),
        flush=True,
    )
    await asyncio.Event().wait()


def settings_for(world: dict[str, Any]) -> Settings:
    """One record, everything else as in the demo."""
    address = AddressSettings(sources=tuple(world["sources"]), quorum=2)
    record = RecordSettings("home.demo.test", (RecordType.A,), account="demo", ttl=15, allow_private=True)
    return Settings(
        ipv4=address,
        ipv6=address,
        accounts=(AccountSettings("demo", "powerdns", {"server": world["server"]}),),
        records=(record,),
        verify=VerifySettings(resolvers=tuple(world["resolvers"]), root_hints=tuple(world["root_hints"])),
    )


async def measure(world: dict[str, Any]) -> tuple[list[float], int]:
    """CPU milliseconds of each round, and provider calls over all of them."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        paths = Paths(place / "config.toml", place, place, place)
        runtime = build_runtime(paths, settings=settings_for(world), secrets=MemorySecrets(), memory=NoMemory())
        engine = runtime.engine
        for _ in range(3):
            await engine.run_once(RoundRequest())
        spent, calls = [], 0
        for _ in range(ROUNDS):
            before = time.process_time()
            results = await engine.run_once(RoundRequest())
            spent.append((time.process_time() - before) * 1000)
            calls += sum(result.calls for result in results)
            await asyncio.sleep(0.02)
        assert engine.snapshot.colour == "green", engine.snapshot.colour
        await runtime.aclose()
        return spent, calls


async def main() -> None:
    """Start the servers, measure, say."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bench_round", "serve", stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    assert child.stdout is not None
    try:
        world = json.loads(await child.stdout.readline())
        spent, calls = await measure(world)
    finally:
        child.kill()
        await child.wait()
    print(f"no-change round, 1 record: CPU {summary(spent, 'ms', 2)}; provider calls {calls} in {ROUNDS} rounds")


if __name__ == "__main__":
    asyncio.run(serve_world() if sys.argv[1:] == ["serve"] else main())
