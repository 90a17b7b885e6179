"""A session bus with a real gnome-keyring of its own, or without: never the keyring of whoever runs the tests.

Nothing in the test's own process is changed: programs that shall see the keyring are started with `environ`, or with
`run`. `start_keyring` also puts a keyring on a bus that is already there, such as that of the tray tests.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.support.processes import end_process

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

NEEDED = ("dbus-daemon", "gnome-keyring-daemon")
PATIENCE = 20.0
_LEFT_TO_GC = "ignore:unclosed:ResourceWarning"
"""keyring 25.7 does not close its connection where a keyring stays locked."""
_ROOT = Path(__file__).parents[2]
# Without folders of services: nothing is started by itself, and no prompter appears from nowhere.
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""
_LOCK = """
import secretstorage
connection = secretstorage.dbus_init()
secretstorage.get_default_collection(connection).lock()
connection.close()
"""


def missing_programs() -> list[str]:
    """What this machine lacks."""
    return [program for program in NEEDED if shutil.which(program) is None]


class KeyringSession:
    """A private session bus. Use it as a context manager; `unlocked` puts an open, empty keyring on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bus: subprocess.Popen[bytes] | None = None
        self._keyring: subprocess.Popen[bytes] | None = None
        socket = folder / "bus"
        self.environ: Mapping[str, str] = {
            **{name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}},
            "HOME": str(folder / "home"),
            "XDG_DATA_HOME": str(folder / "home" / "data"),
            "XDG_CONFIG_HOME": str(folder / "home" / "config"),
            "XDG_CACHE_HOME": str(folder / "home" / "cache"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={socket}",
        }

    def __enter__(self) -> Self:
        for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
            Path(self.environ[name]).mkdir(mode=0o700, parents=True, exist_ok=True)
        config = self._folder / "bus.conf"
        config.write_text(_BUS.format(socket=self._folder / "bus"))
        self._bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._bus.stdout is not None
        assert self._bus.stdout.readline(), "the session bus did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (self._keyring, self._bus):
            if process is not None:
                end_process(process, PATIENCE)

    def unlocked(self) -> Self:
        """Start a keyring with an empty password and open it."""
        self._keyring = start_keyring(self.environ)
        return self

    def locked(self) -> Self:
        """Start a keyring and lock it; without a screen nobody can open it again."""
        self.unlocked()
        self.run(_LOCK)
        return self

    def run(self, script: str, *, timeout: float = 60.0) -> Any:
        """Run Python code in the session; what it prints is read as JSON, nothing as None."""
        ended = subprocess.run(
            [sys.executable, "-W", "error", "-W", _LEFT_TO_GC, "-c", script],
            env=self.environ,
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        assert not ended.stderr, ended.stderr
        return json.loads(ended.stdout) if ended.stdout else None


def start_keyring(environ: Mapping[str, str], password: str = "") -> subprocess.Popen[bytes]:
    """Start and open a keyring on the bus of `environ`; end it with `stop`."""
    keyring = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert keyring.stdin is not None
    keyring.stdin.write(password.encode() + b"\n")
    keyring.stdin.close()
    try:
        _wait_for_service(environ["DBUS_SESSION_BUS_ADDRESS"], keyring)
    except BaseException:
        end_process(keyring, PATIENCE)
        raise
    return keyring


def _wait_for_service(address: str, keyring: subprocess.Popen[bytes]) -> None:
    from jeepney import message_bus
    from jeepney.io.blocking import Proxy, open_dbus_connection

    end = time.monotonic() + PATIENCE
    with open_dbus_connection(address) as connection:
        bus = Proxy(message_bus, connection)
        while not bus.NameHasOwner("org.freedesktop.secrets")[0]:
            assert keyring.poll() is None, "the keyring ended"
            assert time.monotonic() < end, "the keyring did not come up"
            time.sleep(0.02)
