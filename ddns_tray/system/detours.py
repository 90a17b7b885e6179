"""By which interface our traffic leaves, and by which it would without a VPN.

A VPN need not have a default route: some split the world in two halves, some have a table of their own. So the system
is asked what it would do with a datagram to the world; nothing is sent. The line of the house is the best default route
that has a router and is no tunnel. What that means for a name is for `core.detours` to say.
"""

from __future__ import annotations

import errno
import socket
import struct
import sys
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import Detour, Family, InterfaceKind
from ddns_tray.system import netlink
from ddns_tray.system.interfaces import interface_addresses
from ddns_tray.system.link_kinds import interface_kinds
from ddns_tray.system.routes import default_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ddns_tray.core.model import DefaultRoute, IPAddress

_SOMEWHERE = MappingProxyType({Family.IPV4: "198.41.0.4", Family.IPV6: "2001:503:ba3e::2:30"})
"""An address of the wide world: that of a root server, which will not move into anybody's house."""
_GET_ROUTE = 26
_RTMSG = 12
_RTA_DST, _RTA_SRC, _RTA_OIF = 1, 2, 4
_SOCKET_FAMILIES = {Family.IPV4: socket.AF_INET, Family.IPV6: socket.AF_INET6}
_NO_WAY = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EINVAL, errno.EAFNOSUPPORT}
)


def detours(
    *,
    way_out: Callable[[Family], str | None] | None = None,
    routes: Callable[[], Sequence[DefaultRoute]] = default_routes,
    kinds: Callable[[], Mapping[str, InterfaceKind]] = interface_kinds,
) -> Mapping[Family, Detour]:
    """Return the detour of each family whose traffic takes one. Raises `OSError` where the system will not tell."""
    table, known = routes(), kinds()
    found = {}
    for family in Family:
        out = (way_out or leaves_by)(family)
        if out is None or out in lines_of_the_house(family, table, known):
            continue
        home = home_interface(family, table, known)
        tunnel = known.get(out) is InterfaceKind.TUNNEL
        if tunnel or home is not None:
            found[family] = Detour(family, out, home, tunnel)
    return MappingProxyType(found)


def carriers(
    *,
    way_out: Callable[[Family], str | None] | None = None,
    routes: Callable[[], Sequence[DefaultRoute]] = default_routes,
    kinds: Callable[[], Mapping[str, InterfaceKind]] = interface_kinds,
) -> frozenset[str]:
    """Return the interfaces by which this computer reaches the world: for a tunnel, the one that carries it.

    Empty where there is none, or where the system will not tell.
    """
    try:
        found = detours(way_out=way_out, routes=routes, kinds=kinds)
        taken = {family: (way_out or leaves_by)(family) for family in Family}
    except OSError:
        return frozenset()
    below = {family: each.home for family, each in found.items() if each.tunnel and each.home is not None}
    return frozenset(each for each in (taken | below).values() if each is not None)


def home_interface(family: Family, table: Sequence[DefaultRoute], kinds: Mapping[str, InterfaceKind]) -> str | None:
    """Return the interface of the line of the house, or None where there is no route that could be it."""
    return next(iter(lines_of_the_house(family, table, kinds)), None)


def lines_of_the_house(family: Family, table: Sequence[DefaultRoute], kinds: Mapping[str, InterfaceKind]) -> list[str]:
    """Return the interfaces that lead to a router, the best first; a dialled connection where there is nothing else."""
    mine = [route for route in table if route.family is family]
    routed = [
        route.interface
        for route in mine
        if route.gateway is not None and kinds.get(route.interface, InterfaceKind.ORDINARY) is InterfaceKind.ORDINARY
    ]
    direct = [
        route.interface
        for route in mine
        if route.gateway is None and kinds.get(route.interface, InterfaceKind.ORDINARY) is InterfaceKind.ORDINARY
    ]
    dialled = [route.interface for route in mine if kinds.get(route.interface) is InterfaceKind.DIAL_UP]
    return [*routed, *direct] or dialled


def leaves_by(family: Family, sender: IPAddress | None = None) -> str | None:
    """Return the interface by which a datagram to the world would leave, or None where it could not.

    With a `sender` (on Linux only) it is the way of a socket that is bound to this address of ours.
    """
    try:
        return _linux_way(family, sender) if sys.platform == "linux" else _way_by_sender(family)
    except OSError as exc:
        if exc.errno in _NO_WAY:
            return None
        raise


def _linux_way(family: Family, sender: IPAddress | None) -> str | None:
    address = ip_address(_SOMEWHERE[family])
    bits = 0 if sender is None else sender.max_prefixlen
    question = struct.pack("=BBB", _SOCKET_FAMILIES[family], address.max_prefixlen, bits).ljust(_RTMSG, b"\0")
    question += netlink.attribute(_RTA_DST, address.packed)
    if sender is not None:
        question += netlink.attribute(_RTA_SRC, sender.packed)
    for answer in netlink.ask(_GET_ROUTE, 0, question):
        told = dict(netlink.attributes(answer[_RTMSG:]))
        if _RTA_OIF in told:
            return socket.if_indextoname(int.from_bytes(told[_RTA_OIF], sys.byteorder))
    return None


def _way_by_sender(family: Family) -> str | None:
    """Find the interface that has the address from which the system would send."""
    with socket.socket(_SOCKET_FAMILIES[family], socket.SOCK_DGRAM) as probe:
        probe.connect((_SOMEWHERE[family], 9))  # a datagram socket sends nothing by this
        sender = ip_address(probe.getsockname()[0])
    return next((each.interface for each in interface_addresses() if each.address == sender), None)
