"""What is read by hand is what dnspython reads, or it is left to dnspython."""

from __future__ import annotations

import random

import pytest

from ddns_tray.core.model import Observation, RecordType, Role, Transport
from ddns_tray.verify.asker import read_reply
from ddns_tray.verify.observations import observe
from ddns_tray.verify.plain import read_plain
from ddns_tray.verify.queries import Query, prepare
from ddns_tray.verify.question import Received
from ddns_tray.verify.targets import Endpoint, Target
from tests.support.dns_server import Answer, build
from tests.verify.test_fuzz import NAME, SEEDS, damaged

PACKETS = 100_000
TARGET = Target("ns1.example.test", Endpoint("192.0.2.53", 5353), port=5353)
A, AAAA = prepare(NAME, "A", recursive=False), prepare(NAME, "AAAA", recursive=True)
IPV6 = Answer((f"{NAME}. 60 AAAA 2001:db8::1", f"{NAME}. 7 AAAA ::ffff:192.0.2.1", f"{NAME}. 9 AAAA 2001:db8:0:1::"))


def received(query: Query, answer: Answer, *, case: bool = False) -> Received:
    question = query.question_in_random_case() if case else None
    return Received(1000.0, Transport.UDP, build(query.wire(1, question), answer), 0.01)


def by_hand(query: Query, one: Received) -> Observation | None:
    return read_plain(Role.RESOLVER, TARGET, query, one)


def by_library(query: Query, one: Received) -> Observation:
    return observe(Role.RESOLVER, TARGET, read_reply(one), query.name, RecordType(query.type))


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (A, Answer((f"{NAME}. 60 A 192.0.2.1",))),
        (A, Answer((f"{NAME}. 60 A 192.0.2.1",), aa=False, ad=True)),
        (A, Answer((f"{NAME}. 60 A 192.0.2.1",), edns=False)),
        (A, Answer((f"{NAME}. 60 A 192.0.2.1", f"{NAME}. 60 A 192.0.2.2", f"{NAME}. 60 A 10.0.0.1"))),
        (A, Answer((f"{NAME}. 0 A 0.0.0.0",))),
        (AAAA, IPV6),
    ],
)
@pytest.mark.parametrize("case", [False, True])
def test_a_plain_answer_is_read_by_hand_and_as_the_library_reads_it(
    query: Query, answer: Answer, *, case: bool
) -> None:
    one = received(query, answer, case=case)
    assert by_hand(query, one) == by_library(query, one)


def test_the_same_address_twice_counts_once_with_the_smaller_ttl() -> None:
    wire = received(A, Answer((f"{NAME}. 60 A 192.0.2.1",))).wire
    assert wire is not None
    record = 12 + len(A.question)
    again = wire[record : record + 6] + (5).to_bytes(4) + wire[record + 10 : record + 16]
    twice = Received(1.0, Transport.UDP, wire[:7] + b"\x02" + wire[8:record] + again + wire[record:])
    told = by_hand(A, twice)
    assert told is not None
    assert (told.answer, told.ttl) == (("192.0.2.1",), 5)
    assert told == by_library(A, twice)


@pytest.mark.parametrize("answer", [*SEEDS[2:], Answer((f"{NAME}. 60 A 192.0.2.1",), tc=True), IPV6])
def test_every_other_answer_is_left_to_the_library(answer: Answer) -> None:
    assert by_hand(A, received(A, answer)) is None


def test_no_answer_and_an_answer_to_another_question_are_not_plain() -> None:
    other = prepare("other.example.test", "A", recursive=False)
    assert by_hand(A, Received(1.0, Transport.UDP)) is None
    assert by_hand(A, received(other, Answer(("other.example.test. 60 A 192.0.2.1",)))) is None


@pytest.mark.slow
def test_on_damaged_packets_the_hand_says_what_the_library_says_or_nothing() -> None:
    chance = random.Random(1035)
    seeds = [(A, received(A, answer)) for answer in SEEDS[:2] * 6 + SEEDS] + [(AAAA, received(AAAA, IPV6))] * 6
    read = 0
    for _ in range(PACKETS):
        query, one = chance.choice(seeds)
        assert one.wire is not None
        spoilt = one._replace(wire=damaged(one.wire, chance))
        told = by_hand(query, spoilt)
        if told is not None:
            read += 1
            assert told == by_library(query, spoilt), spoilt.wire
    assert read > PACKETS // 20
