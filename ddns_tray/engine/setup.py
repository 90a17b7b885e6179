"""What the engine is given, and what it can be asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.model import ANY_WAY, Family, RecordKey
from ddns_tray.core.settings import DEFAULT_RETURN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from ddns_tray.core.model import Binding, Detour, InterfaceAddress
    from ddns_tray.core.ports import Detector, PortalProbe, Provider, Verifier
    from ddns_tray.core.settings import AddressSettings, RecordSettings, VerifySettings

    AccountOpener = Callable[[], Awaitable[Provider]]


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """One record setting for one type: the unit that is planned, judged and shown."""

    key: RecordKey
    settings: RecordSettings


WORLD, HOME = "@world", "@home"
"""The ids of the ways that are no lines of the settings; no line can be called so."""


@dataclass(frozen=True, slots=True)
class WaySetup:
    """One way to the world, and who is asked by it. `by_address` says that the interface itself cannot be chosen."""

    id: str
    binding: Binding
    detectors: Mapping[Family, tuple[Detector, ...]]
    address: Mapping[Family, AddressSettings]
    built_in: frozenset[str] = frozenset()
    return_after: float = DEFAULT_RETURN
    by_address: bool = False


@dataclass(frozen=True, slots=True)
class EngineSetup:
    """Everything that settings decide, with the adapters already made. Replaced as a whole when settings change.

    `accounts` opens a provider on first use, since that may have to ask a keyring; the opener raises `SecretError`.
    `interfaces` tells the addresses of this machine, and raises `OSError`. `built_in` are the sources of detectors that
    no person has written out: they are asked sparingly. `lines` are those of the settings, `home` makes the line of the
    house where it is wanted, and `detours` tells where our traffic takes another way than that; it raises `OSError`.
    """

    records: tuple[RecordSettings, ...]
    detectors: Mapping[Family, tuple[Detector, ...]]
    address: Mapping[Family, AddressSettings]
    verify: VerifySettings
    verifier: Verifier
    lines: tuple[WaySetup, ...] = ()
    home: Callable[[], WaySetup] | None = None
    detours: Callable[[], Mapping[Family, Detour]] = dict
    accounts: Mapping[str, AccountOpener] = field(default_factory=lambda: MappingProxyType({}))
    interfaces: Callable[[], Sequence[InterfaceAddress]] = tuple
    built_in: frozenset[str] = frozenset()
    portal: PortalProbe | None = None
    carriers: Callable[[], frozenset[str]] = frozenset
    """By which interfaces the system reaches the world; none where it does not tell."""
    elapsed: Callable[[], float] | None = None
    """Seconds that pass alike whatever is done to the wall clock, asleep too; None where the system has no such."""

    def world(self) -> WaySetup:
        """Return the way that the system takes."""
        return WaySetup(WORLD, ANY_WAY, self.detectors, self.address, self.built_in)

    def kept(self) -> tuple[KeptRecord, ...]:
        """Every record setting, type by type, in the order of the settings."""
        return tuple(
            KeptRecord(RecordKey(record.name, record_type), record)
            for record in self.records
            for record_type in record.types
        )

    def families(self) -> tuple[Family, ...]:
        """The families whose address is worth knowing: those that a record follows, or both where nothing is kept."""
        wanted = {record_type.family for record in self.records for record_type in record.types if not record.expected}
        return tuple(family for family in Family if not self.records or family in wanted)

    @property
    def address_interval(self) -> float:
        """Seconds between looks for our own address: the shortest of the families."""
        return min(self.address[family].interval for family in Family)


class Care(IntEnum):
    """How thoroughly to look for our address; of two wishes the more thorough counts."""

    ROUTINE = 0
    """The schedule: nobody outside is asked without need."""
    HINT = 1
    """Something in the house says that the address may have changed: what is near is asked, and if that cannot tell,
    everybody."""
    FULL = 2
    """Everybody, as far as they are needed."""


@dataclass(frozen=True, slots=True)
class RoundRequest:
    """What one round has to do beyond what is due. Requests that come in quick succession are merged.

    `update` compares every record (or those in `names`) with its provider, whether something changed or not; the
    person's wish also lifts a block. `write` False only looks. `once` says that no other round follows soon, so that
    one look has to do to find a line that leads out; which line a name follows is decided as ever.
    """

    detect: bool = True
    observe: bool = True
    update: bool = False
    force: bool = False
    names: tuple[str, ...] = ()
    write: bool = True
    woke: bool = False
    care: Care = Care.FULL
    once: bool = False

    def merged(self, other: RoundRequest) -> RoundRequest:
        """Both wishes in one round; a wish for all names is wider than one for some."""
        everything = (self.update and not self.names) or (other.update and not other.names)
        return RoundRequest(
            detect=self.detect or other.detect,
            observe=self.observe or other.observe,
            update=self.update or other.update,
            force=self.force or other.force,
            names=() if everything else (*self.names, *other.names),
            write=self.write or other.write,
            woke=self.woke or other.woke,
            care=max(self.care, other.care),
            once=self.once and other.once,
        )

    @property
    def is_routine(self) -> bool:
        """Whether the schedule alone wants this round."""
        return self.care is Care.ROUTINE and not self.woke and not self.update

    def asks_update_of(self, name: str) -> bool:
        """Whether the person wants this name compared with its provider now."""
        return self.update and (not self.names or name in self.names)
