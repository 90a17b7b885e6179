"""Events of UPnP devices (GENA, UPnP Device Architecture 1.1 §4): subscribe, renew, unsubscribe, and be called back.

The callback is a small HTTP server on our address in the house. It listens to the router alone, on a path that nobody
can guess, and believes nothing that it is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from typing import TYPE_CHECKING, Protocol, Self

from ddns_tray.core.errors import DdnsTrayError, DetectorError
from ddns_tray.core.model import Family
from ddns_tray.core.ports import HttpRequest
from ddns_tray.core.text import text
from ddns_tray.detectors.strange_xml import read_xml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from ddns_tray.core.ports import Clock, HttpClient, HttpResponse

log = logging.getLogger(__name__)

WANTED_SECONDS = 1800
_SHORTEST, _LONGEST = 60.0, 86_400.0
_REQUEST_SECONDS = 5.0
_GOODBYE_SECONDS = 1.0
_LONGEST_HEAD = 8192
_LONGEST_BODY = 65_536
_MOST_CALLERS = 8
_OK = 200
_TELLING = ("ExternalIPAddress", "ConnectionStatus")


class OnEvent(Protocol):
    """Told of each event; `first` for the one that a subscription begins with."""

    def __call__(self, *, first: bool) -> None:
        """Take one event."""


class CallbackServer:
    """Takes NOTIFY requests of one router."""

    def __init__(self, local: str, router: str, on_event: OnEvent) -> None:
        self._local = local
        self._router = router
        self._on_event = on_event
        self._path = f"/{secrets.token_urlsafe(16)}"
        self._server: asyncio.Server | None = None
        self._callers: set[asyncio.Task[None]] = set()

    async def open(self) -> str:
        """Listen, and return the URL to call. Raises `OSError`."""
        self._server = await asyncio.start_server(self._accept, self._local, 0, limit=_LONGEST_HEAD)
        port = self._server.sockets[0].getsockname()[1]
        return f"http://{self._local}:{port}{self._path}"

    async def close(self) -> None:
        """Stop listening, and let nobody finish."""
        if self._server is not None:
            self._server.close()
            for task in self._callers:
                task.cancel()
            await asyncio.gather(*self._callers, return_exceptions=True)
            await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")
        if not peer or peer[0] != self._router or len(self._callers) >= _MOST_CALLERS:
            writer.transport.abort()
            return
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._callers.add(task)
        task.add_done_callback(self._callers.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                taken = await self._take(reader)
                status = b"200 OK" if taken else b"412 Precondition Failed"
                writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError) as exc:
            log.debug("an event could not be read: %r", exc)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _take(self, reader: asyncio.StreamReader) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request, *lines = head.split("\r\n")
        headers = _headers(lines)
        if request.split(" ")[:2] != ["NOTIFY", self._path] or headers.get("nts") != "upnp:propchange":
            return False
        length = headers.get("content-length", "")
        body = b""
        if length.isascii() and length.isdigit() and int(length) <= _LONGEST_BODY:
            body = await reader.readexactly(int(length))
        first = headers.get("seq") == "0"
        if first or _may_tell_of_the_address(body):
            self._on_event(first=first)
        return True


def _headers(lines: Sequence[str]) -> Mapping[str, str]:
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _may_tell_of_the_address(body: bytes) -> bool:
    """Say whether an event is about the line; one that cannot be read may be, one about port mappings is not."""
    try:
        root = read_xml(body)
    except DdnsTrayError:
        return True
    return any(next(root.descendants(name), None) is not None for name in _TELLING)


class Subscription:
    """Subscriptions to the services of one router, held together: when one ends, all do."""

    def __init__(self, http: HttpClient, clock: Clock, server: CallbackServer) -> None:
        self._http = http
        self._clock = clock
        self._server = server
        self._held: dict[str, str] = {}
        self._seconds = _LONGEST

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for url, sid in self._held.items():
            with contextlib.suppress(DdnsTrayError):
                await self._send("UNSUBSCRIBE", url, {"sid": sid}, _GOODBYE_SECONDS)
        await self._server.close()

    async def begin(self, urls: Sequence[str]) -> None:
        """Subscribe to every service that lets us. Raises `DdnsTrayError` if none does, `OSError`."""
        callback = await self._server.open()
        failure: DdnsTrayError = _no_events()
        for url in dict.fromkeys(urls):
            headers = {"callback": f"<{callback}>", "nt": "upnp:event", "timeout": f"Second-{WANTED_SECONDS}"}
            try:
                self._held[url] = self._granted(await self._send("SUBSCRIBE", url, headers))
            except DdnsTrayError as exc:
                failure = exc
        if not self._held:
            raise failure

    async def keep(self) -> None:
        """Renew in time; return when the router no longer wants to."""
        while True:
            await self._clock.sleep(self._seconds / 2)
            self._seconds = _LONGEST
            try:
                for url, sid in self._held.items():
                    headers = {"sid": sid, "timeout": f"Second-{WANTED_SECONDS}"}
                    self._granted(await self._send("SUBSCRIBE", url, headers))
            except DdnsTrayError as exc:
                log.debug("the subscription could not be renewed: %s", exc)
                return

    def _granted(self, response: HttpResponse) -> str:
        """Note for how long the subscription holds, and return its id."""
        sid = response.headers.get("sid", "")
        if response.status != _OK or not sid:
            raise _no_events()
        told = response.headers.get("timeout", "").lower().removeprefix("second-")
        seconds = float(told) if told.isascii() and told.isdigit() else WANTED_SECONDS
        self._seconds = min(self._seconds, max(_SHORTEST, seconds))
        return sid

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], seconds: float = _REQUEST_SECONDS
    ) -> HttpResponse:
        return await self._http.send(
            HttpRequest(
                method,
                url,
                headers={**headers, "connection": "close"},
                timeout=seconds,
                max_bytes=_LONGEST_BODY,
                family=Family.IPV4,
                use_proxy=False,
            )
        )


async def subscribe(http: HttpClient, clock: Clock, server: CallbackServer, urls: Sequence[str]) -> Subscription:
    """Subscribe, and return what has to be kept and closed. Raises `DdnsTrayError` or `OSError`."""
    subscription = Subscription(http, clock, server)
    try:
        await subscription.begin(urls)
    except BaseException:
        await subscription.__aexit__(None, None, None)
        raise
    return subscription


def _no_events() -> DetectorError:
    return DetectorError(
        text("The router does not tell when its address changes."),
        text("Nothing needs doing: it is asked from time to time."),
    )
