"""What `doctor` finds: one thing that was tried, how it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How one thing is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried, already in words."""

    what: str
    health: Health
    finding: str
    hint: str = ""
    seconds: float | None = None
    """How long it took, where that tells something."""
