"""Several lines: when one is up, when it is really down, and which of them a name follows.

Defines: the rules by which a name moves from one line to another and back. Binds nothing, asks nobody, and has no clock
of its own: times are of a clock that does not jump, beside the wall clock that shows when the machine slept.

What one look at a line says, for one family:

- UP: its sources agreed on an address.
- GONE: its interface or local address is not there.
- SILENT: of those who were asked, nobody in the outside world could be heard through it. Where one of the outside world
  was asked, what our own router says is no sign of life: it may hold an address while nothing goes through. Nor is an
  answer of somebody who cannot prove who he is: routers without a connection like to answer for everybody.
- USELESS: its sources agree that it has no public address (none of this family, or only one that is shared).
- UNCLEAR: anything else. Somebody was heard, so the line lives, but there is no certain address.

A line is **down** when GONE, SILENT or USELESS was all that its looks have said, in a row, at least `LOOKS_TO_FALL`
times and for at least `SECONDS_TO_FALL`. One lost packet is a single look, and a look that is UP or UNCLEAR ends the
row. While it is in doubt it is looked at again after `DOUBT_PAUSE` seconds. A line that was looked at a long time ago
(the machine slept) is one that nothing is known of.

A line is **back** when every look has said UP for its `return_after`. Any other look starts that time anew: until then
the name is right where it is.

Which line a name follows, of its lines in their order:

1. Nobody followed yet: the first line that is up, if all before it are down. A first line that is only in doubt is
   waited for.
2. The followed line is not down: it stays, and while it has no certain address nothing is written. But the first line
   before it that is back takes over.
3. The followed line is down: the first line that is up takes over, the one before others. Where none is up, the name
   stays where it is: a failed detection is never "no address".

Which line is followed is remembered with the record over a restart; how long lines have been up is not, so that time
counts anew, and a line that was followed before is not left for a first failed look.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ProblemCode
from ddns_tray.core.model import AddressState, LineState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import Agreement, Sighting

LOOKS_TO_FALL = 3
SECONDS_TO_FALL = 25.0
DOUBT_PAUSE = 15.0
FORGOTTEN_INTERVALS = 4.0
SHORTEST_MEMORY = 240.0
"""Seconds without a look after which what was counted before says nothing, or `FORGOTTEN_INTERVALS` if that is more."""


_NOT_ASKED = frozenset({ProblemCode.RESTING, ProblemCode.RATE_LIMITED})
_SILENCE = frozenset(
    {
        ProblemCode.CAPTIVE_PORTAL,
        ProblemCode.CONNECT_FAILED,
        ProblemCode.CONNECTION_LOST,
        ProblemCode.NO_OUTSIDE_ADDRESS,
        ProblemCode.TIMED_OUT,
        ProblemCode.TLS_FAILED,
        ProblemCode.TRANSPORT,
    }
)
"""Any other problem is an answer that could not be used, and so a sign of life."""


class Sign(Enum):
    """What one look says; see the head of this module."""

    UP = auto()
    UNCLEAR = auto()
    SILENT = auto()
    USELESS = auto()
    GONE = auto()

    @property
    def is_bad(self) -> bool:
        """Whether it speaks for the line being down."""
        return self in {Sign.SILENT, Sign.USELESS, Sign.GONE}


@dataclass(frozen=True, slots=True)
class LineHealth:
    """What the looks at a line have said. `up_since`, `bad_since`, `looked_at` do not jump; `looked_wall` may."""

    state: LineState = LineState.UNKNOWN
    up_since: float | None = None
    bad_since: float | None = None
    bad_looks: int = 0
    looked_at: float | None = None
    looked_wall: float | None = None


def sign_of(agreement: Agreement, *, present: bool) -> Sign:
    """Return what one look at a line says; `present` is whether its interface or address is there."""
    if not present:
        return Sign.GONE
    if agreement.state is AddressState.AGREED:
        return Sign.UP
    if agreement.state in {AddressState.NONE, AddressState.NOT_ROUTABLE}:
        return Sign.USELESS
    asked = [each for each in agreement.sightings if _code(each) not in _NOT_ASKED]
    outside = [each for each in asked if each.kind.is_network]
    silent = bool(asked) and all(_code(each) in _SILENCE for each in outside or asked)
    return Sign.SILENT if silent else Sign.UNCLEAR


def looked(health: LineHealth, sign: Sign, *, now: float, wall: float, interval: float) -> LineHealth:
    """Return the health after one more look."""
    if _is_forgotten(health, now, wall, interval):
        health = LineHealth()
    health = replace(health, looked_at=now, looked_wall=wall)
    if sign is Sign.UP:
        up_since = now if health.up_since is None else health.up_since
        return replace(health, state=LineState.UP, up_since=up_since, bad_since=None, bad_looks=0)
    if sign is Sign.UNCLEAR:
        return replace(health, state=LineState.DOUBTFUL, up_since=None, bad_since=None, bad_looks=0)
    since = now if health.bad_since is None else health.bad_since
    looks = min(health.bad_looks + 1, LOOKS_TO_FALL)
    fallen = health.state is LineState.DOWN or (looks >= LOOKS_TO_FALL and now - since >= SECONDS_TO_FALL)
    state = LineState.DOWN if fallen else LineState.DOUBTFUL
    return replace(health, state=state, up_since=None, bad_since=since, bad_looks=looks)


def follow(
    order: Sequence[str],
    health: Mapping[str, LineHealth],
    current: str | None,
    *,
    return_after: Mapping[str, float],
    now: float,
) -> str | None:
    """Return the line that a name with these lines follows from now on; None while none was ever certain.

    `current` is the one that it followed until now; one that is no longer in `order` counts as none.
    """
    states = {line: health.get(line, LineHealth()).state for line in order}
    if current not in states:
        return _first(order, states)
    if states[current] is LineState.DOWN:
        return next((line for line in order if states[line] is LineState.UP), current)
    for line in order[: order.index(current)]:
        if _is_back(health.get(line, LineHealth()), return_after.get(line, 0.0), now):
            return line
    return current


def watched(order: Sequence[str], health: Mapping[str, LineHealth], current: str | None) -> Sequence[str]:
    """Return the lines of a name of which it has to be known soon if they die silently; none where there is one alone.

    They are the one that is followed, and those before it, to which the name would return. Those behind it are in
    question once the followed one is not certain, and there is time for that before it counts as down.
    """
    if len(order) < 2:  # noqa: PLR2004 - another one
        return ()
    if current is None or current not in order or health.get(current, LineHealth()).state is not LineState.UP:
        return order
    return order[: order.index(current) + 1]


def next_look(
    order: Sequence[str],
    health: Mapping[str, LineHealth],
    current: str | None,
    *,
    return_after: Mapping[str, float],
    now: float,
) -> float | None:
    """Return in how many seconds a look may decide something: a doubt, or a line that has been back long enough.

    A doubt of a line that is not followed decides nothing that cannot wait for the schedule.
    """
    watched = order[: order.index(current) + 1] if current in order else order
    waits = []
    for line in watched:
        each = health.get(line, LineHealth())
        if each.state is LineState.DOUBTFUL and (line == current or current not in order):
            waits.append(DOUBT_PAUSE)
        elif each.up_since is not None and line != current and current in order:
            waits.append(max(0.0, each.up_since + return_after.get(line, 0.0) - now))
    return min(waits, default=None)


def _first(order: Sequence[str], states: Mapping[str, LineState]) -> str | None:
    for line in order:
        if states[line] is LineState.UP:
            return line
        if states[line] is not LineState.DOWN:
            return None
    return None


def _is_back(health: LineHealth, return_after: float, now: float) -> bool:
    return health.state is LineState.UP and health.up_since is not None and now - health.up_since >= return_after


def _is_forgotten(health: LineHealth, now: float, wall: float, interval: float) -> bool:
    """Say whether the last look is so long ago, by either clock, that a row of looks is broken."""
    if health.looked_at is None or health.looked_wall is None:
        return True
    longest = max(SHORTEST_MEMORY, FORGOTTEN_INTERVALS * interval)
    return now - health.looked_at > longest or wall - health.looked_wall > longest


def _code(sighting: Sighting) -> ProblemCode | None:
    return None if sighting.problem is None else sighting.problem.code
