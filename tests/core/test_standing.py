"""Sources that lie, flap, refuse and fail are left alone for a while, and get their chance again."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.model import AddressState, Agreement, Family, RestReason, Sighting, SourceKind, Standing
from ddns_tray.core.standing import (
    FAILURES_TO_REST,
    LATE,
    LONGEST_FAILURE_REST,
    LONGEST_LIE_REST,
    LONGEST_LOCAL_REST,
    REFUSAL_REST,
    RIGHT_TO_FORGIVE,
    forgiven,
    is_resting,
    learned,
    resting_problem,
)
from ddns_tray.core.text import text

TRUTH, LIE, FORMER = (ip_address(each) for each in ("11.22.33.44", "55.66.77.88", "99.1.1.1"))
START = 1000.0
WALL = 1_800_000_000.0
TIMED_OUT = Problem(ProblemCode.TIMED_OUT, text("Too late."))
NONE_OUTSIDE = Problem(ProblemCode.NO_OUTSIDE_ADDRESS, text("None."))
PRIVATE = Problem(ProblemCode.NOT_ROUTABLE, text("Private."))


def saw(address: object, problem: Problem | None = None, kind: SourceKind = SourceKind.HTTPS) -> Sighting:
    return Sighting("s", "s", kind, Family.IPV4, address, WALL, problem)  # type: ignore[arg-type]  # an address or None


def agreed(since: float = WALL - 1e6, state: AddressState = AddressState.AGREED) -> Agreement:
    return Agreement(Family.IPV4, state, TRUTH if state is AddressState.AGREED else None, (), since)


def after(
    standing: Standing, *sightings: Sighting, conclusion: Agreement | None = None, now: float = START
) -> Standing:
    for sighting in sightings:
        standing = learned(standing, sighting, conclusion or agreed(), former=FORMER, now=now, wall=WALL)
    return standing


def rest(standing: Standing) -> float | None:
    return None if standing.rest_until is None else standing.rest_until - START


def test_right_answers_are_counted_and_make_the_score() -> None:
    standing = after(Standing(), saw(TRUTH), saw(TRUTH), saw(None, TIMED_OUT), saw(LIE))
    assert (standing.looks, standing.right, standing.failed, standing.wrong) == (4, 2, 1, 1)
    assert standing.score == 0.5
    assert Standing().score is None


def test_a_lie_is_a_rest_and_each_further_one_a_longer_one() -> None:
    standing, rests = Standing(), []
    for _ in range(10):
        standing = after(standing, saw(LIE), saw(TRUTH))
        assert not is_resting(standing, START)
        rests.append(rest(after(standing, saw(LIE))))
    assert rests[:3] == [1200.0, 2400.0, 4800.0]
    assert rests[-1] == LONGEST_LIE_REST
    assert after(standing, saw(LIE)).rest_reason is RestReason.CONTRADICTED


def test_a_lie_is_lived_down_by_many_right_answers() -> None:
    standing = after(Standing(), saw(LIE), saw(LIE), *[saw(TRUTH)] * RIGHT_TO_FORGIVE)
    assert standing.lies == 1
    assert after(standing, *[saw(TRUTH)] * (2 * RIGHT_TO_FORGIVE)).lies == 0


def test_a_private_address_from_outside_is_a_lie() -> None:
    assert after(Standing(), saw(ip_address("10.0.0.1"), PRIVATE)).wrong == 1


@pytest.mark.parametrize("kind", [SourceKind.ROUTER, SourceKind.INTERFACE, SourceKind.COMMAND, SourceKind.FILE])
def test_what_stands_in_the_house_may_differ(kind: SourceKind) -> None:
    standing = after(Standing(), *[saw(LIE, None, kind)] * 5)
    assert (standing.wrong, standing.rest_until) == (0, None)


def test_the_former_address_is_no_lie_just_after_a_change() -> None:
    just_now = agreed(WALL - LATE + 1)
    assert after(Standing(), saw(FORMER), conclusion=just_now).wrong == 0
    assert after(Standing(), saw(LIE), conclusion=just_now).wrong == 1
    assert after(Standing(), saw(FORMER), conclusion=agreed(WALL - LATE - 1)).wrong == 1


def test_where_nobody_knows_the_truth_nobody_lies() -> None:
    for state in (AddressState.DISPUTED, AddressState.UNKNOWN):
        standing = after(Standing(), saw(LIE), saw(TRUTH), conclusion=agreed(state=state))
        assert (standing.looks, standing.wrong, standing.right, standing.rest_until) == (2, 0, 0, None)


def test_a_refusal_is_a_rest_of_the_length_that_was_asked_for() -> None:
    for asked_for, expected in ((30.0, 30.0), (None, REFUSAL_REST)):
        refused = Problem(ProblemCode.RATE_LIMITED, text("Later."), retry_after=asked_for)
        standing = after(Standing(), saw(None, refused))
        assert (rest(standing), standing.rest_reason) == (expected, RestReason.REFUSED)
        assert forgiven(standing) == standing


def test_failing_again_and_again_is_a_rest_that_grows_to_a_limit() -> None:
    standing = after(Standing(), *[saw(None, TIMED_OUT)] * (FAILURES_TO_REST - 1))
    assert standing.rest_until is None
    assert rest(after(standing, saw(None, TIMED_OUT))) == 60
    assert rest(after(standing, *[saw(None, TIMED_OUT)] * 30)) == LONGEST_FAILURE_REST
    local = saw(None, TIMED_OUT, SourceKind.ROUTER)
    assert rest(after(standing, *[local] * 30)) == LONGEST_LOCAL_REST
    assert after(standing, *[saw(None, TIMED_OUT)] * 5, saw(TRUTH)).rest_until is None


def test_failing_together_is_the_fault_of_our_line() -> None:
    nothing = agreed(state=AddressState.UNKNOWN)
    assert after(Standing(), *[saw(None, TIMED_OUT)] * 10, conclusion=nothing).rest_until is None


def test_a_router_that_says_that_it_has_no_address_goes_on_being_asked() -> None:
    assert after(Standing(), *[saw(None, NONE_OUTSIDE, SourceKind.ROUTER)] * 10).rest_until is None


def test_a_new_network_forgives_failures_and_nothing_else() -> None:
    failing = after(Standing(), *[saw(None, TIMED_OUT)] * 5)
    assert not is_resting(forgiven(failing), START)
    lying = after(Standing(), saw(LIE))
    assert is_resting(forgiven(lying), START)


def test_a_rest_is_shown_with_its_reason_and_its_length() -> None:
    lying = after(Standing(), saw(LIE))
    problem = resting_problem(lying, START + 100)
    assert (problem.code, problem.retry_after) == (ProblemCode.RESTING, 500.0)
    assert "contradicted" in str(problem.title)
    assert resting_problem(Standing(), START).retry_after is None
