"""What services with zones have in common: zones → records → write.

Two families. `RRsetProvider` is for services that take a whole RRset at once (PowerDNS, deSEC, Gandi), `RecordProvider`
for those that take one record at a time (Cloudflare, DigitalOcean, most others). A service's module gives the calls of
its documentation as small methods; finding the zone, keeping what is not ours, the order of writes and half-done
changes are settled here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.errors import (
    PermissionDenied,
    ProviderError,
    RecordConflict,
    RequestRejected,
    TransportError,
    Unconfirmed,
    UsageError,
    ZoneNotFound,
)
from ddns_tray.core.model import AccountReport, ExistingSet
from ddns_tray.core.names import canonical_name, longest_zone
from ddns_tray.core.settings import DEFAULT_TTL
from ddns_tray.core.text import text
from ddns_tray.providers.shape import Misfit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import Capabilities, Change, ExistingRecord, RecordKey
    from ddns_tray.core.ports import Clock
    from ddns_tray.core.text import Text
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest import HttpService

ZONES_KEPT = 3600.0
"""Seconds for which a list of zones is believed; a zone that is missing is looked for at once."""

SOON = 10.0
"""Seconds after which a look at something that was just in motion is worth it."""

ADDRESS_TYPES = frozenset({"A", "AAAA"})


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of the account: its canonical name, and the service's handle for it."""

    name: str
    id: str


class ZonedProvider(ABC):
    """A `core.ports.Provider` over one `HttpService`."""

    def __init__(self, opening: Opening, service: HttpService) -> None:
        self._service = service
        self._capabilities = opening.spec.capabilities
        self._clock: Clock = opening.clock
        self._all_zones: dict[str, Zone] | None = None
        self._zone_of_name: dict[str, Zone] = {}
        self._zones_since = 0.0

    @property
    def capabilities(self) -> Capabilities:
        """What this service can do."""
        return self._capabilities

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        return self._service.calls

    async def zones(self) -> tuple[str, ...]:
        """List the zones that the credentials may see, sorted."""
        return tuple(sorted(zone.name for zone in await self._list_zones()))

    async def records(self, zone: str) -> tuple[ExistingSet, ...]:
        """List all address RRsets of a zone, sorted."""
        found = await self._zone_of(zone)
        if found.name != zone:
            raise self._no_zone(zone)
        sets = await self._reading(found)
        return tuple(sorted(sets, key=lambda item: item.key))

    async def read(self, key: RecordKey) -> ExistingSet:
        """Read the RRset; empty where there is none. Raises `RecordConflict` where a CNAME has the name."""
        zone = await self._zone_of(key.name)
        for existing in await self._reading(zone, key):
            if existing.key == key:
                return existing
        return ExistingSet(key, zone.name, ())

    async def test(self) -> AccountReport:
        """List the zones, which needs good credentials, and try what they may do in one of them. Writes nothing."""
        zones = await self.zones()
        if zones:
            rights = await self._rights(zones[0])
        else:
            rights = text("The credentials are good, but they may see no zone.")
        return AccountReport(zones, (rights, *await self._remarks()))

    async def aclose(self) -> None:
        """Forget the zones. The HTTP client belongs to whoever gave it."""
        self._forget_zones()

    # what a service's module gives

    @abstractmethod
    async def _fetch_zones(self) -> Sequence[Zone]:
        """All zones of the account, through all pages."""

    @abstractmethod
    async def _fetch(self, zone: Zone, key: RecordKey | None) -> Sequence[ExistingSet]:
        """The address RRsets of the zone, or at least that of `key`. May hold more than was asked for.

        Calls `_conflict` where a CNAME has the name of `key`, if that shows without a further call.
        """

    async def _look_up_zone(self, name: str) -> Zone | None:
        """Find the zone of a name; services that can search by name do so."""
        zones = {zone.name: zone for zone in await self._list_zones()}
        found = longest_zone(name, tuple(zones))
        return zones[found] if found is not None else None

    async def _rights(self, zone: str) -> Text:
        """Say what the credentials may and may not do in a zone. Few services tell; reading is tried, writing never."""
        try:
            await self.records(zone)
        except PermissionDenied:
            return text("The credentials may list {zone}, but may not read its records.", zone=zone)
        return text(
            "The credentials may read the records of {zone}. Whether they may change them shows with the first change: "
            "a test writes nothing.",
            zone=zone,
        )

    async def _remarks(self) -> tuple[Text, ...]:
        """What else a read-only test can say about the credentials."""
        return ()

    # what it gets

    def _conflict(self, key: RecordKey, other: str) -> RecordConflict:
        return RecordConflict(
            text(
                "{name} is a {type} record at {service}, so it can have no address of its own.",
                name=key.name,
                type=other,
                service=self._service.name,
            ),
            text("Remove that record at the service, or use another name."),
        )

    def _no_zone(self, name: str) -> ZoneNotFound:
        return ZoneNotFound(
            text("No zone of this account at {service} holds {name}.", service=self._service.name, name=name),
            text("Check the name, and whether the credentials may see its zone."),
        )

    async def _list_zones(self) -> tuple[Zone, ...]:
        try:
            zones = tuple(await self._fetch_zones())
        except Misfit as exc:
            raise self._service.misfit(exc) from exc
        self._know_all_zones(zones)
        return zones

    def _know_all_zones(self, zones: Sequence[Zone]) -> None:
        """Remember the whole list, which then answers for every name."""
        self._forget_zones()
        self._all_zones = {zone.name: zone for zone in zones}

    async def _zone_of(self, name: str) -> Zone:
        if self._clock.monotonic() - self._zones_since > ZONES_KEPT:
            self._forget_zones()
        if name in self._zone_of_name:
            return self._zone_of_name[name]
        closest = longest_zone(name, tuple(self._all_zones or ()))
        if self._all_zones is not None and closest is not None:
            return self._all_zones[closest]
        try:
            zone = await self._look_up_zone(name)
        except Misfit as exc:
            raise self._service.misfit(exc) from exc
        if zone is None:
            raise self._no_zone(name)
        self._zone_of_name[name] = zone
        return zone

    def _forget_zones(self) -> None:
        self._all_zones = None
        self._zone_of_name = {}
        self._zones_since = self._clock.monotonic()

    async def _reading(self, zone: Zone, key: RecordKey | None = None) -> Sequence[ExistingSet]:
        try:
            return await self._fetch(zone, key)
        except Misfit as exc:
            raise self._service.misfit(exc) from exc
        except ZoneNotFound:
            self._forget_zones()
            raise

    async def _place(self, change: Change) -> tuple[Zone, ExistingSet]:
        """Return the zone to write to and what stands there, read anew if the change does not bring it."""
        zone = await self._zone_of(change.key.name)
        existing = change.existing
        if existing is None or existing.zone != zone.name:
            existing = await self.read(change.key)
        return zone, existing


class RRsetProvider(ZonedProvider):
    """A service that takes whole RRsets."""

    async def apply(self, change: Change) -> None:
        """Write the RRset in one call."""
        zone, existing = await self._place(change)
        try:
            await self._write(zone, existing, change)
        except ZoneNotFound:
            self._forget_zones()
            raise

    @abstractmethod
    async def _write(self, zone: Zone, existing: ExistingSet, change: Change) -> None:
        """Make the RRset what `change.after` says; keep TTL and comment where the change has None."""


class RecordProvider(ZonedProvider):
    """A service that takes one record at a time."""

    async def apply(self, change: Change) -> None:
        """Replace, create, then delete, so that the name is never without an address for lack of order.

        If a later call fails, the first ones stand: that is `Unconfirmed`, so that the engine looks again.
        """
        zone, existing = await self._place(change)
        done = 0
        try:
            for record, address in change.replace:
                await self._update(zone, change.key, record, address, change)
                done += 1
            for address in change.create:
                await self._create(zone, change.key, address, existing, change)
                done += 1
            for record in change.delete:
                await self._delete(zone, change.key, record)
                done += 1
        except (ProviderError, TransportError) as exc:
            if isinstance(exc, ZoneNotFound):
                self._forget_zones()
            if done and not isinstance(exc, Unconfirmed):
                raise half_done(change.key.name, exc) from exc
            raise

    @abstractmethod
    async def _create(self, zone: Zone, key: RecordKey, address: str, existing: ExistingSet, change: Change) -> None:
        """Create one record."""

    @abstractmethod
    async def _update(self, zone: Zone, key: RecordKey, record: ExistingRecord, address: str, change: Change) -> None:
        """Change one record by its id; keep what the change has None for."""

    @abstractmethod
    async def _delete(self, zone: Zone, key: RecordKey, record: ExistingRecord) -> None:
        """Delete one record by its id."""


def host_name(written: str) -> str:
    """Return the canonical form of a name at a service; "" for names that no host can have, which callers pass over.

    Zones hold more than host names (RFC 2317 uses slashes), and a stranger of a neighbour must not stop our work.
    """
    try:
        return canonical_name(written)
    except UsageError:
        return ""


def ttl_to_write(change: Change, existing: ExistingSet) -> int:
    """Return the TTL for an RRset: the one asked for, else the one that stands there, else our default."""
    if change.ttl is not None:
        return change.ttl
    standing = [record.ttl for record in existing.records if record.ttl is not None]
    return standing[0] if standing else DEFAULT_TTL


def half_done(name: str, exc: ProviderError | TransportError) -> Unconfirmed:
    """Make the error for a change of several calls of which only the first were made."""
    return Unconfirmed(
        text("Only a part of the change of {name} was made.", name=name),
        text("Nothing needs doing: we look, and then make the rest."),
        retry_after=exc.retry_after,
    )


def changed_meanwhile(name: str) -> RequestRejected:
    """Make the error for a set that is no longer what the plan was made for; the next look decides anew."""
    return RequestRejected(
        text("{name} was changed by somebody else at the same moment.", name=name),
        text("Nothing needs doing: we look again and decide anew."),
        retry_after=SOON,
    )
