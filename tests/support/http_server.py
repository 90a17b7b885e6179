"""A small real HTTP/1.1 server on loopback that does what a script says: also the rude things that servers do.

    async with HttpServer({"/ip": Answer(body=b"203.0.113.7")}) as server:
        await client.send(HttpRequest("GET", server.url("/ip")))
        assert server.requests[0].path == "/ip"

An answer may also be a function of the request. Unscripted paths get 404.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from types import TracebackType


class Framing(Enum):
    """How the end of a body is told."""

    LENGTH = auto()
    CHUNKED = auto()
    CLOSE = auto()
    """By closing the connection, as HTTP/1.0 did: a cut looks like an end."""


class Fault(Enum):
    """What the server does instead of answering well."""

    NONE = auto()
    STALL = auto()
    """Read the request and never say a word."""
    STALL_IN_BODY = auto()
    """Send the headers and half of the body, then nothing more."""
    CUT = auto()
    """Close without an answer."""
    CUT_IN_BODY = auto()
    """Send the headers and half of the body, then close."""
    DRIP = auto()
    """Send the body for ever, a byte every 10 ms."""
    CLOSE_AFTER = auto()
    """Answer well and close the connection, without having said so."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came; header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    peer: str
    connection: int
    """Which connection it came on, counted from 1."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send. `repeat` sends the body that many times, for huge ones; `raw` replaces everything."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    framing: Framing = Framing.LENGTH
    fault: Fault = Fault.NONE
    repeat: int = 1
    raw: bytes | None = None


Script = Answer | Callable[[Received], Answer]


@dataclass
class HttpServer:
    """An async context manager; `requests` are those received so far, in order."""

    script: dict[str, Script] = field(default_factory=dict)
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        """Return the URL of `path` here, by the address or by another `host` name for it."""
        name = host or self.host
        return f"{'https' if self.tls else 'http'}://{f'[{name}]' if ':' in name else name}:{self.port}{path}"

    async def received(self, count: int) -> None:
        """Return as soon as `count` requests are here."""
        while len(self.requests) < count:
            self._news.clear()
            await self._news.wait()

    async def idle(self) -> None:
        """Return as soon as no connection is open."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer, self.connections))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        peer = str(writer.get_extra_info("peername")[0])
        try:
            while (received := await _read_request(reader, peer, connection)) is not None:
                self.requests.append(received)
                self._news.set()
                script = self.script.get(received.path, Answer(404))
                answer = script if isinstance(script, Answer) else script(received)
                await _send(writer, answer)
                if (
                    answer.raw is not None
                    or answer.framing is Framing.CLOSE
                    or answer.fault is not Fault.NONE
                    or received.headers.get("connection", "").lower() == "close"
                ):
                    return
        except (OSError, ValueError, asyncio.IncompleteReadError):  # gone, or not HTTP at all
            return
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _read_request(reader: asyncio.StreamReader, peer: str, connection: int) -> Received | None:
    first = await reader.readline()
    if not first:
        return None
    method, target, _ = first.decode("latin-1").split()
    headers: dict[str, str] = {}
    while line := (await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path, _, query = target.partition("?")
    return Received(method, path, query, headers, body, peer, connection)


async def _send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    if answer.fault is Fault.CUT:
        return
    if answer.fault is Fault.STALL:
        await asyncio.Event().wait()
    if answer.raw is not None:
        writer.write(answer.raw)
        await writer.drain()
        return
    headers = list(answer.headers)
    length = len(answer.body) * answer.repeat + (100_000 if answer.fault is Fault.DRIP else 0)
    if answer.framing is Framing.LENGTH:
        headers.append(("Content-Length", str(length)))
    elif answer.framing is Framing.CHUNKED:
        headers.append(("Transfer-Encoding", "chunked"))
    head = f"HTTP/1.1 {answer.status} Scripted\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
    writer.write(head.encode() + b"\r\n")
    await _send_body(writer, answer)


async def _send_body(writer: asyncio.StreamWriter, answer: Answer) -> None:
    chunked = answer.framing is Framing.CHUNKED
    if answer.fault in {Fault.CUT_IN_BODY, Fault.STALL_IN_BODY}:
        half = answer.body[: len(answer.body) // 2]
        writer.write(b"%x\r\n%s\r\n" % (len(half), half) if chunked else half)
        await writer.drain()
        if answer.fault is Fault.STALL_IN_BODY:
            await asyncio.Event().wait()
        return
    while answer.fault is Fault.DRIP:
        writer.write(b"1")
        await writer.drain()
        await asyncio.sleep(0.01)
    for _ in range(answer.repeat):
        if answer.body:
            writer.write(b"%x\r\n%s\r\n" % (len(answer.body), answer.body) if chunked else answer.body)
            await writer.drain()
    if chunked:
        writer.write(b"0\r\n\r\n")
    await writer.drain()
