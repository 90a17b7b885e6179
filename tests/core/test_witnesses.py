from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import LookError, Role
from ddns_tray.core.witnesses import Stand, hear, is_newer, newest_serial, truth
from tests.support.looks import NEW, NOW, OLD, OTHER, auth, look, resolver

if TYPE_CHECKING:
    from ddns_tray.core.model import Observation

LIAR = "udp://9.9.9.9"


@pytest.mark.parametrize(
    ("seen", "stand"),
    [
        (auth("ns1", error=LookError.TIMEOUT), Stand.SILENT),
        (auth("ns1", error=LookError.PORT_CLOSED), Stand.SILENT),
        (auth("ns1", error=LookError.MALFORMED), Stand.SILENT),
        (auth("ns1", rcode=None), Stand.SILENT),
        (auth("ns1", error=LookError.UNREACHABLE), Stand.UNREACHABLE),
        (auth("ns1", error=LookError.NO_ADDRESS), Stand.LAME),
        (auth("ns1", rcode="REFUSED"), Stand.LAME),
        (auth("ns1", rcode="NOTAUTH"), Stand.LAME),
        (auth("ns1", referral=True), Stand.LAME),
        (auth("ns1", NEW, referral=True, aa=False), Stand.LAME),
        (auth("ns1", aa=False), Stand.LAME),
        (auth("ns1", NEW, aa=False), Stand.INTERCEPTED),
        (auth("ns1", rcode="SERVFAIL"), Stand.SERVFAIL),
        (auth("ns1", rcode="FORMERR"), Stand.SERVFAIL),
    ],
)
def test_a_server_without_an_answer_fails_in_its_own_way(seen: Observation, stand: Stand) -> None:
    testimony = hear(look(seen))
    assert testimony.asked
    assert testimony.answered == ()
    assert [each.stand for each in testimony.failing] == [stand]


def test_an_authoritative_no_is_an_answer() -> None:
    for rcode in ("NOERROR", "NXDOMAIN"):
        (witness,) = hear(look(auth("ns1", rcode=rcode, negative_ttl=77))).answered
        assert (witness.held, witness.ttl, witness.rcode) == (frozenset(), 77, rcode)


def test_a_cname_out_of_the_zone_says_nothing_about_addresses() -> None:
    testimony = hear(look(auth("ns1", cnames=("home.example.net",), negative_ttl=None)))
    assert testimony.elsewhere
    assert (testimony.answered, testimony.failing) == ((), ())
    assert hear(look(auth("ns1", cnames=("gone.example.org",), rcode="NXDOMAIN"))).answered


@pytest.mark.parametrize(
    ("seen", "stand"),
    [
        (resolver(LIAR, NEW), Stand.ANSWER),
        (resolver(LIAR), Stand.ANSWER),
        (resolver(LIAR, rcode="NXDOMAIN"), Stand.ANSWER),
        (resolver(LIAR, error=LookError.TIMEOUT), Stand.SILENT),
        (resolver(LIAR, rcode=None), Stand.SILENT),
        (resolver(LIAR, rcode="SERVFAIL"), Stand.SERVFAIL),
        (resolver(LIAR, rcode="NOTIMP"), Stand.SERVFAIL),
        (resolver(LIAR, rcode="SERVFAIL", ede=(22, 6)), Stand.BOGUS),
        (resolver(LIAR, rcode="SERVFAIL", ede=(13,)), Stand.SERVFAIL),
        (resolver(LIAR, rcode="SERVFAIL", checking_disabled="NOERROR"), Stand.BOGUS),
        (resolver(LIAR, rcode="SERVFAIL", checking_disabled="NXDOMAIN"), Stand.BOGUS),
        (resolver(LIAR, rcode="SERVFAIL", checking_disabled="SERVFAIL"), Stand.SERVFAIL),
        (resolver(LIAR, rcode="REFUSED"), Stand.REFUSED),
        (resolver(LIAR, referral=True), Stand.REFUSED),
        (resolver(LIAR, rcode="NXDOMAIN", ede=(17,)), Stand.FILTERED),
        (resolver(LIAR, "0.0.0.0"), Stand.FILTERED),
        (resolver(LIAR, "::"), Stand.FILTERED),
    ],
)
def test_a_resolvers_word_is_sorted(seen: Observation, stand: Stand) -> None:
    testimony = hear(look(seen))
    (witness,) = testimony.resolvers
    assert witness.stand is stand
    assert (witness.held is not None) == (stand is Stand.ANSWER)
    assert bool(testimony.answering) == (stand is Stand.ANSWER)
    assert not testimony.asked


def test_what_the_zone_itself_says_is_no_filter() -> None:
    testimony = hear(look(auth("ns1", "0.0.0.0"), resolver(LIAR, "0.0.0.0"), resolver("udp://9.9.9.9", "::")))
    assert {each.server: each.stand for each in testimony.resolvers} == {
        LIAR: Stand.ANSWER,
        "udp://9.9.9.9": Stand.FILTERED,
    }


def test_stale_answers_and_encrypted_transports_are_marked() -> None:
    testimony = hear(look(resolver("tls://1.1.1.1", NEW, ede=(3,)), resolver("udp://9.9.9.9", NEW)))
    assert [(each.encrypted, each.stale) for each in testimony.resolvers] == [(True, True), (False, False)]


def test_a_server_answers_if_one_of_its_addresses_does() -> None:
    testimony = hear(look(auth("ns1", NEW), auth("ns1", error=LookError.TIMEOUT, address="2001:db8::53")))
    assert len(testimony.answered) == 1
    assert testimony.failing == ()


def test_a_failing_server_is_named_once_with_its_worst_address() -> None:
    testimony = hear(
        look(
            auth("ns1", error=LookError.UNREACHABLE, address="2001:db8::53"),
            auth("ns1", error=LookError.TIMEOUT),
            auth("ns2", rcode="SERVFAIL"),
        )
    )
    assert [(each.server, each.stand) for each in testimony.failing] == [
        ("ns1", Stand.SILENT),
        ("ns2", Stand.SERVFAIL),
    ]


def test_the_last_word_of_a_server_counts() -> None:
    testimony = hear(look(auth("ns1", NEW, at=NOW), auth("ns1", OLD, at=NOW - 1)))
    assert [each.held for each in testimony.answered] == [frozenset({NEW})]
    retried = hear(look(auth("ns1", NEW), auth("ns1", error=LookError.TIMEOUT)))
    assert [each.held for each in retried.answered] == [frozenset({NEW})]


def test_a_zone_that_could_not_be_found_was_looked_for() -> None:
    assert hear(look(delegation_error=LookError.TIMEOUT)).asked
    assert not hear(look()).asked


def test_other_roles_are_no_witnesses_of_the_name() -> None:
    parent = auth("a.root-servers.net", NEW)
    testimony = hear(look(type(parent)(Role.PARENT, "a", "192.0.2.1", parent.transport, NOW, rcode="NOERROR")))
    assert not testimony.asked
    assert testimony.resolvers == ()


def test_serials_wrap_around() -> None:
    assert is_newer(1, 0xFFFFFFFF)
    assert not is_newer(0xFFFFFFFF, 1)
    assert not is_newer(7, 7)
    around = hear(look(auth("ns1", NEW, serial=0xFFFFFFFF), auth("ns2", NEW, serial=2), auth("ns3", NEW)))
    assert newest_serial(around.answered) == 2
    assert newest_serial(hear(look(auth("ns1", NEW))).answered) is None


def test_serials_of_different_zones_are_not_compared() -> None:
    moved = auth("ns1.there", NEW, serial=5, cnames=("home.there.example",))
    behind = auth("ns1.other", OLD, serial=2026112201, cnames=("home.other.example",))
    inside = auth("ns1", OTHER, serial=9, cnames=("www.example.org",))
    assert newest_serial(hear(look(moved, behind)).answered) is None
    assert newest_serial(hear(look(inside, auth("ns2", NEW, serial=8))).answered) == 9
    assert newest_serial(hear(replace(look(inside), zone=None)).answered) == 9
    assert truth(hear(look(moved, behind, replace(moved, server="ns2.there")))) == frozenset({NEW})


def test_the_newest_zone_knows_what_a_name_leads_to() -> None:
    assert truth(hear(look(auth("ns1", NEW, serial=2), auth("ns2", OLD, serial=1), auth("ns3", OLD)))) == frozenset(
        {NEW}
    )


def test_of_as_many_servers_those_know_that_have_an_address() -> None:
    assert truth(hear(look(auth("ns1"), auth("ns2", NEW)))) == frozenset({NEW})
    assert truth(hear(look(auth("ns1"), auth("ns2", NEW), auth("ns3")))) == frozenset()


def test_without_serials_most_servers_know() -> None:
    assert truth(hear(look(auth("ns1", NEW), auth("ns2", OLD), auth("ns3", OLD)))) == frozenset({OLD})


def test_without_servers_more_than_half_of_the_resolvers_know() -> None:
    def of(*addresses: str) -> frozenset[str] | None:
        return truth(hear(look(*(resolver(f"udp://9.9.9.{n}", each) for n, each in enumerate(addresses)))))

    assert of(NEW, NEW, OLD) == frozenset({NEW})
    assert of(NEW, NEW, OLD, OTHER) is None
    assert of(NEW) is None
    assert of() is None
