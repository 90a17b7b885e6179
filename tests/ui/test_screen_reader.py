"""What a screen reader is told by the real program, asked in its own way: AT-SPI over its bus, the real registry."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.screen_reader import ACCESSIBLE_PROGRAM, Part, Reader, missing_registry, start_registry
from tests.support.tray_session import TraySession, missing_programs, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = [*missing_programs(), *missing_registry()]
pytestmark = [
    pytest.mark.tray,
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"this machine lacks {', '.join(MISSING)}"),
]

NAMED = frozenset(
    {"button", "check box", "combo box", "dialog", "entry", "frame", "link", "list", "list item", "page tab"}
    | {"password text", "progress bar", "push button", "radio button", "spin button", "table", "text", "window"}
)


@pytest.fixture
def desktop() -> Iterator[TraySession]:
    with TraySession() as session:
        start_registry(session)
        yield session


def test_a_screen_reader_hears_every_control_of_every_page(desktop: TraySession) -> None:
    desktop.start([sys.executable, "-m", "ddns_tray", "demo"], env=ACCESSIBLE_PROGRAM)
    wait_for(lambda: bool(desktop.windows("^DDNS Tray$")), "the window")
    reader = Reader(desktop.env["DBUS_SESSION_BUS_ADDRESS"])
    try:
        wait_for(lambda: reader.program() is not None, "the program at the registry")
        program = reader.program()
        assert program is not None
        wait_for(lambda: "This is the demo" in heard(reader, program), "the engine, with which all is made anew")
        for page, expected in (
            ("Names", "Check now"),
            ("Address", "Your public address"),
            ("Activity", "Search"),
            ("Settings", "Address sources"),
        ):
            entry = next(part for role, said, part in reader.parts(program) if (role, said) == ("list item", page))
            desktop.click(*reader.middle(entry))
            wait_for(lambda expected=expected: expected in heard(reader, program), f"the page with {expected}")  # type: ignore[misc]  # a default binds it
            nameless = [role for role, said, _ in reader.parts(program) if role in NAMED and not said.strip()]
            assert nameless == []
    finally:
        reader.close()


def heard(reader: Reader, program: Part) -> set[str]:
    return {said for _, said, _ in reader.parts(program)}
