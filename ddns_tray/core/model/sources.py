"""How we learn our address: sightings of single sources, and what they agree on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddns_tray.core.errors import Problem
    from ddns_tray.core.model.base import Family, IPAddress


class SourceKind(StrEnum):
    """By what kind of evidence a source knows; two kinds fail in two ways."""

    HTTPS = "https"
    HTTP = "http"
    DNS = "dns"
    STUN = "stun"
    ROUTER = "router"
    INTERFACE = "interface"
    COMMAND = "command"
    FILE = "file"
    STATIC = "static"

    @property
    def is_network(self) -> bool:
        """Whether an answer of this kind proves that something beyond this machine could be reached."""
        return self in {SourceKind.HTTPS, SourceKind.HTTP, SourceKind.DNS, SourceKind.STUN}


class RestReason(StrEnum):
    """Why a source is left alone for a while."""

    CONTRADICTED = "contradicted"
    REFUSED = "refused"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source has fared since the start; `core.standing` says what follows from it.

    `right`, `wrong` and `failed` are of `looks` all those that could be told; `lies` are those not yet lived down,
    `failures` and `right_in_a_row` the latest without a break. `rest_until` is of a clock that does not jump.
    """

    looks: int = 0
    right: int = 0
    wrong: int = 0
    failed: int = 0
    lies: int = 0
    failures: int = 0
    right_in_a_row: int = 0
    rest_until: float | None = None
    rest_reason: RestReason | None = None

    @property
    def score(self) -> float | None:
        """The share of right answers, from 0 to 1; None while nothing could be told."""
        told = self.right + self.wrong + self.failed
        return self.right / told if told else None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one source saw for one family: an address, or the problem that kept it from seeing one.

    `source` is the URI as the person wrote it, `origin` the thing that has to differ for two sources to be independent
    (a host name for network sources). `problem` may stand beside an address that was seen and refused.
    """

    source: str
    origin: str
    kind: SourceKind
    family: Family
    address: IPAddress | None
    at: float
    problem: Problem | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """One address of one network interface of this machine (RFC 4862 §5.5.4, RFC 8981 for the flags).

    `temporary` addresses change by themselves for privacy, `deprecated` ones are on their way out, `tentative` ones are
    not (or not successfully) checked for duplicates yet. IPv4 addresses have none of the three.
    """

    interface: str
    address: IPAddress
    prefix_length: int
    temporary: bool = False
    deprecated: bool = False
    tentative: bool = False


@dataclass(frozen=True, slots=True)
class DefaultRoute:
    """One way to the wide world. `gateway` is None where there is no router (a tunnel, PPP); a low `metric` wins."""

    family: Family
    interface: str
    gateway: IPAddress | None
    metric: int = 0


class AddressState(StrEnum):
    """What the quorum concludes for one family."""

    AGREED = "agreed"
    DISPUTED = "disputed"
    NONE = "none"
    NOT_ROUTABLE = "not_routable"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    UNDECIDED = "undecided"
    """Our traffic takes a detour, and nobody has said whose address is wanted: that of the house or the other one."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Something between our router and the world: another router, the internet provider's NAT, or a VPN."""

    router: IPAddress | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The conclusion for one family, with its witnesses. `address` is set if and only if the state is AGREED.

    `behind` is set where the agreed address is not that of our own router, so that nobody outside can reach us without
    help: it is the router's own address, or None where the router says that it has none.
    """

    family: Family
    state: AddressState
    address: IPAddress | None
    sightings: tuple[Sighting, ...]
    since: float | None = None
    behind: Behind | None = None
