"""`python -m tests.by_hand [NAME]`: install a server from the package index into an environment of its own, and test.

Nothing of it gets into `.venv/`. The environments stay in `build/by-hand/`, so that the next run begins at once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PLACE = ROOT / "build" / "by-hand"
NEEDS = {"route53": ("moto[route53,server]==5.*",), "dyndns2": ("nsupdate==0.13.*", "argon2-cffi")}
"""What each file of tests needs beside the product."""


def main(names: list[str]) -> int:
    """Run the tests of these servers, or of all."""
    unknown = [name for name in names if name not in NEEDS]
    if unknown:
        sys.stderr.write(f"There are these: {', '.join(NEEDS)}\n")
        return 64
    return max(run(name) for name in names or NEEDS)


def run(name: str) -> int:
    """Test against one server."""
    place = PLACE / name
    programs = place / ("Scripts" if sys.platform == "win32" else "bin")
    if not (place / "complete").exists():
        begin = time.monotonic()
        venv.create(place, with_pip=True, clear=True)
        subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", *NEEDS[name]], check=True)
        (place / "complete").touch()
        sys.stderr.write(f"installed in {time.monotonic() - begin:.0f} s\n")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", str(HERE / f"{name}.py")]
    return subprocess.run(
        command, env={**os.environ, "BY_HAND_PROGRAMS": str(programs)}, cwd=ROOT, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
