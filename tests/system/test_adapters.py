"""What GetAdaptersAddresses tells, as a list in memory that is laid out as Windows lays it out."""

from __future__ import annotations

import ctypes
import struct
import sys
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from ddns_tray.core.model import InterfaceAddress
from ddns_tray.system.adapters import (
    AdapterAddresses,
    DnsServer,
    SocketAddress,
    UnicastAddress,
    adapters_by,
    walk_addresses,
    walk_dns_servers,
    walk_kinds,
    walk_metrics,
)
from ddns_tray.system.resolvers import without_defaults

_LINK_LAYER, _RANDOM = 4, 5
_TENTATIVE, _DUPLICATE, _DEPRECATED, _PREFERRED = 1, 2, 3, 4


def _pointer(raw: bytes, keep: list[object]) -> int:
    buffer = ctypes.create_string_buffer(raw, len(raw))
    keep.append(buffer)
    return ctypes.addressof(buffer)


def _sockaddr(written: str, keep: list[object]) -> SocketAddress:
    address = ip_address(written)
    raw = struct.pack("=H", 2) + bytes(2) + address.packed + bytes(8)
    if isinstance(address, IPv6Address):
        scope = int(address.scope_id or 0)
        raw = struct.pack("=H", 23) + bytes(6) + address.packed + struct.pack("=I", scope)
    return SocketAddress(_pointer(raw, keep), len(raw))


def _adapter(
    name: str, addresses: list[tuple[str, int, int]], following: AdapterAddresses | None, keep: list[object]
) -> AdapterAddresses:
    first: UnicastAddress | None = None
    for written, suffix_origin, dad_state in reversed(addresses):
        first = UnicastAddress(
            next=ctypes.pointer(first) if first else None,
            address=_sockaddr(written, keep),
            suffix_origin=suffix_origin,
            dad_state=dad_state,
            prefix_length=64 if ":" in written else 24,
        )
        keep.append(first)
    adapter = AdapterAddresses(
        next=ctypes.pointer(following) if following else None,
        first_unicast=ctypes.pointer(first) if first else None,
        friendly_name=name,
    )
    keep.append(adapter)
    return adapter


def test_the_adapters_of_windows_are_walked() -> None:
    keep: list[object] = []
    last = _adapter("WLAN 2", [("192.168.1.2", _LINK_LAYER, _PREFERRED)], None, keep)
    empty = _adapter("Bluetooth", [], last, keep)
    first = _adapter(
        "以太网",
        [
            ("2001:db8:1::2", _LINK_LAYER, _PREFERRED),
            ("2001:db8:1::3", _RANDOM, _PREFERRED),
            ("2001:db8:1::4", _LINK_LAYER, _DEPRECATED),
            ("2001:db8:1::5", _LINK_LAYER, _TENTATIVE),
            ("2001:db8:1::6", _LINK_LAYER, _DUPLICATE),
        ],
        empty,
        keep,
    )
    assert list(walk_addresses(first)) == [
        InterfaceAddress("以太网", IPv6Address("2001:db8:1::2"), 64),
        InterfaceAddress("以太网", IPv6Address("2001:db8:1::3"), 64, temporary=True),
        InterfaceAddress("以太网", IPv6Address("2001:db8:1::4"), 64, deprecated=True),
        InterfaceAddress("以太网", IPv6Address("2001:db8:1::5"), 64, tentative=True),
        InterfaceAddress("以太网", IPv6Address("2001:db8:1::6"), 64, tentative=True),
        InterfaceAddress("WLAN 2", IPv4Address("192.168.1.2"), 24),
    ]


@pytest.mark.skipif(sys.maxsize < 2**32, reason="the offsets are those of 64-bit systems")
def test_the_structures_of_windows_are_laid_out_as_its_headers_say() -> None:
    assert AdapterAddresses.first_unicast.offset == 24
    assert AdapterAddresses.first_dns_server.offset == 48
    assert AdapterAddresses.friendly_name.offset == 72
    assert AdapterAddresses.physical_address.offset == 80
    assert AdapterAddresses.if_type.offset == 100
    assert AdapterAddresses.oper_status.offset == 104
    assert DnsServer.address.offset == 16
    assert AdapterAddresses.ipv4_metric.offset == 216
    assert AdapterAddresses.ipv6_metric.offset == 220
    assert UnicastAddress.address.offset == 16
    assert UnicastAddress.prefix_origin.offset == 32
    assert UnicastAddress.dad_state.offset == 40
    assert UnicastAddress.prefix_length.offset == 56


def test_the_metrics_of_windows_adapters_are_read() -> None:
    wifi = AdapterAddresses(friendly_name="Wi-Fi", ipv4_metric=50, ipv6_metric=40)
    cable = AdapterAddresses(friendly_name="Ethernet", ipv4_metric=25, ipv6_metric=25, next=ctypes.pointer(wifi))
    assert list(walk_metrics(cable)) == [("Ethernet", 25, 25), ("Wi-Fi", 50, 40)]


def test_windows_is_asked_again_with_a_larger_buffer() -> None:
    keep: list[object] = []
    answer = _adapter("Ethernet", [("192.168.1.2", _LINK_LAYER, _PREFERRED)], None, keep)
    sizes: list[int] = []

    def call(buffer: ctypes.Array[ctypes.c_char], size: ctypes.c_ulong) -> int:
        sizes.append(len(buffer))
        if len(buffer) < 20_000:
            size.value = 20_000
            return 111
        ctypes.memmove(buffer, ctypes.addressof(answer), ctypes.sizeof(answer))
        return 0

    assert [each.interface for each in adapters_by(call, walk_addresses)] == ["Ethernet"]
    assert sizes == [16_384, 20_000]


def test_windows_without_adapters_has_no_addresses() -> None:
    assert adapters_by(lambda _buffer, _size: 232, walk_addresses) == ()


@pytest.mark.parametrize("code", [5, 111])
def test_windows_that_will_not_tell_is_an_error(code: int) -> None:
    with pytest.raises(OSError, match="GetAdaptersAddresses"):
        adapters_by(lambda _buffer, _size: code, walk_addresses)


def test_the_kinds_of_windows_adapters_are_read() -> None:
    adapter = AdapterAddresses(friendly_name="wg0", description="WireGuard Tunnel", if_type=53)
    assert list(walk_kinds(adapter)) == [("wg0", 53, "WireGuard Tunnel")]


def _asking(
    servers: tuple[str, ...], status: int, following: AdapterAddresses | None, keep: list[object]
) -> AdapterAddresses:
    first: DnsServer | None = None
    for written in reversed(servers):
        first = DnsServer(next=ctypes.pointer(first) if first else None, address=_sockaddr(written, keep))
        keep.append(first)
    return AdapterAddresses(
        next=ctypes.pointer(following) if following else None,
        first_dns_server=ctypes.pointer(first) if first else None,
        oper_status=status,
    )


def test_the_servers_of_adapters_that_are_up_are_asked() -> None:
    keep: list[object] = []
    last = _asking(("fec0:0:0:ffff::1", "2001:db8::1"), 1, None, keep)
    down = _asking(("192.0.2.9",), 2, last, keep)
    first = _asking(("192.0.2.1", "fe80::1%7"), 1, down, keep)
    listed = list(walk_dns_servers(first))
    assert listed == ["192.0.2.1", "fe80::1%7", "fec0:0:0:ffff::1", "2001:db8::1"]
    assert without_defaults(listed) == ("192.0.2.1", "fe80::1%7", "2001:db8::1")
