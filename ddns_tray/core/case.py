"""One case before the judge: what is wanted, what the witnesses say, what is remembered; and how a verdict is written.

Defines: the counting that all parts of the judge share. Decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core import deadline
from ddns_tray.core.model import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.model import Colour, RecordMemory, VerdictKind, View
    from ddns_tray.core.witnesses import Stand, Testimony, Witness

ENOUGH_SHARE = 0.9
"""Share of the answering resolvers that has to be right."""
ENOUGH_WITNESSES = 2
"""Resolvers that have to say the same before it counts without the authoritative servers."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the judge has before him. `watching`: nobody said what to expect, so `wanted` is what the name leads to."""

    view: View
    testimony: Testimony
    wanted: frozenset[str] | None
    memory: RecordMemory
    now: float
    online: bool | None
    watching: bool

    @property
    def expected(self) -> tuple[str, ...]:
        """The wanted set in order."""
        return tuple(sorted(self.wanted or ()))

    @property
    def proven(self) -> bool:
        """Whether an authoritative server answered; this far only if all that answered are right."""
        return bool(self.testimony.answered)

    @property
    def right(self) -> tuple[Witness, ...]:
        """The resolvers that have the wanted set."""
        return tuple(each for each in self.testimony.answering if each.held == self.wanted)

    @property
    def ways(self) -> frozenset[tuple[str, ...]]:
        """The aliases by which those that are right come to the wanted set: as the servers say, or else resolvers."""
        return deadline.ways_to(self.wanted, self.testimony)

    @property
    def holders(self) -> tuple[Witness, ...]:
        """The resolvers that have something else."""
        return tuple(each for each in self.testimony.answering if each.held != self.wanted)

    @property
    def encrypted_right(self) -> tuple[Witness, ...]:
        """The right resolvers whose word nobody on our line can have changed."""
        return tuple(each for each in self.right if each.encrypted)

    @property
    def enough_right(self) -> bool:
        """Whether enough of the answering resolvers are right."""
        return bool(self.right) and len(self.right) >= ENOUGH_SHARE * len(self.testimony.answering)

    @property
    def most_wrong(self) -> bool:
        """Whether at least two resolvers, and more than half of those that answer, are wrong."""
        return is_majority(self.holders, self.testimony.answering)

    def resolvers_that(self, *stands: Stand) -> tuple[Witness, ...]:
        """The resolvers of these stands."""
        return tuple(each for each in self.testimony.resolvers if each.stand in stands)

    def servers_that(self, *stands: Stand) -> tuple[Witness, ...]:
        """The failing authoritative servers of these stands."""
        return tuple(each for each in self.testimony.failing if each.stand in stands)


def is_majority(some: tuple[Witness, ...], of: tuple[Witness, ...]) -> bool:
    """Say whether `some` are at least two, and more than half."""
    return len(some) >= ENOUGH_WITNESSES and len(some) * 2 > len(of)


def rcodes(witnesses: Iterable[Witness]) -> str:
    """Return what servers answered or how they failed, each once: "REFUSED", "NXDOMAIN, SERVFAIL"."""
    return ", ".join(sorted({each.rcode for each in witnesses}))


def verdict(
    kind: VerdictKind,
    colour: Colour,
    code: str | None = None,
    *,
    until: float | None = None,
    **data: str | float | tuple[str, ...],
) -> Verdict:
    """Write a verdict; the reason's code is the verdict's word where no finer one is given, `until` its deadline."""
    return Verdict(kind, colour, Reason(code or kind.value, MappingProxyType(data)), until)
