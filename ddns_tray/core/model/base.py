"""What everything is about: families, record types, keys, colours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

IPAddress = IPv4Address | IPv6Address


class Family(StrEnum):
    """An IP version."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"

    @property
    def record_type(self) -> RecordType:
        """The address record of this family."""
        return RecordType.A if self is Family.IPV4 else RecordType.AAAA

    @property
    def version(self) -> int:
        """4 or 6, as `ipaddress` has it."""
        return 4 if self is Family.IPV4 else 6


class RecordType(StrEnum):
    """The types of address records that we keep."""

    A = "A"
    AAAA = "AAAA"

    @property
    def family(self) -> Family:
        """The IP version of this record's addresses."""
        return Family.IPV4 if self is RecordType.A else Family.IPV6


@dataclass(frozen=True, slots=True, order=True)
class RecordKey:
    """What we watch: an owner name (canonical) and a type."""

    name: str
    type: RecordType

    def __str__(self) -> str:
        return f"{self.name} {self.type}"


class Colour(StrEnum):
    """The glance. Order of worry: green, grey, yellow, red."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"
