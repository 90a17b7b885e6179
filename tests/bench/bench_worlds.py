"""Search worlds by seed for a broken promise (`tests.support.simulation`), and make a bad one short.

`dev.py bench worlds` searches 300 that nobody has seen. `python -m tests.bench.bench_worlds FIRST LAST` searches these,
`python -m tests.bench.bench_worlds SEED` tells one in full.
"""

from __future__ import annotations

import logging
import sys
import time

from tests.support.simulation.plot import Plot
from tests.support.simulation.story import shortest, tell
from tests.support.simulation.weather import draw

WORLDS = 300


def one(seed: int) -> int:
    """Tell the shortest story in which the same promise is broken, or the whole one if none is."""
    plot = Plot.of(seed)
    events, ending = draw(plot), tell(plot)
    if ending.found:
        events = shortest(plot, events)
        ending = tell(plot, events)
    print(plot, *events, *ending.log, sep="\n")
    return int(bool(ending.found))


def many(first: int, last: int) -> int:
    """Name the seeds of broken promises, as they are found."""
    bad, waits = 0, []
    begin = time.process_time()
    for seed in range(first, last):
        ending = tell(Plot.of(seed))
        waits.append(ending.recovered_after)
        bad += bool(ending.found)
        for promise, evidence in ending.found:
            print(f"{seed}: {promise}; {evidence}", flush=True)
    each = (time.process_time() - begin) / len(waits)
    waits.sort()
    print(f"{bad} bad of {len(waits)} worlds from {first} on, {1000 * each:.0f} ms CPU each")
    print(f"seconds until all was well: median {waits[len(waits) // 2]:.0f}, longest {waits[-1]:.0f}")
    return int(bool(bad))


def main(arguments: list[str]) -> int:
    """Search, or tell."""
    logging.getLogger("ddns_tray").setLevel(logging.ERROR)
    logging.getLogger("ddns_tray").propagate = False
    numbers = [int(each) for each in arguments]
    if len(numbers) == 1:
        return one(numbers[0])
    first, last = numbers or (begin := time.time_ns() // 1_000_000, begin + WORLDS)
    return many(first, last)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
