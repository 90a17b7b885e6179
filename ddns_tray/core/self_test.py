"""What the self-test of an installed program is made of: things to try, and what was found.

A look is one thing to try. It returns what it found or raises; any exception is a finding too. This module does not
know what is tried: the command does, and the window's room for what needs Qt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Found:
    """What a look saw: a sentence for people, and the items that programs compare."""

    sentence: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One thing to try. `id` is for programs, `what` for people."""

    id: str
    what: str
    try_it: Callable[[], Found]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one look ended; `error` is empty if it went well."""

    look: Look
    found: Found
    error: str = ""

    @property
    def passed(self) -> bool:
        """Whether all was as it should be."""
        return not self.error


class Unfit(Exception):
    """A look that did not see what has to be there; its message says what is missing."""


def outcome(look: Look) -> Outcome:
    """Try one thing. Whatever it raises becomes part of the outcome: a self-test goes on to its end."""
    try:
        return Outcome(look, look.try_it())
    except Exception as exc:  # noqa: BLE001 - a broken installation may raise anything anywhere
        return Outcome(look, Found(""), f"{type(exc).__name__}: {exc}")
