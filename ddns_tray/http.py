"""The only way to HTTP: `HttpxClient` carries `HttpRequest`s over httpx2 and lets nothing but `TransportError` out.

Why a room of its own: time limits, size limits, certificate checks and "may the request have arrived?" decide whether
an address is wrong or a write happened twice, so they are settled once, here (docs/decisions/http-client.md). It does
not judge a status code, does not retry, and keeps no cookies.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import socket
import ssl
import zlib
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, NamedTuple, NoReturn
from urllib.parse import urlencode, urlsplit

from ddns_tray import __version__
from ddns_tray.core.errors import (
    AnswerTooLarge,
    ConnectFailed,
    ConnectionLost,
    TimedOut,
    TlsFailed,
    TransportError,
)
from ddns_tray.core.model import Family
from ddns_tray.core.ports import HttpResponse
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterator, Mapping
    from pathlib import Path

    import httpx2

    from ddns_tray.core.ports import HttpRequest

USER_AGENT = f"ddns-tray/{__version__}"
MAX_REDIRECTS = 5
KEEP_IDLE_SECONDS = 75.0
"""How long an idle connection is kept: a little more than the usual minute between two rounds."""

_ANY_ADDRESS = {Family.IPV4: "0.0.0.0", Family.IPV6: "::"}  # noqa: S104 - the end of a connection, nothing listens here
_FAMILY_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS_FOR_STRANGERS = frozenset({"accept", "accept-language", "user-agent"})
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?")
_GZIP_WINDOW = 31


class _Line(NamedTuple):
    """What two requests must have in common to share connections."""

    local_address: str | None
    use_proxy: bool


class _Progress:
    """How far a request has come, told by the trace hook of httpcore2: whether it has left, what is half open."""

    __slots__ = ("_opening", "sent")

    def __init__(self) -> None:
        self.sent = False
        self._opening: object = None

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        if event == "connection.connect_tcp.complete":
            self._opening = info.get("return_value")
        elif event.endswith("start_tls.complete"):
            self._opening = None
        elif event.endswith("send_request_headers.started"):
            self._opening = None
            # A CONNECT to a proxy is not the request: nothing of it has reached the other side yet.
            self.sent = self.sent or getattr(info.get("request"), "method", b"") != b"CONNECT"

    async def aclose(self) -> None:
        """Close the socket that httpcore2 2.16 forgets when it is cancelled within a TLS handshake."""
        close = getattr(self._opening, "aclose", None)
        if close is not None:
            await close()


class HttpxClient:
    """`core.ports.HttpClient` over httpx2, HTTP/1.1 with kept connections.

    `ca_file` adds one's own certificate authority (PEM) to those of the system; checks are never off. `transport`
    replaces the network, for contract suites. httpx2 and the certificates are loaded with the first request, in a
    thread, so that neither the start of the program nor its window waits for them.
    """

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None, ca_file: str | Path | None = None) -> None:
        self._transport = transport
        self._ca_file = ca_file
        self._ssl_context: ssl.SSLContext | None = None
        self._loading = asyncio.Lock()
        self._clients: dict[_Line, httpx2.AsyncClient] = {}
        for name in ("httpx2", "httpcore2"):  # their INFO and DEBUG lines show whole URLs and headers, secrets included
            logging.getLogger(name).setLevel(logging.WARNING)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and read its whole answer, within `request.timeout` seconds in all.

        A redirect is followed only if asked for, only for GET and HEAD, at most five times and never from https to
        http; one that is not followed is the answer. Headers that may hold secrets do not go to another host.
        """
        host = _host(request.url)
        _check_headers(request, host)
        progress = _Progress()
        failure: TransportError
        try:
            async with asyncio.timeout(request.timeout):
                return await self._follow(request, progress)
        except TransportError:
            raise
        except TimeoutError as exc:
            raise TimedOut(
                text("{host} did not answer within {seconds} seconds.", host=host, seconds=f"{request.timeout:g}"),
                text("Check the network connection; the server may also be overloaded."),
                sent=progress.sent or self._transport is not None,
            ) from exc
        except Exception as exc:  # noqa: BLE001 - the promise of the port: whatever the libraries raise ends here
            failure = _converted(exc, host, request.family)
            if failure.__cause__ is not None:
                raise failure from failure.__cause__
        finally:
            await progress.aclose()
        raise failure

    async def aclose(self) -> None:
        """Close kept connections. A later `send` opens new ones."""
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.aclose()

    async def _follow(self, request: HttpRequest, progress: _Progress) -> HttpResponse:
        client = await self._client(request)
        response = await self._exchange(client, request, progress)
        redirects = 0
        while request.follow_redirects and redirects < MAX_REDIRECTS:
            onward = _redirected(request, response)
            if onward is None:
                break
            redirects += 1
            request = onward
            response = await self._exchange(client, request, progress)
        return response

    @staticmethod
    async def _exchange(client: httpx2.AsyncClient, request: HttpRequest, progress: _Progress) -> HttpResponse:
        outgoing = client.build_request(
            request.method,
            _with_params(request),
            headers=dict(request.headers),
            content=request.body or None,
            extensions={"trace": progress},
        )
        incoming = await client.send(outgoing, stream=True)
        try:
            headers = dict(incoming.headers)
            body = b""
            if request.method != "HEAD":
                _check_announced_length(headers, request)
                body = await _read_body(_byte_stream(incoming), headers.get("content-encoding", ""), request)
        finally:
            await incoming.aclose()
        return HttpResponse(incoming.status_code, headers, body)

    async def _client(self, request: HttpRequest) -> httpx2.AsyncClient:
        line = self._line(request)
        client = self._clients.get(line)
        if client is None:
            async with self._loading:
                if self._ssl_context is None:
                    self._ssl_context = await asyncio.to_thread(_load_ssl_context, self._ca_file)
            client = self._clients.get(line)
            if client is None:
                client = self._clients[line] = self._open(line, self._ssl_context)
        return client

    def _line(self, request: HttpRequest) -> _Line:
        """Choose the line. A forced family or local address goes out directly: no proxy could keep that promise."""
        if self._transport is not None:
            return _Line(None, use_proxy=False)
        _ = urlsplit(request.url).port  # raises ValueError for a port that is none; httpx2 would look up the name first
        if request.family is not None:
            _check_family(_host(request.url), request.family)
        local_address = request.local_address
        if local_address is None and request.family is not None:
            local_address = _ANY_ADDRESS[request.family]
        return _Line(local_address, use_proxy=request.use_proxy and local_address is None)

    def _open(self, line: _Line, ssl_context: ssl.SSLContext) -> httpx2.AsyncClient:
        import httpx2  # noqa: PLC0415 - loaded by `_load_ssl_context` in a thread, not at the start of the program

        limits = httpx2.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=KEEP_IDLE_SECONDS)
        transport = self._transport
        if transport is None and line.local_address is not None:
            transport = httpx2.AsyncHTTPTransport(
                verify=ssl_context, local_address=line.local_address, limits=limits, trust_env=False
            )
        return httpx2.AsyncClient(
            verify=ssl_context,
            transport=transport,
            trust_env=line.use_proxy,
            limits=limits,
            timeout=None,  # `send` bounds the whole exchange, which no time limit of httpx2 does
            headers={"user-agent": USER_AGENT, "accept-encoding": "gzip"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )


# --- before sending -------------------------------------------------------------------------------------------------


def _load_ssl_context(ca_file: str | Path | None) -> ssl.SSLContext:
    import httpx2  # noqa: PLC0415 - some 100 ms of import that the start of the program does not pay

    context = httpx2.create_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _host(url: str) -> str:
    """Return the host alone: the rest of a URL may hold secrets."""
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"


def _check_headers(request: HttpRequest, host: str) -> None:
    """Refuse what HTTP cannot carry before a library can quote it in an error message."""
    for name, value in request.headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise ConnectFailed(
                text("The request for {host} holds characters that HTTP cannot carry.", host=host),
                text("Check the credentials for line breaks, spaces and other stray characters."),
            )


def _check_family(host: str, family: Family) -> None:
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return
    if literal.version != family.version:
        raise ConnectFailed(
            text("{host} is not an {family} address.", host=host, family=_FAMILY_NAMES[family]),
            text("Use a host name, or ask this server for the other kind of address only."),
        )


def _with_params(request: HttpRequest) -> str:
    if not request.params:
        return request.url
    base, hash_sign, fragment = request.url.partition("#")
    return f"{base}{'&' if '?' in base else '?'}{urlencode(request.params)}{hash_sign}{fragment}"


def _redirected(request: HttpRequest, response: HttpResponse) -> HttpRequest | None:
    """Return the request that a redirect asks for, or None where it must not be followed."""
    import httpx2  # noqa: PLC0415 - loaded long before

    location = response.headers.get("location")
    if response.status not in _REDIRECTS or not location or request.method not in {"GET", "HEAD"}:
        return None
    here = httpx2.URL(_with_params(request))
    try:
        there = here.join(location)
    except httpx2.InvalidURL:
        return None
    if there.scheme != "https" and (there.scheme != "http" or here.scheme != "http"):
        return None
    same_origin = (here.scheme, here.host, here.port) == (there.scheme, there.host, there.port)
    headers = {
        name: value for name, value in request.headers.items() if same_origin or name.lower() in _HEADERS_FOR_STRANGERS
    }
    return replace(request, url=str(there), params=(), headers=headers)


# --- reading --------------------------------------------------------------------------------------------------------


def _byte_stream(response: httpx2.Response) -> AsyncIterable[bytes]:
    """Return the body as it comes off the wire, so that unpacking it can be bounded."""
    import httpx2  # noqa: PLC0415 - loaded long before

    if not isinstance(response.stream, httpx2.AsyncByteStream):
        message = "the transport gave a body that cannot be read asynchronously"
        raise TypeError(message)
    return response.stream


def _too_large(request: HttpRequest) -> NoReturn:
    raise AnswerTooLarge(
        text("{host} answered with more than {limit} bytes.", host=_host(request.url), limit=request.max_bytes),
        text("This is probably not the server that was meant; check its address."),
        sent=True,
    )


def _garbled(request: HttpRequest) -> ConnectionLost:
    return ConnectionLost(
        text("The answer of {host} is damaged.", host=_host(request.url)),
        text("Nothing needs doing if this passes; otherwise look for a proxy or a virus scanner on the way."),
        sent=True,
    )


def _check_announced_length(headers: Mapping[str, str], request: HttpRequest) -> None:
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > request.max_bytes:
        _too_large(request)


async def _read_body(chunks: AsyncIterable[bytes], encoding: str, request: HttpRequest) -> bytes:
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


# --- what went wrong ------------------------------------------------------------------------------------------------


def _converted(exc: Exception, host: str, family: Family | None) -> TransportError:
    """Turn what a library raised into one of ours, with `__cause__` set where the cause cannot quote a secret."""
    import httpx2  # noqa: PLC0415 - loaded long before, or the import is what failed

    if isinstance(exc, (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, ValueError)):
        return ConnectFailed(  # without its cause: the libraries quote the URL or header that they refuse
            text("The address of the server {host} cannot be used.", host=host),
            text("Write it as https://host/ with nothing unusual in it."),
        )
    failure: TransportError
    causes = tuple(_causes(exc))
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    connecting = isinstance(exc, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError))
    if connecting and tls is not None:
        failure = TlsFailed(
            text("{host} could not prove who it is ({reason}).", host=host, reason=_tls_reason(tls)),
            text("Check this computer's clock, and whether a sign-in page or a firewall stands in between."),
        )
    elif isinstance(exc, httpx2.ProxyError):
        failure = ConnectFailed(
            text("The proxy did not let us through to {host}.", host=host),
            text("Check the proxy settings of this computer."),
        )
    elif connecting:
        failure = _connect_failure(causes, host, family)
    elif isinstance(exc, OSError):
        failure = ConnectFailed(
            text("The certificates for {host} could not be loaded.", host=host),
            text("Check that the file of the certificate authority exists and can be read."),
        )
    elif isinstance(exc, httpx2.TimeoutException):
        failure = TimedOut(
            text("{host} did not answer in time.", host=host),
            text("Check the network connection; the server may also be overloaded."),
            sent=True,
        )
    else:
        failure = ConnectionLost(
            text("The connection to {host} broke.", host=host),
            text("Nothing needs doing if this passes; otherwise check the network connection."),
            sent=True,
        )
    failure.__cause__ = exc
    return failure


def _connect_failure(causes: tuple[BaseException, ...], host: str, family: Family | None) -> ConnectFailed:
    not_found = any(isinstance(cause, socket.gaierror) for cause in causes)
    if not_found and family is not None:
        return ConnectFailed(
            text("The name {host} was not found, or has no {family} address.", host=host, family=_FAMILY_NAMES[family]),
            text("Check the network connection and the spelling of the name."),
        )
    if not_found:
        return ConnectFailed(
            text("The name {host} was not found.", host=host),
            text("Check the network connection and the spelling of the name."),
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return ConnectFailed(
            text("{host} does not accept connections.", host=host),
            text("Check that the server is running and that the port is right."),
        )
    return ConnectFailed(
        text("There is no way to {host}.", host=host),
        text("Check the network connection, and a firewall if there is one."),
    )


def _tls_reason(exc: ssl.SSLError) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return exc.verify_message
    return (exc.reason or "TLS").replace("_", " ").lower()


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that led to it, groups unpacked."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [exc]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions
