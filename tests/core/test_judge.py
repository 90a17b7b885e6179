from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from types import MappingProxyType

import pytest

from ddns_tray.core.judge import judge
from ddns_tray.core.model import (
    AddressState,
    Behind,
    Colour,
    LookError,
    Observation,
    RecordMemory,
    Verdict,
    VerdictKind,
    View,
)
from ddns_tray.core.reasons import REASONS
from tests.support.looks import NEW, NOW, OLD, OTHER, auth, look, resolver, resolvers

GREEN, YELLOW, RED, GREY = Colour.GREEN, Colour.YELLOW, Colour.RED, Colour.GREY
LONG_AGO = NOW - 1_000_000
SETTLED = RecordMemory(
    expected=frozenset({NEW}), expected_since=LONG_AGO, served_since=LONG_AGO, last_matched=NOW - 60, served_ttl=60
)
CHANGED = replace(SETTLED, expected_since=NOW - 20, served_since=NOW - 10, old_ttl=60, last_matched=None)
TIMEOUT = LookError.TIMEOUT
STANDARD = [("ns1", NEW), ("ns2", NEW)]


def decide(
    view: View | None,
    expected: tuple[str, ...] | None = (NEW,),
    memory: RecordMemory = SETTLED,
    *,
    now: float = NOW,
    online: bool | None = True,
    paused: bool = False,
    watched_only: bool = False,
    address_state: AddressState | None = None,
    behind: Behind | None = None,
) -> tuple[Verdict, RecordMemory]:
    return judge(
        view,
        None if expected is None else frozenset(expected),
        memory,
        now=now,
        online=online,
        paused=paused,
        watched_only=watched_only,
        address_state=address_state,
        behind=behind,
    )


def is_verdict(verdict: Verdict, kind: VerdictKind, colour: Colour, code: str | None = None) -> bool:
    """Compare, and hold the reason against the vocabulary."""
    assert verdict.reason.data.keys() == REASONS[verdict.reason.code]
    assert (verdict.kind, verdict.colour, verdict.reason.code) == (kind, colour, code or kind.value)
    return True


def servers_right(*more: Observation) -> list[Observation]:
    return [auth("ns1", NEW), auth("ns2", NEW), *more]


# --- before anything was seen -----------------------------------------------------------------------------------------


def test_paused_says_nothing_else() -> None:
    verdict, memory = decide(look(auth("ns1", OLD)), paused=True)
    assert is_verdict(verdict, VerdictKind.PAUSED, GREY)
    assert memory is SETTLED


def test_a_record_that_was_never_looked_at_is_unknown() -> None:
    assert is_verdict(decide(None)[0], VerdictKind.UNKNOWN, GREY, "not_looked")
    assert is_verdict(decide(None, online=False)[0], VerdictKind.OFFLINE, GREY)


def test_without_a_line_all_silence_is_ours() -> None:
    silent = look(auth("ns1", error=TIMEOUT), resolver("udp://9.9.9.9", error=TIMEOUT))
    verdict, memory = decide(silent, online=False)
    assert is_verdict(verdict, VerdictKind.OFFLINE, GREY)
    assert memory is SETTLED


def test_a_routers_cache_and_a_box_in_between_do_not_prove_a_line() -> None:
    view = look(auth("ns1", rcode="REFUSED"), resolver("system", OLD), resolver("udp://9.9.9.9", rcode="SERVFAIL"))
    assert is_verdict(decide(view, online=False)[0], VerdictKind.OFFLINE, GREY)


def test_servers_that_answer_prove_a_line_whatever_the_anchors_say() -> None:
    assert is_verdict(decide(look(*servers_right()), online=False)[0], VerdictKind.MATCHED, GREEN, "authoritative_only")
    encrypted = look(*resolvers(2, NEW, scheme="tls"))
    assert is_verdict(decide(encrypted, online=False)[0], VerdictKind.MATCHED, GREEN, "resolvers_only")


# --- matched ----------------------------------------------------------------------------------------------------------


def test_matched_takes_all_servers_and_the_resolvers() -> None:
    verdict, memory = decide(look(*servers_right(*resolvers(4, NEW))))
    assert is_verdict(verdict, VerdictKind.MATCHED, GREEN)
    assert verdict.reason.data == {"servers_right": 2, "resolvers_right": 4, "resolvers_asked": 4}
    assert verdict.deadline is None
    assert memory.last_matched == NOW


def test_sets_are_compared_by_meaning_and_without_order() -> None:
    view = look(
        auth("ns1", "2A02:810D:0::7", "2a02:810d::8"), resolver("udp://9.9.9.9", "2a02:810d::8", "2a02:810d::7")
    )
    assert decide(view, ("2a02:810d::7", "2a02:810d::8"))[0].kind is VerdictKind.MATCHED


def test_one_old_resolver_of_ten_does_not_count() -> None:
    view = look(*servers_right(*resolvers(9, NEW), *resolvers(1, OLD, first=10)))
    assert decide(view)[0].colour is GREEN
    fewer = look(*servers_right(*resolvers(8, NEW), *resolvers(1, OLD, first=10)))
    assert decide(fewer)[0].colour is YELLOW


def test_resolvers_that_do_not_answer_do_not_count() -> None:
    view = look(*servers_right(resolver("udp://9.9.9.9", NEW), resolver("udp://1.1.1.1", error=TIMEOUT)))
    assert decide(view)[0].kind is VerdictKind.MATCHED


def test_a_record_that_shall_not_be_there_and_is_not_is_green() -> None:
    view = look(auth("ns1", rcode="NXDOMAIN"), resolver("udp://9.9.9.9"))
    assert is_verdict(decide(view, ())[0], VerdictKind.MATCHED, GREEN, "absent")
    nobody_asked = look(auth("ns1"), auth("ns2"))
    for_long = replace(SETTLED, expected=frozenset())
    assert is_verdict(decide(nobody_asked, (), for_long)[0], VerdictKind.MATCHED, GREEN, "absent")


def test_without_authoritative_looks_two_resolvers_prove_and_one_does_not() -> None:
    assert is_verdict(decide(look(*resolvers(2, NEW)))[0], VerdictKind.MATCHED, GREEN, "resolvers_only")
    assert is_verdict(decide(look(*resolvers(1, NEW)))[0], VerdictKind.UNKNOWN, GREY, "too_few_witnesses")
    assert is_verdict(decide(look())[0], VerdictKind.UNKNOWN, GREY, "too_few_witnesses")


def test_a_name_that_points_out_of_its_zone_is_judged_by_resolvers() -> None:
    view = look(auth("ns1", cnames=("home.example.net",), negative_ttl=None), *resolvers(2, NEW))
    assert is_verdict(decide(view)[0], VerdictKind.MATCHED, GREEN, "resolvers_only")


def test_servers_alone_prove_only_when_no_cache_can_hold_something_old() -> None:
    verdict, memory = decide(look(*servers_right()), memory=CHANGED)
    assert is_verdict(verdict, VerdictKind.PROPAGATING, YELLOW, "resolvers_not_asked")
    assert verdict.reason.data == {"expires": NOW + 50}
    assert verdict.deadline == NOW + 80
    later, settled = decide(look(*servers_right()), memory=memory, now=NOW + 81)
    assert is_verdict(later, VerdictKind.MATCHED, GREEN, "authoritative_only")
    assert settled.old_ttl is None


# --- watched names without an expected address ------------------------------------------------------------------------


def test_a_watched_name_is_right_if_everybody_says_the_same() -> None:
    verdict, memory = decide(look(*servers_right(*resolvers(2, NEW))), None, RecordMemory(), watched_only=True)
    assert is_verdict(verdict, VerdictKind.MATCHED, GREEN, "consistent")
    assert memory.expected == {NEW}


def test_a_watched_name_that_moves_propagates() -> None:
    before = decide(look(auth("ns1", OLD, ttl=300), *resolvers(2, OLD)), None, RecordMemory(), watched_only=True)[1]
    moved = look(auth("ns1", NEW, ttl=300, at=NOW + 60), *resolvers(2, OLD, ttl=120))
    verdict, memory = decide(moved, None, before, now=NOW + 60, watched_only=True)
    assert is_verdict(verdict, VerdictKind.PROPAGATING, YELLOW)
    assert verdict.reason.data["seen"] == (OLD,)
    assert verdict.reason.data["expected"] == (NEW,)
    assert memory.served_since == NOW + 60


def test_a_watched_name_that_leads_nowhere_is_missing() -> None:
    servers = decide(look(auth("ns1", rcode="NXDOMAIN")), None, watched_only=True)[0]
    assert is_verdict(servers, VerdictKind.MISSING, RED)
    assert servers.reason.data == {"rcode": "NXDOMAIN", "servers": ("ns1",)}
    caches = decide(look(*resolvers(2)), None, watched_only=True)[0]
    assert is_verdict(caches, VerdictKind.MISSING, RED, "resolvers_missing")


def test_a_watched_name_whose_servers_differ_follows_the_newest() -> None:
    view = look(auth("ns1", NEW, serial=8), auth("ns2", OLD, serial=7), secondary_interval=4_200)
    verdict = decide(view, None, RecordMemory(), watched_only=True)[0]
    assert is_verdict(verdict, VerdictKind.SECONDARY_LAG, YELLOW)
    assert (verdict.reason.data["ahead"], verdict.reason.data["servers"]) == (("ns1",), ("ns2",))


def test_servers_that_spread_people_over_many_places_are_never_red() -> None:
    spread = look(auth("ns1", NEW), auth("ns2", OTHER), *resolvers(2, NEW), secondary_interval=600)
    first, memory = decide(spread, None, RecordMemory(), watched_only=True)
    assert is_verdict(first, VerdictKind.PROPAGATING, YELLOW, "servers_disagree")
    verdict = decide(spread, None, memory, now=NOW + 9_000, watched_only=True)[0]
    assert is_verdict(verdict, VerdictKind.SECONDARY_LAG, YELLOW, "servers_disagree")
    behind = look(auth("ns1", NEW, serial=2), auth("ns2", OTHER, serial=1), secondary_interval=600)
    late = decide(behind, None, memory, now=NOW + 9_000, watched_only=True)[0]
    assert is_verdict(late, VerdictKind.SECONDARY_LAG, RED)


def test_a_watched_name_without_enough_witnesses_is_unknown() -> None:
    view = look(resolver("udp://9.9.9.9", NEW), resolver("udp://1.1.1.1", OLD))
    verdict, memory = decide(view, None, watched_only=True)
    assert is_verdict(verdict, VerdictKind.UNKNOWN, GREY, "too_few_witnesses")
    assert memory is SETTLED


# --- our own address is not known -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "kind", "colour", "code"),
    [
        (None, VerdictKind.UNKNOWN, GREY, "address_unknown"),
        (AddressState.UNKNOWN, VerdictKind.UNKNOWN, GREY, "address_unknown"),
        (AddressState.DISPUTED, VerdictKind.UNKNOWN, YELLOW, "address_disputed"),
        (AddressState.UNDECIDED, VerdictKind.UNKNOWN, YELLOW, "address_undecided"),
        (AddressState.NOT_ROUTABLE, VerdictKind.DOUBLE_NAT, YELLOW, "not_routable"),
    ],
)
def test_without_an_address_nothing_is_green(
    state: AddressState | None, kind: VerdictKind, colour: Colour, code: str
) -> None:
    verdict, memory = decide(look(*servers_right(*resolvers(3, NEW))), None, address_state=state)
    assert is_verdict(verdict, kind, colour, code)
    assert memory is SETTLED


def test_a_right_record_behind_another_router_is_not_green() -> None:
    right = look(*servers_right(*resolvers(3, NEW)))
    verdict, memory = decide(right, behind=Behind(ip_address("192.168.178.2")))
    assert is_verdict(verdict, VerdictKind.DOUBLE_NAT, YELLOW)
    assert verdict.reason.data == {"router": ("192.168.178.2",), "expected": (NEW,)}
    assert memory.last_matched == NOW
    assert is_verdict(decide(right, behind=Behind(None))[0], VerdictKind.DOUBLE_NAT, YELLOW, "router_without_address")


def test_a_wrong_record_is_wrong_behind_whatever_router_and_a_watched_one_is_not_ours() -> None:
    behind = Behind(ip_address("192.168.178.2"))
    assert is_verdict(decide(look(auth("ns1", OLD), auth("ns2", OLD)), behind=behind)[0], VerdictKind.MISMATCH, RED)
    watched = decide(look(*servers_right(*resolvers(3, NEW))), None, watched_only=True, behind=behind)[0]
    assert is_verdict(watched, VerdictKind.MATCHED, GREEN, "consistent")


def test_without_an_address_a_broken_zone_is_told_all_the_same() -> None:
    assert is_verdict(decide(look(auth("ns1", rcode="SERVFAIL")), None)[0], VerdictKind.SERVFAIL, RED)
    silent = look(auth("ns1", error=TIMEOUT), *resolvers(2, NEW, scheme="tls"))
    assert is_verdict(decide(silent, None)[0], VerdictKind.AUTH_UNREACHABLE, YELLOW)


# --- the authoritative servers are wrong ------------------------------------------------------------------------------


def test_another_address_on_the_servers_is_a_mismatch() -> None:
    verdict = decide(look(auth("ns1", OLD), auth("ns2", OLD), *resolvers(2, NEW)))[0]
    assert is_verdict(verdict, VerdictKind.MISMATCH, RED)
    assert verdict.reason.data == {"seen": (OLD,), "expected": (NEW,), "servers": ("ns1", "ns2")}


def test_right_after_our_own_write_the_servers_may_take_their_time() -> None:
    written = replace(SETTLED, written=(NEW,), written_at=NOW - 10)
    for view in (look(auth("ns1", OLD)), look(auth("ns1", rcode="NXDOMAIN")), look(auth("ns1", NEW, OLD))):
        verdict = decide(view, memory=written)[0]
        assert is_verdict(verdict, VerdictKind.PROPAGATING, YELLOW, "just_written")
        assert verdict.deadline == NOW + 20
        assert decide(view, memory=written, now=NOW + 21)[0].colour is RED


def test_a_set_that_lacks_an_address_is_a_mismatch() -> None:
    assert is_verdict(decide(look(auth("ns1", NEW)), (NEW, OTHER))[0], VerdictKind.MISMATCH, RED)


def test_an_address_where_none_shall_be_is_a_mismatch_of_its_own() -> None:
    assert is_verdict(decide(look(auth("ns1", OLD)), ())[0], VerdictKind.MISMATCH, RED, "not_cleared")


def test_an_extra_address_is_red_for_a_record_of_one() -> None:
    verdict = decide(look(auth("ns1", NEW, OTHER)))[0]
    assert is_verdict(verdict, VerdictKind.EXTRA, RED)
    assert verdict.reason.data["extra"] == (OTHER,)
    assert is_verdict(decide(look(auth("ns1", NEW, OLD, OTHER)), (NEW, OLD))[0], VerdictKind.EXTRA, YELLOW)


@pytest.mark.parametrize(("rcode", "told"), [("NXDOMAIN", "NXDOMAIN"), ("NOERROR", "NODATA")])
def test_a_name_that_the_servers_do_not_have_is_missing(rcode: str, told: str) -> None:
    verdict = decide(look(auth("ns1", rcode=rcode)))[0]
    assert is_verdict(verdict, VerdictKind.MISSING, RED)
    assert verdict.reason.data["rcode"] == told


def test_missing_on_one_and_other_on_the_next_is_a_mismatch() -> None:
    assert is_verdict(decide(look(auth("ns1"), auth("ns2", OLD)))[0], VerdictKind.MISMATCH, RED)


# --- the authoritative servers differ ---------------------------------------------------------------------------------


def test_a_secondary_has_refresh_and_retry_to_follow() -> None:
    memory = replace(CHANGED, written=(NEW,), written_at=NOW - 15)
    view = look(auth("ns1", NEW, serial=8), auth("ns2", OLD, serial=7), secondary_interval=4_200)
    verdict = decide(view, memory=memory)[0]
    assert is_verdict(verdict, VerdictKind.SECONDARY_LAG, YELLOW)
    limit = NOW - 15 + 4_200 + 420
    assert verdict.deadline == limit + 60
    assert decide(view, memory=memory, now=limit)[0].colour is YELLOW
    late = decide(view, memory=memory, now=limit + 1)[0]
    assert is_verdict(late, VerdictKind.SECONDARY_LAG, RED)
    assert late.deadline is None


def test_a_secondary_that_does_not_have_a_new_name_yet_lags() -> None:
    view = look(auth("ns1", NEW, serial=8), auth("ns2", rcode="NXDOMAIN", serial=7))
    assert is_verdict(decide(view, memory=CHANGED)[0], VerdictKind.SECONDARY_LAG, YELLOW)


def test_servers_that_differ_without_serials_propagate_and_then_mismatch() -> None:
    view = look(auth("ns1", NEW), auth("ns2", OLD))
    assert is_verdict(decide(view)[0], VerdictKind.PROPAGATING, YELLOW, "servers_disagree")
    verdict = decide(view, now=NOW + 86_400)[0]
    assert is_verdict(verdict, VerdictKind.MISMATCH, RED, "servers_disagree")


def test_an_alias_that_not_all_servers_have_turned_yet_is_no_mismatch() -> None:
    """The serials of the zones at its two ends have nothing to do with each other."""
    turned = auth("ns1.there", NEW, serial=5, cnames=("home.there.example",))
    behind = auth("ns1.other", OLD, serial=2026112201, cnames=("home.other.example",))
    verdict = decide(look(turned, behind, secondary_interval=4_200), memory=CHANGED)[0]
    assert is_verdict(verdict, VerdictKind.PROPAGATING, YELLOW, "servers_disagree")
    assert verdict.reason.data["ahead"] == ("ns1.there",)


def test_a_newer_zone_with_another_address_is_a_mismatch() -> None:
    view = look(auth("ns1", OTHER, serial=9), auth("ns2", NEW, serial=8))
    assert is_verdict(decide(view)[0], VerdictKind.MISMATCH, RED, "servers_disagree")
    fresh = replace(SETTLED, written=(NEW,), written_at=NOW - 5)
    assert decide(view, memory=fresh)[0].colour is YELLOW


# --- caches -----------------------------------------------------------------------------------------------------------


def test_old_answers_before_the_deadline_are_on_their_way_out() -> None:
    view = look(*servers_right(resolver("udp://9.9.9.9", OLD, ttl=33), resolver("udp://1.1.1.1", NEW)))
    verdict, memory = decide(view, memory=CHANGED)
    assert is_verdict(verdict, VerdictKind.PROPAGATING, YELLOW)
    assert verdict.reason.data == {
        "seen": (OLD,),
        "expected": (NEW,),
        "resolvers": ("udp://9.9.9.9",),
        "expires": NOW + 33,
    }
    assert verdict.deadline == NOW + 63
    assert memory.cached_until == {"udp://9.9.9.9": NOW + 33}


def test_at_a_first_look_nobody_knows_whether_another_answer_is_an_old_one() -> None:
    view = look(*servers_right(resolver("udp://9.9.9.9", OLD, ttl=33), resolver("udp://1.1.1.1", NEW)))
    verdict, memory = decide(view, memory=RecordMemory())
    assert is_verdict(verdict, VerdictKind.PROPAGATING, YELLOW, "resolvers_differ")
    assert verdict.deadline == NOW + 63
    again = look(*[replace(each, at=NOW + 5) for each in view.observations])
    assert is_verdict(decide(again, memory=memory, now=NOW + 5)[0], VerdictKind.PROPAGATING, YELLOW, "resolvers_differ")
    moved = look(auth("ns1", OTHER), resolver("udp://9.9.9.9", NEW, ttl=33))
    assert is_verdict(decide(moved, (OTHER,), memory, now=NOW + 5)[0], VerdictKind.PROPAGATING, YELLOW)


def test_a_watched_name_of_many_places_is_never_red() -> None:
    places = look(*servers_right(*resolvers(2, OLD, ttl=60), *resolvers(1, OTHER, first=8)))
    first, memory = decide(places, None, RecordMemory(), watched_only=True)
    assert is_verdict(first, VerdictKind.PROPAGATING, YELLOW, "resolvers_differ")
    later = look(*[replace(each, at=NOW + 4_000) for each in places.observations])
    verdict = decide(later, None, memory, now=NOW + 4_000, watched_only=True)[0]
    assert is_verdict(verdict, VerdictKind.OVERDUE, YELLOW, "resolvers_astray")
    assert is_verdict(decide(later, (NEW,), memory, now=NOW + 4_000)[0], VerdictKind.OVERDUE, RED)


def test_a_cached_no_for_a_new_name_runs_out_too() -> None:
    memory = replace(CHANGED, old_ttl=300, old_negative=True)
    view = look(*servers_right(resolver("udp://9.9.9.9", rcode="NXDOMAIN", negative_ttl=120)))
    verdict = decide(view, memory=memory)[0]
    assert is_verdict(verdict, VerdictKind.PROPAGATING, YELLOW)
    assert verdict.deadline == NOW + 150


def test_old_answers_after_the_deadline_are_overdue_and_red_for_most() -> None:
    few = look(*servers_right(*resolvers(3, NEW), *resolvers(2, OLD, first=8)))
    assert is_verdict(decide(few)[0], VerdictKind.OVERDUE, YELLOW)
    most = look(*servers_right(*resolvers(2, NEW), *resolvers(3, OLD, first=7)))
    assert is_verdict(decide(most)[0], VerdictKind.OVERDUE, RED)
    lone = look(*servers_right(*resolvers(1, OLD)))
    assert is_verdict(decide(lone)[0], VerdictKind.OVERDUE, YELLOW)


def test_a_resolver_that_says_it_is_stale_is_named_so() -> None:
    one = look(*servers_right(resolver("udp://9.9.9.9", OLD, ede=(3,), ttl=30), resolver("udp://1.1.1.1", NEW)))
    assert is_verdict(decide(one, memory=CHANGED)[0], VerdictKind.STALE, YELLOW)
    both = look(*servers_right(*[resolver(f"udp://9.9.9.{n}", OLD, ede=(3,)) for n in (1, 2)]))
    assert is_verdict(decide(both)[0], VerdictKind.STALE, RED)
    mixed = look(*servers_right(resolver("udp://9.9.9.1", OLD, ede=(19,)), resolver("udp://9.9.9.2", OLD)))
    assert is_verdict(decide(mixed, memory=CHANGED)[0], VerdictKind.PROPAGATING, YELLOW)
    late = decide(mixed)[0]
    assert is_verdict(late, VerdictKind.STALE, YELLOW)
    assert late.reason.data["resolvers"] == ("udp://9.9.9.1",)


def test_resolvers_alone_find_a_mismatch_once_the_caches_had_their_time() -> None:
    view = look(*resolvers(2, OLD, ttl=60))
    first, memory = decide(view, memory=RecordMemory())
    assert is_verdict(first, VerdictKind.PROPAGATING, YELLOW, "resolvers_differ")
    assert first.deadline == NOW + 90
    again = look(*[replace(each, at=NOW + 95) for each in view.observations])
    later = decide(again, memory=memory, now=NOW + 95)[0]
    assert is_verdict(later, VerdictKind.MISMATCH, RED, "resolvers_mismatch")
    missing = decide(look(*resolvers(2)))[0]
    assert is_verdict(missing, VerdictKind.MISSING, RED, "resolvers_missing")
    assert is_verdict(decide(look(*resolvers(1, OLD)))[0], VerdictKind.OVERDUE, YELLOW)


# --- what the line does -----------------------------------------------------------------------------------------------


def test_an_internal_answer_of_a_plain_resolver_is_named() -> None:
    view = look(*servers_right(resolver("system", "192.168.1.5"), *resolvers(2, NEW)))
    assert is_verdict(decide(view)[0], VerdictKind.INTERNAL_VIEW, YELLOW)
    assert is_verdict(decide(view, memory=CHANGED)[0], VerdictKind.PROPAGATING, YELLOW)
    assert is_verdict(decide(view, memory=RecordMemory())[0], VerdictKind.INTERNAL_VIEW, YELLOW)
    assert decide(look(*view.observations[2:]), memory=RecordMemory())[0].reason.code == "resolvers_differ"


def test_a_box_that_answers_for_the_servers_with_an_address_of_the_house_is_no_mismatch() -> None:
    box = [auth("ns1", "192.168.1.5"), auth("ns2", "192.168.1.5")]
    verdict = decide(look(*box, resolver("system", "192.168.1.5"), *resolvers(2, NEW, scheme="tls")))[0]
    assert is_verdict(verdict, VerdictKind.INTERNAL_VIEW, YELLOW, "internal_servers")
    for proof in (resolvers(2, NEW), resolvers(1, NEW, scheme="tls"), resolvers(2, "192.168.1.5", scheme="tls")):
        assert decide(look(*box, *proof))[0].kind is VerdictKind.MISMATCH
    outside = look(auth("ns1", OTHER), auth("ns2", "192.168.1.5"), *resolvers(2, NEW, scheme="tls"))
    assert decide(outside)[0].kind is VerdictKind.MISMATCH


@pytest.mark.parametrize("memory", [SETTLED, RecordMemory()], ids=["known", "first look"])
@pytest.mark.parametrize("expected", [("192.168.1.5",), ("192.168.1.5", NEW)], ids=["inside", "mixed"])
def test_a_resolver_that_leaves_out_addresses_of_the_inside_is_named_as_that(
    expected: tuple[str, ...], memory: RecordMemory
) -> None:
    kept = tuple(each for each in expected if each == NEW)
    memory = replace(memory, expected=frozenset(expected) if memory.expected else memory.expected)
    hiding = [resolver(f"udp://9.9.9.{n}", *kept, negative_ttl=None) for n in (1, 2)]
    verdict, _ = decide(look(auth("ns1", *expected), *hiding, resolver("udp://8.8.8.8", *expected)), expected, memory)
    assert is_verdict(verdict, VerdictKind.FILTERED, YELLOW, "addresses_hidden")
    assert verdict.reason.data["hidden"] == ("192.168.1.5",)
    assert verdict.reason.data["resolvers"] == ("udp://9.9.9.1", "udp://9.9.9.2")


@pytest.mark.parametrize("rcode", ["NXDOMAIN", "NOERROR"])
def test_a_no_that_may_be_an_old_one_is_not_called_hiding(rcode: str) -> None:
    private = ("192.168.1.5",)
    denied = look(auth("ns1", *private), *(resolver(f"udp://9.9.9.{n}", rcode=rcode) for n in (1, 2)))
    fresh = replace(CHANGED, expected=frozenset(private), old_negative=True)
    assert decide(denied, private, fresh)[0].kind is VerdictKind.PROPAGATING
    late = replace(fresh, expected_since=LONG_AGO, served_since=LONG_AGO)
    wanted = VerdictKind.OVERDUE if rcode == "NXDOMAIN" else VerdictKind.FILTERED
    assert decide(denied, private, late)[0].kind is wanted


@pytest.mark.parametrize("end", [None, "REFUSED", "SERVFAIL"])
def test_an_alias_whose_end_no_server_tells_is_the_fault_of_those_servers(end: str | None) -> None:
    alias = auth("ns1", cnames=("home.there.example",), negative_ttl=None)
    failing = auth("ns.there", rcode=end or "", error=None if end else TIMEOUT, cnames=("home.there.example",))
    broken = [resolver(f"udp://9.9.9.{n}", rcode="SERVFAIL") for n in (1, 2)]
    kinds = {None: VerdictKind.TIMEOUT, "REFUSED": VerdictKind.LAME, "SERVFAIL": VerdictKind.SERVFAIL}
    verdict, _ = decide(look(alias, failing, *broken))
    assert is_verdict(verdict, kinds[end], RED)
    assert verdict.reason.data["servers"] == ("ns.there",)
    assert is_verdict(decide(look(alias, *broken))[0], VerdictKind.SERVFAIL, RED, "resolvers_servfail")


@pytest.mark.parametrize(
    ("expected", "odd"),
    [
        ("10.0.0.9", resolver("system", "192.168.1.5")),
        (NEW, resolver("tls://1.1.1.1", "192.168.1.5")),
        (NEW, resolver("system", "192.168.1.5", OLD)),
        (NEW, resolver("system", OLD)),
        (NEW, resolver("system")),
    ],
)
def test_other_old_answers_are_no_internal_view(expected: str, odd: Observation) -> None:
    memory = replace(SETTLED, expected=frozenset({expected}))
    view = look(auth("ns1", expected), odd, *resolvers(2, expected))
    assert is_verdict(decide(view, (expected,), memory)[0], VerdictKind.OVERDUE, YELLOW)


def test_plain_dns_that_tells_one_other_story_is_hijacked() -> None:
    encrypted = resolvers(2, NEW, scheme="tls")
    assert is_verdict(decide(look(*servers_right(*encrypted, *resolvers(3, OTHER))))[0], VerdictKind.HIJACKED, YELLOW)
    unproven = look(*encrypted, *resolvers(3, OTHER))
    assert decide(unproven)[0].kind is VerdictKind.MISMATCH


@pytest.mark.parametrize(
    "seen",
    [
        [*resolvers(1, NEW, scheme="tls"), *resolvers(2, OTHER)],
        [*resolvers(2, NEW, scheme="tls"), *resolvers(1, OTHER)],
        [*resolvers(2, NEW, scheme="tls"), *resolvers(2, OTHER), *resolvers(1, NEW, first=9)],
        [*resolvers(2, NEW, scheme="tls"), *resolvers(1, OTHER), *resolvers(1, OLD, first=9)],
    ],
)
def test_plain_dns_that_differs_in_itself_is_only_late(seen: list[Observation]) -> None:
    assert decide(look(*servers_right(*seen)))[0].kind is VerdictKind.OVERDUE


def test_nobody_filters_what_the_zone_itself_says() -> None:
    parked = "0.0.0.0"
    view = look(auth("ns1", parked), *resolvers(2, parked))
    assert is_verdict(
        decide(view, None, RecordMemory(), watched_only=True)[0], VerdictKind.MATCHED, GREEN, "consistent"
    )
    assert is_verdict(decide(view)[0], VerdictKind.MISMATCH, RED)


def test_a_filtering_resolver_is_named() -> None:
    some = look(*servers_right(resolver("udp://9.9.9.9", "0.0.0.0"), *resolvers(2, NEW)))
    assert is_verdict(decide(some)[0], VerdictKind.FILTERED, YELLOW)
    only = look(*servers_right(resolver("udp://9.9.9.9", rcode="NXDOMAIN", ede=(17,))))
    assert is_verdict(decide(only)[0], VerdictKind.FILTERED, YELLOW)


# --- servers and resolvers that fail ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "kind", "code"),
    [
        (auth("ns2", rcode="REFUSED"), VerdictKind.LAME, "lame"),
        (auth("ns2", NEW, aa=False), VerdictKind.LAME, "lame"),
        (auth("ns2", error=LookError.NO_ADDRESS), VerdictKind.LAME, "lame"),
        (auth("ns2", rcode="SERVFAIL"), VerdictKind.SERVFAIL, "servfail"),
        (auth("ns2", error=TIMEOUT), VerdictKind.TIMEOUT, "servers_silent"),
    ],
)
def test_one_failing_server_is_yellow(broken: Observation, kind: VerdictKind, code: str) -> None:
    verdict = decide(look(auth("ns1", NEW), broken, *resolvers(2, NEW)))[0]
    assert is_verdict(verdict, kind, YELLOW, code)
    assert verdict.reason.data["servers"] == ("ns2",)
    assert is_verdict(decide(look(auth("ns1", NEW), broken))[0], kind, YELLOW, code)


def test_a_server_to_which_there_is_no_way_from_here_is_not_blamed() -> None:
    view = look(auth("ns1", NEW), auth("ns2", error=LookError.UNREACHABLE), *resolvers(2, NEW))
    assert is_verdict(decide(view)[0], VerdictKind.MATCHED, GREEN)


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        ([auth("ns1", rcode="REFUSED"), auth("ns2", aa=False)], VerdictKind.LAME),
        ([auth("ns1", rcode="SERVFAIL"), auth("ns2", error=TIMEOUT)], VerdictKind.SERVFAIL),
        ([auth("ns1", rcode="SERVFAIL"), auth("ns2", rcode="REFUSED")], VerdictKind.LAME),
        ([auth("ns1", rcode="SERVFAIL"), auth("ns2", NEW, aa=False)], VerdictKind.SERVFAIL),
    ],
)
def test_when_no_server_is_right_it_is_red_unless_encrypted_witnesses_differ(
    broken: list[Observation], kind: VerdictKind
) -> None:
    assert is_verdict(decide(look(*broken, *resolvers(2, NEW)))[0], kind, RED)
    assert is_verdict(decide(look(*broken, *resolvers(2, NEW, scheme="https")))[0], kind, YELLOW)


def test_answers_in_the_servers_place_are_no_proof_of_a_broken_delegation() -> None:
    box = [auth("ns1", NEW, aa=False), auth("ns2", NEW, aa=False)]
    assert is_verdict(decide(look(*box, *resolvers(2, NEW)))[0], VerdictKind.AUTH_UNREACHABLE, YELLOW, "intercepted")
    encrypted = look(*box, *resolvers(2, NEW, scheme="tls"))
    assert is_verdict(decide(encrypted)[0], VerdictKind.AUTH_UNREACHABLE, GREEN, "intercepted")
    failing = look(*box, *[resolver(f"udp://9.9.9.{n}", rcode="SERVFAIL") for n in (1, 2)])
    assert is_verdict(decide(failing)[0], VerdictKind.LAME, RED)


def test_two_encrypted_resolvers_prove_what_silent_servers_cannot() -> None:
    silent = [auth("ns1", error=TIMEOUT), auth("ns2", error=LookError.PORT_CLOSED)]
    verdict, memory = decide(look(*silent, *resolvers(2, NEW, scheme="tls")), online=None)
    assert is_verdict(verdict, VerdictKind.AUTH_UNREACHABLE, GREEN)
    assert verdict.reason.data == {"servers": ("ns1", "ns2"), "right": 2, "resolvers_asked": 2}
    assert memory.last_matched == NOW
    for weaker in (resolvers(2, NEW), resolvers(1, NEW, scheme="tls"), []):
        assert is_verdict(decide(look(*silent, *weaker))[0], VerdictKind.AUTH_UNREACHABLE, YELLOW)


def test_a_zone_that_nobody_can_find_from_here_is_unreachable_and_not_red() -> None:
    assert is_verdict(decide(look(delegation_error=TIMEOUT))[0], VerdictKind.AUTH_UNREACHABLE, YELLOW)


def test_silent_servers_and_failing_resolvers_together_are_red() -> None:
    silent = auth("ns1", error=TIMEOUT)
    one = look(silent, resolver("udp://9.9.9.9", rcode="SERVFAIL"), resolver("udp://1.1.1.1", error=TIMEOUT))
    verdict = decide(one)[0]
    assert is_verdict(verdict, VerdictKind.TIMEOUT, RED)
    assert verdict.reason.data == {"servers": ("ns1",), "resolvers": ("udp://9.9.9.9",)}
    assert is_verdict(decide(one, online=None)[0], VerdictKind.AUTH_UNREACHABLE, YELLOW)
    two = look(silent, *[resolver(f"udp://9.9.9.{n}", rcode="SERVFAIL") for n in (1, 2)])
    assert is_verdict(decide(two, online=None)[0], VerdictKind.TIMEOUT, RED)
    bogus = look(silent, *[resolver(f"udp://9.9.9.{n}", rcode="SERVFAIL", ede=(6,)) for n in (1, 2)])
    assert is_verdict(decide(bogus)[0], VerdictKind.BOGUS, RED)


def test_old_answers_with_dead_servers_are_stale_after_their_time() -> None:
    silent = auth("ns1", error=TIMEOUT)
    view = look(silent, *resolvers(2, OLD))
    verdict = decide(view, memory=CHANGED)[0]
    assert is_verdict(verdict, VerdictKind.AUTH_UNREACHABLE, YELLOW)
    assert verdict.deadline == NOW + 80
    assert is_verdict(decide(view)[0], VerdictKind.STALE, RED)
    lone = look(silent, *resolvers(1, OLD), *resolvers(1, NEW, first=8))
    assert is_verdict(decide(lone)[0], VerdictKind.STALE, YELLOW)
    few = look(silent, *resolvers(1, OLD), *resolvers(9, NEW, first=2))
    assert is_verdict(decide(few)[0], VerdictKind.AUTH_UNREACHABLE, YELLOW)


def failing(count: int, rcode: str, *, first: int = 1, ede: tuple[int, ...] = ()) -> list[Observation]:
    return [resolver(f"udp://1.1.1.{first + n}", rcode=rcode, ede=ede) for n in range(count)]


def test_signatures_that_two_resolvers_reject_are_red_whoever_else_answers() -> None:
    view = look(*servers_right(*failing(2, "SERVFAIL", ede=(7,)), *resolvers(5, NEW)))
    verdict = decide(view)[0]
    assert is_verdict(verdict, VerdictKind.BOGUS, RED)
    assert verdict.reason.data["resolvers"] == ("udp://1.1.1.1", "udp://1.1.1.2")
    lone = look(*servers_right(*failing(1, "SERVFAIL", ede=(7,))))
    assert is_verdict(decide(lone)[0], VerdictKind.BOGUS, YELLOW, "resolvers_bogus")
    assert decide(look(*servers_right(*failing(1, "SERVFAIL", ede=(7,)), *resolvers(2, NEW))))[0].colour is GREEN


@pytest.mark.parametrize(
    ("seen", "kind", "colour", "code"),
    [
        (failing(2, "SERVFAIL"), VerdictKind.SERVFAIL, RED, "resolvers_servfail"),
        (failing(1, "SERVFAIL"), VerdictKind.SERVFAIL, YELLOW, "resolvers_servfail"),
        (failing(2, "REFUSED"), VerdictKind.REFUSED, RED, "resolvers_refused"),
        (failing(1, "REFUSED"), VerdictKind.REFUSED, YELLOW, "resolvers_refused"),
        ([resolver("udp://9.9.9.9", error=TIMEOUT)], VerdictKind.TIMEOUT, YELLOW, "resolvers_silent"),
    ],
)
def test_resolvers_that_all_fail_are_told(
    seen: list[Observation], kind: VerdictKind, colour: Colour, code: str
) -> None:
    assert is_verdict(decide(look(*servers_right(*seen)))[0], kind, colour, code)
    assert is_verdict(decide(look(*seen))[0], kind, colour, code)


def test_as_many_failing_resolvers_as_right_ones_are_not_green() -> None:
    view = look(*servers_right(*failing(2, "SERVFAIL"), *resolvers(2, NEW)))
    assert is_verdict(decide(view)[0], VerdictKind.SERVFAIL, YELLOW, "resolvers_servfail")
    fine = look(*servers_right(*failing(2, "REFUSED"), *resolvers(3, NEW)))
    assert decide(fine)[0].colour is GREEN


# --- a whole story ----------------------------------------------------------------------------------------------------


def test_a_change_goes_from_written_over_lagging_and_cached_to_matched() -> None:
    old = replace(SETTLED, expected=frozenset({OLD}), served_ttl=60)
    memory = replace(old, written=(NEW,), written_at=NOW)
    interval = 4_200

    def at(now: float, ns2: str, cached: str, ttl: int, memory: RecordMemory) -> tuple[Verdict, RecordMemory]:
        serial = 8 if ns2 == NEW else 7
        seen = [
            auth("ns1", NEW, at=now, serial=8),
            auth("ns2", ns2, at=now, serial=serial),
            resolver("udp://9.9.9.9", cached, at=now, ttl=ttl),
        ]
        return decide(look(*seen, at=now, secondary_interval=interval), memory=memory, now=now)

    lagging, memory = at(NOW + 1, OLD, OLD, 50, memory)
    assert is_verdict(lagging, VerdictKind.SECONDARY_LAG, YELLOW)
    cached, memory = at(NOW + 5, NEW, OLD, 46, memory)
    assert is_verdict(cached, VerdictKind.PROPAGATING, YELLOW)
    assert cached.deadline == NOW + 5 + 46 + 30
    assert memory.served_since == NOW + 5
    done, memory = at(NOW + 52, NEW, NEW, 60, memory)
    assert is_verdict(done, VerdictKind.MATCHED, GREEN)
    assert memory.cached_until == MappingProxyType({})
    settled, memory = at(NOW + 96, NEW, NEW, 60, memory)
    assert settled.colour is GREEN
    assert memory.old_ttl is None


# --- a captive portal -----------------------------------------------------------------------------------------------


def test_a_network_that_answers_for_everybody_proves_nothing_and_teaches_nothing() -> None:
    for view in (None, look(auth("ns1", OTHER))):
        conclusion, memory = judge(
            view,
            frozenset({NEW}),
            SETTLED,
            now=NOW,
            online=True,
            paused=False,
            watched_only=False,
            portal="login.hotel.example",
        )
        assert (conclusion.kind, conclusion.colour) == (VerdictKind.OFFLINE, Colour.GREY)
        assert conclusion.reason.data == {"portal": ("login.hotel.example",)}
        assert memory == SETTLED
