"""One world with an engine in it: how it is built of a seed, and what can be done to it."""

from __future__ import annotations

import asyncio
import logging
import random
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.alerting import AlertMemory, changes
from ddns_tray.core.model import (
    Binding,
    Colour,
    ExistingRecord,
    Family,
    InterfaceAddress,
    RecordKey,
    RecordType,
    SourceKind,
    Transport,
)
from ddns_tray.core.settings import AddressSettings, AlertSettings, RecordSettings, VerifySettings
from ddns_tray.engine import Engine, EngineSetup
from ddns_tray.engine.setup import WaySetup
from tests.support.simulation.oracle import Oracle
from tests.support.simulation.ports import Disk, Life, SimDetector, SimMemory, SimVerifier, Source
from tests.support.simulation.service import Service, SimProvider
from tests.support.simulation.truth import Hands, Line, Resolver, Server, Zone

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from ddns_tray.core.model import RecordStatus, Snapshot
    from tests.support.simulation.plot import Plot

HOME, OFFICE = "home.example.org", "office.example.org"
_KINDS = (SourceKind.HTTPS, SourceKind.STUN, SourceKind.HTTPS, SourceKind.DNS, SourceKind.HTTPS, SourceKind.STUN)
_RESOLVERS = (
    ("udp://192.168.1.1", "192.168.1.1", Transport.UDP),
    ("udp://9.9.9.9", "9.9.9.9", Transport.UDP),
    ("tls://1.1.1.1", "1.1.1.1", Transport.TLS),
    ("https://8.8.8.8", "8.8.8.8", Transport.HTTPS),
    ("udp://4.2.2.1", "4.2.2.1", Transport.UDP),
)


class World:
    """All that there is. `life` is the present run of the program."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.hands = Hands()
        self.line = Line(self.hands, "fibre", "eth0")
        """The first line, or the only one: the way that the system takes."""
        self.lines = [self.line, *([Line(self.hands, "lte", "wwan0")] if plot.two_lines else [])]
        self._numbers = 10
        for line in self.lines:
            for family in Family:
                line.set(family, self.new_address(family) if family is Family.IPV4 or plot.both_families else None)
        servers = [Server(f"ns{n}.example.org", f"5.6.7.{n}", lag) for n, lag in enumerate(plot.lags, 1)]
        self.zone = Zone(self.hands, servers, plot.negative_ttl)
        self.sources = [source for line in self.lines for source in self._make_sources(line)]
        self.service = Service(self.zone, self, self.hands, plot.style, self._chance("service"), plot.write_interval)
        self.resolvers = [
            Resolver(uri, address, transport, self.zone, self._chance(uri), backends=plot.backends)
            for uri, address, transport in _RESOLVERS[: plot.resolvers]
        ]
        self.disk = Disk(self.hands)
        self.records = self._make_records()
        if plot.exists:
            for key in self.keys:
                self.zone.put(key, [ExistingRecord(self.new_address(key.type.family), ttl=plot.ttl)])
            self.zone.settle()
        self.oracle = Oracle(self)
        self.life = Life()
        self.lives = 0
        self.happened: set[str] = set()
        self.looked_at: dict[RecordKey, float] = {}
        """When the last look at each key has begun."""
        self.woke_at = float("-inf")
        self._idle: list[list[float]] = []
        """Stretches of time in which the program could not act: from, until."""
        self._running: asyncio.Task[None] | None = None
        self._waiting: list[asyncio.Future[object]] = []

    def idle_from_now(self) -> None:
        """The program is asleep, paused or ended."""
        if not self._idle or self._idle[-1][1] <= self.hands.world():
            self._idle.append([self.hands.world(), float("inf")])

    def idle_until_now(self) -> None:
        """It acts again."""
        if self._idle and self._idle[-1][1] == float("inf"):
            self._idle[-1][1] = self.hands.world()

    def awake_since(self, moment: float) -> float:
        """Seconds since then in which the program could act."""
        now = self.hands.world()
        idle = sum(max(0.0, min(now, end) - max(moment, begin)) for begin, end in self._idle)
        return now - moment - idle

    def _chance(self, what: str) -> random.Random:
        return random.Random(f"{self.plot.seed} {what}")

    def new_address(self, family: Family) -> str:
        """An address that nobody has had before."""
        self._numbers += 1
        if family is Family.IPV4:
            return f"11.22.{self._numbers // 250}.{self._numbers % 250}"
        return f"2a00:1::{self._numbers:x}"

    def _make_sources(self, line: Line) -> list[Source]:
        plot = self.plot
        made = [
            Source(
                line,
                f"{kind}{number}.example",
                kind,
                number // plot.quorum if plot.presets else 0,
                self._chance(f"source {line.id} {number}"),
            )
            for number, kind in enumerate(_KINDS[: plot.sources])
        ]
        if plot.router:
            made.insert(0, Source(line, "router", SourceKind.ROUTER, 0, self._chance(f"router {line.id}")))
        return made

    def _make_records(self) -> tuple[RecordSettings, ...]:
        types = (RecordType.A, RecordType.AAAA) if self.plot.both_families else (RecordType.A,)
        lines = tuple(line.id for line in self.lines) if self.plot.two_lines else ()
        records = [RecordSettings(HOME, types, account="home", ttl=self.plot.wished_ttl, line=lines)]
        if self.plot.two_names:
            records.append(self.office())
        return tuple(records)

    def office(self) -> RecordSettings:
        """The second name."""
        lines = tuple(line.id for line in self.lines) if self.plot.two_lines else ()
        return RecordSettings(OFFICE, (RecordType.A,), account="home", line=lines)

    @property
    def up(self) -> bool:
        """Whether the way leads out by which the program asks and writes now."""
        chosen = self.engine.way_out().interface
        return next((each for each in self.lines if each.interface == chosen), self.line).up

    @property
    def dead_since(self) -> float | None:
        """Since when no line leads out; None while one does."""
        return None if any(each.up for each in self.lines) else max(each.down_since for each in self.lines)

    def last_true(self, family: Family, address: str) -> float | None:
        """The last moment at which this was the address of a line; None for never."""
        return max((at for each in self.lines if (at := each.last_true(family, address)) is not None), default=None)

    @property
    def keys(self) -> tuple[RecordKey, ...]:
        """What the settings ask for."""
        return tuple(RecordKey(record.name, each) for record in self.records for each in record.types)

    # --- the program ---

    def setup(self) -> EngineSetup:
        """New settings, with adapters of this life."""
        life = self.life
        verifier = SimVerifier(
            self.zone, self.resolvers, self, self.hands, self._chance(f"looks {self.lives}"), looked_at=self.looked_at
        )

        async def opener() -> SimProvider:
            await self.hands.sleep(0.01)
            return SimProvider(self.service, self.oracle, life)

        address = AddressSettings(quorum=self.plot.quorum, interval=self.plot.interval)
        lines = [self._way(line, address) for line in self.lines]
        return EngineSetup(
            records=self.records,
            detectors=lines[0].detectors,
            address=lines[0].address,
            verify=VerifySettings(interval=self.plot.interval),
            verifier=verifier,
            lines=tuple(lines) if self.plot.two_lines else (),
            accounts=MappingProxyType({"home": opener}),
            interfaces=self._interfaces,
            built_in=lines[0].built_in,
            carriers=lambda: frozenset({self.line.interface}) if self.plot.two_lines else frozenset(),
            elapsed=self.hands.world,
        )

    def _way(self, line: Line, address: AddressSettings) -> WaySetup:
        detectors = [SimDetector(source, self.hands) for source in self.sources if source.line is line]
        return WaySetup(
            line.id,
            Binding(line.interface),
            MappingProxyType(
                {family: tuple(each for each in detectors if family in each.families) for family in Family}
            ),
            MappingProxyType(dict.fromkeys(Family, address)),
            built_in=frozenset(each.source for each in detectors if each.kind.is_network and self.plot.presets),
        )

    def _interfaces(self) -> tuple[InterfaceAddress, ...]:
        if not self.plot.two_lines:
            return ()
        return tuple(
            InterfaceAddress(line.interface, ip_address(f"10.0.{number}.2"), 24)
            for number, line in enumerate(self.lines)
        )

    def start(self) -> None:
        """Start the program, as after a boot."""
        self.life = life = Life()
        self.lives += 1
        self.oracle.started()
        self.engine = Engine(
            self.setup(), clock=self.hands, chance=self._chance(f"life {self.lives}"), memory=SimMemory(self.disk, life)
        )
        alerts, told = AlertSettings(), AlertMemory()

        def journal(snapshot: Snapshot) -> None:
            nonlocal told
            if life.over:
                return
            woke = self.engine.woke_at
            notices, told = changes(
                told, snapshot, quiet_until=None if woke is None else woke + alerts.quiet_after_wake
            )
            self.oracle.shown(snapshot, notices)

        self.engine.subscribe(journal)
        if self.plot.router:
            self.engine.trust_hints(lambda: True)
        self._running = asyncio.ensure_future(self.engine.run())

    async def end(self, *, killed: bool) -> None:
        """End the program in order, or from one moment to the next: nothing of its end reaches the world then."""
        running = self._running
        if running is None:
            return
        self._running = None
        if killed:
            self.life.over = True
            running.cancel()
        else:
            self.engine.stop()
            running.cancel()  # as the doors do it
        (ended,) = await asyncio.gather(running, return_exceptions=True)
        if ended is not None and not isinstance(ended, asyncio.CancelledError):
            self.oracle.fail("the engine never ends by itself", repr(ended))
        await self.engine.aclose()
        self.life.over = True
        for each in self._waiting:
            each.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)
        self._waiting.clear()

    @property
    def running(self) -> bool:
        """Whether the program runs."""
        return self._running is not None

    @property
    def crashed(self) -> bool:
        """Whether the program has ended without being asked to."""
        return self._running is not None and self._running.done()

    async def reconfigure(self) -> None:
        """Let the program take the settings as they are now; an old provider or verifier is not used any more."""
        await self.engine.reconfigure(self.setup())
        self.oracle.reconfigured()

    def spawn(self, wish: Coroutine[object, object, object]) -> None:
        """Let somebody wait for something while life goes on."""
        self._waiting.append(asyncio.ensure_future(wish))

    # --- the end of all trouble ---

    def heal(self) -> None:
        """From now on everybody is honest, everything works, and nothing changes any more."""
        now = self.hands.world()
        for source in self.sources:
            source.fault_until = now
        for resolver in self.resolvers:
            resolver.fault_until = now
        for server in self.zone.servers:
            server.fault_until = now
            server.lag = min(server.lag, 20.0)
        self.zone.settle()
        for line in self.lines:
            line.down_until = min(line.down_until, now)
            if not ip_address(line.address(Family.IPV4) or "").is_global:
                line.set(Family.IPV4, self.new_address(Family.IPV4))
        self.service.fates.clear()
        self.service.mood_until = now
        self.service.bad_token = False
        self.disk.full_until = now
        foreign = self.oracle.foreign
        for key, records in self.zone.content.items():
            if any(each.address in foreign for each in records) and len(records) > 1:
                self.zone.put(key, [each for each in records if each.address not in foreign])

    @property
    def well(self) -> bool:
        """Whether every record is right, and shown so."""
        shown = {each.key: each for each in self.engine.snapshot.records}
        return all(key in shown and self._is_well(key, shown[key]) for key in self.keys)

    def _is_well(self, key: RecordKey, status: RecordStatus) -> bool:
        address = self.line.address(key.type.family)
        if address is None:
            return True
        right = self.zone.addresses(key) == (address,) and status.expected == (address,)
        return right and status.verdict.colour is Colour.GREEN

    def state(self) -> str:
        """What is and what is shown, for whoever wonders."""
        recall = self.engine._state.recall
        shown = [
            f"{each.key} {each.verdict.reason.code} expects {each.expected} memory {recall(each.key)}"
            for each in self.engine.snapshot.records
        ]
        truth = [f"{key}: {self.zone.addresses(key)} of {self.line.address(key.type.family)}" for key in self.keys]
        return f"{self.engine.snapshot.phase} {truth} {shown}"

    @property
    def settled(self) -> bool:
        """Whether the program has nothing left to try again at the provider."""
        known = [self.engine._state.recall(key) for key in self.keys]
        return all(each.not_before is None and not each.unconfirmed for each in known)

    @property
    def blocked(self) -> bool:
        """Whether the program waits for the person."""
        return any(self.engine._state.recall(key).blocked is not None for key in self.keys)

    def asked_outside(self) -> int:
        """How often strangers were asked for our address."""
        return sum(each.asked for each in self.sources if each.kind is not SourceKind.ROUTER)

    def polite(self, seconds: float) -> float:
        """How often they may be asked in that time: the design's 24 and 300 a day, and one look at all of them."""
        a_day = 24.0 if self.plot.router else 300.0
        a_day += 300.0 if self.plot.both_families else 0.0  # routers tell of IPv4 alone
        return a_day * seconds / 86_400 * 2 + 4 * len(self.sources)


class Log(logging.Handler):
    """Hears of faults of our own, which a round swallows."""

    def __init__(self, oracle: Oracle) -> None:
        super().__init__(logging.ERROR)
        self._oracle = oracle

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[1] if record.exc_info else None
        self._oracle.fail("a round has no fault of our own", f"{record.getMessage()} {fault!r}")
