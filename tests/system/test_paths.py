from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ddns_tray.system.paths import DEFAULT_INSTANCE, Folders, paths_for, system_folders
from tests.support.links import make_link

FOLDERS = Folders(*(Path(place).absolute() for place in ("/c", "/d", "/r", "/l")))


@pytest.mark.skipif(sys.platform == "win32", reason="the paths of Linux have no drive and are not absolute here")
def test_linux_follows_the_variables_of_its_desktop_specification() -> None:
    environ = {
        "HOME": "/home/me",
        "XDG_CONFIG_HOME": "/etc/mine",
        "XDG_DATA_HOME": "/srv/data",
        "XDG_STATE_HOME": "/srv/state",
        "XDG_RUNTIME_DIR": "/run/user/7",
    }
    assert system_folders("linux", environ) == Folders(
        Path("/etc/mine/ddns-tray"),
        Path("/srv/data/ddns-tray"),
        Path("/run/user/7/ddns-tray"),
        Path("/srv/state/ddns-tray/log"),
    )


def test_linux_has_defaults_in_the_home_folder_and_ignores_relative_paths() -> None:
    assert system_folders("linux", {"HOME": "/home/me", "XDG_CONFIG_HOME": "here", "XDG_RUNTIME_DIR": ""}) == Folders(
        Path("/home/me/.config/ddns-tray"),
        Path("/home/me/.local/share/ddns-tray"),
        Path("/home/me/.local/share/ddns-tray/run"),
        Path("/home/me/.local/state/ddns-tray/log"),
    )


@pytest.mark.skipif(sys.platform == "win32", reason="asks the list of users of Unix")
def test_an_empty_home_is_none() -> None:
    import pwd

    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert system_folders("linux", {"HOME": ""}).config == home / ".config/ddns-tray"
    code = "from ddns_tray.system.paths import system_folders; print(system_folders('linux').config)"
    done = subprocess.run([sys.executable, "-c", code], env={"HOME": ""}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(home / ".config/ddns-tray")


def test_macos_has_its_own_folders() -> None:
    data = Path("/Users/me/Library/Application Support/ddns-tray")
    assert system_folders("darwin", {"HOME": "/Users/me"}) == Folders(
        data, data, data / "run", Path("/Users/me/Library/Logs/ddns-tray")
    )


def test_the_usual_settings_file_is_the_default_instance() -> None:
    paths = paths_for(folders=FOLDERS)
    assert paths.config_file == FOLDERS.config / "config.toml"
    assert paths.instance == DEFAULT_INSTANCE
    assert paths.memory_file == FOLDERS.data / "memory-default.json"
    assert paths.env_file == FOLDERS.config / ".env"
    assert paths_for(Path("/c/../c/config.toml"), folders=FOLDERS) == paths


def test_each_other_settings_file_is_an_instance_of_its_own_with_its_own_memory(tmp_path: Path) -> None:
    one, two = (paths_for(tmp_path / name, folders=FOLDERS) for name in ("one.toml", "two.toml"))
    assert len({one.instance, two.instance, DEFAULT_INSTANCE}) == 3
    assert one.memory_file != two.memory_file
    assert one.data_dir == two.data_dir
    assert one.instance.isalnum()
    assert one.env_file == tmp_path / ".env"


def test_every_way_to_a_file_is_the_same_instance(tmp_path: Path) -> None:
    make_link(tmp_path / "link.toml", tmp_path / "real.toml")
    link, real = (paths_for(tmp_path / name, folders=FOLDERS) for name in ("link.toml", "real.toml"))
    assert link.instance == real.instance
    assert link.config_file == tmp_path / "link.toml"
