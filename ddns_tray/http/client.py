"""`HttpxClient`: one request from here to its whole answer, within its limits, or a `TransportError`."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.errors import TimedOut, TransportError
from ddns_tray.core.ports import HttpResponse
from ddns_tray.core.text import text
from ddns_tray.http.body import byte_stream, check_announced_length, read_body
from ddns_tray.http.failures import converted
from ddns_tray.http.lines import Line, line_of, load_ssl_context, open_line
from ddns_tray.http.outgoing import at_address, check_headers, host_of, redirected, with_params

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from pathlib import Path

    import httpx2

    from ddns_tray.core.ports import Binder, HttpRequest, Lookup

MAX_REDIRECTS = 5


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


@dataclass(slots=True, eq=False)
class _Kept:
    """The connections of one line. `users` are the requests on their way; a `retired` one takes no more."""

    client: httpx2.AsyncClient
    users: int = 0
    retired: bool = False


class HttpxClient:
    """`core.ports.HttpClient` over httpx2, with kept connections: HTTP/1.1, and HTTP/2 where a request offers it.

    `ca_file` adds one's own certificate authority (PEM) to those of the system; checks are never off. `transport`
    replaces the network, for contract suites; `bind` binds sockets where a request wants a line, and `lookup` looks
    names up for it. httpx2 and the certificates are loaded with the first request, in a thread, so that neither the
    start of the program nor its window waits for them.
    """

    def __init__(
        self,
        transport: httpx2.AsyncBaseTransport | None = None,
        ca_file: str | Path | None = None,
        *,
        bind: Binder | None = None,
        lookup: Lookup | None = None,
    ) -> None:
        self._transport = transport
        self._bind = bind
        self._lookup = lookup
        self._ca_file = ca_file
        self._ssl_contexts: dict[tuple[str | None, bool], ssl.SSLContext] = {}
        self._loading = asyncio.Lock()
        self._lines: dict[Line, _Kept] = {}
        for name in ("httpx2", "httpcore2"):  # their INFO and DEBUG lines show whole URLs and headers, secrets included
            logging.getLogger(name).setLevel(logging.WARNING)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and read its whole answer, within `request.timeout` seconds in all.

        A redirect is followed only if asked for, only for GET and HEAD, at most five times and never from https to
        http; one that is not followed is the answer. Headers that may hold secrets do not go to another host.
        """
        host = host_of(request.url)
        check_headers(request, host)
        progress = _Progress()
        failure: TransportError
        try:
            async with asyncio.timeout(request.timeout):
                return await self._on_its_line(request, progress)
        except TransportError:
            raise
        except TimeoutError as exc:
            raise TimedOut(
                text("{host} did not answer within {seconds} seconds.", host=host, seconds=f"{request.timeout:g}"),
                text("Check the network connection; the server may also be overloaded."),
                sent=progress.sent or self._transport is not None,
            ) from exc
        except Exception as exc:  # noqa: BLE001 - the promise of the port: whatever the libraries raise ends here
            failure = converted(exc, host, request.family)
            if failure.__cause__ is not None:
                raise failure from failure.__cause__
        finally:
            await progress.aclose()
        raise failure

    async def aclose(self) -> None:
        """Close kept connections. A later `send` opens new ones."""
        lines = list(self._lines.values())
        self._lines.clear()
        for kept in lines:
            await kept.client.aclose()

    async def _on_its_line(self, request: HttpRequest, progress: _Progress) -> HttpResponse:
        line = Line(None, use_proxy=False) if self._transport is not None else line_of(request)
        kept = await self._kept(line)
        kept.users += 1
        try:
            return await self._follow(kept.client, request, progress)
        except asyncio.CancelledError:
            # A request that is given up closes its HTTP/1.1 connection, but leaves an HTTP/2 one to the others: if
            # the way is dead, each of them would wait in vain. So the next ones get a new connection.
            if line.http2 and self._lines.get(line) is kept:
                del self._lines[line]
                kept.retired = True
            raise
        finally:
            kept.users -= 1
            if kept.retired and not kept.users:
                await kept.client.aclose()

    @classmethod
    async def _follow(cls, client: httpx2.AsyncClient, request: HttpRequest, progress: _Progress) -> HttpResponse:
        response = await cls._exchange(client, request, progress)
        redirects = 0
        while request.follow_redirects and redirects < MAX_REDIRECTS:
            onward = redirected(request, response)
            if onward is None:
                break
            redirects += 1
            request = onward
            response = await cls._exchange(client, request, progress)
        return response

    @staticmethod
    async def _exchange(client: httpx2.AsyncClient, request: HttpRequest, progress: _Progress) -> HttpResponse:
        url, named, extensions = at_address(with_params(request), request.address)
        outgoing = client.build_request(
            request.method,
            url,
            headers={**request.headers, **named},
            content=request.body or None,
            extensions={"trace": progress, **extensions},
        )
        incoming = await client.send(outgoing, stream=True)
        try:
            headers = dict(incoming.headers)
            body = b""
            if request.method != "HEAD":
                check_announced_length(headers, request)
                body = await read_body(byte_stream(incoming), headers.get("content-encoding", ""), request)
        finally:
            await incoming.aclose()
        return HttpResponse(incoming.status_code, headers, body)

    async def _kept(self, line: Line) -> _Kept:
        kept = self._lines.get(line)
        if kept is None:
            context = await self._ssl_context(line)
            kept = self._lines.get(line)
            if kept is None:
                kept = self._lines[line] = _Kept(
                    open_line(line, context, self._transport, bind=self._bind, lookup=self._lookup)
                )
                await self._retire_other_lanes(line)
        return kept

    async def _retire_other_lanes(self, line: Line) -> None:
        for other in [each for each in self._lines if each != line and each._replace(lane=line.lane) == line]:
            old = self._lines.pop(other)
            old.retired = True
            if not old.users:
                await old.client.aclose()

    async def _ssl_context(self, line: Line) -> ssl.SSLContext:
        """Load what certificates are checked against; it also offers HTTP/2 or not, so not all lines share it."""
        key = (line.ca_file, line.http2)
        async with self._loading:
            if key not in self._ssl_contexts:
                self._ssl_contexts[key] = await asyncio.to_thread(load_ssl_context, self._ca_file, line.ca_file)
            return self._ssl_contexts[key]
