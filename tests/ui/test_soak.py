"""A desktop loop that turns a hundred thousand times must not wear anything out.

PySide6 6.12.0 dropped a reference to `None` with each call, which ended the process on Python 3.11 after some thousand
turns; from 3.12 on an immortal `None` hides such a fault, so memory is watched too. In a process of its own, since a
loop of qasync and a QApplication want to be the only ones.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

TURNS = 100_000
ALLOWED_REFERENCES = 5_000
ALLOWED_MIB = 5.0

PROGRAM = """
import asyncio, json, sys
from pathlib import Path
import qasync
from PySide6.QtWidgets import QApplication

def resident():
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024

async def soak(turns):
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    left = turns
    def turn():
        nonlocal left
        left -= 1
        if left > 0:
            loop.call_soon(turn)
        else:
            done.set()
    loop.call_soon(turn)
    await done.wait()

async def main(turns):
    await soak(turns // 10)
    references, memory = sys.getrefcount(None), resident()
    await soak(turns)
    for _ in range(turns // 100):
        await asyncio.sleep(0)
    print(json.dumps({"references": sys.getrefcount(None) - references, "mib": resident() - memory}))

application = QApplication([])
with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
    runner.run(main(int(sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads resident memory from /proc")
def test_a_hundred_thousand_callbacks_leave_references_and_memory_as_they_were() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(TURNS)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    worn = json.loads(done.stdout)
    assert abs(worn["references"]) < ALLOWED_REFERENCES
    assert worn["mib"] < ALLOWED_MIB
