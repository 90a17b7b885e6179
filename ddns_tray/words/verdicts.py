"""What is said of one record: a label, a title, a line for the menu, and the whole explanation.

The tables below are keyed by the words of the judge (`VerdictKind`, and the finer reason codes); the facts come from
the observations and from the reason's data. A code without a saying of its own uses that of its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.model import VerdictKind
from ddns_tray.core.text import text
from ddns_tray.words.facts import facts
from ddns_tray.words.sayings import SAYINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import RecordStatus
    from ddns_tray.core.text import FieldValue, Text
    from ddns_tray.words.facts import Facts, Witnesses
    from ddns_tray.words.speaker import Speaker

LABELS: Mapping[VerdictKind, Text] = {
    VerdictKind.MATCHED: text("right"),
    VerdictKind.PROPAGATING: text("on its way"),
    VerdictKind.OVERDUE: text("overdue"),
    VerdictKind.STALE: text("stale answers"),
    VerdictKind.SECONDARY_LAG: text("servers disagree"),
    VerdictKind.MISMATCH: text("wrong address"),
    VerdictKind.EXTRA: text("extra address"),
    VerdictKind.MISSING: text("no record"),
    VerdictKind.BOGUS: text("DNSSEC broken"),
    VerdictKind.LAME: text("delegation broken"),
    VerdictKind.SERVFAIL: text("server failure"),
    VerdictKind.REFUSED: text("refused"),
    VerdictKind.TIMEOUT: text("no answer"),
    VerdictKind.HIJACKED: text("answers changed on the way"),
    VerdictKind.INTERNAL_VIEW: text("another answer inside"),
    VerdictKind.FILTERED: text("filtered"),
    VerdictKind.PROXIED: text("right, proxied"),
    VerdictKind.DOUBLE_NAT: text("not reachable from outside"),
    VerdictKind.AUTH_UNREACHABLE: text("name servers out of reach"),
    VerdictKind.OFFLINE: text("offline"),
    VerdictKind.PAUSED: text("paused"),
    VerdictKind.UNKNOWN: text("not looked yet"),
}

TITLES: Mapping[VerdictKind, Text] = {
    VerdictKind.MATCHED: text("Right everywhere"),
    VerdictKind.PROPAGATING: text("On its way"),
    VerdictKind.OVERDUE: text("Old answers past their time"),
    VerdictKind.STALE: text("Old answers kept alive"),
    VerdictKind.SECONDARY_LAG: text("The name servers disagree"),
    VerdictKind.MISMATCH: text("The name leads to another address"),
    VerdictKind.EXTRA: text("The name has an address too many"),
    VerdictKind.MISSING: text("The name has no such record"),
    VerdictKind.BOGUS: text("DNSSEC does not validate"),
    VerdictKind.LAME: text("The delegation is broken"),
    VerdictKind.SERVFAIL: text("The name servers report a failure"),
    VerdictKind.REFUSED: text("The name servers refuse to answer"),
    VerdictKind.TIMEOUT: text("The name servers do not answer"),
    VerdictKind.HIJACKED: text("Somebody changes DNS answers on this network"),
    VerdictKind.INTERNAL_VIEW: text("This network has its own answer"),
    VerdictKind.FILTERED: text("A resolver blocks the name"),
    VerdictKind.PROXIED: text("Right, behind the provider's proxy"),
    VerdictKind.DOUBLE_NAT: text("Not reachable from outside"),
    VerdictKind.AUTH_UNREACHABLE: text("The name servers are out of reach from here"),
    VerdictKind.OFFLINE: text("No connection to the internet"),
    VerdictKind.PAUSED: text("Paused"),
    VerdictKind.UNKNOWN: text("Not looked yet"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict in sentences: the cause, the evidence in one line, what happens next and when, what to do.

    The last three are "" where there is nothing to say.
    """

    cause: str
    evidence: str = ""
    next: str = ""
    action: str = ""

    def __str__(self) -> str:
        return "\n".join(part for part in (self.cause, self.evidence, self.next, self.action) if part)


def record_line(speaker: Speaker, status: RecordStatus, now: float) -> str:
    """A few words for the menu: the countdown while one runs, else the label."""
    verdict = status.verdict
    if verdict.kind in {VerdictKind.PROPAGATING, VerdictKind.SECONDARY_LAG} and verdict.deadline is not None:
        left = verdict.deadline - now
        if left > 0:
            return speaker.tr("green in {countdown}", countdown=speaker.countdown(left))
    return speaker.say(LABELS[verdict.kind])


def explain(speaker: Speaker, status: RecordStatus, now: float) -> Explanation:
    """The whole explanation of one record's verdict."""
    seen = facts(status)
    verdict = status.verdict
    saying = SAYINGS.get(verdict.reason.code) or SAYINGS[verdict.kind.value]
    fields = _fields(speaker, status, seen, now)
    counted = fields.get(saying.count)
    return Explanation(
        cause=speaker.fill(saying.cause, fields, counted if isinstance(counted, int) else 2),
        evidence=_evidence(speaker, seen),
        next=_next(speaker, status, saying.next, fields, now),
        action="" if saying.action is None else speaker.fill(saying.action, fields),
    )


def _next(
    speaker: Speaker, status: RecordStatus, saying: Text | None, fields: Mapping[str, FieldValue], now: float
) -> str:
    deadline = status.verdict.deadline
    if saying is not None:
        return speaker.fill(saying, fields)
    if deadline is not None and deadline > now:
        return speaker.tr(
            "This should be over by {time}, in {duration}.",
            time=speaker.time(deadline, now),
            duration=speaker.duration(deadline - now),
        )
    return ""


def _evidence(speaker: Speaker, seen: Facts) -> str:
    authoritative, resolvers = seen.authoritative, seen.resolvers
    if authoritative.asked and resolvers.asked:
        return speaker.tr(
            "Right at {auth_right} of {auth_asked} authoritative servers and {res_right} of {res_asked} resolvers.",
            auth_right=len(authoritative.right),
            auth_asked=authoritative.asked,
            res_right=len(resolvers.right),
            res_asked=resolvers.asked,
        )
    if authoritative.asked:
        return speaker.tr(
            "Right at {right} of {asked} authoritative servers.",
            right=len(authoritative.right),
            asked=authoritative.asked,
        )
    if resolvers.asked:
        return speaker.tr("Right at {right} of {asked} resolvers.", right=len(resolvers.right), asked=resolvers.asked)
    return ""


def _fields(speaker: Speaker, status: RecordStatus, seen: Facts, now: float) -> dict[str, FieldValue]:
    deadline = status.verdict.deadline
    fields: dict[str, FieldValue] = {
        "name": status.key.name,
        "type": str(status.key.type),
        "zone": (status.view.zone if status.view is not None else None) or status.key.name,
        "expected": speaker.listing(status.expected),
        "seen": speaker.listing(seen.authoritative.seen or seen.resolvers.seen),
        "surplus": speaker.listing(seen.authoritative.surplus or seen.resolvers.surplus),
        "servers": speaker.listing(_troubled(seen.authoritative) or _troubled(seen.resolvers)),
        "resolvers": speaker.listing(_troubled(seen.resolvers)),
        "auth_right": len(seen.authoritative.right),
        "auth_wrong": len(seen.authoritative.wrong),
        "auth_asked": seen.authoritative.asked,
        "res_right": len(seen.resolvers.right),
        "res_wrong": len(seen.resolvers.wrong),
        "res_asked": seen.resolvers.asked,
        "time": "" if deadline is None else speaker.time(deadline, now),
        "left": "" if deadline is None else speaker.duration(max(0.0, deadline - now)),
        "late": "" if deadline is None else speaker.duration(max(0.0, now - deadline)),
        "ago": "" if status.proven_at is None else speaker.ago(status.proven_at, now),
    }
    for name, value in status.verdict.reason.data.items():
        fields[name] = speaker.listing(value) if isinstance(value, tuple) else value
    return fields


def _troubled(witnesses: Witnesses) -> tuple[str, ...]:
    return witnesses.wrong + witnesses.failed + witnesses.silent
