"""When to tell a service once more what it was told already, because its own servers go on saying something else.

Why: a service that cannot be read only has our last write to speak for it. That may have been undone since: by somebody
else, or by an older write of ours that was under way for longer. To repeat what changes nothing counts as abuse there;
so it is done only while the servers of the zone prove it wrong, and ever more rarely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import Colour
from ddns_tray.engine.pacing import SAME_AGAIN

if TYPE_CHECKING:
    from ddns_tray.core.model import RecordKey
    from ddns_tray.engine.state import EngineState

LONGEST = 86_400.0
_BY_THE_SERVERS = frozenset({"mismatch", "missing"})
"""Reasons for which every authoritative server that answered says something else."""


class Insistence:
    """Counts, until a record is proven right again."""

    def __init__(self, state: EngineState) -> None:
        self._state = state
        self._times: dict[RecordKey, int] = {}

    def is_due(self, key: RecordKey, desired: tuple[str, ...] | None) -> bool:
        """Say whether what was written has been disproved for so long that it may be written again; counts if so."""
        status, memory = self._state.statuses.get(key), self._state.recall(key)
        if status is None or status.verdict.colour is Colour.GREEN:
            self._times.pop(key, None)
            return False
        if memory.written_at is None or set(memory.written) != set(desired or ()) or status.view is None:
            return False
        times = self._times.get(key, 0)
        due = status.view.at >= memory.written_at + min(LONGEST, SAME_AGAIN * 2.0**times)
        if not due or status.verdict.reason.code not in _BY_THE_SERVERS:
            return False
        self._times[key] = min(times + 1, 16)
        return True
