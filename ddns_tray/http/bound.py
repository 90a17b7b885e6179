"""Connections that take a chosen way to the world; what binds a socket to it comes in as an argument."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import anyio.abc
import httpcore2
from httpcore2._backends.anyio import AnyIOStream  # there is no public way to wrap a connected socket

from ddns_tray.core.model import Family

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ddns_tray.core.model import Binding
    from ddns_tray.core.ports import Binder

_FAMILIES = {socket.AF_INET: Family.IPV4, socket.AF_INET6: Family.IPV6}


class BoundBackend(httpcore2.AnyIOBackend):
    """Opens TCP connections from sockets that are bound first. Names are looked up as the system does it."""

    def __init__(self, binding: Binding, bind: Binder) -> None:
        self._binding = binding
        self._bind = bind

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore2's
        local_address: str | None = None,
        socket_options: Iterable[object] | None = None,  # noqa: ARG002 - as above; nobody sets any
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address that answers. `local_address` only says of which family it has to be."""
        failure: OSError | None = None
        wanted = socket.AF_UNSPEC if local_address is None else _family_of(local_address)
        try:
            async with asyncio.timeout(timeout):
                loop = asyncio.get_running_loop()
                for family, *_, address in await loop.getaddrinfo(host, port, family=wanted, type=socket.SOCK_STREAM):
                    try:
                        return await self._connected(socket.AddressFamily(family), address)
                    except OSError as exc:
                        failure = failure or exc
        except TimeoutError as exc:
            raise httpcore2.ConnectTimeout from exc
        except OSError as exc:
            raise httpcore2.ConnectError(str(exc)) from exc
        raise httpcore2.ConnectError(str(failure)) from failure

    async def _connected(self, family: socket.AddressFamily, address: tuple[object, ...]) -> AnyIOStream:
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            sock.setblocking(False)
            self._bind(sock, self._binding, _FAMILIES[family])
            await asyncio.get_running_loop().sock_connect(sock, address)
            stream = await anyio.abc.SocketStream.from_socket(sock)
            stack.pop_all()
        return AnyIOStream(stream)


def _family_of(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
