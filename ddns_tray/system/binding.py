"""Sockets that take a chosen way: through an interface, or from an address of this computer.

Linux has SO_BINDTODEVICE, with which a socket uses the routes of one interface and no others; kernels before 5.7, and
some containers, keep it from ordinary users. Everywhere else, and there, the socket is bound to the address that the
interface has: Windows then takes that interface (the strong host model of RFC 1122 §3.3.4.2), macOS the route that
belongs to the address, and Linux only if the routes say so for this sender. Where they do not, nothing is sent: it
would take another line, and its answer would look right.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from ipaddress import IPv6Address
from typing import TYPE_CHECKING

from ddns_tray.core.model import Binding, Family
from ddns_tray.system.detours import leaves_by
from ddns_tray.system.interfaces import interface_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ddns_tray.core.model import InterfaceAddress, IPAddress

_SOCKET_FAMILIES = {Family.IPV4: socket.AF_INET, Family.IPV6: socket.AF_INET6}
_IS_LINUX = sys.platform == "linux"
_NOT_PERMITTED = frozenset({errno.EPERM, errno.EACCES})


def bind_socket(
    sock: socket.socket,
    binding: Binding,
    family: Family,
    *,
    interfaces: Callable[[], Sequence[InterfaceAddress]] = interface_addresses,
    way_of: Callable[[Family, IPAddress], str | None] = leaves_by,
) -> None:
    """Bind a socket that is not connected yet. Raises `OSError`, with ENODEV where the interface is not there.

    `way_of` tells by which interface the system sends from an address. Implements `core.ports.Binder`. An address of
    the other family binds nothing.
    """
    if not binding or not binding.serves(family):
        return
    found = interfaces()
    if binding.local_address is not None:
        address = binding.local_address
        owner = next((each.interface for each in found if each.address == address), None)
        if owner is not None and not _bind_to_device(sock, owner):
            _check_way(owner, way_of(family, address) if _IS_LINUX else owner)
        sock.bind((str(address), 0))  # says EADDRNOTAVAIL by itself where the address is not ours
        return
    if all(each.interface != binding.interface for each in found):
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
    if _bind_to_device(sock, binding.interface):
        return
    chosen = _sender(found, binding.interface, family)
    if chosen is None:
        raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
    _check_way(binding.interface, way_of(family, chosen) if _IS_LINUX else binding.interface)
    sock.bind((str(chosen), 0))


def can_choose_interface() -> bool:
    """Say whether sockets of ours may be bound to an interface itself."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            return _bind_to_device(probe, "lo")
    except OSError:
        return False


def _check_way(wanted: str, taken: str | None) -> None:
    if wanted != taken:
        raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))


def _bind_to_device(sock: socket.socket, interface: str) -> bool:
    """Bind to an interface as far as the system has such a thing and permits it; say whether it did."""
    if sys.platform != "linux":
        return False
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
    except OSError as exc:
        if exc.errno in _NOT_PERMITTED:
            return False
        raise
    return True


def _sender(found: Sequence[InterfaceAddress], interface: str, family: Family) -> IPAddress | None:
    """Choose the address of an interface to send from: one that the world can answer, and that lasts."""
    fit = [each for each in found if each.interface == interface and each.address.version == family.version]
    usable = [each for each in fit if not (each.tentative or _is_link_local(each.address))]
    best = min(usable, key=lambda each: (each.deprecated, not each.address.is_global, each.temporary), default=None)
    return None if best is None else best.address


def _is_link_local(address: IPAddress) -> bool:
    return isinstance(address, IPv6Address) and address.is_link_local
