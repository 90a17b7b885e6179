"""What most signatures share: a request in canonical form, keys derived step by step, a result that shows its steps."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.ports import HttpRequest

Pairs = tuple[tuple[str, str], ...]

_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True)
class Message:
    """A request as a signature sees it. `path` is not encoded; `headers` are those that are signed, and no others."""

    method: str
    path: str = "/"
    query: Pairs = ()
    headers: Pairs = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature and how it came about. It is as secret as a door that closes after some minutes."""

    canonical_request: str
    string_to_sign: str
    signature: str
    authorization: str


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical request and the names of the headers in it, joined by semicolons."""

    request: str
    signed_headers: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the request, in hexadecimal digits."""
        return sha256(self.request.encode()).hexdigest()


def encoded(value: str) -> str:
    """Percent-encode all but the unreserved signs (RFC 3986 §2.3)."""
    return quote(value, safe="")


def encoded_path(path: str) -> str:
    """Percent-encode a path, slashes kept."""
    return quote(path, safe="/")


def canonical_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Encode and sort parameters: by name, then by value."""
    return "&".join(
        f"{name}={value}" for name, value in sorted((encoded(name), encoded(value)) for name, value in pairs)
    )


def canonical_headers(headers: Pairs) -> dict[str, str]:
    """Lower-case names in order; values trimmed, inner spaces folded, several of one name joined by commas."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(" ".join(value.split()))
    return {name: ",".join(found[name]) for name in sorted(found)}


def canonical(message: Message, path: str, *, digest: str | None = None) -> Canonical:
    """Make the canonical request in the shape that AWS invented and many took over; `path` is encoded already."""
    headers = canonical_headers(message.headers)
    names = ";".join(headers)
    block = "".join(f"{name}:{value}\n" for name, value in headers.items())
    payload = digest if digest is not None else sha256(message.body).hexdigest()
    return Canonical(
        "\n".join((message.method, path, canonical_query(message.query), block, names, payload)),
        names,
    )


def hmac_sha256(key: bytes, text: str) -> bytes:
    """One step of a derivation."""
    return hmac.digest(key, text.encode(), "sha256")


def derived_key(secret: str, *steps: str) -> bytes:
    """Derive a key that is good for these steps alone: a day, a region, a service."""
    key = secret.encode()
    for step in steps:
        key = hmac_sha256(key, step)
    return key


def utc(now: float, form: str) -> str:
    """Write a time (seconds since the epoch) in UTC."""
    return datetime.fromtimestamp(int(now), UTC).strftime(form)


def host_of(url: str) -> str:
    """Return the Host header that an HTTP client sends for this URL."""
    parts = urlsplit(url)
    return parts.netloc.removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))


def exact(request: HttpRequest) -> HttpRequest:
    """Write the parameters into the URL as they are signed; HTTP clients write a space in the manner of forms."""
    if not request.params:
        return request
    sign = "&" if urlsplit(request.url).query else "?"
    return replace(request, url=f"{request.url}{sign}{canonical_query(request.params)}", params=())


def message_of(request: HttpRequest, headers: Iterable[tuple[str, str]] = ()) -> Message:
    """Read a request as it goes out, with `host` and the given headers to be signed."""
    parts = urlsplit(request.url)
    query = (*parse_qsl(parts.query, keep_blank_values=True), *request.params)
    signed = (("host", host_of(request.url)), *headers)
    return Message(request.method, unquote(parts.path) or "/", query, signed, request.body)
