"""What Linux people install: .deb, .rpm, AppDir. One tree for all, packed by each system's own tool.

The tree has no scripts that run at installation: icons, menus and man pages are noticed by the system itself, nothing
starts, and so removing a package removes all that it brought. docs/decisions/packaging.md has the reasons.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from devtools import archives
from devtools.freezing import python, reproducible, source_date, version
from devtools.pictures import PNG_SIZES, SOURCE
from devtools.shell import ROOT, Failure, run_quietly

LINUX = ROOT / "packaging" / "linux"
HOME = "usr/lib/ddns-tray"
"""Where the program lies in all packages."""
MARK = "installed-by"
"""A file beside the program that says which system keeps it up to date: it must not look for updates by itself."""
OWN_FOLDERS = (HOME, "usr/share/doc/ddns-tray", "usr/share/icons/hicolor")
"""What the .rpm says is its own with all folders below, so that it removes them; several packages may own a folder."""
_DEBIAN_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
_DRAW = (
    "import sys, pathlib; from devtools import pictures\n"
    "for size in pictures.PNG_SIZES: pathlib.Path(sys.argv[1], f'{size}.png').write_bytes(pictures.png(size))"
)


def machine() -> str:
    """The processor's name, as the kernel has it."""
    return platform.machine()


def stage(bundle: Path, target: Path, *, mark: str = "") -> Path:
    """Lay out the tree as it will lie below /, and return it."""
    if target.exists():
        shutil.rmtree(target)
    (target / HOME).parent.mkdir(parents=True)
    archives.copy_tree(bundle, target / HOME)
    if mark:
        (target / HOME / MARK).write_text(f"{mark}\n", encoding="ascii")
    (target / "usr/bin").mkdir()
    (target / "usr/bin/ddns-tray").symlink_to(f"../lib/ddns-tray/{bundle.name}")
    share = target / "usr/share"
    _put(share / "applications/ddns-tray.desktop", (LINUX / "ddns-tray.desktop").read_bytes())
    _put(share / "doc/ddns-tray/copyright", (LINUX / "copyright").read_bytes())
    _put(share / "doc/ddns-tray/changelog.gz", archives.gzipped((ROOT / "CHANGELOG.md").read_bytes()))
    _put(share / "icons/hicolor/scalable/apps/ddns-tray.svg", SOURCE.read_bytes())
    drawn = target.with_name(f"{target.name}-drawn")
    made = _drawn(drawn)
    for size in PNG_SIZES:
        _put(share / f"icons/hicolor/{size}x{size}/apps/ddns-tray.png", (made / f"{size}.png").read_bytes())
    _put(share / "man/man1/ddns-tray.1.gz", archives.gzipped((made / "ddns-tray.1").read_bytes()))
    shutil.rmtree(drawn)
    archives.normalise(target, source_date())
    return target


def deb(bundle: Path, work: Path, target: Path, *, level: int = 6, shown_version: str = "") -> Path:
    """Make the Debian package; returns its file. `level` is xz's, from 1 to 9; 0 packs nothing, which is quick."""
    named = shown_version or version()
    root = stage(bundle, work / "deb", mark="deb")
    architecture = _DEBIAN_MACHINES.get(machine(), machine())
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    control = (LINUX / "control").read_text(encoding="utf-8")
    size = sum(path.stat().st_size for path in files) // 1024
    glibc = archives.needed_glibc(files)
    filled = control.format(version=named, architecture=architecture, kibibytes=size, glibc=glibc)
    _put(root / "DEBIAN/control", filled.encode())
    sums = "".join(f"{archives.digest(path, 'md5')}  {path.relative_to(root)}\n" for path in files)
    _put(root / "DEBIAN/md5sums", sums.encode())
    archives.normalise(root / "DEBIAN", source_date())
    os.utime(root, (source_date(), source_date()))
    packed = ["-Zxz", f"-z{level}"] if level else ["-Znone"]
    made = target / f"ddns-tray_{named}_{architecture}.deb"
    run_quietly(
        "Packing the .deb",
        ["dpkg-deb", "--root-owner-group", *packed, "--build", root, made],
        env=_dated(),
    )
    return made


def rpm(bundle: Path, work: Path, target: Path, *, level: int = 6, shown_version: str = "") -> Path:
    """Make the RPM package; returns its file. `level` is as for `deb`."""
    if shutil.which("rpmbuild") is None:
        raise Failure("rpmbuild is missing. On Debian and Ubuntu: sudo apt-get install rpm")
    root = stage(bundle, work / "rpm", mark="rpm")
    entries = sorted(path for path in root.rglob("*") if path.is_symlink() or not path.is_dir())
    ours = [path for name in OWN_FOLDERS for path in (root / name, *(root / name).rglob("*"))]
    folders = sorted(path for path in ours if path.is_dir() and not path.is_symlink())
    listed = [f'%dir "/{path.relative_to(root)}"' for path in folders]
    listed += [f'"/{path.relative_to(root)}"' for path in entries]
    recipe = (LINUX / "ddns-tray.rpm.spec").read_text(encoding="utf-8")
    values = {
        "VERSION": shown_version or version(),
        "PAYLOAD": f"w{level}.xzdio" if level else "w.ufdio",
        "GLIBC": archives.needed_glibc(p for p in entries if p.is_file()),
    }
    for name, value in {**values, "FILES": "\n".join(listed)}.items():
        recipe = recipe.replace(f"@{name}@", value)
    # A place of its own: rpmbuild writes it into shell scripts, and a checkout may lie in a folder with a space.
    with tempfile.TemporaryDirectory(prefix="rpmbuild-") as folder:
        top = Path(folder)
        (top / "ddns-tray.spec").write_text(recipe, encoding="utf-8")
        places = ["--define", f"_topdir {top}", "--define", f"_rpmdir {top}", "--define", f"_tmppath {top}"]
        command: list[str | Path] = ["rpmbuild", "-bb", *places, "--target", machine(), top / "ddns-tray.spec"]
        run_quietly("Packing the .rpm", command, env={**_dated(), "STAGE": str(root)})
        (built,) = top.glob("*/*.rpm")
        return Path(shutil.move(built, target / built.name))


def appdir(bundle: Path, work: Path, target: Path) -> Path:
    """Lay out an AppDir; where appimagetool is installed, make the AppImage of it. Returns what was made."""
    root = stage(bundle, work / "ddns-tray.AppDir")
    (root / "AppRun").symlink_to(f"{HOME}/{bundle.name}")
    shutil.copy2(root / "usr/share/applications/ddns-tray.desktop", root)
    shutil.copy2(SOURCE, root / "ddns-tray.svg")
    (root / ".DirIcon").symlink_to("ddns-tray.svg")
    archives.normalise(root, source_date())
    tool = shutil.which("appimagetool")
    if tool is None:
        return root
    made = target / f"ddns-tray-{version()}-{machine()}.AppImage"
    run_quietly("Packing the AppImage", [tool, "--no-appstream", root, made], env={**_dated(), "ARCH": machine()})
    return made


def _drawn(folder: Path) -> Path:
    """Icons and man page, made in the environment that has Qt and the product's libraries."""
    folder.mkdir(parents=True)
    for command in (["-c", _DRAW, str(folder)], ["-m", "devtools.manual", str(folder / "ddns-tray.1")]):
        done = subprocess.run(
            [python(), *command],
            cwd=ROOT,
            env={**os.environ, **reproducible()},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failure(f"The pictures and the man page could not be made:\n{done.stderr}")
    return folder


def _dated() -> dict[str, str]:
    return {"SOURCE_DATE_EPOCH": str(source_date()), "LC_ALL": "C.UTF-8"}


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
