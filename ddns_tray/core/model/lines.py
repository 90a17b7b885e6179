"""The ways to the world: what binds a source to one, how each fares, and where our traffic takes another."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model.base import Family, IPAddress
    from ddns_tray.core.model.sources import Agreement


@dataclass(frozen=True, slots=True)
class Binding:
    """By which way a source asks: through an interface, or from an address of ours. Empty: as the system likes.

    An address binds only what is asked over its own family. `spares_house` leaves what is no public address to the way
    that the system takes: a server at home, or on this computer, is on no line. `only` leaves the other family to it.
    """

    interface: str = ""
    local_address: IPAddress | None = None
    spares_house: bool = False
    only: Family | None = None

    def __str__(self) -> str:
        return self.interface or ("" if self.local_address is None else str(self.local_address))

    def __bool__(self) -> bool:
        return bool(self.interface) or self.local_address is not None

    def serves(self, family: Family) -> bool:
        """Whether anything of this family can be asked by this way."""
        if self.only is not None and self.only is not family:
            return False
        return self.local_address is None or self.local_address.version == family.version

    def holds_for(self, destination: IPAddress) -> bool:
        """Whether a socket that is to reach this address is to be bound at all."""
        if self.only is not None and self.only.version != destination.version:
            return False
        return bool(self) and (destination.is_global or not self.spares_house)


ANY_WAY = Binding()
"""Whatever way the system takes."""


class InterfaceKind(StrEnum):
    """What the system says that an interface is."""

    ORDINARY = "ordinary"
    TUNNEL = "tunnel"
    DIAL_UP = "dial_up"
    """A point-to-point protocol: the line of the house (PPPoE, a modem) or a VPN (PPTP, L2TP); both look alike."""


class AddressView(StrEnum):
    """Whose address a record shall have where our traffic takes another way than the line of the house."""

    AUTO = "auto"
    """Not chosen: then nothing is written while the two are known to differ."""
    WORLD = "world"
    HOME = "home"


@dataclass(frozen=True, slots=True)
class Detour:
    """Our traffic leaves by `interface` and not by `home`, the interface of the line of the house (None: unknown).

    `tunnel` says that the system calls that interface a tunnel. Where it does not, the way counts as a detour only if
    the world sees another address through `home`.
    """

    family: Family
    interface: str
    home: str | None
    tunnel: bool


class LineState(StrEnum):
    """How a line fares, for one family; `core.lines` has the rules."""

    UP = "up"
    DOUBTFUL = "doubtful"
    """Its last look found no address that is certain; that alone moves no name."""
    DOWN = "down"
    UNKNOWN = "unknown"


class LineRemark(StrEnum):
    """What a person should know of how a line is used."""

    NO_INTERFACE = "no_interface"
    BOUND_BY_ADDRESS = "bound_by_address"
    """The system does not let us choose the interface, so only the sender's address says which way to take."""


@dataclass(frozen=True, slots=True)
class LineStatus:
    """One line as front ends see it. `since` are the times (Unix seconds) of the last change of each state."""

    id: str
    binding: Binding
    addresses: Mapping[Family, Agreement]
    states: Mapping[Family, LineState] = field(default_factory=lambda: MappingProxyType({}))
    since: Mapping[Family, float] = field(default_factory=lambda: MappingProxyType({}))
    remarks: tuple[LineRemark, ...] = ()
