"""`.venv/`: made, filled from the lock files, and repaired after an interruption.

A stamp inside tells what it was filled from, so that a second start costs a few hashes instead of a run of pip.
Ready-made wheels only, each checked against the hashes in `requirements/`. Nothing here asks for root.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from enum import StrEnum
from typing import TYPE_CHECKING

from devtools.shell import BUILD, ROOT, WINDOWS, Failure, run_quietly, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
LAYOUT = 1  # raise it when a .venv made by an older devtools cannot serve
OLDEST_PIP_WITH_PYTHON_OPTION = (22, 3)

_STAMP = VENV / "ddns-tray-setup.json"
_UNFINISHED = VENV / "ddns-tray-setup.unfinished"


class Profile(StrEnum):
    """What the environment is for."""

    RUN = "run"
    DEVELOP = "develop"

    @property
    def locks(self) -> list[Path]:
        """The lock files that fill it."""
        names = ["runtime", "build"] if self is Profile.RUN else ["dev"]
        return [REQUIREMENTS / f"{name}.lock.txt" for name in names]


def script(name: str) -> Path:
    """Where a console script of the environment is."""
    return VENV / "Scripts" / f"{name}.exe" if WINDOWS else VENV / "bin" / name


def ensure(profile: Profile) -> None:
    """Make `.venv/` serve `profile`; costs milliseconds when it already does."""
    wanted = _digest(profile)
    if _stamps().get(profile) == wanted and _whole():
        return
    with alone():
        if _stamps().get(profile) == wanted and _whole():
            return  # somebody else has done it while we waited
        _prepare()
        _UNFINISHED.touch()
        _fill(profile)
        # A develop environment holds all that a run environment does; an older stamp of the other kind is void.
        fulfilled = [Profile.RUN, Profile.DEVELOP] if profile is Profile.DEVELOP else [Profile.RUN]
        _STAMP.write_text(json.dumps({each: _digest(each) for each in fulfilled}), encoding="utf-8")
        _UNFINISHED.unlink()


def base_python() -> str:
    """The interpreter outside of any virtual environment, so that `.venv` can be remade from within."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def new_venv(folder: Path) -> list[str]:
    """Make a virtual environment and return the command that runs pip for it.

    Debian's Python comes without ensurepip, hence the first way: pip of the base interpreter works on an empty
    environment from outside. The second way is for a pip that is missing or too old for that.
    """
    outside = _pip_version()
    if outside is not None and outside >= OLDEST_PIP_WITH_PYTHON_OPTION:
        run_quietly("Making a virtual environment", [base_python(), "-m", "venv", "--without-pip", folder])
        return [base_python(), "-m", "pip", "--python", str(python_of(folder))]
    run_quietly(
        "Making a virtual environment",
        [base_python(), "-m", "venv", folder],
        hint="Python has neither a recent pip nor ensurepip. On Debian and Ubuntu: sudo apt-get install python3-pip",
    )
    return [str(python_of(folder)), "-m", "pip"]


def pip_install(pip: list[str], what: str, *arguments: str | Path) -> None:
    """Install without questions, version notices and progress bars."""
    run_quietly(
        what,
        [*pip, "install", "--no-input", "--disable-pip-version-check", "--no-warn-script-location", *arguments],
        env={"PIP_ROOT_USER_ACTION": "ignore"},
        hint="pip needs the package index once; after that, everything works without a network.",
    )


def python_of(folder: Path) -> Path:
    """Where the interpreter of a virtual environment is."""
    return folder / "Scripts" / "python.exe" if WINDOWS else folder / "bin" / "python"


def _pip_version() -> tuple[int, ...] | None:
    answer = subprocess.run([base_python(), "-m", "pip", "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"pip (\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, found.groups())) if found and answer.returncode == 0 else None


def _digest(profile: Profile) -> str:
    """Sum up what the environment is made of: interpreter, place, lock files, and what pip reads of pyproject."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        settings = tomllib.load(stream)
    installed = [settings["build-system"], settings["project"], settings["tool"]["hatch"]]
    parts = [str(LAYOUT), sys.version, sys.base_prefix, str(ROOT), json.dumps(installed, sort_keys=True)]
    digest = hashlib.sha256("\0".join(parts).encode())
    for lock in profile.locks:
        digest.update(lock.read_bytes())
    return digest.hexdigest()


def _stamps() -> dict[str, str]:
    try:
        stamps = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _whole() -> bool:
    return python_of(VENV).exists() and script("ddns-tray").exists() and not _UNFINISHED.exists()


def _prepare() -> None:
    """Leave a `.venv` whose interpreter is ours and answers; one that a killed set-up left behind starts anew."""
    if VENV.exists() and (_UNFINISHED.exists() or not _same_interpreter()):
        say("Removing a .venv that is unfinished or belongs to another Python …")
        shutil.rmtree(VENV)
    if not VENV.exists():
        new_venv(VENV)


def _same_interpreter() -> bool:
    question = "import sys; print(sys.version, sys.base_prefix, sep='\\n', end='')"
    try:
        answer = subprocess.run([python_of(VENV), "-c", question], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout == f"{sys.version}\n{sys.base_prefix}"


def _fill(profile: Profile) -> None:
    outside = _pip_version()
    if outside is not None and outside >= OLDEST_PIP_WITH_PYTHON_OPTION:
        pip = [base_python(), "-m", "pip", "--python", str(python_of(VENV))]
    else:
        pip = [str(python_of(VENV)), "-m", "pip"]
    locked = [word for lock in profile.locks for word in ("-r", str(lock.relative_to(ROOT)))]
    pip_install(pip, "Installing the locked packages", "--require-hashes", "--only-binary", ":all:", *locked)
    pip_install(
        pip, "Installing DDNS Tray itself", "--no-deps", "--no-build-isolation", "--no-index", "--editable", "."
    )


@contextlib.contextmanager
def alone(what: str = "setup") -> Iterator[None]:
    """Keep two set-ups of the same thing from working at once; the system lets go when a process dies."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / f"{what}.lock").open("a+b") as stream:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - only there on Windows

            stream.seek(0)
            try:
                msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
            except OSError as exc:
                raise Failure("Another set-up of this checkout is still at work: try again when it is done.") from exc
        else:
            import fcntl  # noqa: PLC0415 - not there on Windows

            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another set-up of this checkout is at work: waiting for it …")
                fcntl.flock(stream, fcntl.LOCK_EX)
        yield
