"""Remembers whether the network wants us to sign in first, and when to ask that again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ddns_tray.core.portal import PROBE_PAUSE, portal_of, recheck_after

if TYPE_CHECKING:
    from ddns_tray.core.portal import Portal
    from ddns_tray.core.ports import Clock, PortalProbe

log = logging.getLogger(__name__)


class PortalWatch:
    """Asks a probe when a trouble begins, from time to time while it lasts, more often while a portal stands."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked_at: float | None = None
        self._found_at = 0.0
        self.portal: Portal | None = None

    @property
    def due(self) -> float | None:
        """When to ask again whether the portal still stands (wall clock); None without a portal."""
        if self.portal is None or self._asked_at is None:
            return None
        return self._asked_at + recheck_after(self._asked_at - self._found_at)

    async def trouble(self, probe: PortalProbe | None, *, at_once: bool) -> None:
        """The web fails us: find out whether that is a portal. It is asked rarely, or `at_once`."""
        now = self._clock.now()
        fresh = self._asked_at is not None and self._asked_at <= now < self._asked_at + PROBE_PAUSE
        if probe is None or (fresh and not at_once and self.portal is None):
            return
        await self._ask(probe)

    def no_trouble(self) -> None:
        """The web can be reached."""
        if self.portal is not None:
            log.info("the network lets us through")
        self.portal = self._asked_at = None

    async def still_there(self, probe: PortalProbe | None) -> bool:
        """Ask again whether the portal that was found still stands."""
        if self.portal is None or probe is None:
            return False
        await self._ask(probe)
        return self.portal is not None

    async def _ask(self, probe: PortalProbe) -> None:
        found = portal_of(await probe.probe())
        self._asked_at = self._clock.now()
        if found is not None and self.portal is None:
            self._found_at = self._asked_at
            log.info("this network wants its guests to sign in first (%s)", found.host or "it does not say where")
        self.portal = found
