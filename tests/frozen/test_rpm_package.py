"""The .rpm, installed by the machine's rpm into a root of its own: what it asks for, what it brings, what it leaves.

The root is a bare Debian, whose libraries the program finds; a package that only claims to be the rest of an RPM system
stands in for that. dnf and zypper, which would bring what is missing, are not part of it.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from devtools import linux_packages
from devtools.freezing import version
from tests.frozen.conftest import self_test
from tests.support.tray_session import wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.frozen.conftest import Frozen
    from tests.support.bare_root import BareRoot

NEEDED = ("rpm", "rpmbuild")
MISSING = [program for program in NEEDED if shutil.which(program) is None]
pytestmark = [
    pytest.mark.frozen,
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"this machine lacks {', '.join(MISSING)}"),
]

PROGRAM = "/usr/bin/ddns-tray"
DATABASE = "/var/lib/rpm"
NOT_OURS = (DATABASE, "/tmp", "/home")  # noqa: S108 - a place in a listing
REST_OF_THE_SYSTEM = """
Name: rest-of-the-system
Version: 1
Release: 1
Summary: What the program asks of an RPM system
License: MIT
BuildArch: noarch
Provides: glibc = 2.36, libGL.so.1()(64bit), libEGL.so.1()(64bit), ca-certificates
%description
Four names, and the folders that every system has.
%install
mkdir -p %{buildroot}/usr/share/applications %{buildroot}/usr/share/icons %{buildroot}/usr/share/man/man1
%files
%dir /usr/share/applications
%dir /usr/share/icons
%dir /usr/share/man
%dir /usr/share/man/man1
"""


@pytest.fixture(scope="module")
def packages(frozen: Frozen, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 1.rpm and, of the same program under a higher version, 2.rpm; and the rest of the system."""
    work = tmp_path_factory.mktemp("rpm")
    for number, shown in enumerate(("", "99.1"), start=1):
        linux_packages.rpm(frozen.folder, work / "work", work, level=0, shown_version=shown).rename(
            work / f"{number}.rpm"
        )
    shutil.rmtree(work / "work")
    (work / "rest.spec").write_text(REST_OF_THE_SYSTEM, encoding="ascii")
    built = [
        "rpmbuild",
        "-bb",
        "--define",
        f"_topdir {work}/top",
        "--define",
        f"_rpmdir {work}",
        str(work / "rest.spec"),
    ]
    subprocess.run(built, check=True, capture_output=True)
    next(work.glob("noarch/*.rpm")).rename(work / "rest.rpm")
    return work


@pytest.fixture
def system(bare: BareRoot, packages: Path) -> BareRoot:
    """An RPM system as far as rpm can tell."""
    assert rpm(bare, "-i", packages / "rest.rpm") == ""
    return bare


def rpm(root: BareRoot, *words: str | Path) -> str:
    """Run the machine's rpm on the root; returns all that it said, with its exit code where that is not 0."""
    named = shlex.join(map(str, words))
    told = root.outside(f'rpm --root "$ROOT" --dbpath {DATABASE} {named} 2>&1 || echo "exit code $?"')
    # Debian's rpm says each time that this is not how Debian's own packages are installed.
    return "".join(line for line in told.splitlines(keepends=True) if not line.startswith("rpm: "))


def changes(before: dict[str, str], after: dict[str, str]) -> set[str]:
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return {name for name in changed if not name.startswith(NOT_OURS)}


def test_it_asks_for_four_things_of_the_system_and_for_nothing_else(bare: BareRoot, packages: Path) -> None:
    told = rpm(bare, "-i", packages / "1.rpm")
    needed = {line.split(" is needed by ")[0].strip() for line in told.splitlines() if " is needed by " in line}
    assert {name.split(" >=")[0] for name in needed} == {
        "ca-certificates",
        "glibc",
        "libEGL.so.1()(64bit)",
        "libGL.so.1()(64bit)",
    }
    assert bare.run("test", "-e", PROGRAM).returncode != 0


def test_it_installs_proves_itself_and_leaves_nothing(system: BareRoot, packages: Path) -> None:
    before = system.files()
    assert rpm(system, "-i", packages / "1.rpm") == ""
    checks = self_test(system, PROGRAM)
    assert checks["program"]["items"] == [version(), "/usr/lib/ddns-tray/ddns-tray"]
    listed = set(rpm(system, "-ql", "ddns-tray").splitlines())
    added = changes(before, system.files())
    assert added <= listed, "something came that rpm does not know"
    assert not [name for name in added if "autostart" in name], "it must not start by itself"
    assert rpm(system, "-V", "ddns-tray") == ""

    assert rpm(system, "-e", "ddns-tray") == ""
    assert changes(before, system.files()) == set()


def test_an_upgrade_while_it_runs_takes_its_place_and_an_older_version_does_not(
    system: BareRoot, packages: Path, tmp_path: Path
) -> None:
    assert rpm(system, "-i", packages / "1.rpm") == ""
    demo = system.start(PROGRAM, "demo", "--terminal", log=tmp_path / "log")
    wait_for(lambda: "[green]" in (tmp_path / "log").read_text(encoding="utf-8"), "the demo", 60)
    assert rpm(system, "-U", packages / "2.rpm") == ""
    assert demo.poll() is None
    self_test(system, PROGRAM)
    assert "is already installed" in rpm(system, "-U", packages / "1.rpm")
    assert rpm(system, "-q", "ddns-tray").startswith("ddns-tray-99.1-1")
    demo.terminate()
    assert demo.wait(20) in (0, 130, 143)
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")
