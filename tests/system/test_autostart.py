"""Starting with the session, on the three systems, against temporary folders and a small registry."""

from __future__ import annotations

import configparser
import plistlib
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import StorageError
from ddns_tray.system.autostart import (
    Autostart,
    LaunchAgent,
    RunKey,
    State,
    XdgAutostart,
    _without_console,
    build_autostart,
    this_program,
)

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = ("/opt/DDNS Tray/ddns-tray", "50%", 'a"b$c\\d`e')
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"


class FakeRegistry:
    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str | bytes] = {}

    def get(self, key: str, name: str) -> str | bytes | None:
        return self.values.get((key, name))

    def set(self, key: str, name: str, value: str) -> None:
        self.values[key, name] = value

    def delete(self, key: str, name: str) -> None:
        self.values.pop((key, name), None)


@pytest.fixture(params=["xdg", "launchd", "windows"])
def kinds(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Autostart, Autostart]:
    """This program, and the same program installed elsewhere."""
    registry = FakeRegistry()

    def build(command: tuple[str, ...]) -> Autostart:
        match request.param:
            case "xdg":
                return XdgAutostart(command, tmp_path)
            case "launchd":
                return LaunchAgent(command, tmp_path)
            case _:
                return RunKey(command, registry)

    return build(COMMAND), build(("/elsewhere/ddns-tray",))


def test_it_is_off_then_on_then_off(kinds: tuple[Autostart, Autostart]) -> None:
    here, _ = kinds
    states = [here.state()]
    for enabled in (True, True, False, False):
        here.set_enabled(enabled)
        states.append(here.state())
    assert states == [State.OFF, State.ON, State.ON, State.OFF, State.OFF]


def test_a_moved_program_is_noticed_and_repaired(kinds: tuple[Autostart, Autostart]) -> None:
    here, elsewhere = kinds
    elsewhere.set_enabled(True)
    assert here.state() is State.ELSEWHERE
    assert not here.is_enabled()
    here.set_enabled(True)
    assert here.is_enabled()


def test_the_desktop_entry_follows_the_specification(tmp_path: Path) -> None:
    entry = XdgAutostart(COMMAND, tmp_path)
    entry.set_enabled(True)
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their case
    parser.read(entry.path, encoding="utf-8")
    assert parser["Desktop Entry"]["Type"] == "Application"
    assert parser["Desktop Entry"]["Exec"] == '"/opt/DDNS Tray/ddns-tray" 50%% "a\\\\"b\\\\$c\\\\\\\\d\\\\`e"'
    assert parser["Desktop Entry"]["TryExec"] == "/opt/DDNS Tray/ddns-tray"
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", str(entry.path)], check=True)


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_an_entry_that_the_person_switched_off_is_off(tmp_path: Path, line: str) -> None:
    entry = XdgAutostart(("/usr/bin/ddns-tray",), tmp_path)
    entry.path.parent.mkdir()
    entry.path.write_text(f"[Desktop Entry]\nType=Application\nExec=/usr/bin/ddns-tray\n{line}\n")
    assert entry.state() is State.OFF


def test_a_damaged_entry_is_elsewhere(tmp_path: Path) -> None:
    entry = XdgAutostart(("/usr/bin/ddns-tray",), tmp_path)
    entry.path.parent.mkdir()
    entry.path.write_text('[Desktop Entry]\nExec="/usr/bin/ddns\n')
    assert entry.state() is State.ELSEWHERE
    agent = LaunchAgent(("/usr/bin/ddns-tray",), tmp_path)
    agent.path.parent.mkdir()
    head = '<?xml version="1.0"?><plist version="1.0">'
    torn = (
        "not a property list", f"{head}<dict><key>Label", f"{head}<key>a</key></plist>",
        f"{head}<dict><key>a</key><date>never</date></dict></plist>", '<?xml version="1.0" encoding="none"?><plist/>',
        f"{head}<dict><key>RunAtLoad</key><true/><key>ProgramArguments</key><integer>1</integer></dict></plist>",
    )  # fmt: skip
    for content in torn:
        agent.path.write_text(content)
        assert agent.state() is State.ELSEWHERE


def test_a_disabled_launch_agent_is_off(tmp_path: Path) -> None:
    agent = LaunchAgent(("/x",), tmp_path)
    agent.set_enabled(True)
    kept = plistlib.loads(agent.path.read_bytes())
    assert kept["ProgramArguments"] == ["/x"]
    agent.path.write_bytes(plistlib.dumps({**kept, "Disabled": True}))
    assert agent.state() is State.OFF


def test_the_task_manager_overrules_the_run_key_until_the_person_says_yes_here() -> None:
    registry = FakeRegistry()
    key = RunKey(("C:\\Program Files\\DDNS Tray\\ddns-tray.exe",), registry)
    key.set_enabled(True)
    assert registry.values[RUN, "ddns-tray"] == '"C:\\Program Files\\DDNS Tray\\ddns-tray.exe"'
    registry.values[APPROVED, "ddns-tray"] = b"\x03" + b"\0" * 11
    assert key.state() is State.OFF
    key.set_enabled(True)
    assert key.state() is State.ON


def test_a_system_that_does_not_keep_it_is_found_out() -> None:
    class Forgetful(FakeRegistry):
        def set(self, key: str, name: str, value: str) -> None:
            del key, name, value

    with pytest.raises(StorageError, match="did not keep"):
        RunKey(("x",), Forgetful()).set_enabled(True)


@pytest.mark.skipif(sys.platform == "win32", reason="what lies below a file is just not there on Windows")
def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "autostart").write_text("a file stands in the way")
    with pytest.raises(StorageError, match="could not be set"):
        XdgAutostart(("x",), tmp_path).set_enabled(True)
    with pytest.raises(StorageError, match="could not be set"):
        XdgAutostart(("x",), tmp_path).state()


def test_the_factory_knows_the_three_systems(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    linux = build_autostart(environ, "linux")
    assert isinstance(linux, XdgAutostart)
    assert linux.path == tmp_path / ".config/autostart/ddns-tray.desktop"
    assert isinstance(build_autostart({**environ, "XDG_CONFIG_HOME": str(tmp_path / "c")}, "linux"), XdgAutostart)
    mac = build_autostart(environ, "darwin")
    assert isinstance(mac, LaunchAgent)
    assert mac.path.parent == tmp_path / "Library/LaunchAgents"
    assert isinstance(build_autostart(environ, "win32", FakeRegistry()), RunKey)


def test_this_program_can_be_started() -> None:
    command = this_program()
    assert shutil.which(command[0]) or command[0] == sys.executable


def test_on_windows_the_twin_without_a_console_is_started_where_there_is_one(tmp_path: Path) -> None:
    console, window = tmp_path / "ddns-tray.exe", tmp_path / "ddns-trayw.exe"
    console.touch()
    assert _without_console(str(console)) == str(console)
    window.touch()
    assert _without_console(str(console)) == str(window)
    assert _without_console(str(window)) == str(window)
    assert _without_console("/usr/lib/ddns-tray/ddns-tray") == "/usr/lib/ddns-tray/ddns-tray"
