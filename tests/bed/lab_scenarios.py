"""The table of the status lab: every state that the bed can be in, and the verdict that it has to come to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ddns_tray.core.model import AddressState, Colour, RecordType
from ddns_tray.core.model import VerdictKind as Kind
from tests.bed.lab_arrangements import (
    CALM,
    EDGE,
    INTERCEPTED,
    LOSS,
    NEW,
    NO_IPV4,
    NO_NETWORK,
    OLD,
    ONE_SERVER_SILENT,
    PORT_53_BLOCKED,
    REFUSED_ON_THE_WAY,
    UDP_BLOCKED,
    at_the_edge,
    change,
    change_behind_our_back,
    create_after_a_question,
    just_written,
    lag,
    lag_and_release,
    publish,
    remembered_from_later,
    warm,
)
from tests.support.lab import HTTPS, PLAIN, TLS, Says, Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

GREEN, YELLOW, RED, GREY = Colour.GREEN, Colour.YELLOW, Colour.RED, Colour.GREY
AAAA = RecordType.AAAA
HOME, ODD = "198.51.100.7", "198.51.100.25"
LIAR = "udp://127.0.0.58"
LIAR_TCP = "tcp://127.0.0.58"
EVERY = tuple(sorted(PLAIN))
BOTH = ("ns1.example.test", "ns2.example.test")
LAG_FOLLOWS = 172_800.0
"""Refresh + retry of lag.test."""


# --- verdicts that many share -----------------------------------------------------------------------------------------


def matched(servers: int = 2, resolvers: int = 4, code: str = "matched", asked: int | None = None) -> Says:
    data = {"servers_right": servers, "resolvers_right": resolvers, "resolvers_asked": asked or resolvers}
    return Says(Kind.MATCHED, GREEN, code, data=data)


def missing(rcode: str, *servers: str) -> Says:
    return Says(Kind.MISSING, RED, data={"rcode": rcode, "servers": servers})


def lame(colour: Colour, server: str, kind: Kind = Kind.LAME, rcode: str = "REFUSED") -> Says:
    return Says(kind, colour, data={"rcode": rcode, "servers": (server,)})


BOGUS = Says(Kind.BOGUS, RED, data={"resolvers": EVERY})
OTHERS = ("udp://127.0.0.54", "udp://127.0.0.55", "udp://127.0.0.56")


def dead(server: str) -> Says:
    return Says(Kind.TIMEOUT, RED, data={"servers": (server,)})


def auth_unreachable(colour: Colour, right: int, asked: int, code: str = "auth_unreachable", *servers: str) -> Says:
    return Says(
        Kind.AUTH_UNREACHABLE, colour, code, data={"right": right, "resolvers_asked": asked, "servers": servers}
    )


MATCHED = (
    Scenario("a name on a signed zone", "home.signed.test", matched(1), ("198.51.100.24",)),
    Scenario("a name on a zone signed as it is asked", "home.psigned.test", matched(1), ("198.51.100.77",)),
    Scenario("several addresses in any order", "multi.example.test", matched(), ("198.51.100.9", "198.51.100.8")),
    Scenario("a name that nobody told what to lead to", "multi.example.test", matched(code="consistent")),
    Scenario("an IPv6 address", "home.example.test", matched(), ("2001:DB8:0::7",), kind=AAAA),
    Scenario("a name with IPv6 alone", "v6only.example.test", matched(), ("2001:db8::66",), kind=AAAA),
    Scenario("a wildcard", "abc.wild.example.test", matched(), ("198.51.100.99",)),
    Scenario("an alias within its zone", "alias.example.test", matched(), (HOME,)),
    Scenario("an alias into another zone", "ext.example.test", matched(1), ("198.51.100.23",)),
    Scenario("a name that shall not be there and is not", "nope1.example.test", matched(2, 0, "absent"), ()),
    Scenario("resolvers over TLS", "multi.example.test", matched(2, 3), ("198.51.100.8", "198.51.100.9"), sees=TLS),
    Scenario("resolvers over HTTPS", "multi.example.test", matched(), ("198.51.100.8", "198.51.100.9"), sees=HTTPS),
    Scenario(
        "a resolver over HTTPS that proves another name, among others",
        "multi.example.test",
        matched(2, 3, asked=4),
        ("198.51.100.8", "198.51.100.9"),
        sees=(*HTTPS[:3], HTTPS[3].replace("dns.bed.test", "dns.other.test")),
    ),
    Scenario(
        "an IPv6 resolver among others",
        "multi.example.test",
        matched(2, 2),
        ("198.51.100.8", "198.51.100.9"),
        sees=("udp://[2001:db8:bed::53]", "udp://127.0.0.54"),
    ),
    Scenario("a new name that nobody asked for", "fresh.example.test", matched(), (NEW,), arrange=publish),
    Scenario("a clock an hour fast", "fast.example.test", matched(), (NEW,), arrange=publish, shift=3600),
    Scenario("a clock an hour slow", "slow.example.test", matched(), (NEW,), arrange=publish, shift=-3600),
    Scenario(
        "authoritative servers alone", "alias.example.test", matched(2, 0, "authoritative_only"), (HOME,), sees=()
    ),
    Scenario("resolvers alone", "alias.example.test", matched(0, 4, "resolvers_only"), (HOME,), authoritative=False),
)

WRONG = (
    Scenario(
        "another address",
        "home.example.test",
        Says(Kind.MISMATCH, RED, data={"seen": (HOME,), "expected": (NEW,), "servers": BOTH}),
        (NEW,),
    ),
    Scenario(
        "one address too many",
        "multi.example.test",
        Says(Kind.EXTRA, RED, data={"extra": ("198.51.100.9",), "expected": ("198.51.100.8",), "servers": BOTH}),
        ("198.51.100.8",),
    ),
    Scenario(
        "an alias that leads elsewhere",
        "ext.example.test",
        Says(Kind.MISMATCH, RED, data={"seen": ("198.51.100.23",), "servers": ("ns1.dyn.test",)}),
        (HOME,),
    ),
    Scenario(
        "a name that should be gone",
        "home.example.test",
        Says(Kind.MISMATCH, RED, "not_cleared", data={"seen": (HOME,)}),
        (),
    ),
    Scenario("a name with other types only", "txtonly.example.test", missing("NODATA", *BOTH), (HOME,)),
    Scenario("a name with the other family only", "v6only.example.test", missing("NODATA", *BOTH), (HOME,)),
    Scenario("no such name", "nope2.example.test", missing("NXDOMAIN", *BOTH), (HOME,)),
    Scenario("no such name, and nobody told what it should be", "nope3.example.test", missing("NXDOMAIN", *BOTH)),
    Scenario("an alias to nothing", "dangling.example.test", missing("NXDOMAIN", "ns1.dyn.test"), (HOME,)),
    Scenario("no such zone", "no.such.zone.test", missing("NXDOMAIN", "ns.test"), (HOME,)),
    Scenario("no such top-level domain", "no.such.top", missing("NXDOMAIN", "127.0.0.10", "a.root"), (HOME,)),
    Scenario("aliases in a circle", "loop1.example.test", Says(Kind.SERVFAIL, RED, data={"servers": BOTH}), (HOME,)),
    Scenario("signatures that have expired", "home.bogus.test", BOGUS, (ODD,)),
    Scenario("a parent with another key", "home.bogusds.test", BOGUS, (ODD,)),
    Scenario("a bogus name that nobody told what to lead to", "home.bogus.test", BOGUS),
    Scenario(
        "a resolver that rejects the signatures without saying why",
        "home.bogus.test",
        Says(Kind.BOGUS, YELLOW, "resolvers_bogus", data={"resolvers": ("udp://127.0.0.54",)}),
        (ODD,),
        sees=("udp://127.0.0.54",),
    ),
    Scenario("the only server refuses", "x.lame.test", lame(RED, "ns1.lame.test"), (ODD,)),
    Scenario("one of two servers refuses", "home.halflame.test", lame(YELLOW, "ns1.halflame.test"), (ODD,)),
    Scenario("one of two servers refuses, watched", "home.halflame.test", lame(YELLOW, "ns1.halflame.test")),
    Scenario(
        "a secondary without its zone",
        "x.servfail.test",
        lame(RED, "ns1.servfail.test", Kind.SERVFAIL, "SERVFAIL"),
        (ODD,),
    ),
    Scenario("the only server is not there", "x.dead.test", dead("ns1.dead.test"), (ODD,), sees=OTHERS),
    Scenario("the only server is behind a wall", "x.blackhole.test", dead("ns1.blackhole.test"), (ODD,), sees=OTHERS),
)

TIME = (
    Scenario(
        "written a moment ago",
        "nope4.example.test",
        Says(Kind.PROPAGATING, YELLOW, "just_written", until=(15, 30), data={"expected": (NEW,), "seen": ()}),
        (NEW,),
        arrange=just_written,
    ),
    Scenario(
        "a secondary that lags",
        "late.lag.test",
        Says(
            Kind.SECONDARY_LAG,
            YELLOW,
            until=(1.1 * LAG_FOLLOWS, 1.1 * LAG_FOLLOWS + 61),
            data={"servers": ("ns2.lag.test",), "ahead": ("ns1.lag.test",)},
        ),
        (NEW,),
        arrange=partial(lag, fresh=True),
    ),
    Scenario(
        "a secondary that lags for too long",
        "lost.lag.test",
        Says(Kind.SECONDARY_LAG, RED, data={"servers": ("ns2.lag.test",), "ahead": ("ns1.lag.test",)}),
        (NEW,),
        arrange=partial(lag, fresh=False),
    ),
    Scenario("the secondary has followed", "freed.lag.test", matched(), (NEW,), arrange=lag_and_release, fault=CALM),
    Scenario(
        "caches still hold the old answer",
        "moved1.example.test",
        Says(Kind.PROPAGATING, YELLOW, until=(60, 91), data={"seen": (OLD,), "expected": (NEW,), "resolvers": EVERY}),
        (NEW,),
        arrange=change,
    ),
    Scenario(
        "caches still hold the old answer, and the clock is an hour fast",
        "moved2.example.test",
        Says(Kind.PROPAGATING, YELLOW, until=(60, 91), data={"seen": (OLD,), "resolvers": EVERY}),
        (NEW,),
        arrange=change,
        shift=3600,
    ),
    Scenario(
        "the clock went back by an hour after the change",
        "moved3.example.test",
        Says(Kind.PROPAGATING, YELLOW, until=(60, 91), data={"seen": (OLD,), "resolvers": EVERY}),
        (NEW,),
        arrange=remembered_from_later,
        shift=-3600,
    ),
    Scenario(
        "a resolver remembers the no of an earlier question",
        "born.example.test",
        Says(Kind.PROPAGATING, YELLOW, until=(60, 91), data={"seen": (), "resolvers": ("udp://127.0.0.55",)}),
        (NEW,),
        arrange=create_after_a_question,
    ),
    Scenario(
        "nobody is asked about caches that may be old",
        "moved4.example.test",
        Says(Kind.PROPAGATING, YELLOW, "resolvers_not_asked", until=(60, 91)),
        (NEW,),
        arrange=change,
        sees=(),
    ),
    Scenario(
        "old answers after their time, everywhere",
        "overdue1.example.test",
        Says(Kind.OVERDUE, RED, data={"seen": (OLD,), "resolvers": EVERY}),
        (NEW,),
        arrange=partial(change_behind_our_back, cached_by=("53", "54", "55", "56")),
    ),
    Scenario(
        "an old answer after its time at one resolver",
        "overdue2.example.test",
        Says(Kind.OVERDUE, YELLOW, data={"seen": (OLD,), "resolvers": ("udp://127.0.0.54",)}),
        (NEW,),
        arrange=partial(change_behind_our_back, cached_by=("54",)),
    ),
)


def _liar(title: str, name: str, says: Says, *sees: str, wanted: Sequence[str] = (ODD,)) -> Scenario:
    return Scenario(title, name, says, tuple(wanted), sees=sees or (LIAR, LIAR_TCP), authoritative=False)


_LIARS = tuple(sorted((LIAR, LIAR_TCP)))
LIES = (
    _liar(
        "resolvers refuse", "a.refused.fault", Says(Kind.REFUSED, RED, "resolvers_refused", data={"resolvers": _LIARS})
    ),
    _liar(
        "resolvers fail", "a.servfail.fault", Says(Kind.SERVFAIL, RED, "resolvers_servfail", data={"resolvers": _LIARS})
    ),
    _liar("resolvers deny", "a.nx.fault", Says(Kind.MISSING, RED, "resolvers_missing", data={"resolvers": _LIARS})),
    _liar("resolvers drop", "a.drop.fault", Says(Kind.TIMEOUT, YELLOW, "resolvers_silent", data={"resolvers": _LIARS})),
    _liar("resolvers truncate", "a.tc.fault", matched(0, 2, "resolvers_only"), wanted=["198.51.100.88"]),
    _liar("resolvers take three seconds", "a.delay.fault", Says(Kind.MISSING, RED, "resolvers_missing")),
    _liar(
        "resolvers spoof",
        "a.spoof.fault",
        Says(Kind.MISMATCH, RED, "resolvers_mismatch", data={"seen": ("203.0.113.66",), "resolvers": _LIARS}),
    ),
    _liar(
        "one resolver is no proof",
        "a.tc.fault",
        Says(Kind.UNKNOWN, GREY, "too_few_witnesses"),
        LIAR,
        wanted=["198.51.100.88"],
    ),
    Scenario(
        "plain resolvers are hijacked, encrypted ones are not",
        "hijack.example.test",
        Says(Kind.HIJACKED, YELLOW, data={"seen": ("203.0.113.66",), "expected": (NEW,), "resolvers": _LIARS}),
        (NEW,),
        sees=(LIAR, LIAR_TCP, *TLS[:2]),
        arrange=publish,
    ),
    Scenario(
        "plain resolvers are hijacked, those over HTTPS are not",
        "two.hijack.example.test",
        Says(Kind.HIJACKED, YELLOW, data={"seen": ("203.0.113.66",), "expected": (NEW,), "resolvers": _LIARS}),
        (NEW,),
        sees=(LIAR, LIAR_TCP, *HTTPS[:2]),
        arrange=publish,
    ),
    Scenario(
        "the house sees an address of its own",
        "inside.hijack.example.test",
        Says(
            Kind.INTERNAL_VIEW, YELLOW, data={"seen": ("203.0.113.66",), "expected": ("9.9.9.9",), "resolvers": (LIAR,)}
        ),
        ("9.9.9.9",),
        sees=(LIAR, *TLS[:2]),
        arrange=partial(publish, address="9.9.9.9"),
    ),
    Scenario(
        "a filter in one resolver",
        "a.filtered.example.test",
        Says(Kind.FILTERED, YELLOW, data={"resolvers": (LIAR,)}),
        (NEW,),
        sees=(LIAR, *PLAIN),
        arrange=publish,
    ),
    Scenario(
        "a filter in every resolver",
        "b.filtered.example.test",
        Says(Kind.FILTERED, YELLOW, data={"resolvers": _LIARS}),
        (NEW,),
        sees=(LIAR, LIAR_TCP),
        arrange=publish,
    ),
)

PROXIED = (
    Scenario(
        "an edge of the provider's proxy, with the right address behind it",
        "edge1.example.test",
        Says(Kind.PROXIED, GREEN, data={"origin": (NEW,), "expected": (EDGE,), "resolvers_right": 4}),
        (NEW,),
        arrange=at_the_edge,
    ),
    Scenario(
        "an edge of the provider's proxy, with another address behind it",
        "edge2.example.test",
        Says(Kind.MISMATCH, RED, "proxied_mismatch", data={"seen": (OLD,), "expected": (NEW,)}),
        (NEW,),
        arrange=partial(at_the_edge, behind=OLD),
    ),
    Scenario(
        "another edge than the one that the provider spoke of",
        "edge3.example.test",
        Says(Kind.PROXIED, YELLOW, "proxied_unread", data={"expected": (EDGE,)}),
        (NEW,),
        arrange=partial(at_the_edge, edge="104.17.1.1"),
    ),
    Scenario(
        "a proxy that the settings do not want",
        "edge4.example.test",
        Says(Kind.PROXIED, YELLOW, "proxied_unasked", data={"expected": (EDGE,)}),
        (NEW,),
        arrange=partial(at_the_edge, asked=False),
    ),
    Scenario(
        "our own address where the settings want a proxy",
        "edge5.example.test",
        Says(Kind.PROXIED, YELLOW, "proxy_off", data={"seen": (NEW,)}),
        (NEW,),
        arrange=partial(at_the_edge, shown=NEW, asked=True),
    ),
)

ADDRESSES = (
    Scenario("paused", "home.example.test", Says(Kind.PAUSED, GREY), (HOME,), paused=True),
    Scenario(
        "our address is not known", "home.example.test", Says(Kind.UNKNOWN, GREY, "address_unknown"), watched=False
    ),
    Scenario(
        "our address is disputed",
        "home.example.test",
        Says(Kind.UNKNOWN, YELLOW, "address_disputed"),
        watched=False,
        address_state=AddressState.DISPUTED,
    ),
    Scenario(
        "our address is not routable",
        "home.example.test",
        Says(Kind.DOUBLE_NAT, YELLOW, "not_routable"),
        watched=False,
        address_state=AddressState.NOT_ROUTABLE,
    ),
)

NOBODY = ("udp://127.0.0.38", "udp://127.0.0.39", "tcp://127.0.0.39")
LINE = (
    Scenario(
        "all resolvers are dead",
        "home.example.test",
        Says(Kind.TIMEOUT, YELLOW, "resolvers_silent", data={"resolvers": tuple(sorted(NOBODY))}),
        (HOME,),
        sees=NOBODY,
    ),
    Scenario(
        "one of five resolvers is dead", "home.example.test", matched(2, 4, asked=5), (HOME,), sees=(*PLAIN, NOBODY[0])
    ),
    Scenario(
        "UDP is blocked, TCP is open",
        "multi.example.test",
        matched(),
        ("198.51.100.8", "198.51.100.9"),
        fault=UDP_BLOCKED,
        arrange=warm,
    ),
    Scenario(
        "one authoritative server is silent",
        "multi.example.test",
        Says(Kind.TIMEOUT, YELLOW, "servers_silent", data={"servers": ("ns2.example.test",)}),
        ("198.51.100.8", "198.51.100.9"),
        fault=ONE_SERVER_SILENT,
        arrange=warm,
    ),
    Scenario(
        "port 53 is blocked, and encrypted resolvers are right",
        "home.example.test",
        auth_unreachable(GREEN, 3, 4),
        (HOME,),
        sees=(*TLS, PLAIN[0]),
        fault=PORT_53_BLOCKED,
        arrange=warm,
    ),
    Scenario(
        "port 53 is blocked, and resolvers over HTTPS are right",
        "home.example.test",
        auth_unreachable(GREEN, 3, 4),
        (HOME,),
        sees=(*HTTPS[:3], PLAIN[0]),
        fault=PORT_53_BLOCKED,
        arrange=warm,
    ),
    Scenario(
        "port 53 is blocked, and one encrypted resolver is right",
        "home.example.test",
        auth_unreachable(YELLOW, 1, 2),
        (HOME,),
        sees=(TLS[0], PLAIN[1]),
        fault=PORT_53_BLOCKED,
        arrange=warm,
    ),
    Scenario(
        "port 53 is blocked, and nothing else is asked",
        "home.example.test",
        Says(Kind.OFFLINE, GREY),
        (HOME,),
        fault=PORT_53_BLOCKED,
    ),
    Scenario(
        "a box answers for the servers, and encrypted resolvers are right",
        "home.example.test",
        auth_unreachable(GREEN, 3, 3, "intercepted", *BOTH),
        (HOME,),
        sees=TLS,
        fault=INTERCEPTED,
        arrange=warm,
    ),
    Scenario(
        "a box refuses in place of the servers, and encrypted resolvers are right",
        "home.example.test",
        Says(Kind.LAME, YELLOW, data={"rcode": "REFUSED", "servers": BOTH}),
        (HOME,),
        sees=TLS,
        fault=REFUSED_ON_THE_WAY,
        arrange=warm,
    ),
    Scenario("no network", "home.example.test", Says(Kind.OFFLINE, GREY), (HOME,), fault=NO_NETWORK),
    Scenario("no network, watched", "home.example.test", Says(Kind.OFFLINE, GREY), fault=NO_NETWORK),
    Scenario(
        "IPv6 alone",
        "home.v6.test",
        matched(1, 2, asked=3),
        ("2001:db8::67",),
        kind=AAAA,
        sees=("udp://[2001:db8:bed::53]", "udp://[2001:db8:bed::54]", PLAIN[2]),
        hints=("2001:db8:bed::10",),
        fault=NO_IPV4,
    ),
    Scenario("a zone with IPv6 servers alone", "home.v6.test", matched(1, 2), ("198.51.100.66",), sees=PLAIN[:2]),
    *(
        Scenario(
            f"30 % of the packets are lost, {turn}",
            "multi.example.test",
            matched(),
            ("198.51.100.8", "198.51.100.9"),
            fault=LOSS,
            arrange=warm,
        )
        for turn in range(1, 5)
    ),
)

SCENARIOS = (*MATCHED, *WRONG, *TIME, *LIES, *PROXIED, *ADDRESSES, *LINE)
