"""What the daemon does beside the rounds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ddns_tray import report
from ddns_tray.daemon import watch_settings
from ddns_tray.system.paths import Paths
from ddns_tray.wiring import build_runtime
from ddns_tray.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from ddns_tray.wiring import Runtime


@pytest.mark.parametrize("turns", range(4))
async def test_an_end_that_comes_with_a_wish_to_read_the_settings_is_not_lost(turns: int, tmp_path: Path) -> None:
    runtime, reload = _runtime(tmp_path), asyncio.Event()
    watching = asyncio.ensure_future(watch_settings(runtime, reload))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    reload.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    watching.cancel()
    done, _ = await asyncio.wait((watching,), timeout=1)
    watching.cancel()
    assert done == {watching}
    assert watching.cancelled()
    await runtime.aclose()


async def test_settings_that_are_broken_on_the_way_are_told_with_their_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runtime = _runtime(tmp_path)
    config = tmp_path / "config.toml"
    config.write_text("schema = 1\n[[line]]\n", encoding="utf-8")
    assert not await runtime.reload()
    assert f"{config}:2: The key id is missing." in caplog.text
    told = report.snapshot_report(runtime.engine.snapshot, Words("en"))
    assert any(line.startswith(f"{config}:2: The key id is missing.") for line in report.report_lines(told))
    await runtime.aclose()


def _runtime(folder: Path) -> Runtime:
    (folder / "config.toml").write_text("schema = 1\n", encoding="utf-8")
    paths = Paths(config_file=folder / "config.toml", data_dir=folder, runtime_dir=folder, log_dir=folder)
    return build_runtime(paths, environ={})
