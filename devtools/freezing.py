"""The frozen program: an environment of its own for PyInstaller, and one run of it over `build.spec`.

That environment holds what the product needs at run time and PyInstaller, each locked with hashes, and nothing of what
tests and tools need: what is not there cannot slip into the bundle. Everything lies below `build/`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from devtools.environment import REQUIREMENTS, base_python, new_venv, pip_install
from devtools.shell import BUILD, ROOT, WINDOWS, Failure, run_quietly

if TYPE_CHECKING:
    from pathlib import Path

VENV = BUILD / "freeze-venv"
BUNDLE_NAME = "DDNS Tray.app" if sys.platform == "darwin" else "ddns-tray"
"""What build.spec calls its result."""
_LOCKS = ("runtime", "freeze")
_STAMP = VENV / "filled-from"


def python() -> Path:
    """The interpreter of the environment that freezes."""
    return VENV / "Scripts" / "python.exe" if WINDOWS else VENV / "bin" / "python"


def source_date() -> int:
    """Seconds since the epoch that everything built is dated with: the commit's, or what the environment says.

    Source: reproducible-builds.org, "SOURCE_DATE_EPOCH". Raises `Failure` where there is neither.
    """
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    if told.isdigit():
        return int(told)
    git = ["git", "-c", "safe.directory=*", "log", "-1", "--format=%ct"]
    try:
        answer = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        answer = ""
    if not answer.isdigit():
        raise Failure("There is no commit to take the date from: set SOURCE_DATE_EPOCH to seconds since 1970.")
    return int(answer)


def version() -> str:
    """The version, as the package says it."""
    source = (ROOT / "ddns_tray" / "__init__.py").read_text(encoding="utf-8")
    return source.split('__version__ = "', 1)[1].split('"', 1)[0]


def ensure_environment() -> None:
    """Make the environment serve the lock files; costs nothing when it already does."""
    digest = hashlib.sha256(f"{sys.version}\0{base_python()}".encode())
    for name in _LOCKS:
        digest.update((REQUIREMENTS / f"{name}.lock.txt").read_bytes())
    wanted = digest.hexdigest()
    if _STAMP.exists() and _STAMP.read_text(encoding="ascii") == wanted and python().exists():
        return
    if VENV.exists():
        shutil.rmtree(VENV)
    pip = new_venv(VENV)
    locks = [word for name in _LOCKS for word in ("-r", f"requirements/{name}.lock.txt")]
    pip_install(
        pip, "Installing what freezes the program", "--require-hashes", "--only-binary", ":all:", "--no-compile", *locks
    )
    _STAMP.write_text(wanted, encoding="ascii")


def freeze(target: Path) -> Path:
    """Build the bundle into `target` anew, and return its folder (on macOS, the application's)."""
    ensure_environment()
    for folder in (target, target.with_name(f"{target.name}-work")):
        if folder.exists():
            shutil.rmtree(folder)
    command: list[str | Path] = [python(), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--clean"]
    run_quietly(
        "Freezing the program",
        [*command, "--distpath", target, "--workpath", target.with_name(f"{target.name}-work"), ROOT / "build.spec"],
        env=reproducible(),
    )
    return target / BUNDLE_NAME


def reproducible() -> dict[str, str]:
    """Variables under which the same source gives the same files: one date, one hash seed, no folder of the person's.

    `PYTHONNODEBUGRANGES` drops the columns from the compiled modules: a megabyte, which only coloured tracebacks use.
    """
    return {
        "SOURCE_DATE_EPOCH": str(source_date()),
        "PYTHONHASHSEED": "0",
        "PYTHONNODEBUGRANGES": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYINSTALLER_CONFIG_DIR": str(BUILD / "pyinstaller"),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "QT_QPA_PLATFORM": "offscreen",
    }
