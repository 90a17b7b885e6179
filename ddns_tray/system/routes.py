"""The default routes of this machine: which interface leads to the world, and which router stands there.

As in `system.interfaces`, the readers are apart from what decodes their bytes, so that the decoding is tested
everywhere: Linux tells in /proc, macOS by sysctl(3), Windows by GetIpForwardTable2.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import sys
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.core.model import DefaultRoute, Family
from ddns_tray.system.told import or_os_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ddns_tray.core.model import IPAddress

_PROC = Path("/proc/thread-self/net")
"""Not /proc/net: that is the network namespace of the first thread, whatever thread asks."""


@or_os_error
def default_routes() -> tuple[DefaultRoute, ...]:
    """Return all default routes, the one in use first for each family. Raises `OSError` where the system won't tell."""
    if sys.platform == "win32":
        found = tuple(_windows_routes())
    elif sys.platform == "darwin":
        found = tuple(parse_bsd_routes(_sysctl_routes(), socket.if_indextoname))
    else:
        found = (*parse_ipv4_routes(_read("route")), *parse_ipv6_routes(_read("ipv6_route")))
    return tuple(sorted(dict.fromkeys(found), key=lambda route: (route.family, route.metric)))


# --- Linux ----------------------------------------------------------------------------------------------------------

_RTF_UP = 0x1
_RTF_REJECT = 0x200


def _read(name: str) -> str:
    try:
        return (_PROC / name).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:  # the kernel has no such family
        return ""


def parse_ipv4_routes(table: str) -> tuple[DefaultRoute, ...]:
    """Read /proc/net/route: numbers are hexadecimal, addresses in the byte order of the machine."""
    found = []
    for line in table.splitlines()[1:]:
        name, destination, gateway, flags, _references, _uses, metric, mask = line.split()[:8]
        bits = int(flags, 16)
        if int(destination, 16) or int(mask, 16) or not bits & _RTF_UP or bits & _RTF_REJECT:
            continue
        router = IPv4Address(struct.pack("=I", int(gateway, 16)))
        found.append(DefaultRoute(Family.IPV4, name, None if router.is_unspecified else router, int(metric)))
    return tuple(found)


def parse_ipv6_routes(table: str) -> tuple[DefaultRoute, ...]:
    """Read /proc/net/ipv6_route: all numbers are hexadecimal, addresses in network order."""
    found = []
    for line in table.splitlines():
        destination, length, _source, _length, gateway, metric, _references, _uses, flags, name = line.split()
        bits = int(flags, 16)
        if int(destination, 16) or int(length, 16) or not bits & _RTF_UP or bits & _RTF_REJECT:
            continue
        router = IPv6Address(int(gateway, 16))
        found.append(DefaultRoute(Family.IPV6, name, None if router.is_unspecified else router, int(metric, 16)))
    return tuple(found)


# --- macOS ----------------------------------------------------------------------------------------------------------

_CTL_NET, _PF_ROUTE, _NET_RT_DUMP = 4, 17, 1
_RT_MSGHDR = 92
"""net/route.h: `struct rt_msghdr`, with its 56 octets of metrics."""
_RTA_DST, _RTA_GATEWAY, _RTA_NETMASK = 0, 1, 2
_BSD_AF_INET, _BSD_AF_INET6 = 2, 30
_RTF_IFSCOPE = 0x1000000
"""A route for sockets that are bound to the interface; the one without this mark is for all others."""
_RTA_KINDS = 8
_ATTEMPTS = 4


def parse_bsd_routes(dump: bytes, interface_name: Callable[[int], str]) -> Iterator[DefaultRoute]:
    """Read what sysctl(NET_RT_DUMP) gives: messages of a header and, by its bit mask, socket addresses."""
    place = 0
    while place + _RT_MSGHDR <= len(dump):
        length, _version, _kind, index = struct.unpack_from("=HBBH", dump, place)
        flags, present = struct.unpack_from("=ii", dump, place + 8)
        if length < _RT_MSGHDR:
            return
        addresses = _bsd_addresses(dump[place + _RT_MSGHDR : place + length], present)
        place += length
        destination, gateway, mask = (addresses.get(kind, b"") for kind in (_RTA_DST, _RTA_GATEWAY, _RTA_NETMASK))
        family = {_BSD_AF_INET: Family.IPV4, _BSD_AF_INET6: Family.IPV6}.get(destination[1] if destination else 0)
        if family is None or not flags & _RTF_UP or any(_host_part(destination, family)) or any(mask[4:]):
            continue
        router = _bsd_router(gateway, family)
        yield DefaultRoute(family, interface_name(index), router, 1 if flags & _RTF_IFSCOPE else 0)


def _bsd_addresses(block: bytes, present: int) -> dict[int, bytes]:
    """Cut a block of socket addresses: each begins with its length, and is padded to four octets."""
    found: dict[int, bytes] = {}
    place = 0
    for kind in range(_RTA_KINDS):
        if not present & 1 << kind or place >= len(block):
            continue
        length = block[place]
        found[kind] = block[place : place + length]
        place += max(4, length + -length % 4)
    return found


def _host_part(raw: bytes, family: Family) -> bytes:
    return raw[4:8] if family is Family.IPV4 else raw[8:24]


def _bsd_router(raw: bytes, family: Family) -> IPAddress | None:
    """Return the router's address; a link-local one carries its interface in the third and fourth octet (KAME)."""
    part = _host_part(raw, family)
    if family is Family.IPV4:
        return IPv4Address(part) if raw[1:2] == bytes((_BSD_AF_INET,)) and len(part) == 4 else None  # noqa: PLR2004 - octets of IPv4
    if raw[1:2] != bytes((_BSD_AF_INET6,)) or len(part) != 16:  # noqa: PLR2004 - octets of IPv6
        return None
    router = IPv6Address(part)
    return IPv6Address(part[:2] + b"\0\0" + part[4:]) if router.is_link_local else router


def _sysctl_routes() -> bytes:
    library = ctypes.CDLL(None, use_errno=True)
    names = (ctypes.c_int * 6)(_CTL_NET, _PF_ROUTE, 0, 0, _NET_RT_DUMP, 0)
    for _ in range(_ATTEMPTS):  # the table may grow between the two calls
        size = ctypes.c_size_t(0)
        if library.sysctl(names, 6, None, ctypes.byref(size), None, 0) != 0:
            break
        buffer = ctypes.create_string_buffer(size.value + 1024)
        size = ctypes.c_size_t(len(buffer))
        if library.sysctl(names, 6, buffer, ctypes.byref(size), None, 0) == 0:
            return buffer.raw[: size.value]
    raise OSError(ctypes.get_errno(), "the routes could not be read")


# --- Windows --------------------------------------------------------------------------------------------------------

_ROW = 104
"""netioapi.h: `MIB_IPFORWARD_ROW2`."""
_ROWS_START = 8
_WINDOWS_AF_INET, _WINDOWS_AF_INET6 = 2, 23


def parse_windows_routes(
    table: bytes, interface_name: Callable[[int], str], metrics: Iterable[tuple[str, int, int]]
) -> Iterator[DefaultRoute]:
    """Read a `MIB_IPFORWARD_TABLE2`: a count, then rows. Interfaces are named by their LUID.

    A row has what its route adds to the metric of the interface, which is often nothing: the sum decides. `metrics` are
    name, metric for IPv4 and metric for IPv6 of each interface.
    """
    of_interface = {name: {Family.IPV4: ipv4, Family.IPV6: ipv6} for name, ipv4, ipv6 in metrics}
    (count,) = struct.unpack_from("=I", table)
    for number in range(count):
        row = table[_ROWS_START + number * _ROW : _ROWS_START + (number + 1) * _ROW]
        (luid,) = struct.unpack_from("=Q", row)
        family_number, prefix_length = struct.unpack_from("=H", row, 12)[0], row[40]
        (offset,) = struct.unpack_from("=I", row, 84)
        family = {_WINDOWS_AF_INET: Family.IPV4, _WINDOWS_AF_INET6: Family.IPV6}.get(family_number)
        if family is None or prefix_length:
            continue
        router: IPAddress = IPv4Address(row[48:52]) if family is Family.IPV4 else IPv6Address(row[52:68])
        name = interface_name(luid)
        metric = offset + of_interface.get(name, {}).get(family, 0)
        yield DefaultRoute(family, name, None if router.is_unspecified else router, metric)


if sys.platform == "win32":

    def _windows_routes() -> Iterator[DefaultRoute]:
        from ddns_tray.system.adapters import walk_metrics, windows_adapters  # noqa: PLC0415 - of Windows alone

        library = ctypes.WinDLL("iphlpapi")
        table = ctypes.c_void_p()
        code = int(library.GetIpForwardTable2(0, ctypes.byref(table)))
        if code != 0 or not table.value:
            message = "GetIpForwardTable2 failed"
            raise OSError(code, message)
        try:
            (count,) = struct.unpack("=I", ctypes.string_at(table.value, 4))
            raw = ctypes.string_at(table.value, _ROWS_START + count * _ROW)
        finally:
            library.FreeMibTable(table)

        def name(luid: int) -> str:
            alias = ctypes.create_unicode_buffer(257)
            number = ctypes.c_uint64(luid)
            return alias.value if library.ConvertInterfaceLuidToAlias(ctypes.byref(number), alias, 257) == 0 else ""

        yield from parse_windows_routes(raw, name, windows_adapters(walk_metrics))
