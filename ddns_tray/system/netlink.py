"""Questions to the Linux kernel over rtnetlink(7): one message out, all answers back. Tells nothing of its own."""

from __future__ import annotations

import os
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST, DUMP = 0x1, 0x300
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_ERROR, _DONE = 2, 3
_MULTI = 0x2
_NESTED_BITS = 0x3FFF
_BUFFER = 262_144
_SECONDS = 2.0


def ask(kind: int, flags: int, payload: bytes) -> list[bytes]:
    """Send a question of this kind, and return the payloads of its answers. Raises `OSError`, as the kernel says."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as asker:
        asker.settimeout(_SECONDS)
        asker.send(_HEADER.pack(_HEADER.size + len(payload), kind, REQUEST | flags, 1, 0) + payload)
        found: list[bytes] = []
        while not take_answers(asker.recv(_BUFFER), found):
            pass
        return found


def take_answers(datagram: bytes, found: list[bytes]) -> bool:
    """Add the payloads in a datagram to those found; say whether it was the last. Raises `OSError`."""
    place, last = 0, True
    while place + _HEADER.size <= len(datagram):
        length, kind, flags, _sequence, _port = _HEADER.unpack_from(datagram, place)
        payload = datagram[place + _HEADER.size : place + length]
        if length < _HEADER.size or kind == _DONE:
            return True
        if kind == _ERROR:
            (number,) = struct.unpack_from("=i", payload)
            raise OSError(-number, os.strerror(-number))
        found.append(payload)
        last = not flags & _MULTI
        place += length + -length % 4
    return last


def attribute(kind: int, value: bytes) -> bytes:
    """Return one attribute of a message."""
    return _ATTRIBUTE.pack(_ATTRIBUTE.size + len(value), kind) + value + bytes(-len(value) % 4)


def attributes(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and value of each attribute in a block; a length that leads out of it ends them."""
    place = 0
    while place + _ATTRIBUTE.size <= len(block):
        length, kind = _ATTRIBUTE.unpack_from(block, place)
        if not _ATTRIBUTE.size <= length <= len(block) - place:
            return
        yield kind & _NESTED_BITS, block[place + _ATTRIBUTE.size : place + length]
        place += length + -length % 4
