"""Names and addresses as people read them; no sentences here, `words` makes those."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ddns_tray.core.model import Colour, Family
from ddns_tray.core.names import readable_name

if TYPE_CHECKING:
    from ddns_tray.core.model import Observation, RecordStatus, Snapshot

__all__ = ["MENU_NAME_LENGTH", "addresses", "readable_name", "server_name", "shortened", "worst_first"]

MENU_NAME_LENGTH = 44
_WORRY = {Colour.RED: 0, Colour.YELLOW: 1, Colour.GREY: 2, Colour.GREEN: 3}


def shortened(name: str, length: int) -> str:
    """The name in at most `length` signs, its middle left out: both ends are what tells names apart."""
    if len(name) <= length:
        return name
    front = (length - 1) // 2
    return f"{name[:front]}…{name[-(length - 1 - front) :]}"


def worst_first(records: tuple[RecordStatus, ...]) -> list[RecordStatus]:
    """Red, yellow, grey, green; within a colour in the order of the settings."""
    return sorted(records, key=lambda record: _WORRY[record.verdict.colour])


def addresses(snapshot: Snapshot) -> list[str]:
    """The addresses that are agreed upon, IPv4 first."""
    found = (snapshot.addresses.get(family) for family in Family)
    return [str(agreement.address) for agreement in found if agreement is not None and agreement.address is not None]


def server_name(seen: Observation) -> str:
    """Who was asked, short: the host of a URI, the name of an authoritative server."""
    if "://" not in seen.server:
        return f"{seen.server} ({seen.address})" if seen.server == "system" else seen.server
    return urlsplit(seen.server).netloc or seen.server
