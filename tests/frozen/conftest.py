"""The frozen program, built once a run (and not again while its files stay as they are), and a bare Debian for it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import bare_root, tray_session
from tests.support.bare_root import BareRoot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
INSIDE = "/opt/ddns-tray"
DOCUMENTED = ("ca-certificates", "libegl1", "libgl1")
"""What docs/install.md and the packages say is needed; nothing else is in the bare root."""


@dataclass(frozen=True)
class Frozen:
    """The bundle as it was built."""

    folder: Path

    @property
    def program(self) -> str:
        return f"{INSIDE}/ddns-tray"


@pytest.fixture(scope="session")
def frozen() -> Frozen:
    if bare_root.missing():
        pytest.skip(bare_root.missing())
    done = subprocess.run(
        [sys.executable, str(ROOT / "dev.py"), "build", "bundle"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return Frozen(ROOT / "build" / "frozen" / "ddns-tray")


@pytest.fixture(scope="session")
def lower() -> Path:
    if bare_root.missing():
        pytest.skip(bare_root.missing())
    return bare_root.base(DOCUMENTED)


@pytest.fixture
def bare(lower: Path) -> Iterator[BareRoot]:
    """A bare Debian."""
    with BareRoot(lower) as root:
        yield root


@pytest.fixture
def inside(bare: BareRoot, frozen: Frozen) -> BareRoot:
    """A bare Debian that has the bundle in /opt, read-only, as somebody unpacked it."""
    bare.show(frozen.folder, INSIDE)
    bare.outside(f'mount -o remount,bind,ro "$ROOT{INSIDE}"')
    return bare


@pytest.fixture
def desktop() -> Iterator[tray_session.TraySession]:
    if tray_session.missing_programs():
        pytest.skip(f"this machine lacks {', '.join(tray_session.missing_programs())}")
    with tray_session.TraySession() as session:
        yield session


def on_desktop(root: BareRoot, desktop: tray_session.TraySession) -> Mapping[str, str]:
    """Let the bare root reach the desktop's folders and bus; returns the environment of its programs."""
    root.show(desktop.home, str(desktop.home))
    bus = desktop.env["DBUS_SESSION_BUS_ADDRESS"].partition("path=")[2].partition(",")[0]
    root.outside(f'mkdir -p "$ROOT{Path(bus).parent}" && touch "$ROOT{bus}" && mount --bind "{bus}" "$ROOT{bus}"')
    names = ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "QT_QPA_PLATFORM", "HOME")
    folders = [name for name in desktop.env if name.startswith("XDG_")]
    return {name: desktop.env[name] for name in (*names, *folders)}


def self_test(root: BareRoot, program: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run the self-test inside; returns its checks by id. The assertion tells what failed."""
    done = root.run(program, "--self-test", "--json", env=env)
    told = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    failed = [each for each in told.get("checks", []) if not each["passed"]]
    assert done.returncode == 0, f"{failed}\n{done.stderr}"
    assert told["passed"] is True
    return {each["id"]: each for each in told["checks"]}
