"""Writing `requirements/*.lock.txt`: exact versions and hashes for every platform, resolved by uv.

uv is used here alone, from a virtual environment that is thrown away, so nobody who runs or tests the product needs it.
The files name no package index: pip takes the one that the person has configured.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from devtools.environment import REQUIREMENTS, new_venv, pip_install
from devtools.servers import SERVERS
from devtools.shell import ROOT, WINDOWS, Failure, run_quietly

OLDEST_PYTHON = "3.11"
INPUTS = {
    # `dev` comes first: the others are held to its versions, so that all environments agree.
    "dev": ("pyproject.toml", "--group", "dev"),
    "runtime": ("pyproject.toml", "--constraints", "requirements/dev.lock.txt"),
    "build": ("--group", "build", "--constraints", "requirements/dev.lock.txt"),
    "freeze": ("--group", "freeze", "--constraints", "requirements/dev.lock.txt"),
    # Servers that tests run against (`devtools.servers`) share no environment with anything.
    **{name: ("--group", name) for name in SERVERS},
}


def write(*, upgrade: bool) -> None:
    """Resolve the dependencies of pyproject.toml; pins that still fit stay, unless `upgrade` asks for the newest."""
    with tempfile.TemporaryDirectory(prefix="ddns-tray-lock-", ignore_cleanup_errors=True) as folder:
        pip_install(new_venv(Path(folder)), "Installing uv for this once", "uv")
        for name, source in INPUTS.items():
            _compile(Path(folder), name, source, upgrade=upgrade)


def _compile(venv: Path, name: str, source: tuple[str, ...], *, upgrade: bool) -> None:
    target = REQUIREMENTS / f"{name}.lock.txt"
    options = ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--no-config", "--no-annotate"]
    options += ["--custom-compile-command", "python3 dev.py lock", "--quiet", *(["--upgrade"] if upgrade else [])]
    uv = venv / ("Scripts/uv.exe" if WINDOWS else "bin/uv")
    run_quietly(
        f"Resolving {target.relative_to(ROOT)}",
        [uv, "pip", "compile", *source, *options, "--output-file", target.relative_to(ROOT)],
        # uv, unlike pip, looks at certificates of its own, and not at those that this machine trusts.
        env={"UV_NO_PROGRESS": "1", "UV_SYSTEM_CERTS": "1", "VIRTUAL_ENV": str(venv)},
    )
    if re.search(r"://", target.read_text(encoding="utf-8")):
        raise Failure(f"{target.relative_to(ROOT)} names an address; it has to leave the choice of the index to pip.")
