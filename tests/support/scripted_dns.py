"""A name server over TCP that answers what the test says, for what no real server does on demand."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from typing import TYPE_CHECKING

import dns.message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    Script = Callable[[dns.message.Message], bytes]


@contextlib.asynccontextmanager
async def scripted_dns(script: Script) -> AsyncIterator[int]:
    """Serve on a free loopback port and give the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            wire = script(dns.message.from_wire(await reader.readexactly(length), keyring=False))
            writer.write(struct.pack("!H", len(wire)) + wire)
            await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
