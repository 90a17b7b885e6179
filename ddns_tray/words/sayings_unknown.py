"""What is said where nothing can be said of a name: nobody has looked, or not enough is known. See `sayings`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.text import text
from ddns_tray.words.saying import Saying
from ddns_tray.words.sayings_line import LOOK_AGAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_LOOKED = Saying(text("Nobody has looked at this name yet."), next=text("The first check is on its way."))

UNKNOWN: Mapping[str, Saying] = {
    "paused": Saying(
        text("DDNS Tray is paused and does not look."),
        next=text("Until it goes on, nothing is checked and nothing is written."),
        action=text("Choose “Resume” to go on."),
    ),
    "not_looked": _NOT_LOOKED,
    "unknown": _NOT_LOOKED,
    "address_unknown": Saying(
        text("Your public address is not known at the moment, so there is nothing to compare the name with."),
        next=text("Nothing is written until the address is certain."),
        action=text("See whether your sources for the address can be reached, or add others in the settings."),
    ),
    "address_unknown:line": Saying(
        text("No certain address comes from line {line} at the moment, so there is nothing to compare the name with."),
        next=text("Nothing is written until it does, or until the name moves to another of its lines."),
        action=text("See whether that line works, and whether its sources can be reached."),
    ),
    "address_unknown:AAAA": Saying(
        text("Your public IPv6 address is not known at the moment, so there is nothing to compare the name with."),
        next=text("Nothing is written until the address is certain."),
        action=text(
            "If this line has no IPv6, take AAAA from the types of the name. Else see whether your sources for the"
            " address can be reached."
        ),
    ),
    "address_disputed": Saying(
        text("The sources name different public addresses, so none of them is believed."),
        next=text("Nothing is written until the address is certain."),
        action=text("See which source says what, and remove the one that is wrong."),
    ),
    "address_undecided": Saying(
        text(
            "The traffic of this computer leaves through a VPN, so the world may see another address than that of your"
            " own line."
        ),
        next=text("Nothing is written until you say whose address the name shall have."),
        action=text(
            "Open the settings of the name and choose under “Behind a VPN”: the address of your own line, or the one"
            " that the world sees."
        ),
    ),
    "too_few_witnesses": Saying(
        text("Too few servers were asked or answered to prove anything."),
        next=LOOK_AGAIN,
        action=text("Let DDNS Tray ask the authoritative servers, or add resolvers in the settings."),
    ),
}
