"""What a snapshot amounts to at a glance: the worst record, its colour, and the order in which to show records.

Defines: the order of worry. Does not judge records, and makes no words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import Colour, Phase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.model import RecordKey, RecordStatus

WORRY = {Colour.GREEN: 0, Colour.GREY: 1, Colour.YELLOW: 2, Colour.RED: 3}
"""Grey is above green: a name that was not looked at keeps the whole from being called proven."""

_AT_REST = frozenset({Phase.PAUSED, Phase.STOPPED})


def overall_colour(records: Iterable[RecordStatus], phase: Phase) -> Colour:
    """Return the colour of the whole: that of the worst record; grey while paused or stopped, or with no record."""
    if phase in _AT_REST:
        return Colour.GREY
    return max((each.verdict.colour for each in records), key=WORRY.__getitem__, default=Colour.GREY)


def worst(records: Iterable[RecordStatus]) -> RecordStatus | None:
    """Return the record that is most to worry about; among equals the first by name."""
    return min(records, key=_order, default=None)


def sorted_worst_first(records: Iterable[RecordStatus]) -> tuple[RecordStatus, ...]:
    """Return the records with the most worrying first, equals by name and type."""
    return tuple(sorted(records, key=_order))


def _order(status: RecordStatus) -> tuple[int, RecordKey]:
    return -WORRY[status.verdict.colour], status.key
