"""How the lab brings servers into a state, and the faults that it lays on the line."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core import deadline
from ddns_tray.core.model import AtProvider, RecordMemory
from tests.support.lab import PRIMARY, REFUSING, SECONDARY, Lab, Scenario, settled, with_memory

if TYPE_CHECKING:
    from collections.abc import Sequence


EDGE = "104.16.132.229"
NEW, OLD = "198.51.100.50", "198.51.100.51"

_IN = "chain in {{ type filter hook input priority 30; {} }}"
UDP_BLOCKED = _IN.format("udp dport 53 drop;")
PORT_53_BLOCKED = _IN.format("udp dport 53 drop; tcp dport 53 drop;")
IPV6_BLACK_HOLE = _IN.format(
    "ip6 daddr 2001:db8:bed::/48 udp dport 53 drop; ip6 daddr 2001:db8:bed::/48 tcp dport 53 drop;"
)
ONE_SERVER_SILENT = _IN.format(f"ip daddr {SECONDARY} udp dport 53 drop; ip daddr {SECONDARY} tcp dport 53 drop;")
LOSS = _IN.format(
    "udp dport 53 numgen random mod 100 < 30 drop; udp sport 53 numgen random mod 100 < 30 drop;",
)
CALM = _IN.format("")
"""No fault, but later than what has none."""
_TURNED = (
    "chain turn {{ type nat hook output priority -100;"
    f" ip daddr {{{{ {PRIMARY}, {SECONDARY} }}}} udp dport 53 dnat ip to {{}}; }}}}"
)
INTERCEPTED, REFUSED_ON_THE_WAY = _TURNED.format("127.0.0.54"), _TURNED.format("127.0.0.53")
IN_THE_HOUSE = _TURNED.format("127.0.0.31")
"""A resolver on the line takes the questions to the servers; BIND tells what it knows, Unbound refuses."""
_REJECT = (
    "chain out {{ type filter hook output priority 0; {} meta l4proto {{ tcp, udp }} reject with icmpx no-route; }}"
)
NO_NETWORK = _REJECT.format("")
NO_IPV4 = _REJECT.format("meta nfproto ipv4")


EVERYBODY = ("53", "54", "55", "56")


async def warm(lab: Lab, scenario: Scenario) -> None:
    """The resolvers know the name, so that a fault on the line is between us and them alone."""
    await lab.warm(scenario.name)


async def publish(lab: Lab, scenario: Scenario, *, address: str = NEW) -> None:
    await lab.publish(scenario.name, address)


async def publish_warm(lab: Lab, scenario: Scenario, *, address: str = "9.9.9.9") -> None:
    """The name is there, and in the caches."""
    await lab.publish(scenario.name, address)
    await lab.warm(scenario.name)


async def never_seen(lab: Lab, scenario: Scenario, *, address: str = NEW) -> RecordMemory:
    """Nobody has ever looked at the name."""
    await lab.publish(scenario.name, address)
    return RecordMemory()


async def change(lab: Lab, scenario: Scenario, *, ttl: int = 60, cached_by: Sequence[str] = EVERYBODY) -> RecordMemory:
    """The name led to OLD, was proven, is in all caches, and leads to NEW now."""
    await lab.publish(scenario.name, OLD, ttl=ttl)
    await lab.warm(scenario.name, cached_by)
    before = replace(scenario, wanted=(OLD,))
    _, memory, _, _ = await lab.judged(before, settled(before, time.time() + scenario.shift))
    await lab.publish(scenario.name, NEW, ttl=ttl)
    return memory


async def change_at_once(lab: Lab, scenario: Scenario) -> RecordMemory:
    """The same with answers that no cache may keep; the common ones keep them for some seconds all the same."""
    memory = await change(lab, scenario, ttl=0)
    for last in EVERYBODY:
        await lab.wait_for(f"127.0.0.{last}", scenario.name, {NEW})
    return memory


async def change_behind_an_alias(lab: Lab, scenario: Scenario, *, alias_ttl: int, ttl: int) -> RecordMemory:
    """The name is an alias, and the address at its end changed."""
    end = f"end-of-{scenario.name}"
    await lab.publish(scenario.name, f"{end}.", kind="CNAME", ttl=alias_ttl, servers=())
    await lab.publish(end, OLD, ttl=ttl)
    await lab.warm(scenario.name)
    before = replace(scenario, wanted=(OLD,))
    _, memory, _, _ = await lab.judged(before, settled(before, time.time()))
    await lab.publish(end, NEW, ttl=ttl)
    return memory


async def change_behind_our_back(lab: Lab, scenario: Scenario, *, cached_by: Sequence[str] = ()) -> None:
    """These resolvers hold OLD although NEW is, as far as we know, long served."""
    await lab.publish(scenario.name, OLD, ttl=300)
    await lab.warm(scenario.name, cached_by)
    await lab.publish(scenario.name, NEW, ttl=300)


async def create_after_a_question(lab: Lab, scenario: Scenario) -> RecordMemory:
    """Somebody asked one resolver for the name before there was one."""
    _, memory, _, _ = await lab.judged(scenario, settled(scenario, time.time()))
    await lab.warm(scenario.name, ["55"])
    await lab.publish(scenario.name, NEW)
    return memory


async def lag(lab: Lab, scenario: Scenario, *, fresh: bool) -> RecordMemory:
    await lab.update(scenario.name, "lag.test", NEW)
    now = time.time()
    return (
        with_memory(scenario, expected_since=now, served_since=None, last_matched=None, written_at=None)
        if fresh
        else with_memory(scenario, served_since=None)
    )


async def lag_and_release(lab: Lab, scenario: Scenario) -> None:
    await lab.update(scenario.name, "lag.test", NEW)
    await lab.script("lag-release")
    await lab.wait_for("127.0.0.26", scenario.name, {NEW})


async def change_beside_a_lame_server(lab: Lab, scenario: Scenario) -> RecordMemory:
    """One of two servers of the zone does not serve it, and the name changed at the other one."""
    zone = scenario.name.partition(".")[2]
    good, lame = f"ns1.{zone}", f"ns2.{zone}"
    await lab.delegate(zone, (good, PRIMARY), (lame, REFUSING))
    await lab.serve(
        zone,
        (zone, "NS", good),
        (zone, "NS", lame),
        (good, "A", PRIMARY),
        (lame, "A", REFUSING),
        (scenario.name, "A", OLD),
    )
    await lab.warm(scenario.name)
    before = replace(scenario, wanted=(OLD,))
    _, memory, _, _ = await lab.judged(before, settled(before, time.time()))
    await lab.rewrite(scenario.name, zone, NEW)
    return memory


async def named_by_the_parent_alone(lab: Lab, scenario: Scenario) -> None:
    """The parent names a server that the zone itself has forgotten, and that does not serve it any more."""
    zone = scenario.name.partition(".")[2]
    good, gone = f"ns1.{zone}", f"ns9.{zone}"
    await lab.delegate(zone, (good, PRIMARY), (gone, REFUSING))
    await lab.serve(zone, (zone, "NS", good), (good, "A", PRIMARY), (scenario.name, "A", NEW))


async def alias_to_what_lags(lab: Lab, scenario: Scenario) -> RecordMemory:
    """The name is an alias of one that was just made, and that one secondary of the other zone does not have yet."""
    await lab.update("aliased.lag.test", "lag.test", NEW)
    await alias(lab, scenario, end="aliased.lag.test")
    now = time.time()
    return with_memory(scenario, expected_since=now, served_since=None, last_matched=None, written_at=None)


async def alias(lab: Lab, scenario: Scenario, *, end: str) -> None:
    """The name is an alias, at both servers."""
    await lab.publish(scenario.name, f"{end}.", kind="CNAME", servers=())
    await lab.wait_for_alias(SECONDARY, scenario.name)


async def proxy_turned_off(lab: Lab, scenario: Scenario) -> RecordMemory:
    """The name was proven behind the provider's proxy, and leads to us directly now."""
    await lab.publish(scenario.name, EDGE, ttl=300)
    await lab.warm(scenario.name)
    word = AtProvider(frozenset({NEW}), proxied=True, at=time.time() - 3600)
    _, memory, _, _ = await lab.judged(scenario, with_memory(scenario, at_provider=word))
    await lab.publish(scenario.name, NEW, ttl=300)
    return memory


async def just_written(_lab: Lab, scenario: Scenario) -> RecordMemory:
    now = time.time()
    return with_memory(
        scenario,
        expected_since=now,
        served_since=None,
        written=scenario.wanted or (),
        written_at=now,
        last_matched=None,
    )


async def at_the_edge(
    lab: Lab, scenario: Scenario, *, shown: str = EDGE, behind: str = NEW, asked: bool | None = None, edge: str = ""
) -> RecordMemory:
    """The provider said an hour ago that its proxy leads to `behind`; everybody sees `shown`."""
    await lab.publish(scenario.name, shown)
    known = frozenset({edge} - {""})
    word = AtProvider(frozenset({behind}), proxied=True, at=time.time() - 3600, asked=asked, edge=known)
    return with_memory(scenario, at_provider=word)


async def remembered_by_another_clock(lab: Lab, scenario: Scenario) -> RecordMemory:
    """The clock was moved to that of the scenario after the change, in one run of the program."""
    return deadline.moved(await change(lab, replace(scenario, shift=0.0)), scenario.shift)


async def remembered_from_later(lab: Lab, scenario: Scenario) -> RecordMemory:
    """The hands went back by an hour between the change and now."""
    return await change(lab, replace(scenario, shift=0.0))
