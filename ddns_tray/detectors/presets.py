"""What the words `router`, `https`, `stun` and `dns` stand for, and which of it all is asked first.

A round asks as many witnesses as the quorum needs, of as many kinds as there are, and the others only while there is no
agreement: that is polite to the operators, and two kinds fail in two ways. Sources that a person wrote out are always
asked.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ddns_tray.core.model import Family
    from ddns_tray.detectors.base import BaseDetector


@dataclass(frozen=True, slots=True)
class Preset:
    """Sources of one kind, the ones to ask first in front. `china` are those that work where the `world` does not."""

    world: Sequence[BaseDetector]
    china: Sequence[BaseDetector] = ()

    def seeing(self, family: Family | None) -> Preset:
        """Leave out those that cannot see a family."""
        if family is None:
            return self
        return Preset(
            tuple(each for each in self.world if family in each.families),
            tuple(each for each in self.china if family in each.families),
        )


def in_turns(presets: Sequence[Preset], quorum: int) -> tuple[BaseDetector, ...]:
    """Give every detector its rank, and return them in that order.

    Kinds take turns: with a quorum of two, first the first of the first two kinds, then the next two, then all others
    of the world, and last of all those in China.
    """
    world = list(_interleaved(preset.world for preset in presets))
    china = list(_interleaved(preset.china for preset in presets))
    first, second, rest = world[:quorum], world[quorum : 2 * quorum], world[2 * quorum :]
    waves = [wave for wave in (first, second, rest, china) if wave]
    return tuple(detector.at_rank(rank) for rank, wave in enumerate(waves) for detector in wave)


def _interleaved(groups: Iterable[Sequence[BaseDetector]]) -> Iterable[BaseDetector]:
    """Take one of each group in turn; who shares an origin with one before waits for the end of the line."""
    taken: set[str] = set()
    late: list[BaseDetector] = []
    for turn in itertools.zip_longest(*groups):
        for detector in turn:
            if detector is None:
                continue
            if detector.origin in taken:
                late.append(detector)
            else:
                taken.add(detector.origin)
                yield detector
    yield from late
