"""The data of the demo's zone, and who serves which version of it."""

from __future__ import annotations

from dataclasses import dataclass, field

ZONE = "demo.test"
NEGATIVE_TTL = 10
NameServers = ("ns1", "ns2")


@dataclass(frozen=True, slots=True)
class AddressSet:
    """An RRset of A records."""

    addresses: tuple[str, ...]
    ttl: int


@dataclass(slots=True)
class DemoZone:
    """One zone with a serial, in memory. `broken` holds names for which the servers answer SERVFAIL."""

    name_servers: tuple[str, ...]
    records: dict[str, AddressSet] = field(default_factory=dict)
    serial: int = 1
    broken: set[str] = field(default_factory=set)

    def replace(self, name: str, addresses: tuple[str, ...], ttl: int) -> None:
        """Set or (with no addresses) remove an RRset, as a provider's API does."""
        if addresses:
            self.records[name] = AddressSet(addresses, ttl)
        else:
            self.records.pop(name, None)
        self.serial += 1

    def copy_from(self, primary: DemoZone) -> None:
        """Take over the primary's content, as a zone transfer does."""
        self.records = dict(primary.records)
        self.serial = primary.serial
