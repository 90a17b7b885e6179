"""How a sentence is spoken: one literal, its fields, the plural that fits; times, durations and lists as people write.

This module does not know what is said about names and addresses; `words.verdicts`, `words.status` and their neighbours
do. Catalogue entries are collected from calls of `text`, `tr` and `ntr`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ddns_tray.core.text import harmless
from ddns_tray.words.catalogue import LANGUAGES, catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.text import FieldValue, Text

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_BETWEEN_CHINESE = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Plural:
    """A literal with its plural, for tables; `Speaker.fill` speaks it."""

    singular: str
    plural: str


def ntr(singular: str, plural: str) -> Plural:
    """Mark a pair for the catalogue, as `text` marks one literal."""
    return Plural(singular, plural)


class Speaker:
    """One language, one time zone (the machine's unless given)."""

    def __init__(self, language: str, zone: tzinfo | None = None) -> None:
        self.language = language if language in LANGUAGES else "en"
        self._zone = zone

    def tr(self, message: str, /, **fields: FieldValue) -> str:
        """Speak one English literal with its named fields."""
        spoken = catalogue(self.language).gettext(message)
        return spoken.format_map(harmless(fields)) if fields else spoken

    def ntr(self, singular: str, plural: str, n: int, /, **fields: FieldValue) -> str:
        """Speak the form that fits the number `n`, which the literals call `{count}`."""
        spoken = catalogue(self.language).ngettext(singular, plural, n)
        return spoken.format_map({"count": n, **harmless(fields)})

    def say(self, sentence: Text) -> str:
        """Speak a `Text`."""
        return self.tr(sentence.message, **sentence.fields)

    def fill(self, sentence: Text | Plural, fields: Mapping[str, object], n: int = 1) -> str:
        """Speak an entry of a table with the facts of the moment; a fact that is not known shows as "?"."""
        known = _Known(harmless(fields))
        if isinstance(sentence, Plural):
            known["count"] = n
            spoken = catalogue(self.language).ngettext(sentence.singular, sentence.plural, n)
        else:
            spoken = catalogue(self.language).gettext(sentence.message)
        return spoken.format_map(known)

    def problem(self, problem: Problem) -> tuple[str, str]:
        """Speak a problem: what is wrong, and what to do ("" where there is nothing to add)."""
        return self.say(problem.title), "" if problem.hint is None else self.say(problem.hint)

    def time(self, epoch: float, now: float | None = None) -> str:
        """A time of day such as 10:46:12; with its date if `now` is given and falls on another day."""
        moment = self._local(epoch)
        clock = f"{moment:%H:%M:%S}"
        if now is None or self._local(now).date() == moment.date():
            return clock
        return self.tr("{year}-{month}-{day} {time}", **_date_fields(moment), time=f"{moment:%H:%M}")

    def moment(self, epoch: float) -> str:
        """A date with its time of day."""
        moment = self._local(epoch)
        return self.tr("{year}-{month}-{day} {time}", **_date_fields(moment), time=f"{moment:%H:%M:%S}")

    def duration(self, seconds: float) -> str:
        """A span in at most two units: 12 s, 2 min, 3 h 5 min, 2 d 4 h."""
        whole = max(0, round(seconds))
        if whole < _MINUTE:
            return self.tr("{seconds} s", seconds=whole)
        if whole < _HOUR:
            return self.tr("{minutes} min", minutes=whole // _MINUTE)
        if whole < _DAY:
            hours, minutes = divmod(whole // _MINUTE, 60)
            return (
                self.tr("{hours} h {minutes} min", hours=hours, minutes=minutes)
                if minutes
                else self.tr("{hours} h", hours=hours)
            )
        days, hours = divmod(whole // _HOUR, 24)
        return self.tr("{days} d {hours} h", days=days, hours=hours) if hours else self.tr("{days} d", days=days)

    def ago(self, then: float, now: float) -> str:
        """How long ago: 2 min ago; "just now" within five seconds."""
        passed = now - then
        return self.tr("just now") if passed < 5 else self.tr("{duration} ago", duration=self.duration(passed))  # noqa: PLR2004 - said above

    def countdown(self, seconds: float) -> str:
        """A running clock: 4:12, 1:04:12, the same in every language; from a day on a duration."""
        whole = max(0, round(seconds))
        if whole >= _DAY:
            return self.duration(whole)
        hours, rest = divmod(whole, _HOUR)
        minutes, left = divmod(rest, _MINUTE)
        return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"

    def listing(self, items: Sequence[str], limit: int = 0) -> str:
        """Facts in a row: a, b and c. Beyond `limit` (if there is one) they are only counted."""
        if not items:
            return self.tr("nothing")
        if limit and len(items) > limit:
            left = len(items) - limit + 1
            head = self._row(items[: limit - 1])
            return self.ntr("{row} and {count} more", "{row} and {count} more", left, row=head)
        if len(items) == 1:
            return items[0]
        # Chinese sets a space between its own signs and others, never between two of its own.
        return _BETWEEN_CHINESE.sub("", self.tr("{row} and {item}", row=self._row(items[:-1]), item=items[-1]))

    def _row(self, items: Sequence[str]) -> str:
        row = items[0]
        for item in items[1:]:
            row = self.tr("{row}, {item}", row=row, item=item)
        return row

    def _local(self, epoch: float) -> datetime:
        return datetime.fromtimestamp(epoch, self._zone).astimezone(self._zone)


class _Known(dict[str, object]):
    """Facts; a look at an unknown one must not cost the person the rest of the sentence."""

    def __missing__(self, key: str) -> str:
        return "?"


def _date_fields(moment: datetime) -> dict[str, str]:
    return {"year": f"{moment:%Y}", "month": f"{moment:%m}", "day": f"{moment:%d}"}
