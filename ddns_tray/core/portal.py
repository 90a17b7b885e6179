"""A network that wants its guests to sign in first: when that is suspected, how it is told, and when to look again.

Defines: what makes us ask (`in_trouble`), what answers amount to a portal (`portal_of`), how often to ask while it
stands (`recheck_after`). Asks nobody.

Why it is a matter of its own: until somebody has signed in, such a network answers in place of everybody. Whatever is
seen in it says nothing about our names, so nothing is judged, nothing is learned and nobody is alarmed; a minute after
the sign-in everything is looked at anew.

The probes are those of operating systems: a page over plain HTTP whose content is known (RFC 8952 §2.6 calls this the
legacy way). A network may also announce its portal by DHCP or router advertisement (RFC 8910); that is told to the
system's network manager, and there is no common way to ask it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.model import Outcome, SourceKind, Transport
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.model import Agreement, UpdateResult, View

ENOUGH_DIVERTED = 2
"""Independent operators in whose place something else answered: one alone may have changed its own page."""
PROBE_PAUSE = 300.0
"""Seconds between two probes of one lasting trouble that is no portal."""
FIRST_RECHECK, LATER_RECHECK, PATIENT_AFTER = 20.0, 120.0, 600.0
"""People sign in within minutes or go away: seconds between probes in the first ten minutes, and after them."""

_SUSPICIOUS = frozenset(
    {
        ProblemCode.CONNECT_FAILED,
        ProblemCode.CONNECTION_LOST,
        ProblemCode.DETECTOR,
        ProblemCode.NOT_AN_ADDRESS,
        ProblemCode.TIMED_OUT,
        ProblemCode.TLS_FAILED,
        ProblemCode.UNEXPECTED_ANSWER,
    }
)
_WEB = frozenset({SourceKind.HTTPS, SourceKind.HTTP})
_PROVEN = frozenset({Transport.TLS, Transport.HTTPS})


class Answered(StrEnum):
    """How one probe was answered."""

    AS_EXPECTED = "as_expected"
    DIVERTED = "diverted"
    """With a page that the operator does not send, or by being sent to another host."""
    UNCLEAR = "unclear"
    """Not at all, or with an error: says nothing either way."""


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What became of asking one operator; `leads_to` is the host to which a diverted one was sent, if that is known."""

    operator: str
    answered: Answered
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class Portal:
    """A network that answers in place of the internet. `host` is where it wants us to go, or empty."""

    host: str


def in_trouble(
    agreements: Iterable[Agreement], views: Iterable[View], results: Iterable[UpdateResult], *, since: float
) -> bool:
    """Say whether the web failed us since a time, and nobody proved meanwhile that we can reach it.

    Only TLS proves: names, plain HTTP and plain DNS are what a portal answers in the place of others.
    """
    web = [each for found in agreements for each in found.sightings if each.kind in _WEB and each.at >= since]
    if any(each.kind is SourceKind.HTTPS and each.address is not None for each in web):
        return False
    seen = (each for view in views for each in view.observations if each.at >= since)
    if any(each.transport in _PROVEN and each.rcode is not None for each in seen):
        return False
    problems = [each.problem for each in web]
    problems += [each.problem for each in results if each.outcome is not Outcome.UPDATED]
    return any(each is not None and each.code in _SUSPICIOUS for each in problems)


def portal_of(answers: Iterable[ProbeAnswer]) -> Portal | None:
    """Return the portal that the answers speak of, or None.

    It takes two operators in whose place something else answered, and more of them than answered well: some portals
    let the probes of some systems through, and some filters block a single operator.
    """
    heard = tuple(answers)
    diverted = [each for each in heard if each.answered is Answered.DIVERTED]
    good = [each for each in heard if each.answered is Answered.AS_EXPECTED]
    if len({each.operator for each in diverted}) < ENOUGH_DIVERTED or len(diverted) <= len(good):
        return None
    return Portal(next((each.leads_to for each in diverted if each.leads_to), ""))


def recheck_after(lasted: float) -> float:
    """Return how many seconds to wait before asking again, when the portal has been there for `lasted` seconds."""
    return FIRST_RECHECK if lasted < PATIENT_AFTER else LATER_RECHECK


def portal_problem(portal: Portal) -> Problem:
    """Return what to tell the person, for whom this is the only way on."""
    title = text("This network wants you to log in first.")
    if portal.host:
        hint = text(
            "Open any web page in a browser; the network leads you to its own page at {host}.", host=portal.host
        )
    else:
        hint = text("Open any web page in a browser; the network shows its own page instead.")
    return Problem(ProblemCode.CAPTIVE_PORTAL, title, hint)
