"""Faults between us and a service: of the wire, on the `HttpClient` port or on a real TCP connection; and of HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from ddns_tray.core.errors import ConnectFailed, ConnectionLost, TimedOut
from ddns_tray.core.ports import HttpResponse
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ddns_tray.core.ports import HttpClient, HttpRequest


class WireFault(StrEnum):
    """What a connection can do to a request."""

    REFUSED = "refused"
    """Nothing is sent."""
    STALL = "stall"
    """The request arrives and is carried out; the answer never comes."""
    CUT = "cut"
    """The request arrives and is carried out; the answer breaks off in the middle."""


MAINTENANCE_PAGE = b"<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body>Back soon.</body></html>"


def answer(status: int, body: bytes = b"{}", content_type: str = "application/json", **headers: str) -> HttpResponse:
    """An HTTP answer; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, {"content-type": content_type, **named}, body)


class FaultyHttp:
    """An `HttpClient` in front of another one. Faults wait until a request comes that they are meant for."""

    def __init__(self, inner: HttpClient, *, timeout: float = 30.0) -> None:
        self.requests: list[HttpRequest] = []
        self._inner = inner
        self._timeout = timeout
        self._waiting: list[tuple[WireFault | HttpResponse, Callable[[HttpRequest], bool]]] = []

    def fail_next(
        self, fault: WireFault | HttpResponse, when: Callable[[HttpRequest], bool] = lambda _request: True
    ) -> None:
        """Let the next request that fits fail; further calls queue up."""
        self._waiting.append((fault, when))

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        if not self._waiting or not self._waiting[0][1](request):
            return await self._inner.send(replace(request, timeout=min(self._timeout, request.timeout)))
        fault, _ = self._waiting.pop(0)
        if isinstance(fault, HttpResponse):
            return fault
        if fault is WireFault.REFUSED:
            raise ConnectFailed(text("Nobody listens."))
        await self._inner.send(request)
        if fault is WireFault.STALL:
            raise TimedOut(text("No answer in time."), sent=True)
        raise ConnectionLost(text("The connection broke."), sent=True)

    async def aclose(self) -> None:
        await self._inner.aclose()


class Relay(Protocol):
    """A port that leads to a server, with faults on demand."""

    port: int

    def fail_next(self, fault: WireFault, *, skip: int = 0) -> None:
        """Let the next connection fail, after `skip` good ones."""


class _TcpRelay:
    def __init__(self, target: tuple[str, int]) -> None:
        self.port = 0
        self._target = target
        self._waiting: list[WireFault | None] = []

    def fail_next(self, fault: WireFault, *, skip: int = 0) -> None:
        self._waiting += [*([None] * skip), fault]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._waiting.pop(0) if self._waiting else None
        try:
            onward_reader, onward_writer = await asyncio.open_connection(*self._target)
            try:
                async with asyncio.TaskGroup() as group:
                    forth = group.create_task(_pump(reader, onward_writer))
                    await self._answer(onward_reader, writer, fault)
                    forth.cancel()
            finally:
                onward_writer.close()
        except* OSError:
            pass
        finally:
            writer.close()

    @staticmethod
    async def _answer(
        onward_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: WireFault | None
    ) -> None:
        if fault is None:
            await _pump(onward_reader, writer)
            return
        first = await onward_reader.read(65536)
        if fault is WireFault.STALL:
            await asyncio.get_running_loop().create_future()
        writer.write(first[: len(first) // 2])
        await writer.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


@contextlib.asynccontextmanager
async def tcp_relay(host: str, port: int) -> AsyncIterator[Relay]:
    """Run a relay on a free loopback port in front of a server."""
    relay = _TcpRelay((host, port))
    running: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(relay.serve(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
