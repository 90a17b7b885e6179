"""The .deb in a bare Debian: installed with what it depends on and nothing else, upgraded, refused, removed."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ddns_tray.ui.icons import PAINTS
from devtools import archives, linux_packages
from tests.frozen.conftest import on_desktop, self_test
from tests.support.bare_root import HOME
from tests.support.tray_session import PANEL, TraySession, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.frozen.conftest import Frozen
    from tests.support.bare_root import BareRoot

pytestmark = [pytest.mark.frozen, pytest.mark.slow]

PROGRAM = "/usr/bin/ddns-tray"
NOT_OURS = ("/var/lib/dpkg/", "/var/log/", "/var/cache/", "/tmp", "/home")  # noqa: S108 - a place in a listing
TITLE = "^DDNS Tray$"
CLOSED = """schema = 1
[address]
sources = ["static:11.22.33.44"]
quorum = 1
[[record]]
name = "home.example.test"
types = ["A"]
[verify]
resolvers = ["udp://127.0.0.1:9"]
root_hints = ["127.0.0.1:9"]
"""


@pytest.fixture(scope="module")
def packages(frozen: Frozen, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 1.deb and, of the same program under a higher version, 2.deb."""
    work = tmp_path_factory.mktemp("deb")
    made = linux_packages.deb(frozen.folder, work / "work", work, level=0)
    made.rename(work / "1.deb")
    raised = linux_packages.deb(frozen.folder, work / "work", work, level=0, shown_version="99.1")
    raised.rename(work / "2.deb")
    return work


@pytest.fixture
def debian(bare: BareRoot, packages: Path) -> Iterator[BareRoot]:
    bare.show(packages, "/packages")
    yield bare
    bare.run(PROGRAM, "quit")


def install(debian: BareRoot, file: str) -> subprocess.CompletedProcess[str]:
    return debian.run("dpkg", "-i", f"/packages/{file}", timeout=300)


def version(debian: BareRoot) -> str:
    return debian.run("dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", "ddns-tray").stdout.strip()


def configured(debian: BareRoot) -> None:
    folder = f"{HOME}/.config/ddns-tray"
    debian.run("sh", "-c", f'mkdir -p {folder}; printf %s "$1" > {folder}/config.toml', "sh", CLOSED)


def running(debian: BareRoot, log: Path) -> subprocess.Popen[bytes]:
    """The daemon, answering."""
    configured(debian)
    process = debian.start(PROGRAM, "daemon", log=log)
    wait_for(lambda: "home.example.test" in debian.run(PROGRAM, "status").stdout, "a daemon that answers", pause=0.3)
    return process


def wait_for_icon(desktop: TraySession) -> tuple[int, int]:
    """Where the icon is, whatever it says."""
    place: list[tuple[int, int]] = []

    def visible() -> bool:
        picture = desktop.look()
        place[:] = [found for paint in PAINTS.values() if (found := picture.find(paint.fill, PANEL))]
        return bool(place)

    wait_for(visible, "the icon", pause=0.2)
    return place[0]


def test_it_installs_with_what_it_names_proves_itself_and_leaves_nothing(debian: BareRoot) -> None:
    before = debian.files()
    done = install(debian, "1.deb")
    assert done.returncode == 0, done.stderr
    checks = self_test(debian, PROGRAM)
    assert checks["program"]["items"][1] == "/usr/lib/ddns-tray/ddns-tray"
    listed = set(debian.run("dpkg", "-L", "ddns-tray").stdout.splitlines())
    added = {name for name in debian.files().keys() - before if not name.startswith(NOT_OURS)}
    assert added <= listed, "something came that dpkg does not know"
    assert not [name for name in added if "autostart" in name], "it must not start by itself"
    assert debian.run("dpkg", "--verify", "ddns-tray").stdout == ""

    assert debian.run("dpkg", "--purge", "ddns-tray").returncode == 0
    after = debian.files()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert {name for name in changed if not name.startswith(NOT_OURS)} == set()
    assert not [name for name in after if "ddns-tray" in name and not name.startswith(("/packages", "/var/log"))]


def test_a_program_that_runs_survives_its_upgrade_and_still_opens_what_it_had_not_loaded(
    debian: BareRoot, desktop: TraySession, tmp_path: Path
) -> None:
    assert install(debian, "1.deb").returncode == 0
    desktop.start_panel()
    env = on_desktop(debian, desktop)
    folder = Path(desktop.env["XDG_CONFIG_HOME"]) / "ddns-tray"
    folder.mkdir()
    (folder / "config.toml").write_text(CLOSED, encoding="utf-8")
    log = tmp_path / "log"
    program = debian.start(PROGRAM, "-v", log=log, env=env)
    icon = wait_for_icon(desktop)
    assert install(debian, "2.deb").returncode == 0
    # A new program is another file, and what the old one had not read yet is not where it was.
    assert (
        debian.run("sh", "-c", "cd /usr/lib/ddns-tray && yes | head -c 9000000 > new && mv new ddns-tray").returncode
        == 0
    )
    assert program.poll() is None
    desktop.click(*icon)
    wait_for(lambda: bool(desktop.windows(TITLE)), "the window, whose modules were not loaded before")
    assert install(debian, "2.deb").returncode == 0
    wait_for(
        lambda: "Another version" in debian.run(PROGRAM, "status", "--json", env=env).stdout,
        "the old program to say that a new one is there",
        pause=1,
    )
    assert debian.run(PROGRAM, "quit", env=env).returncode == 0
    assert program.wait(10) == 0
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_an_older_version_over_a_newer_one_is_dpkgs_decision_and_keeps_the_settings(debian: BareRoot) -> None:
    configured(debian)
    assert install(debian, "2.deb").returncode == 0
    done = install(debian, "1.deb")
    assert "downgrading" in done.stderr
    assert debian.run(PROGRAM, "config", "check").returncode == 0


READ_ONLY = """
mount --bind "$ROOT/usr" "$ROOT/usr"
mount -o remount,bind,ro "$ROOT/usr"
"""
FULL = """
mkdir "$ROOT/small"
mount -t tmpfs -o size=150m tmpfs "$ROOT/small"
cp -a "$ROOT/usr/lib/ddns-tray/." "$ROOT/small"
mount --bind "$ROOT/small" "$ROOT/usr/lib/ddns-tray"
"""


@pytest.mark.parametrize(
    ("trouble", "word"),
    [(READ_ONLY, "Read-only file system"), (FULL, "No space left on device")],
    ids=["read-only", "full"],
)
def test_an_upgrade_that_cannot_be_written_says_why_and_the_old_version_still_runs(
    debian: BareRoot, tmp_path: Path, trouble: str, word: str
) -> None:
    assert install(debian, "1.deb").returncode == 0
    debian.outside(trouble)
    daemon = running(debian, tmp_path / "log")
    done = install(debian, "2.deb")
    assert done.returncode != 0
    assert word in done.stderr
    assert daemon.poll() is None
    assert "home.example.test" in debian.run(PROGRAM, "status").stdout
    assert debian.run(PROGRAM, "quit").returncode == 0
    self_test(debian, PROGRAM)


def test_the_desktop_file_and_the_man_page_are_sound(frozen: Frozen, tmp_path: Path) -> None:
    root = linux_packages.stage(frozen.folder, tmp_path / "stage")
    subprocess.run(["desktop-file-validate", root / "usr/share/applications/ddns-tray.desktop"], check=True)
    source = gzip.decompress((root / "usr/share/man/man1/ddns-tray.1.gz").read_bytes())
    page = subprocess.run(
        ["groff", "-man", "-Tascii", "-P-c", "-P-bou", "-ww"], input=source, capture_output=True, check=True
    )
    assert page.stderr == b""
    for word in (b"daemon", b"--self-test", b"EXIT STATUS", b"config.toml"):
        assert word in page.stdout


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A bundle in shape alone: packing the real one takes minutes, and shows nothing else."""
    bundle = tmp_path / "ddns-tray"
    (bundle / "_internal" / "a folder").mkdir(parents=True)
    (bundle / "ddns-tray").write_bytes(b"\x7fELF GLIBC_2.34\0 GLIBC_2.5\0")
    (bundle / "ddns-tray").chmod(0o700)
    (bundle / "_internal" / "a folder" / "文.txt").write_text("text", encoding="utf-8")
    (bundle / "_internal" / "link").symlink_to("a folder/文.txt")
    return bundle


def test_the_rpm_holds_the_same_tree_as_the_deb_and_runs_nothing_at_installation(small: Path, tmp_path: Path) -> None:
    rpm = linux_packages.rpm(small, tmp_path / "a folder", tmp_path)
    deb = linux_packages.deb(small, tmp_path / "work", tmp_path)
    told = subprocess.run(
        ["rpm", "-qp", "--qf", "[%{FILENAMES}\n]", rpm], capture_output=True, text=True, check=True
    ).stdout
    unpacked = tmp_path / "unpacked"
    subprocess.run(["dpkg-deb", "-x", deb, unpacked], check=True)
    files = {f"/{path.relative_to(unpacked)}" for path in unpacked.rglob("*") if path.is_symlink() or path.is_file()}
    folders = {f"/{path.relative_to(unpacked)}" for path in unpacked.rglob("*") if path.is_dir()}
    ours = {name for name in folders for own in linux_packages.OWN_FOLDERS if f"{name}/".startswith(f"/{own}/")}
    assert set(told.splitlines()) == files | ours
    assert (unpacked / linux_packages.HOME / "ddns-tray").stat().st_mode & 0o777 == 0o755
    assert (unpacked / linux_packages.HOME / linux_packages.MARK).read_text(encoding="ascii") == "deb\n"
    scripts = subprocess.run(["rpm", "-qp", "--scripts", rpm], capture_output=True, text=True, check=True).stdout
    assert scripts == ""
    needs = subprocess.run(["rpm", "-qpR", rpm], capture_output=True, text=True, check=True).stdout
    assert "glibc >= 2.34" in needs


def test_the_same_bundle_gives_the_same_packages_again(small: Path, tmp_path: Path) -> None:
    made = []
    for name in ("first", "second"):
        target = tmp_path / name
        target.mkdir()
        files = [
            linux_packages.deb(small, target / "work", target),
            linux_packages.rpm(small, target / "work", target),
            target / "archive.tar.xz",
        ]
        archives.tar_xz(small, files[-1], name="ddns-tray-1", date=1_700_000_000)
        made.append([archives.digest(file) for file in files])
    assert made[0] == made[1]


def test_an_appdir_starts_the_program(small: Path, tmp_path: Path) -> None:
    root = linux_packages.appdir(small, tmp_path / "work", tmp_path)
    if root.is_dir():  # without appimagetool
        assert (root / "AppRun").resolve() == root / linux_packages.HOME / "ddns-tray"
        assert {"ddns-tray.desktop", "ddns-tray.svg", ".DirIcon"} <= {path.name for path in root.iterdir()}
