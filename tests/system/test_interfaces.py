"""The addresses of this machine: the bytes of three systems decoded, and on Linux the real thing."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import uuid
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import InterfaceAddress
from ddns_tray.system.interfaces import (
    IfAddrs,
    in6_ifreq,
    interface_addresses,
    parse_if_inet6,
    walk_ifaddrs,
    with_in6_flags,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

GLOBAL = IPv6Address("2001:db8:1::2")


def test_this_machine_has_its_loopback_address() -> None:
    assert IPv4Address("127.0.0.1") in {each.address for each in interface_addresses()}


# --- Linux ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "temporary", "deprecated", "tentative"),
    [
        ("00", False, False, False),
        ("80", False, False, False),
        ("01", True, False, False),
        ("21", True, True, False),
        ("20", False, True, False),
        ("40", False, False, True),
        ("c0", False, False, True),
        ("08", False, False, True),
        ("44", False, False, True),
    ],
)
def test_the_flags_of_linux_are_read(flags: str, *, temporary: bool, deprecated: bool, tentative: bool) -> None:
    line = f"20010db8000100000000000000000002 02 40 00 {flags}     eth0\n"
    expected = InterfaceAddress("eth0", GLOBAL, 64, temporary=temporary, deprecated=deprecated, tentative=tentative)
    assert parse_if_inet6(line) == (expected,)


def test_every_line_of_the_table_is_an_address() -> None:
    table = (
        "00000000000000000000000000000001 01 80 10 80       lo\n"
        "fe800000000000000000000000000002 02 40 20 80 br-lan.10\n"
    )
    assert [(each.interface, str(each.address), each.prefix_length) for each in parse_if_inet6(table)] == [
        ("lo", "::1", 128),
        ("br-lan.10", "fe80::2", 64),
    ]


# --- getifaddrs -------------------------------------------------------------------------------------------------------


def _pointer(raw: bytes, keep: list[object]) -> int:
    buffer = ctypes.create_string_buffer(raw, len(raw))
    keep.append(buffer)
    return ctypes.addressof(buffer)


def _chained(entries: list[tuple[bytes, bytes | None, bytes | None]], keep: list[object]) -> IfAddrs | None:
    following: IfAddrs | None = None
    for name, address, mask in reversed(entries):
        entry = IfAddrs(
            next=ctypes.pointer(following) if following else None,
            name=name,
            address=_pointer(address, keep) if address else None,
            netmask=_pointer(mask, keep) if mask else None,
        )
        keep.append(entry)
        following = entry
    return following


def _head(family: int, length: int, *, bsd: bool) -> bytes:
    return bytes((length, family)) if bsd else struct.pack("=H", family)


@pytest.mark.parametrize(("bsd", "ipv6_family", "link_family"), [(False, 10, 17), (True, 30, 18)])
def test_a_list_of_addresses_is_walked(*, bsd: bool, ipv6_family: int, link_family: int) -> None:
    keep: list[object] = []
    four = _head(2, 16, bsd=bsd) + bytes(2) + IPv4Address("203.0.113.7").packed + bytes(8)
    four_mask = _head(0 if bsd else 2, 7, bsd=bsd) + bytes(2) + bytes((255, 255, 255, 0)) + bytes(8)
    six = _head(ipv6_family, 28, bsd=bsd) + bytes(6) + GLOBAL.packed + bytes(4)
    six_mask = _head(ipv6_family, 28, bsd=bsd) + bytes(6) + b"\xff" * 7 + bytes(9) + bytes(4)
    first = _chained(
        [
            (b"en0", _head(link_family, 20, bsd=bsd) + bytes(18), None),
            (b"en0", four, four_mask),
            (b"tun0", None, None),
            (b"en0", six, six_mask),
            (b"ppp0", four, None),
        ],
        keep,
    )
    assert list(walk_ifaddrs(first, bsd=bsd)) == [
        InterfaceAddress("en0", IPv4Address("203.0.113.7"), 24),
        InterfaceAddress("en0", GLOBAL, 56),
        InterfaceAddress("ppp0", IPv4Address("203.0.113.7"), 32),
    ]


def test_an_empty_list_has_no_addresses() -> None:
    assert list(walk_ifaddrs(None, bsd=False)) == []


# --- macOS ------------------------------------------------------------------------------------------------------------


def test_the_question_for_the_flags_of_macos_is_laid_out_as_its_header_says() -> None:
    question = bytes(in6_ifreq("en0", GLOBAL))
    assert len(question) == 288
    assert question[:16] == b"en0".ljust(16, b"\0")
    assert question[16:18] == bytes((28, 30))
    assert question[24:40] == GLOBAL.packed


@pytest.mark.parametrize(
    ("bits", "temporary", "deprecated", "tentative"),
    [
        (0x0400, False, False, False),
        (0x0080, True, False, False),
        (0x0090, True, True, False),
        (0x0002, False, False, True),
        (0x0004, False, False, True),
        (0x0008, False, False, True),
    ],
)
def test_the_flags_of_macos_are_read(bits: int, *, temporary: bool, deprecated: bool, tentative: bool) -> None:
    answer = bytearray(in6_ifreq("en0", GLOBAL))
    struct.pack_into("=i", answer, 16, bits)
    assert with_in6_flags(InterfaceAddress("en0", GLOBAL, 64), bytes(answer)) == InterfaceAddress(
        "en0", GLOBAL, 64, temporary=temporary, deprecated=deprecated, tentative=tentative
    )


# --- Linux, for real --------------------------------------------------------------------------------------------------

_SHOW = """
import json
from ddns_tray.system.interfaces import interface_addresses
print(json.dumps([
    [each.interface, str(each.address), each.prefix_length, each.temporary, each.deprecated, each.tentative]
    for each in interface_addresses()
]))
"""


@pytest.fixture
def namespace() -> Iterator[str]:
    """An own network namespace with a pair of interfaces in it."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("own network namespaces need Linux, root and the program ip")
    name = f"ddnsif-{uuid.uuid4().hex[:8]}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        _ip(name, "link", "add", "wan0", "type", "veth", "peer", "name", "wan1")
        for interface in ("lo", "wan0", "wan1"):
            _ip(name, "link", "set", interface, "up")
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


def _ip(namespace: str, *arguments: str) -> None:
    subprocess.run(["ip", "-n", namespace, *arguments], check=True)


@pytest.mark.bed
def test_real_addresses_are_seen_with_their_flags(namespace: str) -> None:
    _ip(namespace, "addr", "add", "203.0.113.7/24", "dev", "wan0")
    _ip(namespace, "addr", "add", "203.0.113.8/24", "dev", "wan0")
    _ip(namespace, "addr", "add", "2001:db8:1::2/64", "dev", "wan0", "nodad")
    _ip(namespace, "addr", "add", "2001:db8:1::3/64", "dev", "wan0", "nodad", "preferred_lft", "0", "valid_lft", "900")
    _ip(namespace, "addr", "add", "2001:db8:1::4/128", "dev", "wan1")  # duplicate detection takes a second or so
    shown = subprocess.run(
        ["ip", "netns", "exec", namespace, sys.executable, "-c", _SHOW], capture_output=True, check=True, text=True
    ).stdout
    found = {address: (name, *rest) for name, address, *rest in json.loads(shown)}
    assert found["127.0.0.1"] == ("lo", 8, False, False, False)
    assert found["203.0.113.7"] == ("wan0", 24, False, False, False)
    assert found["203.0.113.8"] == ("wan0", 24, False, False, False)
    assert found["2001:db8:1::2"] == ("wan0", 64, False, False, False)
    assert found["2001:db8:1::3"] == ("wan0", 64, False, True, False)
    assert found["2001:db8:1::4"] == ("wan1", 128, False, False, True)


@pytest.mark.skipif(sys.platform != "linux", reason="the numbers are those of Linux")
def test_the_families_are_those_of_this_system() -> None:
    assert (int(socket.AF_INET), int(socket.AF_INET6)) == (2, 10)
