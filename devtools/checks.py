"""What `dev.py check` looks at, one line each; the output of a check is shown only when it fails."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devtools.environment import script
from devtools.shell import ROOT, say

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Check:
    """A program of the environment that has to end well."""

    name: str
    command: tuple[str, ...]


STATIC = (
    Check("lint", ("ruff", "check")),
    Check("format", ("ruff", "format", "--check")),
    Check("types", ("mypy",)),
    Check("import contracts", ("lint-imports",)),
    Check("translations", ("python", "-m", "devtools.catalogue", "--check")),
)
REPOSITORY_RULES = Check("repository rules", ("pytest", "-q", "tests/test_repository.py"))


def run(checks: Sequence[Check]) -> list[str]:
    """Run all of `checks` and return the names of those that failed."""
    return [check.name for check in checks if not _passes(check)]


def _passes(check: Check) -> bool:
    started = time.monotonic()
    program, *arguments = check.command
    done = subprocess.run(
        [str(script(program)), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    seconds = time.monotonic() - started
    say(f"{check.name:16} {'ok' if done.returncode == 0 else 'FAILED':6} {seconds:5.1f} s")
    if done.returncode:
        say(done.stdout)
    return done.returncode == 0
