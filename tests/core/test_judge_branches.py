"""The judge is proven by tests branch by branch: a verdict that no test has ever drawn must not reach anybody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
JUDGE = sorted(
    [ROOT / "ddns_tray" / "core" / "judge.py", *ROOT.glob("ddns_tray/core/judge_*.py")]
    + [ROOT / "ddns_tray" / "core" / f"{name}.py" for name in ("case", "deadline", "reasons", "witnesses")]
)
TESTS = [f"tests/core/test_{name}.py" for name in ("judge", "judge_proxy", "judged", "deadline", "witnesses", "portal")]


@pytest.mark.slow
def test_every_branch_of_the_judge_is_taken_by_its_tests(tmp_path: Path) -> None:
    environment = {**os.environ, "COVERAGE_FILE": str(tmp_path / "data")}
    include = ",".join(str(path.relative_to(ROOT)) for path in JUDGE)

    def coverage(*arguments: str) -> None:
        command = [sys.executable, "-m", "coverage", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    coverage("run", "--branch", "-m", "pytest", "-q", "-n", "0", "-p", "no:randomly", *TESTS)
    coverage("json", "--include", include, "-o", str(tmp_path / "found.json"))
    files = json.loads((tmp_path / "found.json").read_text())["files"]
    assert {ROOT / name for name in files} == set(JUDGE)
    left = {name: (each["missing_lines"], each["missing_branches"]) for name, each in files.items()}
    assert not {name: gaps for name, gaps in left.items() if any(gaps)}
