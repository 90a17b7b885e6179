"""The system says that the network has changed: messages of each kind, and a real kernel in a namespace."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import struct
import sys
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import Family
from ddns_tray.system.clock import SystemClock
from ddns_tray.system.interfaces import interface_addresses
from ddns_tray.system.network_events import (
    CallbackEvents,
    SocketEvents,
    concerns_netlink,
    concerns_routing,
    network_events,
    own_network,
    watch,
)
from ddns_tray.system.routes import default_routes
from tests.support.clock import FakeClock, settle
from tests.support.igd import ip
from tests.support.joined_pair import joined_pair
from tests.support.network_namespace import run_async_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def netlink(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body + bytes(-len(body) % 4)


def test_messages_of_netlink_are_told_apart() -> None:
    for kind in (16, 17, 20, 21, 24, 25):
        assert concerns_netlink(netlink(kind))
        assert concerns_netlink(netlink(28, b"neighbour") + netlink(kind))
    for noise in (b"", b"\0" * 8, netlink(28), struct.pack("=IHHII", 0, 28, 0, 0, 0) + netlink(20)):
        assert not concerns_netlink(noise)


def test_messages_of_a_routing_socket_are_told_apart() -> None:
    for kind in (0x1, 0x2, 0x3, 0xC, 0xD, 0xE):
        assert concerns_routing(struct.pack("=HBB", 100, 5, kind))
    for noise in (b"", b"\0\0\5", struct.pack("=HBB", 100, 5, 0x5)):
        assert not concerns_routing(noise)


class _Pair:
    """Events over a socket pair, for the test to send."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.events = SocketEvents(lambda: self.theirs, concerns_netlink)

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def pair() -> Iterator[_Pair]:
    if not hasattr(socket, "AF_UNIX"):
        pytest.skip("this system tells of changes by no socket, and has none to stand in for one")
    made = _Pair()
    yield made
    made.close()


async def test_only_what_really_changed_is_told(pair: _Pair) -> None:
    clock, state, told = FakeClock(), ["home"], []
    watching = asyncio.ensure_future(watch(pair.events, lambda: state[0], lambda: told.append(state[0]), clock))
    await settle()
    for message, now, expected in (
        (netlink(20), "home", []),
        (netlink(28), "away", []),
        (netlink(24), "away", ["away"]),
        (netlink(24), "away", ["away"]),
        (netlink(21), "home", ["away", "home"]),
    ):
        state[0] = now
        pair.ours.send(message)
        await clock.advance(1)
        assert told == expected
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert pair.theirs.fileno() == -1


async def test_a_look_that_fails_in_the_middle_of_a_change_is_made_up_for(pair: _Pair) -> None:
    clock, told = FakeClock(), []
    looks = iter(("home", OSError(5, "gone"), "home"))

    def look() -> str:
        seen = next(looks)
        if isinstance(seen, OSError):
            raise seen
        return seen

    watching = asyncio.ensure_future(watch(pair.events, look, lambda: told.append("!"), clock))
    await settle()
    for _ in range(2):
        pair.ours.send(netlink(20))
        await clock.advance(1)
    assert told == ["!", "!"]
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_calls_from_a_thread_of_the_system_are_heard_until_the_watch_ends() -> None:
    calls: list[Callable[[], object]] = []

    def register(call: Callable[[], object]) -> Callable[[], None]:
        calls.append(call)
        return calls.clear

    with CallbackEvents(register) as events:
        for _ in range(3):
            await asyncio.to_thread(calls[0])
            async with asyncio.timeout(5):
                await events.wait()
        for _ in range(2):
            await asyncio.to_thread(calls[0])
        await settle()
        await events.wait()
        assert not await _tells(events), "two calls before a look are one reason to look"
    assert calls == []


async def _tells(events: CallbackEvents) -> bool:
    waiting = asyncio.ensure_future(events.wait())
    await settle()
    told = waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    return told


async def test_a_system_that_refuses_to_tell_says_so() -> None:
    def register(_call: Callable[[], object]) -> Callable[[], None]:
        raise OSError(50, "not supported")

    events = CallbackEvents(register)
    with pytest.raises(OSError, match="not supported"):
        await watch(events, lambda: 0, lambda: None, FakeClock())


needs_namespaces = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None,
    reason="needs root on Linux, and iproute2, for a network namespace",
)


@pytest.fixture
def namespace() -> Iterator[str]:
    with joined_pair() as name:
        yield name


@needs_namespaces
@pytest.mark.bed
def test_the_kernel_tells_of_addresses_and_routes(namespace: str) -> None:
    changes = (
        ("addr", "add", "10.9.8.7/24", "dev", "v0"),
        ("route", "add", "default", "via", "10.9.8.1"),
        ("route", "del", "default", "via", "10.9.8.1"),
        ("addr", "add", "2001:db8::7/64", "dev", "v0", "nodad"),
        ("addr", "del", "10.9.8.7/24", "dev", "v0"),
    )

    def look() -> tuple[object, ...]:
        return (
            frozenset(each.address for each in interface_addresses() if not each.address.is_link_local),
            default_routes(),
        )

    async def main() -> list[object]:
        seen: list[object] = []
        news = asyncio.Event()

        def on_change() -> None:
            seen.append(look())
            news.set()

        watching = asyncio.ensure_future(watch(network_events(), look, on_change, SystemClock()))
        await settle()
        for change in changes:
            news.clear()
            await asyncio.to_thread(ip, "-n", namespace, *change)
            async with asyncio.timeout(5):
                await news.wait()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return seen

    seen = run_async_inside(namespace, main)
    routes = [len([each for each in look[1] if each.family is Family.IPV4]) for look in seen]  # type: ignore[index]
    assert routes == [0, 1, 0, 0, 0]


@needs_namespaces
@pytest.mark.bed
def test_containers_that_come_and_go_are_no_change_of_our_network(namespace: str) -> None:
    async def main() -> list[object]:
        seen = [own_network()]
        for change in (
            ("link", "add", "v2", "type", "veth", "peer", "name", "v3"),
            ("link", "set", "v2", "up"),
            ("addr", "add", "fe80::7/64", "dev", "v2", "nodad"),
        ):
            await asyncio.to_thread(ip, "-n", namespace, *change)
        seen.append(own_network())
        await asyncio.to_thread(ip, "-n", namespace, "addr", "add", "2001:db8::7/64", "dev", "v0", "nodad")
        return [*seen, own_network()]

    before, with_a_container, with_an_address = run_async_inside(namespace, main)
    assert with_a_container == before
    assert with_an_address != before
