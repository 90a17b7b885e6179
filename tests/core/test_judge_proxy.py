"""Names behind the provider's own proxy: what the world sees is an edge, and only the provider knows what is behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ddns_tray.core.judge import judge
from ddns_tray.core.model import AtProvider, Behind, Colour, RecordMemory, Verdict, VerdictKind, View
from ddns_tray.core.reasons import REASONS
from tests.support.looks import NEW, NOW, OLD, OTHER, auth, look, resolver, resolvers

GREEN, YELLOW, RED = Colour.GREEN, Colour.YELLOW, Colour.RED
EDGE, EDGE_TOO = "104.16.1.1", "104.16.2.2"
READ = NOW - 3600
AT_PROVIDER = AtProvider(frozenset({NEW}), proxied=True, at=READ)


def decide(view: View, at_provider: AtProvider | None = AT_PROVIDER, **more: object) -> tuple[Verdict, RecordMemory]:
    memory = RecordMemory(
        expected=frozenset({NEW}), expected_since=NOW - 1e6, served_since=NOW - 1e6, at_provider=at_provider
    )
    given: dict[str, object] = {"now": NOW, "online": True, "paused": False, "watched_only": False, **more}
    verdict, memory = judge(view, frozenset({NEW}), memory, **given)  # type: ignore[arg-type] # by name
    assert verdict.reason.data.keys() == REASONS[verdict.reason.code]
    return verdict, memory


def again(view: View, memory: RecordMemory, now: float = NOW) -> tuple[Verdict, RecordMemory]:
    return judge(view, frozenset({NEW}), memory, now=now, online=True, paused=False, watched_only=False)


def at_the_edge(*more: str, seen: tuple[str, ...] = (EDGE, EDGE_TOO)) -> View:
    servers = [auth("ns1", *seen), auth("ns2", *reversed(seen))]
    return look(*servers, *resolvers(3, *seen), *([resolver("udp://8.8.8.8", *more)] if more else []))


def test_an_edge_with_the_right_address_behind_it_is_green() -> None:
    verdict, memory = decide(at_the_edge())
    assert (verdict.kind, verdict.colour, verdict.reason.code) == (VerdictKind.PROXIED, GREEN, "proxied")
    assert verdict.reason.data == {
        "servers_right": 2,
        "resolvers_right": 3,
        "resolvers_asked": 3,
        "origin": (NEW,),
        "expected": (EDGE, EDGE_TOO),
        "read": READ,
    }
    assert memory.last_matched == NOW
    assert memory.at_provider == replace(AT_PROVIDER, edge=frozenset({EDGE, EDGE_TOO}))


def test_without_the_providers_word_an_edge_is_another_address() -> None:
    for word in (None, replace(AT_PROVIDER, proxied=False)):
        verdict, _ = decide(at_the_edge(), word)
        assert (verdict.kind, verdict.colour) == (VerdictKind.MISMATCH, RED)


def test_another_address_behind_the_edge_is_a_mismatch() -> None:
    verdict, _ = decide(at_the_edge(), replace(AT_PROVIDER, addresses=frozenset({OLD})))
    assert (verdict.kind, verdict.colour, verdict.reason.code) == (VerdictKind.MISMATCH, RED, "proxied_mismatch")
    assert verdict.reason.data == {"seen": (OLD,), "expected": (NEW,), "read": READ}


def test_another_edge_than_the_one_that_the_provider_spoke_of_is_not_proven() -> None:
    word = replace(AT_PROVIDER, edge=frozenset({EDGE}))
    assert decide(at_the_edge(), word)[0].colour is GREEN
    verdict, memory = decide(at_the_edge(seen=("104.17.3.3",)), word)
    assert (verdict.kind, verdict.colour, verdict.reason.code) == (VerdictKind.PROXIED, YELLOW, "proxied_unread")
    assert memory.at_provider == word, "only a new word of the provider makes another edge good"


def test_a_proxy_that_nobody_wanted_is_told() -> None:
    verdict, _ = decide(at_the_edge(), replace(AT_PROVIDER, asked=False))
    assert (verdict.kind, verdict.colour, verdict.reason.code) == (VerdictKind.PROXIED, YELLOW, "proxied_unasked")


@pytest.mark.parametrize("proxied", [True, False])
def test_an_address_that_everybody_sees_although_a_proxy_is_wanted_is_told_after_a_moment(*, proxied: bool) -> None:
    bare = look(auth("ns1", NEW), *resolvers(2, NEW))
    word = replace(AT_PROVIDER, proxied=proxied, asked=True)
    verdict, memory = decide(bare, word)
    assert (verdict.kind, verdict.colour, verdict.reason.code) == (VerdictKind.PROXIED, YELLOW, "proxy_off")
    assert memory.last_matched == NOW
    assert decide(bare, replace(word, at=NOW - 5))[0].kind is VerdictKind.MATCHED
    assert decide(bare, replace(word, asked=None))[0].kind is VerdictKind.MATCHED


def test_while_the_proxy_is_turned_on_both_answers_are_right() -> None:
    view = look(auth("ns1", EDGE), auth("ns2", NEW), *resolvers(2, NEW), *resolvers(2, EDGE, first=5))
    assert decide(view)[0].colour is GREEN


@pytest.mark.parametrize("read_again", [True, False])
def test_caches_may_hold_the_edge_for_its_time_once_the_proxy_is_off(*, read_again: bool) -> None:
    at_first = replace(AT_PROVIDER, edge=frozenset({EDGE}))
    _, memory = decide(look(auth("ns1", EDGE, ttl=300), *resolvers(3, EDGE)), at_first)
    assert memory.served_edge == {EDGE}
    if read_again:
        memory = replace(memory, at_provider=AtProvider(frozenset({NEW}), proxied=False, at=NOW))
    off = look(auth("ns1", NEW, ttl=300), *resolvers(2, EDGE, ttl=200), resolver("udp://8.8.8.8", NEW))
    verdict, after = again(off, memory)
    assert (verdict.kind, verdict.reason.data["seen"]) == (VerdictKind.PROPAGATING, (EDGE,))
    assert verdict.deadline == NOW + 200 + 30
    assert (after.served_edge, after.served_since) == (frozenset(), NOW)
    later, _ = again(look(auth("ns1", NEW, at=NOW + 400), *resolvers(3, EDGE)), after, now=NOW + 400)
    assert (later.kind, later.colour) == (VerdictKind.OVERDUE, RED)


def test_a_proxy_that_is_turned_on_begins_no_countdown() -> None:
    _, memory = decide(look(auth("ns1", NEW), *resolvers(3, NEW)))
    assert not memory.served_edge
    verdict, after = again(look(auth("ns1", EDGE), *resolvers(3, NEW)), memory)
    assert (verdict.kind, verdict.colour) == (VerdictKind.PROXIED, GREEN)
    assert after.served_edge == {EDGE}
    assert after.old_ttl is None
    same, still = again(look(auth("ns1", EDGE, EDGE_TOO), *resolvers(3, EDGE)), after)
    assert (same.colour, still.old_ttl) == (GREEN, None)
    assert still.served_edge == {EDGE, EDGE_TOO}
    _, unchanged = again(look(auth("ns1", OTHER, EDGE), auth("ns2", "10.0.0.7")), still)
    assert unchanged.served_edge == {EDGE, EDGE_TOO}


def test_resolvers_with_something_older_are_on_their_way_to_the_edge() -> None:
    verdict, _ = decide(look(auth("ns1", EDGE), resolver("udp://9.9.9.9", OLD), *resolvers(2, EDGE)), AT_PROVIDER)
    assert verdict.kind in {VerdictKind.PROPAGATING, VerdictKind.OVERDUE}
    assert verdict.reason.data["seen"] == (OLD,)
    assert verdict.reason.data["expected"] == (EDGE,)


def test_a_name_that_is_gone_is_missing_whatever_the_provider_said() -> None:
    verdict, _ = decide(look(auth("ns1"), *resolvers(2)))
    assert (verdict.kind, verdict.colour) == (VerdictKind.MISSING, RED)


@pytest.mark.parametrize("seen", [(NEW, OTHER), ("10.0.0.7",), ("100.64.1.1",)])
def test_what_cannot_be_an_edge_is_none(seen: tuple[str, ...]) -> None:
    verdict, _ = decide(look(auth("ns1", *seen), *resolvers(2, *seen)))
    assert verdict.kind in {VerdictKind.EXTRA, VerdictKind.MISMATCH}


def test_encrypted_resolvers_can_vouch_for_an_edge_too() -> None:
    verdict, memory = decide(look(*resolvers(2, EDGE, scheme="tls")))
    assert (verdict.kind, verdict.colour) == (VerdictKind.PROXIED, GREEN)
    assert memory.at_provider == AT_PROVIDER, "resolvers alone do not say what the edge is"


def test_trouble_of_resolvers_stays_what_it_is() -> None:
    broken = [resolver(f"udp://1.1.1.{n}", rcode="SERVFAIL", ede=(6,)) for n in (1, 2)]
    assert decide(look(auth("ns1", EDGE), *broken))[0].kind is VerdictKind.BOGUS


def test_behind_another_router_a_proxy_does_not_help() -> None:
    assert decide(at_the_edge(), behind=Behind(None))[0].kind is VerdictKind.DOUBLE_NAT
