"""What is said of our own side: the line, the network that we are in, and what stands before it. See `sayings`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.text import text
from ddns_tray.words.saying import Saying
from ddns_tray.words.speaker import ntr

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOK_AGAIN = text("The next check shows whether this is still so.")
"""Said of everything that is not right, where nothing better can be said of what comes next."""
_LOOK_ONCE_BACK = text("DDNS Tray looks again as soon as the connection is back.")
_LOOK_ONCE_IN = text("DDNS Tray looks again by itself soon after you have logged in.")
DONE_BY_THE_PROGRAM = (LOOK_AGAIN, _LOOK_ONCE_BACK, _LOOK_ONCE_IN)
"""What comes next only where the program goes on to run."""
ENCRYPTED = text(
    "This network may block DNS (port 53). A resolver with tls:// or https:// in the settings gives proof."
)
_NO_PUBLIC_ADDRESS = Saying(
    text("Your line has no public address of its own, so nobody outside can open a connection to it."),
    action=text("Ask your internet provider for a public IPv4 address, or use IPv6."),
)
_STILL_WORKS = text(
    "What you open from inside works. What others open from outside ends at that other router, provider or VPN."
)
_BEHIND = text(
    "With a second router, forward the ports there too. With your provider, ask for a public IPv4 address or use IPv6."
)

LINE: Mapping[str, Saying] = {
    "auth_unreachable": Saying(
        text("The authoritative servers cannot be reached from here, and resolvers alone are no proof yet."),
        action=ENCRYPTED,
    ),
    "auth_unreachable:green": Saying(
        text("Right at {right} of {resolvers_asked} resolvers; the authoritative servers cannot be reached from here."),
    ),
    "intercepted": Saying(
        text("Something on this network answers in place of the authoritative servers, so nothing is proven yet."),
        action=text(
            "A resolver with tls:// or https:// in the settings gives proof. If it is the same on other networks, the"
            " servers themselves answer without authority; tell who runs them."
        ),
    ),
    "intercepted:green": Saying(
        text(
            "Right at {right} of {resolvers_asked} resolvers; something on this network answers in place of the"
            " authoritative servers."
        ),
    ),
    "hijacked": Saying(
        text("Plain DNS on this network says {seen}; encrypted DNS and the authoritative servers say {expected}."),
        next=LOOK_AGAIN,
        action=text("The name is right for everybody else. Use encrypted DNS on this network."),
    ),
    "internal_view": Saying(
        text("Resolvers of this network lead to {seen}, an address of the inside."),
        action=text("That is often wanted. Everybody outside is led to {expected}."),
    ),
    "internal_servers": Saying(
        text(
            "On this network the authoritative servers seem to say {seen}, an address of the inside; encrypted DNS says"
            " {expected}."
        ),
        next=LOOK_AGAIN,
        action=text("If your router answers in their place, that is often wanted. If not, correct the record."),
    ),
    "filtered": Saying(
        ntr(
            "One resolver blocks the name on purpose: {resolvers}.",
            "{count} resolvers block the name on purpose: {resolvers}.",
        ),
        count="resolvers_count",
        next=LOOK_AGAIN,
        action=text("The name is right elsewhere. Ask the operator of the filter to let it through."),
    ),
    "addresses_hidden": Saying(
        ntr(
            "One resolver ({resolvers}) leaves out {hidden}: it hides addresses of the inside of a network.",
            "{count} resolvers ({resolvers}) leave out {hidden}: they hide addresses of the inside of a network.",
        ),
        count="resolvers_count",
        next=LOOK_AGAIN,
        action=text(
            "Routers do that against “DNS rebinding”. Allow this name there, or let this network ask another resolver."
        ),
    ),
    "not_routable": _NO_PUBLIC_ADDRESS,
    "not_routable:AAAA": Saying(
        text("This computer has no public IPv6 address, so nobody outside can open a connection to it over IPv6."),
        action=text(
            "See whether your router hands out public IPv6 addresses, or take AAAA from the types of the name."
        ),
    ),
    "double_nat": Saying(
        text("The name leads to {expected}, but your router has the address {router}: something stands in between."),
        next=_STILL_WORKS,
        action=_BEHIND,
    ),
    "router_without_address": Saying(
        text("The name leads to {expected}, but your router has no public address: something stands in between."),
        next=_STILL_WORKS,
        action=_BEHIND,
    ),
    "offline": Saying(
        text("This machine has no connection to the internet, so nothing can be said about the name."),
        next=_LOOK_ONCE_BACK,
    ),
    "captive_portal": Saying(
        text("This network wants you to log in first; until then nothing can be said about the name."),
        next=_LOOK_ONCE_IN,
        action=text("Open any web page in a browser and log in there."),
    ),
}
