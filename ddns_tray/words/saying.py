"""What a saying is made of, and the details of a case by which the fitting one is picked. Holds no sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.model import Colour
from ddns_tray.core.names import stays_inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ddns_tray.core.model import RecordStatus
    from ddns_tray.core.text import Text
    from ddns_tray.words.facts import Facts
    from ddns_tray.words.speaker import Plural


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said of one reason.

    `next` None leaves it to the deadline, if there is one. `watched` stands for `action` where the record has no
    account, so that there is no "Update now" for it, and `abroad` for both where the reason is about the servers of
    another zone, into which the name is an alias.
    """

    cause: Text | Plural
    count: str = ""
    next: Text | None = None
    action: Text | None = None
    watched: Text | None = None
    abroad: Text | None = None


def is_part(data: Mapping[str, object]) -> bool:
    """Say whether what was seen is a part of what is expected, and nothing else."""
    seen, expected = data.get("seen"), data.get("expected")
    return isinstance(seen, tuple) and isinstance(expected, tuple) and bool(seen) and set(seen) < set(expected)


def details(status: RecordStatus, seen: Facts) -> Iterator[str]:
    """The details that may pick a finer saying, the most telling first."""
    data, colour = status.verdict.reason.data, status.verdict.colour
    blamed, heard = data.get("servers"), seen.authoritative.heard
    denied = data.get("rcode") == "NXDOMAIN"
    zone = None if status.view is None else status.view.zone
    all_blamed = bool(heard) and isinstance(blamed, tuple) and set(heard) <= set(blamed)
    holds = {
        "line": status.line is not None,
        str(status.key.type): True,
        "circle": seen.circle,
        "alias": bool(seen.path) and not seen.circle,
        "inside": denied and stays_inside(status.key.name),
        "top": denied and zone == "",
        "domain": denied and bool(zone) and "." not in str(zone),
        "doubtful": colour is Colour.YELLOW and all_blamed,
        "part": is_part(data),
        str(data.get("rcode")): "rcode" in data,
        "red": colour is Colour.RED,
        "none": data.get("seen") == (),
        "green": colour is Colour.GREEN,
        "proven": bool(seen.authoritative.right),
    }
    return (detail for detail, is_so in holds.items() if is_so)
