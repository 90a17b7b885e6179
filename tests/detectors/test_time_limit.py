"""The promise of the port: whatever the other side does, a look is over in 5 s."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import time
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import Family
from ddns_tray.detectors.base import LONGEST_LOOK
from ddns_tray.http import HttpxClient
from ddns_tray.system.clock import SystemClock
from tests.support.detecting import detectors_of

if TYPE_CHECKING:
    from pathlib import Path

GRACE = 1.0
"""For a machine that is busy with other things."""


async def _swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the connection and all that comes over it, and never say a word."""
    with contextlib.suppress(OSError):
        while await reader.read(4096):
            pass
    writer.close()


@pytest.mark.slow
async def test_no_source_takes_longer_than_it_promises(tmp_path: Path) -> None:
    http = HttpxClient()
    silent = await asyncio.start_server(_swallow, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", port))
        sources = [
            f"http://127.0.0.1:{port}/",
            f"https://127.0.0.1:{port}/",
            f"stun:127.0.0.1:{port}",
            f"dns://127.0.0.1:{port}/whoami.example/A",
            f"dns+tls://127.0.0.1:{port}/whoami.example/A",
            f"dns+https://127.0.0.1:{port}/whoami.example/A",
            f"upnp:http://127.0.0.1:{port}/root.xml",
            "natpmp:127.0.0.1",
            "pcp:127.0.0.1",
            f"command:{sys.executable} -c 'import time; time.sleep(60)'",
        ]
        if hasattr(os, "mkfifo"):
            os.mkfifo(tmp_path / "pipe")
            sources.append(f"file:{tmp_path / 'pipe'}")
        detectors = detectors_of(*sources, http=http, clock=SystemClock(), family=Family.IPV4)
        assert len(detectors) == len(sources)

        async def timed(number: int) -> float:
            begun = time.monotonic()
            sighting = await detectors[number].detect(Family.IPV4)
            assert sighting.address is None, sources[number]
            assert sighting.problem is not None, sources[number]
            return time.monotonic() - begun

        took = await asyncio.gather(*(timed(number) for number in range(len(detectors))))
    silent.close()
    await silent.wait_closed()
    await http.aclose()
    late = {source: seconds for source, seconds in zip(sources, took, strict=True) if seconds > LONGEST_LOOK + GRACE}
    assert late == {}
