"""What our own interfaces say about an IPv6 address: which one lasts, how long the prefix is, and who else lives there.

Defines: the lasting address that stands for a temporary one, and prefix + host part, by which this machine keeps the
names of other hosts in the house. Reads no interfaces and asks nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from typing import TYPE_CHECKING

from ddns_tray.core.errors import UsageError
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import InterfaceAddress, IPAddress

SUBNET_BITS = 64
"""The prefix of a network with hosts in it (RFC 4291 §2.5.1)."""

_ALL_BITS = 128
_SHORTEST_PREFIX = 16
_MAC = re.compile(r"mac:([0-9a-f]{2})[:-]" + r"([0-9a-f]{2})[:-]" * 4 + r"([0-9a-f]{2})", re.IGNORECASE)
_UNIVERSAL_BIT = 0x02


@dataclass(frozen=True, slots=True)
class HostPart:
    """The end of an address; `prefix_length` is written where it is not that of the interface."""

    bits: int
    prefix_length: int | None = None


def parse_host_part(written: str) -> HostPart:
    """Read `::1234`, `::1:0:0:0:1234/56` or `mac:00:11:22:33:44:55`. Raises `UsageError`.

    A hardware address stands for the interface identifier that hosts without privacy addresses make of it
    (RFC 4291, appendix A).
    """
    if written.lower().startswith("mac:"):
        return HostPart(_eui64(written))
    ending, slash, length = written.partition("/")
    try:
        address = IPv6Address(ending)
    except ValueError as exc:
        raise _unusable(written) from exc
    bits = int(address)
    prefix = int(length) if slash and length.isascii() and length.isdigit() else None
    if address.scope_id is not None or not bits or (slash and (prefix is None or prefix not in _PREFIXES)):
        raise _unusable(written)
    if bits.bit_length() > _ALL_BITS - (prefix if prefix is not None else SUBNET_BITS):
        raise UsageError(
            text("{value} has more bits than a host has.", value=written),
            text("Write only the end of the address, or the length of the prefix behind it, such as ::2:0:0:0:1/56."),
        )
    return HostPart(bits, prefix)


_PREFIXES = range(_SHORTEST_PREFIX, _ALL_BITS)


def prefix_length(address: IPv6Address, table: Sequence[InterfaceAddress]) -> int | None:
    """Return how much of `address` is the prefix, if it is an address of this machine; None if it is not.

    An address of DHCPv6 tells 128 and nothing of the network; another of the same subnet may tell more.
    """
    if all(each.address != address for each in table):
        return None
    told = [
        each.prefix_length
        for each in table
        if isinstance(each.address, IPv6Address)
        and _SHORTEST_PREFIX <= each.prefix_length <= SUBNET_BITS
        and address in IPv6Network((each.address, each.prefix_length), strict=False)
    ]
    return max(told, default=SUBNET_BITS)


def address_of_host(host: HostPart, ours: IPAddress, table: Sequence[InterfaceAddress]) -> IPv6Address | None:
    """Return the address of a host that shares our prefix, or None where the prefix is not known for certain.

    `ours` has to be an address of this machine: an address that somebody else gave us (a translator, a tunnel) has a
    prefix in which no host of this house lives.
    """
    if not isinstance(ours, IPv6Address):
        return None
    length = prefix_length(ours, table)
    if length is None:
        return None
    length = host.prefix_length if host.prefix_length is not None else length
    if host.bits.bit_length() > _ALL_BITS - length:
        return None
    kept = int(ours) >> (_ALL_BITS - length) << (_ALL_BITS - length)
    return IPv6Address(kept | host.bits)


def lasting(address: IPAddress, table: Sequence[InterfaceAddress]) -> IPAddress:
    """Return the address that stands for ours in the DNS: the lasting one of the same interface and subnet.

    Programs call out from temporary addresses (RFC 8981), so that is what the world sees; they are gone tomorrow. Any
    address that is not ours, and any that lasts itself or has no lasting neighbour, comes back as it is.
    """
    if not isinstance(address, IPv6Address):
        return address
    own = next((each for each in table if each.address == address), None)
    if own is None or not (own.temporary or own.deprecated):
        return address
    subnet = IPv6Network((address, SUBNET_BITS), strict=False)
    neighbours = [
        each.address
        for each in table
        if each.interface == own.interface
        and not (each.temporary or each.deprecated or each.tentative)
        and isinstance(each.address, IPv6Address)
        and each.address in subnet
    ]
    return min(neighbours, key=int, default=address)


def _eui64(written: str) -> int:
    match = _MAC.fullmatch(written)
    if match is None:
        raise _unusable(written)
    octets = bytes.fromhex(re.sub(r"[:-]", "", written[len("mac:") :]))
    return int.from_bytes(bytes((octets[0] ^ _UNIVERSAL_BIT,)) + octets[1:3] + b"\xff\xfe" + octets[3:])


def _unusable(written: str) -> UsageError:
    return UsageError(
        text("{value} is not the host part of an IPv6 address.", value=written),
        text('Write its end, such as "::1234", or the hardware address, such as "mac:00:11:22:33:44:55".'),
    )
