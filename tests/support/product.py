"""The real program, run as a person would, with folders of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import world

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.real_bed import Bed

PROGRAM = Path(sys.executable).with_name("ddns-tray.exe" if sys.platform == "win32" else "ddns-tray")
POLL = 0.1


@dataclass
class Product:
    """One installation: a settings file and folders below `home`; in a bed's namespace if there is a bed."""

    home: Path
    bed: Bed | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)
    _processes: list[subprocess.Popen[str]] = field(default_factory=list)
    _runtime: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="run")
    )
    """A short path of its own: the name of a Unix socket may not be long."""

    @property
    def config(self) -> Path:
        return self.home / "config.toml"

    def environment(self) -> dict[str, str]:
        """Nothing of the person who runs the tests, and no screen."""
        folders = {
            name: str(self.home / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
        }
        folders |= world.on_windows(self.home)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": self._runtime.name,
            **folders,
            **self.secrets,
        }

    def command(self, *arguments: str) -> list[str]:
        """The program's command line, inside the bed if there is one."""
        inside = ["ip", "netns", "exec", self.bed.namespace] if self.bed is not None else []
        return [*inside, str(PROGRAM), "--config", str(self.config), *arguments]

    def run(self, *arguments: str, timeout: float = 60, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            check=False,
        )

    def json(self, *arguments: str, timeout: float = 60) -> Any:
        """Run a command with --json and read its standard output."""
        done = self.run(*arguments, "--json", timeout=timeout)
        try:
            return json.loads(done.stdout)
        except ValueError:
            message = f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
            raise AssertionError(message) from None

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command that goes on; `stop_all` ends it."""
        with (self.home / "log.txt").open("a", encoding="utf-8") as log:
            process = subprocess.Popen(
                self.command(*arguments),
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                text=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        self._processes.append(process)
        return process

    def log(self) -> str:
        """What the started commands said."""
        return (self.home / "log.txt").read_text(encoding="utf-8")

    def stop(self, process: subprocess.Popen[str], *, how: signal.Signals = signal.SIGTERM) -> int:
        """End a started command and return its exit code; all that Windows has for that is Ctrl-Break."""
        if sys.platform == "win32":
            how = signal.CTRL_BREAK_EVENT
        process.send_signal(how)
        return process.wait(timeout=15)

    def stop_all(self) -> None:
        """End whatever still runs."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
                process.wait(timeout=15)
        self._runtime.cleanup()

    def wait_for(self, condition: Callable[[], Any], *, seconds: float, what: str) -> Any:
        """Poll a condition of the outside world until it holds; the assertion tells the log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(POLL)
        message = f"not within {seconds} s: {what}\n{self.log()[-4000:]}"
        raise AssertionError(message)
