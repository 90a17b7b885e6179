"""A request before it leaves: what HTTP can carry, its URL, and where a redirect may lead it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from ddns_tray.core.errors import ConnectFailed
from ddns_tray.core.model import Family
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, HttpResponse

FAMILY_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS_FOR_STRANGERS = frozenset({"accept", "accept-language", "user-agent"})
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?")


def host_of(url: str) -> str:
    """Return the host alone: the rest of a URL may hold secrets."""
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"


def check_headers(request: HttpRequest, host: str) -> None:
    """Refuse what HTTP cannot carry before a library can quote it in an error message."""
    for name, value in request.headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise ConnectFailed(
                text("The request for {host} holds characters that HTTP cannot carry.", host=host),
                text("Check the credentials for line breaks, spaces and other stray characters."),
            )


def with_params(request: HttpRequest) -> str:
    """Return the whole URL."""
    if not request.params:
        return request.url
    base, hash_sign, fragment = request.url.partition("#")
    return f"{base}{'&' if '?' in base else '?'}{urlencode(request.params)}{hash_sign}{fragment}"


def redirected(request: HttpRequest, response: HttpResponse) -> HttpRequest | None:
    """Return the request that a redirect asks for, or None where it must not be followed."""
    import httpx2  # noqa: PLC0415 - loaded long before

    location = response.headers.get("location")
    if response.status not in _REDIRECTS or not location or request.method not in {"GET", "HEAD"}:
        return None
    here = httpx2.URL(with_params(request))
    try:
        there = here.join(location)
    except httpx2.InvalidURL:
        return None
    if there.scheme != "https" and (there.scheme != "http" or here.scheme != "http"):
        return None
    same_origin = (here.scheme, here.host, here.port) == (there.scheme, there.host, there.port)
    # An address or an authority of one's own is meant for this server alone.
    if not same_origin and (request.address is not None or request.ca_file is not None):
        return None
    headers = {
        name: value for name, value in request.headers.items() if same_origin or name.lower() in _HEADERS_FOR_STRANGERS
    }
    return replace(request, url=str(there), params=(), headers=headers)


def at_address(url: str, address: str | None) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return the URL that leads to `address`, the headers and the extensions with which it still means its host."""
    if address is None:
        return url, {}, {}
    parts = urlsplit(url)
    place = f"[{address}]" if ":" in address else address
    port = "" if parts.port is None else f":{parts.port}"
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{place}{port}").geturl(), {"host": host}, {"sni_hostname": parts.hostname or ""}
