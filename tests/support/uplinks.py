"""A computer with several ways to the world, in network namespaces: each way has a gateway and a world behind it.

The world has the same addresses behind every gateway (`WORLD`, `WORLD6`), and tells by which of them it was reached: so
an answer proves by which way the question went. Root only; names are unique, so several runs stand side by side.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tests.support.network_namespace import run_async_inside, run_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path

T = TypeVar("T")

WORLD, WORLD6 = "9.9.9.9", "2620:fe::fe"
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
        """Bring it up again, with its default route."""
        ip("-n", self.client, "link", "set", self.device, "up")
        ip("-n", self.client, "route", "add", "default", "via", f"{self.network}.1", "metric", str(metric))


@dataclass
class Uplinks:
    """The computer."""

    folder: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    ways: dict[str, Uplink] = field(default_factory=dict)

    @property
    def client(self) -> str:
        return f"up-cl-{self.mark}"

    def up(self) -> None:
        """Make the client's namespace."""
        ip("netns", "add", self.client)
        ip("-n", self.client, "link", "set", "lo", "up")

    def add(self, device: str, *, metric: int, sees: str, kind: str = "veth") -> Uplink:
        """Add a way with a default route; a `kind` other than veth is a tunnel on top of the first way."""
        number = len(self.ways)
        gateway = f"up-gw{number}-{self.mark}"
        way = Uplink(device, self.client, f"10.8{number}.0", gateway, self.folder / f"{device}.txt")
        self.ways[device] = way
        ip("netns", "add", gateway)
        ip("-n", gateway, "link", "set", "lo", "up")
        ip("-n", gateway, "addr", "add", f"{WORLD}/32", "dev", "lo")
        ip("-n", gateway, "addr", "add", f"{WORLD6}/128", "dev", "lo", "nodad")
        if kind == "veth":
            ip("-n", gateway, "link", "add", "lan0", "type", "veth", "peer", "name", device, "netns", self.client)
        else:
            self._add_tunnel(device, gateway)
        for name, inside, end in ((gateway, "lan0", 1), (self.client, device, 2)):
            ip("-n", name, "addr", "add", f"{way.network}.{end}/24", "dev", inside)
            ip("-n", name, "addr", "add", f"fd08:{number}::{end}/64", "dev", inside, "nodad")
            ip("-n", name, "link", "set", inside, "up")
        ip("-n", self.client, "route", "add", "default", "via", f"{way.network}.1", "metric", str(metric))
        ip("-n", self.client, "-6", "route", "add", "default", "via", f"fd08:{number}::1", "metric", str(metric))
        way.see(sees)
        command = ["ip", "netns", "exec", gateway, sys.executable, "-m", "tests.support.line_world", str(way.file)]
        way.world = subprocess.Popen([*command, WORLD, WORLD6], stdout=subprocess.PIPE, text=True, env=_environment())
        assert way.world.stdout is not None
        assert way.world.stdout.readline() == "ready\n"
        return way

    def _add_tunnel(self, device: str, gateway: str) -> None:
        """Make an IP-in-IP tunnel between two ends of a cable of its own."""
        ip("-n", gateway, "link", "add", "wire", "type", "veth", "peer", "name", f"{device}w", "netns", self.client)
        ends = ((gateway, "wire", "lan0", 1, 2), (self.client, f"{device}w", device, 2, 1))
        for name, wire, _, ours, _ in ends:
            ip("-n", name, "addr", "add", f"172.29.0.{ours}/24", "dev", wire)
            ip("-n", name, "link", "set", wire, "up")
        for name, wire, tunnel, ours, theirs in ends:
            ip("-n", name, "link", "add", tunnel, "type", "gre",
               "local", f"172.29.0.{ours}", "remote", f"172.29.0.{theirs}", "dev", wire)  # fmt: skip

    def down(self) -> None:
        """Take everything away."""
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


def ip(*arguments: str) -> None:
    """Call iproute2."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False, env=_environment())
    assert done.returncode == 0, f"ip {arguments}: {done.stderr}"


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
