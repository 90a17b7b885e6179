"""A change of address on the bed of real servers: until it is written, and until it is proven. Needs root."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.bed.test_one_name import Home
from tests.bench.processes import summary
from tests.support.real_bed import Bed, missing

CHANGES = 10
PRIMARY = "127.0.0.21"
NAME = "bench.example.test"


def one_change(bed: Bed, home: Home, address: str) -> tuple[float, float]:
    """Seconds from the change to the new answer of the primary, and to the verdict “matched”."""
    home.set_address(address)
    start = time.monotonic()
    home.product.run("update")
    home.product.wait_for(lambda: bed.dig(PRIMARY, NAME) == {address}, seconds=30, what="written")
    written = time.monotonic() - start
    home.product.wait_for(
        lambda: (record := home.record()).get("verdict") == "matched" and record["expected"] == [address],
        seconds=90,
        what="proven",
    )
    return written, time.monotonic() - start


def main() -> int:
    """Bring up the bed, change the address some times, say how long it took."""
    reason = missing()
    if reason is not None:
        print(f"not measured: {reason}")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        bed = Bed.start(Path(folder, "bed"))
        try:
            place = Path(folder, "home")
            place.mkdir()
            home = Home(bed, place)
            try:
                home.settings(NAME, "home", ttl=5)
                home.product.start("daemon")
                home.wait_for_verdict("matched", seconds=60)
                took = [one_change(bed, home, f"203.0.113.{100 + number}") for number in range(CHANGES)]
            finally:
                home.close()
        finally:
            bed.stop()
    print(f"change → written (asked by `update`): {summary([each[0] for each in took], 's', 2)}")
    print(f"change → proven at 2 servers and 3 resolvers, TTL 5 s: {summary([each[1] for each in took], 's', 2)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
