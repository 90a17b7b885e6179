"""A verdict drawn once more: when a look repeats the one before, so does the verdict, and judging can be left out.

Why: of ten thousand names nearly all say the same at each look, and judging them costs as much as asking them.

Defines: when a look is such a repetition, and that `judge_after` gives what `judge_again` would give. A test holds both
against each other. The rule is narrow on purpose:

- the verdict was green and `matched`, no old answer is waited for, and no witness holds anything but the wanted set;
- whoever was heard then was heard now, with the same words; only times and the TTLs that resolvers count down differ;
- the circumstances are the same, and the memory is the one that the verdict before left behind;
- the clock did not go back.

Then nothing that the judge reads has changed but the time, and without an old answer no time limit is running. And who
was not looked at before, and is not now, has the verdict of before.
"""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import canonical_set
from ddns_tray.core.copies import altered
from ddns_tray.core.judge import judge_again
from ddns_tray.core.model import Circumstances, Colour, Observation, RecordMemory, Role, VerdictKind, View

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.model import Verdict

_words = attrgetter(*(each.name for each in fields(Observation) if each.name not in {"at", "ttl", "ttls", "rtt_ms"}))
_frame = attrgetter(*(each.name for each in fields(View) if each.name not in {"at", "observations"}))
_told = attrgetter(*(each.name for each in fields(Circumstances) if each.name not in {"at", "memory"}))
_kept = attrgetter(*(each.name for each in fields(RecordMemory) if each.name not in {"turns", "looked_at"}))
"""What the judge may read of the memory; the rest is written by others after him."""


class Judged:
    """One verdict, with all that it was drawn from, and the memory that it left behind."""

    __slots__ = ("_lasts", "memory", "repeated", "told", "verdict", "view")

    def __init__(
        self, view: View | None, told: Circumstances, verdict: Verdict, memory: RecordMemory, *, repeated: bool
    ) -> None:
        self.view = view
        self.told = told
        self.verdict = verdict
        self.memory = memory
        self.repeated = repeated
        """Whether the verdict was taken over from the one before; in the memory only `last_matched` is new then."""
        self._lasts: bool | None = True if repeated and view is not None else None

    @property
    def lasts(self) -> bool:
        """Whether time alone cannot change this verdict."""
        if self._lasts is None:
            self._lasts = _lasts(self)
        return self._lasts


def judge_after(before: Judged | None, view: View | None, told: Circumstances) -> Judged:
    """Judge as `judge_again` does, or repeat the verdict before if it can only be the same."""
    if before is not None and view is None and before.view is None and _told(told) == _told(before.told):
        return Judged(None, told, before.verdict, told.memory, repeated=True)
    if before is not None and view is not None and _repeats(before, view, told):
        memory = altered(told.memory, last_matched=told.at)
        return Judged(view, told, before.verdict, memory, repeated=True)
    verdict, memory = judge_again(view, told)
    return Judged(view, told, verdict, memory, repeated=False)


def _repeats(before: Judged, view: View, told: Circumstances) -> bool:
    then = before.view
    return (
        then is not None
        and (told.memory is before.memory or _kept(told.memory) == _kept(before.memory))
        and told.at >= before.told.at
        and before.verdict.kind is VerdictKind.MATCHED
        and len(view.observations) == len(then.observations)
        and _told(told) == _told(before.told)
        and _frame(view) == _frame(then)
        and all(map(_says_the_same, view.observations, then.observations))
        and before.lasts
    )


def same_words(role: Role, now: Iterable[Observation], then: Iterable[Observation]) -> bool:
    """Whether the servers of this role said the same at two looks, in the same order."""
    some, others = ([each for each in seen if each.role is role] for seen in (now, then))
    return len(some) == len(others) and all(map(_says_the_same, some, others))


def _says_the_same(now: Observation, then: Observation) -> bool:
    """Whether these are the same words. The TTL of an authoritative server is one of them, that of a cache is not."""
    if now is then:
        return True
    same_ttl = now.role is Role.RESOLVER or (now.ttl == then.ttl and now.ttls == then.ttls)
    return same_ttl and _words(now) == _words(then)


def _lasts(judged: Judged) -> bool:
    memory, view = judged.memory, judged.view
    if view is None or judged.verdict.colour is not Colour.GREEN:
        return False
    if memory.old_ttl is not None or memory.old_negative or memory.cached_until:
        return False
    if memory.at_provider is not None and memory.at_provider.asked:
        return False  # soon it may be told that a proxy is missing
    # Two words of one server would be told apart by their times.
    places = {(each.role, each.server, each.address) for each in view.observations}
    wanted = canonical_set(memory.expected)
    return len(places) == len(view.observations) and all(
        canonical_set(each.answer) == wanted for each in view.observations if each.rcode in {"NOERROR", "NXDOMAIN"}
    )
