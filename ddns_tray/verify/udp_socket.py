"""One connected, non-blocking UDP socket on any asyncio loop.

Loops that watch descriptors (selector loops, qasync on POSIX) call us when there is something to read. Proactor loops
(Windows) cannot, so there a task waits in `loop.sock_recv`.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Bind = Callable[[socket.socket, str], None]

MAX_DATAGRAM = 4096
_DATAGRAMS_PER_TURN = 32
_WINDOWS_PORT_UNREACHABLE = 1234


class UdpSocket:
    """Connects at once; what comes is for the subclass. `OSError` means: no way there.

    `bind` may bind the socket to the way that leads to an address, before it is connected.
    """

    __slots__ = ("_loop", "_reader", "_socket", "send")

    send: Callable[[bytes], int]
    """Send one datagram; raises what the kernel has to say, also about an earlier one."""

    def __init__(self, address: str, port: int, bind: Bind | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader: asyncio.Task[None] | None = None
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self.send = self._socket.send
            if bind is not None:
                bind(self._socket, address)
            self._socket.connect((address, port))
            self._watch()
        except BaseException:
            self._socket.close()
            raise

    def close(self) -> None:
        """Stop reading; closing twice is fine."""
        if self._socket.fileno() < 0:
            return
        if self._reader is None:
            self._loop.remove_reader(self._socket)
        else:
            self._reader.cancel()
        self._socket.close()

    def expected(self) -> int:
        """How many datagrams are likely to come, those that are there already included."""
        raise NotImplementedError

    def on_datagrams(self, wires: Sequence[bytes]) -> None:
        """Take what came together, and go on; one wake-up for many is what makes them cheap."""
        raise NotImplementedError

    def on_error(self, error: OSError) -> None:
        """Take an ICMP error; the socket is of no more use."""
        raise NotImplementedError

    def _watch(self) -> None:
        try:
            self._loop.add_reader(self._socket, self._on_readable)
        except NotImplementedError:
            self._reader = self._loop.create_task(self._read_forever())

    def _on_readable(self) -> None:
        wires: list[bytes] = []
        error: OSError | None = None
        most = min(self.expected() or 1, _DATAGRAMS_PER_TURN)
        try:
            while len(wires) < most:
                wires.append(self._socket.recv(MAX_DATAGRAM))
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as exc:
            error = exc
        self.on_datagrams(wires)
        if error is not None:
            self.on_error(error)

    async def _read_forever(self) -> None:
        while True:
            try:
                wire = await self._loop.sock_recv(self._socket, MAX_DATAGRAM)
            except OSError as exc:
                if getattr(exc, "winerror", None) == _WINDOWS_PORT_UNREACHABLE:
                    exc = ConnectionRefusedError(*exc.args)
                self.on_error(exc)
                return
            self.on_datagrams((wire,))
