"""Addresses as text that can be compared, and which of them may stand in the public DNS.

Defines: one spelling per address (RFC 5952 for IPv6), and the two questions that are asked before an address is
written: is it one that a host can have, and can the world reach it. Does not read sources and decides nothing.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.model import IPAddress

SHARED_SPACE = IPv4Network("100.64.0.0/10")
"""Between a provider's carrier-grade NAT and its customers (RFC 6598); neither private nor global."""

_THIS_NETWORK = IPv4Network("0.0.0.0/8")
_GLOBAL_UNICAST = IPv6Network("2000::/3")


@lru_cache(maxsize=4096)
def canonical_address(written: str) -> str:
    """Return the one spelling of an address; text that is no address comes back as it is, and equals only itself."""
    address = parsed(written)
    return written if address is None else str(address)


def parsed(written: str) -> IPAddress | None:
    """Return the address that a text is, or None."""
    try:
        return ip_address(written)
    except ValueError:
        return None


def canonical_set(written: Iterable[str]) -> frozenset[str]:
    """Return a set of addresses that compares by meaning, not by spelling."""
    return frozenset(canonical_address(each) for each in written)


def canonical_unique(written: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses in their order, each once."""
    return tuple(dict.fromkeys(canonical_address(each) for each in written))


def is_out_there(place: str) -> bool:
    """Say whether a server lies out in the world: its address, with a port or without, or a name that was looked up.

    What is in the house, or on this computer, may answer without any connection to the world.
    """
    address = parsed(place) or parsed(place.rpartition(":")[0].strip("[]"))
    return address is None or address.is_global


def is_assignable(address: IPAddress) -> bool:
    """Say whether a host can have this address and others can be told of it, be they in the world or in a house.

    Unspecified, multicast, reserved and link-local addresses never belong in an address record (RFC 1122 §3.2.1.3,
    RFC 3927 §2, RFC 4291 §2.5); the last mean another host on every link.
    """
    if address.is_unspecified or address.is_multicast or address.is_link_local:
        return False
    if address.is_reserved and not address.is_loopback:
        return False
    return not (isinstance(address, IPv4Address) and address in _THIS_NETWORK)


def is_routable(address: IPAddress) -> bool:
    """Say whether the world can reach this address: global, unicast, and for IPv6 out of the space in use."""
    if not address.is_global or not is_assignable(address):
        return False
    return isinstance(address, IPv4Address) or address in _GLOBAL_UNICAST
