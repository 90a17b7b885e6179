"""Looking at the records: when, at which of them, and what was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import VerdictKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import RecordKey
    from ddns_tray.core.ports import Clock, Verifier
    from ddns_tray.engine.state import EngineState

_ON_THE_MOVE = frozenset({VerdictKind.PROPAGATING, VerdictKind.SECONDARY_LAG})
"""Verdicts that are about to change by themselves."""


class Observer:
    """Brings the views of the state up to date."""

    def __init__(self, state: EngineState, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._last = float("-inf")

    def forget(self) -> None:
        """Look at everything anew: the settings are other ones."""
        self._last = float("-inf")

    def due(self, now: float, interval: float) -> bool:
        """Whether to look now. A tenth of an interval early counts as due, so that looks fall together."""
        if now >= self._last + 0.8 * interval or now < self._last:
            return True
        verdicts = [status.verdict for status in self._state.statuses.values()]
        return any(each.kind in _ON_THE_MOVE or (each.deadline or now + 1) <= now for each in verdicts)

    async def look(self, verifier: Verifier, keys: Sequence[RecordKey]) -> None:
        """Ask the witnesses."""
        self._last = self._clock.now()
        if keys:
            self._state.views.update(await verifier.observe(keys))

    def heard_somebody(self) -> bool:
        """Whether any server at all answered."""
        return any(each.rcode is not None for view in self._state.views.values() for each in view.observations)
