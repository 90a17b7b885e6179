"""Lines and detours for engine tests: their sources are fakes, their interfaces a table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import ANY_WAY, Binding, Detour, Family, InterfaceAddress, RecordType
from ddns_tray.core.settings import AddressSettings, RecordSettings
from ddns_tray.engine.setup import HOME as HOME_WAY
from ddns_tray.engine.setup import WaySetup
from tests.support.engine_fakes import HOME, FakeDetector, FakeMemory, World

if TYPE_CHECKING:
    from ddns_tray.core.model import Sighting
    from ddns_tray.engine import EngineSetup
    from tests.support.clock import FakeClock

FIBRE, LTE = "11.22.33.44", "55.66.77.88"


class PatientDetector(FakeDetector):
    """Takes `delay` seconds of the test's clock."""

    delay = 0.0

    async def detect(self, family: Family) -> Sighting:
        await self._clock.sleep(self.delay)
        return await super().detect(family)


@dataclass
class FakeWay:
    """One way: two witnesses of two hosts, and an interface that may be gone."""

    id: str
    binding: Binding
    detectors: list[PatientDetector]
    ipv6: list[PatientDetector] = field(default_factory=list)
    present: bool = True
    built_in: frozenset[str] = frozenset()
    return_after: float = 300.0

    def see(self, address: str | None) -> None:
        for each in self.detectors:
            each.address = address

    def setup(self) -> WaySetup:
        address = AddressSettings(quorum=2, interval=60.0)
        return WaySetup(
            self.id,
            self.binding,
            MappingProxyType({Family.IPV4: tuple(self.detectors), Family.IPV6: tuple(self.ipv6)}),
            MappingProxyType(dict.fromkeys(Family, address)),
            built_in=self.built_in,
            return_after=self.return_after,
        )


def way(clock: FakeClock, name: str, interface: str, address: str) -> FakeWay:
    detectors = [PatientDetector(clock, f"{name}-{number}.example", address) for number in (1, 2)]
    ipv6 = [PatientDetector(clock, f"{name}-{number}.example", None) for number in (1, 2)]
    for each in ipv6:
        each.families = frozenset({Family.IPV6})
    return FakeWay(name, Binding(interface) if interface else ANY_WAY, detectors, ipv6)


@dataclass
class LineWorld(World):
    """The world of engine tests, with a line of fibre, one of LTE, and the line of the house behind a VPN."""

    record: RecordSettings = field(
        default_factory=lambda: RecordSettings(HOME.name, (RecordType.A,), account="home", line=("fibre", "lte"))
    )
    kept: FakeMemory | None = None
    ways: list[FakeWay] = field(default_factory=list)
    home: FakeWay | None = None
    detour: Detour | None = None
    carriers: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        super().__init__(records=(self.record,), memory=self.kept)

    @property
    def fibre(self) -> FakeWay:
        return self.ways[0]

    @property
    def lte(self) -> FakeWay:
        return self.ways[1]

    def setup(self) -> EngineSetup:
        if not self.ways:
            self.ways += [way(self.clock, "fibre", "eth0", FIBRE), way(self.clock, "lte", "wwan0", LTE)]
            self.home = way(self.clock, HOME_WAY, "", FIBRE)
        assert self.home is not None
        return replace(
            super().setup(),
            lines=tuple(each.setup() for each in self.ways),
            home=self.home.setup,
            interfaces=self.interfaces,
            detours=lambda: {} if self.detour is None else {Family.IPV4: self.detour},
            carriers=lambda: self.carriers,
        )

    def interfaces(self) -> tuple[InterfaceAddress, ...]:
        loopback = InterfaceAddress("lo", ip_address("127.0.0.1"), 8)
        return (
            loopback,
            *(
                InterfaceAddress(each.binding.interface, ip_address(f"10.0.{number}.2"), 24)
                for number, each in enumerate(self.ways)
                if each.present
            ),
        )
