"""How long a server asks us to stay away (RFC 9110 §10.2.3)."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_WAIT = 86_400.0
"""Seconds. No server can silence us for more than a day, whatever it says."""

_MAX_DIGITS = 12


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds to wait that `Retry-After` asks for, or None where it is missing or means nothing.

    Header names are lower case, `now` is in Unix seconds. Both forms are read: seconds and an HTTP date.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:_MAX_DIGITS]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:  # an HTTP date is always GMT
        until = until.replace(tzinfo=dt.UTC)
    return min(max(until.timestamp() - now, 0.0), LONGEST_WAIT)
