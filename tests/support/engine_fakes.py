"""A world for the engine, at its ports: sources, a provider, witnesses. Everything obeys what the test sets.

What happens in the middle of a call stands in lists, `on_…`: with each call the next of them happens, once.
"""

from __future__ import annotations

import random
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ConnectFailed, DdnsTrayError
from ddns_tray.core.model import (
    AccountReport,
    Capabilities,
    ExistingRecord,
    ExistingSet,
    Family,
    Observation,
    RecordKey,
    RecordType,
    Role,
    Sighting,
    SourceKind,
    Transport,
    View,
)
from ddns_tray.core.ports import Anchors
from ddns_tray.core.settings import AddressSettings, RecordSettings, VerifySettings
from ddns_tray.core.text import text
from ddns_tray.engine import Engine, EngineSetup
from tests.support.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ddns_tray.core.model import Change, RecordMemory, Snapshot

    Happenings = list[Callable[[], None]]

HOME = RecordKey("home.example.org", RecordType.A)
FIRST, SECOND = "8.8.4.4", "9.9.9.10"
UNREACHABLE = ConnectFailed(text("Nobody answers."))


def _happen(happenings: Happenings) -> None:
    if happenings:
        happenings.pop(0)()


class FakeDetector:
    """Sees what `address` says; None is a failure."""

    def __init__(self, clock: FakeClock, origin: str, address: str | None = FIRST, *, rank: int = 0) -> None:
        self._clock = clock
        self.source = f"https://{origin}/"
        self.origin = origin
        self.kind = SourceKind.HTTPS
        self.families = frozenset({Family.IPV4})
        self.rank = rank
        self.address = address
        self.asked = 0
        self.on_seen: Happenings = []

    async def detect(self, family: Family) -> Sighting:
        self.asked += 1
        seen = None if self.address is None else ip_address(self.address)
        problem = None if seen else UNREACHABLE.problem
        sighting = Sighting(self.source, self.origin, self.kind, family, seen, self._clock.now(), problem)
        _happen(self.on_seen)
        return sighting


class FakeProvider:
    """Keeps RRsets; keys in `broken` cannot be read.

    `fail_read` and `fail_apply` raise once per entry; `lose_answer` writes and then raises.
    """

    def __init__(self) -> None:
        self.capabilities = Capabilities()
        self.broken: dict[RecordKey, DdnsTrayError] = {}
        self.blind = False
        self.content: dict[RecordKey, tuple[str, ...]] = {}
        self.proxied: dict[RecordKey, bool] = {}
        self.calls = 0
        self.reads = 0
        self.writes: list[tuple[RecordKey, tuple[str, ...]]] = []
        self.fail_read: list[DdnsTrayError] = []
        self.fail_apply: list[DdnsTrayError] = []
        self.lose_answer: list[DdnsTrayError] = []
        self.on_apply: Happenings = []
        self.closed = False

    async def zones(self) -> tuple[str, ...]:
        return ("example.org",)

    async def records(self, zone: str) -> tuple[ExistingSet, ...]:
        return tuple(self._existing(key) for key in self.content if key.name.endswith(zone))

    def _existing(self, key: RecordKey) -> ExistingSet:
        proxied = self.proxied.get(key)
        records = tuple(ExistingRecord(address, ttl=60, proxied=proxied) for address in self.content.get(key, ()))
        return ExistingSet(key, "example.org", records)

    async def read(self, key: RecordKey) -> ExistingSet | None:
        self.calls += 1
        self.reads += 1
        if self.fail_read:
            raise self.fail_read.pop(0)
        if key in self.broken:
            raise self.broken[key]
        if self.blind:
            return None
        return self._existing(key)

    async def apply(self, change: Change) -> None:
        _happen(self.on_apply)
        self.calls += 1
        if self.fail_apply:
            raise self.fail_apply.pop(0)
        self.content[change.key] = change.after
        if change.proxied is not None:
            self.proxied[change.key] = change.proxied
        self.writes.append((change.key, change.after))
        if self.lose_answer:
            raise self.lose_answer.pop(0)

    async def test(self) -> AccountReport:
        return AccountReport(("example.org",))

    async def aclose(self) -> None:
        self.closed = True


class FakeVerifier:
    """Two authoritative servers and two resolvers that show the provider's content, unless told otherwise."""

    def __init__(self, clock: FakeClock, provider: FakeProvider) -> None:
        self._clock = clock
        self._provider = provider
        self.shown: dict[RecordKey, tuple[str, ...]] = {}
        self.resolvers_hold: dict[RecordKey, tuple[str, ...]] = {}
        self.silent = False
        self.anchors_answer = True
        self.looks = 0
        self.on_look: Happenings = []
        self.on_heard: Happenings = []
        self.forgotten = 0
        self.closed = False

    async def observe(self, keys: Sequence[RecordKey], *, resolvers: bool = True) -> Mapping[RecordKey, View]:
        self.looks += 1
        _happen(self.on_look)
        views = {key: self._view(key) for key in keys}
        _happen(self.on_heard)
        return views

    def _view(self, key: RecordKey) -> View:
        now = self._clock.now()
        answer = self.shown.get(key, self._provider.content.get(key, ()))
        if self.silent:
            return View(key, None, (), now)
        servers = [
            (Role.AUTHORITATIVE, "ns1.example.org", "9.9.9.1"),
            (Role.AUTHORITATIVE, "ns2.example.org", "9.9.9.2"),
            (Role.RESOLVER, "udp://9.9.9.53", "9.9.9.53"),
            (Role.RESOLVER, "udp://9.9.9.54", "9.9.9.54"),
        ]
        observations = tuple(
            Observation(
                role=role,
                server=server,
                address=address,
                transport=Transport.UDP,
                at=now,
                rcode="NOERROR" if answer else "NXDOMAIN",
                answer=self.resolvers_hold.get(key, answer) if role is Role.RESOLVER else answer,
                ttl=60 if answer else None,
                aa=role is Role.AUTHORITATIVE,
                negative_ttl=None if answer else 60,
                serial=1 if role is Role.AUTHORITATIVE else None,
            )
            for role, server, address in servers
        )
        return View(key, "example.org", observations, now, secondary_interval=4200)

    async def anchors(self) -> Anchors:
        return Anchors(asked=4, answered=4 if self.anchors_answer else 0)

    async def look_up(self, host: str, family: Family, /) -> tuple[str, ...]:
        return (f"192.0.2.{len(host)}",) if family is Family.IPV4 else ()

    def forget_delegations(self) -> None:
        self.forgotten += 1

    async def aclose(self) -> None:
        self.closed = True


class FakeMemory:
    """A `MemoryStore` that a next engine can read, as after a restart."""

    def __init__(self) -> None:
        self.kept: dict[RecordKey, RecordMemory] = {}
        self.saves = 0
        self.fail: DdnsTrayError | None = None

    def load(self) -> Mapping[RecordKey, RecordMemory]:
        return dict(self.kept)

    def save(self, memory: Mapping[RecordKey, RecordMemory], *, changed: RecordKey | None = None) -> None:
        if self.fail is not None:
            raise self.fail
        self.saves += 1
        self.kept = dict(memory) if changed is None else {**self.kept, changed: memory[changed]}


class World:
    """All of it, and an engine in it."""

    def __init__(self, *, records: Sequence[RecordSettings] | None = None, memory: FakeMemory | None = None) -> None:
        self.clock = FakeClock()
        self.detectors = [FakeDetector(self.clock, "one.example"), FakeDetector(self.clock, "two.example")]
        self.provider = FakeProvider()
        self.provider.content[HOME] = ("8.8.8.8",)
        self.verifier = FakeVerifier(self.clock, self.provider)
        self.memory = memory if memory is not None else FakeMemory()
        self.opened = 0
        self.open_error: DdnsTrayError | None = None
        self.records = (
            tuple(records) if records is not None else (RecordSettings(HOME.name, (RecordType.A,), account="home"),)
        )
        self.engine = self.new_engine()

    def setup(self) -> EngineSetup:
        address = AddressSettings(quorum=2, interval=60.0)
        return EngineSetup(
            records=self.records,
            detectors=MappingProxyType({Family.IPV4: tuple(self.detectors), Family.IPV6: ()}),
            address=MappingProxyType({Family.IPV4: address, Family.IPV6: address}),
            verify=VerifySettings(interval=60.0),
            verifier=self.verifier,
            accounts=MappingProxyType({"home": self._open}),
        )

    def new_engine(self) -> Engine:
        return Engine(self.setup(), clock=self.clock, chance=random.Random(1), memory=self.memory)

    async def _open(self) -> FakeProvider:
        self.opened += 1
        if self.open_error is not None:
            raise self.open_error
        return self.provider

    def shown(self) -> Snapshot:
        """What front ends see now."""
        return self.engine.snapshot

    def see(self, address: str | None) -> None:
        """Let every source see this address."""
        for detector in self.detectors:
            detector.address = address
