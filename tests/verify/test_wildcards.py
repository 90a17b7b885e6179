"""A wildcard is found by a name that nobody has created, asked of one authoritative server, seldom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import RecordKey, RecordType
from ddns_tray.verify.wildcards import MOST_NAMES
from tests.support.dns_server import Answer, DnsServer, has_more_loopback, servers
from tests.verify.test_look import ONE, RESOLVER, ROOT, TWO, World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

pytestmark = pytest.mark.skipif(not has_more_loopback(), reason="this system has one loopback address only")

HOME = RecordKey("home.ex.test", RecordType.A)
OTHER = RecordKey("other.ex.test", RecordType.A)


class WithWildcard(DnsServer):
    """Answers for every name that is not in its zones and begins as made-up ones do."""

    everything: str | None = None

    def reply_to(self, wire: bytes, transport: str, source: tuple[str, int]) -> Sequence[Answer]:
        told = super().reply_to(wire, transport, source)
        name = self.asked[-1].name
        if self.everything is None or not is_made_up(name) or self.asked[-1].type != "A":
            return told
        return (Answer((f"{name}. 60 A {self.everything}",)),)


def is_made_up(name: str) -> bool:
    return name.startswith("x") and len(name.partition(".")[0]) == 13


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with servers(ROOT, ONE, TWO, RESOLVER) as started:
        for server in started:
            server.__class__ = WithWildcard
        world = World(*started)
        for server in (world.one, world.two):
            World.zone(server, "home A 192.0.2.7", "other A 192.0.2.9", "@ A 192.0.2.7")
        World.zone(world.resolver, "home A 192.0.2.7", "other A 192.0.2.9", "@ A 192.0.2.7")
        yield world
        await world.verifier.aclose()


def everything_is(world: World, address: str | None) -> None:
    for server in (world.one, world.two):
        assert isinstance(server, WithWildcard)
        server.everything = address


def made_up(world: World) -> list[str]:
    return [asked.name for server in (world.one, world.two) for asked in server.asked if is_made_up(asked.name)]


async def test_a_name_with_the_answer_of_a_made_up_one_is_noted(world: World) -> None:
    everything_is(world, "192.0.2.7")
    views = await world.verifier.observe([HOME, OTHER])
    assert (views[HOME].wildcard, views[OTHER].wildcard) == (True, False)
    assert len(made_up(world)) == 1
    assert not [asked for asked in world.resolver.asked if is_made_up(asked.name)]


async def test_without_a_wildcard_nothing_is_noted_and_nothing_asked_twice(world: World) -> None:
    for _ in range(3):
        views = await world.verifier.observe([HOME, OTHER])
        assert not any(view.wildcard for view in views.values())
    assert len(made_up(world)) == 1
    world.verifier.forget_delegations()
    await world.verifier.observe([HOME])
    assert len(made_up(world)) == 2


async def test_a_name_at_the_top_of_its_zone_or_without_an_answer_has_no_neighbours(world: World) -> None:
    everything_is(world, "192.0.2.7")
    keys = [RecordKey(name, RecordType.A) for name in ("ex.test", "gone.ex.test", "*.ex.test")]
    views = await world.verifier.observe(keys)
    assert not any(view.wildcard for view in views.values())
    assert not made_up(world)


async def test_among_many_names_nobody_asks(world: World) -> None:
    everything_is(world, "192.0.2.7")
    await world.verifier.observe([HOME, *(RecordKey(f"h{n}.ex.test", RecordType.A) for n in range(MOST_NAMES))])
    assert not made_up(world)
