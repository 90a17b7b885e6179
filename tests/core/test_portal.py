from __future__ import annotations

from ipaddress import ip_address

import pytest

from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.model import (
    AddressState,
    Agreement,
    Family,
    Observation,
    Outcome,
    RecordKey,
    RecordType,
    Role,
    Sighting,
    SourceKind,
    Transport,
    UpdateResult,
    View,
)
from ddns_tray.core.portal import (
    FIRST_RECHECK,
    LATER_RECHECK,
    PATIENT_AFTER,
    Answered,
    Portal,
    ProbeAnswer,
    in_trouble,
    portal_of,
    portal_problem,
    recheck_after,
)
from ddns_tray.core.text import text

NOW = 1_800_000_000.0
KEY = RecordKey("home.example.org", RecordType.A)


def _found(
    kind: SourceKind = SourceKind.HTTPS, code: ProblemCode | None = ProblemCode.TLS_FAILED, *, at: float = NOW
) -> Agreement:
    problem = None if code is None else Problem(code, text("It failed."))
    address = ip_address("8.8.4.4") if problem is None else None
    sighting = Sighting("https:one", "one", kind, Family.IPV4, address, at, problem)
    return Agreement(Family.IPV4, AddressState.UNKNOWN, None, (sighting,))


def _seen(transport: Transport, rcode: str | None = "NOERROR", *, at: float = NOW) -> View:
    observation = Observation(Role.RESOLVER, "a resolver", "192.0.2.53", transport, at, rcode=rcode)
    return View(KEY, None, (observation,), at)


def _result(outcome: Outcome, code: ProblemCode | None) -> UpdateResult:
    problem = None if code is None else Problem(code, text("It failed."))
    return UpdateResult(KEY, outcome, (), (), 1, NOW, problem)


@pytest.mark.parametrize(
    "code",
    [
        ProblemCode.TLS_FAILED,
        ProblemCode.CONNECT_FAILED,
        ProblemCode.TIMED_OUT,
        ProblemCode.NOT_AN_ADDRESS,
        ProblemCode.DETECTOR,
    ],
)
def test_a_web_source_that_fails_in_the_manner_of_a_portal_is_trouble(code: ProblemCode) -> None:
    assert in_trouble([_found(code=code)], [], [], since=NOW)


@pytest.mark.parametrize("code", [ProblemCode.RATE_LIMITED, ProblemCode.RESTING, ProblemCode.WRONG_FAMILY])
def test_a_source_that_only_says_no_is_no_trouble(code: ProblemCode) -> None:
    assert not in_trouble([_found(code=code)], [], [], since=NOW)


def test_what_failed_in_an_earlier_look_is_no_trouble_now() -> None:
    assert not in_trouble([_found(at=NOW - 1)], [], [], since=NOW)


def test_other_kinds_of_sources_say_nothing_about_the_web() -> None:
    assert not in_trouble([_found(SourceKind.STUN), _found(SourceKind.ROUTER)], [], [], since=NOW)


def test_one_web_source_that_answers_over_tls_ends_all_suspicion() -> None:
    assert not in_trouble([_found(), _found(code=None)], [], [], since=NOW)
    assert in_trouble([_found(), _found(SourceKind.HTTP, code=None)], [], [], since=NOW)


@pytest.mark.parametrize("transport", [Transport.TLS, Transport.HTTPS])
def test_an_encrypted_resolver_that_answers_ends_all_suspicion(transport: Transport) -> None:
    assert not in_trouble([_found()], [_seen(transport)], [], since=NOW)
    assert in_trouble([_found()], [_seen(transport, None)], [], since=NOW)
    assert in_trouble([_found()], [_seen(transport, at=NOW - 60)], [], since=NOW)
    assert in_trouble([_found()], [_seen(Transport.UDP)], [], since=NOW)


def test_a_write_that_the_network_swallows_is_trouble_where_no_source_was_asked() -> None:
    assert in_trouble([], [], [_result(Outcome.FAILED, ProblemCode.TLS_FAILED)], since=NOW)
    assert in_trouble([], [], [_result(Outcome.UNCONFIRMED, ProblemCode.TIMED_OUT)], since=NOW)
    assert not in_trouble([], [], [_result(Outcome.FAILED, ProblemCode.AUTHENTICATION_FAILED)], since=NOW)
    assert not in_trouble([], [], [_result(Outcome.UPDATED, None)], since=NOW)


def _answers(*each: tuple[str, Answered]) -> list[ProbeAnswer]:
    return [ProbeAnswer(operator, answered) for operator, answered in each]


def test_two_operators_in_whose_place_something_else_answers_are_a_portal() -> None:
    answers = [
        ProbeAnswer("one", Answered.DIVERTED),
        ProbeAnswer("two", Answered.DIVERTED, "login.hotel.example"),
        ProbeAnswer("three", Answered.AS_EXPECTED),
    ]
    assert portal_of(answers) == Portal("login.hotel.example")


@pytest.mark.parametrize(
    "answers",
    [
        _answers(),
        _answers(("one", Answered.DIVERTED), ("two", Answered.UNCLEAR), ("three", Answered.UNCLEAR)),
        _answers(("one", Answered.DIVERTED), ("one", Answered.DIVERTED)),
        _answers(("one", Answered.UNCLEAR), ("two", Answered.UNCLEAR), ("three", Answered.UNCLEAR)),
        _answers(("one", Answered.AS_EXPECTED), ("two", Answered.DIVERTED)),
        _answers(
            ("one", Answered.DIVERTED),
            ("two", Answered.DIVERTED),
            ("three", Answered.AS_EXPECTED),
            ("four", Answered.AS_EXPECTED),
        ),
    ],
)
def test_less_than_that_is_none(answers: list[ProbeAnswer]) -> None:
    assert portal_of(answers) is None


def test_the_person_is_told_where_to_go_as_far_as_that_is_known() -> None:
    named, unnamed = portal_problem(Portal("login.hotel.example")), portal_problem(Portal(""))
    assert named.title == unnamed.title == text("This network wants you to log in first.")
    assert "login.hotel.example" in str(named.hint)
    assert unnamed.hint is not None
    assert unnamed.hint.fields == {}


def test_it_is_asked_often_at_first_and_then_more_rarely() -> None:
    assert recheck_after(0) == recheck_after(PATIENT_AFTER - 1) == FIRST_RECHECK
    assert recheck_after(PATIENT_AFTER) == LATER_RECHECK
