"""The Windows installer under Wine, with a small stand-in as payload: what it puts where, and what it leaves behind.

Wine is no Windows: it shows what the script does to files and to the registry, not what a person's Windows says to it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devtools import windows_installer
from tests.support.tray_session import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDED = ("wine", "wineserver", "makensis")
MISSING = [program for program in NEEDED if shutil.which(program) is None]
pytestmark = [
    pytest.mark.frozen,
    pytest.mark.slow,
    pytest.mark.xdist_group("wine"),  # needs no bundle, so it need not wait for one
    pytest.mark.skipif(bool(MISSING), reason=f"this machine lacks {', '.join(MISSING)}"),
]

STUB = Path(__file__).with_name("stub.nsi")
RUN_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
UNINSTALL = r"Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\ddns-tray"

OTHERS = re.compile(r"^windows/|/Temp/|/stub(/|$)")
"""Of Windows itself, what an uninstaller leaves to the next start (its own copy), and the stand-in's own signs."""


class Windows:
    """A Wine prefix of its own."""

    def __init__(self, folder: Path) -> None:
        self.prefix = folder / "wine"
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "USER": "person",
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            # No question for .NET and a browser, no menu entries on the machine's desktop.
            "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=",
        }
        self.run("wineboot", "-i")
        self.settle()
        self.local = next(self.prefix.glob("drive_c/users/*/AppData/Local"))
        self.home = self.local / "Programs" / "DDNS Tray"
        self.home.parent.mkdir()  # is there on every Windows

    def run(self, *words: str | Path, limit: str = "") -> int:
        """Run a program to its end and return its exit code; `limit` is a shell command before it."""
        quoted = ["sh", "-c", f'{limit or ":"}; exec wine "$@"', "sh", *map(str, words)]
        return subprocess.run(quoted, env=self.env, capture_output=True, timeout=120, check=False).returncode

    def start(self, program: Path) -> subprocess.Popen[bytes]:
        """Start a program that goes on."""
        return subprocess.Popen(
            ["wine", str(program)], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def settle(self) -> None:
        """Wait until nothing runs any more and the registry is on disk."""
        subprocess.run(["wineserver", "-w"], env=self.env, timeout=60, check=False)

    def end(self) -> None:
        """End all that runs in this prefix."""
        subprocess.run(["wineserver", "-k"], env=self.env, check=False)
        self.settle()

    def files(self) -> set[str]:
        """All files of the person and of all users; Windows' own are not ours to touch, and are not written to."""
        drive = self.prefix / "drive_c"
        named = {path.relative_to(drive).as_posix() for path in drive.rglob("*")}
        return {name for name in named if not OTHERS.search(name)}

    def registry(self, file: str) -> set[str]:
        """The registry's keys and values, without the times of keys."""
        found, key = set(), ""
        for line in (self.prefix / file).read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("["):
                key = line.rpartition("]")[0]
                found.add(key)
            elif line.startswith(('"', "@")):
                found.add(f"{key} {line}")
        return found


@pytest.fixture(scope="module")
def windows() -> Iterator[Windows]:
    folder = Path(tempfile.mkdtemp(prefix="wine-"))
    machine = Windows(folder)
    yield machine
    machine.end()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("stub") / "program.exe"
    subprocess.run(["makensis", "-V2", f"-DOUTPUT={made}", STUB], check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def setups(stub: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Installers of two versions, whose payloads differ in one file."""
    work = tmp_path_factory.mktemp("setups")
    made = {}
    for version, name in (("1.2.0", "old library.dll"), ("1.10.0", "new library.dll")):
        payload = work / version
        (payload / "_internal" / "子").mkdir(parents=True)
        for program in ("ddns-tray.exe", "ddns-trayw.exe"):
            shutil.copy(stub, payload / program)
        (payload / "_internal" / name).write_bytes(os.urandom(200_000))
        (payload / "_internal" / "held.dll").write_bytes(b"held")
        (payload / "_internal" / "子" / "文.txt").write_text(version, encoding="utf-8")
        made[version] = windows_installer.installer(payload, work / f"{version}-work", work, shown_version=version)
    return made


@pytest.fixture
def clean(windows: Windows) -> Iterator[Windows]:
    """Nothing of ours is there, before and after."""
    yield windows
    if (windows.home / "uninstall.exe").exists():
        windows.run(windows.home / "uninstall.exe", "/S")
    windows.end()
    for folder in (windows.home, windows.local / "stub", windows.local / "ddns-tray"):
        shutil.rmtree(folder, ignore_errors=True)


def installed_version(windows: Windows) -> str:
    return (windows.home / "app" / "_internal" / "子" / "文.txt").read_text(encoding="utf-8")


def uninstall(windows: Windows) -> None:
    assert windows.run(windows.home / "uninstall.exe", "/S") == 0
    windows.settle()  # the uninstaller goes on from a copy of itself


def test_what_was_installed_is_removed_and_nothing_else(clean: Windows, setups: dict[str, Path]) -> None:
    settings = clean.local / "ddns-tray" / "config.toml"
    settings.parent.mkdir()
    settings.write_text("schema = 1\n", encoding="ascii")
    before, person, machine = clean.files(), clean.registry("user.reg"), clean.registry("system.reg")

    assert clean.run(setups["1.2.0"], "/S") == 0
    clean.settle()
    added = {name.rpartition("/")[2] for name in clean.files() - before}
    assert {"ddns-tray.exe", "ddns-trayw.exe", "old library.dll", "文.txt", "uninstall.exe", "DDNS Tray.lnk"} <= added
    keys = {entry for entry in clean.registry("user.reg") - person if "ddns-tray" in entry}
    assert any('"DisplayVersion"="1.2.0"' in entry for entry in keys)
    assert any("QuietUninstallString" in entry for entry in keys)
    assert all(UNINSTALL in entry for entry in keys), keys

    clean.run("reg", "add", RUN_KEY, "/v", "ddns-tray", "/d", "x", "/f")  # as the switch in the program's settings
    uninstall(clean)
    assert clean.files() - before == set()
    assert before - clean.files() == set()
    assert {entry for entry in clean.registry("user.reg") - person if re.search("ddns", entry, re.IGNORECASE)} == set()
    assert {entry for entry in clean.registry("system.reg") - machine if "ddns" in entry.lower()} == set()
    assert settings.exists(), "a silent removal keeps the settings"


def test_an_upgrade_asks_the_running_program_to_end_and_takes_its_place(
    clean: Windows, setups: dict[str, Path]
) -> None:
    assert clean.run(setups["1.2.0"], "/S") == 0
    running = clean.start(clean.home / "app" / "ddns-trayw.exe")
    wait_for((clean.local / "stub" / "running").exists, "the program")
    shutil.copytree(clean.home / "app", clean.home / "app.old1")  # as an upgrade whose files somebody held left it
    assert clean.run(setups["1.10.0"], "/S") == 0
    assert running.wait(10) == 0
    assert (clean.local / "stub" / "asked").exists()
    assert installed_version(clean) == "1.10.0"
    assert not list(clean.home.rglob("old library.dll"))
    assert sorted(path.name for path in clean.home.iterdir()) == ["app", "uninstall.exe"]


def test_a_newer_version_is_not_replaced(clean: Windows, setups: dict[str, Path]) -> None:
    assert clean.run(setups["1.10.0"], "/S") == 0
    assert clean.run(setups["1.2.0"], "/S") == 3
    assert installed_version(clean) == "1.10.0"


def test_the_same_version_can_be_installed_again(clean: Windows, setups: dict[str, Path]) -> None:
    assert clean.run(setups["1.2.0"], "/S") == 0
    (clean.home / "app" / "ddns-tray.exe").unlink()
    assert clean.run(setups["1.2.0"], "/S") == 0
    assert (clean.home / "app" / "ddns-tray.exe").exists()


def test_what_a_person_put_there_survives_upgrades_and_removal(clean: Windows, setups: dict[str, Path]) -> None:
    assert clean.run(setups["1.2.0"], "/S") == 0
    (clean.home / "app" / "notes.txt").write_text("mine", encoding="ascii")
    assert clean.run(setups["1.10.0"], "/S") == 0
    assert clean.run(setups["1.10.0"], "/S") == 0
    uninstall(clean)
    left = [path for path in clean.home.rglob("*") if path.is_file()]
    assert [path.name for path in left] == ["notes.txt"]


def test_what_a_person_put_beside_the_program_stays_where_it_was(clean: Windows, setups: dict[str, Path]) -> None:
    assert clean.run(setups["1.2.0"], "/S") == 0
    (clean.home / "app" / "notes.txt").write_text("mine", encoding="ascii")
    uninstall(clean)
    assert [path for path in clean.home.rglob("*") if path.is_file()] == [clean.home / "app" / "notes.txt"]


def test_a_running_program_is_asked_to_end_before_it_is_removed(clean: Windows, setups: dict[str, Path]) -> None:
    assert clean.run(setups["1.2.0"], "/S") == 0
    running = clean.start(clean.home / "app" / "ddns-trayw.exe")
    wait_for((clean.local / "stub" / "running").exists, "the program")
    uninstall(clean)
    assert running.wait(10) == 0
    assert not clean.home.exists()


@pytest.mark.parametrize("trouble", ["the folder cannot be written", "the disk is full"])
def test_an_upgrade_that_cannot_be_written_changes_nothing(
    clean: Windows, setups: dict[str, Path], trouble: str
) -> None:
    assert clean.run(setups["1.2.0"], "/S") == 0
    before = clean.files()
    if trouble == "the disk is full":
        code = clean.run(setups["1.10.0"], "/S", limit="trap '' XFSZ; ulimit -f 100")
    else:
        (clean.home / "app.new").write_bytes(b"")  # root may write everywhere, so something stands in the way
        code = clean.run(setups["1.10.0"], "/S")
        (clean.home / "app.new").unlink()
    assert code == 2
    assert installed_version(clean) == "1.2.0"
    assert clean.files() == before
