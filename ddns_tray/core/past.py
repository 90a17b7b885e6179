"""What became of a record in the last day: a short list of turns of its verdict, and how to read it.

Defines: how turns are kept, and what a stretch of time was like. Does not judge, and has no clock.

A turn holds until the next one, the last one until now. Of the time in which nobody looked nothing is claimed: after a
restart the former turn ends where it was last known to hold, and the colour of what follows is None until the first
verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.model import Turn
from ddns_tray.core.snapshot import WORRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ddns_tray.core.model import Verdict

DAY = 86_400.0
"""Seconds that are remembered."""
MOST_TURNS = 48
"""A verdict that turns more often loses its oldest turns; ten thousand records must stay small."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which one verdict held; `turn` has no kind where nobody looked."""

    begin: float
    end: float
    turn: Turn


def turned(turns: tuple[Turn, ...], verdict: Verdict, now: float) -> tuple[Turn, ...]:
    """Return the turns with this verdict; the same object if it is not another one."""
    last = turns[-1] if turns else None
    if last is not None and last.kind is verdict.kind and last.colour is verdict.colour:
        return turns
    return _bounded((*turns, Turn(now, verdict.kind, verdict.colour)), now)


def interrupted(turns: tuple[Turn, ...], known_until: float | None) -> tuple[Turn, ...]:
    """Return the turns as whoever starts anew has to see them: nothing is known after `known_until`.

    That time is None where it was not kept; then only the moment of the last turn itself is sure.
    """
    if not turns or turns[-1].kind is None:
        return turns
    last = turns[-1]
    return _bounded((*turns, Turn(max(last.at, known_until or last.at), None, None)), last.at)


def stretches(turns: Sequence[Turn], begin: float, end: float) -> Iterator[Stretch]:
    """Return what held from `begin` to `end`, without gaps; time before the first turn was not looked at."""
    here = Turn(begin, None, None)
    start = begin
    for turn in turns:
        if turn.at >= end:
            break
        if turn.at > start:
            yield Stretch(start, turn.at, here)
            start = turn.at
        here = turn
    if end > start:
        yield Stretch(start, end, here)


def worst_of_each(turns: Sequence[Turn], begin: float, end: float, count: int) -> tuple[Turn | None, ...]:
    """Cut the time into `count` equal parts, and return the worst turn of each; None where nobody looked.

    A fault of a minute shows in its part, as faults are what one looks for.
    """
    parts: list[Turn | None] = [None] * count
    width = (end - begin) / count
    for stretch in stretches(turns, begin, end):
        if stretch.turn.colour is None:
            continue
        first = max(0, int((stretch.begin - begin) / width))
        # A stretch that ends where a part begins does not reach into it.
        last = min(count - 1, max(first, -int(-(stretch.end - begin) // width) - 1))
        for place in range(first, last + 1):
            there = parts[place]
            if there is None or _worse(stretch.turn, there):
                parts[place] = stretch.turn
    return tuple(parts)


def _worse(one: Turn, other: Turn) -> bool:
    return one.colour is not None and other.colour is not None and WORRY[one.colour] > WORRY[other.colour]


def _bounded(turns: tuple[Turn, ...], now: float) -> tuple[Turn, ...]:
    """Drop what ended before the day began, and what is too many."""
    turns = turns[-MOST_TURNS:]
    first = 0
    while first + 1 < len(turns) and turns[first + 1].at <= now - DAY:
        first += 1
    return turns[first:]
