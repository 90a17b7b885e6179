"""The daemon with ten records: memory, and CPU over a minute at rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.processes import Usage, usage
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


def main() -> None:
    """Start servers and daemon, wait until it rests, measure a minute."""
    servers = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bench_round", "serve"], stdout=subprocess.PIPE, text=True
    )
    assert servers.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        try:
            settings = settings_text(json.loads(servers.stdout.readline()))
            start, end = _measure(Path(folder), settings)
        finally:
            servers.kill()
            servers.communicate()
    share = (end.cpu - start.cpu) / REST * 100
    print(
        f"daemon, {RECORDS} records: RSS {end.rss:.1f} MiB; CPU until at rest {start.cpu:.2f} s; "
        f"over {REST:.0f} s with a round a minute {end.cpu - start.cpu:.2f} s = {share:.3f} %"
    )


def _measure(home: Path, settings: str) -> tuple[Usage, Usage]:
    (home / "config.toml").write_text(settings, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "DDNS_TRAY_SECRET_DEMO_API_KEY": "demo-key",
    }
    command = [str(PROGRAM), "--config", str(home / "config.toml"), "daemon"]
    daemon = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(15)
        start = usage(daemon.pid)
        time.sleep(REST)
        return start, usage(daemon.pid)
    finally:
        daemon.terminate()
        daemon.wait(timeout=15)


if __name__ == "__main__":
    main()
