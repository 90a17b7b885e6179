"""A desktop of its own for tests: X server, session bus, panel and notification daemon, all thrown away afterwards.

Nothing is shared with the machine: the display number is chosen by Xvfb, home and XDG folders are temporary, and the
session bus is private, so that two runs at once do not meet.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.support.processes import end_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

WIDTH, HEIGHT = 1280, 800
Area = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels."""
PANEL: Area = (920, 0, WIDTH, 34)
"""The end of the panel where icons stand; windows open at the left and do not reach it."""
TOASTS: Area = (920, 500, WIDTH, HEIGHT)
"""Where notifications are shown."""
NEEDED = ("Xvfb", "dbus-daemon", "xfce4-panel", "trayer", "dunst", "gdbus", "xdotool", "import-im6.q16")
_WATCHER = "org.kde.StatusNotifierWatcher"
_PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
 <property name="configver" type="int" value="2"/>
 <property name="panels" type="array"><value type="int" value="1"/>
  <property name="dark-mode" type="bool" value="{dark}"/>
  <property name="panel-1" type="empty">
   <property name="position" type="string" value="p=6;x=0;y=0"/><property name="length" type="uint" value="100"/>
   <property name="position-locked" type="bool" value="true"/><property name="size" type="uint" value="32"/>
   <property name="icon-size" type="uint" value="22"/>
   <property name="plugin-ids" type="array"><value type="int" value="1"/><value type="int" value="2"/></property>
  </property></property>
 <property name="plugins" type="empty">
  <property name="plugin-1" type="string" value="separator">
   <property name="expand" type="bool" value="true"/><property name="style" type="uint" value="0"/></property>
  <property name="plugin-2" type="string" value="systray">
   <property name="icon-size" type="int" value="22"/><property name="square-icons" type="bool" value="true"/></property>
 </property>
</channel>
"""
_DUNST = (
    '[global]\norigin = bottom-right\nfont = DejaVu Sans 10\nwidth = 360\nframe_width = 1\nframe_color = "#556270"\n'
)


def missing_programs() -> list[str]:
    """What this machine lacks for a desktop."""
    return [program for program in NEEDED if shutil.which(program) is None]


@dataclass(frozen=True)
class Picture:
    """A screenshot as rows of RGB bytes."""

    width: int
    height: int
    pixels: bytes

    def find(self, colour: str, area: Area | None = None) -> tuple[int, int] | None:
        """The middle of all pixels of exactly this colour (#RRGGBB) within an area, or None."""
        left, top, right, bottom = area or (0, 0, self.width, self.height)
        wanted = bytes.fromhex(colour.removeprefix("#"))
        xs, ys = [], []
        for y in range(top, bottom):
            row = self.pixels[(y * self.width + left) * 3 : (y * self.width + right) * 3]
            at = row.find(wanted)
            while at != -1:
                if at % 3 == 0:
                    xs.append(left + at // 3)
                    ys.append(y)
                at = row.find(wanted, at + 1)
        return (sum(xs) // len(xs), sum(ys) // len(ys)) if xs else None

    def differs(self, other: Picture, area: Area) -> int:
        """How many pixels differ within (left, top, right, bottom)."""
        left, top, right, bottom = area
        count = 0
        for y in range(top, bottom):
            start, end = (y * self.width + left) * 3, (y * self.width + right) * 3
            mine, theirs = self.pixels[start:end], other.pixels[start:end]
            if mine != theirs:
                count += sum(mine[i : i + 3] != theirs[i : i + 3] for i in range(0, len(mine), 3))
        return count


class TraySession:
    """Use as a context manager; start panel, notification daemon and programs as the test needs them."""

    def __init__(self, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
        self._size = size
        self._stack = contextlib.ExitStack()
        self.home = Path()
        self.env: dict[str, str] = {}
        self.display_server: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        self.home = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="ddns-tray-desktop-")))
        kept = {"PATH", "LANG", "COVERAGE_PROCESS_START", "PYTHONPATH", "VIRTUAL_ENV"}
        self.env = {name: value for name, value in os.environ.items() if name in kept}
        for variable, folder in (
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_RUNTIME_DIR", "run"),
        ):
            path = self.home / folder
            path.mkdir(mode=0o700)
            self.env[variable] = str(path)
        self.env |= {"LANG": "C.UTF-8", "NO_AT_BRIDGE": "1", "GTK_A11Y": "none", "QT_QPA_PLATFORM": "xcb"}
        self.env["DISPLAY"] = f":{self._start_display()}"
        bus = self.start(["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE)
        assert bus.stdout is not None
        self.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    # --- who lives here ---

    def start(
        self, command: Sequence[str], *, stdout: int | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program in this desktop; it ends with it. Its output goes to a file named after it."""
        log = (self.home / f"{Path(command[0]).name}.log").open("ab")
        self._stack.callback(log.close)
        process = subprocess.Popen(command, env={**self.env, **(env or {})}, stdout=stdout or log, stderr=log)
        self._stack.callback(end_process, process, 5.0)
        return process

    def log(self, program: str) -> str:
        """What a program has said so far."""
        return (self.home / f"{program}.log").read_text(encoding="utf-8", errors="replace")

    def start_panel(self, *, dark: bool = True) -> subprocess.Popen[bytes]:
        """An Xfce panel, which is a StatusNotifier host."""
        folder = Path(self.env["XDG_CONFIG_HOME"]) / "xfce4" / "xfconf" / "xfce-perchannel-xml"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "xfce4-panel.xml").write_text(_PANEL.format(dark=str(dark).lower()))
        panel = self.start(["xfce4-panel", "--disable-wm-check"])
        wait_for(lambda: b"true" in self._watcher("IsStatusNotifierHostRegistered"), "a StatusNotifier host")
        return panel

    def start_xembed_tray(self) -> subprocess.Popen[bytes]:
        """A tray of the old kind: icons are embedded windows."""
        command = "trayer --edge top --align right --widthtype request --height 32 --SetDockType true"
        return self.start(command.split())

    def start_notification_daemon(self) -> subprocess.Popen[bytes]:
        """Dunst, as org.freedesktop.Notifications."""
        config = self.home / "dunstrc"
        config.write_text(_DUNST)
        dunst = self.start(["dunst", "-conf", str(config)])
        wait_for(
            lambda: (
                b"org.freedesktop.Notifications"
                in self._call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.ListNames")
            ),
            "a notification daemon",
        )
        return dunst

    def has_status_item(self) -> bool:
        """Whether a program has registered a StatusNotifier item."""
        return b"StatusNotifierItem" in self._watcher("RegisteredStatusNotifierItems")

    # --- eyes and hands ---

    def look(self) -> Picture:
        """The screen as it is now."""
        width, height = self._size
        shot = subprocess.run(
            ["import-im6.q16", "-window", "root", "-depth", "8", "rgb:-"], env=self.env, capture_output=True, check=True
        )
        assert len(shot.stdout) == width * height * 3
        return Picture(width, height, shot.stdout)

    def save(self, path: Path) -> None:
        """Keep the screen as a picture file."""
        subprocess.run(
            ["import-im6.q16", "-window", "root", "-strip", "-define", "png:compression-level=9", str(path)],
            env=self.env,
            check=True,
        )

    def wait_for_colour(self, colour: str, area: Area | None = None, seconds: float = 40.0) -> tuple[int, int]:
        """Where this colour is, as soon as it is anywhere."""
        place: tuple[int, int] | None = None

        def visible() -> bool:
            nonlocal place
            place = self.look().find(colour, area)
            return place is not None

        wait_for(visible, f"the colour {colour} on the screen", seconds, pause=0.2)
        assert place is not None
        return place

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Move the pointer there and press a button (1 left, 3 right)."""
        self._hand("mousemove", str(x), str(y), "click", str(button))

    def move(self, x: int, y: int) -> None:
        """Move the pointer out of the way."""
        self._hand("mousemove", str(x), str(y))

    def key(self, *keys: str) -> None:
        """Press keys, one after the other."""
        self._hand("key", "--delay", "60", *keys)

    def focus(self, window: str) -> None:
        """Give a window the keyboard; there is no window manager that would."""
        self._hand("windowfocus", "--sync", window)

    def type(self, words: str) -> None:
        """Type a text."""
        self._hand("type", "--delay", "20", "--", words)

    def windows(self, title: str) -> list[str]:
        """Ids of the visible windows with this title (a regular expression)."""
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title], env=self.env, capture_output=True, check=False
        )
        return found.stdout.decode().split()

    def _hand(self, *what: str) -> None:
        subprocess.run(["xdotool", *what], env=self.env, check=True, capture_output=True)

    def _start_display(self) -> str:
        reading, writing = os.pipe()
        width, height = self._size
        log = (self.home / "Xvfb.log").open("ab")
        self._stack.callback(log.close)
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
            pass_fds=[writing],
            stdout=log,
            stderr=log,
        )
        self._stack.callback(end_process, server, 5.0)
        self.display_server = server
        os.close(writing)
        with os.fdopen(reading) as number:
            return number.readline().strip()

    def _watcher(self, name: str) -> bytes:
        return self._call(_WATCHER, "/StatusNotifierWatcher", "org.freedesktop.DBus.Properties.Get", _WATCHER, name)

    def _call(self, destination: str, path: str, method: str, *arguments: str) -> bytes:
        command = ["gdbus", "call", "--session", "-d", destination, "-o", path, "-m", method, *arguments]
        return subprocess.run(command, env=self.env, capture_output=True, check=False).stdout


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 40.0, pause: float = 0.05) -> None:
    """Return as soon as the condition holds; another process is watched, so there is nothing to await."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            message = f"waited {seconds:.0f} s in vain for {what}"
            raise AssertionError(message)
        time.sleep(pause)
