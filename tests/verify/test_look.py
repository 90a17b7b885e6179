"""What a look reports, in a closed network with a resolver beside it."""

from __future__ import annotations

import asyncio
import itertools
import random
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.model import Family, LookError, Observation, RecordKey, RecordType, Role, Transport, View
from ddns_tray.core.ports import Anchors
from ddns_tray.core.settings import VerifySettings
from ddns_tray.verify import build_verifier
from ddns_tray.verify.asker import Patience
from ddns_tray.verify.queries import HEADER_OCTETS, prepare
from tests.support.clock import settle
from tests.support.dns_server import Answer, DnsServer, build, has_more_loopback, servers
from tests.verify.conftest import QUICK, RunningClock

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator

    from ddns_tray.core.ports import Verifier

pytestmark = pytest.mark.skipif(not has_more_loopback(), reason="this system has one loopback address only")

ROOT, ONE, TWO, RESOLVER = "127.0.0.10", "127.0.0.21", "127.0.0.22", "127.0.0.53"
HOME = RecordKey("home.ex.test", RecordType.A)
HOME6 = RecordKey("home.ex.test", RecordType.AAAA)


class World:
    """A root that delegates, two servers for the zones, a resolver, and the verifier that looks at them."""

    def __init__(self, root: DnsServer, one: DnsServer, two: DnsServer, resolver: DnsServer) -> None:
        self.root, self.one, self.two, self.resolver = root, one, two, resolver
        root.add_zone(
            "",
            f"ex.test NS ns1.ex.test.\nex.test NS ns2.ex.test.\nns1.ex.test A {ONE}\nns2.ex.test A {TWO}",
            f"other.test NS ns1.other.test.\nns1.other.test A {TWO}",
        )
        self.zone(one, "home A 192.0.2.7", "home AAAA 2001:db8::7", serial=5)
        self.zone(two, "home A 192.0.2.7", "home AAAA 2001:db8::7", serial=5)
        resolver.otherwise = Answer(("home.ex.test. 42 A 192.0.2.7",), aa=False, ad=True)
        self.verifier = self.build()

    @staticmethod
    def zone(server: DnsServer, *lines: str, serial: int = 1) -> None:
        ends = ("@ NS ns1", "@ NS ns2", f"ns1 A {ONE}", f"ns2 A {TWO}")
        server.add_zone("ex.test", *ends, *lines, serial=serial, minimum=30)

    def build(self, patience: Patience = QUICK, **settings: object) -> Verifier:
        given: dict[str, object] = {
            "resolvers": (f"udp://{RESOLVER}:{self.root.port}",),
            "root_hints": (f"{ROOT}:{self.root.port}",),
        }
        return build_verifier(
            VerifySettings(**{**given, **settings}),  # type: ignore[arg-type]
            clock=RunningClock(),
            chance=random.Random(3),
            system_resolvers=lambda: [f"{RESOLVER}:{self.root.port}"],
            patience=patience,
        )

    async def look(self, *keys: RecordKey, resolvers: bool = True) -> View:
        views = await self.verifier.observe(keys or (HOME,), resolvers=resolvers)
        assert list(views) == list(dict.fromkeys(keys or (HOME,)))
        return next(iter(views.values()))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with servers(ROOT, ONE, TWO, RESOLVER) as started:
        world = World(*started)
        yield world
        await world.verifier.aclose()


def authoritative(view: View) -> list[Observation]:
    return [seen for seen in view.observations if seen.role is Role.AUTHORITATIVE]


def resolved(view: View) -> list[Observation]:
    return [seen for seen in view.observations if seen.role is Role.RESOLVER]


async def test_all_that_is_seen_is_told(world: World) -> None:
    view = await world.look()
    assert (view.key, view.zone, view.delegation_error, view.secondary_interval) == (HOME, "ex.test", None, 4200)
    assert [seen.server for seen in authoritative(view)] == ["ns1.ex.test", "ns2.ex.test"]
    port = world.root.port
    assert [seen.address for seen in authoritative(view)] == [f"{ONE}:{port}", f"{TWO}:{port}"]
    for seen in authoritative(view):
        assert (seen.rcode, seen.answer, seen.ttl, seen.aa, seen.serial) == ("NOERROR", ("192.0.2.7",), 60, True, 5)
        assert (seen.transport, seen.error, seen.referral) == (Transport.UDP, None, False)
        assert seen.rtt_ms is not None
        assert abs(seen.at - view.at) < 5
    (answer,) = resolved(view)
    assert (answer.server, answer.ttl, answer.ad, answer.aa) == (f"udp://{RESOLVER}:{port}", 42, True, False)
    assert answer.serial is None


async def test_both_types_of_a_name_share_the_walk_and_the_serials(world: World) -> None:
    world.resolver.on("home.ex.test", "AAAA", Answer(("home.ex.test. 42 AAAA 2001:db8::7",), aa=False))
    views = await world.verifier.observe([HOME, HOME6, HOME])
    assert {seen.answer for seen in views[HOME6].observations} == {("2001:db8::7",)}
    assert {seen.answer for seen in views[HOME].observations} == {("192.0.2.7",)}
    assert len(world.root.asked) == 1
    assert len(world.one.questions("ex.test", "SOA")) == 1
    assert len(world.one.questions("home.ex.test", "A")) == 1


async def test_a_second_look_asks_only_what_can_have_changed(world: World) -> None:
    await world.look()
    before = [len(server.asked) for server in (world.root, world.one, world.two, world.resolver)]
    await world.look()
    after = [len(server.asked) for server in (world.root, world.one, world.two, world.resolver)]
    assert [now - then for then, now in zip(before, after, strict=True)] == [0, 2, 2, 1]


async def test_many_names_of_a_zone_are_looked_at_in_one_go(world: World) -> None:
    keys = [RecordKey(f"n{number}.ex.test", RecordType.A) for number in range(300)]
    lines = [f"n{number} A 192.0.2.{number % 250}" for number in range(300)]
    world.zone(world.one, *lines)
    world.zone(world.two, *lines)
    world.resolver.zones["ex.test"] = world.one.zones["ex.test"]
    verifier = world.build(Patience())
    views = await verifier.observe(keys)
    await verifier.aclose()
    assert list(views) == keys
    for number, view in enumerate(views.values()):
        assert {seen.answer for seen in view.observations} == {(f"192.0.2.{number % 250}",)}
        assert len(view.observations) == 3
    assert len(world.root.asked) == 1
    assert len(world.one.questions("ex.test", "SOA")) == 1


async def test_a_name_that_is_denied_is_not_asked_of_resolvers(world: World) -> None:
    view = await world.look(RecordKey("new.ex.test", RecordType.A))
    assert [(seen.rcode, seen.answer, seen.negative_ttl) for seen in authoritative(view)] == [("NXDOMAIN", (), 30)] * 2
    assert resolved(view) == []
    assert world.resolver.asked == []


async def test_one_secondary_that_denies_is_enough_to_spare_the_resolvers(world: World) -> None:
    world.zone(world.two, serial=4)
    view = await world.look()
    assert [(seen.rcode, seen.serial) for seen in authoritative(view)] == [("NOERROR", 5), ("NXDOMAIN", 4)]
    assert world.resolver.asked == []


async def test_a_type_that_is_missing_is_not_asked_of_resolvers_and_the_other_is(world: World) -> None:
    for server in (world.one, world.two):
        world.zone(server, "home A 192.0.2.7")
    views = await world.verifier.observe([HOME, HOME6])
    assert {(seen.rcode, seen.negative_ttl) for seen in views[HOME6].observations} == {("NOERROR", 30)}
    assert [asked.type for asked in world.resolver.asked] == ["A"]


async def test_resolvers_can_be_left_out(world: World) -> None:
    assert resolved(await world.look(resolvers=False)) == []
    assert world.resolver.asked == []


async def test_resolvers_alone_can_be_asked(world: World) -> None:
    verifier = world.build(authoritative=False)
    views = await verifier.observe([HOME])
    await verifier.aclose()
    assert [seen.role for seen in views[HOME].observations] == [Role.RESOLVER]
    assert (views[HOME].zone, views[HOME].delegation_error) == (None, None)


async def test_failures_are_observations(world: World) -> None:
    world.one.on("home.ex.test", "A", Answer(rcode="REFUSED", aa=False, ede=(20,)))
    world.two.on("home.ex.test", "A", Answer(drop=True))
    world.resolver.on("home.ex.test", "A", Answer(rcode="SERVFAIL", aa=False, ede=(7,)))
    view = await world.look()
    refused, silent = authoritative(view)
    assert (refused.rcode, refused.aa, refused.ede, refused.error) == ("REFUSED", False, (20,), None)
    assert (silent.rcode, silent.error, silent.rtt_ms) == (None, LookError.TIMEOUT, None)
    assert [(seen.rcode, seen.ede) for seen in resolved(view)] == [("SERVFAIL", (7,))]


async def test_octets_that_are_no_answer_are_an_observation(world: World) -> None:
    key = RecordKey("1.2.ex.test", RecordType.A)
    world.one.on("1.2.ex.test", "A", Answer(("1.2.ex.test. 60 A 192.0.2.9",)))
    question = b"\x011\x012\x02ex\x04test\x00\x00\x01\x00\x01"
    world.two.on("1.2.ex.test", "A", Answer(raw=b"\x84\x00\x00\x01\x00\x09\x00\x00\x00\x00" + question))
    first = await world.look(RecordKey("home.ex.test", RecordType.A))
    assert first.zone == "ex.test"
    view = await world.look(key)
    errors = {seen.server: seen.error for seen in authoritative(view)}
    assert errors["ns1.ex.test"] is None
    assert errors["ns2.ex.test"] in {LookError.MALFORMED, LookError.TIMEOUT}
    assert all(seen.answer == () for seen in authoritative(view) if seen.error)


async def test_an_alias_into_another_zone_is_followed_to_its_servers(world: World) -> None:
    for server in (world.one, world.two):
        world.zone(server, "alias 20 CNAME end.other.test.", serial=5)
    world.two.add_zone("other.test", "@ NS ns1", f"ns1 A {TWO}", "end A 192.0.2.8", serial=900)
    view = await world.look(RecordKey("alias.ex.test", RecordType.A))
    first, second, there = authoritative(view)
    assert {first.cnames, second.cnames, there.cnames} == {("end.other.test",)}
    assert (first.answer, first.negative_ttl, first.serial) == ((), None, None)
    assert (there.server, there.answer, there.ttl, there.serial) == ("ns1.other.test", ("192.0.2.8",), 20, 900)
    assert len(resolved(view)) == 1, "an alias that leads away is no denial"


async def test_an_alias_to_nowhere_is_a_denial_from_there(world: World) -> None:
    for server in (world.one, world.two):
        world.zone(server, "alias CNAME gone.other.test.")
    world.two.add_zone("other.test", "@ NS ns1", f"ns1 A {TWO}")
    view = await world.look(RecordKey("alias.ex.test", RecordType.A))
    assert [seen.rcode for seen in authoritative(view)] == ["NOERROR", "NOERROR", "NXDOMAIN"]
    assert resolved(view) == []


async def test_aliases_in_a_circle_through_two_zones_end(world: World) -> None:
    for server in (world.one, world.two):
        world.zone(server, "loop CNAME loop.other.test.")
    world.two.add_zone("other.test", "@ NS ns1", f"ns1 A {TWO}", "loop CNAME loop.ex.test.")
    view = await world.look(RecordKey("loop.ex.test", RecordType.A))
    assert all(seen.answer == () for seen in authoritative(view))
    assert len(view.observations) < 10


async def test_a_cut_that_came_since_is_followed(world: World) -> None:
    deep = RecordKey("a.sub.ex.test", RecordType.A)
    world.zone(world.one, "a.sub A 192.0.2.1")
    world.zone(world.two, "a.sub A 192.0.2.1")
    assert (await world.look(deep)).zone == "ex.test"
    for server in (world.one, world.two):
        world.zone(server, "sub NS ns.sub", f"ns.sub A {TWO}")
    world.two.add_zone("sub.ex.test", "@ NS ns", f"ns A {TWO}", "a A 192.0.2.2")
    view = await world.look(deep)
    assert view.zone == "sub.ex.test"
    assert [(seen.server, seen.answer) for seen in authoritative(view)] == [("ns.sub.ex.test", ("192.0.2.2",))]


async def test_servers_that_do_not_speak_for_the_zone_any_more_are_looked_for_again(world: World) -> None:
    await world.look()
    del world.one.zones["ex.test"], world.two.zones["ex.test"]
    assert {seen.rcode for seen in authoritative(await world.look())} == {"REFUSED"}
    asked = len(world.root.asked)
    await world.look()
    assert len(world.root.asked) == asked + 1


async def test_a_server_name_without_an_address_is_an_observation(world: World) -> None:
    world.root.add_zone("", f"ex.test NS ns1.ex.test.\nns1.ex.test A {ONE}\nex.test NS gone.nowhere.")
    view = await world.look()
    lost = [seen for seen in authoritative(view) if seen.error is LookError.NO_ADDRESS]
    assert [(seen.server, seen.address) for seen in lost] == [("gone.nowhere", "")]


async def test_silence_above_is_the_delegations_error_and_resolvers_are_asked(world: World) -> None:
    world.root.on("home.ex.test", "SOA", Answer(drop=True))
    view = await world.look()
    assert (view.zone, view.delegation_error) == (None, LookError.TIMEOUT)
    assert [seen.role for seen in view.observations] == [Role.RESOLVER]


async def test_the_systems_resolvers_are_each_asked_once(world: World) -> None:
    port = world.root.port
    verifier = world.build(resolvers=("system", f"udp://{RESOLVER}:{port}", f"tcp://{RESOLVER}:{port}"))
    view = (await verifier.observe([HOME]))[HOME]
    await verifier.aclose()
    assert [(seen.server, seen.transport) for seen in resolved(view)] == [
        ("system", Transport.UDP),
        (f"tcp://{RESOLVER}:{port}", Transport.TCP),
    ]
    assert {seen.answer for seen in resolved(view)} == {("192.0.2.7",)}


async def test_a_resolver_that_was_silent_gets_less_patience_until_it_speaks(world: World) -> None:
    world.resolver.on("home.ex.test", "A", Answer(drop=True))
    asked = []
    for _ in range(2):
        world.resolver.asked.clear()
        assert [seen.error for seen in resolved(await world.look())] == [LookError.TIMEOUT]
        asked.append(len([each for each in world.resolver.asked if each.transport == "udp"]))
    assert asked == [3, 1]
    world.verifier.forget_delegations()
    world.resolver.asked.clear()
    await world.look()
    assert len([each for each in world.resolver.asked if each.transport == "udp"]) == 3


async def test_anchors_count_who_answers(world: World) -> None:
    assert await world.verifier.anchors() == Anchors(asked=2, answered=2)
    world.resolver.on("", "NS", Answer(drop=True))
    assert await world.verifier.anchors() == Anchors(asked=2, answered=1)
    world.root.on("", "NS", Answer(drop=True))
    assert await world.verifier.anchors() == Anchors(asked=2, answered=0)


async def test_a_host_is_looked_up_at_the_first_resolver_that_tells(world: World) -> None:
    world.resolver.on("home.ex.test", "AAAA", Answer(("home.ex.test. 42 AAAA 2001:db8::7",), aa=False))
    port = world.root.port
    verifier = world.build(
        resolvers=("https://dns.ex.test/dns-query", f"udp://{ROOT}:{port}", f"udp://{RESOLVER}:{port}")
    )
    world.root.on("home.ex.test", "A", Answer(rcode="SERVFAIL"))
    world.root.on("home.ex.test", "AAAA", Answer(drop=True))
    assert await verifier.look_up("Home.ex.test", Family.IPV4) == ("192.0.2.7",)
    assert await verifier.look_up("home.ex.test", Family.IPV6) == ("2001:db8::7",)
    await verifier.aclose()


async def test_a_host_of_which_nobody_tells_is_an_error(world: World) -> None:
    world.resolver.on("home.ex.test", "A", Answer(rcode="REFUSED"))
    for host in ("home.ex.test", "no host at all"):
        with pytest.raises(OSError, match="host"):
            await world.verifier.look_up(host, Family.IPV4)
    world.resolver.on("nobody.ex.test", "A", Answer(rcode="NXDOMAIN"))
    assert await world.verifier.look_up("nobody.ex.test", Family.IPV4) == ()


class LineSockets:
    """A way out that may be one of our choice."""

    def __init__(self) -> None:
        self.by_choice = False
        self.bound: set[str] = set()

    def bind(self, _sock: socket.socket, address: str, /) -> None:
        self.bound.add(address)

    async def open_connection(
        self, host: str, port: int, **parameters: object
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self.bound.add(f"{host} over TCP")
        return await asyncio.open_connection(host, port, **parameters)  # type: ignore[arg-type]  # handed through


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
async def test_while_a_line_is_passed_by_resolvers_in_the_house_are_not_asked_unless_all_is(
    world: World, *, closed: bool
) -> None:
    sockets, port = LineSockets(), world.root.port
    settings = VerifySettings(
        resolvers=("system", f"tcp://{RESOLVER}:{port}"),
        root_hints=(f"{ROOT}:{port}",) if closed else (),
        authoritative=False,
    )
    verifier = build_verifier(
        settings,
        clock=RunningClock(),
        chance=random.Random(3),
        system_resolvers=lambda: [f"{RESOLVER}:{port}"],
        patience=QUICK,
        sockets=sockets,
    )
    assert len((await verifier.observe([HOME]))[HOME].observations) == 2
    assert sockets.bound == {RESOLVER, f"{RESOLVER} over TCP"}
    sockets.by_choice = True
    verifier.forget_delegations()
    assert len((await verifier.observe([HOME]))[HOME].observations) == (2 if closed else 0)
    await verifier.aclose()


async def test_forgetting_walks_again(world: World) -> None:
    await world.look()
    world.verifier.forget_delegations()
    await world.look()
    assert len(world.root.asked) == 2


async def test_a_cancelled_look_leaves_nothing_running(world: World) -> None:
    world.one.on("home.ex.test", "A", Answer(drop=True))
    await world.look(RecordKey("ns1.ex.test", RecordType.A))
    look = asyncio.ensure_future(world.look())
    await settle()
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look
    again = await asyncio.wait_for(world.look(RecordKey("ns1.ex.test", RecordType.A)), 5)
    assert {seen.answer for seen in authoritative(again)} == {(ONE,)}


async def test_spoilt_octets_from_every_server_are_observations_and_never_an_error(world: World) -> None:
    luck = random.Random(20261122)
    alias = ("home.ex.test. 60 CNAME far.other.test.", "far.other.test. 60 A 192.0.2.9")
    cut = ("ex.test. 60 NS ns1.ex.test.",)
    soa = ("ex.test. 60 SOA ns1.ex.test. h. 1 2 3 4 5",)
    shapes = (Answer(alias), Answer(authority=cut, aa=False), Answer(cut), Answer(authority=soa))
    names = ("home.ex.test", "ex.test", "far.other.test", "other.test")
    verifier = world.build(Patience((0.02,), (0.02,), (0.02,), (0.02,), (0.02,), 0.1))
    for _ in range(40):
        for server in (world.one, world.two, world.resolver):
            for name, kind in itertools.product(names, ("A", "AAAA", "SOA", "NS")):
                wire = build(prepare(name, kind, recursive=False).wire(0), luck.choice(shapes))
                after_question = HEADER_OCTETS + len(prepare(name, kind, recursive=False).question)
                octets = bytearray(wire[2:])
                for _ in range(luck.randrange(4)):
                    octets[luck.randrange(after_question, len(octets))] = luck.randrange(256)
                server.on(name, kind, Answer(raw=bytes(octets)))
        view = (await verifier.observe([HOME]))[HOME]
        assert all(seen.error is not None or seen.rcode is not None for seen in view.observations)
        verifier.forget_delegations()
    await verifier.aclose()


def test_settings_that_cannot_be_read_are_refused_at_once() -> None:
    for settings in (VerifySettings(resolvers=("udp://dns.example",)), VerifySettings(root_hints=("root",))):
        with pytest.raises(ConfigError):
            build_verifier(settings, clock=RunningClock(), chance=random.Random(), system_resolvers=list)


def test_building_does_not_load_dnspython() -> None:
    import subprocess
    import sys

    code = (
        "import random, sys; from ddns_tray.core.settings import VerifySettings; from ddns_tray.verify import *; "
        "build_verifier(VerifySettings(), clock=None, chance=random.Random(), system_resolvers=list); "
        "sys.exit(any(name == 'dns' or name.startswith('dns.') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
