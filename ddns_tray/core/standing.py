"""How a source has fared, and when it is left alone: after it has contradicted, refused, or failed again and again.

Defines: what an answer does to a source's standing, and for how long it rests. A source that rests is asked again when
its time is over, or when there is no agreement without it; it never loses its place among the origins that the quorum
is counted of. Asks nobody.

Only network sources can contradict: our own router, interfaces, files and programs tell what they are asked, and where
that differs from what the world sees, it is no lie but something in between (`Agreement.behind`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.model import AddressState, RestReason, Standing
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from ddns_tray.core.model import Agreement, IPAddress, Sighting

LATE = 120.0
"""Seconds after a change for which the former address is no lie: the news takes its time."""
LIE_REST, LONGEST_LIE_REST = 600.0, 86_400.0
FAILURES_TO_REST = 3
FAILURE_REST, LONGEST_FAILURE_REST, LONGEST_LOCAL_REST = 60.0, 3600.0, 900.0
REFUSAL_REST = 600.0
RIGHT_TO_FORGIVE = 20
"""Right answers in a row that live one lie down."""
_MOST_DOUBLINGS = 16


def learned(
    standing: Standing, sighting: Sighting, agreement: Agreement, *, former: IPAddress | None, now: float, wall: float
) -> Standing:
    """Return the standing after one more look. `now` is of a clock that does not jump, `wall` that of agreements.

    `sighting` is as `agree` has examined it, `former` the address that was agreed on before the present one.
    """
    standing = replace(standing, looks=standing.looks + 1)
    code = sighting.problem.code if sighting.problem is not None else None
    if code is ProblemCode.RATE_LIMITED:
        asked_for = sighting.problem.retry_after if sighting.problem is not None else None
        rest = REFUSAL_REST if asked_for is None else asked_for
        return replace(standing, failed=standing.failed + 1, rest_until=now + rest, rest_reason=RestReason.REFUSED)
    seen_and_refused = code is ProblemCode.NOT_ROUTABLE and sighting.kind.is_network
    if sighting.address is None or (code is not None and not seen_and_refused):
        return _failed(standing, sighting, agreement, now)
    if agreement.address is None:
        return standing
    if sighting.address == agreement.address:
        return _right(standing)
    late = sighting.address == former and agreement.since is not None and wall - agreement.since <= LATE
    if late or not sighting.kind.is_network:
        return replace(standing, failures=0)
    lies = standing.lies + 1
    rest = min(LONGEST_LIE_REST, LIE_REST * 2.0 ** min(lies - 1, _MOST_DOUBLINGS))
    return replace(
        standing,
        wrong=standing.wrong + 1,
        lies=lies,
        right_in_a_row=0,
        failures=0,
        rest_until=now + rest,
        rest_reason=RestReason.CONTRADICTED,
    )


def is_resting(standing: Standing, now: float) -> bool:
    """Say whether the source is left alone at this time."""
    return standing.rest_until is not None and now < standing.rest_until


def forgiven(standing: Standing) -> Standing:
    """Return the standing after our own network has changed: what failed there may work here."""
    if standing.rest_reason is not RestReason.FAILING:
        return standing
    return replace(standing, failures=0, rest_until=None, rest_reason=None)


def resting_problem(standing: Standing, now: float) -> Problem:
    """Return what to show of a source that was not asked."""
    title = {
        RestReason.CONTRADICTED: text("It is left alone for a while, since it contradicted the other sources."),
        RestReason.REFUSED: text("It is left alone for a while, since it asked for that."),
        RestReason.FAILING: text("It is left alone for a while, since it did not answer."),
        None: text("It was not asked."),
    }[standing.rest_reason]
    left = max(0.0, standing.rest_until - now) if standing.rest_until is not None else None
    return Problem(ProblemCode.RESTING, title, text("It is asked again after that."), left)


def _right(standing: Standing) -> Standing:
    in_a_row = standing.right_in_a_row + 1
    forgive = in_a_row >= RIGHT_TO_FORGIVE
    return replace(
        standing,
        right=standing.right + 1,
        right_in_a_row=0 if forgive else in_a_row,
        lies=max(0, standing.lies - 1) if forgive else standing.lies,
        failures=0,
        rest_until=None,
        rest_reason=None,
    )


def _failed(standing: Standing, sighting: Sighting, agreement: Agreement, now: float) -> Standing:
    """Count a failure; only where others succeeded is it the source's own, and not our line's."""
    if agreement.state is not AddressState.AGREED:
        return replace(standing, failed=standing.failed + 1)
    failures = standing.failures + 1
    standing = replace(standing, failed=standing.failed + 1, failures=failures, right_in_a_row=0)
    told_none = sighting.problem is not None and sighting.problem.code is ProblemCode.NO_OUTSIDE_ADDRESS
    if failures < FAILURES_TO_REST or told_none:
        return standing
    longest = LONGEST_FAILURE_REST if sighting.kind.is_network else LONGEST_LOCAL_REST
    rest = min(longest, FAILURE_REST * 2.0 ** min(failures - FAILURES_TO_REST, _MOST_DOUBLINGS))
    return replace(standing, rest_until=now + rest, rest_reason=RestReason.FAILING)
