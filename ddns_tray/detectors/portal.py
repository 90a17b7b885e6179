"""Asks over plain HTTP for pages whose content is known, to see whether the network answers in place of others.

The pages are those that operating systems and browsers ask for the same reason, each run by its own maker for this
purpose. Nothing is sent but the request; redirects are not followed, so that nobody's sign-in page is visited. Asked
only while the web fails us (`core.portal`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from ddns_tray.core.errors import AnswerTooLarge, TransportError
from ddns_tray.core.portal import Answered, ProbeAnswer
from ddns_tray.core.ports import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.ports import Chance, HttpClient, HttpResponse

TIMEOUT = 5.0
MAX_PAGE_BYTES = 64_000
_OK, _NO_CONTENT, _LOG_IN = 200, 204, 511
"""511 Network Authentication Required: RFC 6585 §6."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"connection": "close", "cache-control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `expected` is what its body has to hold, or None for an answer 204 without a body."""

    operator: str
    url: str
    expected: bytes | None = None


WORLD = (
    Page("apple.com", "http://captive.apple.com/hotspot-detect.html", b"Success"),
    Page("google.com", "http://connectivitycheck.gstatic.com/generate_204"),
    Page("microsoft.com", "http://www.msftconnecttest.com/connecttest.txt", b"Microsoft Connect Test"),
    Page("mozilla.org", "http://detectportal.firefox.com/success.txt", b"success"),
)
CHINA = (
    Page("huawei.com", "http://connectivitycheck.platform.hicloud.com/generate_204"),
    Page("mi.com", "http://connect.rom.miui.com/generate_204"),
)
EACH_TIME = 2
"""Of the world; and one in China, where some of the others cannot be reached."""


class HttpPortalProbe:
    """Implements `core.ports.PortalProbe`. Whom it asks changes from time to time, by chance."""

    def __init__(
        self,
        http: HttpClient,
        chance: Chance,
        *,
        world: Sequence[Page] = WORLD,
        china: Sequence[Page] = CHINA,
        timeout: float = TIMEOUT,
    ) -> None:
        self._http = http
        self._chance = chance
        self._world = tuple(world)
        self._china = tuple(china)
        self._timeout = timeout

    async def probe(self) -> tuple[ProbeAnswer, ...]:
        """Ask three operators at once, for at most 5 s."""
        pages = (*self._some(self._world, EACH_TIME), *self._some(self._china, 1))
        return tuple(await asyncio.gather(*(self._ask(page) for page in pages)))

    def _some(self, pages: Sequence[Page], count: int) -> Sequence[Page]:
        start = int(self._chance.random() * len(pages))
        return (*pages[start:], *pages[:start])[:count]

    async def _ask(self, page: Page) -> ProbeAnswer:
        request = HttpRequest(
            "GET", page.url, headers=_HEADERS, timeout=self._timeout, max_bytes=MAX_PAGE_BYTES, use_proxy=False
        )
        try:
            response = await self._http.send(request)
        except AnswerTooLarge:  # no page of these is large
            return ProbeAnswer(page.operator, Answered.DIVERTED)
        except TransportError:
            return ProbeAnswer(page.operator, Answered.UNCLEAR)
        return _read(page, response)


def _read(page: Page, response: HttpResponse) -> ProbeAnswer:
    """Compare an answer with what the operator sends. Its errors (404, 503) are its own and say nothing."""
    if response.status in _REDIRECTS:
        here, there = _host(page.url), _host(page.url, response.headers.get("location", ""))
        diverted = there not in {"", here}
        return ProbeAnswer(
            page.operator, Answered.DIVERTED if diverted else Answered.UNCLEAR, there if diverted else ""
        )
    if response.status == _LOG_IN:
        return ProbeAnswer(page.operator, Answered.DIVERTED)
    if response.status == _NO_CONTENT:
        return ProbeAnswer(page.operator, Answered.AS_EXPECTED if page.expected is None else Answered.UNCLEAR)
    if response.status != _OK or not response.body:
        return ProbeAnswer(page.operator, Answered.UNCLEAR)
    good = page.expected is not None and page.expected in response.body
    return ProbeAnswer(page.operator, Answered.AS_EXPECTED if good else Answered.DIVERTED)


def _host(url: str, location: str = "") -> str:
    try:
        return urlsplit(urljoin(url, location)).hostname or ""
    except ValueError:
        return ""
