"""Scenarios of two things at once: each would be a verdict of its own, and one of them has to be told."""

from __future__ import annotations

from functools import partial

from ddns_tray.core.model import VerdictKind as Kind
from tests.bed.lab_arrangements import (
    EDGE,
    NEW,
    OLD,
    alias,
    alias_to_what_lags,
    change_beside_a_lame_server,
    named_by_the_parent_alone,
    proxy_turned_off,
    publish,
)
from tests.bed.lab_verdicts import EVERY, LIAR, ODD, OTHERS, RED, YELLOW, dead, lame, matched
from tests.support.lab import PLAIN, Lab, Says, Scenario

THIRTY = tuple(f"198.51.100.{last}" for last in range(100, 130))
INSIDE = "192.168.1.5"


async def publish_thirty(lab: Lab, scenario: Scenario) -> None:
    await lab.publish(scenario.name, *THIRTY)


async def publish_wildcard(lab: Lab, scenario: Scenario) -> None:
    await lab.publish(f"*.{scenario.name.partition('.')[2]}", NEW, OLD)


TOGETHER = (
    Scenario(
        "a wildcard with an address too many",
        "abc.more.example.test",
        Says(Kind.EXTRA, RED, data={"extra": (OLD,), "expected": (NEW,)}),
        (NEW,),
        arrange=publish_wildcard,
    ),
    Scenario(
        "a secondary lags in the zone that an alias leads into",
        "lagging-end.example.test",
        Says(
            Kind.SECONDARY_LAG,
            YELLOW,
            until=(4200, 4200 + 481),
            data={"servers": ("ns2.lag.test",), "ahead": ("ns1.lag.test",)},
        ),
        (NEW,),
        arrange=alias_to_what_lags,
    ),
    Scenario(
        "caches are old, and one of two servers refuses",
        "home.halfmoved.signed.test",
        Says(Kind.PROPAGATING, YELLOW, until=(60, 91), data={"seen": (OLD,), "resolvers": EVERY}),
        (NEW,),
        arrange=change_beside_a_lame_server,
    ),
    Scenario(
        "a server that the parent alone names refuses",
        "home.forgotten.signed.test",
        lame(YELLOW, "ns9.forgotten.signed.test"),
        (NEW,),
        arrange=named_by_the_parent_alone,
    ),
    Scenario(
        "an alias into a zone whose only server is not there",
        "dead-end.example.test",
        dead("ns1.dead.test"),
        (NEW,),
        sees=OTHERS,
        arrange=partial(alias, end="home.dead.test"),
    ),
    Scenario(
        "an alias into a zone of which one server refuses",
        "half-end.example.test",
        lame(YELLOW, "ns1.halflame.test"),
        (ODD,),
        arrange=partial(alias, end="home.halflame.test"),
    ),
    Scenario(
        "caches hold the edge of a proxy that was turned off",
        "unproxied.example.test",
        Says(Kind.PROPAGATING, YELLOW, until=(290, 331), data={"seen": (EDGE,), "expected": (NEW,)}),
        (NEW,),
        arrange=proxy_turned_off,
    ),
    Scenario(
        "a resolver leaves out an address of the inside",
        "nas.hidden.example.test",
        Says(Kind.FILTERED, YELLOW, "addresses_hidden", data={"hidden": (INSIDE,), "resolvers": (LIAR,)}),
        (INSIDE,),
        sees=(LIAR, *PLAIN[:2]),
        arrange=partial(publish, address=INSIDE),
    ),
    Scenario("thirty addresses", "thirty.example.test", matched(), THIRTY, arrange=publish_thirty),
)
