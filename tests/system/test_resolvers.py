from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ddns_tray.system.resolvers import (
    parse_resolv_conf,
    parse_scutil,
    resolvers_of_files,
    system_resolvers,
    unique,
)

if TYPE_CHECKING:
    from pathlib import Path

RESOLV_CONF = """\
# made by hand
; nameserver 192.0.2.99
search example.org
options edns0
nameserver 192.0.2.1
nameserver\t2001:DB8::1
  nameserver 192.0.2.1   # twice
nameserver
nameserver dns.example
nameserver fe80::1%eth0
"""
SCUTIL = """\
DNS configuration

resolver #1
  search domain[0] : home
  nameserver[0] : 192.168.1.1
  nameserver[1] : fe80::1%en0
  if_index : 6 (en0)
  flags    : Request A records
  reach    : 0x00020002 (Reachable,Directly Reachable Address)

resolver #2
  domain   : local
  options  : mdns
  timeout  : 5
  nameserver[0] : 192.0.2.77
  flags    : Request A records

DNS configuration (for scoped queries)

resolver #1
  nameserver[0] : 192.168.1.1
  nameserver[1] : 203.0.113.9
  if_index : 6 (en0)
"""


def test_resolv_conf_is_read() -> None:
    assert parse_resolv_conf(RESOLV_CONF) == ("192.0.2.1", "2001:db8::1", "fe80::1%eth0")


@pytest.mark.parametrize(
    ("listed", "behind", "servers"),
    [
        ("nameserver 192.0.2.1", "nameserver 192.0.2.2", ("192.0.2.1",)),
        ("nameserver 127.0.0.53", "nameserver 192.0.2.2\nnameserver 192.0.2.3", ("192.0.2.2", "192.0.2.3")),
        ("nameserver 127.0.0.53", "", ("127.0.0.53",)),
        ("nameserver 127.0.0.53\nnameserver 192.0.2.9", "nameserver 192.0.2.2", ("192.0.2.9", "192.0.2.2")),
        ("", "nameserver 192.0.2.2", ()),
    ],
)
def test_behind_the_stub_are_the_servers(tmp_path: Path, listed: str, behind: str, servers: tuple[str, ...]) -> None:
    (tmp_path / "listed").write_text(listed, encoding="utf-8")
    (tmp_path / "behind").write_text(behind, encoding="utf-8")
    assert resolvers_of_files(tmp_path / "listed", tmp_path / "behind") == servers


def test_missing_files_are_no_servers(tmp_path: Path) -> None:
    assert resolvers_of_files(tmp_path / "none", tmp_path / "none either") == ()


def test_scutil_is_read_without_the_servers_of_single_domains() -> None:
    assert parse_scutil(SCUTIL) == ("192.168.1.1", "fe80::1%en0")
    assert parse_scutil("No DNS configuration available\n") == ()


def test_addresses_come_once_in_order_and_few() -> None:
    many = ["nonsense", "0.0.0.0", *(f"192.0.2.{number}" for number in (1, 1, 2, 3, 4, 5, 6, 7))]
    assert unique(many) == tuple(f"192.0.2.{number}" for number in (1, 2, 3, 4, 5, 6))


def test_this_system_can_be_asked() -> None:
    servers = system_resolvers()
    assert len(servers) == len(set(servers)) <= 6
