"""`dev.py build`: all that this system can make, into `dist/`, with the checksums of what was made.

dev.py build                 everything that this system can make
dev.py build bundle deb      only these; Linux: bundle tar deb rpm appdir, Windows: bundle exe, macOS: bundle dmg
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from typing import TYPE_CHECKING

from devtools import archives, linux_packages
from devtools.environment import alone
from devtools.freezing import BUNDLE_NAME, freeze, source_date, version
from devtools.shell import BUILD, ROOT, WINDOWS, Failure, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DIST = ROOT / "dist"
WORK = BUILD / "packages"
FROZEN = BUILD / "frozen"
"""The newest bundle; `FROZEN / "made-from"` tells of which files."""
_SOURCES = (
    "ddns_tray/**/*.py",
    "ddns_tray/resources/**/*",
    "packaging/**/*",
    "devtools/*.py",
    "requirements/*",
    "build.spec",
    "LICENSE",
)
_KINDS = {
    "linux": ("bundle", "tar", "deb", "rpm", "appdir"),
    "win32": ("bundle", "exe"),
    "darwin": ("bundle", "dmg"),
}


def build(arguments: list[str]) -> int:
    """Make what is asked for, or all that there is; say what was made and how large it is."""
    kinds = _KINDS.get(sys.platform, ("bundle",))
    wanted = [*(arguments or kinds)]
    unknown = [word for word in wanted if word not in kinds]
    if unknown:
        raise Failure(f"This system cannot make {unknown[0]!r}; it can make: {', '.join(kinds)}")
    bundle = frozen()
    DIST.mkdir(exist_ok=True)
    WORK.mkdir(parents=True, exist_ok=True)
    made = [_make(kind, bundle) for kind in wanted]
    _tell(made)
    return 0


def frozen() -> Path:
    """Return the bundle of the files as they are now; builds only if one of them changed."""
    with alone():
        return _frozen()


def _frozen() -> Path:
    wanted = made_from()
    stamp = FROZEN / "made-from"
    bundle = FROZEN / BUNDLE_NAME
    if not (stamp.exists() and stamp.read_text(encoding="ascii") == wanted and bundle.exists()):
        bundle = freeze(FROZEN)
        stamp.write_text(wanted, encoding="ascii")
    archives.normalise(bundle, source_date())
    return bundle


def made_from() -> str:
    """Sum up what a bundle is made of."""
    total = hashlib.sha256(f"{sys.version}\0{sys.platform}".encode())
    for path in sorted({path for pattern in _SOURCES for path in ROOT.glob(pattern) if path.is_file()}):
        total.update(f"{path.relative_to(ROOT).as_posix()}\0{archives.digest(path)}\0".encode())
    return total.hexdigest()


def _make(kind: str, bundle: Path) -> Path:
    if kind == "bundle":
        return bundle
    if kind == "tar":
        return _tar(bundle)
    if kind == "exe":
        from devtools.windows_installer import drawn_icon, installer  # noqa: PLC0415 - one system alone

        return installer(bundle, WORK, DIST, icon=drawn_icon(WORK))
    if kind == "dmg":
        from devtools.macos_image import disk_image  # noqa: PLC0415 - one system alone

        return disk_image(bundle, DIST)
    return {"deb": linux_packages.deb, "rpm": linux_packages.rpm, "appdir": linux_packages.appdir}[kind](
        bundle, WORK, DIST
    )


def _tar(bundle: Path) -> Path:
    name = f"ddns-tray-{version()}"
    target = DIST / f"{name}-linux-{linux_packages.machine()}.tar.xz"
    say("Packing the .tar.xz …")
    archives.tar_xz(bundle, target, name=name, date=source_date())
    return target


def _tell(made: list[Path]) -> None:
    for path in made:
        size = sum(each.stat().st_size for each in _files(path))
        say(f"{path.relative_to(ROOT)}: {size / 1e6:.1f} MB in {'one file' if path.is_file() else 'a folder'}")
    released = sorted(path for path in DIST.iterdir() if path.is_file() and path.name != "SHA256SUMS")
    with contextlib.suppress(FileNotFoundError):
        (DIST / "SHA256SUMS").unlink()
    if released:
        sums = "".join(f"{archives.digest(path)}  {path.name}\n" for path in released)
        (DIST / "SHA256SUMS").write_text(sums, encoding="ascii", newline="\n")
        say(f"{(DIST / 'SHA256SUMS').relative_to(ROOT)}\n{sums}" if not WINDOWS else sums)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from (each for each in path.rglob("*") if each.is_file() and not each.is_symlink())
