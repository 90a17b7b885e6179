"""The licences of everything that lies in a bundle, in one file: what it is, whose it is, and the text.

Python packages bring theirs in their metadata; Qt for Python brings none, so ours lie in packaging/licences. A library
that came from the system brings the copyright file of its Debian package.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from devtools.shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXTS = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_QT = {"pyside6-essentials", "shiboken6"}
_RULE = "=" * 78
_BOOTLOADER = (
    "The program that starts the bundle comes from PyInstaller (GPL-2.0-or-later with an exception that lets it be\n"
    "distributed under any licence, https://pyinstaller.org/en/stable/license.html).\n"
)
_QT_NOTE = (
    "Qt and Qt for Python (PySide6) are used under the GNU Lesser General Public License, version 3. Their libraries\n"
    "lie beside the program as files of their own, and may be replaced by others with the same interface. The source\n"
    "is at https://code.qt.io. The texts of the LGPL 3 and of the GPL 3, on which it rests, follow.\n"
)


def collect(analysis: Any, target: Path) -> str:
    """Write the licences of what PyInstaller's `analysis` found, and return the path."""
    sources = [
        Path(entry[1]) for toc in (analysis.pure, analysis.binaries, analysis.datas) for entry in toc if entry[1]
    ]
    sections = [_section("DDNS Tray", [(ROOT / "LICENSE").read_text(encoding="utf-8")])]
    sections.append(_section(f"Python {sys.version.split()[0]}", [_python_licence()]))
    sections.append(_section("PyInstaller (bootloader)", [_BOOTLOADER]))
    sections += [_of_distribution(each) for each in distributions(sources)]
    sections += [
        _section(f"{package} (Debian)", [copyright_file.read_text(encoding="utf-8", errors="replace")])
        for package, copyright_file in debian_packages(sources)
    ]
    target.write_text("\n".join(sections), encoding="utf-8", newline="\n")
    return str(target)


def distributions(sources: Iterable[Path]) -> list[metadata.Distribution]:
    """The installed Python packages that own at least one of these files, by name."""
    wanted = {path.resolve() for path in sources}
    found: dict[str, metadata.Distribution] = {}
    for distribution in metadata.distributions():
        files = (Path(str(distribution.locate_file(file))).resolve() for file in distribution.files or ())
        if any(file in wanted for file in files if file.suffix != ".dist-info"):
            found[distribution.metadata["Name"].lower()] = distribution
    return [found[name] for name in sorted(found)]


def debian_packages(sources: Iterable[Path]) -> list[tuple[str, Path]]:
    """The Debian packages that libraries of the system came from, with their copyright files."""
    # Python's library counts, not where Python lies: Debian's own lies below /usr, as all foreign libraries do.
    inside = [Path(sys.prefix).resolve(), Path(sysconfig.get_path("stdlib")).resolve(), ROOT]
    foreign = sorted(
        {path.resolve() for path in sources if not any(path.resolve().is_relative_to(place) for place in inside)}
    )
    if not foreign or sys.platform != "linux":
        return []
    # dpkg knows the place before /lib became a link to /usr/lib, too.
    asked = [str(path) for path in foreign] + [str(path).removeprefix("/usr") for path in foreign]
    answer = subprocess.run(["dpkg-query", "-S", *asked], capture_output=True, text=True, check=False).stdout
    packages = sorted({line.split(":", 1)[0] for line in answer.splitlines() if ":" in line})
    places = ((package, Path("/usr/share/doc", package, "copyright")) for package in packages)
    return [(package, place) for package, place in places if place.is_file()]


def _of_distribution(distribution: metadata.Distribution) -> str:
    name = f"{distribution.metadata['Name']} {distribution.version}"
    if distribution.metadata["Name"].lower().replace("_", "-") in _QT:
        folder = ROOT / "packaging" / "licences"
        texts = [(folder / file).read_text(encoding="utf-8") for file in ("LGPL-3.0.txt", "GPL-3.0.txt")]
        return _section(name, [_QT_NOTE, *(texts if "pyside" in name.lower() else ["As for PySide6 above.\n"])])
    files = [file for file in distribution.files or () if ".dist-info" in str(file) and _TEXTS.search(file.name)]
    texts = [Path(str(distribution.locate_file(file))).read_text(encoding="utf-8", errors="replace") for file in files]
    about = cast(Message, distribution.metadata)
    declared = (about.get("License-Expression") or about.get("License") or "").strip()
    heading = [f"Licence: {declared.splitlines()[0]}\n"] if declared else []
    return _section(name, heading + texts)


def _python_licence() -> str:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for place in (
        Path(sys.base_prefix, "lib", version, "LICENSE.txt"),
        Path(sys.base_prefix, "LICENSE.txt"),
        Path("/usr/share/doc", version, "copyright"),
    ):
        if place.is_file():
            return place.read_text(encoding="utf-8", errors="replace")
    return "PSF-2.0, https://docs.python.org/3/license.html\n"


def _section(title: str, texts: list[str]) -> str:
    body = "\n".join(text.replace("\r\n", "\n").rstrip() + "\n" for text in texts)
    return f"{_RULE}\n{title}\n{_RULE}\n\n{body}"
