"""What is said of a repair: its button, the question, what it does and why, and each line of the preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.repairs import RepairKind
from ddns_tray.core.text import text
from ddns_tray.words.evidence import ABORT_REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import ExistingRecord
    from ddns_tray.core.repairs import Repair, RepairLine
    from ddns_tray.core.text import Text
    from ddns_tray.words.speaker import Speaker

BUTTONS: Mapping[RepairKind, Text] = {
    RepairKind.CREATE: text("Create the record…"),
    RepairKind.CORRECT: text("Put it right…"),
    RepairKind.REPLACE_EXTRA: text("Replace the extra addresses…"),
    RepairKind.UNPROXY: text("Switch the proxy off…"),
    RepairKind.LOWER_TTL: text("Lower the TTL…"),
}
TITLES: Mapping[RepairKind, Text] = {
    RepairKind.CREATE: text("Create the record {name}"),
    RepairKind.CORRECT: text("Put {name} right"),
    RepairKind.REPLACE_EXTRA: text("Replace the extra addresses of {name}"),
    RepairKind.UNPROXY: text("Switch the proxy of {name} off"),
    RepairKind.LOWER_TTL: text("Lower the TTL of {name}"),
}
_WHY: Mapping[RepairKind, Text] = {
    RepairKind.CREATE: text("The record is made with your address."),
    RepairKind.CORRECT: text("What stands there is replaced by your address, whoever put it there."),
    RepairKind.REPLACE_EXTRA: text("Addresses that are not yours are removed, whoever put them there."),
    RepairKind.UNPROXY: text(
        "The address at the provider is right, but the provider's proxy answers for the name. Without it the name"
        " leads straight to you, and everybody can see your address."
    ),
    RepairKind.LOWER_TTL: text(
        "Resolvers then ask again sooner, so that the next change of your address is felt sooner. What they hold now"
        " stays until its time is over."
    ),
}
_NOTHING = text("At the provider all is right already. The name servers have to follow; that is up to the provider.")
_NOTHING_LOWER = text("The TTL is already the shortest that the provider offers.")


def why(speaker: Speaker, repair: Repair) -> str:
    """What the repair does, or why there is nothing to write."""
    if repair.abort_reason is not None:
        return speaker.say(ABORT_REASONS[repair.abort_reason])
    if repair.change is None:
        return speaker.say(_NOTHING_LOWER if repair.kind is RepairKind.LOWER_TTL else _NOTHING)
    return speaker.say(_WHY[repair.kind])


def record(speaker: Speaker, found: ExistingRecord | None) -> str:
    """One resource record in a cell: "203.0.113.7 · TTL 300 · proxied"; "none" where there is none."""
    if found is None:
        return speaker.tr("none")
    parts = [found.address]
    if found.ttl is not None:
        parts.append(speaker.tr("TTL {ttl}", ttl=found.ttl))
    if found.proxied is not None:
        parts.append(speaker.tr("proxied") if found.proxied else speaker.tr("not proxied"))
    return " · ".join(parts)


def fate(speaker: Speaker, line: RepairLine) -> str:
    """What becomes of one line."""
    if not line.is_change:
        return speaker.tr("stays")
    if line.before is None:
        return speaker.tr("is created")
    return speaker.tr("is removed") if line.after is None else speaker.tr("is changed")
