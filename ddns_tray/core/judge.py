"""The verdict on one record: a pure function of what was seen, what is expected and what is remembered.

Defines: which verdict, in which colour, for what reason, and until when. Total over any mix of observations. It asks
nobody, keeps nothing and speaks no sentences: `words` makes them of the reason's code and data, by the table below.

First match wins: paused; a captive portal; never looked; offline; the authoritative servers; what the resolvers say;
single servers that fail. Never green without proof, never red for our own broken line.

| code | kind | data |
|---|---|---|
| paused | paused | |
| not_looked | unknown | |
| offline | offline | |
| captive_portal | offline: the network wants us to sign in first | portal |
| address_unknown | unknown | |
| address_disputed | unknown (yellow) | |
| address_undecided | unknown (yellow): behind a VPN, and nobody has said whose address it shall have | |
| not_routable | double_nat | |
| double_nat | double_nat: right, but behind another router | router, expected |
| router_without_address | double_nat: the same, and our router has no address at all | expected |
| too_few_witnesses | unknown | |
| proxied | proxied: right, behind the provider's proxy | as matched, origin, expected, read |
| proxied_unread | proxied (yellow): another edge than at the last reading of the provider | origin, expected, read |
| proxied_unasked | proxied (yellow), against the settings | origin, expected, read |
| proxy_off | proxied (yellow): not behind the proxy, against the settings | seen, read |
| proxied_mismatch | mismatch behind the provider's proxy | seen, expected, read |
| just_written | propagating | seen, expected, servers |
| servers_disagree | propagating, later mismatch (watched: secondary_lag, yellow) | seen, expected, servers, ahead |
| secondary_lag | secondary_lag (red past its time) | as above |
| mismatch, not_cleared | mismatch (not_cleared: nothing is expected) | seen, expected, servers |
| extra | extra | seen, expected, extra, servers |
| missing | missing | rcode (NXDOMAIN or NODATA), servers |
| lame, servfail | the same (red if no server is right) | rcode, servers |
| bogus | bogus | resolvers |
| timeout | timeout (red with `resolvers` that fail) | servers, resolvers |
| resolvers_silent | timeout (yellow) | resolvers |
| servers_silent | timeout (yellow): some servers | servers |
| auth_unreachable, intercepted | auth_unreachable | servers, right, resolvers_asked |
| propagating | propagating | seen, expected, resolvers, expires |
| resolvers_differ | propagating, as far as we can tell: nobody saw the name change | as above |
| resolvers_not_asked | propagating | expires |
| overdue, stale, internal_view, hijacked | the same | seen, expected, resolvers, expires |
| resolvers_astray | overdue (yellow): a watched name that nobody saw change | as above |
| internal_servers | internal_view, where the authoritative servers should answer | seen, expected, servers |
| resolvers_mismatch | mismatch, by resolvers alone | seen, expected, resolvers, expires |
| resolvers_missing | missing, by resolvers alone | resolvers |
| filtered | filtered | resolvers |
| addresses_hidden | filtered: resolvers leave out addresses of the inside of a network | resolvers, expected, hidden |
| resolvers_servfail, resolvers_refused, resolvers_bogus | servfail, refused, bogus | resolvers |
| matched, consistent, absent, authoritative_only, resolvers_only | matched | servers_right, resolvers_right, ... |

`servers` and `resolvers` are the names of those that the reason is about, `seen`, `expected`, `extra` and `hidden` are
addresses, all as tuples of text in order; `origin` is the wanted set behind a proxy, whose edge is `expected` then, and
`read` is when the provider was last read (Unix seconds). `ahead` are the servers that are right. `expires` is when the
last old answer should run out (Unix seconds), a grace before the verdict's deadline. Matched reasons carry the counts
`servers_right`, `resolvers_right`, `resolvers_asked`. `consistent` is a watched name whose servers and resolvers agree,
`absent` a record that shall not be there and is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core import deadline
from ddns_tray.core.addresses import canonical_set
from ddns_tray.core.case import ENOUGH_WITNESSES, Case, rcodes, verdict
from ddns_tray.core.judge_failures import of_failing
from ddns_tray.core.judge_proxy import bare, edge_of, is_bare, of_edge, remember_edge, remember_way
from ddns_tray.core.judge_resolvers import leads_inside, of_resolvers
from ddns_tray.core.model import AddressState, Colour, VerdictKind
from ddns_tray.core.witnesses import addresses, hear, is_newer, names, newest_serial, truth

if TYPE_CHECKING:
    from ddns_tray.core.model import Behind, Circumstances, RecordMemory, Verdict, View
    from ddns_tray.core.witnesses import Testimony, Witness


def judge(
    view: View | None,
    expected: frozenset[str] | None,
    memory: RecordMemory,
    *,
    now: float,
    online: bool | None,
    paused: bool,
    watched_only: bool,
    address_state: AddressState | None = None,
    behind: Behind | None = None,
    portal: str | None = None,
) -> tuple[Verdict, RecordMemory]:
    """Return the verdict, and the memory with what this look has taught.

    `expected` is None while the address is not known, and empty if the record shall not be there. `watched_only` says
    that a name without an expected address is held against what it leads to itself. `online` is False only if none of
    several independent anchors answered. `address_state` makes the reason finer where the address is not known.
    `behind` says that the expected address is not that of our own router: then a record that is right still leads
    nobody here. `portal` says that the network answers in place of others until we sign in there: whatever was seen
    proves nothing, and nothing is learned from it.
    """
    if paused:
        return verdict(VerdictKind.PAUSED, Colour.GREY), memory
    if portal is not None:
        return verdict(VerdictKind.OFFLINE, Colour.GREY, "captive_portal", portal=(portal,) if portal else ()), memory
    if view is None:
        return (_offline() if online is False else verdict(VerdictKind.UNKNOWN, Colour.GREY, "not_looked")), memory
    testimony = hear(view)
    if online is False and not _proves_a_line(testimony):
        return _offline(), memory
    watching = expected is None and watched_only
    wanted = truth(testimony) if watching else None if expected is None else canonical_set(expected)
    edge = None if watching or wanted is None else edge_of(testimony, wanted, memory)
    if wanted is not None and not watching:
        memory = remember_way(memory, edge, testimony, wanted)
    if edge is not None:
        testimony, memory = edge.testimony, remember_edge(memory, edge)
    if wanted is not None:
        memory = deadline.bring_forward(memory, wanted, testimony, now=now)
    case = Case(view, testimony, wanted, memory, now, online, watching)
    conclusion = _conclude(case, address_state)
    if edge is not None:
        conclusion = of_edge(edge, wanted or frozenset(), conclusion)
    if conclusion.colour is Colour.GREEN:
        memory = deadline.settle(memory, now=now)
        conclusion = _with_a_but(conclusion, case, behind, on_edge=edge is not None)
    return conclusion, memory


def judge_again(view: View | None, told: Circumstances) -> tuple[Verdict, RecordMemory]:
    """Judge as `judge` does, from one record of all that it is told."""
    return judge(
        view,
        told.expected,
        told.memory,
        now=told.at,
        online=told.online,
        paused=told.paused,
        watched_only=told.watched_only,
        address_state=told.address_state,
        behind=told.behind,
        portal=told.portal,
    )


def _offline() -> Verdict:
    return verdict(VerdictKind.OFFLINE, Colour.GREY)


def _proves_a_line(testimony: Testimony) -> bool:
    """Say whether somebody answered who is not in our own house: a router's cache answers without any line."""
    return bool(testimony.answered) or any(each.encrypted for each in testimony.answering)


def _conclude(case: Case, address_state: AddressState | None) -> Verdict:
    testimony = case.testimony
    if testimony.asked and not testimony.answered and (testimony.failing or not testimony.elsewhere):
        return of_failing(case)
    if case.wanted is None:
        return _without_address(address_state, watching=case.watching)
    right = tuple(each for each in testimony.answered if each.held == case.wanted)
    wrong = tuple(each for each in testimony.answered if each.held != case.wanted)
    if wrong:
        return _divided(case, right, wrong) if right else _all_wrong(case, wrong)
    if case.watching and not case.wanted:
        return _nowhere(case)
    return of_resolvers(case)


def _without_address(address_state: AddressState | None, *, watching: bool) -> Verdict:
    if watching:
        return verdict(VerdictKind.UNKNOWN, Colour.GREY, "too_few_witnesses")
    if address_state is AddressState.NOT_ROUTABLE:
        return verdict(VerdictKind.DOUBLE_NAT, Colour.YELLOW, "not_routable")
    if address_state is AddressState.DISPUTED:
        return verdict(VerdictKind.UNKNOWN, Colour.YELLOW, "address_disputed")
    if address_state is AddressState.UNDECIDED:
        return verdict(VerdictKind.UNKNOWN, Colour.YELLOW, "address_undecided")
    return verdict(VerdictKind.UNKNOWN, Colour.GREY, "address_unknown")


def _with_a_but(conclusion: Verdict, case: Case, behind: Behind | None, *, on_edge: bool) -> Verdict:
    """Return a green verdict, or what keeps the right address from being all that is wanted."""
    if behind is not None and not case.watching:
        return _not_reachable(case, behind)
    if case.wanted and case.proven and not on_edge and is_bare(case.memory, case.now):
        return bare(case.expected, case.memory)
    return conclusion


def _not_reachable(case: Case, behind: Behind) -> Verdict:
    """Judge a record that is right, with an address at which something else than our router answers."""
    if behind.router is None:
        return verdict(VerdictKind.DOUBLE_NAT, Colour.YELLOW, "router_without_address", expected=case.expected)
    router = (str(behind.router),)
    return verdict(VerdictKind.DOUBLE_NAT, Colour.YELLOW, router=router, expected=case.expected)


def _nowhere(case: Case) -> Verdict:
    """Judge a watched name that leads nowhere."""
    answered = case.testimony.answered
    if answered:
        return verdict(VerdictKind.MISSING, Colour.RED, rcode=_negative(answered), servers=names(answered))
    return verdict(VerdictKind.MISSING, Colour.RED, "resolvers_missing", resolvers=names(case.right))


def _all_wrong(case: Case, wrong: tuple[Witness, ...]) -> Verdict:
    """Judge when every authoritative server that answered says something else."""
    wanted, servers, seen = case.expected, names(wrong), addresses(wrong)
    if deadline.just_written(case.memory, frozenset(wanted), case.now):
        until = (case.memory.written_at or case.now) + deadline.WRITE_GRACE
        return verdict(
            VerdictKind.PROPAGATING,
            Colour.YELLOW,
            "just_written",
            until=until,
            seen=seen,
            expected=wanted,
            servers=servers,
        )
    if len(case.encrypted_right) >= ENOUGH_WITNESSES and leads_inside(wrong, wanted):
        # A box on our line that answers for everybody, and has addresses of the house for its names.
        return verdict(
            VerdictKind.INTERNAL_VIEW, Colour.YELLOW, "internal_servers", seen=seen, expected=wanted, servers=servers
        )
    if not seen:
        return verdict(VerdictKind.MISSING, Colour.RED, rcode=_negative(wrong), servers=servers)
    if wanted and all(each.held is not None and each.held > set(wanted) for each in wrong):
        extra = tuple(address for address in seen if address not in wanted)
        colour = Colour.RED if len(wanted) == 1 else Colour.YELLOW
        return verdict(VerdictKind.EXTRA, colour, seen=seen, expected=wanted, extra=extra, servers=servers)
    code = "mismatch" if wanted else "not_cleared"
    return verdict(VerdictKind.MISMATCH, Colour.RED, code, seen=seen, expected=wanted, servers=servers)


def _divided(case: Case, right: tuple[Witness, ...], wrong: tuple[Witness, ...]) -> Verdict:
    """Judge when some authoritative servers are right and some are not: the rest may follow, within its time."""
    limit = deadline.lag_limit(case.memory, case.view.secondary_interval)
    comparable = newest_serial((*right, *wrong)) is not None
    ahead, behind = (newest_serial(right), newest_serial(wrong)) if comparable else (None, None)
    fresh = deadline.just_written(case.memory, frozenset(case.expected), case.now)
    overtaken = not fresh and ahead is not None and behind is not None and is_newer(behind, ahead)
    in_time = case.now <= limit.deadline and not overtaken
    lagging = ahead is not None and behind is not None and is_newer(ahead, behind)
    # Servers that spread people over many places say different things on purpose, and nobody said what to expect.
    astray = case.watching and not lagging and not in_time
    kind = VerdictKind.PROPAGATING if in_time else VerdictKind.MISMATCH
    return verdict(
        VerdictKind.SECONDARY_LAG if lagging or astray else kind,
        Colour.YELLOW if in_time or astray else Colour.RED,
        "secondary_lag" if lagging else "servers_disagree",
        until=limit.deadline + (case.memory.old_ttl or 0) if in_time else None,
        seen=addresses(wrong),
        expected=case.expected,
        servers=names(wrong),
        ahead=names(right),
    )


def _negative(witnesses: tuple[Witness, ...]) -> str:
    """Return how servers say no: NXDOMAIN, or NODATA for a name that has other types (RFC 2308 §2)."""
    return "NXDOMAIN" if rcodes(witnesses) == "NXDOMAIN" else "NODATA"
