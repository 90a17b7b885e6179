"""The wire to a service that speaks XML, read with the same suspicion as JSON.

An element becomes an object with a list for each name of a child; one without children becomes its text. Then all that
holds for JSON holds here: places such as `HostedZones.0.HostedZone`, misfits, faults, lost answers.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from ddns_tray.core.errors import RecordNotFound
from ddns_tray.core.ports import HttpRequest
from ddns_tray.providers.rest import TIMEOUT, HttpService
from ddns_tray.providers.rest_family_pages import at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.ports import HttpResponse
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.shape import Json

MAX_BYTES = 5_000_000
"""A page of three hundred RRsets has some hundred kilobytes."""
MAX_DEPTH = 20


class XmlService(HttpService):
    """One account at one HTTP service with XML. Bodies are given as text, made with `xml`."""

    async def call(
        self,
        method: str,
        where: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        body: object = None,
        headers: Mapping[str, str] | None = None,
        missing: Refusal = RecordNotFound,
        writes: bool | None = None,
    ) -> Json:
        """Send one request and return its checked answer."""
        may_write = method != "GET" if writes is None else writes
        typed = {"Content-Type": "text/xml"} if body is not None else {}
        request = HttpRequest(
            method,
            self._base_url + where,
            headers={"Accept": "text/xml", **typed, **(headers or {})},
            params=params,
            body=str(body).encode() if body is not None else b"",
            timeout=TIMEOUT,
            max_bytes=MAX_BYTES,
        )
        response = await self.send(request, writes=may_write)
        return self._checked(_as_json(response), missing=missing, writes=may_write)


def xml(name: str, *inner: str, **attributes: str) -> str:
    """Write an element: what begins with `<` is an element within, all else is text."""
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    content = "".join(each if each.startswith("<") else escape(each) for each in inner)
    return f"<{name}{written}>{content}</{name}>"


def children(parent: Json, holder: str, name: str) -> list[Json]:
    """The elements of a list that the element `holder` holds; an empty one has no children at all."""
    held = at(parent, f"{holder}.0")
    return [] if held.value == "" else list(held[name].items())


def _as_json(response: HttpResponse) -> HttpResponse:
    """Turn a body of XML into JSON; leave alone what is no XML, which is then refused as what it is."""
    try:
        value = _plain(_parsed(response.body))
    except (ET.ParseError, ValueError):
        return response
    return replace(response, body=json.dumps(value).encode())


def _parsed(body: bytes) -> ET.Element:
    """Parse. Declarations of a document type, which alone can make a small document large, are not allowed."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        message = "a document type"
        raise ValueError(message)
    return ET.fromstring(body)  # noqa: S314 - there are no entities, and the size is bounded


def _plain(element: ET.Element, depth: int = 0) -> object:
    if depth > MAX_DEPTH:
        message = "too deep"
        raise ValueError(message)
    if not len(element):
        return (element.text or "").strip()
    found: dict[str, list[object]] = {}
    for child in element:
        found.setdefault(child.tag.rpartition("}")[2], []).append(_plain(child, depth + 1))
    return found
