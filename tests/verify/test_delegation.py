"""Walks in a small closed network: root, `test`, and zones with all that delegations can suffer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import Cut, LookError
from ddns_tray.verify.delegation import Delegation, Delegations, NotFound
from ddns_tray.verify.shared_zone import SharedZone
from ddns_tray.verify.targets import Endpoint, Target
from tests.support.clock import FakeClock
from tests.support.dns_server import Answer, DnsServer, has_more_loopback, servers

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator

    from ddns_tray.verify.asker import Asker

pytestmark = pytest.mark.skipif(not has_more_loopback(), reason="this system has one loopback address only")

ROOT, TLD, ONE, TWO = "127.0.0.10", "127.0.0.11", "127.0.0.21", "127.0.0.22"


class Network:
    """Four servers on one port: the root, `test`, and two for the zones below."""

    def __init__(self, root: DnsServer, tld: DnsServer, one: DnsServer, two: DnsServer) -> None:
        self.root, self.tld, self.one, self.two = root, tld, one, two
        self.port = root.port
        root.add_zone("", "test NS ns.test.", f"ns.test. A {TLD}")

    def delegate(self, *lines: str) -> None:
        """Fill the zone `test`."""
        self.tld.add_zone("test", "@ NS ns", f"ns A {TLD}", *lines)

    def endpoint(self, address: str) -> Endpoint:
        return Endpoint(address, self.port)


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    async with servers(ROOT, TLD, ONE, TWO) as (root, tld, one, two):
        yield Network(root, tld, one, two)


@pytest.fixture
def clock_of_walks() -> FakeClock:
    return FakeClock()


@pytest.fixture
def walks(network: Network, asker: Asker, clock_of_walks: FakeClock, chance: random.Random) -> Delegations:
    return Delegations(asker, clock_of_walks, chance, root_hints=[network.endpoint(ROOT)])


def addresses(found: Delegation) -> dict[str, set[str]]:
    return {server.name: {endpoint.address for endpoint in server.endpoints} for server in found.servers}


async def test_a_name_is_found_from_parent_to_child(network: Network, walks: Delegations) -> None:
    network.delegate("ex NS ns1.ex", "ex NS ns2.ex", f"ns1.ex A {ONE}", f"ns2.ex A {TWO}")
    for server in (network.one, network.two):
        server.add_zone("ex.test", "@ NS ns1", "@ NS ns2", f"ns1 A {ONE}", f"ns2 A {TWO}", "home A 192.0.2.7")
    found = await walks.find("home.ex.test")
    assert found.zone == "ex.test"
    assert addresses(found) == {"ns1.ex.test": {ONE}, "ns2.ex.test": {TWO}}
    assert not any(asked.recursive for asked in (*network.root.asked, *network.tld.asked))


async def test_further_names_of_a_zone_are_asked_of_one_server_while_it_answers(
    network: Network, walks: Delegations
) -> None:
    network.delegate("ex NS ns1.ex", "ex NS ns2.ex", f"ns1.ex A {ONE}", f"ns2.ex A {TWO}")
    for server in (network.one, network.two):
        server.add_zone("ex.test", "@ NS ns1", "@ NS ns2", f"ns1 A {ONE}", f"ns2 A {TWO}", "home A 192.0.2.7")
    await walks.find("home.ex.test")

    def asked(name: str) -> int:
        return sum(len(server.questions(name, "SOA")) for server in (network.one, network.two))

    for number in range(5):
        assert (await walks.find(f"more{number}.ex.test")).zone == "ex.test"
        assert asked(f"more{number}.ex.test") == 1
    (trusted,) = (server for server in (network.one, network.two) if server.questions("more0.ex.test", "SOA"))
    trusted.on("last.ex.test", "SOA", Answer(drop=True))
    assert (await walks.find("last.ex.test")).zone == "ex.test"
    assert asked("last.ex.test") >= 2


async def test_the_way_is_told_from_parent_to_child(network: Network, walks: Delegations) -> None:
    network.delegate("ex NS ns1.ex", "ex NS gone.ex", f"ns1.ex A {ONE}")
    network.one.add_zone("ex.test", "@ NS ns1", f"ns1 A {ONE}", "home A 192.0.2.7")
    found = await walks.find("home.ex.test")
    way = (
        Cut("", (ROOT,)),
        Cut("test", ("ns.test",)),
        Cut("ex.test", ("gone.ex.test", "ns1.ex.test"), without_address=("gone.ex.test",)),
    )
    assert walks.path(found) == way
    await walks.find("other.ex.test")
    assert walks.path(found) == way, "what is known already was not asked again, and is part of the way"


async def test_what_is_known_is_not_asked_again_until_it_runs_out(
    network: Network, walks: Delegations, clock_of_walks: FakeClock
) -> None:
    network.delegate("ex 600 NS ns1.ex", f"ns1.ex A {ONE}")
    network.one.add_zone("ex.test", "@ 600 NS ns1", f"ns1 A {ONE}", "home A 192.0.2.7", "more A 192.0.2.8")
    await walks.find_all(["home.ex.test", "more.ex.test", "none.ex.test"])
    assert len(network.tld.asked) == 1
    asked = len(network.one.asked)
    await walks.find("home.ex.test")
    assert len(network.one.asked) == asked
    await clock_of_walks.advance(601)
    await walks.find("home.ex.test")
    assert len(network.one.asked) > asked
    assert len(network.tld.asked) == 2
    walks.forget()
    await walks.find("home.ex.test")
    assert len(network.tld.asked) == 3


async def test_the_servers_of_parent_and_child_are_joined(network: Network, walks: Delegations) -> None:
    network.delegate("ex NS ns1.ex", f"ns1.ex A {ONE}")
    network.one.add_zone("ex.test", "@ NS ns1", "@ NS ns9", f"ns1 A {ONE}", f"ns9 A {TWO}")
    assert addresses(await walks.find("home.ex.test")) == {"ns1.ex.test": {ONE}, "ns9.ex.test": {TWO}}


async def test_a_server_without_an_address_is_a_finding(network: Network, walks: Delegations) -> None:
    network.delegate("ex NS ns1.ex", "ex NS gone.ex", "ex NS gone.nowhere.", f"ns1.ex A {ONE}")
    network.one.add_zone("ex.test", "@ NS ns1", f"ns1 A {ONE}", "home A 192.0.2.7")
    assert addresses(await walks.find("home.ex.test")) == {
        "gone.ex.test": set(),
        "gone.nowhere": set(),
        "ns1.ex.test": {ONE},
    }


async def test_no_server_with_an_address_is_still_the_zone(network: Network, walks: Delegations) -> None:
    network.delegate("ex NS gone.ex")
    found = await walks.find("home.ex.test")
    assert (found.zone, addresses(found)) == ("ex.test", {"gone.ex.test": set()})


async def test_a_server_named_in_another_zone_is_looked_up_there(network: Network, walks: Delegations) -> None:
    network.delegate("ex NS dns.host", "host NS ns1.host", f"ns1.host A {TWO}")
    network.two.add_zone("host.test", "@ NS ns1", f"ns1 A {TWO}", f"dns A {ONE}")
    network.one.add_zone("ex.test", "@ NS dns.host.test.", "home A 192.0.2.7")
    assert addresses(await walks.find("home.ex.test")) == {"dns.host.test": {ONE}}


async def test_a_server_whose_address_nobody_told_is_not_one_without(
    network: Network, walks: Delegations, asker: Asker, clock_of_walks: FakeClock
) -> None:
    network.delegate("ex NS dns.host", "ex NS ns1.ex", f"ns1.ex A {ONE}", "host NS ns1.host", f"ns1.host A {TWO}")
    network.one.add_zone("ex.test", "@ NS dns.host.test.", "@ NS ns1", f"ns1 A {ONE}", "home A 192.0.2.7")
    network.two.otherwise = Answer(drop=True)
    found = await walks.find("home.ex.test")
    assert {server.name: server.lost for server in found.servers} == {"dns.host.test": True, "ns1.ex.test": False}
    assert SharedZone(asker, found, ()).without_address == (("dns.host.test", LookError.UNREACHABLE),)
    network.two.otherwise = Answer(rcode="REFUSED")
    await clock_of_walks.advance(61)
    found = await walks.find("home.ex.test")
    assert {server.name: server.lost for server in found.servers} == {"dns.host.test": False, "ns1.ex.test": False}


async def test_two_zones_that_need_each_other_end(network: Network, walks: Delegations) -> None:
    network.delegate("a NS ns.b", "b NS ns.a")
    found = await walks.find("home.a.test")
    assert (found.zone, addresses(found)) == ("a.test", {"ns.b.test": set()})


async def test_foreign_glue_is_not_believed(network: Network, walks: Delegations) -> None:
    network.delegate("ex NS ns1.ex", f"ns1.ex A {ONE}", "other NS ns1.other", f"ns1.other A {TWO}")
    network.two.add_zone("other.test", "@ NS ns1", f"ns1 A {TWO}", f"dns A {TWO}")
    cut = ("sub.ex.test. 300 NS dns.other.test.",)
    lie = ("dns.other.test. 300 A 127.0.0.99",)
    network.one.on("home.sub.ex.test", "SOA", Answer(authority=cut, additional=lie, aa=False))
    assert addresses(await walks.find("home.sub.ex.test")) == {"dns.other.test": {TWO}}


async def test_a_child_on_the_servers_of_its_parent_is_found(network: Network, walks: Delegations) -> None:
    network.delegate("ex NS ns1.ex", f"ns1.ex A {ONE}")
    network.one.add_zone("ex.test", "@ NS ns1", f"ns1 A {ONE}", "sub NS ns1")
    network.one.add_zone("sub.ex.test", "@ NS ns1.ex.test.", "@ NS ns2", f"ns2 A {TWO}", "home A 192.0.2.7")
    found = await walks.find("home.sub.ex.test")
    assert found.zone == "sub.ex.test"
    assert addresses(found) == {"ns1.ex.test": {ONE}, "ns2.sub.ex.test": {TWO}}


async def test_an_alias_is_in_the_zone_around_it(network: Network, walks: Delegations) -> None:
    network.delegate("ex NS ns1.ex", f"ns1.ex A {ONE}", "other NS ns1.other", f"ns1.other A {TWO}")
    network.one.add_zone("ex.test", "@ NS ns1", f"ns1 A {ONE}", "alias CNAME home.other.test.")
    network.one.on(
        "alias.ex.test",
        "SOA",
        Answer(
            ("alias.ex.test. 60 CNAME home.other.test.",),
            ("other.test. 60 SOA ns1.other.test. h. 1 2 3 4 5",),
        ),
    )
    assert (await walks.find("alias.ex.test")).zone == "ex.test"


async def test_lame_servers_do_not_stop_a_walk(network: Network, walks: Delegations) -> None:
    network.delegate("ex NS ns1.ex", "ex NS ns2.ex", f"ns1.ex A {ONE}", f"ns2.ex A {TWO}")
    network.two.add_zone("ex.test", "@ NS ns1", "@ NS ns2", f"ns1 A {ONE}", f"ns2 A {TWO}", "home A 192.0.2.7")
    found = await walks.find("home.ex.test")
    assert (found.zone, len(found.targets)) == ("ex.test", 2)
    assert found.settled


async def test_a_zone_whose_servers_are_all_lame_is_known_from_its_parent(network: Network, walks: Delegations) -> None:
    network.delegate("ex NS ns1.ex", f"ns1.ex A {ONE}")
    network.one.otherwise = Answer(authority=(". 300 NS a.root.",), aa=False)  # an upward referral
    assert (await walks.find("home.ex.test")).zone == "ex.test"
    network.one.add_zone("ex.test", "@ NS ns1", f"ns1 A {ONE}", "home A 192.0.2.7")
    assert (await walks.find("home.ex.test")).settled, "what nobody confirmed is looked at again"


async def test_a_name_above_every_cut_belongs_to_its_parent(network: Network, walks: Delegations) -> None:
    network.delegate()
    assert (await walks.find("no.such.zone.test")).zone == "test"
    assert (await walks.find("no.such.top")).zone == ""
    assert (await walks.find("test")).zone == "test"


async def test_cuts_without_end_end(network: Network, walks: Delegations) -> None:
    labels = [f"l{number}" for number in range(30)]
    deep = ".".join([*labels, "test"])
    cuts = [".".join([*labels[start:], "test"]) for start in range(28, -1, -1)]
    glue = (f"ns.test. 60 A {ONE}",)
    referrals = [Answer(authority=(f"{cut}. 60 NS ns.test.",), additional=glue, aa=False) for cut in cuts]
    network.one.on(deep, "SOA", *referrals)
    network.delegate("l29 NS ns.l29", f"ns.l29 A {ONE}", f"ns A {ONE}")
    found = (await walks.find_all([deep]))[deep]
    assert isinstance(found, NotFound)
    assert found.error is LookError.MALFORMED


async def test_silence_at_the_root_is_said(asker: Asker, chance: random.Random) -> None:
    async with DnsServer().running() as server:
        server.otherwise = Answer(drop=True)
        walks = Delegations(asker, FakeClock(), chance, root_hints=[Endpoint(server.address, server.port)])
        with pytest.raises(NotFound) as failed:
            await walks.find("home.ex.test")
    assert failed.value.error is LookError.TIMEOUT


# --- beginning at a resolver ---


@pytest.fixture
async def resolver() -> AsyncIterator[DnsServer]:
    async with DnsServer().running() as running:
        yield running


def through(resolver: DnsServer, asker: Asker, chance: random.Random) -> Delegations:
    target = Target("system", Endpoint(resolver.address, resolver.port), port=resolver.port)
    return Delegations(asker, FakeClock(), chance, resolvers=lambda: [target])


async def test_a_resolver_is_asked_for_the_top_level_domain_and_never_for_the_name(
    resolver: DnsServer, asker: Asker, chance: random.Random
) -> None:
    resolver.on("test", "NS", Answer(("test. 300 NS ns.test.",), aa=False))
    resolver.on("ns.test", "A", Answer(("ns.test. 300 A 127.255.255.255",), aa=False))
    resolver.otherwise = Answer(aa=False)
    walks = through(resolver, asker, chance)
    found = await walks.find("home.ex.test")
    assert found.zone == "test"
    assert walks.path(found) == (Cut("test", ("ns.test",), told_by_resolver=True),)
    assert {asked.name for asked in resolver.asked} == {"test", "ns.test"}
    assert all(asked.recursive for asked in resolver.asked)


async def test_below_a_domain_that_is_not_in_the_world_the_next_one_is_asked_for(
    resolver: DnsServer, asker: Asker, chance: random.Random
) -> None:
    resolver.otherwise = Answer(rcode="NXDOMAIN", aa=False)
    resolver.on("home.lan", "NS", Answer(("home.lan. 300 NS router.home.lan.",), aa=False))
    resolver.on("router.home.lan", "A", Answer(("router.home.lan. 300 A 127.255.255.255",), aa=False))
    found = await through(resolver, asker, chance).find("nas.home.lan")
    assert (found.zone, addresses(found)) == ("home.lan", {"router.home.lan": {"127.255.255.255"}})
    assert not resolver.questions("nas.home.lan", "NS")
