"""The DNS service and an account at it: what becomes of each call, and who is told of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ConnectFailed,
    ConnectionLost,
    DdnsTrayError,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    TimedOut,
    Unconfirmed,
)
from ddns_tray.core.model import AccountReport, Capabilities, ExistingRecord, ExistingSet
from ddns_tray.core.text import text

if TYPE_CHECKING:
    import random

    from ddns_tray.core.model import Change, RecordKey
    from tests.support.simulation.ports import Life, Way
    from tests.support.simulation.truth import Hands, Zone


@dataclass
class Service:
    """The DNS service, which goes on whoever is killed. `style` is `sets`, `records` or `blind` (writes only).

    `fates` are what becomes of the next calls, `mood` of all until a moment.
    """

    zone: Zone
    line: Way
    hands: Hands
    style: str
    chance: random.Random
    write_interval: float = 0.0
    fates: list[str] = field(default_factory=list)
    mood: str = ""
    mood_until: float = float("-inf")
    calm_until: float = float("-inf")
    bad_token: bool = False
    reads: int = 0
    writes: int = 0

    def fate(self) -> str:
        """What becomes of this call."""
        if self.bad_token:
            return "refused"
        if self.hands.world() < self.calm_until:
            return "limited"
        if self.hands.world() < self.mood_until:
            return self.mood
        return self.fates.pop(0) if self.fates else ""


class SimProvider:
    """An account at the service, as one life of the engine has it."""

    def __init__(self, service: Service, watch: Watch, life: Life) -> None:
        self._service = service
        self._watch = watch
        self._life = life
        self.calls = 0
        blind = service.style == "blind"
        self.capabilities = Capabilities(
            list_zones=not blind, list_records=not blind, write_interval=service.write_interval
        )

    async def zones(self) -> tuple[str, ...]:
        return ("example.org",)

    async def records(self, zone: str) -> tuple[ExistingSet, ...]:
        return ()

    async def test(self) -> AccountReport:
        return AccountReport(("example.org",))

    async def aclose(self) -> None:
        pass

    async def read(self, key: RecordKey) -> ExistingSet | None:
        if self._service.style == "blind":
            return None
        self.calls += 1
        self._service.reads += 1
        self._watch.asked(key)
        await self._reach(self._service.fate())
        found = self._existing(key)
        await self._back()
        if not self._life.over:
            self._watch.read(key)
        return found

    async def apply(self, change: Change) -> None:
        service = self._service
        self._watch.asked(change.key)
        self._watch.writing(change)
        self.calls += 1
        service.writes += 1
        fate = service.fate()
        try:
            await self._reach("" if fate in _AFTER else fate)
        except TimedOut:
            raise
        except DdnsTrayError:
            self._watch.refused(change)
            raise
        if change.existing is not None and set(change.existing.addresses) != set(service.zone.addresses(change.key)):
            self._watch.refused(change)
            raise RequestRejected(text("It was changed meanwhile."), retry_after=5.0)
        if fate == "lands_late":
            delay = service.chance.uniform(1.0, 20.0)
            asyncio.get_running_loop().call_later(delay, self._land, change)
            await service.hands.sleep(15.0)
            raise TimedOut(text("No answer."), sent=True)
        if fate == "half" and service.style == "records" and len(change.replace) + len(change.create) > 1:
            self._land(replace(change, after=_half(change)))
            raise Unconfirmed(text("Only a part was made."))
        self._land(change)
        await self._after_landing(fate)
        self._watch.written(change)

    async def _after_landing(self, fate: str) -> None:
        await self._back(sent=True)
        if fate == "lost":
            raise Unconfirmed(text("The answer was lost."))
        if fate == "cut":
            raise ConnectionLost(text("Cut off."), sent=True)
        if fate == "gateway":
            raise ProviderUnavailable(text("A gateway has waited for too long."))

    async def _reach(self, fate: str) -> None:
        service = self._service
        await service.hands.sleep(service.chance.uniform(0.02, 0.4))
        if not service.line.up:
            await service.hands.sleep(service.chance.choice((0.0, 5.0)))
            raise ConnectFailed(text("There is no way there."))
        if fate == "stalls":
            await service.hands.sleep(15.0)
            raise TimedOut(text("No answer."), sent=True)
        if fate == "busy":
            raise ProviderUnavailable(text("Out of order."))
        if fate == "unreachable":
            raise ConnectFailed(text("Nobody listens."))
        if fate == "limited":
            now = service.hands.world()
            if now >= service.calm_until:
                service.calm_until = now + service.chance.choice((30.0, 120.0, 600.0))
                self._watch.told_to_wait(service.calm_until)
            raise RateLimited(text("Too many requests."), retry_after=service.calm_until - now)
        if fate == "refused":
            self._watch.told_to_stop()
            raise AuthenticationFailed(text("The token is refused."))

    async def _back(self, *, sent: bool = False) -> None:
        await self._service.hands.sleep(self._service.chance.uniform(0.02, 0.4))
        if not self._service.line.up:
            raise ConnectionLost(text("Cut off."), sent=sent)

    def _existing(self, key: RecordKey) -> ExistingSet:
        return ExistingSet(key, "example.org", self._service.zone.content.get(key, ()))

    def _land(self, change: Change) -> None:
        standing = self._service.zone.content.get(change.key, ())
        ttl = change.ttl or next((each.ttl for each in standing if each.ttl is not None), 60)
        self._service.zone.put(change.key, [ExistingRecord(address, ttl=ttl) for address in change.after])


_AFTER = frozenset({"lost", "cut", "gateway", "half", "lands_late"})
"""What becomes of a write that has reached the service."""


def _half(change: Change) -> tuple[str, ...]:
    kept = [each.address for each in (*change.keep, *change.delete)]
    turned = [address if number == 0 else record.address for number, (record, address) in enumerate(change.replace)]
    return (*kept, *(turned or change.create[:1]))


class Watch:
    """What the oracle is told of the provider."""

    def asked(self, key: RecordKey) -> None:
        """A call goes out."""

    def read(self, key: RecordKey) -> None:
        """The engine has seen what the key holds."""

    def writing(self, change: Change) -> None:
        """A write goes out."""

    def written(self, change: Change) -> None:
        """The engine knows that it has happened."""

    def refused(self, change: Change) -> None:
        """The engine knows that it has not happened."""

    def told_to_wait(self, until: float) -> None:
        """No call before this moment."""

    def told_to_stop(self) -> None:
        """No call before a person has done something."""
