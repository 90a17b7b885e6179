"""What is said of single facts: a source, a quorum, an answer of a server, a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import AbortReason, AddressState, Family, LookError, Outcome, Role, SourceKind, Transport
from ddns_tray.core.names import readable_name
from ddns_tray.core.text import text
from ddns_tray.words.facts import server_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import Agreement, Observation, Sighting, UpdateResult
    from ddns_tray.core.text import Text
    from ddns_tray.words.speaker import Speaker

FAMILIES: Mapping[Family, str] = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
"""Names of protocols are the same in every language."""

ROLES: Mapping[Role, Text] = {
    Role.AUTHORITATIVE: text("authoritative"),
    Role.RESOLVER: text("resolver"),
    Role.PARENT: text("parent zone"),
}
TRANSPORTS: Mapping[Transport, Text] = {
    Transport.UDP: text("UDP"),
    Transport.TCP: text("TCP"),
    Transport.TLS: text("DNS over TLS"),
    Transport.HTTPS: text("DNS over HTTPS"),
}
SOURCE_KINDS: Mapping[SourceKind, Text] = {
    SourceKind.HTTPS: text("web service"),
    SourceKind.HTTP: text("web service without encryption"),
    SourceKind.DNS: text("DNS service"),
    SourceKind.STUN: text("STUN server"),
    SourceKind.ROUTER: text("router"),
    SourceKind.INTERFACE: text("network interface"),
    SourceKind.COMMAND: text("command"),
    SourceKind.FILE: text("file"),
    SourceKind.STATIC: text("fixed address"),
}
LOOK_ERRORS: Mapping[LookError, Text] = {
    LookError.TIMEOUT: text("no answer in time"),
    LookError.PORT_CLOSED: text("nobody listens there"),
    LookError.UNREACHABLE: text("no way there"),
    LookError.CONNECTION_LOST: text("connection lost"),
    LookError.TLS: text("certificate not trusted"),
    LookError.HTTP: text("HTTP error"),
    LookError.MALFORMED: text("answer not readable"),
    LookError.NO_ADDRESS: text("this server has no address"),
}
LOOK_HINTS: Mapping[LookError, Text] = {
    LookError.TIMEOUT: text("The server or the way to it may be overloaded or down; DDNS Tray asks again."),
    LookError.PORT_CLOSED: text("No DNS service runs at this address and port."),
    LookError.UNREACHABLE: text("This network has no route to the server."),
    LookError.CONNECTION_LOST: text("The server closed the connection before it answered."),
    LookError.TLS: text("The server could not prove who it is, so it was not asked."),
    LookError.HTTP: text("The DNS over HTTPS service answered with an HTTP error."),
    LookError.MALFORMED: text("What came back is not a DNS answer to the question asked."),
    LookError.NO_ADDRESS: text("The delegation names a server whose own name does not resolve."),
}
_AGREEMENTS: Mapping[AddressState, Text] = {
    AddressState.DISPUTED: text("{family}: the sources disagree, so nothing is written"),
    AddressState.NONE: text("{family}: no address on this line"),
    AddressState.NOT_ROUTABLE: text("{family}: the address cannot be reached from outside"),
    AddressState.OFFLINE: text("{family}: no connection"),
    AddressState.UNKNOWN: text("{family}: not known yet"),
    AddressState.UNDECIDED: text("{family}: leaves through a VPN, and nobody has said whose address is wanted"),
}
_TOO_FEW = text("{family}: not certain, as too few sources agree")
_NOBODY_COULD_TELL = text("{family}: no source could tell the address")
ADDRESS_STATES: Mapping[AddressState, Text] = {
    AddressState.AGREED: text("agreed"),
    AddressState.DISPUTED: text("disputed"),
    AddressState.NONE: text("none"),
    AddressState.NOT_ROUTABLE: text("not reachable from outside"),
    AddressState.OFFLINE: text("offline"),
    AddressState.UNKNOWN: text("unknown"),
    AddressState.UNDECIDED: text("undecided"),
}
OUTCOMES: Mapping[Outcome, Text] = {
    Outcome.NOOP: text("already right"),
    Outcome.UPDATED: text("written"),
    Outcome.FAILED: text("failed"),
    Outcome.UNCONFIRMED: text("not confirmed"),
}
ABORT_REASONS: Mapping[AbortReason, Text] = {
    AbortReason.ADDRESS_UNKNOWN: text("Nothing was written, since your public address is not certain."),
    AbortReason.NOT_OURS: text(
        "Nothing was written, since other addresses stand there that DDNS Tray did not put there."
    ),
}
_RCODES: Mapping[str, Text] = {
    "NOERROR": text("no such record"),
    "NXDOMAIN": text("no such name"),
    "SERVFAIL": text("server failure (SERVFAIL)"),
    "REFUSED": text("refused to answer (REFUSED)"),
}
_DNSSEC_CODES = frozenset(range(5, 13))
"""Extended DNS errors of validation (RFC 8914 §4.6 to §4.13)."""
_OTHER_RCODE = text("answered {rcode}")
_ALREADY_RIGHT = text("Already right: {after}")
_NOT_WRITTEN = text("Not written")
_NOT_CONFIRMED = text("Could not confirm the write; the provider is asked before anything is written again")
_OUTCOMES: Mapping[tuple[Outcome, bool, bool], Text] = {
    # outcome, whether there was something before, whether there is something after
    (Outcome.NOOP, True, True): _ALREADY_RIGHT,
    (Outcome.NOOP, False, True): _ALREADY_RIGHT,
    (Outcome.NOOP, True, False): text("Nothing to do"),
    (Outcome.NOOP, False, False): text("Nothing to do"),
    (Outcome.UPDATED, True, True): text("Changed {before} to {after}"),
    (Outcome.UPDATED, False, True): text("Written: {after}"),
    (Outcome.UPDATED, True, False): text("Removed {before}"),
    (Outcome.UPDATED, False, False): text("Written"),
    **dict.fromkeys(((Outcome.FAILED, was, will) for was in (True, False) for will in (True, False)), _NOT_WRITTEN),
    **dict.fromkeys(
        ((Outcome.UNCONFIRMED, was, will) for was in (True, False) for will in (True, False)), _NOT_CONFIRMED
    ),
}


def agreement(speaker: Speaker, found: Agreement) -> str:
    """One family's conclusion in a line."""
    family = FAMILIES[found.family]
    if found.state is AddressState.UNKNOWN and found.sightings:
        named = any(seen.problem is None and seen.address is not None for seen in found.sightings)
        return speaker.fill(_TOO_FEW if named else _NOBODY_COULD_TELL, {"family": family})
    if found.address is None:
        return speaker.fill(_AGREEMENTS.get(found.state, _AGREEMENTS[AddressState.UNKNOWN]), {"family": family})
    agreeing = len({seen.origin for seen in found.sightings if seen.address == found.address and seen.problem is None})
    if not agreeing:
        return speaker.tr("{family}: {address}", family=family, address=str(found.address))
    return speaker.ntr(
        "{family}: {address}, as one source says",
        "{family}: {address}, as {count} sources agree",
        agreeing,
        family=family,
        address=str(found.address),
    )


def sighting(speaker: Speaker, seen: Sighting) -> str:
    """What one source saw: an address, a refused address, or why it saw nothing."""
    if seen.problem is None:
        return speaker.tr("no address") if seen.address is None else str(seen.address)
    title = speaker.say(seen.problem.title)
    if seen.address is None:
        return title
    return speaker.tr("{address} (not used: {reason})", address=str(seen.address), reason=title)


def observation(speaker: Speaker, seen: Observation) -> str:
    """What one server answered, for the evidence table."""
    if seen.error is not None:
        return speaker.say(LOOK_ERRORS[seen.error])
    return ", ".join(seen.answer) or _without_addresses(speaker, seen)


def _without_addresses(speaker: Speaker, seen: Observation) -> str:
    """What an answer says that leads to no address."""
    if seen.referral:
        return speaker.tr("knows only other servers")
    if seen.checking_disabled in {"NOERROR", "NXDOMAIN"}:
        return speaker.tr("answers only without its DNSSEC checks ({rcode})", rcode=seen.rcode or "SERVFAIL")
    rcode = seen.rcode or "NOERROR"
    if seen.cnames and rcode == "NOERROR" and seen.negative_ttl is None:
        return speaker.tr("alias of {target}", target=readable_name(seen.cnames[-1]))
    if rcode == "SERVFAIL" and _DNSSEC_CODES.intersection(seen.ede):
        return speaker.tr("its DNSSEC checks fail ({rcode})", rcode=rcode)
    return speaker.fill(_RCODES.get(rcode, _OTHER_RCODE), {"rcode": rcode})


def witness(speaker: Speaker, seen: Observation, answer: str, *, right: bool) -> tuple[str, ...]:
    """All that is known of one answer, a line each: who and how, right or not, why, how fast, how long, how certain.

    `answer` is what is said of it in short.
    """
    name = server_name(seen.server)
    server = name if seen.address in name else f"{name} {seen.address}"
    lines = [
        speaker.tr(
            "{server} ({role}), {transport}: {answer}",
            server=server,
            role=speaker.say(ROLES[seen.role]),
            transport=speaker.say(TRANSPORTS[seen.transport]),
            answer=answer,
        ),
        speaker.tr("right") if right else speaker.tr("not right"),
    ]
    if seen.error is not None:
        lines.append(speaker.say(LOOK_HINTS[seen.error]))
    if seen.rtt_ms is not None:
        lines.append(speaker.tr("{count} ms", count=f"{seen.rtt_ms:.0f}"))
    if seen.ttl is not None and seen.role is Role.RESOLVER:
        lines.append(
            speaker.tr(
                "This resolver may give the answer from its cache until {time}.", time=speaker.time(seen.at + seen.ttl)
            )
        )
    elif seen.ttl is not None:
        lines.append(speaker.tr("Caches may keep this answer for {duration}.", duration=speaker.duration(seen.ttl)))
    if seen.ad:
        lines.append(speaker.tr("The resolver says that DNSSEC proves it (AD)."))
    if seen.ede:
        lines.append(speaker.tr("Extended DNS errors: {codes}", codes=", ".join(map(str, seen.ede))))
    return tuple(lines)


def outcome(speaker: Speaker, result: UpdateResult) -> str:
    """What became of one update, in a sentence."""
    if result.problem is not None:
        title = speaker.say(result.problem.title)
        if result.outcome is Outcome.UNCONFIRMED:
            return speaker.tr("Could not confirm the write: {reason}", reason=title)
        return speaker.tr("Not written: {reason}", reason=title)
    if result.abort_reason is not None:
        return speaker.say(ABORT_REASONS[result.abort_reason])
    return speaker.fill(
        _OUTCOMES[result.outcome, bool(result.before), bool(result.after)],
        {"before": speaker.listing(result.before), "after": speaker.listing(result.after)},
    )
