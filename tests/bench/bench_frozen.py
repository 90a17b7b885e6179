"""The frozen program: its size, and its start to icon held against the source tree's, in turns on the same machine."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from devtools import archives, building, freezing
from devtools.shell import ROOT
from tests.bench.bench_daemon import settings_text
from tests.bench.bench_tray import PROGRAM, start_to_icon
from tests.bench.processes import summary
from tests.support.tray_session import missing_programs

ROUNDS = 7
MEGABYTE = 1_000_000


def sizes(bundle: Path) -> str:
    """How large the bundle is on disk and packed."""
    plain = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file() and not path.is_symlink())
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder, "bundle.tar.xz")
        archives.tar_xz(bundle, packed, name="ddns-tray", date=freezing.source_date())
        return f"{plain / MEGABYTE:.1f} MB on disk, {packed.stat().st_size / MEGABYTE:.1f} MB as .tar.xz"


def starts(settings: str, bundle: Path) -> tuple[list[float], list[float]]:
    """CPU seconds to the icon, of the source and of the bundle, one after the other each time."""
    source: list[float] = []
    frozen: list[float] = []
    for _ in range(ROUNDS):
        source += start_to_icon(settings, PROGRAM, 1)
        frozen += start_to_icon(settings, (str(bundle / "ddns-tray"),), 1)
    return source, frozen


async def main() -> int:
    """Build if needed, measure, say."""
    if missing_programs():
        print(f"not measured: this machine lacks {', '.join(missing_programs())}")
        return 1
    await asyncio.to_thread(subprocess.run, [sys.executable, str(ROOT / "dev.py"), "build", "bundle"], check=True)
    bundle = building.FROZEN / freezing.BUNDLE_NAME
    print(f"bundle: {await asyncio.to_thread(sizes, bundle)}")
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bench_round", "serve", stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        settings = settings_text(json.loads(await child.stdout.readline()))
        source, frozen = await asyncio.to_thread(starts, settings, bundle)
    finally:
        child.kill()
        await child.wait()
    print(f"source, process start to icon: CPU {summary(source, 's')}")
    print(f"frozen, process start to icon: CPU {summary(frozen, 's')}")
    print(f"frozen ÷ source, medians: {statistics.median(frozen) / statistics.median(source):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
