"""The sentences of each verdict: data, so that a test can hold them against the judge's whole vocabulary.

Fields in braces are filled by `words.verdicts` from the observations and from the reason's data; a `Plural` cause is
counted by the field that `count` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.text import text
from ddns_tray.words.speaker import ntr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.text import Text
    from ddns_tray.words.speaker import Plural


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said of one reason; None for `next` leaves it to the deadline, if there is one."""

    cause: Text | Plural
    count: str = ""
    next: Text | None = None
    action: Text | None = None


_LOOK_AGAIN = text("DDNS Tray looks again with every check.")

SAYINGS: Mapping[str, Saying] = {
    "matched": Saying(text("{name} leads to {expected}.")),
    "propagating": Saying(
        ntr(
            "Right at the authoritative servers; one resolver still holds the old answer.",
            "Right at the authoritative servers; {count} resolvers still hold the old answer.",
        ),
        count="res_wrong",
    ),
    "overdue": Saying(
        ntr(
            "One resolver still gives the old answer although its time has run out.",
            "{count} resolvers still give the old answer although its time has run out.",
        ),
        count="res_wrong",
        next=_LOOK_AGAIN,
        action=text("The name itself is right. Such a resolver keeps answers too long; its operator can flush them."),
    ),
    "stale": Saying(
        text("{resolvers} gives an old answer and says that it could not fetch a new one."),
        next=_LOOK_AGAIN,
        action=text("Check that the zone's name servers can be reached from everywhere."),
    ),
    "secondary_lag": Saying(
        text("Some name servers of {zone} still serve an older version of the zone: {servers}."),
        action=text("If this stays, check the zone transfer to these servers."),
    ),
    "mismatch": Saying(
        text("The name servers of {zone} say {seen}, but it should be {expected}."),
        action=text("Press “Update now”. If it comes back, somebody else writes this name too."),
    ),
    "extra": Saying(
        text("The name has more addresses than it should: {surplus} is not yours."),
        action=text("Remove the extra address at your provider, or list it as expected."),
    ),
    "missing": Saying(
        text("The name servers of {zone} know no {type} record for {name}."),
        action=text("Press “Update now” to create it, or check the spelling of the name."),
    ),
    "bogus": Saying(
        text("Resolvers that check DNSSEC reject the answers for {name}; most people cannot reach it."),
        next=_LOOK_AGAIN,
        action=text("Check the zone's signatures and the DS record at the parent zone."),
    ),
    "lame": Saying(
        text("The parent zone names servers that do not serve {zone}: {servers}."),
        next=_LOOK_AGAIN,
        action=text("Correct the name servers of the zone at your registrar."),
    ),
    "servfail": Saying(
        text("Servers report a failure for {name}: {servers}."),
        next=_LOOK_AGAIN,
        action=text("This is a fault at the name servers; look at your provider's status page."),
    ),
    "refused": Saying(
        text("Servers refuse to answer for {name}: {servers}."),
        next=_LOOK_AGAIN,
        action=text("Check that the zone exists on these servers and that they answer everybody."),
    ),
    "timeout": Saying(
        text("Servers did not answer in time: {servers}."),
        next=_LOOK_AGAIN,
        action=text("If this stays, look at your provider's status page."),
    ),
    "hijacked": Saying(
        text("Plain DNS gives {seen} on this network, while encrypted DNS and the name servers say {expected}."),
        next=_LOOK_AGAIN,
        action=text("The name is right for the rest of the world. Use encrypted DNS on this network."),
    ),
    "internal_view": Saying(
        text("A resolver of this network answers with the internal address {seen}."),
        next=_LOOK_AGAIN,
        action=text("This is often intended. Seen from outside the name leads to {expected}."),
    ),
    "filtered": Saying(
        text("A resolver blocks this name on purpose: {resolvers}."),
        next=_LOOK_AGAIN,
        action=text("The name is right elsewhere. Ask the operator of the filter to let it through."),
    ),
    "proxied": Saying(text("The provider's proxy answers for {name} and leads to your address.")),
    "double_nat": Saying(
        text("Your router has no public address of its own, so nobody outside can open a connection to it."),
        next=_LOOK_AGAIN,
        action=text("Ask your internet provider for a public IPv4 address, or use IPv6."),
    ),
    "auth_unreachable": Saying(
        text("None of the name servers of {zone} can be asked from this network."),
        next=_LOOK_AGAIN,
        action=text("Outgoing DNS (port 53) may be blocked here; nothing is known to be wrong with the name."),
    ),
    "offline": Saying(
        text("This machine has no connection to the internet, so nothing can be said about the name."),
        next=text("DDNS Tray looks again as soon as the connection is back."),
    ),
    "paused": Saying(
        text("DDNS Tray is paused and does not look."),
        action=text("Choose “Resume” to go on."),
    ),
    "unknown": Saying(text("The name has not been looked at yet."), next=text("The first check is on its way.")),
}
