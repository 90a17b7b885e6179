"""The verdict by the resolvers, once the authoritative servers are right, or were not asked.

Defines: matched, propagating, overdue, stale, what a line does to answers, and the failures of single servers. The
table of reasons is at the head of `judge`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core import deadline
from ddns_tray.core.addresses import is_assignable, is_routable, parsed
from ddns_tray.core.case import ENOUGH_WITNESSES, is_majority, rcodes, verdict
from ddns_tray.core.model import Colour, VerdictKind
from ddns_tray.core.witnesses import Stand, addresses, names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.case import Case
    from ddns_tray.core.deadline import Expiry
    from ddns_tray.core.model import Verdict
    from ddns_tray.core.witnesses import Witness


def of_resolvers(case: Case) -> Verdict:
    """Judge a case in which every authoritative server that answered is right (or none was asked)."""
    bogus = case.resolvers_that(Stand.BOGUS)
    if len(bogus) >= ENOUGH_WITNESSES:
        return verdict(VerdictKind.BOGUS, Colour.RED, resolvers=names(bogus))
    if not case.testimony.resolvers:
        return _nobody_asked(case)
    if not case.testimony.answering:
        return _nobody_answers(case)
    return _enough(case) if case.enough_right else _old_answers(case)


def _nobody_asked(case: Case) -> Verdict:
    if not case.proven:
        return verdict(VerdictKind.UNKNOWN, Colour.GREY, "too_few_witnesses")
    pending = deadline.pending(case.memory, case.now)
    if pending is not None:
        return verdict(
            VerdictKind.PROPAGATING,
            Colour.YELLOW,
            "resolvers_not_asked",
            until=pending.deadline,
            expires=pending.at,
        )
    return _server_trouble(case) or _matched(case, "authoritative_only" if case.wanted else "absent")


def _nobody_answers(case: Case) -> Verdict:
    filtered = case.resolvers_that(Stand.FILTERED)
    if filtered:
        return verdict(VerdictKind.FILTERED, Colour.YELLOW, resolvers=names(filtered))
    bogus = case.resolvers_that(Stand.BOGUS)
    if bogus:
        return verdict(VerdictKind.BOGUS, Colour.YELLOW, "resolvers_bogus", resolvers=names(bogus))
    failing = case.resolvers_that(Stand.SERVFAIL, Stand.REFUSED)
    if not failing:
        silent = names(case.testimony.resolvers)
        return verdict(VerdictKind.TIMEOUT, Colour.YELLOW, "resolvers_silent", resolvers=silent)
    return _failing_resolvers(case, Colour.RED if len(failing) >= ENOUGH_WITNESSES else Colour.YELLOW)


def _failing_resolvers(case: Case, colour: Colour) -> Verdict:
    broken = case.resolvers_that(Stand.SERVFAIL, Stand.BOGUS)
    refusing = case.resolvers_that(Stand.REFUSED)
    if len(broken) >= len(refusing):
        return verdict(VerdictKind.SERVFAIL, colour, "resolvers_servfail", resolvers=names(broken))
    return verdict(VerdictKind.REFUSED, colour, "resolvers_refused", resolvers=names(refusing))


def _enough(case: Case) -> Verdict:
    """Judge when enough of the answering resolvers are right: what is left is single servers, and proof."""
    failing = case.resolvers_that(Stand.SERVFAIL, Stand.REFUSED, Stand.BOGUS)
    if len(failing) >= max(ENOUGH_WITNESSES, len(case.right)):
        return _failing_resolvers(case, Colour.YELLOW)
    filtered = case.resolvers_that(Stand.FILTERED)
    if filtered:
        return verdict(VerdictKind.FILTERED, Colour.YELLOW, resolvers=names(filtered))
    if case.proven:
        return _server_trouble(case) or _matched(case, _proof(case))
    if len(case.right) < ENOUGH_WITNESSES:
        return verdict(VerdictKind.UNKNOWN, Colour.GREY, "too_few_witnesses")
    return _matched(case, "resolvers_only")


def _proof(case: Case) -> str:
    if case.watching:
        return "consistent"
    return "matched" if case.wanted else "absent"


def _server_trouble(case: Case) -> Verdict | None:
    """Name the authoritative servers that fail while others are right; none that only we cannot reach."""
    lame = case.servers_that(Stand.LAME, Stand.INTERCEPTED)
    if lame:
        return verdict(VerdictKind.LAME, Colour.YELLOW, rcode=rcodes(lame), servers=names(lame))
    broken = case.servers_that(Stand.SERVFAIL)
    if broken:
        return verdict(VerdictKind.SERVFAIL, Colour.YELLOW, rcode=rcodes(broken), servers=names(broken))
    silent = case.servers_that(Stand.SILENT)
    if silent:
        return verdict(VerdictKind.TIMEOUT, Colour.YELLOW, "servers_silent", servers=names(silent))
    return None


def _matched(case: Case, code: str) -> Verdict:
    return verdict(
        VerdictKind.MATCHED,
        Colour.GREEN,
        code,
        servers_right=len(names(case.testimony.answered)),
        resolvers_right=len(case.right),
        resolvers_asked=len(case.testimony.resolvers),
    )


def _old_answers(case: Case) -> Verdict:
    holders = case.holders
    expiry = deadline.expiry(case.memory, holders, case.ways)
    stale = tuple(each for each in holders if each.stale)
    if len(stale) == len(holders):
        return _about(case, VerdictKind.STALE, stale, expiry)
    assumed = case.memory.old_assumed
    if assumed and case.proven and _is_internal(case):
        return _about(case, VerdictKind.INTERNAL_VIEW, holders, expiry, colour=Colour.YELLOW)
    if case.proven and (assumed or case.now > expiry.deadline) and _hides_addresses(case):
        return _hidden(case)
    if case.now <= expiry.deadline:
        return verdict(
            VerdictKind.PROPAGATING,
            Colour.YELLOW,
            "resolvers_differ" if assumed else None,
            until=expiry.deadline,
            seen=addresses(holders),
            expected=case.expected,
            resolvers=names(holders),
            expires=expiry.at,
        )
    return _late(case, expiry, stale)


def _late(case: Case, expiry: Expiry, stale: tuple[Witness, ...]) -> Verdict:
    """Judge when old answers are still there although their time is over; some of them may say that they are stale."""
    holders = case.holders
    line = _done_by_the_line(case) if case.proven else None
    if line is not None:
        return _about(case, line, holders, expiry, colour=Colour.YELLOW)
    if stale:
        return _about(case, VerdictKind.STALE, stale, expiry)
    if case.watching and case.proven and case.memory.old_assumed:
        # Nobody saw a change, and nobody said what to expect: a site with many places looks just like this.
        return _about(case, VerdictKind.OVERDUE, holders, expiry, code="resolvers_astray", colour=Colour.YELLOW)
    if case.proven or not case.most_wrong:
        return _about(case, VerdictKind.OVERDUE, holders, expiry)
    if any(each.held for each in holders):
        return _about(case, VerdictKind.MISMATCH, holders, expiry, code="resolvers_mismatch")
    return verdict(VerdictKind.MISSING, Colour.RED, "resolvers_missing", resolvers=names(holders))


def _about(
    case: Case,
    kind: VerdictKind,
    blamed: tuple[Witness, ...],
    expiry: Expiry,
    *,
    code: str | None = None,
    colour: Colour | None = None,
) -> Verdict:
    """Write a verdict about these resolvers: yellow, and red if they are most of those that answer."""
    bad = is_majority(blamed, case.testimony.answering)
    return verdict(
        kind,
        colour or (Colour.RED if bad else Colour.YELLOW),
        code,
        seen=addresses(blamed),
        expected=case.expected,
        resolvers=names(blamed),
        expires=expiry.at,
    )


def _done_by_the_line(case: Case) -> VerdictKind | None:
    if _is_internal(case):
        return VerdictKind.INTERNAL_VIEW
    return VerdictKind.HIJACKED if _is_hijacked(case) else None


def _is_internal(case: Case) -> bool:
    """Say whether every other answer is one for the inside of a network, while the world's is not."""
    return not any(each.encrypted for each in case.holders) and leads_inside(case.holders, case.expected)


def _hides_addresses(case: Case) -> bool:
    """Say whether all other answers lack just those of the wanted addresses that are of the inside of a network.

    Many resolvers drop such addresses from answers, lest a web page turns itself into a device of the house (DNS
    rebinding). A "no" of old is NXDOMAIN where nothing else has that name; what is dropped leaves the name there.
    """
    rest = frozenset(each for each in case.expected if not _is_inside(each))
    return rest != case.wanted and all(each.held == rest and each.rcode == "NOERROR" for each in case.holders)


def _hidden(case: Case) -> Verdict:
    return verdict(
        VerdictKind.FILTERED,
        Colour.YELLOW,
        "addresses_hidden",
        expected=case.expected,
        hidden=tuple(filter(_is_inside, case.expected)),
        resolvers=names(case.holders),
    )


def _is_hijacked(case: Case) -> bool:
    """Say whether all plain resolvers tell the same other story, while the encrypted ones have the servers' word."""
    plain = tuple(each for each in case.testimony.answering if not each.encrypted)
    return (
        len(case.encrypted_right) >= ENOUGH_WITNESSES
        and len(plain) >= ENOUGH_WITNESSES
        and plain == case.holders
        and len({each.held for each in plain}) == 1
    )


def leads_inside(witnesses: Iterable[Witness], wanted: Iterable[str]) -> bool:
    """Say whether these all have addresses of the inside of a network, and what is wanted are none."""
    inside = all(each.held and all(map(_is_inside, each.held)) for each in witnesses)
    return inside and not any(map(_is_inside, wanted))


def _is_inside(written: str) -> bool:
    address = parsed(written)
    return address is not None and is_assignable(address) and not is_routable(address)
