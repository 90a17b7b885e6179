"""The table of the status lab: every state that the bed can be in, and the verdict that it has to come to."""

from __future__ import annotations

from functools import partial

from ddns_tray.core.model import VerdictKind as Kind
from tests.bed.lab_arrangements import (
    CALM,
    NEW,
    OLD,
    change,
    change_at_once,
    change_behind_an_alias,
    change_behind_our_back,
    create_after_a_question,
    just_written,
    lag,
    lag_and_release,
    never_seen,
    publish,
    remembered_by_another_clock,
    remembered_from_later,
)
from tests.bed.lab_line import ADDRESSES, LIES, LINE, PROXIED
from tests.bed.lab_together import TOGETHER
from tests.bed.lab_verdicts import (
    AAAA,
    BOGUS,
    BOTH,
    EVERY,
    HOME,
    LAG_FOLLOWS,
    LIAR,
    NO_ADDRESS,
    ODD,
    OTHERS,
    RED,
    YELLOW,
    dead,
    lame,
    matched,
    missing,
)
from tests.support.lab import HTTPS, PLAIN, TLS, Says, Scenario

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
    Scenario("a key of an algorithm that nobody knows", "home.oddalg.test", matched(1), (ODD,)),
    Scenario(
        "a watched name that is parked at no address",
        "parked.example.test",
        matched(code="consistent"),
        arrange=partial(publish, address="0.0.0.0"),
    ),
    Scenario("answers that may not be kept at all", "brief.example.test", matched(), (NEW,), arrange=change_at_once),
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
    Scenario("signatures that have expired, over HTTPS", "home.bogus.test", Says(Kind.BOGUS, RED), (ODD,), sees=HTTPS),
    Scenario("signatures that have expired, over TLS", "home.bogus.test", Says(Kind.BOGUS, RED), (ODD,), sees=TLS),
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
        "a server of the child without an address",
        "home.twins.test",
        lame(YELLOW, "ns2.twins.test", rcode=NO_ADDRESS),
        (ODD,),
    ),
    Scenario(
        "the only server has no address", "home.noglue.test", lame(RED, "ns1.noglue.test", rcode=NO_ADDRESS), (ODD,)
    ),
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
    *(
        Scenario(
            f"the clock was moved by {hours:+} h after the change, in one run",
            f"moved{number}.example.test",
            Says(Kind.PROPAGATING, YELLOW, until=(60, 91), data={"seen": (OLD,), "resolvers": EVERY}),
            (NEW,),
            arrange=remembered_by_another_clock,
            shift=3600.0 * hours,
        )
        for number, hours in ((5, 1), (6, -1))
    ),
    Scenario(
        "an old answer that servers let live for three weeks",
        "stays.example.test",
        Says(
            Kind.PROPAGATING,
            YELLOW,
            until=(1.05 * 604_800, 1.1 * 604_800 + 30),
            data={"seen": (OLD,), "resolvers": ("udp://127.0.0.54",)},
        ),
        (NEW,),
        arrange=partial(change, ttl=2_000_000, cached_by=("54",)),
        sees=(PLAIN[1],),
    ),
    Scenario(
        "an old address behind an alias that is asked for every few seconds",
        "quick.example.test",
        Says(Kind.PROPAGATING, YELLOW, until=(290, 331), data={"seen": (OLD,)}),
        (NEW,),
        arrange=partial(change_behind_an_alias, alias_ttl=5, ttl=300),
        sees=(PLAIN[0], PLAIN[1], PLAIN[3]),
    ),
    Scenario(
        "an old address behind an alias that is kept for long",
        "slow-alias.example.test",
        Says(Kind.PROPAGATING, YELLOW, until=(60, 91), data={"seen": (OLD,)}),
        (NEW,),
        arrange=partial(change_behind_an_alias, alias_ttl=3600, ttl=60),
        sees=(PLAIN[0], PLAIN[1], PLAIN[3]),
    ),
    Scenario(
        "another answer at a first look",
        "first.hijack.example.test",
        Says(Kind.PROPAGATING, YELLOW, "resolvers_differ", until=(60, 91), data={"seen": ("203.0.113.66",)}),
        (NEW,),
        sees=(LIAR, *TLS[:2]),
        arrange=never_seen,
    ),
    Scenario(
        "an address of the inside at a first look",
        "second.hijack.example.test",
        Says(Kind.INTERNAL_VIEW, YELLOW, data={"seen": ("203.0.113.66",), "expected": ("9.9.9.9",)}),
        ("9.9.9.9",),
        sees=(LIAR, *TLS[:2]),
        arrange=partial(never_seen, address="9.9.9.9"),
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

SCENARIOS = (*MATCHED, *WRONG, *TIME, *LIES, *PROXIED, *ADDRESSES, *LINE, *TOGETHER)
