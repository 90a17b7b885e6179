"""A world of their own for the tests: nothing they do reaches the person's files, keyring, screen or proxies.

Environment variables are set once, before anything of the product is imported, and apply to every program that a test
starts. Tests that need a desktop or a keyring build theirs on top (`tray_session`).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

_DOORS_OUT = (
    *("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "SESSION_MANAGER"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("LANGUAGE", "LC_ALL", "LC_MESSAGES", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "QT_STYLE_OVERRIDE"),
)


_ROOT_FOR_WORKERS = "TESTS_TEMPORARY_ROOT"


def enter() -> Path:
    """Move into a new world and return the folder that holds it; `leave` takes it away."""
    # Side by side, not one in the other: the paths of Unix sockets in there have to stay below 108 octets.
    root = os.environ.setdefault(_ROOT_FOR_WORKERS, tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix="dt-", dir=root))
    folder.chmod(0o711)  # servers that give up root have to find the files that a test made for them
    home, scratch = folder / "home", folder / "t"
    for name in _DOORS_OUT:
        os.environ.pop(name, None)
    for name in [name for name in os.environ if name.startswith("DDNS_TRAY_")]:
        del os.environ[name]
    places = {
        "HOME": home,
        "XDG_CONFIG_HOME": home / "config",
        "XDG_CACHE_HOME": home / "cache",
        "XDG_DATA_HOME": home / "data",
        "XDG_STATE_HOME": home / "state",
        "XDG_RUNTIME_DIR": home / "run",
        "TMPDIR": scratch,
    }
    if sys.platform == "win32":
        places |= {"TEMP": scratch, "TMP": scratch}
    for place in places.values():
        place.mkdir(mode=0o711 if place is scratch else 0o700, parents=True, exist_ok=True)
    os.environ.update({name: str(place) for name, place in places.items()})
    os.environ.update(on_windows(home))
    os.environ.update({"LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen", "NO_AT_BRIDGE": "1"})
    tempfile.tempdir = str(scratch)
    return folder


def on_windows(home: Path) -> dict[str, str]:
    """Variables that a program needs on Windows to live below `home` and to speak UTF-8; elsewhere none.

    Windows itself says where a person's folders are; the `WIN_PD_OVERRIDE_` variables are heeded by platformdirs alone.
    """
    if sys.platform == "win32":
        folders = ("USERPROFILE", "APPDATA", "LOCALAPPDATA", "WIN_PD_OVERRIDE_APPDATA", "WIN_PD_OVERRIDE_LOCAL_APPDATA")
        for_sockets = {"SYSTEMROOT": os.environ["SYSTEMROOT"]}
        return dict.fromkeys(folders, str(home)) | for_sockets | {"PYTHONIOENCODING": "utf-8"}
    return {}


def leave(folder: Path) -> None:
    """Remove the world; what a test left in its scratch folder has been reported by then."""
    tempfile.tempdir = None
    shutil.rmtree(folder, ignore_errors=True)
