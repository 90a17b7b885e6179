"""What the release feed says, and whether to believe and to tell it.

Defines: the feed's form, and the rules. A feed that is not signed, has expired, or is older than one that was seen
before is refused as a whole: else somebody on the way could keep people at a version with a known hole, which is all
that he can do where nothing is installed by itself. Asks nobody and installs nothing.

The feed is JSON: `schema` 1, `product`, a `sequence` that grows with every release, `published` and `expires` in
ISO 8601, `version`, `page` (https), and `notes` by language.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ddns_tray.core.errors import UpdateRefused
from ddns_tray.core.minisign import is_signed
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.minisign import PublicKey

SCHEMA = 1
PRODUCT = "ddns-tray"
MAX_FEED_BYTES = 64_000
MAX_NOTES = 4_000
"""Characters of notes in one language; what is more is cut off."""
_VERSION = re.compile(r"(\d{1,5})\.(\d{1,5})\.(\d{1,5})")
_LANGUAGE = re.compile(r"[a-z]{2}(_[A-Z]{2})?")
_LONGEST_SEQUENCE = 2**53


@dataclass(frozen=True, slots=True)
class Release:
    """One version that can be had. `notes` are by language ("en", "zh_CN"); times are Unix seconds."""

    version: str
    sequence: int
    published: float
    expires: float
    page: str
    notes: tuple[tuple[str, str], ...] = ()

    def notes_in(self, language: str) -> str:
        """The notes in a language, else in English, else none."""
        by_language = dict(self.notes)
        return by_language.get(language) or by_language.get("en", "")


@dataclass(frozen=True, slots=True)
class UpdateNews:
    """What there is to tell about updates: a newer version, or why the list of releases is not believed."""

    release: Release | None = None
    problem: Problem | None = None


def read_feed(content: bytes, signature: bytes, keys: tuple[PublicKey, ...]) -> Release:
    """Return the release that a feed speaks of. Raises `UpdateRefused` for one that cannot be believed or read.

    Nothing of the content is looked at before the signature is good.
    """
    if not is_signed(content, signature, keys):
        raise UpdateRefused(
            text("The list of releases is not signed by the makers of DDNS Tray, so it is not believed."),
            text("Do not install anything that it leads to. If this lasts, look for news where you got DDNS Tray."),
        )
    try:
        return _release(json.loads(content))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as exc:
        raise UpdateRefused(
            text("The list of releases has a form that this version does not know."),
            text("Look for a newer version where you got DDNS Tray."),
        ) from exc


def news(release: Release, *, version: str, seen: int, now: float) -> Release | None:
    """Return the release if it is newer than `version`. Raises `UpdateRefused` if the feed is not the latest one.

    `seen` is the highest sequence that was ever seen here.
    """
    if release.sequence < seen:
        raise UpdateRefused(
            text("The list of releases is older than the one that was read before, so it is not believed."),
            text("Somebody on the way may hold back the newer one. Look for news where you got DDNS Tray."),
        )
    if now > release.expires:
        raise UpdateRefused(
            text("The list of releases has expired, so it cannot be said whether there is a newer version."),
            text("Check this computer's clock; else look for news where you got DDNS Tray."),
        )
    return release if _numbers(release.version) > _numbers(version) else None


def _release(feed: Mapping[str, Any]) -> Release:
    if feed["schema"] != SCHEMA or feed["product"] != PRODUCT:
        message = "another schema or product"
        raise ValueError(message)
    sequence, version, page = feed["sequence"], feed["version"], feed["page"]
    if type(sequence) is not int or not 0 < sequence < _LONGEST_SEQUENCE:
        message = "no sequence"
        raise ValueError(message)
    _numbers(version)
    if urlsplit(page).scheme != "https" or not urlsplit(page).hostname or not page.isprintable():
        message = "no page"
        raise ValueError(message)
    return Release(
        version=version,
        sequence=sequence,
        published=_moment(feed["published"]),
        expires=_moment(feed["expires"]),
        page=page,
        notes=tuple((each, _clean(said)) for each, said in feed.get("notes", {}).items() if _LANGUAGE.fullmatch(each)),
    )


def _moment(written: str) -> float:
    moment = datetime.fromisoformat(written)
    return moment.astimezone(UTC).timestamp() if moment.tzinfo is not None else moment.replace(tzinfo=UTC).timestamp()


def _numbers(version: str) -> tuple[int, ...]:
    """Return the three numbers of a version. Raises `ValueError`: what is no plain release is not offered."""
    found = _VERSION.fullmatch(version)
    if found is None:
        message = "not a version"
        raise ValueError(message)
    return tuple(int(each) for each in found.groups())


def _clean(said: str) -> str:
    """Return notes as plain text: a label shows them, so nothing in them may be more than letters and line ends."""
    return "".join(each for each in said if each.isprintable() or each == "\n")[:MAX_NOTES].strip()
