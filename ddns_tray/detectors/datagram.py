"""One question and its answer over UDP: sent again until somebody answers, and only the one who was asked may answer.

The socket is connected, so the kernel drops what comes from another address or port and hands us ICMP's "nobody
listens". Whether an answer belongs to the question is for the caller to say: whatever it does not accept is ignored,
since reacting to it would let a forger end the question.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, TypeVar

from ddns_tray.core.errors import ConnectFailed, TimedOut
from ddns_tray.core.model import Family
from ddns_tray.core.text import text
from ddns_tray.detectors.base import FAMILY_NAMES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from typing import Any

    from ddns_tray.core.ports import Lookup
    from ddns_tray.detectors.way_out import Prepare

    Receive = Callable[[socket.socket, int], Awaitable[tuple[bytes, Any]]]

T = TypeVar("T")

MAX_DATAGRAM = 4096
_SOCKET_FAMILIES = {Family.IPV4: socket.AF_INET, Family.IPV6: socket.AF_INET6}
_WINDOWS_PORT_UNREACHABLE = 1234


async def exchange(
    address: str,
    port: int,
    question: bytes | Callable[[str, int], bytes],
    accept: Callable[[bytes], T | None],
    *,
    waits: Iterator[float],
    prepare: Prepare | None = None,
) -> T:
    """Send `question` to an address and return what `accept` makes of the first datagram that it does not ignore.

    A question that has to hold our own address and port is made of them. `waits` are the seconds to wait after each
    sending. `accept` returns None for what is not an answer to the question, and raises for an answer that says no.
    `prepare` binds the socket. Raises `TransportError`.
    """
    loop = asyncio.get_running_loop()
    try:
        with connected(address, port, prepare) as asker:
            wire = question if isinstance(question, bytes) else question(*asker.getsockname()[:2])
            for wait in waits:
                asker.send(wire)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        while True:
                            answer = accept(await loop.sock_recv(asker, MAX_DATAGRAM))
                            if answer is not None:
                                return answer
                            await asyncio.sleep(0)  # a flood of wrong answers must not keep the time-out from running
    except OSError as exc:
        if _reached_nobody(exc):
            raise ConnectFailed(
                text("{host} does not accept connections.", host=address),
                text("Check that the server is running and that the port is right."),
            ) from exc
        raise ConnectFailed(
            text("There is no way to {host}.", host=address),
            text("Check the network connection, and a firewall if there is one."),
        ) from exc
    raise _silent(address)


@contextlib.contextmanager
def connected(address: str, port: int, prepare: Prepare | None = None) -> Iterator[socket.socket]:
    """Give a non-blocking UDP socket that speaks with this address only; raises `OSError`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asker:
        asker.setblocking(False)
        if prepare is not None:
            prepare(asker)
        asker.connect((address, port))
        yield asker


async def heard(listener: socket.socket, receive: Receive | None = None) -> tuple[bytes, str]:
    """Return the next datagram on a socket that is not connected, and the address of its sender. Raises `OSError`.

    Windows tells such a socket too that a datagram sent before has reached nobody: as an error, or since Python 3.12 as
    a datagram of nobody (recvfrom, WSAECONNRESET). Somebody else may answer all the same, so that is passed over.
    `receive` is how the loop reads a socket.
    """
    receive = receive or asyncio.get_running_loop().sock_recvfrom
    while True:
        try:
            datagram, sender = await receive(listener, MAX_DATAGRAM)
        except OSError as exc:
            if not _reached_nobody(exc):
                raise
        else:
            if sender is not None:
                return datagram, str(sender[0])
        await asyncio.sleep(0)


def _reached_nobody(exc: OSError) -> bool:
    return isinstance(exc, ConnectionError) or getattr(exc, "winerror", None) == _WINDOWS_PORT_UNREACHABLE


def doubling(first: float, total: float) -> Iterator[float]:
    """Yield waiting times that double from `first` and add up to `total` seconds (RFC 8489 §6.2.1, RFC 6886 §3.1)."""
    wait, left = first, total
    while left > 0:
        yield min(wait, left)
        left -= wait
        wait *= 2


async def resolve(host: str, family: Family, lookup: Lookup | None = None) -> str:
    """Return one address of `host` in this family. Raises `ConnectFailed` if there is none."""
    try:
        literal = ip_address(host)
    except ValueError:
        pass
    else:
        if literal.version == family.version:
            return host
        raise _not_found(host, family)
    try:
        if lookup is not None:
            return (await lookup(host, family))[0]
        found = await asyncio.get_running_loop().getaddrinfo(
            host, None, family=_SOCKET_FAMILIES[family], type=socket.SOCK_DGRAM
        )
    except (OSError, UnicodeError, IndexError) as exc:
        raise _not_found(host, family) from exc
    return str(found[0][4][0])


@contextlib.asynccontextmanager
async def within(seconds: float, host: str) -> AsyncIterator[None]:
    """Bound a look, names and all. Raises `TimedOut`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as exc:
        raise _silent(host) from exc


def _silent(host: str) -> TimedOut:
    return TimedOut(
        text("{host} did not answer in time.", host=host),
        text("Check the network connection; the server may also be overloaded."),
        sent=True,
    )


def _not_found(host: str, family: Family) -> ConnectFailed:
    return ConnectFailed(
        text("The name {host} was not found, or has no {family} address.", host=host, family=FAMILY_NAMES[family]),
        text("Check the network connection and the spelling of the name."),
    )
