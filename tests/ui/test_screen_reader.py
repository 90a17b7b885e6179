"""What a screen reader is told by the real program, asked in its own way: AT-SPI over its bus, the real registry."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.tray_session import TraySession, missing_programs, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
MISSING = [*missing_programs(), *([] if LAUNCHER.exists() else ["at-spi2-core"])]
pytestmark = [
    pytest.mark.tray,
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"this machine lacks {', '.join(MISSING)}"),
]

ACCESSIBLE = "org.a11y.atspi.Accessible"
NAMED = frozenset(
    {"button", "check box", "combo box", "dialog", "entry", "frame", "link", "list", "list item", "page tab"}
    | {"password text", "progress bar", "push button", "radio button", "spin button", "table", "text", "window"}
)
SHOWING = 1 << 25
"""ATSPI_STATE_SHOWING of the first of the two words of states (AT-SPI 2, atspi-constants.h)."""


Part = tuple[str, str]
"""Name on the bus, and path."""


class Reader:
    """Asks as a screen reader does."""

    def __init__(self, session_bus: str) -> None:
        from jeepney.io.blocking import open_dbus_connection

        with open_dbus_connection(bus=session_bus) as session:
            (address,) = self._ask(session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress")
        self._bus = open_dbus_connection(bus=address)

    def close(self) -> None:
        self._bus.close()

    def program(self) -> Part | None:
        """The one program that runs here, once it has come to the registry."""
        found = self._of(("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"), "GetChildren")
        return tuple(found[0]) if found else None

    def parts(self, part: Part) -> Iterator[tuple[str, str, Part]]:
        """Role, name and place of everything that is showing. What goes away meanwhile is passed over."""
        try:
            states = self._of(part, "GetState")
            if not part[1].endswith("/root") and not states[0] & SHOWING:
                return
            yield self._of(part, "GetRoleName"), self._name(part), part
            children = self._of(part, "GetChildren")
        except LookupError:
            return
        for child in children:
            yield from self.parts(tuple(child))

    def middle(self, part: Part) -> tuple[int, int]:
        """Where it is on the screen."""
        from jeepney import DBusAddress, new_method_call

        address = DBusAddress(part[1], part[0], "org.a11y.atspi.Component")
        x, y, width, height = self._answer(self._bus, new_method_call(address, "GetExtents", "u", (0,)))[0]
        return x + width // 2, y + height // 2

    def _of(self, part: Part, method: str) -> Any:
        return self._ask(self._bus, *part, ACCESSIBLE, method)[0]

    def _name(self, part: Part) -> str:
        from jeepney import DBusAddress, Properties

        asked = Properties(DBusAddress(part[1], part[0], ACCESSIBLE)).get("Name")
        return str(self._answer(self._bus, asked)[0][1])

    def _ask(self, bus: Any, name: str, path: str, interface: str, method: str) -> Any:
        from jeepney import DBusAddress, new_method_call

        return self._answer(bus, new_method_call(DBusAddress(path, name, interface), method))

    @staticmethod
    def _answer(bus: Any, question: Any) -> Any:
        from jeepney import MessageType

        answer = bus.send_and_get_reply(question, timeout=10)
        if answer.header.message_type is MessageType.error:
            raise LookupError(str(answer.body))
        return answer.body


@pytest.fixture
def desktop() -> Iterator[TraySession]:
    with TraySession() as session:
        session.start([str(LAUNCHER), "--launch-immediately"])
        yield session


def test_a_screen_reader_hears_every_control_of_every_page(desktop: TraySession) -> None:
    desktop.start([sys.executable, "-m", "ddns_tray", "demo"], env={"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"})
    wait_for(lambda: bool(desktop.windows("^DDNS Tray$")), "the window")
    reader = Reader(desktop.env["DBUS_SESSION_BUS_ADDRESS"])
    try:
        wait_for(lambda: reader.program() is not None, "the program at the registry")
        program = reader.program()
        assert program is not None
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
