"""Sockets that hear anybody, where systems differ."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from ddns_tray.detectors.datagram import heard
from ddns_tray.detectors.ssdp import is_bound

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUTER = ("192.168.1.1", 1900)


class PortUnreachable(OSError):
    """As Windows says it, which no other system can be made to raise."""

    winerror = 1234


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.setblocking(False)
        made.bind(("127.0.0.1", 0))
        yield made


async def test_a_datagram_that_reached_nobody_does_not_end_the_listening(listener: socket.socket) -> None:
    script: list[object] = [ConnectionResetError(), (b"", None), PortUnreachable(), (b"here", ROUTER)]

    async def receive(_socket: socket.socket, _size: int) -> tuple[bytes, Any]:
        said = script.pop(0)
        if isinstance(said, OSError):
            raise said
        assert isinstance(said, tuple)
        return said

    assert await heard(listener, receive) == (b"here", ROUTER[0])
    assert script == []


async def test_any_other_error_does(listener: socket.socket) -> None:
    async def receive(_socket: socket.socket, _size: int) -> tuple[bytes, Any]:
        raise OSError(100, "the network is down")

    with pytest.raises(OSError, match="down"):
        await heard(listener, receive)


async def test_a_real_datagram_comes_with_its_sender(listener: socket.socket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaker:
        speaker.sendto(b"hello", listener.getsockname())
        assert await heard(listener) == (b"hello", "127.0.0.1")


def test_a_socket_without_a_port_is_not_bound_also_where_that_may_not_be_asked(listener: socket.socket) -> None:
    assert is_bound(listener)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as fresh:
        assert not is_bound(fresh)
    assert not is_bound(fresh), "closed by now, so that asking is an error, as it is on Windows for a fresh one"
