"""What a question costs over kept TLS and HTTPS connections, and whether they leave anything behind.

`python -m tests.bench.bench_encrypted [questions]`. The server is in a process of its own; printed is the CPU time
of our process alone, for one question after the other and for 50 at a time, and the growth in descriptors.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.http import HttpxClient
from ddns_tray.verify.asker import Asker, Patience
from ddns_tray.verify.doh import HttpsTransport
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.streams import Streams
from ddns_tray.verify.targets import parse_resolver
from ddns_tray.verify.udp_pool import UdpPool
from tests.bench.bench_verify import RealClock
from tests.support.certificates import CertificateAuthority
from tests.support.dns_server import DnsServer
from tests.support.doh_server import DohServer

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from ddns_tray.verify.targets import Target

AT_ONCE = 50
HOME = prepare("home.ex.test", "A", recursive=True)
NAMES = ("dns.example", "127.0.0.1")


def serve(parent: Connection, folder: str) -> None:
    """Be a resolver over TLS, and over HTTPS with HTTP/2 and with HTTP/1.1 alone."""

    async def main() -> None:
        authority = CertificateAuthority(Path(folder))
        dns = DnsServer(udp=False, tls=authority.server_context(*NAMES))
        dns.add_zone("ex.test", "home A 192.0.2.7")
        modern = DohServer(dns, authority.server_context(*NAMES))
        old = DohServer(dns, authority.server_context(*NAMES), http2=False)
        async with dns.running(), modern.running(), old.running():
            parent.send((dns.port, modern.port, old.port, str(authority.ca_file)))
            await asyncio.to_thread(parent.recv)

    asyncio.run(main())


async def per_question(asker: Asker, target: Target, count: int, at_once: int) -> float:
    """Milliseconds of CPU for each question, connection and certificates not counted."""

    async def ask() -> None:
        reply = await asker.ask(target, HOME, (10.0,))
        assert reply.message is not None, reply.error

    await ask()
    began = time.process_time()
    for _ in range(count // at_once):
        await asyncio.gather(*(ask() for _ in range(at_once)))
    return (time.process_time() - began) / (count // at_once * at_once) * 1e3


def descriptors() -> int:
    """How many are open, where the system tells."""
    folder = Path("/proc/self/fd")
    return sum(1 for _ in folder.iterdir()) if folder.exists() else 0


async def measure(places: tuple[int, int, int, str], count: int) -> None:
    """Print the figures."""
    tls, http2, http1, ca = places
    clock = RealClock()
    client = HttpxClient()
    streams = Streams(clock)
    asker = Asker(UdpPool(clock), streams, clock, Patience(), HttpsTransport(client, clock))
    for title, uri, questions in (
        ("DNS over TLS", f"tls://dns.example:{tls}?ip=127.0.0.1&ca={ca}", count),
        ("DNS over HTTPS, HTTP/2", f"https://dns.example:{http2}/dns-query?ip=127.0.0.1&ca={ca}", count),
        ("DNS over HTTPS, HTTP/1.1", f"https://dns.example:{http1}/dns-query?ip=127.0.0.1&ca={ca}", count // 10),
    ):
        target = parse_resolver(uri)
        assert target is not None
        one = await per_question(asker, target, questions // 10, 1)
        before = descriptors()
        many = await per_question(asker, target, questions, AT_ONCE)
        grown = descriptors() - before
        print(
            f"{title:<25} {one:6.3f} ms one by one {many:8.3f} ms {AT_ONCE} at a time;"
            f" {questions} questions: {grown:+} descriptors"
        )
    await asker.close()
    await streams.close()
    await client.aclose()


def main() -> None:
    """Start the server, measure, stop it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        server = context.Process(target=serve, args=(there, folder))
        server.start()
        try:
            asyncio.run(measure(here.recv(), count))
        finally:
            here.send(None)
            server.join()


if __name__ == "__main__":
    main()
