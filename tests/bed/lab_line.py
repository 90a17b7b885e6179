"""Scenarios of the way to the servers: resolvers that lie, proxies, our own addresses, and faults of the line."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ddns_tray.core.model import AddressState
from ddns_tray.core.model import VerdictKind as Kind
from tests.bed.lab_arrangements import (
    EDGE,
    IN_THE_HOUSE,
    INTERCEPTED,
    IPV6_BLACK_HOLE,
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
    publish,
    publish_warm,
    warm,
)
from tests.bed.lab_verdicts import (
    AAAA,
    BOTH,
    GREEN,
    GREY,
    HOME,
    LIAR,
    LIAR_TCP,
    ODD,
    RED,
    YELLOW,
    auth_unreachable,
    matched,
)
from tests.support.lab import HTTPS, PLAIN, TLS, Says, Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence


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
        "one.hijack.example.test",
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
        "a resolver that says that it blocks the name",
        "c.blocked.example.test",
        Says(Kind.FILTERED, YELLOW, data={"resolvers": ("udp://127.0.0.55",)}),
        (NEW,),
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
    Scenario(
        "a box answers for the servers with an address of the house",
        "boxed.example.test",
        Says(
            Kind.INTERNAL_VIEW,
            YELLOW,
            "internal_servers",
            data={"seen": ("10.0.0.5",), "expected": ("9.9.9.9",), "servers": BOTH},
        ),
        ("9.9.9.9",),
        sees=(*TLS, LIAR),
        fault=IN_THE_HOUSE,
        arrange=publish_warm,
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
    Scenario("servers with IPv4, IPv6 and both", "home.dual.test", matched(), ("198.51.100.67",)),
    Scenario(
        "IPv6 leads nowhere, and one server has nothing else",
        "home.dual.test",
        matched(1, 4),
        ("198.51.100.67",),
        fault=IPV6_BLACK_HOLE,
        arrange=warm,
    ),
    Scenario(
        "IPv6 leads nowhere, and a name is wrong",
        "home.dual.test",
        Says(Kind.MISMATCH, RED, data={"seen": ("198.51.100.67",), "servers": ("ns1.dual.test",)}),
        (HOME,),
        fault=IPV6_BLACK_HOLE,
        arrange=warm,
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
