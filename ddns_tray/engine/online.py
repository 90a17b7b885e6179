"""Whether we are online: any answer of anybody out in the world says yes, and only silent anchors say no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.engine.setup import Care

if TYPE_CHECKING:
    from ddns_tray.core.ports import Clock, Verifier
    from ddns_tray.engine.addresses import Addresses
    from ddns_tray.engine.observing import Observer

OFFLINE_ANCHORS = 3
"""How many independent servers have to be silent before the fault is called ours."""
SEEN_JUST_NOW = 90.0
"""Seconds for which what our sources have seen says that we are online although the DNS is silent."""


class Online:
    """Remembers, from round to round. `known` is None where nothing tells, `unlucky` counts rounds offline."""

    def __init__(self, addresses: Addresses, observer: Observer, clock: Clock) -> None:
        self._addresses = addresses
        self._observer = observer
        self._clock = clock
        self._silent = False
        """Whether the last look at the DNS has heard nobody out in the world."""
        self.known: bool | None = None
        self.unlucky = 0

    def forget(self) -> None:
        """Something on the way answers in the place of others, so that nothing tells."""
        self.known, self.unlucky = None, 0
        self._addresses.mark_offline()

    async def settle(self, verifier: Verifier, *, again: bool = False) -> bool:
        """Find out after a look, and return whether the witnesses have to be asked again.

        That is so if they all fell silent, and yet we are online now: then our line was dead for a moment, or the DNS
        is blocked. Who was never asked is not silent. `again` says that this was such a second look.
        """
        is_usual = self._silent and self.known is True and not again
        self._silent = not self._observer.heard_somebody()
        fell_silent = self._silent and not is_usual
        if fell_silent and self._seen_from_outside():
            await self._look_unless_newer()  # the line may have died since then
        if not self._silent or (self._seen_from_outside() and self._has_just_looked()):
            self.known, self.unlucky = True, 0
        else:
            await self._ask_anchors(verifier)
            if fell_silent and self.known is True:
                await self._look_unless_newer()
        return fell_silent and self.known is True and self._observer.has_looked

    async def _look_unless_newer(self) -> None:
        """Ask our sources, unless what they saw is newer than the silence."""
        if self._addresses.looked_at <= self._observer.looked_at:
            await self._addresses.look(Care.FULL)

    async def _ask_anchors(self, verifier: Verifier) -> None:
        anchors = await verifier.anchors()
        if anchors.answered:
            self.known, self.unlucky = True, 0
        elif anchors.asked >= OFFLINE_ANCHORS and not self._seen_from_outside():
            self.known = False
            self.unlucky += 1
            self._addresses.mark_offline()
        else:
            self.known = None

    def _has_just_looked(self) -> bool:
        """Say whether what our sources have seen still says something of now."""
        return self._clock.now() < self._addresses.looked_at + SEEN_JUST_NOW

    def _seen_from_outside(self) -> bool:
        return any(
            sighting.address is not None and sighting.kind.is_network and sighting.at >= self._addresses.looked_at
            for sighting in self._addresses.sightings()
        )
