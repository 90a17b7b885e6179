"""Reading an answer's body: bounded on the wire and after unpacking, whatever the server announces."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NoReturn

from ddns_tray.core.errors import AnswerTooLarge, ConnectionLost
from ddns_tray.core.text import text
from ddns_tray.http.outgoing import host_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Mapping

    import httpx2

    from ddns_tray.core.ports import HttpRequest

_GZIP_WINDOW = 31


def byte_stream(response: httpx2.Response) -> AsyncIterable[bytes]:
    """Return the body as it comes off the wire, so that unpacking it can be bounded."""
    import httpx2  # noqa: PLC0415 - loaded long before

    if not isinstance(response.stream, httpx2.AsyncByteStream):
        message = "the transport gave a body that cannot be read asynchronously"
        raise TypeError(message)
    return response.stream


def _too_large(request: HttpRequest) -> NoReturn:
    raise AnswerTooLarge(
        text("{host} answered with more than {limit} bytes.", host=host_of(request.url), limit=request.max_bytes),
        text("This is probably not the server that was meant; check its address."),
        sent=True,
    )


def _garbled(request: HttpRequest) -> ConnectionLost:
    return ConnectionLost(
        text("The answer of {host} is damaged.", host=host_of(request.url)),
        text("Nothing needs doing if this passes; otherwise look for a proxy or a virus scanner on the way."),
        sent=True,
    )


def check_announced_length(headers: Mapping[str, str], request: HttpRequest) -> None:
    """Refuse an answer that says itself that it is too large."""
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > request.max_bytes:
        _too_large(request)


async def read_body(chunks: AsyncIterable[bytes], encoding: str, request: HttpRequest) -> bytes:
    """Read at most `max_bytes`, counted after unpacking, and never unpack more than that."""
    unpack = None
    if encoding.strip().lower() in {"gzip", "x-gzip"}:
        unpack = zlib.decompressobj(_GZIP_WINDOW)
    elif encoding.strip().lower() not in {"", "identity"}:
        raise _garbled(request)
    body = bytearray()
    packed = 0
    async for chunk in chunks:
        packed += len(chunk)
        if unpack is None:
            body += chunk
        else:
            try:
                body += unpack.decompress(chunk, request.max_bytes + 1 - len(body))
            except zlib.error as exc:
                raise _garbled(request) from exc
        if max(len(body), packed) > request.max_bytes:
            _too_large(request)
    if unpack is not None and packed and not unpack.eof:
        raise _garbled(request)
    return bytes(body)
