"""What all detectors share: who they are, and that a failed look is a sighting with a problem."""

from __future__ import annotations

import ssl
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from ddns_tray.core.errors import ConfigError, DdnsTrayError, DetectorError, Problem, ProblemCode
from ddns_tray.core.model import Family, Sighting
from ddns_tray.core.text import text
from ddns_tray.detectors.way_out import ANYWHERE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Self

    from ddns_tray.core.model import DefaultRoute, InterfaceAddress, IPAddress, SourceKind
    from ddns_tray.core.ports import Chance, Clock, HttpClient
    from ddns_tray.detectors.way_out import WayOut

T = TypeVar("T")

LONGEST_LOOK = 5.0
"""Seconds. The port promises an answer within this time."""

BOTH = frozenset(Family)
FAMILY_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


@dataclass(frozen=True, slots=True)
class Tools:
    """What detectors are made with."""

    http: HttpClient
    clock: Clock
    interfaces: Callable[[], Sequence[InterfaceAddress]]
    chance: Chance | None
    quorum: int
    timeout: float
    environment: Mapping[str, str]
    routes: Callable[[], Sequence[DefaultRoute]] = tuple
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
    out: WayOut = ANYWHERE

    def rotated(self, operators: tuple[T, ...]) -> tuple[T, ...]:
        """Begin anywhere in the round, so that not all the world asks the same two."""
        start = int(self.chance.random() * len(operators)) if self.chance is not None else 0
        return operators[start:] + operators[:start]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a detector is; the fields are those of `core.ports.Detector`."""

    source: str
    origin: str
    kind: SourceKind
    families: frozenset[Family] = BOTH
    rank: int = 0


class BaseDetector(ABC):
    """A detector whose subclass only looks; errors of ours become problems here."""

    def __init__(self, identity: Identity, clock: Clock) -> None:
        self._identity = identity
        self._clock = clock

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.source!r}, rank={self.rank})"

    @property
    def source(self) -> str:
        """The URI as the person wrote it, or for a preset the operator's own."""
        return self._identity.source

    @property
    def origin(self) -> str:
        """What must differ for two sources to be independent."""
        return self._identity.origin

    @property
    def kind(self) -> SourceKind:
        """By what kind of evidence it knows."""
        return self._identity.kind

    @property
    def families(self) -> frozenset[Family]:
        """The families that it can see."""
        return self._identity.families

    @property
    def rank(self) -> int:
        """When to ask: 0 at once, higher ranks only while there is no agreement yet."""
        return self._identity.rank

    def at_rank(self, rank: int) -> Self:
        """Take a rank among others, and return this detector."""
        self._identity = replace(self._identity, rank=rank)
        return self

    async def detect(self, family: Family) -> Sighting:
        """Look once. A failure is a sighting with a problem; only being cancelled leaves as an exception."""
        address: IPAddress | None = None
        problem: Problem | None = None
        try:
            if family not in self.families:
                raise DetectorError(
                    text("{source} cannot see {family} addresses.", source=self.source, family=FAMILY_NAMES[family]),
                    text("Configure another source for this kind of address."),
                    code=ProblemCode.WRONG_FAMILY,
                )
            address = await self._look(family)
        except DdnsTrayError as exc:
            problem = exc.problem
        return Sighting(self.source, self.origin, self.kind, family, address, self._clock.now(), problem)

    @abstractmethod
    async def _look(self, family: Family) -> IPAddress | None:
        """Return the address, or None for "there positively is none"; raise `DdnsTrayError` otherwise."""


def unusable_source(source: str) -> ConfigError:
    """Return the error for a source of a known kind that says nothing usable."""
    return ConfigError(
        text("The address source {source} cannot be used as it is written.", source=source),
        text("See the settings reference for how sources are written."),
    )
