from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TRIES = 1000


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="this system has no kill -9")
def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.support.kill_writer", str(tmp_path), str(TRIES), "20261122"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    counted = json.loads(ended.stdout)
    assert counted["old"] + counted["new"] == TRIES, counted
    assert counted.get("torn", 0) == 0
    assert min(counted["old"], counted["new"]) > TRIES / 20, "the moments of the kills do not try both sides"
    assert counted["left"] > 0, "no kill came in the middle of a write"
    assert counted["heaps"] == 0
    assert counted["unswept"] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [".config.toml.lock", "config.toml"]
