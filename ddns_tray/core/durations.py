"""Durations as people write them: `60s`, `5m`, `1h30m`, or a whole number of seconds."""

from __future__ import annotations

import re

from ddns_tray.core.errors import UsageError
from ddns_tray.core.text import text

_DURATION = re.compile(r"(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def parse_duration(value: object) -> float:
    """Return seconds, or raise `UsageError`. Units may be combined, largest first."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return float(value)
    match = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if match is None:
        raise UsageError(
            text("This is not a duration."),
            text('Write "60s", "5m", "1h" or a whole number of seconds.'),
        )
    return float(sum(int(count or 0) * unit for count, (_, unit) in zip(match.groups(), _UNITS, strict=True)))


def format_duration(seconds: float) -> str:
    """Write whole seconds the way `parse_duration` reads them, with as few signs as will do."""
    rest = round(seconds)
    parts = []
    for letter, unit in _UNITS:
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts) or "0s"
