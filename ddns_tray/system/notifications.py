"""Notifications on desktops that have a session bus: org.freedesktop.Notifications, spoken with jeepney.

Qt's own balloon replaces the status icon while it shows, and QtDBus cannot send the unsigned number by which a new
notification takes the place of the older one, so we speak to the service ourselves. Source: Desktop Notifications
Specification 1.3. This module does not decide when there is something to say.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeepney.io.asyncio import DBusRouter
    from jeepney.low_level import Message

log = logging.getLogger(__name__)

_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_ANSWER_TIME = 5.0
_NORMAL = 1
"""Critical ones stay until they are clicked away; nothing here is worth that."""
_DEFAULT_ACTION = "default"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as rows of RGBA bytes, four a pixel."""

    width: int
    height: int
    rgba: bytes = field(repr=False)


class SessionBusNotifications:
    """One notification of ours at a time: a new one takes the place of the older one.

    The bus (an address, or the person's own) is opened with the first notification. `on_click` is called when the
    person clicks on one.
    """

    def __init__(self, app_name: str, on_click: Callable[[], None] | None = None, *, bus: str = "SESSION") -> None:
        self._app_name = app_name
        self._bus = bus
        self._on_click = on_click
        self._router: DBusRouter | None = None
        self._closing = contextlib.AsyncExitStack()
        self._shown_id = 0
        self._markup = False
        self._one_at_a_time = asyncio.Lock()

    async def show(self, title: str, body: str, *, image: Image | None = None) -> bool:
        """Show it; False says that there is no service to do it (nothing is raised, the log knows why)."""
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(_ANSWER_TIME):
                    return await self._show(title, body, image)
            except Exception as exc:  # noqa: BLE001 - jeepney raises what its sockets and parsers raise
                log.info("no notification was shown: %s", str(exc) or type(exc).__name__)
                await self.close()
                return False

    async def close(self) -> None:
        """Leave the bus; a notification that is shown stays."""
        stack, self._closing = self._closing, contextlib.AsyncExitStack()
        self._router = None
        self._shown_id = 0
        await stack.aclose()

    async def _show(self, title: str, body: str, image: Image | None) -> bool:
        router = self._router or await self._open()
        hints: dict[str, tuple[str, object]] = {
            "urgency": ("y", _NORMAL),
            "desktop-entry": ("s", "ddns-tray"),
            "category": ("s", "network"),
        }
        if image is not None:
            pixels = (image.width, image.height, image.width * 4, True, 8, 4, image.rgba)
            hints["image-data"] = ("(iiibiiay)", pixels)
        spoken = _escaped(body) if self._markup else body
        # An empty label: servers that show a button for the default action anyway take their own word for it.
        actions = [_DEFAULT_ACTION, ""] if self._on_click is not None else []
        answer = await router.send_and_get_reply(
            _call(
                "Notify",
                "susssasa{sv}i",
                (self._app_name, self._shown_id, "ddns-tray", title, spoken, actions, hints, -1),
            )
        )
        if not _is_return(answer):
            log.info("no notification was shown: %s", _error_name(answer))
            return False
        self._shown_id = answer.body[0]
        return True

    async def _open(self) -> DBusRouter:
        from jeepney.io.asyncio import DBusRouter, open_dbus_connection  # noqa: PLC0415 - with the first notification

        connection = await open_dbus_connection(self._bus)
        self._closing.push_async_callback(connection.close)
        router = await self._closing.enter_async_context(DBusRouter(connection))
        answer = await router.send_and_get_reply(_call("GetCapabilities"))
        self._markup = _is_return(answer) and "body-markup" in answer.body[0]
        if self._on_click is not None:
            await self._listen_for_clicks(router, self._on_click)
        self._router = router
        return router

    async def _listen_for_clicks(self, router: DBusRouter, on_click: Callable[[], None]) -> None:
        from jeepney import MatchRule, message_bus  # noqa: PLC0415 - as above
        from jeepney.io.asyncio import Proxy  # noqa: PLC0415 - as above

        rule = MatchRule(type="signal", interface=_NAME, member="ActionInvoked", path=_PATH)
        await Proxy(message_bus, router).AddMatch(rule)
        queue = self._closing.enter_context(router.filter(rule))

        async def listen() -> None:
            while True:
                signal = await queue.get()
                if signal.body[0] == self._shown_id:
                    on_click()

        task = asyncio.get_running_loop().create_task(listen(), name="clicks on notifications")

        async def stop_listening() -> None:
            task.cancel()
            await asyncio.wait((task,))

        self._closing.push_async_callback(stop_listening)


def _call(method: str, signature: str | None = None, body: tuple[Any, ...] = ()) -> Message:
    from jeepney import DBusAddress, new_method_call  # noqa: PLC0415 - with the first notification

    return new_method_call(DBusAddress(_PATH, bus_name=_NAME, interface=_NAME), method, signature, body)


def _escaped(body: str) -> str:
    """Return the text as it stands, for servers that read markup; `html` would bring its table of 2,000 entities."""
    return body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _is_return(answer: Message) -> bool:
    from jeepney import MessageType  # noqa: PLC0415 - loaded already

    return bool(answer.header.message_type == MessageType.method_return)


def _error_name(answer: Message) -> str:
    from jeepney import HeaderFields  # noqa: PLC0415 - loaded already

    return str(answer.header.fields.get(HeaderFields.error_name, "no answer"))
