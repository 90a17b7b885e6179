"""Many names in one look: CPU of our process for each question, beside dnspython's own `asyncquery.udp`.

`python -m tests.bench.bench_scale [names …]` (100 1000 by default). Every name has two authoritative servers and four
resolvers; one process of its own answers for all of them from ready-made octets. Each row is a look at all names
and a verdict on each, after a first look that finds the zone: CPU for a question, the same the naive way at the same
concurrency, answers that were lost, verdicts that were not green, seconds, and memory. Exits with 1 if an answer was
lost or a verdict wrong.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import resource
import selectors
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dns.asyncquery
import dns.exception
import dns.message

from ddns_tray.core.judge import judge
from ddns_tray.core.model import Colour, RecordKey, RecordMemory, RecordType
from ddns_tray.core.settings import VerifySettings
from ddns_tray.system.clock import SystemClock
from ddns_tray.verify import build_verifier
from ddns_tray.verify.look import NAMES_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from ddns_tray.core.model import View

ROOT, SERVERS = "127.0.0.10", ("127.0.0.21", "127.0.0.22")
RESOLVERS = tuple(f"127.0.0.{last}" for last in range(53, 57))
WANTED = "192.0.2.7"
QUESTIONS_A_NAME = len(SERVERS) + len(RESOLVERS)
_ZONE = b"\x02ex\x04test\x00"
_OPT = b"\x00\x00\x29\x04\xd0" + bytes(6)
_A, _NS, _SOA = b"\x00\x01", b"\x00\x02", b"\x00\x06"


def _record(owner: bytes, kind: bytes, data: bytes) -> bytes:
    return owner + kind + b"\x00\x01" + (3600).to_bytes(4) + len(data).to_bytes(2) + data


_SERVER_NAMES = (b"\x03ns1" + _ZONE, b"\x03ns2" + _ZONE)
_NS_RECORDS = b"".join(_record(_ZONE, _NS, name) for name in _SERVER_NAMES)
_GLUE = b"".join(
    _record(name, _A, socket.inet_aton(address)) for name, address in zip(_SERVER_NAMES, SERVERS, strict=True)
)
_SOA_RECORD = _record(
    _ZONE, _SOA, b"\x03ns1" + _ZONE + b"\x01h" + _ZONE + b"".join(n.to_bytes(4) for n in (1, 3600, 600, 604800, 60))
)
_ADDRESS = _record(b"\xc0\x0c", _A, socket.inet_aton(WANTED))


def answer(query: bytes, address: str) -> bytes:
    """What the server at `address` says: the head for the counts of its sections, and ready-made records."""
    end = query.index(b"\x00", 12) + 5
    question, kind = query[12:end], query[end - 4 : end - 2]
    at_top = question[:-4].lower() == _ZONE
    flags, counts, records = b"\x84\x00", (1, 0, 0), _ADDRESS
    if address == ROOT:
        flags, counts, records = b"\x80\x00", (0, 2, 2), _NS_RECORDS + _GLUE
    elif kind == _NS:
        counts, records = (2, 0, 2), _NS_RECORDS + _GLUE
    elif kind == _SOA:
        counts, records = ((1, 0, 0) if at_top else (0, 1, 0)), _SOA_RECORD
    elif address in RESOLVERS:
        flags = b"\x81\x80"
    told, named, more = counts
    head = query[:2] + flags + b"\x00\x01" + bytes((0, told, 0, named, 0, more + 1))
    return head + question + records + _OPT


def serve(parent: Connection) -> None:
    """Answer on all addresses until the other end says so."""
    watch = selectors.DefaultSelector()
    port = 0
    for address in (ROOT, *SERVERS, *RESOLVERS):
        listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        listening.bind((address, port))
        listening.setblocking(False)
        port = listening.getsockname()[1]
        watch.register(listening, selectors.EVENT_READ, address)
    parent.send(port)
    while not parent.poll():
        for key, _ in watch.select(0.2):
            ready = key.fileobj
            assert isinstance(ready, socket.socket)
            try:
                while True:
                    query, source = ready.recvfrom(4096)
                    ready.sendto(answer(query, key.data), source)
            except BlockingIOError:
                continue


@dataclass(frozen=True, slots=True)
class Row:
    """The figures for one number of names."""

    names: int
    ours: float
    naive: float
    lost: int
    naive_lost: int
    wrong: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.names:>7} {self.ours:>9.1f} {self.naive:>9.1f} {self.naive / self.ours:>6.2f} {self.lost:>6}"
            f" {self.naive_lost:>11} {self.wrong:>6} {self.seconds:>8.2f} {_memory():>9.1f}"
        )


async def measure(port: int, count: int) -> Row:
    """Look at `count` names twice, and measure the second time."""
    clock = SystemClock()
    verifier = build_verifier(
        VerifySettings(resolvers=tuple(f"udp://{each}:{port}" for each in RESOLVERS), root_hints=(f"{ROOT}:{port}",)),
        clock=clock,
        chance=random.Random(1),
        system_resolvers=tuple,
    )
    keys = [RecordKey(f"h{number}.ex.test", RecordType.A) for number in range(count)]
    try:
        await verifier.observe(keys)
        began, began_wall = time.process_time(), time.monotonic()
        views = await verifier.observe(keys)
        wrong = judged_wrong([views[key] for key in keys], clock.now())
        cpu, seconds = time.process_time() - began, time.monotonic() - began_wall
    finally:
        await verifier.aclose()
    heard = sum(seen.rcode is not None for view in views.values() for seen in view.observations)
    naive, naive_lost = await the_naive_way(port, [key.name for key in keys])
    questions = count * QUESTIONS_A_NAME
    return Row(count, cpu / questions * 1e6, naive, questions - heard, naive_lost, wrong, seconds)


def judged_wrong(views: Sequence[View], now: float) -> int:
    """Judge every view; how many are not green."""
    wanted = frozenset({WANTED})
    memory = RecordMemory(expected=wanted, expected_since=now - 1e6, served_since=now - 1e6, served_ttl=60)
    wrong = 0
    for view in views:
        verdict, _ = judge(view, wanted, memory, now=now, online=True, paused=False, watched_only=False)
        wrong += verdict.colour is not Colour.GREEN
    return wrong


async def the_naive_way(port: int, names: Sequence[str]) -> tuple[float, int]:
    """The same questions with dnspython alone: microseconds of CPU for each, and how many got no answer."""
    lost = 0
    places = [(address, address in RESOLVERS) for address in (*SERVERS, *RESOLVERS)]
    waiting = iter(names)

    async def ask(name: str, address: str) -> None:
        nonlocal lost
        try:
            await dns.asyncquery.udp(dns.message.make_query(name, "A", use_edns=0), address, timeout=5, port=port)
        except (dns.exception.DNSException, OSError):
            lost += 1

    async def work() -> None:
        for name in waiting:
            await asyncio.gather(*(ask(name, address) for address, _ in places))

    began = time.process_time()
    await asyncio.gather(*(work() for _ in range(NAMES_AT_ONCE)))
    return (time.process_time() - began) / (len(names) * QUESTIONS_A_NAME) * 1e6, lost


def _memory() -> float:
    """MiB of this process now, or at its highest where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def main() -> int:
    """Start the server, measure each number of names, stop it."""
    counts = [int(each) for each in sys.argv[1:]] or [100, 1000]
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there,))
    process.start()
    bad = 0
    try:
        port = here.recv()
        print("  names  µs ours  µs naive  ratio   lost  naive lost  wrong  seconds  RSS MiB")
        for count in counts:
            row = asyncio.run(measure(port, count))
            bad += row.lost + row.wrong
            print(row, flush=True)
    finally:
        here.send(None)
        process.join(10)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
