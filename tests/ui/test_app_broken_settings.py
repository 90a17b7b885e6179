"""Starts with settings that cannot be read, which the window says until they are repaired, and with very many names."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QLabel

from ddns_tray.app import _Door
from ddns_tray.system.faults import Faults
from ddns_tray.system.paths import Paths
from ddns_tray.ui.controls import Banner
from ddns_tray.ui.desktop import Desktop
from ddns_tray.ui.tasks import Tasks
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ddns_tray.app import _Application
    from ddns_tray.ui.theme import Theme
    from ddns_tray.ui.window import MainWindow

BROKEN = """\
schema = 1

[general]
language = "en"

[verify]
interval = "soon"
"""
REPAIRED = """\
schema = 1

[general]
language = "en"

[verify]
interval = "5m"

[[record]]
name = "home.example.org"
types = ["A"]
"""


def labels(window: MainWindow) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


async def test_broken_settings_are_explained_and_taken_when_they_are_repaired(
    tmp_path: Path, qtbot: QtBot, theme: Theme
) -> None:
    paths = Paths(tmp_path / "config.toml", tmp_path / "data", tmp_path / "run", tmp_path / "log")
    paths.config_file.write_text(BROKEN, encoding="utf-8")
    # The application is only asked to end, which this test does not do.
    door = _Door(cast("_Application", None), paths, demo=False, open_window=True, faults=Faults(paths.log_dir))
    tasks = Tasks()
    desktop = Desktop(lambda: NOW, tasks, theme, panel_available=lambda: True)
    async with door._runtime() as runtime:
        desktop.attach(door._services(runtime, desktop, tasks))
        desktop.open_window()
        window = desktop.window
        assert window is not None
        qtbot.waitUntil(lambda: "interval is not a duration." in labels(window))
        said = labels(window)
        assert f"In {paths.config_file}, line 7." in said
        assert len([banner for banner in window.findChildren(Banner) if banner.isVisible()]) == 1
        assert not window.welcome.isVisible(), "somebody has settings: this is no first run"
        paths.config_file.write_text(REPAIRED, encoding="utf-8")
        await runtime.reload_if_changed()
        assert [record.name for record in runtime.settings.records] == ["home.example.org"]
        qtbot.waitUntil(lambda: "interval is not a duration." not in labels(window))
        desktop.close()
    await tasks.cancel()


async def test_what_the_window_reads_is_still_news_to_the_engine(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "config.toml", tmp_path / "data", tmp_path / "run", tmp_path / "log")
    paths.config_file.write_text("schema = 1\n", encoding="utf-8")
    door = _Door(cast("_Application", None), paths, demo=False, open_window=False, faults=Faults(paths.log_dir))
    async with door._runtime() as runtime:
        paths.config_file.write_text(REPAIRED, encoding="utf-8")
        assert len(runtime.settings_file.read().records) == 1, "a page of settings was opened"
        await runtime.reload_if_changed()
        assert len(runtime.settings.records) == 1
        taken = runtime.settings
        await runtime.reload_if_changed()
        assert runtime.settings is taken


async def test_thousands_of_names_are_read_while_the_icon_can_be_clicked(tmp_path: Path) -> None:
    """The watchdog looks: read on the loop's own thread they would hold it up."""
    paths = Paths(tmp_path / "config.toml", tmp_path / "data", tmp_path / "run", tmp_path / "log")
    names = (f'[[record]]\nname = "n{number}.example.org"\ntypes = ["A"]\n' for number in range(3000))
    paths.config_file.write_text("schema = 1\n" + "".join(names), encoding="utf-8")
    door = _Door(cast("_Application", None), paths, demo=False, open_window=False, faults=Faults(paths.log_dir))
    async with door._runtime() as runtime:
        assert len(runtime.settings.records) == 3000
