"""The system's word that addresses or routes have changed, so that nobody has to poll for it.

Linux tells over netlink, macOS over a routing socket, Windows through NotifyAddrChange. Such a message is only a reason
to compare: `watch` looks at what really is there, since systems also report what did not change (a router advertisement
renews the same address every few minutes).
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import socket
import struct
import sys
import threading
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from types import TracebackType

    from ddns_tray.core.ports import Clock

log = logging.getLogger(__name__)

CALM = 0.1
"""Seconds between two comparisons, however many messages come."""
_LARGEST = 65_536


class NetworkEvents(Protocol):
    """Opened in a `with`; raises `OSError` where the system has no such thing for us."""

    def __enter__(self) -> Self:
        """Begin to listen."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop listening."""

    async def wait(self) -> None:
        """Return when something about addresses, routes or interfaces may have changed since the last call."""


class NetworkWitness(NetworkEvents, Protocol):
    """Somebody beside the system's own messages who may know that the network has changed: a front end, for one."""

    def seen(self) -> Hashable:
        """Return something that is another thing after each change."""


async def watch(
    events: NetworkEvents, look: Callable[[], Hashable], on_change: Callable[[], None], clock: Clock
) -> None:
    """Call `on_change` whenever `look` gives something else, until cancelled. Raises `OSError` if nobody tells."""
    with events:
        known = _seen(look)
        while True:
            await events.wait()
            seen = _seen(look)
            if seen != known:
                known = seen
                on_change()
            await clock.sleep(CALM)


def _seen(look: Callable[[], Hashable]) -> Hashable:
    try:
        return look()
    except OSError as exc:  # in the middle of a change; the next message comes soon
        log.debug("the network could not be looked at: %s", exc)
        return None


def network_events() -> NetworkEvents:
    """Return the events of this system."""
    if sys.platform == "win32":
        return _windows_events()
    if sys.platform == "darwin":
        return SocketEvents(_routing_socket, concerns_routing)
    return SocketEvents(_netlink_socket, concerns_netlink)


class SocketEvents:
    """Messages on a socket; `concerns` says whether one matters."""

    def __init__(self, opener: Callable[[], socket.socket], concerns: Callable[[bytes], bool]) -> None:
        self._opener = opener
        self._concerns = concerns
        self._socket: socket.socket

    def __enter__(self) -> Self:
        self._socket = self._opener()
        self._socket.setblocking(False)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    async def wait(self) -> None:
        """Return at the next message that matters, or when so many came that some were lost."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                message = await loop.sock_recv(self._socket, _LARGEST)
            except OSError as exc:  # ENOBUFS: whatever was lost, something happened
                log.debug("network messages were lost: %s", exc)
                return
            if self._concerns(message):
                self._drain()
                return

    def _drain(self) -> None:
        """Take what is there already: one comparison answers for all of it."""
        try:
            while self._socket.recv(_LARGEST):
                pass
        except OSError:
            return


# --- Linux ----------------------------------------------------------------------------------------------------------

_GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400
"""linux/rtnetlink.h: RTMGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR, _IPV6_ROUTE."""
_NETLINK_TYPES = frozenset({16, 17, 20, 21, 24, 25})
"""RTM_NEWLINK, _DELLINK, _NEWADDR, _DELADDR, _NEWROUTE, _DELROUTE."""
_NETLINK_HEADER = 16


def concerns_netlink(messages: bytes) -> bool:
    """Say whether one of the messages in a netlink datagram is about links, addresses or routes."""
    place = 0
    while place + _NETLINK_HEADER <= len(messages):
        length, kind = struct.unpack_from("=IH", messages, place)
        if kind in _NETLINK_TYPES:
            return True
        if length < _NETLINK_HEADER:
            return False
        place += length + -length % 4
    return False


def _netlink_socket() -> socket.socket:
    if sys.platform != "linux":
        raise OSError(0, "netlink is of Linux")
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    try:
        opened.bind((0, _GROUPS))
    except BaseException:
        opened.close()
        raise
    return opened


# --- macOS ----------------------------------------------------------------------------------------------------------

_PF_ROUTE = 17
_ROUTING_TYPES = frozenset({0x1, 0x2, 0x3, 0xC, 0xD, 0xE})
"""net/route.h: RTM_ADD, _DELETE, _CHANGE, _NEWADDR, _DELADDR, _IFINFO."""
_ROUTING_HEADER = 4


def concerns_routing(message: bytes) -> bool:
    """Say whether a message of a routing socket is about interfaces, addresses or routes."""
    return len(message) >= _ROUTING_HEADER and message[3] in _ROUTING_TYPES


def _routing_socket() -> socket.socket:
    return socket.socket(_PF_ROUTE, socket.SOCK_RAW, socket.AF_UNSPEC)


# --- Windows --------------------------------------------------------------------------------------------------------


class ThreadEvents:
    """A system call that blocks, in a thread: `block` returns whether something changed, and False after `release`."""

    def __init__(self, block: Callable[[], bool], release: Callable[[], None]) -> None:
        self._block = block
        self._release = release
        self._happened = asyncio.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()

        def pump() -> None:
            while self._block():
                loop.call_soon_threadsafe(self._happened.set)

        self._thread = threading.Thread(target=pump, name="network events", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._release()
        if self._thread is not None:
            self._thread.join()

    async def wait(self) -> None:
        """Return at the next change."""
        await self._happened.wait()
        self._happened.clear()


if sys.platform == "win32":

    def _windows_events() -> NetworkEvents:
        """Listen with NotifyAddrChange and NotifyRouteChange (iphlpapi.h), which signal an event object each."""
        kernel, helper = ctypes.WinDLL("kernel32", use_last_error=True), ctypes.WinDLL("iphlpapi")
        kernel.CreateEventW.restype = ctypes.c_void_p

        class Overlapped(ctypes.Structure):
            _fields_ = (
                ("internal", ctypes.c_void_p),
                ("internal_high", ctypes.c_void_p),
                ("offset", ctypes.c_uint64),
                ("event", ctypes.c_void_p),
            )

        released = kernel.CreateEventW(None, True, False, None)
        calls = (helper.NotifyAddrChange, helper.NotifyRouteChange)
        waiting = [Overlapped(event=kernel.CreateEventW(None, False, False, None)) for _ in calls]
        handles = (ctypes.c_void_p * 3)(released, *(each.event for each in waiting))
        armed: list[bool] = [False, False]

        def block() -> bool:
            for number, call in enumerate(calls):
                if not armed[number]:
                    call(ctypes.byref(ctypes.c_void_p()), ctypes.byref(waiting[number]))
                    armed[number] = True
            which = kernel.WaitForMultipleObjects(3, handles, False, 0xFFFFFFFF)
            if which not in {1, 2}:
                return False
            armed[which - 1] = False
            return True

        def release() -> None:
            kernel.SetEvent(ctypes.c_void_p(released))
            for number, each in enumerate(waiting):
                if armed[number]:
                    helper.CancelIPChangeNotify(ctypes.byref(each))

        return ThreadEvents(block, release)
