"""What we lay out by hand is what dnspython would send."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rdatatype
import pytest

from ddns_tray.verify.queries import EDNS_PAYLOAD, prepare

NAMES = [
    r"a\.b\032c\255.test",
    "home.example.test",
    "",
    "a",
    "*.wild.example.test",
    "_dns.example",
    "xn--bcher-kva.example",
    "x" * 63 + ".org",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("record_type", ["A", "AAAA", "NS", "SOA"])
def test_the_wire_is_that_of_a_library(name: str, record_type: str) -> None:
    expected = dns.message.make_query(name + ".", record_type, use_edns=0, payload=EDNS_PAYLOAD, id=4711, flags=0)
    assert prepare(name, record_type, recursive=False).wire(4711) == expected.to_wire()


def test_a_recursive_question_asks_for_the_validators_mind() -> None:
    flags = dns.message.from_wire(prepare("a.example", "A", recursive=True).wire(1)).flags
    assert flags == dns.flags.RD | dns.flags.AD
    checking_disabled = prepare("a.example", "A", recursive=True, checking_disabled=True)
    assert dns.message.from_wire(checking_disabled.wire(1)).flags & dns.flags.CD


def test_edns_can_be_left_out() -> None:
    message = dns.message.from_wire(prepare("a.example", "A", recursive=False, edns=False).wire(1))
    assert message.edns == -1
    assert message.question[0].rdtype == dns.rdatatype.A


def test_random_case_turns_letters_and_nothing_else() -> None:
    query = prepare("home-1.x2_y.example", "A", recursive=False)
    seen = {query.question_in_random_case() for _ in range(200)}
    assert len(seen) > 150
    for spelled in seen:
        assert spelled.lower() == query.question
    assert any(spelled != query.question for spelled in seen)


def test_every_letter_gets_its_turn() -> None:
    query = prepare("abcdefghijklmnopqrstuvwxyz.org", "A", recursive=False)
    upper = set()
    for _ in range(200):
        upper |= {octet for octet in query.question_in_random_case() if chr(octet).isupper()}
    assert upper == set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
