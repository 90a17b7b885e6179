"""An answer that was read before is recognised, and any other is read."""

from __future__ import annotations

import random

import pytest

from ddns_tray.core.model import Observation, RecordType, Role, Transport
from ddns_tray.verify.asker import read_reply
from ddns_tray.verify.familiar import Familiar
from ddns_tray.verify.observations import observe
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.question import Received
from ddns_tray.verify.targets import Endpoint, Target
from tests.support.dns_server import Answer, build

NAME = "home.example.test"
QUERY = prepare(NAME, "A", recursive=True)
TARGET = Target("udp://192.0.2.53", Endpoint("192.0.2.53"))
PLAIN = Answer((f"{NAME}. 60 A 192.0.2.1",))


def received(answer: Answer, *, message_id: int = 1, at: float = 1000.0, case: bool = False) -> Received:
    question = QUERY.question_in_random_case() if case else None
    return Received(at, Transport.UDP, build(QUERY.wire(message_id, question), answer), 0.01)


def read(one: Received) -> Observation:
    return observe(Role.RESOLVER, TARGET, read_reply(one), NAME, RecordType.A)


def knowing(answer: Answer) -> Familiar:
    familiar = Familiar()
    first = received(answer)
    familiar.learn(familiar.meet(NAME, RecordType.A, recursive=True), TARGET, first, read(first))
    return familiar


def recall(familiar: Familiar, one: Received) -> Observation | None:
    return familiar.recall(familiar.meet(NAME, RecordType.A, recursive=True), TARGET, one, role=Role.RESOLVER)


def test_the_same_answer_is_recognised_with_its_own_ttl_and_time() -> None:
    familiar = knowing(PLAIN)
    later = received(Answer((f"{NAME}. 17 A 192.0.2.1",)), message_id=999, at=2000.0)
    assert recall(familiar, later) == read(later)
    assert familiar.recognised == 1


def test_the_case_of_the_question_makes_no_difference() -> None:
    familiar = knowing(PLAIN)
    assert any(recall(familiar, received(PLAIN, case=True)) is not None for _ in range(20))


@pytest.mark.parametrize(
    "other",
    [
        Answer((f"{NAME}. 60 A 192.0.2.1", f"{NAME}. 60 A 192.0.2.3")),
        Answer((f"{NAME}. 60 A 192.0.2.2",)),
        Answer(),
        Answer((f"{NAME}. 60 A 192.0.2.1",), aa=False),
        Answer((f"{NAME}. 60 A 192.0.2.1",), ede=(3,)),
        Answer((f"{NAME}. 60 A 192.0.2.1",), rcode="SERVFAIL"),
        Answer((f"{NAME}. 60 A 192.0.2.1",), tc=True),
    ],
)
def test_any_other_answer_is_read(other: Answer) -> None:
    assert recall(knowing(PLAIN), received(other)) is None


@pytest.mark.parametrize(
    "answer",
    [
        Answer((f"{NAME}. 60 CNAME a.example.test.", "a.example.test. 60 A 192.0.2.1")),
        Answer(rcode="NXDOMAIN"),
        Answer((f"{NAME}. 60 A 192.0.2.1",), tc=True),
        Answer(("other.example.test. 60 A 192.0.2.1",)),
        Answer((f"{NAME}. 60 A 192.0.2.1", "other.example.test. 60 A 192.0.2.1")),
    ],
)
def test_only_the_plainest_answers_become_familiar(answer: Answer) -> None:
    assert recall(knowing(answer), received(answer)) is None


def test_an_answer_that_became_another_is_forgotten_and_so_is_everything_when_asked() -> None:
    familiar = knowing(PLAIN)
    negative = received(Answer(rcode="NXDOMAIN"))
    familiar.learn(familiar.meet(NAME, RecordType.A, recursive=True), TARGET, negative, read(negative))
    assert recall(familiar, received(PLAIN)) is None
    familiar = knowing(PLAIN)
    familiar.forget()
    assert recall(familiar, received(PLAIN)) is None


def test_beyond_a_bound_nothing_more_is_remembered() -> None:
    familiar = Familiar(most=2)
    known = [familiar.meet(f"{number}.example.test", RecordType.A, recursive=True) for number in range(3)]
    again = [familiar.meet(f"{number}.example.test", RecordType.A, recursive=True) for number in range(3)]
    assert [one is other for one, other in zip(known, again, strict=True)] == [True, True, False]
    assert again[2].query == known[2].query


def test_an_answer_that_is_another_each_time_leaves_nothing_behind() -> None:
    familiar = Familiar(most=5)
    for last in range(200):
        one = received(Answer((f"{NAME}. 60 A 192.0.2.{last}",)))
        familiar.learn(familiar.meet(NAME, RecordType.A, recursive=True), TARGET, one, read(one))
        assert recall(familiar, one) is not None
    assert familiar.forms <= 5


def test_what_is_recognised_says_what_reading_says_whatever_was_damaged() -> None:
    chance = random.Random(1)
    familiar = knowing(PLAIN)
    wire = received(PLAIN).wire
    assert wire is not None
    for _ in range(100_000):
        damaged = bytearray(wire)
        for _ in range(chance.randint(1, 2)):
            damaged[chance.randrange(12 + len(QUERY.question), len(wire))] ^= 1 << chance.randrange(8)
        one = Received(2000.0, Transport.UDP, bytes(damaged), 0.01)
        known = recall(familiar, one)
        assert known is None or known == read(one)
