"""Starting with the person's session: XDG autostart, a LaunchAgent, or the Run key, each verified by reading it back.

What the system holds is the truth, not a setting of ours: people switch such entries off in their system's own
settings, and a program that was moved has an entry that leads nowhere (`State.ELSEWHERE`).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ddns_tray.core.errors import StorageError
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAME = "ddns-tray"
_LABEL = "io.github.ddns_tray"
_RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
_APPROVED_KEY = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
_EXEC_WORD = re.compile(r'"((?:\\.|[^"\\])*)"|(\S+)')
_OFF_BIT = 1
"""The lowest bit of an entry's first octet in StartupApproved: set where the person switched it off (task manager)."""


class State(StrEnum):
    """What the system holds."""

    OFF = "off"
    ON = "on"
    ELSEWHERE = "elsewhere"
    """An entry of ours that starts another program than this one: we were moved."""


class Autostart:
    """The base: what the person asks for, done and read back. Subclasses know where the system keeps it."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = tuple(command)

    def state(self) -> State:
        """Read what the system holds. Raises `StorageError`."""
        try:
            found = self._read()
        except OSError as exc:
            raise _failed(exc) from exc
        if found is None:
            return State.OFF
        return State.ON if found == self.command else State.ELSEWHERE

    def is_enabled(self) -> bool:
        """Whether this very program starts with the session."""
        return self.state() is State.ON

    def is_elsewhere(self) -> bool:
        """Whether an entry of ours starts another program than this one."""
        return self.state() is State.ELSEWHERE

    def set_enabled(self, enabled: bool, /) -> None:  # noqa: FBT001 - it is the one thing that is set
        """Switch it on or off, and make sure. Raises `StorageError` if the system then holds something else."""
        try:
            if enabled:
                self._write()
            else:
                self._remove()
        except OSError as exc:
            raise _failed(exc) from exc
        if self.state() is not (State.ON if enabled else State.OFF):
            raise StorageError(
                text("The system did not keep the setting for starting with the session."),
                text("Switch it in your system's own settings."),
            )

    def _read(self) -> tuple[str, ...] | None:
        raise NotImplementedError

    def _write(self) -> None:
        raise NotImplementedError

    def _remove(self) -> None:
        raise NotImplementedError


class XdgAutostart(Autostart):
    """A desktop entry in the autostart folder (freedesktop.org, Desktop Application Autostart Specification 0.5)."""

    def __init__(self, command: Sequence[str], config_home: Path) -> None:
        super().__init__(command)
        self.path = config_home / "autostart" / f"{_NAME}.desktop"

    def _read(self) -> tuple[str, ...] | None:
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return None
        keys = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        if keys.get("Hidden") == "true" or keys.get("X-GNOME-Autostart-enabled") == "false":
            return None
        return _exec_words(keys.get("Exec", ""))

    def _write(self) -> None:
        entry = (
            "[Desktop Entry]\n"
            "Type=Application\n"
            "Version=1.4\n"
            "Name=DDNS Tray\n"
            "Comment=Keeps DNS names equal to a changing address\n"
            "Comment[zh_CN]=让域名始终指向变化的地址\n"
            f"Exec={' '.join(_exec_quoted(part) for part in self.command)}\n"
            # With the program gone the session passes over what it left; a package removes nothing of a person's.
            f"TryExec={self.command[0].replace(chr(92), chr(92) * 2)}\n"
            "Icon=ddns-tray\n"
            "Terminal=false\n"
            "Categories=Network;\n"
            "X-GNOME-Autostart-enabled=true\n"
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(self.path, entry.encode())

    def _remove(self) -> None:
        self.path.unlink(missing_ok=True)


class LaunchAgent(Autostart):
    """A property list that launchd reads at log-in (launchd.plist(5))."""

    def __init__(self, command: Sequence[str], library: Path) -> None:
        super().__init__(command)
        self.path = library / "LaunchAgents" / f"{_LABEL}.plist"

    def _read(self) -> tuple[str, ...] | None:
        import plistlib  # noqa: PLC0415 - macOS alone, and it loads a parser of XML
        from xml.parsers.expat import ExpatError  # noqa: PLC0415 - as above

        try:
            agent = plistlib.loads(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (ExpatError, ValueError, LookupError, AttributeError):  # all of what plistlib lets out
            return ()
        if not isinstance(agent, dict) or agent.get("Disabled") is True or agent.get("RunAtLoad") is not True:
            return None
        arguments = agent.get("ProgramArguments")
        return tuple(map(str, arguments)) if isinstance(arguments, list) else ()

    def _write(self) -> None:
        import plistlib  # noqa: PLC0415 - as above

        agent = {
            "Label": _LABEL,
            "ProgramArguments": list(self.command),
            "RunAtLoad": True,
            "ProcessType": "Interactive",
            "LimitLoadToSessionType": "Aqua",
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(self.path, plistlib.dumps(agent))

    def _remove(self) -> None:
        self.path.unlink(missing_ok=True)


class Registry(Protocol):
    """The part of the person's registry (HKEY_CURRENT_USER) that is needed here."""

    def get(self, key: str, name: str) -> str | bytes | None:
        """A value, or None."""

    def set(self, key: str, name: str, value: str) -> None:
        """Write a REG_SZ."""

    def delete(self, key: str, name: str) -> None:
        """Remove a value; removing what is not there is fine."""


class RunKey(Autostart):
    """A value in the Run key of Windows, which the person may overrule in the task manager."""

    def __init__(self, command: Sequence[str], registry: Registry) -> None:
        super().__init__(command)
        self._registry = registry

    def _read(self) -> tuple[str, ...] | None:
        line = self._registry.get(_RUN_KEY, _NAME)
        approved = self._registry.get(_APPROVED_KEY, _NAME)
        if line is None or (isinstance(approved, bytes) and approved and approved[0] & _OFF_BIT):
            return None
        return self.command if line == subprocess.list2cmdline(self.command) else (str(line),)

    def _write(self) -> None:
        self._registry.set(_RUN_KEY, _NAME, subprocess.list2cmdline(self.command))
        # The person has just said yes here: an older no in the task manager must not stand against it.
        self._registry.delete(_APPROVED_KEY, _NAME)

    def _remove(self) -> None:
        self._registry.delete(_RUN_KEY, _NAME)


def build_autostart(
    environ: Mapping[str, str] = os.environ, platform: str = sys.platform, registry: Registry | None = None
) -> Autostart:
    """What fits this system."""
    command = this_program()
    if platform == "win32":
        return RunKey(command, registry or _windows_registry())
    home = Path(environ.get("HOME") or Path.home())
    if platform == "darwin":
        return LaunchAgent(command, home / "Library")
    return XdgAutostart(command, Path(environ.get("XDG_CONFIG_HOME") or home / ".config"))


def this_program() -> tuple[str, ...]:
    """How this very program is started: frozen, as an installed script, or as a module."""
    if getattr(sys, "frozen", False):
        return (_without_console(sys.executable),)
    folder = Path(sys.executable).parent
    for script in (folder / _NAME, folder / f"{_NAME}.exe"):
        if script.is_file():
            return (str(script),)
    return (sys.executable, "-m", "ddns_tray")


def _without_console(program: str) -> str:
    """On Windows, the twin of the program that opens no console; it lies beside it (build.spec)."""
    twin = Path(program).with_name(f"{_NAME}w.exe")
    return str(twin) if program.lower().endswith(".exe") and twin.is_file() else program


def _windows_registry() -> Registry:
    import winreg  # noqa: PLC0415 - exists on Windows alone

    reg: Any = winreg

    class CurrentUser:
        def get(self, key: str, name: str) -> str | bytes | None:
            try:
                with reg.OpenKey(reg.HKEY_CURRENT_USER, key) as opened:
                    value = reg.QueryValueEx(opened, name)[0]
            except FileNotFoundError:
                return None
            return value if isinstance(value, (str, bytes)) else None

        def set(self, key: str, name: str, value: str) -> None:
            with reg.CreateKey(reg.HKEY_CURRENT_USER, key) as opened:
                reg.SetValueEx(opened, name, 0, reg.REG_SZ, value)

        def delete(self, key: str, name: str) -> None:
            try:
                with reg.OpenKey(reg.HKEY_CURRENT_USER, key, 0, reg.KEY_SET_VALUE) as opened:
                    reg.DeleteValue(opened, name)
            except FileNotFoundError:
                pass

    return CurrentUser()


def _exec_quoted(part: str) -> str:
    """Quote one word of an Exec line (Desktop Entry Specification 1.5, "The Exec key")."""
    doubled = part.replace("%", "%%")
    if doubled and not set(doubled) & set(" \t\n\"'\\><~|&;$*?#()`"):
        return doubled
    inner = "".join(f"\\{sign}" if sign in '"`$\\' else sign for sign in doubled)
    # The value of a key is a string, in which the backslash is escaped once more.
    return '"' + inner.replace("\\", "\\\\") + '"'


def _exec_words(line: str) -> tuple[str, ...]:
    """The words of an Exec line; the inverse of `_exec_quoted`. A damaged line reads as something that is not ours."""
    return tuple(
        (re.sub(r"\\(.)", r"\1", quoted) if quoted else bare).replace("%%", "%")
        for quoted, bare in _EXEC_WORD.findall(line.replace("\\\\", "\\"))
    )


def _write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)


def _failed(exc: OSError) -> StorageError:
    return StorageError(
        text("Starting with the session could not be set: {reason}", reason=exc.strerror or type(exc).__name__),
        text("Check the permissions of your configuration folder."),
    )
