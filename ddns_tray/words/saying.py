"""What a saying is made of, and the details of a case by which the fitting one is picked. Holds no sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.model import Colour

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def details(status: RecordStatus, seen: Facts) -> Iterator[str]:
    """The details that may pick a finer saying, the most telling first."""
    data = status.verdict.reason.data
    if status.line is not None:
        yield "line"
    if seen.circle:
        yield "circle"
    elif seen.path:
        yield "alias"
    blamed, colour, heard = data.get("servers"), status.verdict.colour, seen.authoritative.heard
    if colour is Colour.YELLOW and heard and isinstance(blamed, tuple) and set(heard) <= set(blamed):
        yield "doubtful"
    if "rcode" in data:
        yield str(data["rcode"])
    if colour is Colour.RED:
        yield "red"
    if data.get("seen") == ():
        yield "none"
    if colour is Colour.GREEN:
        yield "green"
    if seen.authoritative.right:
        yield "proven"
