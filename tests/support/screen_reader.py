"""A screen reader for tests: asks programs what they say, over the accessibility bus, with the real AT-SPI registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tray_session import TraySession

LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
ACCESSIBLE = "org.a11y.atspi.Accessible"
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


def missing_registry() -> list[str]:
    """What this machine lacks."""
    return [] if LAUNCHER.exists() else ["at-spi2-core"]


def start_registry(desktop: TraySession) -> None:
    """Put an accessibility bus beside the session bus; programs started with `ACCESSIBLE_PROGRAM` come to it."""
    desktop.start([str(LAUNCHER), "--launch-immediately"])


ACCESSIBLE_PROGRAM = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
