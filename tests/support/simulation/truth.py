"""What really is, whatever anybody says: time, the line of the house, the zone and its servers, caches.

Moments are seconds of `Hands.world`, which go on while the machine sleeps and know of no wall clock that is moved.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ddns_tray.core.model import ExistingRecord, Family, RecordType, Transport

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import RecordKey

BEGIN = 1_800_000_000.0


class Hands:
    """The clock of the machine: `world` is the true time, `now` what the machine takes for it."""

    def __init__(self) -> None:
        self.slept = 0.0
        self.error = 0.0

    def world(self) -> float:
        return asyncio.get_running_loop().time() + self.slept

    def now(self) -> float:
        return BEGIN + self.world() + self.error

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    def true_of(self, wall: float) -> float:
        """The true time of a moment that the machine writes down now."""
        return wall - BEGIN - self.error


@dataclass
class Line:
    """The way to the world: the addresses under which it is seen, each with the moment from which on it was."""

    hands: Hands
    id: str = ""
    interface: str = "eth0"
    history: dict[Family, list[tuple[float, str | None]]] = field(default_factory=dict)
    down_until: float = float("-inf")
    down_since: float = 0.0

    def set(self, family: Family, address: str | None) -> None:
        self.history.setdefault(family, []).append((self.hands.world(), address))

    def address(self, family: Family) -> str | None:
        return self.history[family][-1][1] if family in self.history else None

    def last_true(self, family: Family, address: str) -> float | None:
        """The last moment at which this was the address; None for never."""
        changes = self.history.get(family, [])
        ends = [*(at for at, _ in changes[1:]), self.hands.world()]
        return max((end for (_, each), end in zip(changes, ends, strict=True) if each == address), default=None)

    @property
    def up(self) -> bool:
        return self.hands.world() >= self.down_until

    def cut(self, seconds: float) -> None:
        now = self.hands.world()
        if self.up:
            self.down_since = now
        self.down_until = max(self.down_until, now + seconds)


@dataclass(frozen=True)
class Version:
    """One state of the zone, as a server begins to serve it."""

    since: float
    serial: int
    content: Mapping[RecordKey, tuple[ExistingRecord, ...]]


@dataclass
class Server:
    """An authoritative server: follows the provider after `lag` seconds; `fault` lasts until a moment."""

    name: str
    address: str
    lag: float
    versions: list[Version] = field(default_factory=list)
    fault: str = ""
    fault_until: float = float("-inf")

    def publish(self, at: float, serial: int, content: Mapping[RecordKey, tuple[ExistingRecord, ...]]) -> None:
        since = max([at + self.lag, *(each.since for each in self.versions[-1:])])
        self.versions.append(Version(since, serial, content))

    def serves(self, at: float) -> Version:
        return next(each for each in reversed(self.versions) if each.since <= at)

    def trouble(self, at: float) -> str:
        return self.fault if at < self.fault_until else ""


class Zone:
    """What the provider holds, and what its servers make of it."""

    def __init__(self, hands: Hands, servers: Sequence[Server], negative_ttl: int) -> None:
        self._hands = hands
        self.servers = tuple(servers)
        self.negative_ttl = negative_ttl
        self.content: dict[RecordKey, tuple[ExistingRecord, ...]] = {}
        self.serial = 1
        self.changed_at = float("-inf")
        for server in self.servers:
            server.versions.append(Version(float("-inf"), 1, {}))

    def put(self, key: RecordKey, records: Sequence[ExistingRecord]) -> None:
        self.content = {**self.content, key: tuple(records)}
        self.serial += 1
        self.changed_at = self._hands.world()
        for server in self.servers:
            server.publish(self._hands.world(), self.serial, self.content)

    def settle(self) -> None:
        """Let all servers have the newest state from now on."""
        for server in self.servers:
            server.versions = [
                Version(min(each.since, self._hands.world()), each.serial, each.content) for each in server.versions
            ]

    def addresses(self, key: RecordKey) -> tuple[str, ...]:
        return tuple(each.address for each in self.content.get(key, ()))

    def name_exists(self, version: Version, key: RecordKey) -> bool:
        return any(each.name == key.name and records for each, records in version.content.items())


@dataclass(frozen=True)
class Cached:
    """What a cache holds of one key, and until when."""

    until: float
    addresses: tuple[str, ...]
    rcode: str
    ttl: int


class Resolver:
    """A caching resolver with `backends` that do not know of one another. One `at_home` answers without a line, too."""

    def __init__(
        self, uri: str, address: str, transport: Transport, zone: Zone, chance: random.Random, *, backends: int = 1
    ) -> None:
        self.uri = uri
        self.address = address
        self.transport = transport
        self._zone = zone
        self._chance = chance
        self._caches: list[dict[RecordKey, Cached]] = [{} for _ in range(backends)]
        self.fault = ""
        self.fault_until = float("-inf")

    @property
    def at_home(self) -> bool:
        return self.uri.startswith("udp://192.168.")

    def trouble(self, at: float) -> str:
        return self.fault if at < self.fault_until else ""

    def answer(self, key: RecordKey, at: float) -> Cached | None:
        """What it says at a moment, with the time that is left of it as TTL; None if it can reach no server."""
        cache = self._chance.choice(self._caches)
        held = cache.get(key)
        if held is None or held.until <= at:
            held = self._fetch(key, at)
            if held is None:
                return None
            cache[key] = held
        return replace(held, ttl=max(0, round(held.until - at - 0.5)))

    def held_until(self, key: RecordKey, other_than: frozenset[str]) -> float | None:
        """Until when it says something else than this set."""
        return max(
            (cache[key].until for cache in self._caches if key in cache and set(cache[key].addresses) != other_than),
            default=None,
        )

    def _fetch(self, key: RecordKey, at: float) -> Cached | None:
        able = [server for server in self._zone.servers if not server.trouble(at)]
        if not able:
            return None
        version = self._chance.choice(able).serves(at)
        records = version.content.get(key, ())
        if not records:
            rcode = "NOERROR" if self._zone.name_exists(version, key) else "NXDOMAIN"
            return Cached(at + self._zone.negative_ttl, (), rcode, self._zone.negative_ttl)
        ttl = max(each.ttl or 60 for each in records)
        return Cached(at + ttl, tuple(each.address for each in records), "NOERROR", ttl)


def record_family(key: RecordKey) -> Family:
    return Family.IPV4 if key.type is RecordType.A else Family.IPV6
