"""The addresses of this machine's network interfaces, with what the system knows of their future.

No dependency is worth it for this: Linux tells in /proc (of the network namespace that the asking thread is in) and
through getifaddrs(3), macOS through getifaddrs(3) and one ioctl, Windows through GetAdaptersAddresses (`adapters.py`).
The readers are apart from what decodes their bytes, so that the decoding is tested everywhere. This module chooses
nothing: see `detectors.interface`.
"""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
import sys
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ddns_tray.core.model import InterfaceAddress
from ddns_tray.system.told import or_os_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ctypes import _Pointer

    from ddns_tray.core.model import IPAddress

Structure = TypeVar("Structure", bound=ctypes.Structure)
_IF_INET6 = Path("/proc/thread-self/net/if_inet6")


@or_os_error
def interface_addresses() -> tuple[InterfaceAddress, ...]:
    """Return all addresses of all interfaces, as the system orders them. Raises `OSError` where it will not tell."""
    if sys.platform == "win32":
        from ddns_tray.system.adapters import walk_addresses, windows_adapters  # noqa: PLC0415 - of Windows alone

        return windows_adapters(walk_addresses)
    if sys.platform == "darwin":
        return tuple(_with_bsd_flags(each) for each in _getifaddrs(bsd=True))
    ipv4 = tuple(each for each in _getifaddrs(bsd=False) if isinstance(each.address, IPv4Address))
    try:
        table = _IF_INET6.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:  # the kernel has no IPv6
        return ipv4
    return ipv4 + parse_if_inet6(table)


# --- Linux ----------------------------------------------------------------------------------------------------------

_IFA_F_TEMPORARY = 0x01
_IFA_F_DADFAILED = 0x08
_IFA_F_DEPRECATED = 0x20
_IFA_F_TENTATIVE = 0x40
_IFA_F_OPTIMISTIC = 0x04


def parse_if_inet6(table: str) -> tuple[InterfaceAddress, ...]:
    """Read /proc/net/if_inet6: address, index, prefix length, scope and flags in hexadecimal, then the name.

    Flags: linux/if_addr.h. An optimistic address (RFC 4429) is still being checked, unless the mark was taken away.
    """
    found = []
    for line in table.splitlines():
        address, _index, prefix_length, _scope, flags, name = line.split(maxsplit=5)
        bits = int(flags, 16)
        found.append(
            InterfaceAddress(
                name.strip(),
                IPv6Address(int(address, 16)),
                int(prefix_length, 16),
                temporary=bool(bits & _IFA_F_TEMPORARY),
                deprecated=bool(bits & _IFA_F_DEPRECATED),
                tentative=bool(bits & (_IFA_F_TENTATIVE | _IFA_F_DADFAILED | _IFA_F_OPTIMISTIC)),
            )
        )
    return tuple(found)


def target(pointer: _Pointer[Structure]) -> Structure | None:
    """Follow a pointer of a C list; None at its end."""
    try:
        return pointer.contents
    except ValueError:  # how ctypes says NULL
        return None


# --- getifaddrs(3), Linux and macOS -----------------------------------------------------------------------------------


class IfAddrs(ctypes.Structure):
    """`struct ifaddrs`, the same on both systems as far as it is read here."""


IfAddrs._fields_ = [
    ("next", ctypes.POINTER(IfAddrs)),
    ("name", ctypes.c_char_p),
    ("flags", ctypes.c_uint),
    ("address", ctypes.c_void_p),
    ("netmask", ctypes.c_void_p),
    ("other", ctypes.c_void_p),
    ("data", ctypes.c_void_p),
]

_BSD_AF_INET6 = 30
_LINUX_AF_INET6 = 10
_AF_INET = 2
_SOCKADDR_IN = 16
_SOCKADDR_IN6 = 28


def decode_sockaddr(raw: bytes, *, bsd: bool, ipv6_family: int | None = None) -> IPAddress | None:
    """Return the address in a `sockaddr_in` or `sockaddr_in6`, or None for any other family.

    The BSDs begin with a length octet and one of family, all others with two octets of family in host order.
    """
    family = raw[1] if bsd else struct.unpack_from("=H", raw)[0]
    if family == _AF_INET:
        return IPv4Address(raw[4:8])
    if family == (ipv6_family or (_BSD_AF_INET6 if bsd else _LINUX_AF_INET6)):
        return IPv6Address(raw[8:24])
    return None


def _read_sockaddr(pointer: int | None, *, bsd: bool) -> bytes:
    """Copy no more than the kind of address has: what lies behind is not ours to read."""
    if not pointer:
        return bytes(_SOCKADDR_IN)
    head = ctypes.string_at(pointer, 2)
    family = head[1] if bsd else struct.unpack("=H", head)[0]
    size = {_AF_INET: _SOCKADDR_IN, _BSD_AF_INET6 if bsd else _LINUX_AF_INET6: _SOCKADDR_IN6}.get(family, 2)
    return ctypes.string_at(pointer, size)


def _netmask_bits(pointer: int | None, address: IPAddress, *, bsd: bool) -> int:
    """Read a netmask by the address's own layout: the BSDs leave a mask's family empty and may cut it short."""
    if not pointer:
        return address.max_prefixlen
    offset, size = (4, 4) if isinstance(address, IPv4Address) else (8, 16)
    if bsd:
        size = min(size, max(ctypes.string_at(pointer, 1)[0] - offset, 0))
    return int.from_bytes(ctypes.string_at(pointer + offset, size), "big").bit_count()


def entries(first: IfAddrs | None) -> Iterator[IfAddrs]:
    """Yield the entries of a list."""
    entry = first
    while entry is not None:
        yield entry
        entry = target(entry.next)


def bsd_family(entry: IfAddrs) -> int:
    """Return the family of an entry's address, as the BSDs number them; 0 for none."""
    return ctypes.string_at(entry.address, 2)[1] if entry.address else 0


def walk_ifaddrs(first: IfAddrs | None, *, bsd: bool) -> Iterator[InterfaceAddress]:
    """Yield the IPv4 and IPv6 addresses of a list as getifaddrs(3) gives it."""
    for entry in entries(first):
        address = decode_sockaddr(_read_sockaddr(entry.address, bsd=bsd).ljust(2, b"\0"), bsd=bsd)
        if address is not None:
            name = (entry.name or b"").decode("utf-8", "replace")
            yield InterfaceAddress(name, address, _netmask_bits(entry.netmask, address, bsd=bsd))


def _getifaddrs(*, bsd: bool) -> tuple[InterfaceAddress, ...]:
    with bsd_interfaces() as first:
        return tuple(walk_ifaddrs(first, bsd=bsd))


@contextlib.contextmanager
def bsd_interfaces() -> Iterator[IfAddrs | None]:
    """Give the list of getifaddrs(3), which Linux has too. Raises `OSError`."""
    library = ctypes.CDLL(None, use_errno=True)
    library.getifaddrs.argtypes = [ctypes.POINTER(ctypes.POINTER(IfAddrs))]
    library.freeifaddrs.argtypes = [ctypes.POINTER(IfAddrs)]
    library.freeifaddrs.restype = None
    head = ctypes.POINTER(IfAddrs)()
    if library.getifaddrs(ctypes.byref(head)) != 0:
        raise OSError(ctypes.get_errno(), "getifaddrs failed")
    try:
        yield target(head)
    finally:
        library.freeifaddrs(head)


# --- macOS ----------------------------------------------------------------------------------------------------------

_SIOCGIFAFLAG_IN6 = 0xC1206949
"""netinet6/in6_var.h: _IOWR('i', 73, struct in6_ifreq), of 16 octets of name and 272 of union."""
_IN6_IFREQ = 288
_IFNAMSIZ = 16
_IN6_IFF_TENTATIVE = 0x02
_IN6_IFF_DUPLICATED = 0x04
_IN6_IFF_DETACHED = 0x08
_IN6_IFF_DEPRECATED = 0x10
_IN6_IFF_TEMPORARY = 0x80


def in6_ifreq(name: str, address: IPv6Address) -> bytearray:
    """Return the question for `SIOCGIFAFLAG_IN6`; the answer stands where the address stood."""
    sockaddr = bytes((_SOCKADDR_IN6, _BSD_AF_INET6)) + bytes(6) + address.packed + bytes(4)
    return bytearray((name.encode()[: _IFNAMSIZ - 1].ljust(_IFNAMSIZ, b"\0") + sockaddr).ljust(_IN6_IFREQ, b"\0"))


def with_in6_flags(plain: InterfaceAddress, answer: bytes) -> InterfaceAddress:
    """Return `plain` with what the answer to `in6_ifreq` says of it."""
    (bits,) = struct.unpack_from("=i", answer, _IFNAMSIZ)
    return replace(
        plain,
        temporary=bool(bits & _IN6_IFF_TEMPORARY),
        deprecated=bool(bits & _IN6_IFF_DEPRECATED),
        tentative=bool(bits & (_IN6_IFF_TENTATIVE | _IN6_IFF_DUPLICATED | _IN6_IFF_DETACHED)),
    )


def _with_bsd_flags(plain: InterfaceAddress) -> InterfaceAddress:
    if not isinstance(plain.address, IPv6Address) or sys.platform == "win32":
        return plain
    import fcntl  # noqa: PLC0415 - Windows has no such module

    question = in6_ifreq(plain.interface, plain.address)
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asker:
            fcntl.ioctl(asker, _SIOCGIFAFLAG_IN6, question)
    except OSError:  # gone since the list was made
        return replace(plain, tentative=True)
    return with_in6_flags(plain, bytes(question))
