from __future__ import annotations

from ipaddress import ip_address

import pytest

from ddns_tray.core.addresses import (
    canonical_address,
    canonical_set,
    canonical_unique,
    is_assignable,
    is_out_there,
    is_routable,
)


def test_addresses_compare_by_meaning() -> None:
    assert canonical_set(["2A02:810D:0::7", "2a02:810d::7"]) == {"2a02:810d::7"}
    assert canonical_unique(["11.22.33.44", "9.9.9.9", "11.22.33.44"]) == ("11.22.33.44", "9.9.9.9")


def test_text_that_is_no_address_equals_only_itself() -> None:
    assert canonical_address("home.example.org") == "home.example.org"


@pytest.mark.parametrize("address", ["11.22.33.44", "9.9.9.9", "2a02:810d::7", "2606:4700::1111"])
def test_the_world_reaches_global_unicast(address: str) -> None:
    assert is_routable(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "192.168.1.5",
        "100.64.0.1",
        "127.0.0.1",
        "203.0.113.7",
        "198.18.0.1",
        "fd00::1",
        "2001:db8::1",
        "::1",
        "fec0::1",
    ],
)
def test_a_house_may_have_what_the_world_cannot_reach(address: str) -> None:
    assert not is_routable(ip_address(address))
    assert is_assignable(ip_address(address))


@pytest.mark.parametrize("place", ["9.9.9.9", "9.9.9.9:5353", "2620:fe::fe", "[2620:fe::fe]:5353", "dns.example"])
def test_a_server_with_a_public_address_or_a_name_is_out_there(place: str) -> None:
    assert is_out_there(place)


@pytest.mark.parametrize(
    "place", ["127.0.0.53", "192.168.1.1:53", "100.64.0.1", "::1", "[fd00::1]:53", "fe80::1%eth0", "[fe80::1%eth0]:53"]
)
def test_a_server_in_the_house_is_not_out_there(place: str) -> None:
    assert not is_out_there(place)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "169.254.7.7",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "ff0e::1",
        "fe80::1",
        "::ffff:11.22.33.44",
        "4000::1",
    ],
)
def test_no_host_can_be_named_by_these(address: str) -> None:
    assert not is_assignable(ip_address(address))
    assert not is_routable(ip_address(address))
