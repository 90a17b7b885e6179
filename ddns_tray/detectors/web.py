"""`https`, `https:NAME`, `https://…` and, where a person wrote it, `http://…`: what the world sees of us.

Every look is a new connection: a kept one may hang on a line that is gone, or go on over a line that is no longer the
one that new connections take (docs/decisions/http-client.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ddns_tray.core.errors import DetectorError, ProblemCode
from ddns_tray.core.model import Family, SourceKind
from ddns_tray.core.ports import HttpRequest
from ddns_tray.core.retry_after import retry_after
from ddns_tray.core.text import text
from ddns_tray.detectors.base import BaseDetector, Identity, unusable_source
from ddns_tray.detectors.operators import CHINA, WORLD, by_name, families_of, origin_of, parser_of
from ddns_tray.detectors.parsing import MAX_ANSWER_BYTES
from ddns_tray.detectors.presets import Preset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import IPAddress
    from ddns_tray.core.ports import HttpResponse
    from ddns_tray.detectors.base import Tools
    from ddns_tray.detectors.operators import Operator, Parser

REST_WHEN_REFUSED = 600.0
"""Seconds to leave an operator alone that says "too many" without saying how long."""

_OK = 200
_REDIRECTS = range(300, 400)
_REFUSALS = frozenset({403, 429})
_HEADERS = MappingProxyType({"accept": "text/plain, application/json;q=0.5", "connection": "close"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where to ask, and how to read the answer."""

    urls: Mapping[Family, str]
    parser: Parser


class WebDetector(BaseDetector):
    """Asks one operator, and leaves it alone for as long as it wants to be left alone."""

    def __init__(self, identity: Identity, place: Place, tools: Tools) -> None:
        super().__init__(identity, tools.clock)
        self._place = place
        self._http = tools.http
        self._timeout = tools.timeout
        self._out = tools.out
        self._rest_until = float("-inf")

    async def _look(self, family: Family) -> IPAddress | None:
        rest = self._rest_until - self._clock.monotonic()
        if rest > 0:
            raise self._refused(rest)
        url = self._place.urls[family]
        response = await self._http.send(
            HttpRequest(
                "GET",
                url,
                headers=_HEADERS,
                timeout=self._timeout,
                max_bytes=MAX_ANSWER_BYTES,
                family=family,
                binding=self._out.find(family),
                use_proxy=False,
            )
        )
        self._check_status(response)
        address = self._place.parser(response.body, family)
        if not _is_complete(response):
            raise DetectorError(
                text("{host} does not say where its answer ends, so it may have been cut off.", host=self.origin),
                text("The service should send a Content-Length, or end the address with a line break."),
                code=ProblemCode.NOT_AN_ADDRESS,
            )
        return address

    def _check_status(self, response: HttpResponse) -> None:
        if response.status == _OK:
            return
        asked_for = retry_after(response.headers, self._clock.now())
        if response.status in _REFUSALS or asked_for is not None:
            rest = REST_WHEN_REFUSED if asked_for is None else asked_for
            self._rest_until = self._clock.monotonic() + rest
            raise self._refused(rest)
        if response.status in _REDIRECTS:
            raise DetectorError(
                text("{host} sends us elsewhere instead of answering (status {status}).", host=self.origin,
                     status=response.status),
                text("A sign-in page of the network may stand in between: open a browser and see."),
            )  # fmt: skip
        raise DetectorError(
            text("{host} answered with status {status}.", host=self.origin, status=response.status),
            text("Nothing needs doing if this passes; otherwise choose another source."),
        )

    def _refused(self, rest: float) -> DetectorError:
        return DetectorError(
            text("{host} has asked us to come back later.", host=self.origin),
            text("It is left alone until then. Other sources are asked instead, if there are any."),
            retry_after=rest,
            code=ProblemCode.RATE_LIMITED,
        )


def web_preset(tools: Tools) -> Preset:
    """Return what `https` stands for."""
    return Preset(
        tuple(_operated(operator, tools) for operator in tools.rotated(WORLD)),
        tuple(_operated(operator, tools) for operator in CHINA),
    )


def web_detectors(source: str, tools: Tools) -> Sequence[WebDetector]:
    """Return the detector of one source of this kind, presets aside."""
    scheme, _, rest = source.partition(":")
    if not rest.startswith("//"):
        operator = by_name(rest.lower()) if scheme.lower() == "https" else None
        if operator is None:
            raise unusable_source(source)
        return (_operated(operator, tools),)
    return (_at(source, tools),)


def _operated(operator: Operator, tools: Tools) -> WebDetector:
    identity = Identity(f"https:{operator.origin}", operator.origin, SourceKind.HTTPS, frozenset(operator.urls))
    return WebDetector(identity, Place(operator.urls, operator.parser), tools)


def _at(url: str, tools: Tools) -> WebDetector:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # refuses what is no port
    except ValueError as exc:
        raise unusable_source(url) from exc
    if not host or parts.username is not None:
        raise unusable_source(url)
    identity = Identity(url, origin_of(host), SourceKind(parts.scheme), families_of(host))
    place = Place(MappingProxyType(dict.fromkeys(Family, url)), parser_of(host, parts.path))
    return WebDetector(identity, place, tools)


def _is_complete(response: HttpResponse) -> bool:
    """Say whether a cut would have shown: by a length, by chunks, by packing, or by how the body ends."""
    headers = response.headers
    framed = "content-length" in headers or "chunked" in headers.get("transfer-encoding", "").lower()
    return framed or "content-encoding" in headers or response.body.endswith((b"\n", b"}", b'"'))
