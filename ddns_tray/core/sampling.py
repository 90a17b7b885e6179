"""Whom to ask about which records when they are many: all authoritative servers, and a rotating sample of resolvers.

Defines: which records get a whole look in a round, which one at the authoritative servers alone, and which none.
Asks nobody.

Why: the authoritative servers are the truth, and each knows its own zone; resolvers are strangers who bound what they
give to one address. Ten thousand names each minute would be too much for them, and tell us nothing new.

- Up to `FEW` names, every record gets a whole look in every round.
- Beyond that, whatever is changed or suspect gets one. So does, in a regular round, a fair share of the rest, those
  first who have waited longest; so that each record's resolvers are asked within `PERIOD`. What resolvers said stays in
  the view until they are asked again, with the time at which they said it, and never for longer than that.
- A round between two regular ones is for what is changed or suspect alone.
- A first look at very many records comes in parts, so that a round stays short and writes need not wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ddns_tray.core.model import RecordKey

FEW = 50
PERIOD = 900.0
"""Seconds within which the resolvers of each record are asked; with a longer interval that is the period."""
MOST_AT_ONCE = 1000
"""Records that get a whole look in one round because they are new, or suspect; the rest of them follows in the next."""
_AHEAD = 0.8
"""The share of the period in which the rotation comes round, so that a late round does no harm."""
_NEXT_ROUND = 1.25
"""By when the next regular round has come at the latest, in intervals."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record before a round. `asked_at` is when its resolvers were last asked, None for never.

    `settled` says that it was green at the last look, and nothing about it is on the move.
    """

    key: RecordKey
    settled: bool
    asked_at: float | None


@dataclass(frozen=True, slots=True)
class Sample:
    """What to look at in one round. `left` says that new records are still to come."""

    whole: tuple[RecordKey, ...]
    authoritative: tuple[RecordKey, ...] = ()
    left: bool = False


def choose(candidates: Sequence[Candidate], *, now: float, interval: float, regular: bool) -> Sample:
    """Say whom to look at now; in the order in which they are given where it does not matter."""
    if len({each.key.name for each in candidates}) <= FEW:
        return Sample(tuple(each.key for each in candidates))
    new = [each for each in candidates if each.asked_at is None]
    suspect = _longest_ago(each for each in candidates if each.asked_at is not None and not each.settled)
    settled = _longest_ago(each for each in candidates if each.asked_at is not None and each.settled)
    whole = new[:MOST_AT_ONCE] + suspect[: max(0, MOST_AT_ONCE - len(new))]
    if regular:
        last_moment = now + _NEXT_ROUND * interval - PERIOD
        whole += [each for each in (*suspect, *settled) if not last_moment < _asked(each) <= now]
        whole += settled[: ceil(len(settled) * interval / (_AHEAD * PERIOD))]
    chosen = {each.key for each in whole}
    return Sample(
        whole=tuple(each.key for each in candidates if each.key in chosen),
        authoritative=tuple(
            each.key for each in candidates if regular and each.asked_at is not None and each.key not in chosen
        ),
        left=len(new) > MOST_AT_ONCE,
    )


def _longest_ago(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=_asked)


def _asked(candidate: Candidate) -> float:
    return candidate.asked_at or 0.0
