from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

from ddns_tray.verify import answers
from ddns_tray.verify.queries import prepare
from tests.support.dns_server import Answer, build

if TYPE_CHECKING:
    import dns.message

HOME = prepare("home.example.test", "A", recursive=False)


def message(answer: Answer) -> dns.message.Message:
    read = answers.read(build(HOME.wire(1), answer))
    assert read is not None
    return read


def test_a_chain_is_followed_to_its_addresses_with_the_smallest_ttl() -> None:
    chain = answers.follow_chain(
        message(
            Answer(
                (
                    "home.example.test. 300 CNAME Edge.Example.",
                    "edge.example. 20 CNAME host.example.",
                    "host.example. 60 A 192.0.2.2",
                    "host.example. 60 A 192.0.2.1",
                )
            )
        ),
        "home.example.test",
        "A",
    )
    assert set(chain.addresses) == {"192.0.2.1", "192.0.2.2"}
    assert (chain.ttl, chain.cnames, chain.complete) == (20, ("edge.example", "host.example"), True)
    assert chain.ttls == (300, 20, 60)


def test_records_that_do_not_belong_to_the_question_are_not_an_answer() -> None:
    chain = answers.follow_chain(message(Answer(("other.example. 60 A 203.0.113.66",))), "home.example.test", "A")
    assert chain.addresses == ()


def test_a_loop_ends() -> None:
    lines = ("home.example.test. 60 CNAME a.example.", "a.example. 60 CNAME home.example.test.")
    chain = answers.follow_chain(message(Answer(lines)), "home.example.test", "A")
    assert (chain.addresses, chain.complete) == ((), False)
    assert (chain.ttl, chain.ttls) == (60, (60, 60))


def test_a_chain_without_end_is_cut() -> None:
    names = ["home.example.test", *(f"n{number}.example" for number in range(20))]
    lines = tuple(f"{one}. 60 CNAME {other}." for one, other in itertools.pairwise(names))
    chain = answers.follow_chain(message(Answer(lines)), "home.example.test", "A")
    assert not chain.complete
    assert len(chain.cnames) == answers.MAX_CHAIN + 1


def test_a_no_is_kept_for_the_smaller_of_ttl_and_minimum() -> None:
    soa = "example.test. {} SOA ns.example.test. h.example.test. 7 3600 600 604800 {}"
    assert answers.negative_ttl_of(message(Answer(authority=(soa.format(300, 60),), rcode="NXDOMAIN"))) == 60
    assert answers.negative_ttl_of(message(Answer(authority=(soa.format(30, 60),)))) == 30
    assert answers.negative_ttl_of(message(Answer())) is None


def test_a_referral_is_ns_without_soa_and_leads_only_downwards() -> None:
    down = message(
        Answer(
            authority=("sub.example.test. 300 NS ns1.sub.example.test.",),
            additional=("ns1.sub.example.test. 300 A 192.0.2.53", "ns1.sub.example.test. 300 AAAA 2001:db8::53"),
            aa=False,
        )
    )
    referral = answers.referral_of(down, "home.sub.example.test", "example.test")
    assert referral is not None
    assert (referral.zone, referral.servers) == ("sub.example.test", ("ns1.sub.example.test",))
    assert referral.glue == {"ns1.sub.example.test": ("192.0.2.53", "2001:db8::53")}
    assert answers.referral_of(down, "home.sub.example.test", "sub.example.test") is None
    assert answers.referral_of(down, "other.example.test", "example.test") is None
    upward = message(Answer(authority=(". 300 NS a.root.",), aa=False))
    assert answers.is_referral(upward)
    assert answers.referral_of(upward, "home.example.test", "example.test") is None
    nodata = message(Answer(authority=("example.test. 60 SOA a. b. 1 2 3 4 5", "example.test. 60 NS a.")))
    assert not answers.is_referral(nodata)


def test_extended_errors_are_read_in_order() -> None:
    assert answers.extended_errors(message(Answer(ede=(7, 22), rcode="SERVFAIL"))) == (7, 22)


def test_mutated_octets_give_a_message_or_none() -> None:
    luck = random.Random(42)
    good = build(
        HOME.wire(1),
        Answer(
            ("home.example.test. 300 CNAME edge.example.", "edge.example. 20 A 192.0.2.1"),
            ("example.test. 60 SOA a. b. 1 2 3 4 5", "example.test. 60 NS ns.example.test."),
            ("ns.example.test. 60 AAAA 2001:db8::1",),
            ede=(7,),
        ),
    )
    read = 0
    for _ in range(5000):
        octets = bytearray(good)
        for _ in range(luck.randint(1, 8)):
            octets[luck.randrange(len(octets))] = luck.randrange(256)
        if luck.random() < 0.2:
            del octets[luck.randrange(12, len(octets)) :]
        found = answers.read(bytes(octets))
        if found is None:
            continue
        read += 1
        answers.follow_chain(found, "home.example.test", "A")
        answers.soa_of(found)
        answers.negative_ttl_of(found)
        answers.referral_of(found, "home.example.test", "")
        answers.servers_of(found, "example.test")
        answers.extended_errors(found)
        answers.rcode_of(found)
        answers.starts_with_alias(found, "home.example.test")
    assert read > 500
