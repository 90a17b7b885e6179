"""What listening to the router costs in memory: the real daemon at rest, with and without `router` among its sources.

    python -m tests.bench.bench_router_memory

Needs root, miniupnpd and iproute2. The daemon runs in a network namespace behind a real miniupnpd; it is measured after
it has asked the router, subscribed to its events and come to rest. Everything else is the same in both runs.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.bench_daemon import settings_text
from tests.bench.processes import usage
from tests.support.igd import CLIENT, WAN, House, house, missing
from tests.support.product import PROGRAM

RUNS = 3
WITNESS_PORT = 8001
"""In a namespace of our own, so it is free."""
REST = 20.0
PATIENCE = 20.0


def _inside(home: House, *command: str) -> list[str]:
    return ["ip", "netns", "exec", home.client, *command]


def _subscribed(home: House) -> bool:
    """Whether somebody at the client listens for the router's events."""
    shown = subprocess.run(_inside(home, "ss", "-Hltn", f"src {CLIENT}"), capture_output=True, text=True, check=True)
    return CLIENT in shown.stdout


def at_rest(home: House, settings: str, *, router: bool) -> float:
    """Resident memory of a daemon at rest, in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "config.toml").write_text(settings, encoding="utf-8")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "XDG_RUNTIME_DIR": folder,
            "DDNS_TRAY_SECRET_DEMO_API_KEY": "demo-key",
        }
        command = _inside(home, str(PROGRAM), "--config", str(place / "config.toml"), "daemon")
        quiet = subprocess.DEVNULL
        daemon = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)
        try:
            end = time.monotonic() + PATIENCE
            while router and not _subscribed(home):
                if time.monotonic() > end:
                    sys.exit("the daemon did not subscribe to the router's events")
                time.sleep(0.2)
            time.sleep(REST)
            if _subscribed(home) is not router:
                sys.exit("the daemon is not in the state that was to be measured")
            return usage(daemon.pid).rss
        finally:
            daemon.terminate()
            daemon.wait(timeout=15)


def main() -> None:
    """Measure and print."""
    reason = missing()
    if reason is not None:
        sys.exit(reason)
    with tempfile.TemporaryDirectory() as folder, house(Path(folder)) as home:
        (Path(folder) / "ip").write_text(f"{WAN}\n", encoding="ascii")
        servers = [
            subprocess.Popen(
                _inside(home, *command), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            for cwd, command in (
                (None, (sys.executable, "-m", "tests.bench.bench_round", "serve")),
                (folder, (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(WITNESS_PORT))),
            )
        ]
        try:
            pipe = servers[0].stdout
            assert pipe is not None
            witnesses = [f"http://127.0.0.1:{WITNESS_PORT}/ip", f"http://localhost:{WITNESS_PORT}/ip"]
            world = json.loads(pipe.readline()) | {"sources": witnesses}
            without, with_router = (
                settings_text(world | {"sources": sources}) for sources in (witnesses, ["router", *witnesses])
            )
            plain, listening = [], []
            for _ in range(RUNS):
                plain.append(at_rest(home, without, router=False))
                listening.append(at_rest(home, with_router, router=True))
        finally:
            for server in servers:
                server.kill()
                server.communicate()
    added = statistics.median(listening) - statistics.median(plain)
    print(
        f"without router {statistics.median(plain):.1f} MiB, with {statistics.median(listening):.1f} MiB: {added:+.1f}"
    )


if __name__ == "__main__":
    main()
