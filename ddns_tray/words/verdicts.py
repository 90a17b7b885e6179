"""What is said of one record: a label, a title, a line for the menu, and the whole explanation.

The tables below are keyed by the words of the judge (`VerdictKind`, and the finer reason codes); the facts come from
the observations and from the reason's data. A code without a saying of its own uses that of its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.model import Colour, LookError, VerdictKind
from ddns_tray.core.names import readable_name
from ddns_tray.core.text import text
from ddns_tray.words.facts import facts, server_names, servers_fail
from ddns_tray.words.saying import details, is_part
from ddns_tray.words.sayings import BY_ITSELF, SAYINGS, WHAT_FAILS_IS_LEFT
from ddns_tray.words.sayings_line import DONE_BY_THE_PROGRAM, LOOK_AGAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import RecordStatus, Verdict
    from ddns_tray.core.text import FieldValue, Text
    from ddns_tray.words.facts import Facts
    from ddns_tray.words.saying import Saying
    from ddns_tray.words.speaker import Speaker

_SHOWN = 4
"""How many servers a sentence names before it only counts the rest."""

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
    VerdictKind.PROXIED: text("behind a proxy"),
    VerdictKind.DOUBLE_NAT: text("not reachable from outside"),
    VerdictKind.AUTH_UNREACHABLE: text("name servers out of reach"),
    VerdictKind.OFFLINE: text("offline"),
    VerdictKind.PAUSED: text("paused"),
    VerdictKind.UNKNOWN: text("not looked yet"),
}

_DISAGREE = text("The name servers disagree")

TITLES: Mapping[VerdictKind, Text] = {
    VerdictKind.MATCHED: text("Right everywhere"),
    VerdictKind.PROPAGATING: text("On its way"),
    VerdictKind.OVERDUE: text("Old answers past their time"),
    VerdictKind.STALE: text("Old answers kept alive"),
    VerdictKind.SECONDARY_LAG: _DISAGREE,
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
    VerdictKind.PROXIED: text("Behind the provider's proxy"),
    VerdictKind.DOUBLE_NAT: text("Not reachable from outside"),
    VerdictKind.AUTH_UNREACHABLE: text("The name servers are out of reach from here"),
    VerdictKind.OFFLINE: text("No connection to the internet"),
    VerdictKind.PAUSED: text("Paused"),
    VerdictKind.UNKNOWN: text("Not looked yet"),
}


_RESOLVERS_DIFFER = text("resolvers differ")
_OTHERWISE = text("Resolvers say something else")

_FINER_LABELS: Mapping[str, Text] = {
    "addresses_hidden": text("address hidden"),
    "address_disputed": text("your address is not certain"),
    "address_undecided": text("waits for your choice"),
    "address_unknown": text("your address is not known"),
    "captive_portal": text("log-in wanted"),
    "lame:yellow": text("delegation not in order"),
    "mismatch:part": text("address missing"),
    "not_cleared": text("still there"),
    "proxied": text("right, proxied"),
    "proxied_mismatch": text("another address behind the proxy"),
    "proxy_off": text("not behind the proxy"),
    "resolvers_astray": _RESOLVERS_DIFFER,
    "resolvers_differ": _RESOLVERS_DIFFER,
    "resolvers_refused": text("resolvers refuse"),
    "resolvers_servfail": text("resolvers fail"),
    "resolvers_silent": text("resolvers silent"),
    "servers_disagree": LABELS[VerdictKind.SECONDARY_LAG],
    "servers_silent": text("a server is silent"),
    "too_few_witnesses": text("not proven"),
}
_FINER_TITLES: Mapping[str, Text] = {
    "addresses_hidden": text("A resolver hides the address"),
    "address_disputed": text("Your address is not certain"),
    "address_undecided": text("Whose address shall the name have?"),
    "address_unknown": text("Your address is not known"),
    "authoritative_only": text("Right at the name servers"),
    "captive_portal": text("This network wants you to log in first"),
    "lame:yellow": text("The delegation is not in order"),
    "mismatch:part": text("The name lacks an address"),
    "not_cleared": text("The record is still there"),
    "proxied": text("Right, behind the provider's proxy"),
    "proxied_mismatch": text("The proxy leads to another address"),
    "proxy_off": text("Not behind the provider's proxy"),
    "resolvers_astray": _OTHERWISE,
    "resolvers_differ": _OTHERWISE,
    "resolvers_only": text("Right at the resolvers"),
    "resolvers_refused": text("Resolvers refuse to answer"),
    "resolvers_servfail": text("Resolvers cannot look the name up"),
    "resolvers_silent": text("No resolver answers"),
    "servers_disagree": _DISAGREE,
    "servers_silent": text("A name server does not answer"),
    "servfail:yellow": text("A name server reports a failure"),
    "too_few_witnesses": text("Nothing is proven"),
}
"""By reason, and colour where that matters, where the kind alone would say too much, or blame the wrong side."""


_HEAL_ALONE = frozenset({VerdictKind.PROPAGATING, VerdictKind.SECONDARY_LAG})


def heals_alone(status: RecordStatus) -> bool:
    """Whether time alone will put this right, as far as can be known."""
    verdict = status.verdict
    waits = verdict.kind in _HEAL_ALONE and verdict.reason.code != "resolvers_differ"
    return waits and not servers_fail(status)


def label(verdict: Verdict) -> Text:
    """A few words for a verdict."""
    return _finest(_FINER_LABELS, verdict) or LABELS[verdict.kind]


def title(verdict: Verdict) -> Text:
    """A heading for a verdict."""
    return _finest(_FINER_TITLES, verdict) or TITLES[verdict.kind]


def _finest(table: Mapping[str, Text], verdict: Verdict) -> Text | None:
    code = verdict.reason.code
    found = table.get(f"{code}:{verdict.colour}") or table.get(code)
    return table.get(f"{code}:part", found) if is_part(verdict.reason.data) else found


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
    if verdict.deadline is not None and heals_alone(status):
        left = verdict.deadline - now
        if left > 0:
            return speaker.tr("green in {countdown}", countdown=speaker.countdown(left))
    return speaker.say(label(verdict))


def explain(speaker: Speaker, status: RecordStatus, now: float, *, once: bool = False) -> Explanation:
    """The whole explanation of one record's verdict; `once` says that the program does not look again."""
    seen = facts(status)
    saying = _saying(status, seen)
    fields = _fields(speaker, status, seen, now)
    counted = fields.get(saying.count)
    action = saying.watched if status.account is None and saying.watched is not None else saying.action
    if saying.abroad is not None and _is_about_another_zone(status, seen):
        action = saying.abroad
    return Explanation(
        cause=speaker.fill(saying.cause, fields, counted if isinstance(counted, int) else 2),
        evidence=_evidence(speaker, status, seen, now),
        next=_next(speaker, status, _promised(saying.next, seen), fields, now, once=once),
        action="" if action is None else speaker.fill(action, fields),
    )


def _promised(saying: Text | None, seen: Facts) -> Text | None:
    """What comes next; nothing turns green by itself while there are servers that fail."""
    return WHAT_FAILS_IS_LEFT if saying is BY_ITSELF and seen.authoritative.broken else saying


def _is_about_another_zone(status: RecordStatus, seen: Facts) -> bool:
    """Whether all servers that the reason names serve a zone into which the name is an alias."""
    named = status.verdict.reason.data.get("servers")
    return bool(seen.path) and isinstance(named, tuple) and bool(named) and seen.abroad.issuperset(named)


def _saying(status: RecordStatus, seen: Facts) -> Saying:
    """The finest saying that there is: for code and detail, for the code, for the kind."""
    verdict = status.verdict
    code = verdict.reason.code
    for detail in details(status, seen):
        finer = SAYINGS.get(f"{code}:{detail}")
        if finer is not None:
            return finer
    return SAYINGS.get(code) or SAYINGS[verdict.kind.value]


def _next(
    speaker: Speaker,
    status: RecordStatus,
    saying: Text | None,
    fields: Mapping[str, FieldValue],
    now: float,
    *,
    once: bool,
) -> str:
    deadline = status.verdict.deadline
    waits = deadline is not None and deadline > now
    if deadline is not None and waits and saying is None:
        return speaker.tr(
            "This should be over by {time}, in {duration}.",
            time=speaker.time(deadline, now),
            duration=speaker.duration(deadline - now),
        )
    if saying is None or ("{time}" in saying.message and not waits):
        saying = None if status.verdict.colour is Colour.GREEN else LOOK_AGAIN
    return "" if saying is None or (once and saying in DONE_BY_THE_PROGRAM) else speaker.fill(saying, fields)


def _evidence(speaker: Speaker, status: RecordStatus, seen: Facts, now: float) -> str:
    """Who is right, counted; a green verdict brings its own count, and the time of its proof.

    Where nobody knows what is right, those are counted that answered at all.
    """
    said = _counted(speaker, status, seen)
    if not said:
        return ""
    if status.line is not None:
        said = speaker.tr("{evidence} · line {line}", evidence=said, line=status.line)
    if status.view is not None and status.view.wildcard:
        said = speaker.tr("{evidence} · a wildcard may have answered", evidence=said)
    if status.verdict.colour is Colour.GREEN and status.proven_at is not None:
        return speaker.tr("{evidence} · proven {ago}", evidence=said, ago=speaker.ago(status.proven_at, now))
    return said


def _counted(speaker: Speaker, status: RecordStatus, seen: Facts) -> str:
    """Count those who were asked; nobody else is spoken of."""
    servers, resolvers = seen.authoritative, seen.resolvers
    facts: dict[str, FieldValue] = {
        "servers_right": len(servers.right),
        "servers_asked": servers.asked,
        "servers_answered": servers.asked - len(servers.silent + servers.failed),
        "resolvers_right": len(resolvers.right),
        "resolvers_asked": resolvers.asked,
        "resolvers_answered": resolvers.asked - len(resolvers.silent + resolvers.failed),
    }
    told = status.verdict.reason.data
    texts = _ANSWERED
    if "servers_right" in told:
        facts |= {name: value for name, value in told.items() if isinstance(value, int)}
        texts = _PROVEN
    elif seen.expected:
        texts = _RIGHT
    both, servers_alone, resolvers_alone = texts
    if facts["resolvers_asked"]:
        some = servers.asked or facts["servers_right"]
        return speaker.fill(both if some else resolvers_alone, facts)
    return speaker.fill(servers_alone, facts) if servers.asked or facts["servers_right"] else ""


_SPOKEN_RCODES: Mapping[str, Text] = {
    "NOERROR": text("without authority"),
    LookError.NO_ADDRESS.value: text("no address"),
}


def _spoken_rcode(speaker: Speaker, rcode: str) -> str:
    """How a server failed: codes of the DNS are the same in every language."""
    spoken = _SPOKEN_RCODES.get(rcode)
    return rcode if spoken is None else speaker.say(spoken)


_RESOLVERS_RIGHT = text("Resolvers right: {resolvers_right} of {resolvers_asked}")
_PROVEN = (
    text("Authoritative servers right: {servers_right} · resolvers right: {resolvers_right} of {resolvers_asked}"),
    text("Authoritative servers right: {servers_right}"),
    _RESOLVERS_RIGHT,
)
_RIGHT = (
    text(
        "Authoritative servers right: {servers_right} of {servers_asked} ·"
        " resolvers right: {resolvers_right} of {resolvers_asked}"
    ),
    text("Authoritative servers right: {servers_right} of {servers_asked}"),
    _RESOLVERS_RIGHT,
)
_ANSWERED = (
    text(
        "Authoritative servers that answered: {servers_answered} of {servers_asked} ·"
        " resolvers that answered: {resolvers_answered} of {resolvers_asked}"
    ),
    text("Authoritative servers that answered: {servers_answered} of {servers_asked}"),
    text("Resolvers that answered: {resolvers_answered} of {resolvers_asked}"),
)
"""Of both kinds of servers, of authoritative ones alone, of resolvers alone."""


def _domain(status: RecordStatus) -> dict[str, str]:
    """The zone that knows of the name or should, and what stands just below it on the way there."""
    zone = "" if status.view is None else status.view.zone or ""
    labels = status.key.name.split(".")
    depth = len(zone.split(".")) if zone else 0
    return {"zone": readable_name(zone), "domain": readable_name(".".join(labels[-(depth + 1) :]))}


def _fields(speaker: Speaker, status: RecordStatus, seen: Facts, now: float) -> dict[str, FieldValue]:
    """What the sentences may name. What the judge says in the reason's data stands above our own counting."""
    authoritative, resolvers = seen.authoritative, seen.resolvers
    fields: dict[str, FieldValue] = {
        "name": readable_name(status.key.name),
        "type": str(status.key.type),
        "answer": speaker.listing(authoritative.answers or resolvers.answers),
        "path": " → ".join(map(readable_name, (status.key.name, *seen.path))),
        "target": readable_name((status.key.name, *seen.path)[-1]),
        "line": status.line or "",
        **_domain(status),
        "broken": speaker.listing(authoritative.broken, limit=_SHOWN),
    }
    deadline = status.verdict.deadline
    if deadline is not None:
        fields["time"] = fields["expires"] = speaker.time(deadline, now)
    counted = {
        "expected": status.expected,
        "seen": authoritative.unexpected or resolvers.unexpected,
        "extra": authoritative.unexpected or resolvers.unexpected,
        "servers": authoritative.not_right,
        "resolvers": resolvers.not_right,
        "lacking": tuple(each for each in status.expected if each not in authoritative.answers),
    }
    for name, value in {**counted, **status.verdict.reason.data}.items():
        if isinstance(value, tuple):
            shown = server_names(value) if name in {"servers", "resolvers", "ahead"} else value
            fields[name] = speaker.listing(shown, limit=_SHOWN)
            fields[f"{name}_count"] = len(value)
        elif name == "expires" and isinstance(value, int | float):
            fields[name] = speaker.time(value, now)
        elif name == "read" and isinstance(value, int | float):
            fields[name] = speaker.ago(value, now)
        elif name == "rcode" and isinstance(value, str):
            fields[name] = speaker.listing([_spoken_rcode(speaker, each) for each in value.split(", ")])
        else:
            fields[name] = value
    return fields
