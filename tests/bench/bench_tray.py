"""The tray program under Xvfb with a StatusNotifier host and ten records: start to icon, memory, CPU at rest."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.bench_daemon import RECORDS, settings_text
from tests.bench.processes import summary, usage
from tests.support.tray_session import TraySession, missing_programs, wait_for

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = (sys.executable, "-m", "ddns_tray")
STARTS = 7
REST = 60.0
_SHOWN = re.compile(r"icon shown after ([0-9.]+) s")


def start_to_icon(settings: str, program: Sequence[str] = PROGRAM, starts: int = STARTS) -> list[float]:
    """CPU seconds from the start of the process until the icon is shown, for each of some starts."""
    seen = []
    log = Path(program[0]).name
    for _ in range(starts):
        with TraySession() as desktop:
            desktop.start_panel()
            _write(desktop, settings)
            desktop.start([*program, "-v"])
            wait_for(lambda: _SHOWN.search(desktop.log(log)) is not None, "the icon")
            found = _SHOWN.search(desktop.log(log))
            assert found is not None
            seen.append(float(found.group(1)))
    return seen


def at_rest(settings: str) -> tuple[float, float]:
    """Resident MiB after a while, and the share of one processor over a minute, in per cent."""
    with TraySession() as desktop:
        desktop.start_panel()
        _write(desktop, settings)
        program = desktop.start([sys.executable, "-m", "ddns_tray"], env={"DDNS_TRAY_SECRET_DEMO_API_KEY": "demo-key"})
        wait_for(desktop.has_status_item, "a status item")
        time.sleep(20)
        before = usage(program.pid)
        time.sleep(REST)
        after = usage(program.pid)
        return after.rss, (after.cpu - before.cpu) / REST * 100


def _write(desktop: TraySession, settings: str) -> None:
    folder = Path(desktop.env["XDG_CONFIG_HOME"]) / "ddns-tray"
    folder.mkdir()
    (folder / "config.toml").write_text(settings, encoding="utf-8")


async def main() -> int:
    """Start the servers of the demo, measure, say."""
    if missing_programs():
        print(f"not measured: this machine lacks {', '.join(missing_programs())}")
        return 1
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bench_round", "serve", stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        settings = settings_text(json.loads(await child.stdout.readline()))
        print(f"tray, process start to icon: CPU {summary(await asyncio.to_thread(start_to_icon, settings), 's')}")
        rss, share = await asyncio.to_thread(at_rest, settings)
        print(f"tray, {RECORDS} records: RSS {rss:.1f} MiB; CPU over {REST:.0f} s with a round a minute {share:.3f} %")
    finally:
        child.kill()
        await child.wait()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
