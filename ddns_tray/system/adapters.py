"""The network adapters of Windows, as GetAdaptersAddresses (iphlpapi.h) tells of them: one call for all who ask.

Who walks the list reads from it what they want: addresses, kinds, metrics, DNS servers. Source of the structures:
iptypes.h of the Windows SDK; only the beginning of each is declared, as far as it is read.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, TypeVar

from ddns_tray.core.model import InterfaceAddress
from ddns_tray.system.interfaces import decode_sockaddr, target

if TYPE_CHECKING:
    from ddns_tray.core.model import IPAddress

_Read = TypeVar("_Read")

_WINDOWS_AF_INET6 = 23
_SUFFIX_RANDOM = 5
"""NL_SUFFIX_ORIGIN: a temporary address; lasting ones are of the link layer, by hand or by DHCP."""
_DAD_DEPRECATED = 3
_DAD_PREFERRED = 4
_UP = 1
"""IF_OPER_STATUS: IfOperStatusUp."""
_NO_ANYCAST_MULTICAST = 0x02 | 0x04
_SOCKADDR_IN6, _SCOPE = 28, 24
_BUFFER_OVERFLOW = 111
_NO_DATA = 232
_FIRST_GUESS = 16_384
_ATTEMPTS = 4


class SocketAddress(ctypes.Structure):
    """`SOCKET_ADDRESS` of ws2def.h; with its padding, so it has to be a structure of its own."""

    _fields_ = (("sockaddr", ctypes.c_void_p), ("length", ctypes.c_int))


class UnicastAddress(ctypes.Structure):
    """`IP_ADAPTER_UNICAST_ADDRESS_LH`."""


UnicastAddress._fields_ = [
    ("length_and_flags", ctypes.c_uint64),
    ("next", ctypes.POINTER(UnicastAddress)),
    ("address", SocketAddress),
    ("prefix_origin", ctypes.c_int),
    ("suffix_origin", ctypes.c_int),
    ("dad_state", ctypes.c_int),
    ("valid_lifetime", ctypes.c_uint32),
    ("preferred_lifetime", ctypes.c_uint32),
    ("lease_lifetime", ctypes.c_uint32),
    ("prefix_length", ctypes.c_uint8),
]


class DnsServer(ctypes.Structure):
    """`IP_ADAPTER_DNS_SERVER_ADDRESS_XP`."""


DnsServer._fields_ = [
    ("length_and_reserved", ctypes.c_uint64),
    ("next", ctypes.POINTER(DnsServer)),
    ("address", SocketAddress),
]


class AdapterAddresses(ctypes.Structure):
    """The beginning of `IP_ADAPTER_ADDRESSES_LH`."""


AdapterAddresses._fields_ = [
    ("length_and_index", ctypes.c_uint64),
    ("next", ctypes.POINTER(AdapterAddresses)),
    ("adapter_name", ctypes.c_char_p),
    ("first_unicast", ctypes.POINTER(UnicastAddress)),
    ("first_anycast", ctypes.c_void_p),
    ("first_multicast", ctypes.c_void_p),
    ("first_dns_server", ctypes.POINTER(DnsServer)),
    ("dns_suffix", ctypes.c_wchar_p),
    ("description", ctypes.c_wchar_p),
    ("friendly_name", ctypes.c_wchar_p),
    ("physical_address", ctypes.c_uint8 * 8),
    ("physical_address_length", ctypes.c_uint32),
    ("flags", ctypes.c_uint32),
    ("mtu", ctypes.c_uint32),
    ("if_type", ctypes.c_uint32),
    ("oper_status", ctypes.c_int),
    ("ipv6_index", ctypes.c_uint32),
    ("zone_indices", ctypes.c_uint32 * 16),
    ("first_prefix", ctypes.c_void_p),
    ("transmit_link_speed", ctypes.c_uint64),
    ("receive_link_speed", ctypes.c_uint64),
    ("first_wins_server", ctypes.c_void_p),
    ("first_gateway", ctypes.c_void_p),
    ("ipv4_metric", ctypes.c_uint32),
    ("ipv6_metric", ctypes.c_uint32),
]


def walk_addresses(first: AdapterAddresses | None) -> Iterator[InterfaceAddress]:
    """Yield the addresses of all adapters; names are those of the control panel."""
    for adapter in _each(first):
        unicast = target(adapter.first_unicast)
        while unicast is not None:
            address = _address(unicast.address)
            if address is not None:
                yield InterfaceAddress(
                    adapter.friendly_name or "",
                    address,
                    unicast.prefix_length,
                    temporary=isinstance(address, IPv6Address) and unicast.suffix_origin == _SUFFIX_RANDOM,
                    deprecated=unicast.dad_state == _DAD_DEPRECATED,
                    tentative=unicast.dad_state not in {_DAD_DEPRECATED, _DAD_PREFERRED},
                )
            unicast = target(unicast.next)


def walk_kinds(first: AdapterAddresses | None) -> Iterator[tuple[str, int, str]]:
    """Yield name, type (`IfType`) and description of each adapter."""
    for adapter in _each(first):
        yield adapter.friendly_name or "", int(adapter.if_type), adapter.description or ""


def walk_metrics(first: AdapterAddresses | None) -> Iterator[tuple[str, int, int]]:
    """Yield name and the metrics for IPv4 and IPv6 of each adapter."""
    for adapter in _each(first):
        yield adapter.friendly_name or "", int(adapter.ipv4_metric), int(adapter.ipv6_metric)


def walk_dns_servers(first: AdapterAddresses | None) -> Iterator[str]:
    """Yield the DNS servers of the adapters that are up; a link-local one with the index of its interface."""
    for adapter in _each(first):
        server = target(adapter.first_dns_server) if adapter.oper_status == _UP else None
        while server is not None:
            address = _address(server.address)
            if address is not None:
                yield f"{address}{_zone(address, server.address)}"
            server = target(server.next)


def _zone(address: IPAddress, place: SocketAddress) -> str:
    """Return what has to follow a link-local address, which means another host on each interface."""
    if not isinstance(address, IPv6Address) or not address.is_link_local:
        return ""
    scope = int.from_bytes(ctypes.string_at(place.sockaddr, _SOCKADDR_IN6)[_SCOPE:], sys.byteorder)
    return f"%{scope}" if scope else ""


def _each(first: AdapterAddresses | None) -> Iterator[AdapterAddresses]:
    adapter = first
    while adapter is not None:
        yield adapter
        adapter = target(adapter.next)


def _address(place: SocketAddress) -> IPAddress | None:
    raw = ctypes.string_at(place.sockaddr, place.length)
    return decode_sockaddr(raw, bsd=False, ipv6_family=_WINDOWS_AF_INET6)


_Call = Callable[[ctypes.Array[ctypes.c_char], ctypes.c_ulong], int]


def adapters_by(call: _Call, walk: Callable[[AdapterAddresses | None], Iterator[_Read]]) -> tuple[_Read, ...]:
    """Call GetAdaptersAddresses with a buffer that grows until the answer fits, and read the answer."""
    size = ctypes.c_ulong(_FIRST_GUESS)
    code = _BUFFER_OVERFLOW
    for _ in range(_ATTEMPTS):
        buffer = ctypes.create_string_buffer(size.value)
        code = call(buffer, size)
        if code == 0:
            return tuple(walk(AdapterAddresses.from_buffer(buffer)))
        if code == _NO_DATA:
            return ()
        if code != _BUFFER_OVERFLOW:
            break
    message = "GetAdaptersAddresses failed"
    raise OSError(code, message)


if sys.platform == "win32":

    def windows_adapters(walk: Callable[[AdapterAddresses | None], Iterator[_Read]]) -> tuple[_Read, ...]:
        """Ask, and read the answer by `walk`. Raises `OSError`."""
        ask = ctypes.WinDLL("iphlpapi").GetAdaptersAddresses

        def call(buffer: ctypes.Array[ctypes.c_char], size: ctypes.c_ulong) -> int:
            return int(ask(0, _NO_ANYCAST_MULTICAST, None, buffer, ctypes.byref(size)))

        return adapters_by(call, walk)
