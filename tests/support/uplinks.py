"""A computer with several ways to the world, in network namespaces: each way has a gateway and a world behind it.

The world has the same addresses behind every gateway (`WORLD`, `WORLD6`), and tells by which of them it was reached: so
an answer proves by which way the question went. Root only; names are unique, so several runs stand side by side.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import struct
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tests.support.network_namespace import run_async_inside, run_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path

T = TypeVar("T")

WORLD, WORLD6 = "9.9.9.9", "2620:fe::fe"
_CARRIER_LIMIT = 10.0
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
SOURCES = (f"http://{WORLD}/", f"stun:{WORLD}", f"dns://{WORLD}/whoami.example/TXT")
"""Three kinds of sources; they count as one origin."""


def missing() -> str | None:
    """Say what keeps this from running here, or None."""
    if sys.platform != "linux":
        return "several ways need network namespaces, which only Linux has"
    if os.geteuid() != 0:
        return "several ways need root for their network namespaces"
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return None if shutil.which("ip", path=path) else "not installed: ip"


@dataclass
class Uplink:
    """One way: the client's `device` leads to a gateway, behind which the world sees what `file` holds."""

    device: str
    client: str
    network: str
    network6: str
    gateway: str
    file: Path
    world: subprocess.Popen[str] | None = None

    @property
    def ours(self) -> str:
        """The client's address on this way."""
        return f"{self.network}.2"

    def see(self, *addresses: str) -> None:
        """Let the world see the client at these addresses; none: nobody answers."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text("\n".join(addresses), encoding="ascii")
        fresh.replace(self.file)

    def unplug(self) -> None:
        """Take the interface down: its addresses of IPv6 and its routes are gone."""
        ip("-n", self.client, "link", "set", self.device, "down")

    def plug_in(self, metric: int) -> None:
        """Bring it up again, with what the system had taken away."""
        ip("-n", self.client, "link", "set", self.device, "up")
        end = time.monotonic() + _CARRIER_LIMIT
        while " state UP " not in ip("-n", self.client, "-o", "link", "show", self.device):
            assert time.monotonic() < end, "the cable shows no carrier"
            time.sleep(0.01)
        ip("-n", self.client, "route", "add", "default", "via", f"{self.network}.1", "metric", str(metric))
        ip("-n", self.client, "addr", "add", f"{self.network6}2/64", "dev", self.device, "nodad")
        ip("-n", self.client, "-6", "route", "add", "default", "via", f"{self.network6}1", "metric", str(metric))


class Pump:
    """Carries packets between two TUN devices in a thread, until stopped."""

    def __init__(self, one: int, other: int) -> None:
        self._ends = {one: other, other: one}
        self._wake, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._carry, name="tunnel")
        self._thread.start()

    def _carry(self) -> None:
        while True:
            ready, _, _ = select.select([*self._ends, self._wake], [], [])
            if self._wake in ready:
                return
            for end in ready:
                with contextlib.suppress(OSError):  # the other end is down
                    os.write(self._ends[end], os.read(end, 65_536))

    def stop(self) -> None:
        os.close(self._stop)
        self._thread.join()
        for descriptor in (*self._ends, self._wake):
            os.close(descriptor)


def open_tun(name: str) -> int:
    """Make a TUN device in the namespace of this thread; it goes with its descriptor."""
    import fcntl  # not there on Windows, which reads this file too

    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return descriptor


@dataclass
class Uplinks:
    """The computer."""

    folder: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    ways: dict[str, Uplink] = field(default_factory=dict)
    pumps: list[Pump] = field(default_factory=list)

    @property
    def client(self) -> str:
        return f"up-cl-{self.mark}"

    def up(self) -> None:
        """Make the client's namespace."""
        ip("netns", "add", self.client)
        ip("-n", self.client, "link", "set", "lo", "up")

    def add(self, device: str, *, metric: int | None, sees: str, tunnel: bool = False) -> Uplink:
        """Add a way, with default routes of this metric or (None) without."""
        number = len(self.ways)
        gateway = f"up-gw{number}-{self.mark}"
        way = Uplink(device, self.client, f"10.8{number}.0", f"fd08:{number}::", gateway, self.folder / f"{device}.txt")
        self.ways[device] = way
        ip("netns", "add", gateway)
        ip("-n", gateway, "link", "set", "lo", "up")
        ip("-n", gateway, "addr", "add", f"{WORLD}/32", "dev", "lo")
        ip("-n", gateway, "addr", "add", f"{WORLD6}/128", "dev", "lo", "nodad")
        if tunnel:
            self._add_tunnel(device, gateway)
        else:
            ip("-n", gateway, "link", "add", "lan0", "type", "veth", "peer", "name", device, "netns", self.client)
        for name, inside, end in ((gateway, "lan0", 1), (self.client, device, 2)):
            ip("-n", name, "addr", "add", f"{way.network}.{end}/24", "dev", inside)
            ip("-n", name, "addr", "add", f"{way.network6}{end}/64", "dev", inside, "nodad")
            ip("-n", name, "link", "set", inside, "up")
        if metric is not None:
            ip("-n", self.client, "route", "add", "default", "via", f"{way.network}.1", "metric", str(metric))
            ip("-n", self.client, "-6", "route", "add", "default", "via", f"{way.network6}1", "metric", str(metric))
        way.see(sees)
        command = ["ip", "netns", "exec", gateway, sys.executable, "-m", "tests.support.line_world", str(way.file)]
        way.world = subprocess.Popen([*command, WORLD, WORLD6], stdout=subprocess.PIPE, text=True, env=_environment())
        assert way.world.stdout is not None
        assert way.world.stdout.readline() == "ready\n"
        return way

    def _add_tunnel(self, device: str, gateway: str) -> None:
        """Make a tunnel as VPN programs do: two TUN devices, and somebody who carries packets from one to the other."""
        ends = run_inside(self.client, lambda: open_tun(device)), run_inside(gateway, lambda: open_tun("lan0"))
        self.pumps.append(Pump(*ends))

    def down(self) -> None:
        """Take everything away."""
        for pump in self.pumps:
            pump.stop()
        for way in self.ways.values():
            if way.world is not None:
                way.world.kill()
                way.world.wait()
                assert way.world.stdout is not None
                way.world.stdout.close()
            subprocess.run(["ip", "netns", "del", way.gateway], check=False, capture_output=True, env=_environment())
        subprocess.run(["ip", "netns", "del", self.client], check=False, capture_output=True, env=_environment())

    def at_client(self, work: Callable[[], T]) -> T:
        """Run a function with its sockets at the client."""
        return run_inside(self.client, work)

    def run(self, main: Callable[[], Coroutine[object, object, T]]) -> T:
        """Run a coroutine function with its sockets at the client."""
        return run_async_inside(self.client, main)


@contextlib.contextmanager
def uplinks(folder: Path) -> Iterator[Uplinks]:
    """Give a computer without any way yet."""
    built = Uplinks(folder)
    try:
        built.up()
        yield built
    finally:
        built.down()


def ip(*arguments: str) -> str:
    """Call iproute2, and return what it says."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False, env=_environment())
    assert done.returncode == 0, f"ip {arguments}: {done.stderr}"
    return done.stdout


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
