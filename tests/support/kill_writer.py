"""Writes a settings file over and over in children that are killed at random moments, and looks at what they leave.

Run as a program: `python -m tests.support.kill_writer FOLDER TRIES SEED`; prints what it counted as JSON. A program of
its own, since forking is only safe where no other thread runs.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from ddns_tray.core.model import RecordType
from ddns_tray.core.settings import RecordSettings
from ddns_tray.store.config import ConfigFile
from tests.support.provider_specs import SPECS

RECORDS = 15


def main(folder: Path, tries: int, seed: int) -> Counter[str]:
    chance = random.Random(seed)
    file = ConfigFile(folder / "config.toml", providers=SPECS)
    file.set_value("verify", "interval", 7)
    for number in range(RECORDS):
        file.put_record(RecordSettings(f"name{number}.example.org", (RecordType.A,), comment="x" * 60))
    started = time.monotonic()
    file.set_value("verify", "interval", 8)
    about = time.monotonic() - started  # how long a write takes; corrected below, as the machine is more or less busy

    counted: Counter[str] = Counter()
    old = file.path.read_bytes()
    for number in range(tries):
        seconds = number + 10
        child = os.fork()
        if not child:
            file.set_value("verify", "interval", seconds)
            signal.pause()
        time.sleep(chance.uniform(0, 2 * about))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        content = file.path.read_bytes()
        if content == old:
            counted["old"] += 1
            about *= 1.02
        elif file.read().verify.interval == seconds and len(content.splitlines()) == len(old.splitlines()):
            counted["new"] += 1
            about /= 1.02
        else:
            counted["torn"] += 1
        old = content
        temporary = len(list(folder.glob(".*.tmp")))
        counted["left"] += temporary > 0
        counted["heaps"] += temporary > 1
    file.set_value("verify", "interval", 9)
    counted["unswept"] = len(list(folder.glob(".*.tmp")))
    return counted


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
