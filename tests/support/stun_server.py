"""STUN for tests: a real coturn on loopback, and a server that answers whatever the test says."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from pathlib import Path

START_LIMIT = 10.0


def missing() -> str | None:
    return None if shutil.which("turnserver") else "not installed: coturn"


@contextlib.contextmanager
def coturn(folder: Path, host: str = "127.0.0.1") -> Iterator[int]:
    """Run coturn as a STUN server on a free port, and give the port."""
    port = _free_port(host)
    command = [
        "turnserver", "-n", "--stun-only", "--no-auth", "--listening-ip", host, "--listening-port", str(port),
        "--no-tls", "--no-dtls", "--no-cli", "--log-file", str(folder / "coturn.log"), "--simple-log",
        "--pidfile", str(folder / "coturn.pid"), "--userdb", str(folder / "coturn.db"),
    ]  # fmt: skip
    with (folder / "coturn.out").open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
        try:
            _wait_until_it_answers(host, port, server)
            yield port
        finally:
            server.terminate()
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(host: str, port: int, server: subprocess.Popen[bytes]) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end and server.poll() is None:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.1)
            probe.connect((host, port))
            with contextlib.suppress(OSError):
                probe.send(bytes.fromhex("000100002112a442") + bytes(12))
                probe.recv(512)
                return
    message = "coturn did not start"
    raise RuntimeError(message)


class UdpScript(asyncio.DatagramProtocol):
    """Answers each datagram with those that `script` makes of it and of its number, from 0."""

    def __init__(self, script: Callable[[bytes, int], Sequence[bytes]]) -> None:
        self.script = script
        self.asked: list[bytes] = []
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked.append(data)
        for reply in self.script(data, len(self.asked) - 1):
            self.transport.sendto(reply, addr)


@contextlib.asynccontextmanager
async def udp_script(
    script: Callable[[bytes, int], Sequence[bytes]], host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[UdpScript]:
    """Serve on a loopback port."""
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: UdpScript(script), local_addr=(host, port)
    )
    server.port = transport.get_extra_info("sockname")[1]
    try:
        yield server
    finally:
        transport.close()
        await asyncio.sleep(0)
