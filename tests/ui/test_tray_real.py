"""The real program on a real desktop: an icon in a panel, clicked with a pointer, seen on screenshots."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ddns_tray.core.settings import GeneralSettings
from ddns_tray.core.settings_exchange import export_text
from ddns_tray.demo.world import TTL, DemoWorld
from ddns_tray.system.clock import SystemClock
from ddns_tray.ui.icons import PAINTS
from ddns_tray.ui.theme import DARK
from ddns_tray.words import Shape
from tests.support.tray_session import PANEL, TOASTS, TraySession, missing_programs, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.tray,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing_programs()), reason=f"this machine lacks {', '.join(missing_programs())}"),
]

GREEN, YELLOW, RED, GREY, BLUE = (
    PAINTS[shape].fill for shape in (Shape.CHECK, Shape.WARNING, Shape.CROSS, Shape.PAUSE, Shape.BUSY)
)
PROGRAM = (sys.executable, "-m", "ddns_tray")
LOG = Path(sys.executable).name
TITLE = "^DDNS Tray$"
ELSEWHERE = "203.0.113.99"
CLOSED_NETWORK = """schema = 1
[address]
sources = ["static:11.22.33.44"]
quorum = 1
[[record]]
name = "home.example.test"
types = ["A"]
[verify]
resolvers = ["udp://127.0.0.1:9"]
root_hints = ["127.0.0.1:9"]
"""


@pytest.fixture
def desktop() -> Iterator[TraySession]:
    with TraySession() as session:
        yield session


def start(desktop: TraySession, *arguments: str) -> subprocess.Popen[bytes]:
    return desktop.start([*PROGRAM, "-v", *arguments])


def configured(desktop: TraySession) -> None:
    """Settings that need no network: the icon is grey or yellow, and no window opens by itself."""
    folder = Path(desktop.env["XDG_CONFIG_HOME"]) / "ddns-tray"
    folder.mkdir()
    (folder / "config.toml").write_text(CLOSED_NETWORK)


def wait_for_icon(desktop: TraySession) -> tuple[int, int]:
    """Where the icon is, whatever it says."""
    place: list[tuple[int, int]] = []

    def visible() -> bool:
        picture = desktop.look()
        place[:] = [found for colour in (GREEN, YELLOW, RED, GREY, BLUE) if (found := picture.find(colour, PANEL))]
        return bool(place)

    wait_for(visible, "the icon", pause=0.2)
    return place[0]


def ended_well(process: subprocess.Popen[bytes], desktop: TraySession) -> None:
    assert process.wait(8) == 0
    said = desktop.log(LOG)
    assert "Traceback" not in said
    assert "ERROR" not in said
    assert "CRITICAL" not in said


def test_the_menu_pauses_and_quits(desktop: TraySession) -> None:
    desktop.start_panel()
    program = start(desktop, "demo")
    x, y = desktop.wait_for_colour(GREEN, PANEL)
    before = desktop.look()
    desktop.click(x, y, 3)
    wait_for(lambda: desktop.look().differs(before, (920, 40, 1280, 500)) > 5_000, "the menu")
    desktop.key(*["Up"] * 5, "Right", "Return")  # Quit, Settings, Open, Copy address, Pause > For one hour
    wait_for(lambda: desktop.look().find(GREY, PANEL) is not None, "the grey icon of a paused engine")
    desktop.click(x, y, 3)
    desktop.key("Up", "Return")
    ended_well(program, desktop)


def test_a_click_on_the_icon_opens_the_window_whose_colours_change_on_the_screen(desktop: TraySession) -> None:
    configured(desktop)
    desktop.start_panel()
    program = start(desktop)
    x, y = wait_for_icon(desktop)
    assert desktop.windows(TITLE) == []
    desktop.click(x, y)
    wait_for(lambda: bool(desktop.windows(TITLE)), "the window")
    desktop.focus(desktop.windows(TITLE)[0])
    desktop.key("ctrl+4")
    file = Path(desktop.env["XDG_CONFIG_HOME"]) / "ddns-tray" / "config.toml"
    file.write_text(f'{CLOSED_NETWORK}[general]\ntheme = "dark"\n')
    desktop.wait_for_colour(DARK.sidebar, (0, 0, 170, 600))
    program.terminate()
    ended_well(program, desktop)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_signals_end_it_cleanly_and_take_the_icon_away(desktop: TraySession, name: str) -> None:
    number: signal.Signals = getattr(signal, name)  # Windows has no SIGHUP, and reads this file too
    configured(desktop)
    desktop.start_panel()
    program = start(desktop)
    wait_for_icon(desktop)
    program.send_signal(number)
    ended_well(program, desktop)
    wait_for(lambda: not desktop.has_status_item(), "the icon to go")


def test_a_second_start_shows_the_window_of_the_first(desktop: TraySession) -> None:
    configured(desktop)
    desktop.start_panel()
    first = start(desktop)
    wait_for_icon(desktop)
    second = start(desktop)
    assert second.wait(15) == 0
    wait_for(lambda: bool(desktop.windows(TITLE)), "the window of the first")
    assert first.poll() is None
    first.terminate()
    ended_well(first, desktop)


async def test_a_name_that_leads_elsewhere_is_told_and_the_icon_follows(desktop: TraySession) -> None:
    world = DemoWorld(SystemClock())
    await world.start()
    try:
        lead_into(desktop, world)
        desktop.start_panel()
        desktop.start_notification_daemon()
        program = start(desktop)
        await asyncio.to_thread(desktop.wait_for_colour, GREEN, PANEL)
        for zone in (world.primary, world.secondary):
            zone.replace("blog", (ELSEWHERE,), TTL)
        await asyncio.to_thread(desktop.wait_for_colour, RED, TOASTS, 90)
        await asyncio.to_thread(desktop.wait_for_colour, RED, PANEL, 40)
        program.terminate()
        await asyncio.to_thread(ended_well, program, desktop)
    finally:
        await world.close()


def lead_into(desktop: TraySession, world: DemoWorld) -> None:
    """Settings with which a name of this world is only watched."""
    settings = world.settings(GeneralSettings())
    watched = tuple(record for record in settings.records if record.account is None)
    folder = Path(desktop.env["XDG_CONFIG_HOME"]) / "ddns-tray"
    folder.mkdir()
    (folder / "config.toml").write_text(export_text(replace(settings, accounts=(), records=watched), heading="Watched"))


def test_an_xembed_tray_shows_the_icon_too(desktop: TraySession) -> None:
    configured(desktop)
    desktop.start_xembed_tray()
    program = start(desktop)
    x, y = wait_for_icon(desktop)
    desktop.click(x, y)
    wait_for(lambda: bool(desktop.windows(TITLE)), "the window")
    program.terminate()
    ended_well(program, desktop)


def test_the_menu_opens_in_an_xembed_tray_and_quits(desktop: TraySession) -> None:
    configured(desktop)
    desktop.start_xembed_tray()
    program = start(desktop)
    x, y = wait_for_icon(desktop)
    before = desktop.look()
    desktop.click(x, y, 3)
    wait_for(lambda: desktop.look().differs(before, (700, 40, 1280, 500)) > 5_000, "the menu")
    desktop.key("Up", "Return")
    ended_well(program, desktop)


def test_when_the_display_ends_the_program_ends_with_it(desktop: TraySession) -> None:
    """A session that is torn down without a word: nothing is left running, and what was written is whole."""
    configured(desktop)
    desktop.start_panel()
    program = start(desktop)
    wait_for_icon(desktop)
    memory = Path(desktop.env["XDG_DATA_HOME"]) / "ddns-tray"
    wait_for(lambda: any(memory.glob("memory-*.json")), "the memory on disk")
    desktop.display_server.terminate()
    program.wait(10)
    (kept,) = memory.glob("memory-*.json")
    assert json.loads(kept.read_bytes())["records"][0]["name"] == "home.example.test"
    assert "Traceback" not in desktop.log(LOG)


def test_a_panel_that_comes_late_still_gets_the_icon(desktop: TraySession) -> None:
    configured(desktop)
    program = start(desktop)
    wait_for(lambda: bool(desktop.windows(TITLE)), "the window that stands in for the icon")
    assert not desktop.has_status_item()
    desktop.start_panel()
    wait_for(desktop.has_status_item, "the icon")
    program.terminate()
    ended_well(program, desktop)


def test_a_panel_that_restarts_gets_the_icon_back(desktop: TraySession) -> None:
    configured(desktop)
    panel = desktop.start_panel()
    program = start(desktop)
    wait_for_icon(desktop)
    panel.terminate()
    panel.wait(10)
    wait_for(lambda: not desktop.has_status_item(), "the panel to be gone")
    desktop.start_panel()
    wait_for(desktop.has_status_item, "the icon")
    wait_for_icon(desktop)
    program.terminate()
    ended_well(program, desktop)


def test_the_command_line_asks_the_program_in_the_tray(desktop: TraySession) -> None:
    configured(desktop)
    desktop.start_panel()
    program = start(desktop)
    wait_for_icon(desktop)
    command = [*PROGRAM, "status", "--json"]

    def asked() -> dict[str, Any]:
        done = subprocess.run(command, env=desktop.env, capture_output=True, text=True, timeout=20, check=False)
        return dict(json.loads(done.stdout)) if done.stdout else {}

    wait_for(lambda: bool(asked().get("records")), "a status with the record", pause=0.3)
    (record,) = asked()["records"]
    assert (record["name"], record["expected"]) == ("home.example.test", ["11.22.33.44"])
    assert record["colour"] != "green", "nothing can be proven without a network"
    program.terminate()
    ended_well(program, desktop)
