"""Where our files lie on each system, and which instance of the program a settings file belongs to.

Two settings files are two instances: each has its own memory and its own lock, so that they can run side by side.
Source for Linux and its relatives: XDG Base Directory Specification 0.8.
"""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "ddns-tray"
CONFIG_NAME = "config.toml"
DEFAULT_INSTANCE = "default"


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one person on one system."""

    config: Path
    data: Path
    runtime: Path
    log: Path


@dataclass(frozen=True, slots=True)
class Paths:
    """All places of one instance. `instance` is a short name that is safe in file and pipe names."""

    config_file: Path
    data_dir: Path
    runtime_dir: Path
    log_dir: Path
    instance: str = DEFAULT_INSTANCE

    @property
    def memory_file(self) -> Path:
        """What the engine remembers over a restart."""
        return self.data_dir / f"memory-{self.instance}.json"

    @property
    def instance_dir(self) -> Path:
        """Where the lock and the endpoint of the running program lie."""
        return self.runtime_dir / self.instance

    @property
    def env_file(self) -> Path:
        """Where the daemon looks for secrets beside the settings file."""
        return self.config_file.with_name(".env")


def paths_for(config: Path | None = None, *, folders: Folders | None = None) -> Paths:
    """Return the places for the person's own settings file, or for the one given with `--config`.

    Creates nothing. A file that is given is followed through links, so that every way to it is the same instance.
    """
    folders = folders or system_folders()
    usual = folders.config / CONFIG_NAME
    config = usual if config is None else Path(os.path.abspath(config.expanduser()))  # noqa: PTH100 - keeps links
    return Paths(
        config_file=config,
        data_dir=folders.data,
        runtime_dir=folders.runtime,
        log_dir=folders.log,
        instance=DEFAULT_INSTANCE if _real(config) == _real(usual) else _identity(config),
    )


def system_folders(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Folders:
    """Return our folders on this platform; `environ` is not asked on Windows, whose own functions know better."""
    if platform == "win32":
        return _windows_folders()
    home = _home(environ)
    if platform == "darwin":
        data = home / "Library/Application Support" / APP
        return Folders(config=data, data=data, runtime=data / "run", log=home / "Library/Logs" / APP)
    data = _xdg(environ, "XDG_DATA_HOME", home / ".local/share")
    state = _xdg(environ, "XDG_STATE_HOME", home / ".local/state")
    return Folders(
        config=_xdg(environ, "XDG_CONFIG_HOME", home / ".config"),
        data=data,
        # Without a session the data folder is private, unlike the shared /tmp.
        runtime=_xdg(environ, "XDG_RUNTIME_DIR", data, below="run"),
        log=state / "log",
    )


def _home(environ: Mapping[str, str]) -> Path:
    """The person's home. An empty HOME is none: Python would take the root of the file system for it."""
    if named := environ.get("HOME"):
        return Path(named)
    if sys.platform == "win32":
        return Path.home()
    import pwd  # noqa: PLC0415 - hardly ever needed, and not there on Windows

    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # a user without a name, as in a container
        return Path.home()


def _xdg(environ: Mapping[str, str], variable: str, otherwise: Path, *, below: str = "") -> Path:
    """A relative path in these variables is invalid and has to be ignored."""
    value = environ.get(variable, "")
    if os.path.isabs(value):  # noqa: PTH117 - an empty text is no path yet
        return Path(value) / APP
    return otherwise / below if below else otherwise / APP


def _windows_folders() -> Folders:
    from platformdirs.windows import Windows  # noqa: PLC0415 - elsewhere it would only cost time

    folders = Windows(APP, appauthor=False)
    return Folders(
        config=Path(folders.user_config_dir),
        data=Path(folders.user_data_dir),
        runtime=Path(folders.user_runtime_dir),
        log=Path(folders.user_log_dir),
    )


def _identity(config: Path) -> str:
    return hashlib.sha256(_real(config).encode("utf-8", "surrogateescape")).hexdigest()[:12]


def _real(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))
