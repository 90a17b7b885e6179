"""`python -m tests.support.line_world FILE ADDRESS…`: a world behind one line, which tells the address in a file.

HTTP on port 80, STUN on 3478 and DNS (any TXT question) on 53, all on the given addresses, and NAT-PMP as the router.
What the file holds is read for each question, one address of a family a line; without one of the question's family
nobody answers. A process of its own, so that it can live in a network namespace.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, cast

import dns.message
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Callable

_MAGIC = 0x2112A442
_SUCCESS, _XOR_MAPPED = 0x0101, 0x0020


def told(file: Path, version: int) -> IPv4Address | IPv6Address | None:
    """The address that the world sees at the moment."""
    written = [ip_address(line) for line in file.read_text(encoding="ascii").split()]
    return next((address for address in written if address.version == version), None)


def stun_answer(question: bytes, address: IPv4Address | IPv6Address) -> bytes:
    """A binding response (RFC 8489 §14.2)."""
    mask = struct.pack("!I", _MAGIC) + question[8:20]
    masked = bytes(octet ^ key for octet, key in zip(address.packed, mask, strict=False))
    value = struct.pack("!BBH", 0, 1 if address.version == 4 else 2, 0) + masked
    attribute = struct.pack("!HH", _XOR_MAPPED, len(value)) + value
    return struct.pack("!HHI", _SUCCESS, len(attribute), _MAGIC) + question[8:20] + attribute


def dns_answer(question: bytes, address: IPv4Address | IPv6Address) -> bytes:
    """A text with the address."""
    asked = dns.message.from_wire(question)
    answer = dns.message.make_response(asked)
    name = asked.question[0].name
    answer.answer.append(dns.rrset.from_text(name, 0, "IN", "TXT", f'"{address}"'))
    return answer.to_wire()


def natpmp_answer(_question: bytes, address: IPv4Address | IPv6Address) -> bytes:
    """The outside address (RFC 6886 §3.2)."""
    return struct.pack("!BBHI", 0, 128, 0, 1) + address.packed


class Teller(asyncio.DatagramProtocol):
    """Answers datagrams, as long as there is an address."""

    def __init__(self, file: Path, answer: Callable[[bytes, IPv4Address | IPv6Address], bytes], version: int) -> None:
        self._file, self._answer, self._version = file, answer, version

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        address = told(self._file, self._version)
        if address is not None:
            self._transport.sendto(self._answer(data, address), addr)


async def serve(file: Path, hosts: list[str]) -> None:
    """Serve until killed; a line on standard output says that all ports listen."""
    loop = asyncio.get_running_loop()
    for host in hosts:
        version = ip_address(host).version

        async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, version: int = version) -> None:
            await reader.readuntil(b"\r\n\r\n")
            address = told(file, version)
            if address is not None:
                body = f"{address}\n".encode("ascii")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
            writer.close()

        family = socket.AF_INET if version == 4 else socket.AF_INET6
        await asyncio.start_server(page, host, 80, family=family)
        for port, answer in ((3478, stun_answer), (53, dns_answer)):
            await loop.create_datagram_endpoint(
                lambda answer=answer, version=version: Teller(file, answer, version),  # type: ignore[misc]  # bound now
                local_addr=(host, port),
            )
    await loop.create_datagram_endpoint(lambda: Teller(file, natpmp_answer, 4), local_addr=("0.0.0.0", 5351))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2:]))
