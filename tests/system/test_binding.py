"""Binding sockets by what the system offers; real ways are in tests/bed/test_lines.py."""

from __future__ import annotations

import errno
import os
import socket
import sys
from ipaddress import ip_address

import pytest

from ddns_tray.core.model import ANY_WAY, Binding, Family, InterfaceAddress
from ddns_tray.system.binding import bind_socket

ERROR = errno.EPERM
WAY = "eth1"


class Recorder(socket.socket):
    """Notes to what it is bound, and refuses to be bound to an interface."""

    bound: tuple[str, int] | None = None

    def setsockopt(self, *arguments: object) -> None:
        raise OSError(ERROR, "not permitted")

    def bind(self, address: tuple[str, int]) -> None:  # type: ignore[override]  # Internet addresses only
        self.bound = address


def bound(binding: Binding, family: Family, *table: InterfaceAddress) -> str | None:
    with Recorder(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        bind_socket(sock, binding, family, interfaces=lambda: table, way_of=lambda *_: WAY)
        return None if sock.bound is None else sock.bound[0]


def six(
    address: str, *, temporary: bool = False, deprecated: bool = False, tentative: bool = False
) -> InterfaceAddress:
    return InterfaceAddress("eth1", ip_address(address), 64, temporary, deprecated, tentative)


FOUR = InterfaceAddress("eth1", ip_address("192.168.8.2"), 24)
OTHER = InterfaceAddress("eth0", ip_address("192.168.1.2"), 24)


def test_no_binding_leaves_the_socket_alone() -> None:
    assert bound(ANY_WAY, Family.IPV4, FOUR) is None


def test_an_address_of_the_other_family_leaves_the_socket_alone() -> None:
    assert bound(Binding(local_address=ip_address("192.168.8.2")), Family.IPV6, FOUR) is None


def test_where_interfaces_cannot_be_chosen_their_address_is_bound() -> None:
    assert bound(Binding("eth1"), Family.IPV4, OTHER, FOUR) == "192.168.8.2"
    assert bound(Binding(local_address=ip_address("192.168.8.2")), Family.IPV4, OTHER, FOUR) == "192.168.8.2"


def test_of_several_ipv6_addresses_one_that_lasts_and_leads_out_is_bound() -> None:
    table = (
        six("fe80::1"),
        six("fd00::1"),
        six("2600:1::1", deprecated=True),
        six("2600:1::2", temporary=True),
        six("2600:1::3", tentative=True),
        six("2600:1::4"),
    )
    assert bound(Binding("eth1"), Family.IPV6, *table) == "2600:1::4"
    assert bound(Binding("eth1"), Family.IPV6, *table[:4]) == "2600:1::2"


@pytest.mark.parametrize(
    ("binding", "number"), [(Binding("eth2"), errno.ENODEV), (Binding("eth0"), errno.EADDRNOTAVAIL)]
)
def test_an_interface_that_is_gone_or_has_no_such_address_is_an_error(binding: Binding, number: int) -> None:
    with pytest.raises(OSError, match=os.strerror(number)):
        bound(binding, Family.IPV6, OTHER, FOUR)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take the way of the address by themselves")
@pytest.mark.parametrize("binding", [Binding("eth0"), Binding(local_address=ip_address("192.168.1.2"))])
def test_an_address_that_leaves_by_another_interface_is_not_bound(binding: Binding) -> None:
    with pytest.raises(OSError, match=os.strerror(errno.ENETUNREACH)):
        bound(binding, Family.IPV4, OTHER, FOUR)
