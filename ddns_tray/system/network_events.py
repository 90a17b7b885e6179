"""The system's word that addresses or routes have changed, so that nobody has to poll for it.

Linux tells over netlink, macOS over a routing socket, Windows by calling back from a thread of its own. Such a message
is only a reason to compare: `watch` looks at what really is there, since systems also report what did not change (a
router advertisement renews the same address every few minutes).
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import socket
import struct
import sys
from typing import TYPE_CHECKING, Protocol, Self

from ddns_tray.system.interfaces import interface_addresses
from ddns_tray.system.routes import default_routes

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


def own_network() -> Hashable:
    """Return what of this computer's network decides by which addresses it can be reached. Raises `OSError`.

    Link-local addresses come and go with every container, and one that is still being checked is none yet.
    """
    found = interface_addresses()
    return frozenset(each for each in found if not (each.tentative or each.address.is_link_local)), default_routes()


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


class CallbackEvents:
    """Calls that come from threads of the system's own.

    `register` takes what to call, and returns what ends it: after that nobody calls any more. Raises `OSError`.
    """

    def __init__(self, register: Callable[[Callable[[], object]], Callable[[], None]]) -> None:
        self._register = register
        self._happened = asyncio.Event()
        self._end: Callable[[], None]

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._end = self._register(lambda: loop.call_soon_threadsafe(self._happened.set))
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    async def wait(self) -> None:
        """Return at the next change."""
        await self._happened.wait()
        self._happened.clear()


if sys.platform == "win32":
    _Called = ctypes.WINFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
    """Context, row and kind of the change; the row is given back by whoever calls."""

    def _register_with_windows(call: Callable[[], object]) -> Callable[[], None]:
        """Ask to be told of addresses and routes of both families (netioapi.h); NotifyAddrChange knows IPv4 alone."""
        helper = ctypes.WinDLL("iphlpapi")
        helper.CancelMibChangeNotify2.argtypes = [ctypes.c_void_p]
        called = _Called(lambda *_: call())
        handles: list[ctypes.c_void_p] = []

        def end(_kept: object = called) -> None:
            while handles:  # waits for calls that are under way
                helper.CancelMibChangeNotify2(handles.pop())

        for register in (helper.NotifyUnicastIpAddressChange, helper.NotifyRouteChange2):
            handle = ctypes.c_void_p()
            register.argtypes = [ctypes.c_ushort, _Called, ctypes.c_void_p, ctypes.c_ubyte, ctypes.c_void_p]
            code = int(register(socket.AF_UNSPEC, called, None, False, ctypes.byref(handle)))
            if code != 0:
                end()
                raise OSError(code, "the system does not tell of changes")
            handles.append(handle)
        return end

    def _windows_events() -> NetworkEvents:
        return CallbackEvents(_register_with_windows)
