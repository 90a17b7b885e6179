"""The Windows installer: NSIS over packaging/windows/ddns-tray.nsi, with the list of what it puts there.

The list travels with the program, so that an upgrade and the uninstaller remove exactly what was installed, and leave
alone what a person put beside it. Runs wherever makensis is, so also on Linux, where a test installs a small payload.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from devtools import archives
from devtools.freezing import python, reproducible, source_date, version
from devtools.shell import ROOT, Failure, run_quietly

SCRIPT = ROOT / "packaging" / "windows" / "ddns-tray.nsi"
LIST = "installed-files.txt"
"""Beside the program: every file below it, then every folder, the deepest first; one a line, with backslashes."""


def installer(bundle: Path, work: Path, target: Path, *, shown_version: str = "", icon: Path | None = None) -> Path:
    """Make the installer of a bundle and return its file. Raises `Failure` where makensis is missing."""
    makensis = shutil.which("makensis") or shutil.which("makensis.exe")
    if makensis is None:
        raise Failure("makensis is missing: install NSIS 3.")
    named = shown_version or version()
    payload = work / "windows-payload"
    if payload.exists():
        shutil.rmtree(payload)
    payload.parent.mkdir(parents=True, exist_ok=True)
    archives.copy_tree(bundle, payload)
    (payload / LIST).write_text("".join(f"{line}\r\n" for line in listing(payload)), encoding="utf-16", newline="")
    archives.normalise(payload, source_date())
    made = target / f"ddns-tray-{named}-windows-x64-setup.exe"
    size = sum(path.stat().st_size for path in payload.rglob("*") if path.is_file()) // 1024
    defines = {"VERSION": named, "PAYLOAD": payload, "OUTPUT": made, "KIBIBYTES": size}
    words = [f"-D{name}={value}" for name, value in defines.items()]
    words += [f"-DICON={icon}"] if icon is not None else []
    run_quietly(
        "Making the installer",
        [makensis, "-V2", "-WX", *words, SCRIPT],
        env={"SOURCE_DATE_EPOCH": str(source_date())},
    )
    return made


def drawn_icon(work: Path) -> Path:
    """Draw the icon in the environment that has Qt, and return its file."""
    target = work / "ddns-tray.ico"
    draw = "import sys, pathlib; from devtools import pictures; pictures.write_ico(pathlib.Path(sys.argv[1]))"
    run_quietly("Drawing the icon", [python(), "-c", draw, target], env=reproducible())
    return target


def listing(folder: Path) -> list[str]:
    """What lies below a folder, as the installer's list has it; the list itself comes last of the files."""
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    folders = sorted((path.relative_to(folder) for path in folder.rglob("*") if path.is_dir()), reverse=True)
    named = [path for path in files if path != Path(LIST)] + [Path(LIST)]
    return [str(path).replace("/", "\\") for path in named] + [str(path).replace("/", "\\") + "\\" for path in folders]
