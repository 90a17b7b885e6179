"""What happens in a world, and when: drawn of a seed, each event apart from the others so that it can be left out."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.model import ExistingRecord, Family
from ddns_tray.engine import Care, RoundRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.support.simulation.plot import Plot
    from tests.support.simulation.world import World


@dataclass(frozen=True)
class Event:
    """Something that happens `at` a moment (seconds of the awake machine, from the start)."""

    at: float
    what: str
    chance: float
    """Decides the rest: which server, how long."""

    def __str__(self) -> str:
        return f"{self.at:8.1f} {self.what} ({self.chance:.6f})"


def draw(plot: Plot) -> tuple[Event, ...]:
    """A schedule. Each world knows only some kinds of trouble, so that each has worlds of its own."""
    chance = random.Random(f"weather {plot.seed}")
    kinds = sorted(EVENTS)
    known = chance.sample(kinds, chance.choice((2, 3, 5, 8, len(kinds))))
    if chance.random() < 0.8 and "address" not in known:
        known.append("address")
    length, number = chance.choice((300.0, 1200.0, 3600.0)), chance.choice((2, 5, 10, 20))
    times = sorted(chance.uniform(0.0, length) for _ in range(number))
    events: list[Event] = []
    for at in times:
        bunched = events and chance.random() < 0.3
        events.append(
            Event(
                events[-1].at + chance.choice((0.0, 0.2, 1.0, 3.0)) if bunched else at,
                chance.choice(known),
                chance.random(),
            )
        )
    return tuple(sorted(events, key=lambda each: each.at))


async def happen(world: World, event: Event) -> None:
    """Let it happen now."""
    chance = random.Random(event.chance)
    world.happened.add(event.what)
    world.oracle.note(f"--- {event.what}")
    await EVENTS[event.what](world, chance)


# --- the line ---


async def _address(world: World, chance: random.Random) -> None:
    line = chance.choice(world.lines)
    families = [family for family in Family if line.address(family) is not None]
    family = chance.choice(families)
    known = [address for _, address in line.history[family] if address is not None]
    back = chance.random() < 0.25
    address = chance.choice(known) if back else world.new_address(family)
    line.set(family, address)
    world.oracle.note(f"    {family} is {address}")


async def _line_down(world: World, chance: random.Random) -> None:
    seconds = chance.choice((2.0, 20.0, 90.0, 400.0, 1500.0))
    chance.choice([*world.lines, world.line]).cut(seconds)
    if chance.random() < 0.3:
        for line in world.lines:
            line.cut(seconds)


async def _shared_address(world: World, chance: random.Random) -> None:
    """The internet provider puts us behind its own NAT: all sources name the same address, and nobody can reach it."""
    chance.choice(world.lines).set(Family.IPV4, f"100.64.3.{chance.randint(1, 250)}")


async def _hint(world: World, _: random.Random) -> None:
    world.engine.request(RoundRequest(observe=False, care=Care.HINT))


async def _network_event(world: World, _: random.Random) -> None:
    world.engine.request(RoundRequest(woke=True))


async def _renumbered(world: World, chance: random.Random) -> None:
    """The usual night: a short cut, another address, and the router tells."""
    world.line.cut(chance.choice((1.0, 5.0, 30.0)))
    await _address(world, chance)
    await world.hands.sleep(chance.uniform(0.0, 2.0))
    await _hint(world, chance)


# --- sources ---


async def _liar(world: World, chance: random.Random) -> None:
    """Fewer than the quorum are dishonest at a time, and those who lie together say the same."""
    now = world.hands.world()
    line = chance.choice(world.lines)
    able = [each for each in world.sources if each.line is line]
    if world.plot.quorum < 2 or any(each.trouble(now) in _DISHONEST for each in able):
        return
    family = chance.choice([Family.IPV4, *(() if not world.plot.both_families else (Family.IPV6,))])
    how = chance.choice(("lies", "lies", "flaps", "sticks", "private"))
    lie = {
        "sticks": line.address(family) or world.new_address(family),
        "private": chance.choice(("192.168.1.7", "100.64.3.4", "10.0.0.1")),
    }.get(how, world.new_address(family))
    liars = chance.sample(able, chance.randint(1, min(world.plot.quorum - 1, len(able))))
    seconds = chance.choice((60.0, 600.0, 3000.0))
    for each in liars:
        each.fault, each.fault_until = "lies" if how == "private" else how, now + seconds
        each.lie = lie
        world.oracle.note(f"    {each.origin} {how}: {lie}")


async def _source_fault(world: World, chance: random.Random) -> None:
    source = chance.choice(world.sources)
    if source.trouble(world.hands.world()) in _DISHONEST:
        return
    source.fault = chance.choice(("fails", "fails", "stalls", "bans", "no_wan"))
    source.fault_until = world.hands.world() + chance.choice((30.0, 300.0, 2000.0))
    world.oracle.note(f"    {source.origin} {source.fault}")


_DISHONEST = frozenset({"lies", "flaps", "sticks"})


# --- the provider ---


async def _provider_fault(world: World, chance: random.Random) -> None:
    fates = ("stalls", "busy", "unreachable", "limited", "lost", "cut", "gateway", "half", "lands_late")
    drawn = [chance.choice(("", *fates)) for _ in range(chance.randint(1, 6))]
    world.service.fates += drawn
    world.oracle.note(f"    {drawn}")


async def _lost_answers(world: World, chance: random.Random) -> None:
    """Writes alone fail, in the worst way: nobody knows whether they have happened."""
    world.service.fates += [
        "",
        chance.choice(("lost", "cut", "gateway", "lands_late")),
        chance.choice(("", "busy", "stalls")),
    ]


async def _provider_down(world: World, chance: random.Random) -> None:
    world.service.mood = chance.choice(("busy", "stalls", "unreachable"))
    world.service.mood_until = world.hands.world() + chance.choice((60.0, 600.0, 2000.0))


async def _bad_token(world: World, _: random.Random) -> None:
    world.service.bad_token = True


async def _good_token(world: World, _: random.Random) -> None:
    world.service.bad_token = False
    world.oracle.person_acted()
    world.engine.unblock()


async def _foreign(world: World, chance: random.Random) -> None:
    """Somebody else changes the record."""
    key = chance.choice(world.keys)
    standing = list(world.zone.content.get(key, ()))
    how = chance.choice(("add", "replace", "delete"))
    if how != "delete":
        new = ExistingRecord(world.new_address(key.type.family), ttl=world.plot.ttl)
        world.oracle.foreign.add(new.address)
        standing = [*standing, new] if how == "add" else [new]
    world.zone.put(key, [] if how == "delete" else standing)
    world.oracle.note(f"    {how} {key}: {world.zone.addresses(key)}")


# --- the DNS ---


async def _slow_server(world: World, chance: random.Random) -> None:
    chance.choice(world.zone.servers).lag = chance.choice((0.0, 20.0, 60.0, 400.0))


async def _server_fault(world: World, chance: random.Random) -> None:
    server = chance.choice(world.zone.servers)
    server.fault = chance.choice(("silent", "SERVFAIL", "REFUSED"))
    server.fault_until = world.hands.world() + chance.choice((30.0, 300.0, 1000.0))


async def _resolver_fault(world: World, chance: random.Random) -> None:
    resolver = chance.choice(world.resolvers)
    resolver.fault = chance.choice(("silent", "SERVFAIL", "REFUSED"))
    resolver.fault_until = world.hands.world() + chance.choice((30.0, 300.0, 1000.0))


async def _warm(world: World, chance: random.Random) -> None:
    """Somebody else asks a resolver for our name."""
    for _ in range(chance.randint(1, 4)):
        chance.choice(world.resolvers).answer(chance.choice(world.keys), world.hands.world())


# --- the machine ---


async def _sleep(world: World, chance: random.Random) -> None:
    world.idle_from_now()
    world.hands.slept += chance.choice((100.0, 1000.0, 30_000.0))
    world.idle_until_now()
    world.woke_at = world.hands.world()
    if chance.random() < 0.5:
        await _address(world, chance)
    if chance.random() < 0.5:
        await world.hands.sleep(chance.uniform(0.0, 3.0))
        await _network_event(world, chance)


async def _clock_step(world: World, chance: random.Random) -> None:
    world.hands.error += chance.choice((-7200.0, -300.0, -10.0, 10.0, 300.0, 7200.0))


async def _full_disk(world: World, chance: random.Random) -> None:
    world.disk.full_until = world.hands.world() + chance.choice((60.0, 600.0))


async def _kill(world: World, chance: random.Random) -> None:
    for _ in range(chance.randint(0, 40)):
        await asyncio.sleep(0)
    world.idle_from_now()
    await world.end(killed=chance.random() < 0.8)
    await world.hands.sleep(chance.choice((0.0, 1.0, 10.0, 300.0)))
    if chance.random() < 0.3:
        await _address(world, chance)
    world.idle_until_now()
    world.start()


async def _kill_while_writing(world: World, chance: random.Random) -> None:
    """Let the address change, and the program die at some moment of what follows."""
    await _address(world, chance)
    world.engine.check_now()
    await world.hands.sleep(chance.uniform(0.1, 4.0))
    await _kill(world, chance)


async def _forget(world: World, _: random.Random) -> None:
    """The memory is lost."""
    world.idle_from_now()
    await world.end(killed=True)
    world.disk.kept = {}
    world.oracle.forgotten()
    world.idle_until_now()
    world.start()


# --- the person ---


async def _pause(world: World, chance: random.Random) -> None:
    seconds = chance.choice((30.0, 300.0, None))
    world.engine.pause(None if seconds is None else world.hands.now() + seconds)
    world.idle_from_now()
    world.oracle.paused(paused=True)
    await world.hands.sleep(chance.choice((1.0, 400.0)) if seconds is None else seconds - 1.0)
    world.oracle.paused(paused=False)
    world.idle_until_now()
    if seconds is None:
        world.engine.resume()


async def _check_now(world: World, _: random.Random) -> None:
    world.engine.check_now()


async def _update_now(world: World, chance: random.Random) -> None:
    force = chance.random() < 0.3
    world.oracle.forced = world.oracle.forced or force
    world.oracle.person_acted()
    world.spawn(world.engine.update_now(force=force))


async def _settings(world: World, _: random.Random) -> None:
    """Another name, or one less; new adapters in any case."""
    if len(world.records) > 1:
        world.records = world.records[:1]
    else:
        world.records = (*world.records, world.office())
    await world.reconfigure()


EVENTS: dict[str, Callable[[World, random.Random], Awaitable[None]]] = {
    name.removeprefix("_"): act
    for name, act in dict(globals()).items()
    if name.startswith("_") and asyncio.iscoroutinefunction(act)
}
