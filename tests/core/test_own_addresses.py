"""Prefix and host part, and which of our own addresses lasts."""

from __future__ import annotations

import random
from ipaddress import IPv6Address, IPv6Network, ip_address

import pytest

from ddns_tray.core.errors import UsageError
from ddns_tray.core.model import InterfaceAddress
from ddns_tray.core.own_addresses import HostPart, address_of_host, lasting, parse_host_part, prefix_length


def own(address: str, length: int = 64, interface: str = "eth0", **flags: bool) -> InterfaceAddress:
    return InterfaceAddress(interface, ip_address(address), length, **flags)


LASTING = own("2001:db8:1:2::10")
TEMPORARY = own("2001:db8:1:2:aaaa:bbbb:cccc:dddd", temporary=True)
TABLE = (own("192.0.2.2", 24), own("fe80::1"), LASTING, TEMPORARY, own("2001:db8:9::1", 64, "eth1"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("::1234", HostPart(0x1234)),
        ("::1:0:0:1234", HostPart(0x1000000001234)),
        ("::2:0:0:0:1/56", HostPart(0x20000000000000001, 56)),
        ("mac:00:11:22:33:44:55", HostPart(0x021122FFFE334455)),
        ("MAC:02-11-22-33-44-FF", HostPart(0x001122FFFE3344FF)),
    ],
)
def test_a_host_part_is_the_end_of_an_address_or_a_hardware_address(written: str, expected: HostPart) -> None:
    assert parse_host_part(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "", "1234", "::", "1.2.3.4", "::1%eth0", "::1/", "::1/x", "::1/200", "::1/0", "mac:", "mac:00:11:22:33:44",
        "mac:00:11:22:33:44:5g", "mac:001122334455", "2001:db8::1", "::1:0:0:0:0/64", "mac:00:11:22:33:44:55/64",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_a_way_out(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_host_part(written)
    assert caught.value.problem.hint is not None


@pytest.mark.parametrize(
    ("host", "ours", "expected"),
    [
        ("::1234", "2001:db8:1:2::10", "2001:db8:1:2::1234"),
        ("::1234", "2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::1234"),
        ("::7:0:0:0:1/56", "2001:db8:1:2::10", "2001:db8:1:7::1"),
        ("mac:00:11:22:33:44:55", "2001:db8:1:2::10", "2001:db8:1:2:211:22ff:fe33:4455"),
        ("::1234", "2001:db8:9::1", "2001:db8:9::1234"),
        ("::1234", "2001:db8:1:2::11", None),
        ("::1234", "192.0.2.2", None),
    ],
)
def test_another_host_has_our_prefix_and_its_own_end(host: str, ours: str, expected: str | None) -> None:
    found = address_of_host(parse_host_part(host), ip_address(ours), TABLE)
    assert found == (None if expected is None else IPv6Address(expected))


def test_the_prefix_is_that_of_the_interface() -> None:
    wide = (own("2001:db8:1:200::10", 56),)
    assert prefix_length(IPv6Address("2001:db8:1:200::10"), wide) == 56
    leased = (own("2001:db8:1:2::5", 128),)
    assert prefix_length(IPv6Address("2001:db8:1:2::5"), leased) == 64
    both = (*leased, own("2001:db8:1:2::6", 60))
    assert prefix_length(IPv6Address("2001:db8:1:2::5"), both) == 60
    assert address_of_host(HostPart(1 << 70), IPv6Address("2001:db8:1:2::5"), leased) is None


def test_the_address_that_the_world_sees_stands_for_the_one_that_lasts() -> None:
    assert lasting(TEMPORARY.address, TABLE) == LASTING.address
    assert lasting(LASTING.address, TABLE) == LASTING.address
    deprecated = own("2001:db8:1:2::9", deprecated=True)
    assert lasting(deprecated.address, (*TABLE, deprecated)) == LASTING.address


def test_what_is_not_ours_or_has_no_lasting_neighbour_stays() -> None:
    stranger = ip_address("2001:db8:1:2::99")
    assert lasting(stranger, TABLE) == stranger
    assert lasting(ip_address("192.0.2.2"), TABLE) == ip_address("192.0.2.2")
    alone = (
        TEMPORARY,
        own("2001:db8:9::1"),
        own("2001:db8:1:2::3", tentative=True),
        own("2001:db8:1:2::4", 64, "wlan0"),
    )
    assert lasting(TEMPORARY.address, alone) == TEMPORARY.address


def test_whatever_the_host_part_the_prefix_is_kept() -> None:
    dice = random.Random(64)
    for _ in range(2000):
        length = dice.randint(16, 64)
        ours = IPv6Address(dice.getrandbits(125) | 1 << 125)
        host = HostPart(dice.getrandbits(64) or 1)
        found = address_of_host(host, ours, (InterfaceAddress("eth0", ours, length),))
        assert found is not None
        assert found in IPv6Network((ours, length), strict=False)
        assert int(found) & (1 << 64) - 1 == host.bits
