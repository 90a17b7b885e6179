"""The verdict when no authoritative server gave an answer although they were looked for.

Defines: lame, servfail, timeout, auth_unreachable. The table of reasons is at the head of `judge`.

What fails may be our own line: port 53 blocked, or answered by a box in between. Two encrypted resolvers that have the
wanted set prove more than any silence; and silence alone is never red.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core import deadline
from ddns_tray.core.case import ENOUGH_WITNESSES, rcodes, verdict
from ddns_tray.core.model import Colour, VerdictKind
from ddns_tray.core.witnesses import Stand, addresses, names

if TYPE_CHECKING:
    from ddns_tray.core.case import Case
    from ddns_tray.core.model import Verdict


def of_failing(case: Case) -> Verdict:
    """Judge a case in which the authoritative servers were asked and none answered."""
    lame, broken = case.servers_that(Stand.LAME), case.servers_that(Stand.SERVFAIL)
    intercepted = case.servers_that(Stand.INTERCEPTED)
    if intercepted and not lame and not broken and not _all_fail(case):
        return _unreachable(case, "intercepted")
    blame = lame or broken or intercepted
    if not blame:
        return _unreachable(case, "auth_unreachable")
    kind = VerdictKind.SERVFAIL if blame is broken else VerdictKind.LAME
    doubtful = len(case.encrypted_right) >= ENOUGH_WITNESSES
    colour = Colour.YELLOW if doubtful else Colour.RED
    return verdict(kind, colour, rcode=rcodes(blame), servers=names(blame))


def _unreachable(case: Case, code: str) -> Verdict:
    servers = names(case.testimony.failing)
    if case.enough_right and len(case.encrypted_right) >= ENOUGH_WITNESSES:
        return _noted(case, code, Colour.GREEN)
    if _all_fail(case):
        bogus = case.resolvers_that(Stand.BOGUS)
        if len(bogus) >= ENOUGH_WITNESSES:
            return verdict(VerdictKind.BOGUS, Colour.RED, resolvers=names(bogus))
        failing = case.resolvers_that(Stand.SERVFAIL, Stand.BOGUS)
        return verdict(VerdictKind.TIMEOUT, Colour.RED, servers=servers, resolvers=names(failing))
    if not case.holders or case.enough_right or case.wanted is None:
        return _noted(case, code, Colour.YELLOW)
    expiry = deadline.expiry(case.memory, case.holders, case.ways)
    if case.now <= expiry.deadline:
        return _noted(case, code, Colour.YELLOW, until=expiry.deadline)
    return verdict(
        VerdictKind.STALE,
        Colour.RED if case.most_wrong else Colour.YELLOW,
        seen=addresses(case.holders),
        expected=case.expected,
        resolvers=names(case.holders),
        expires=expiry.at,
    )


def _noted(case: Case, code: str, colour: Colour, until: float | None = None) -> Verdict:
    return verdict(
        VerdictKind.AUTH_UNREACHABLE,
        colour,
        code,
        until=until,
        servers=names(case.testimony.failing),
        right=len(case.right),
        resolvers_asked=len(case.testimony.resolvers),
    )


def _all_fail(case: Case) -> bool:
    """Say whether the resolvers, too, cannot reach the zone: all that speak fail, and it is not for our own line."""
    failing = case.resolvers_that(Stand.SERVFAIL, Stand.BOGUS)
    if case.testimony.answering or not failing:
        return False
    return case.online is True or len(failing) >= ENOUGH_WITNESSES
