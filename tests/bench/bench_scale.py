"""Many names: CPU of our process for each question, beside dnspython's own `asyncquery.udp`; a daemon with all of them.

`python -m tests.bench.bench_scale [names …]` (100, 1000, 3000 and 10000 by default; the largest is the daemon's).
Every name has two authoritative servers and four resolvers; one process of its own answers for all of them from
ready-made octets. Microseconds of CPU for one question, asked, answered and judged:

- *new*: the first look, which also finds out for each name where its zone begins;
- *read*: a look at which every answer differs from the one before, so that all is read and judged in full;
- *same*: a look that repeats the one before, as nearly all looks do (the median of three);
- *naive*: dnspython alone, nothing judged, at the same concurrency, for at most 500 names.

Exits with 1 if an answer was lost, a verdict wrong, or a record of the daemon not green.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import dns.asyncquery
import dns.exception
import dns.message

from ddns_tray.core.judged import Judged, judge_after
from ddns_tray.core.model import Circumstances, Colour, RecordKey, RecordMemory, RecordType
from ddns_tray.core.settings import VerifySettings
from ddns_tray.engine.calm import calm
from ddns_tray.engine.state import EngineState
from ddns_tray.store.memory import MemoryFile
from ddns_tray.system.clock import SystemClock
from ddns_tray.verify import build_verifier
from ddns_tray.verify.look import NAMES_AT_ONCE
from tests.bench.processes import usage
from tests.bench.scale_world import EVERYBODY, QUESTIONS_A_NAME, RESOLVERS, ROOT, World, running
from tests.support.product import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.ports import Verifier

FIRST, SECOND = "8.8.4.4", "9.9.9.10"
NAIVE_NAMES = 500
INTERVAL = 30
MEMORIES = 50


class Watch:
    """Some names, looked at and judged again and again."""

    def __init__(self, verifier: Verifier, count: int) -> None:
        self._verifier = verifier
        self._clock = SystemClock()
        self.keys = [RecordKey(f"h{number}.ex.test", RecordType.A) for number in range(count)]
        self._judged: dict[RecordKey, Judged] = {}
        self.lost = self.wrong = 0
        self.slowest = 0.0

    async def look(self, wanted: str) -> float:
        """Look at all and judge all; microseconds of CPU for each question."""
        with calm(len(self.keys)):  # as the engine does
            return await self._look(wanted)

    async def _look(self, wanted: str) -> float:
        began, began_wall = time.process_time(), time.monotonic()
        views = await self._verifier.observe(self.keys)
        now, expected = self._clock.now(), frozenset({wanted})
        settled = RecordMemory(expected=expected, expected_since=now - 1e6, served_since=now - 1e6, served_ttl=60)
        for key in self.keys:
            before = self._judged.get(key)
            same = before is not None and before.told.expected == expected
            told = Circumstances(
                at=now,
                expected=before.told.expected if before is not None and same else expected,
                memory=before.memory if before is not None and same else settled,
                online=True,
                watched_only=False,
            )
            self._judged[key] = judge_after(before, views[key], told)
        cpu, self.slowest = time.process_time() - began, max(self.slowest, time.monotonic() - began_wall)
        heard = sum(seen.answer == (wanted,) for view in views.values() for seen in view.observations)
        self.lost += len(self.keys) * QUESTIONS_A_NAME - heard
        self.wrong += sum(each.verdict.colour is not Colour.GREEN for each in self._judged.values())
        return cpu / (len(self.keys) * QUESTIONS_A_NAME) * 1e6


@dataclass(frozen=True, slots=True)
class Row:
    """The figures for one number of names."""

    names: int
    new: float
    read: float
    same: float
    naive: float
    lost: int
    wrong: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.names:>7} {self.new:>6.1f} {self.read:>6.1f} {self.same:>6.1f} {self.naive:>7.1f}"
            f" {self.naive / self.read:>6.1f} {self.naive / self.same:>6.1f} {self.lost:>6} {self.wrong:>6}"
            f" {self.seconds:>8.2f}"
        )


async def measure(world: World, count: int) -> Row:
    """Look at `count` names: new, read, and the same three times."""
    verifier = build_verifier(
        VerifySettings(
            resolvers=tuple(f"udp://{each}:{world.port}" for each in RESOLVERS),
            root_hints=(f"{ROOT}:{world.port}",),
        ),
        clock=SystemClock(),
        chance=random.Random(1),
        system_resolvers=tuple,
    )
    watch = Watch(verifier, count)
    try:
        world.lead_to(FIRST)
        new = await watch.look(FIRST)
        await watch.look(FIRST)
        world.lead_to(SECOND)
        read = await watch.look(SECOND)
        same = statistics.median([await watch.look(SECOND) for _ in range(3)])
    finally:
        await verifier.aclose()
    naive, naive_lost = await the_naive_way(world.port, [key.name for key in watch.keys[:NAIVE_NAMES]])
    assert naive_lost == 0, f"the naive way lost {naive_lost}: the machine is too busy for a comparison"
    return Row(count, new, read, same, naive, watch.lost, watch.wrong, watch.slowest)


async def the_naive_way(port: int, names: Sequence[str]) -> tuple[float, int]:
    """The same questions with dnspython alone: microseconds of CPU for each, and how many got no answer."""
    lost = 0
    waiting = iter(names)

    async def ask(name: str, address: str) -> None:
        nonlocal lost
        try:
            await dns.asyncquery.udp(dns.message.make_query(name, "A", use_edns=0), address, timeout=5, port=port)
        except (dns.exception.DNSException, OSError):
            lost += 1

    async def work() -> None:
        for name in waiting:
            await asyncio.gather(*(ask(name, address) for address in EVERYBODY))

    began = time.process_time()
    await asyncio.gather(*(work() for _ in range(NAMES_AT_ONCE)))
    return (time.process_time() - began) / (len(names) * QUESTIONS_A_NAME) * 1e6, lost


def settings_text(port: int, count: int) -> str:
    """So many watched names, and nothing else to do."""
    lines = [
        "schema = 1",
        "[address]",
        'sources = ["static:8.8.4.4"]',
        "quorum = 1",
        "[verify]",
        f'interval = "{INTERVAL}s"',
        f"resolvers = {json.dumps([f'udp://{each}:{port}' for each in RESOLVERS])}",
        f"root_hints = {json.dumps([f'{ROOT}:{port}'])}",
    ]
    for number in range(count):
        lines += ["[[record]]", f'name = "h{number}.ex.test"', 'types = ["A"]', f'expected = ["{FIRST}"]']
    return "\n".join(lines) + "\n"


def measure_memory(count: int) -> None:
    """What it costs to have one name's memory on the disk before a write at its provider, among so many."""
    settled = RecordMemory(expected=frozenset({FIRST}), expected_since=1.0, served_since=1.0, served_ttl=60)
    with tempfile.TemporaryDirectory() as folder:
        state = EngineState(SystemClock(), MemoryFile(Path(folder) / "memory.json"))
        keys = [RecordKey(f"h{number}.ex.test", RecordType.A) for number in range(count)]
        for key in keys:
            state.note(key, settled)
        state.save()
        some = keys[:MEMORIES]
        began, began_wall = time.process_time(), time.monotonic()
        for key in some:
            state.remember(key, replace(settled, unconfirmed=True))
        cpu, wall = ((time.process_time() - began) / len(some), (time.monotonic() - began_wall) / len(some))
    print(f"memory, {count} records: one of them on the disk in {wall * 1000:.2f} ms, {cpu * 1000:.2f} ms of CPU")


def measure_daemon(world: World, count: int) -> bool:
    """The real program with all names: memory, and CPU for one interval. Says whether all was green."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "config.toml").write_text(settings_text(world.port, count), encoding="utf-8")
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "XDG_RUNTIME_DIR": folder}
        command = [str(PROGRAM), "--config", str(home / "config.toml")]
        journal = home / "journal"
        with journal.open("w") as err:
            daemon = subprocess.Popen([*command, "-v", "daemon"], env=environment, stderr=err)
        try:
            began = time.monotonic()
            while journal.read_text(encoding="utf-8").count(" is matched (green)") < count:
                if daemon.poll() is not None or time.monotonic() > began + 90:
                    return False
                time.sleep(1)
            ready = time.monotonic() - began
            time.sleep(3)
            start = usage(daemon.pid)
            time.sleep(INTERVAL)
            end = usage(daemon.pid)
            statuses = [measure_status(daemon.pid, command, environment, way) for way in ((), ("--json",))]
        finally:
            daemon.terminate()
            daemon.wait(timeout=30)
        told = journal.read_text(encoding="utf-8")
        green = told.count(" is matched (green)") == count and not any(f"({bad})" in told for bad in ("yellow", "red"))
    cpu = end.cpu - start.cpu
    print(
        f"daemon, {count} records: RSS {end.rss:.1f} MiB; all green after {ready:.0f} s and {start.cpu:.1f} s of CPU; "
        f"over an interval of {INTERVAL} s {cpu:.2f} s = {cpu / INTERVAL * 100:.1f} %; never another colour: {green}"
    )
    print("\n".join(statuses))
    return green


def measure_status(daemon: int, command: Sequence[str], environment: Mapping[str, str], way: Sequence[str]) -> str:
    """Ask the daemon for its status: how long that takes, and what it costs both."""
    before, began = usage(daemon).cpu, time.monotonic()
    asker = subprocess.run([*command, *way, "status"], env=dict(environment), capture_output=True, check=False)
    seconds, cpu = time.monotonic() - began, usage(daemon).cpu - before
    size, title = len(asker.stdout) / 1e6, " ".join(("status", *way))
    told = f"{title}: exit {asker.returncode}, {size:.1f} MB in {seconds:.1f} s"
    return f"{told}; {cpu:.2f} s of CPU for the daemon"


def main() -> int:
    """Start the servers, measure each number of names, stop them."""
    counts = [int(each) for each in sys.argv[1:]] or [100, 1000, 3000, 10_000]
    bad = 0
    with running(FIRST) as world:
        print("µs of CPU a question:")
        print("  names    new   read   same   naive  n/read n/same   lost  wrong  seconds")
        for count in counts:
            row = asyncio.run(measure(world, count))
            bad += row.lost + row.wrong
            print(row, flush=True)
        world.lead_to(FIRST)
        bad += not measure_daemon(world, max(counts))
    measure_memory(max(counts))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
