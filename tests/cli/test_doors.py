"""Which door a start leads through."""

from __future__ import annotations

import pytest

from ddns_tray.commands.doors import Door, choose_door, has_display


@pytest.mark.parametrize("on_terminal", [True, False])
@pytest.mark.parametrize("has_settings", [True, False])
@pytest.mark.parametrize("demo", [True, False])
def test_with_a_display_and_qt_it_is_always_the_tray(*, on_terminal: bool, has_settings: bool, demo: bool) -> None:
    door = choose_door(has_display=True, has_qt=True, has_settings=has_settings, on_terminal=on_terminal, demo=demo)
    assert door is Door.TRAY


@pytest.mark.parametrize("has_qt", [True, False])
def test_without_a_display_a_newcomer_at_a_terminal_sees_the_demo(*, has_qt: bool) -> None:
    door = choose_door(has_display=False, has_qt=has_qt, has_settings=False, on_terminal=True)
    assert door is Door.TERMINAL_DEMO


def test_a_service_never_plays_a_demo_by_itself() -> None:
    door = choose_door(has_display=False, has_qt=True, has_settings=False, on_terminal=False)
    assert door is Door.EXPLAIN_NO_DISPLAY


def test_somebody_with_settings_is_told_about_the_daemon() -> None:
    door = choose_door(has_display=False, has_qt=True, has_settings=True, on_terminal=True)
    assert door is Door.EXPLAIN_NO_DISPLAY


def test_a_display_without_the_desktop_part_is_explained() -> None:
    door = choose_door(has_display=True, has_qt=False, has_settings=True, on_terminal=True)
    assert door is Door.EXPLAIN_NO_QT


@pytest.mark.parametrize("on_terminal", [True, False])
def test_the_demo_that_was_asked_for_plays_without_a_display(*, on_terminal: bool) -> None:
    door = choose_door(has_display=False, has_qt=True, has_settings=True, on_terminal=on_terminal, demo=True)
    assert door is Door.TERMINAL_DEMO


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"DISPLAY": ""}, "linux", False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True),
        ({}, "win32", True),
        ({}, "darwin", True),
    ],
)
def test_a_display_is_known_from_the_session(environ: dict[str, str], platform: str, *, expected: bool) -> None:
    assert has_display(environ, platform) is expected
