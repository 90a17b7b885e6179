"""What interfaces are and by which our traffic leaves, as systems would tell it; real tunnels: bed/test_vpn.py."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from ipaddress import ip_address

import pytest

from ddns_tray.core.model import DefaultRoute, Detour, Family, InterfaceKind
from ddns_tray.system import netlink
from ddns_tray.system.detours import carriers, detours, home_interface, leaves_by
from ddns_tray.system.interfaces import IfAddrs
from ddns_tray.system.link_kinds import bsd_kinds, interface_kinds, linux_kinds, windows_kinds

ORDINARY, TUNNEL, DIAL_UP = InterfaceKind.ORDINARY, InterfaceKind.TUNNEL, InterfaceKind.DIAL_UP


# --- what interfaces are ---


def link(name: str, kind: str | None, hardware: int = 1) -> bytes:
    """The payload of RTM_NEWLINK."""
    info = b"" if kind is None else netlink.attribute(18 | 0x8000, netlink.attribute(1, kind.encode() + b"\0"))
    return struct.pack("=BxHiII", 0, hardware, 7, 1, 0) + netlink.attribute(3, name.encode() + b"\0") + info


@pytest.mark.parametrize(
    ("kind", "hardware", "expected"),
    [
        (None, 1, ORDINARY),
        ("veth", 1, ORDINARY),
        ("wireguard", 65534, TUNNEL),
        ("tun", 65534, TUNNEL),
        ("tun", 1, TUNNEL),
        ("xfrm", 65534, TUNNEL),
        ("ipip", 768, TUNNEL),
        (None, 778, TUNNEL),
        (None, 65534, ORDINARY),
        ("sit", 776, ORDINARY),
        ("ip6tnl", 769, ORDINARY),
        ("ppp", 512, DIAL_UP),
        (None, 512, DIAL_UP),
    ],
)
def test_linux_tells_the_driver_and_the_hardware(kind: str | None, hardware: int, expected: InterfaceKind) -> None:
    assert linux_kinds([link("eth9", kind, hardware)], pppoe=False) == {"eth9": expected}


def test_a_dialled_connection_is_the_line_of_the_house_where_there_is_pppoe() -> None:
    assert linux_kinds([link("ppp0", "ppp", 512)], pppoe=True) == {"ppp0": ORDINARY}


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
def test_this_machine_has_an_ordinary_loopback() -> None:
    assert interface_kinds()["lo"] is ORDINARY


def test_the_bsds_tell_types_in_the_entries_of_the_link_layer() -> None:
    keep: list[object] = []
    following: IfAddrs | None = None
    for name, kind, flags in (("en0", 0x06, 0), ("utun3", 0x01, 0x10), ("ppp0", 0x17, 0x10), ("gif0", 0x37, 0x10)):
        data, address = ctypes.create_string_buffer(bytes((kind,)), 8), ctypes.create_string_buffer(bytes((20, 18)), 20)
        keep += [data, address]
        entry = IfAddrs(name=name.encode(), flags=flags)
        entry.data, entry.address = ctypes.addressof(data), ctypes.addressof(address)
        if following is not None:
            entry.next = ctypes.pointer(following)
        following = entry
    keep.append(IfAddrs(name=b"en1"))
    assert bsd_kinds(following) == {"en0": ORDINARY, "utun3": TUNNEL, "ppp0": DIAL_UP, "gif0": ORDINARY}
    assert bsd_kinds(None) == {}


def test_windows_tells_types_and_drivers() -> None:
    assert windows_kinds(
        [
            ("Ethernet", 6, "Intel(R) Ethernet Connection"),
            ("WLAN", 71, "Wi-Fi 6"),
            ("wg-home", 53, "WireGuard Tunnel"),
            ("OpenVPN", 6, "TAP-Windows Adapter V9"),
            ("Work", 23, "WAN Miniport (IKEv2)"),
            ("Teredo", 131, "Microsoft Teredo Tunneling Adapter"),
        ]
    ) == {"Ethernet": ORDINARY, "WLAN": ORDINARY, "wg-home": TUNNEL, "OpenVPN": TUNNEL, "Work": DIAL_UP,
          "Teredo": TUNNEL}  # fmt: skip


# --- netlink ---


def message(kind: int, payload: bytes, flags: int = 0) -> bytes:
    return struct.pack("=IHHII", 16 + len(payload), kind, flags, 1, 0) + payload + bytes(-len(payload) % 4)


def test_the_answers_of_the_kernel_are_taken_until_it_is_done() -> None:
    found: list[bytes] = []
    assert not netlink.take_answers(message(16, b"one", 2) + message(16, b"four", 2), found)
    assert netlink.take_answers(message(3, bytes(4), 2), found)
    assert found == [b"one", b"four"]
    assert netlink.take_answers(message(24, b"alone"), found)
    assert netlink.take_answers(bytes(16), found)
    assert found[2:] == [b"alone"]


def test_an_error_of_the_kernel_is_an_error() -> None:
    with pytest.raises(OSError, match=os.strerror(errno.ENETUNREACH)) as caught:
        netlink.take_answers(message(2, struct.pack("=i", -errno.ENETUNREACH) + bytes(16)), [])
    assert caught.value.errno == errno.ENETUNREACH


def test_attributes_end_where_a_length_leads_out_of_the_block() -> None:
    block = netlink.attribute(1, b"abc") + netlink.attribute(2 | 0x8000, b"") + struct.pack("=HH", 40, 3)
    assert list(netlink.attributes(block)) == [(1, b"abc"), (2, b"")]


# --- by which way ---

ETH = DefaultRoute(Family.IPV4, "eth0", ip_address("192.168.1.1"), 100)
WIFI = DefaultRoute(Family.IPV4, "wlan0", ip_address("192.168.2.1"), 600)
WG = DefaultRoute(Family.IPV4, "wg0", None, 50)
PPP = DefaultRoute(Family.IPV4, "ppp0", None, 10)
SIX = DefaultRoute(Family.IPV6, "wwan0", None, 10)
KINDS = {"eth0": ORDINARY, "wlan0": ORDINARY, "wg0": TUNNEL, "ppp0": DIAL_UP, "wwan0": ORDINARY, "odd0": ORDINARY}


def detour(out: str | None, *routes: DefaultRoute) -> Detour | None:
    found = detours(
        way_out=lambda family: out if family is Family.IPV4 else None, routes=lambda: routes, kinds=lambda: KINDS
    )
    return found.get(Family.IPV4)


@pytest.mark.parametrize(
    ("out", "routes", "expected"),
    [
        ("eth0", (ETH,), None),
        ("wlan0", (ETH, WIFI), None),
        (None, (ETH,), None),
        ("wg0", (WG, ETH), Detour(Family.IPV4, "wg0", "eth0", tunnel=True)),
        ("wg0", (ETH, WIFI), Detour(Family.IPV4, "wg0", "eth0", tunnel=True)),
        ("wg0", (WG,), Detour(Family.IPV4, "wg0", None, tunnel=True)),
        ("ppp0", (PPP,), None),
        ("ppp0", (PPP, ETH), Detour(Family.IPV4, "ppp0", "eth0", tunnel=False)),
        ("odd0", (ETH,), Detour(Family.IPV4, "odd0", "eth0", tunnel=False)),
        ("odd0", (), None),
    ],
)
def test_a_way_that_is_not_the_line_of_the_house_is_a_detour(
    out: str | None, routes: tuple[DefaultRoute, ...], expected: Detour | None
) -> None:
    assert detour(out, *routes) == expected


@pytest.mark.parametrize(
    ("out", "routes", "expected"),
    [("eth0", (ETH, WIFI), {"eth0"}), ("wg0", (WG, ETH), {"eth0"}), ("wg0", (WG,), {"wg0"}), (None, (ETH,), set())],
)
def test_what_carries_our_traffic_is_the_interface_below_a_tunnel(
    out: str | None, routes: tuple[DefaultRoute, ...], expected: set[str]
) -> None:
    def way_out(family: Family) -> str | None:
        return out if family is Family.IPV4 else None

    assert carriers(way_out=way_out, routes=lambda: routes, kinds=lambda: KINDS) == expected


def test_where_the_system_tells_nothing_nothing_is_known_to_carry_our_traffic() -> None:
    def silent(_family: Family) -> str | None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    assert carriers(way_out=silent, routes=tuple, kinds=dict) == frozenset()


def test_a_line_without_a_router_is_one_of_the_house_where_it_is_no_tunnel() -> None:
    assert home_interface(Family.IPV6, (ETH, SIX), KINDS) == "wwan0"
    assert home_interface(Family.IPV6, (ETH,), KINDS) is None


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
def test_this_machine_knows_by_which_way_it_would_send_or_that_there_is_none() -> None:
    for family in Family:
        way = leaves_by(family)
        assert way is None or way in interface_kinds()
