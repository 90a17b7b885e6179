"""Whether the file that this program was started from is still the one that lies there.

Only a frozen program has one file that an upgrade replaces, or that is moved away while it runs. What runs goes on;
but what it has not loaded yet may come from another version, or be gone, so the person should start it anew.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from typing import Final

LOOK: Final = 10.0
"""Seconds between two looks: one stat(2)."""


class OwnProgram:
    """Remembers which file it is at the start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first = self._now()

    def problem(self) -> Problem | None:
        """What to tell the person; None while all is as it was."""
        now = self._now()
        if now == self._first:
            return None
        if now is None:
            return Problem(
                ProblemCode.STORAGE,
                text("DDNS Tray was moved or removed while it runs."),
                text("Quit this one, and start it from where it is now."),
            )
        return Problem(
            ProblemCode.STORAGE,
            text("Another version of DDNS Tray was installed; this one still runs."),
            text("Quit it and start it again: then the new one runs."),
        )

    def _now(self) -> tuple[int, int, int] | None:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - as cheap as can be
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


def own_program() -> OwnProgram | None:
    """The file of a frozen program; None where we run from modules, which nobody replaces as a whole."""
    return OwnProgram(Path(sys.executable)) if getattr(sys, "frozen", False) else None
