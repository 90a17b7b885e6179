from __future__ import annotations

from dataclasses import replace

import pytest

from ddns_tray.core.model import LookError, Observation, RecordType, Role, Transport
from ddns_tray.verify.asker import Reply
from ddns_tray.verify.observations import denies, led_by, observe, unheard, without_unroutable
from ddns_tray.verify.targets import Endpoint, Target

SEEN = Observation(Role.AUTHORITATIVE, "ns1", "192.0.2.1", Transport.UDP, 0.0, rcode="NOERROR", aa=True)


@pytest.mark.parametrize(
    ("target", "address"),
    [
        (Target("x", Endpoint("192.0.2.1")), "192.0.2.1"),
        (Target("x", Endpoint("192.0.2.1", 5353)), "192.0.2.1:5353"),
        (Target("x", Endpoint("2001:db8::1", 5353)), "[2001:db8::1]:5353"),
        (Target("x", Endpoint("192.0.2.1", 853), Transport.TLS, "dns.example", 853), "192.0.2.1"),
        (Target("x", None, Transport.TLS, "dns.example", 853), "dns.example"),
    ],
)
def test_the_place_that_was_asked_is_told_with_an_unusual_port(target: Target, address: str) -> None:
    reply = Reply(5.0, target.transport, error=LookError.TIMEOUT)
    seen = observe(Role.RESOLVER, target, reply, "home.example", RecordType.A)
    assert (seen.address, seen.at, seen.error, seen.rcode) == (address, 5.0, LookError.TIMEOUT, None)


@pytest.mark.parametrize(
    ("seen", "denied"),
    [
        (replace(SEEN, rcode="NXDOMAIN"), True),
        (replace(SEEN, negative_ttl=60), True),
        (SEEN, True),
        (replace(SEEN, answer=("192.0.2.7",)), False),
        (replace(SEEN, cnames=("away.example",)), False),
        (replace(SEEN, cnames=("here.example",), negative_ttl=60), True),
        (replace(SEEN, aa=False, rcode="NXDOMAIN"), False),
        (replace(SEEN, rcode="SERVFAIL"), False),
        (unheard("ns1", LookError.NO_ADDRESS, 0.0), False),
    ],
)
def test_who_denies_a_record(seen: Observation, denied: bool) -> None:  # noqa: FBT001 - a column of the table
    assert denies(seen) is denied


def test_an_address_without_a_way_from_here_is_left_out_if_the_server_was_reached_at_another() -> None:
    no_way = replace(SEEN, address="2001:db8::1", rcode=None, error=LookError.UNREACHABLE)
    assert without_unroutable([SEEN, no_way]) == [SEEN]
    assert without_unroutable([no_way]) == [no_way]
    assert without_unroutable([replace(SEEN, server="ns2"), no_way]) == [replace(SEEN, server="ns2"), no_way]


def test_the_way_to_an_answer_belongs_to_it() -> None:
    alias = replace(SEEN, ttl=20, cnames=("away.example",))
    there = replace(SEEN, server="ns.example", ttl=60, answer=("192.0.2.7",), cnames=("end.example",))
    joined = led_by(alias, there)
    assert (joined.server, joined.ttl, joined.cnames) == ("ns.example", 20, ("away.example", "end.example"))
    assert led_by(replace(alias, ttl=None), replace(there, ttl=None)).ttl is None


def test_each_link_of_the_way_to_an_answer_keeps_its_ttl() -> None:
    alias = replace(SEEN, answer=(), ttl=20, cnames=("away.example",), ttls=(20,))
    there = replace(SEEN, ttl=60, answer=("192.0.2.7",), cnames=("end.example",), ttls=(300, 60))
    assert led_by(alias, there).ttls == (20, 300, 60)
    assert led_by(alias, replace(there, cnames=(), ttls=())).ttls == (20, 60)
    assert led_by(alias, replace(there, answer=(), ttl=None, cnames=(), ttls=())).ttls == (20,)
