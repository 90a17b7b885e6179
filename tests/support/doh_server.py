"""A DNS over HTTPS server in the test's own event loop: HTTP/2 by the library h2, or HTTP/1.1, over a `DnsServer`.

For real servers see `real_bed`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import h2.config
import h2.connection
import h2.events

from tests.support.dns_server import LOOPBACK, build

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

    from tests.support.dns_server import DnsServer


@dataclass
class DohServer:
    """Answers questions as `dns` does. `silent` takes them and says nothing; `versions` are what was spoken."""

    dns: DnsServer
    tls: ssl.SSLContext
    http2: bool = True
    silent: bool = False
    port: int = 0
    connections: int = 0
    versions: list[str] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    _left: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[DohServer]:
        """Serve until the block ends."""
        self.tls.set_alpn_protocols(["h2", "http/1.1"] if self.http2 else ["http/1.1"])
        server = await asyncio.start_server(self._serve, LOOPBACK, 0, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in list(self._writers):
                writer.transport.abort()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
            await server.wait_closed()
            await asyncio.sleep(0)

    async def left_with(self, connections: int) -> None:
        """Wait until no more than so many connections are open."""
        while len(self._writers) > connections:
            self._left.clear()
            await self._left.wait()

    async def hang_up(self) -> None:
        """Close every connection, as servers do with idle ones."""
        for writer in list(self._writers):
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            version = writer.get_extra_info("ssl_object").selected_alpn_protocol()
            await (self._http2(reader, writer) if version == "h2" else self._http1(reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone
        finally:
            self._writers.discard(writer)
            self._left.set()
            writer.close()

    async def _http2(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        state.initiate_connection()
        writer.write(state.data_to_send())
        while octets := await reader.read(65_536):
            for event in state.receive_data(octets):
                if isinstance(event, h2.events.RequestReceived):
                    fields = {name.decode(): value.decode() for name, value in event.headers or []}
                    self.hosts.add(fields[":authority"])
                    answer = self._answer("HTTP/2", fields[":path"])
                    if answer is not None:
                        headers = [(":status", "200"), ("content-type", "application/dns-message")]
                        state.send_headers(event.stream_id, headers)
                        state.send_data(event.stream_id, answer, end_stream=True)
            writer.write(state.data_to_send())
            await writer.drain()

    async def _http1(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-1])}
            self.hosts.add(fields["host"])
            answer = self._answer("HTTP/1.1", head[0].split()[1])
            if answer is not None:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer))
                await writer.drain()

    def _answer(self, version: str, path: str) -> bytes | None:
        self.versions.append(version)
        if self.silent:
            return None
        asked = parse_qs(urlsplit(path).query)["dns"][0]
        wire = base64.urlsafe_b64decode(asked + "=" * (-len(asked) % 4))
        self.ids.append(int.from_bytes(wire[:2]))
        (answer,) = self.dns.reply_to(wire, "https", ("", 0))
        return build(wire, answer)
