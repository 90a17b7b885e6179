"""How the engine meets the world: sources, a provider, witnesses and a disk, each with its delays and its troubles."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ddns_tray.core.errors import (
    ConnectFailed,
    Problem,
    ProblemCode,
    RateLimited,
    StorageError,
    TimedOut,
)
from ddns_tray.core.model import (
    Family,
    LookError,
    Observation,
    Role,
    Sighting,
    SourceKind,
    Transport,
    View,
)
from ddns_tray.core.ports import Anchors
from ddns_tray.core.text import text
from ddns_tray.store.memory import MemoryFile

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import RecordKey, RecordMemory
    from tests.support.simulation.truth import Hands, Line, Resolver, Server, Zone

NO_WAY = ConnectFailed(text("There is no way there."))


@dataclass
class Life:
    """One run of the program. What it does after it was killed reaches nobody."""

    over: bool = False


class Way(Protocol):
    """The way by which the world is reached, whichever line that is."""

    @property
    def up(self) -> bool:
        """Whether it leads out now."""


# --- sources ---------------------------------------------------------------------------------------------------------


@dataclass
class Source:
    """One source of the world; `fault` lasts until a moment. `lie` is what it says while it lies."""

    line: Line
    origin: str
    kind: SourceKind
    rank: int
    chance: random.Random
    fault: str = ""
    fault_until: float = float("-inf")
    lie: str = ""
    asked: int = 0

    def trouble(self, at: float) -> str:
        return self.fault if at < self.fault_until else ""


class SimDetector:
    """One source as the engine knows it."""

    def __init__(self, source: Source, hands: Hands) -> None:
        self._source = source
        self._line = source.line
        self._hands = hands
        self.source = f"{source.kind}://{source.origin}/"
        self.origin = source.origin
        self.kind = source.kind
        self.families = frozenset(Family) if source.kind is not SourceKind.ROUTER else frozenset({Family.IPV4})
        self.rank = source.rank

    async def detect(self, family: Family) -> Sighting:
        source, chance = self._source, self._source.chance
        source.asked += 1
        at_home = self.kind is SourceKind.ROUTER
        await self._hands.sleep(chance.uniform(0.01, 0.1 if at_home else 0.6))
        trouble = source.trouble(self._hands.world())
        if trouble == "stalls":
            await self._hands.sleep(4.5)
            return self._told(family, None, TimedOut(text("No answer.")).problem)
        if trouble == "fails":
            return self._told(family, None, NO_WAY.problem)
        if not (self._line.up or at_home):
            await self._hands.sleep(chance.choice((0.0, 1.0, 4.0)))
            return self._told(family, None, NO_WAY.problem)
        if trouble == "bans":
            banned = RateLimited(text("Too many."), retry_after=chance.choice((None, 60.0, 600.0)))
            return self._told(family, None, banned.problem)
        address = self._line.address(family)
        if trouble in {"lies", "sticks"} or (trouble == "flaps" and chance.random() < 0.5):
            address = source.lie
        if at_home and address is not None and trouble == "no_wan":
            return self._told(family, None, Problem(ProblemCode.NO_OUTSIDE_ADDRESS, text("None.")))
        seen = self._told(family, address, None if address else NO_WAY.problem)
        await self._hands.sleep(chance.uniform(0.01, 0.1 if at_home else 0.6))
        return seen

    def _told(self, family: Family, address: str | None, problem: Problem | None) -> Sighting:
        seen = None if address is None else ip_address(address)
        return Sighting(self.source, self.origin, self.kind, family, seen, self._hands.now(), problem)


# --- witnesses -------------------------------------------------------------------------------------------------------


class SimVerifier:
    """The delegation, the authoritative servers and the resolvers, as `verify` would tell of them."""

    def __init__(
        self,
        zone: Zone,
        resolvers: Sequence[Resolver],
        line: Way,
        hands: Hands,
        chance: random.Random,
        *,
        looked_at: dict[RecordKey, float],
    ) -> None:
        self._zone = zone
        self._resolvers = resolvers
        self._line = line
        self._hands = hands
        self._chance = chance
        self._zone_known = False
        self._looked_at = looked_at

    async def observe(self, keys: Sequence[RecordKey], *, resolvers: bool = True) -> Mapping[RecordKey, View]:
        self._looked_at |= dict.fromkeys(keys, self._hands.world())
        views = await asyncio.gather(*(self._look_at(key, resolvers=resolvers) for key in keys))
        return {view.key: view for view in views}

    async def _look_at(self, key: RecordKey, *, resolvers: bool) -> View:
        if not self._zone_known:
            await self._hands.sleep(self._chance.uniform(0.05, 0.3))
            if self._line.up:
                self._zone_known = True
            else:
                await self._hands.sleep(7.0)
        seen: list[Observation] = []
        if self._zone_known:
            seen += await asyncio.gather(*(self._ask_server(each, key) for each in self._zone.servers))
        denied = any(not each.answer and each.aa for each in seen)
        if resolvers and not denied:
            seen += await asyncio.gather(*(self._ask_resolver(each, key) for each in self._resolvers))
        return View(
            key=key,
            zone="example.org" if self._zone_known else None,
            observations=tuple(seen),
            at=self._hands.now(),
            delegation_error=None if self._zone_known else LookError.TIMEOUT,
            secondary_interval=600,
        )

    async def _ask_server(self, server: Server, key: RecordKey) -> Observation:
        await self._hands.sleep(self._chance.uniform(0.01, 0.1))
        at = self._hands.world()
        told = Observation(Role.AUTHORITATIVE, server.name, server.address, Transport.UDP, self._hands.now())
        trouble = server.trouble(at)
        if not self._line.up or trouble == "silent":
            await self._hands.sleep(4.5)
            return replace(told, at=self._hands.now(), error=LookError.TIMEOUT)
        if trouble:
            return replace(told, rcode=trouble)
        version = server.serves(at)
        records = version.content.get(key, ())
        await self._hands.sleep(0.01)
        return replace(
            told,
            rcode="NOERROR" if self._zone.name_exists(version, key) else "NXDOMAIN",
            answer=tuple(each.address for each in records),
            ttl=max((each.ttl or 60 for each in records), default=None),
            negative_ttl=None if records else self._zone.negative_ttl,
            aa=True,
            serial=version.serial,
        )

    async def _ask_resolver(self, resolver: Resolver, key: RecordKey) -> Observation:
        await self._hands.sleep(self._chance.uniform(0.01, 0.2))
        at = self._hands.world()
        told = Observation(Role.RESOLVER, resolver.uri, resolver.address, resolver.transport, self._hands.now())
        trouble = resolver.trouble(at)
        if trouble == "silent" or not (self._line.up or resolver.at_home):
            await self._hands.sleep(18.0 if resolver.transport is Transport.UDP else 12.0)
            return replace(told, at=self._hands.now(), error=LookError.TIMEOUT)
        if trouble:
            return replace(told, rcode=trouble)
        held = resolver.answer(key, at) if self._line.up else None
        if held is None:
            return replace(told, rcode="SERVFAIL")
        return replace(
            told,
            rcode=held.rcode,
            answer=held.addresses,
            ttl=held.ttl if held.addresses else None,
            negative_ttl=None if held.addresses else held.ttl,
        )

    async def anchors(self) -> Anchors:
        await self._hands.sleep(0.1 if self._line.up else 3.0)
        return Anchors(asked=5, answered=5 if self._line.up else 0)

    async def look_up(self, host: str, family: Family, /) -> tuple[str, ...]:
        return ()

    def forget_delegations(self) -> None:
        self._zone_known = False

    async def aclose(self) -> None:
        pass


# --- the disk --------------------------------------------------------------------------------------------------------


@dataclass
class Disk:
    """What outlives the program; full until a moment."""

    hands: Hands
    kept: Mapping[RecordKey, RecordMemory] = field(default_factory=dict)
    full_until: float = float("-inf")


class SimMemory:
    """The memory file, as one life of the engine has it."""

    def __init__(self, disk: Disk, life: Life) -> None:
        self._disk = disk
        self._life = life

    def load(self) -> Mapping[RecordKey, RecordMemory]:
        if not self._disk.kept:
            return {}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "memory.json"
            MemoryFile(file).save(self._disk.kept)
            return MemoryFile(file).load()

    def save(self, memory: Mapping[RecordKey, RecordMemory], *, changed: RecordKey | None = None) -> None:
        if self._life.over:
            return
        if self._disk.hands.world() < self._disk.full_until:
            raise StorageError(text("The disk is full."))
        self._disk.kept = dict(memory) if changed is None else {**self._disk.kept, changed: memory[changed]}
