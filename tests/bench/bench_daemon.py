"""The daemon with ten records: memory, and CPU over a minute at rest."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.processes import usage
from tests.support.product import PROGRAM

RECORDS = 10
REST = 60.0


def settings_text(world: dict[str, list[str]]) -> str:
    """Ten records at the demo's provider."""
    lines = [
        "schema = 1",
        "[address]",
        f"sources = {json.dumps(world['sources'])}",
        'interval = "60s"',
        "[verify]",
        'interval = "60s"',
        f"resolvers = {json.dumps(world['resolvers'])}",
        f"root_hints = {json.dumps(world['root_hints'])}",
        "[[account]]",
        'id = "demo"',
        'provider = "powerdns"',
        f"server = {json.dumps(world['server'])}",
    ]
    for number in range(RECORDS):
        lines += [
            "[[record]]",
            f'name = "n{number}.demo.test"',
            'types = ["A"]',
            'account = "demo"',
            "allow_private = true",
        ]
    return "\n".join(lines) + "\n"


async def main() -> None:
    """Start servers and daemon, wait until it rests, measure a minute."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bench_round", "serve", stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            (home / "config.toml").write_text(
                settings_text(json.loads(await child.stdout.readline())), encoding="utf-8"
            )
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": folder,
                "XDG_RUNTIME_DIR": folder,
                "DDNS_TRAY_SECRET_DEMO_API_KEY": "demo-key",
            }
            command = [str(PROGRAM), "--config", str(home / "config.toml"), "daemon"]
            daemon = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                time.sleep(15)
                start = usage(daemon.pid)
                time.sleep(REST)
                end = usage(daemon.pid)
            finally:
                daemon.terminate()
                code = daemon.wait(timeout=15)
        finally:
            child.kill()
            await child.wait()
    share = (end.cpu - start.cpu) / REST * 100
    print(
        f"daemon, {RECORDS} records: RSS {end.rss:.1f} MiB; CPU until at rest {start.cpu:.2f} s; "
        f"over {REST:.0f} s with a round a minute {end.cpu - start.cpu:.2f} s = {share:.3f} %; exit code {code}"
    )


if __name__ == "__main__":
    asyncio.run(main())
