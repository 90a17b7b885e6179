"""Whether there is a newer version: who brings updates to this copy, where to ask, and asking once a day.

Quiet: it begins minutes after the start, a server that does not answer is no news, and a feed that cannot be believed
is told once. Nothing is downloaded but the feed and its signature, and nothing is ever installed.
"""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.core.errors import DdnsTrayError, TransportError, UpdateRefused
from ddns_tray.core.minisign import public_key
from ddns_tray.core.ports import HttpRequest
from ddns_tray.core.release import MAX_FEED_BYTES, news, read_feed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.minisign import PublicKey
    from ddns_tray.core.ports import Chance, Clock, HttpClient, SeenRelease
    from ddns_tray.core.release import Release

log = logging.getLogger(__name__)

RESOURCES = Path(__file__).parents[1] / "resources"
FIRST_WAIT, DAY, RETRY = 120.0, 86_400.0, 3600.0
"""Seconds to the first look, between two, and after a failure (doubled with each, up to a day)."""
SLICE = 3600.0
"""The longest sleep at once: a machine that slept does not owe us a whole day."""
_OK = 200
_MAX_SIGNATURE_BYTES = 4_000


@dataclass(frozen=True, slots=True)
class ReleaseSource:
    """Where releases are announced, and whose signature they have to bear."""

    feed: str
    keys: tuple[PublicKey, ...]


def packaged_by(*folders: Path) -> str | None:
    """Return who brings updates to this copy ("apt", "dnf"), or None where nobody does.

    A package of a system holds the file `installed-by` with one word, beside the program or among the resources: there,
    telling of updates would only confuse.
    """
    for folder in folders or (RESOURCES, *((Path(sys.executable).parent,) if getattr(sys, "frozen", False) else ())):
        try:
            said = (folder / "installed-by").read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            continue
        if said:
            return said
    return None


def release_source(resources: Path | None = None) -> ReleaseSource | None:
    """Return where this build has to ask, or None where it has nowhere: from a checkout, or in a system's package.

    The builds that are released hold `updates.json`: `{"feed": "https://…", "keys": ["RW…"]}`.
    """
    folders = () if resources is None else (resources,)
    if packaged_by(*folders) is not None:
        return None
    try:
        told = json.loads(((resources or RESOURCES) / "updates.json").read_bytes())
        feed, keys = str(told["feed"]), tuple(public_key(each) for each in told["keys"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return ReleaseSource(feed, keys) if feed.startswith("https://") and keys else None


class UpdateCheck:
    """Asks one source, for one version."""

    def __init__(
        self, source: ReleaseSource, *, version: str, http: HttpClient, clock: Clock, chance: Chance, seen: SeenRelease
    ) -> None:
        self._source = source
        self._version = version
        self._http = http
        self._clock = clock
        self._chance = chance
        self._seen = seen

    async def look(self) -> Release | None:
        """Return a newer version if there is one. Raises `TransportError`, `UpdateRefused` or `StorageError`."""
        content = await self._fetch(self._source.feed, MAX_FEED_BYTES)
        signature = await self._fetch(f"{self._source.feed}.minisig", _MAX_SIGNATURE_BYTES)
        if content is None or signature is None:
            return None
        release = read_feed(content, signature, self._source.keys)
        seen = self._seen.load()
        found = news(release, version=self._version, seen=seen, now=self._clock.now())
        if release.sequence > seen:
            self._seen.save(release.sequence)
        return found

    async def run(self, tell: Callable[[Release | None, Problem | None], None]) -> None:
        """Look once a day until cancelled; `tell` is called with what is new, and once with each reason to doubt."""
        failures, doubted = 0, None
        await self._clock.sleep(FIRST_WAIT * (1 + self._chance.random()))
        while True:
            try:
                found = await self.look()
            except TransportError as exc:
                log.debug("nobody says whether there is a newer version: %s", exc)
                failures += 1
            except DdnsTrayError as exc:
                failures += 1
                if exc.problem != doubted:
                    doubted = exc.problem
                    log.warning("%s", exc)
                    tell(None, exc.problem if isinstance(exc, UpdateRefused) else None)
            else:
                failures, doubted = 0, None
                if found is not None:
                    log.info("there is a newer version, %s: %s", found.version, found.page)
                tell(found, None)
            await self._rest(DAY if failures == 0 else min(DAY, RETRY * 2.0 ** min(failures - 1, 8)))

    async def _rest(self, seconds: float) -> None:
        until = self._clock.now() + seconds * (0.9 + 0.2 * self._chance.random())
        while (left := until - self._clock.now()) > 0:
            await self._clock.sleep(min(SLICE, left))

    async def _fetch(self, url: str, limit: int) -> bytes | None:
        """Return a file, or None where the server does not give it: that is no news, good or bad."""
        response = await self._http.send(
            HttpRequest("GET", url, timeout=30.0, max_bytes=limit, follow_redirects=True, headers={"accept": "*/*"})
        )
        return response.body if response.status == _OK else None
