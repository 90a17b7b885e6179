"""What a look costs: CPU of our process alone, against a server in a process of its own.

`python -m tests.bench.bench_verify [questions]`. Prints microseconds of CPU per question for the pool alone, for
question and parsed answer, and for dnspython's own `asyncquery.udp` at the same concurrency; then milliseconds for a
look without change at one record with two authoritative servers and four resolvers.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import sys
import time
from typing import TYPE_CHECKING

import dns.asyncquery
import dns.message

from ddns_tray.core.model import RecordKey, RecordType
from ddns_tray.core.settings import VerifySettings
from ddns_tray.verify import build_verifier
from ddns_tray.verify.asker import Asker, Patience
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.streams import Streams
from ddns_tray.verify.targets import Endpoint, Target
from ddns_tray.verify.udp_pool import UdpPool
from tests.support.dns_server import servers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from multiprocessing.connection import Connection

AT_ONCE = 50
ADDRESSES = ("127.0.0.10", "127.0.0.21", "127.0.0.22", *(f"127.0.0.{last}" for last in range(53, 57)))


class RealClock:
    """Real time."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def serve(parent: Connection) -> None:
    """Be the root, two authoritative servers and four resolvers until the other end says so."""

    async def main() -> None:
        async with servers(*ADDRESSES) as (root, one, two, *resolvers):
            root.add_zone(
                "",
                "ex.test NS ns1.ex.test.\nex.test NS ns2.ex.test.\nns1.ex.test A 127.0.0.21\nns2.ex.test A 127.0.0.22",
            )
            for server in (one, two, *resolvers):
                server.add_zone(
                    "ex.test", "@ NS ns1", "@ NS ns2", "ns1 A 127.0.0.21", "ns2 A 127.0.0.22", "home A 192.0.2.7"
                )
            parent.send(root.port)
            await asyncio.to_thread(parent.recv)

    asyncio.run(main())


async def per_question(count: int, ask: Callable[[], Awaitable[object]]) -> float:
    """Microseconds of CPU for each question, `AT_ONCE` at a time."""
    began = time.process_time()
    for _ in range(count // AT_ONCE):
        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    return (time.process_time() - began) / (count // AT_ONCE * AT_ONCE) * 1e6


async def measure(port: int, count: int) -> None:
    """Print the figures."""
    clock = RealClock()
    pool, streams = UdpPool(clock), Streams(clock)
    asker = Asker(pool, streams, clock, Patience())
    endpoint = Endpoint("127.0.0.21", port)
    target = Target("ns1.ex.test", endpoint, port=port)
    query = prepare("home.ex.test", "A", recursive=False)

    async def naive() -> None:
        message = dns.message.make_query("home.ex.test.", "A", use_edns=0)
        await dns.asyncquery.udp(message, endpoint.address, timeout=5, port=port)

    print(f"pool alone          {await per_question(count, lambda: pool.start(endpoint, query, (5.0,))):7.1f} µs")
    print(f"asked and parsed    {await per_question(count, lambda: asker.ask(target, query, (5.0,))):7.1f} µs")
    print(f"dnspython's own udp {await per_question(count, naive):7.1f} µs")
    await asker.close()
    pool.close()
    await streams.close()

    verifier = build_verifier(
        VerifySettings(
            resolvers=tuple(f"udp://{address}:{port}" for address in ADDRESSES[3:]),
            root_hints=(f"{ADDRESSES[0]}:{port}",),
        ),
        clock=clock,
        chance=random.Random(1),
        system_resolvers=list,
    )
    key = RecordKey("home.ex.test", RecordType.A)
    seen = await verifier.observe([key])
    assert len(seen[key].observations) == 6, seen
    looks = max(count // 20, 20)
    began = time.process_time()
    for _ in range(looks):
        await verifier.observe([key])
    print(f"look without change {(time.process_time() - began) / looks * 1e3:7.2f} ms (1 record, 8 questions)")
    await verifier.aclose()


def main() -> None:
    """Start the servers, measure, stop them."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there,))
    process.start()
    try:
        asyncio.run(measure(here.recv(), count))
    finally:
        here.send(None)
        process.join(10)


if __name__ == "__main__":
    main()
