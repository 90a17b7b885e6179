"""Connections that take a chosen way to the world; what binds a socket to it comes in as an argument."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING

import anyio.abc
import httpcore2
from httpcore2._backends.anyio import AnyIOStream  # there is no public way to wrap a connected socket

from ddns_tray.core.addresses import parsed
from ddns_tray.core.model import Family

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ddns_tray.core.model import Binding
    from ddns_tray.core.ports import Binder, Lookup

_FAMILIES = {Family.IPV4: socket.AF_INET, Family.IPV6: socket.AF_INET6}


class BoundBackend(httpcore2.AnyIOBackend):
    """Opens TCP connections from sockets that are bound first."""

    def __init__(self, binding: Binding, bind: Binder, lookup: Lookup | None = None) -> None:
        self._binding = binding
        self._bind = bind
        self._lookup = lookup

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
        wanted = tuple(Family) if local_address is None else (_family_of(local_address),)
        try:
            async with asyncio.timeout(timeout):
                for family in wanted:
                    try:
                        for address in await self._addresses(host, family):
                            try:
                                return await self._connected(family, address, port)
                            except OSError as exc:
                                failure = exc
                    except OSError as exc:
                        failure = failure or exc
        except TimeoutError as exc:
            raise httpcore2.ConnectTimeout from exc
        except OSError as exc:
            raise httpcore2.ConnectError(str(exc)) from exc
        raise httpcore2.ConnectError(str(failure)) from failure

    async def _addresses(self, host: str, family: Family) -> Sequence[str]:
        literal = parsed(host)
        if literal is not None:
            return (host,) if literal.version == family.version else ()
        if self._lookup is not None:
            return await self._lookup(host, family)
        found = await asyncio.get_running_loop().getaddrinfo(host, None, family=_FAMILIES[family])
        return tuple(dict.fromkeys(str(address[0]) for *_, address in found))

    async def _connected(self, family: Family, address: str, port: int) -> AnyIOStream:
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(socket.socket(_FAMILIES[family], socket.SOCK_STREAM))
            sock.setblocking(False)
            if self._binding.holds_for(ip_address(address)):
                self._bind(sock, self._binding, family)
            await asyncio.get_running_loop().sock_connect(sock, (address, port))
            stream = await anyio.abc.SocketStream.from_socket(sock)
            stack.pop_all()
        return AnyIOStream(stream)


def _family_of(address: str) -> Family:
    return Family.IPV6 if ":" in address else Family.IPV4
