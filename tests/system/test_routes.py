"""Default routes: as this machine tells them, and as other systems would."""

from __future__ import annotations

import struct
import subprocess
import sys
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from ddns_tray.core.model import DefaultRoute, Family
from ddns_tray.system.routes import (
    default_routes,
    parse_bsd_routes,
    parse_ipv4_routes,
    parse_ipv6_routes,
    parse_windows_routes,
)

PROC_ROUTE = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0
tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0
lo\t00000000\t00000000\t0201\t0\t0\t9\t00000000\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
"""
ZERO = "0" * 32
PROC_ROUTE6 = f"""\
{ZERO} 00 {ZERO} 00 fe800000000000000000000000000001 00000400 00000003 00000000 00450003 eth0
20010db8000000010000000000000000 40 {ZERO} 00 {ZERO} 00000100 00000001 00000000 00000001 eth0
{ZERO} 00 {ZERO} 00 {ZERO} 00000032 00000001 00000000 00000001 tun0
{ZERO} 00 {ZERO} 00 {ZERO} ffffffff 00000001 00000000 00200200 lo
"""


@pytest.mark.skipif(sys.byteorder != "little", reason="the sample is from a little-endian machine")
def test_linux_tells_its_ipv4_routes_in_proc() -> None:
    assert parse_ipv4_routes(PROC_ROUTE) == (
        DefaultRoute(Family.IPV4, "wlan0", IPv4Address("192.168.1.1"), 600),
        DefaultRoute(Family.IPV4, "tun0", None, 50),
    )


def test_linux_tells_its_ipv6_routes_in_proc() -> None:
    assert parse_ipv6_routes(PROC_ROUTE6) == (
        DefaultRoute(Family.IPV6, "eth0", IPv6Address("fe80::1"), 1024),
        DefaultRoute(Family.IPV6, "tun0", None, 50),
    )


def test_an_empty_table_has_no_routes() -> None:
    assert parse_ipv4_routes("") == ()
    assert parse_ipv6_routes("") == ()


@pytest.mark.skipif(sys.platform != "linux", reason="compares with iproute2")
def test_this_machine_tells_what_iproute2_tells() -> None:
    shown = subprocess.run(["ip", "-4", "route", "show", "default"], capture_output=True, text=True, check=True)
    expected = {line.split()[2] for line in shown.stdout.splitlines() if " via " in line}
    found = {str(each.gateway) for each in default_routes() if each.family is Family.IPV4 and each.gateway}
    assert found == expected


# --- macOS ---


def bsd_address(address: str | None, *, scope: int = 0, length: int | None = None) -> bytes:
    if address is None:
        return b""
    ip = ip_address(address)
    if ip.version == 4:
        raw = bytes((16, 2, 0, 0)) + ip.packed + bytes(8)
    else:
        packed = ip.packed[:2] + struct.pack("!H", scope) + ip.packed[4:] if scope else ip.packed
        raw = bytes((28, 30)) + bytes(6) + packed + bytes(4)
    raw = raw if length is None else bytes((length,)) + raw[1:length]
    return raw.ljust(max(4, len(raw) + -len(raw) % 4), b"\0")


def bsd_route(index: int, flags: int, *addresses: bytes) -> bytes:
    present = sum(1 << number for number, raw in enumerate(addresses) if raw)
    body = b"".join(addresses)
    header = struct.pack("=HBBHHii", 92 + len(body), 5, 4, index, 0, flags, present)
    return header.ljust(92, b"\0") + body


def test_macos_tells_its_routes_by_sysctl() -> None:
    link = bytes((20, 18)) + bytes(18)
    dump = b"".join(
        (
            bsd_route(4, 0x3, bsd_address("0.0.0.0"), bsd_address("192.168.1.1"), bytes(4)),
            bsd_route(5, 0x1000003, bsd_address("0.0.0.0"), bsd_address("10.0.0.1"), bytes(4)),
            bsd_route(7, 0x1, bsd_address("0.0.0.0"), link, bytes(4)),
            bsd_route(4, 0x1, bsd_address("192.168.1.0"), link, bytes((7, 0, 0, 0, 255, 255, 255, 0))),
            bsd_route(4, 0x1, bsd_address("0.0.0.0"), link, bytes((5, 0, 0, 0, 128, 0, 0, 0))),
            bsd_route(4, 0x2, bsd_address("0.0.0.0"), bsd_address("10.9.9.9"), bytes(4)),
            bsd_route(4, 0x3, bsd_address("::"), bsd_address("fe80::1", scope=4), bytes(4)),
            bsd_route(4, 0x3, bsd_address("2001:db8::"), bsd_address("fe80::2", scope=4), bytes(4)),
            bsd_route(4, 0x3, link, bsd_address("10.0.0.2")),
        )
    )
    assert list(parse_bsd_routes(dump, lambda index: f"en{index}")) == [
        DefaultRoute(Family.IPV4, "en4", IPv4Address("192.168.1.1"), 0),
        DefaultRoute(Family.IPV4, "en5", IPv4Address("10.0.0.1"), 1),
        DefaultRoute(Family.IPV4, "en7", None, 0),
        DefaultRoute(Family.IPV6, "en4", IPv6Address("fe80::1"), 0),
    ]


def test_a_damaged_dump_ends_the_reading() -> None:
    good = bsd_route(4, 0x3, bsd_address("0.0.0.0"), bsd_address("192.168.1.1"), bytes(4))
    for dump in (b"", good[:50], b"\0" * 200, good + b"\0" * 92):
        assert len(list(parse_bsd_routes(dump, str))) <= 1


# --- Windows ---


def windows_row(luid: int, destination: str, length: int, router: str, metric: int) -> bytes:
    def inet(address: str) -> bytes:
        ip = ip_address(address)
        if ip.version == 4:
            return struct.pack("=HH", 2, 0) + ip.packed + bytes(20)
        return struct.pack("=HHI", 23, 0, 0) + ip.packed + bytes(4)

    head = struct.pack("=QI", luid, 0) + inet(destination) + bytes((length, 0, 0, 0)) + inet(router)
    return head + bytes(12) + struct.pack("=II", metric, 3) + bytes(12)


def test_windows_tells_its_routes_in_a_table() -> None:
    rows = [
        windows_row(71, "0.0.0.0", 0, "192.168.1.1", 25),
        windows_row(71, "192.168.1.0", 24, "0.0.0.0", 256),
        windows_row(72, "0.0.0.0", 0, "0.0.0.0", 5),
        windows_row(71, "::", 0, "fe80::1", 16),
        windows_row(73, "2001:db8::", 64, "::", 16),
    ]
    assert {len(row) for row in rows} == {104}
    table = struct.pack("=II", len(rows), 0) + b"".join(rows)
    metrics = (("Wi-Fi", 50, 40), ("x", 1, 1))
    assert list(parse_windows_routes(table, {71: "Wi-Fi", 72: "VPN", 73: "x"}.__getitem__, metrics)) == [
        DefaultRoute(Family.IPV4, "Wi-Fi", IPv4Address("192.168.1.1"), 75),
        DefaultRoute(Family.IPV4, "VPN", None, 5),
        DefaultRoute(Family.IPV6, "Wi-Fi", IPv6Address("fe80::1"), 56),
    ]
