"""How services write owner names: whole or relative to the zone, with or without a sign for the apex."""

from __future__ import annotations

from enum import Enum, auto

from ddns_tray.providers.zoned import host_name

APEX = "@"


class Names(Enum):
    """One way of writing owner names, shown on `home.example.org` in the zone `example.org`."""

    ABSOLUTE = auto()
    """home.example.org"""
    DOTTED = auto()
    """home.example.org."""
    RELATIVE = auto()
    """home; the apex is empty"""
    RELATIVE_AT = auto()
    """home; the apex is @"""

    def write(self, name: str, zone: str) -> str:
        """Return a canonical name as the service wants it."""
        if self is Names.ABSOLUTE:
            return name
        if self is Names.DOTTED:
            return f"{name}."
        if name == zone:
            return APEX if self is Names.RELATIVE_AT else ""
        return name.removesuffix(f".{zone}")

    def read(self, written: str, zone: str) -> str:
        """Return the canonical name; empty for one that no host can have. All signs for the apex are understood."""
        if self in {Names.ABSOLUTE, Names.DOTTED}:
            return host_name(written)
        return zone if written in {"", APEX, "."} else host_name(f"{written}.{zone}")
