"""One zone with any number of names, two authoritative servers and four resolvers, all in one process.

Answers are put together from ready-made octets, so that the process that asks is the one that is measured.
"""

from __future__ import annotations

import multiprocessing
import selectors
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

ROOT, SERVERS = "127.0.0.10", ("127.0.0.21", "127.0.0.22")
RESOLVERS = tuple(f"127.0.0.{last}" for last in range(53, 57))
EVERYBODY = (*SERVERS, *RESOLVERS)
QUESTIONS_A_NAME = len(EVERYBODY)
_ZONE = b"\x02ex\x04test\x00"
_OPT = b"\x00\x00\x29\x04\xd0" + bytes(6)
_A, _NS, _SOA = b"\x00\x01", b"\x00\x02", b"\x00\x06"


def _record(owner: bytes, kind: bytes, data: bytes) -> bytes:
    return owner + kind + b"\x00\x01" + (3600).to_bytes(4) + len(data).to_bytes(2) + data


_SERVER_NAMES = (b"\x03ns1" + _ZONE, b"\x03ns2" + _ZONE)
_NS_RECORDS = b"".join(_record(_ZONE, _NS, name) for name in _SERVER_NAMES)
_GLUE = b"".join(
    _record(name, _A, socket.inet_aton(address)) for name, address in zip(_SERVER_NAMES, SERVERS, strict=True)
)
_SOA_RECORD = _record(
    _ZONE, _SOA, b"\x03ns1" + _ZONE + b"\x01h" + _ZONE + b"".join(n.to_bytes(4) for n in (1, 3600, 600, 604800, 60))
)


def answer(query: bytes, server: str, told: str) -> bytes:
    """What the server says when every name leads to `told`: the counts of its sections, and ready-made records."""
    end = query.index(b"\x00", 12) + 5
    question, kind = query[12:end], query[end - 4 : end - 2]
    at_top = question[:-4].lower() == _ZONE
    flags, counts, records = b"\x84\x00", (1, 0, 0), _record(b"\xc0\x0c", _A, socket.inet_aton(told))
    if server == ROOT:
        flags, counts, records = b"\x80\x00", (0, 2, 2), _NS_RECORDS + _GLUE
    elif kind == _NS:
        counts, records = (2, 0, 2), _NS_RECORDS + _GLUE
    elif kind == _SOA:
        counts, records = ((1, 0, 0) if at_top else (0, 1, 0)), _SOA_RECORD
    elif server in RESOLVERS:
        flags = b"\x81\x80"
    said, named, more = counts
    head = query[:2] + flags + b"\x00\x01" + bytes((0, said, 0, named, 0, more + 1))
    return head + question + records + _OPT


class World:
    """The servers' process. All listen on `port`, each at its own address."""

    def __init__(self, control: Connection) -> None:
        self._control = control
        self.port: int = control.recv()

    def lead_to(self, address: str) -> None:
        """Let every name have this address from now on."""
        self._control.send(address)
        self._control.recv()


@contextmanager
def running(address: str) -> Iterator[World]:
    """Start the servers; every name leads to `address`."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there, address))
    process.start()
    try:
        yield World(here)
    finally:
        here.send("")
        process.join(10)


def _serve(control: Connection, told: str) -> None:
    watch = selectors.DefaultSelector()
    watch.register(control, selectors.EVENT_READ)
    port = 0
    for address in (ROOT, *EVERYBODY):
        listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        listening.bind((address, port))
        listening.setblocking(False)
        port = listening.getsockname()[1]
        watch.register(listening, selectors.EVENT_READ, address)
    control.send(port)
    while True:
        for key, _ in watch.select():
            if key.fileobj is control:
                told = control.recv()
                if not told:
                    return
                control.send(None)
                continue
            ready = key.fileobj
            assert isinstance(ready, socket.socket)
            try:
                while True:
                    query, source = ready.recvfrom(4096)
                    ready.sendto(answer(query, key.data, told), source)
            except BlockingIOError:
                continue
