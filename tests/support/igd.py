"""A house with a router, in network namespaces: a real miniupnpd between a client and the wide world.

client (10.77.0.2) -- router (10.77.0.1 and its outside address) -- nobody. Root only; names are unique, so several
runs stand side by side.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tests.support.network_namespace import run_async_inside, run_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path

T = TypeVar("T")

ROUTER = "10.77.0.1"
CLIENT = "10.77.0.2"
WAN = "11.22.33.44"
START_LIMIT = 10.0
_CONFIGURATION = """\
ext_ifname=wan0
listening_ip=lan0
http_port=5000
enable_natpmp=yes
enable_upnp=yes
secure_mode=no
system_uptime=yes
notify_interval=60
uuid=0a1b2c3d-0000-4000-8000-000000000001
force_igd_desc_v1=yes
lease_file={folder}/leases
upnp_table_name=filter
upnp_nat_table_name=filter
upnp_forward_chain=miniupnpd
upnp_nat_chain=prerouting_miniupnpd
upnp_nat_postrouting_chain=postrouting_miniupnpd
{more}
allow 1024-65535 10.77.0.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
"""
_RULES = """\
table inet filter {
  chain miniupnpd { }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
  chain forward { type filter hook forward priority 0; policy accept; jump miniupnpd; }
  chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 100; jump postrouting_miniupnpd; }
}
"""


def missing() -> str | None:
    """Say what keeps the router from running here, or None."""
    if sys.platform != "linux":
        return "the router needs network namespaces, which only Linux has"
    if os.geteuid() != 0:
        return "the router needs root for its network namespaces"
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    absent = [program for program in ("ip", "ss", "nft", "miniupnpd") if shutil.which(program, path=path) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


@dataclass
class House:
    """One running house."""

    folder: Path
    more: str = ""
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    _daemon: subprocess.Popen[bytes] | None = None

    @property
    def gateway(self) -> str:
        return f"igd-gw-{self.mark}"

    @property
    def client(self) -> str:
        return f"igd-cl-{self.mark}"

    def up(self, wan: str | None = WAN) -> None:
        """Make the namespaces and start the router."""
        for name in (self.gateway, self.client):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("-n", self.gateway, "link", "add", "lan0", "type", "veth", "peer", "name", "eth0", "netns", self.client)
        ip("-n", self.gateway, "link", "add", "wan0", "type", "veth", "peer", "name", "wan1")
        for name, device, address in ((self.gateway, "lan0", f"{ROUTER}/24"), (self.client, "eth0", f"{CLIENT}/24")):
            ip("-n", name, "addr", "add", address, "dev", device)
        for name, device in (
            (self.gateway, "lan0"),
            (self.gateway, "wan0"),
            (self.gateway, "wan1"),
            (self.client, "eth0"),
        ):
            ip("-n", name, "link", "set", device, "up")
        ip("-n", self.client, "route", "add", "default", "via", ROUTER)
        subprocess.run(
            ["ip", "netns", "exec", self.gateway, "nft", "-f", "-"],
            input=_RULES, text=True, check=True, env=_environment(),
        )  # fmt: skip
        if wan is not None:
            self.add_wan(wan)
        self.start_daemon()

    def start_daemon(self) -> None:
        """Start miniupnpd and wait until its HTTP side answers."""
        configuration = self.folder / "miniupnpd.conf"
        configuration.write_text(_CONFIGURATION.format(folder=self.folder, more=self.more), encoding="ascii")
        command = [
            "ip", "netns", "exec", self.gateway, "miniupnpd", "-d", "-f", str(configuration),
            "-P", str(self.folder / "miniupnpd.pid"),
        ]  # fmt: skip
        with (self.folder / "miniupnpd.log").open("ab") as log:
            self._daemon = subprocess.Popen(command, stdout=log, stderr=log, env=_environment())
        end = time.monotonic() + START_LIMIT
        while "LISTEN" not in self.sockets():
            if time.monotonic() > end or self._daemon.poll() is not None:
                raise RuntimeError((self.folder / "miniupnpd.log").read_text(encoding="utf-8", errors="replace"))
            time.sleep(0.02)

    def sockets(self) -> str:
        """The listening sockets of the router."""
        shown = subprocess.run(
            ["ip", "netns", "exec", self.gateway, "ss", "-Hltn", "sport = :5000"],
            capture_output=True, text=True, check=False, env=_environment(),
        )  # fmt: skip
        return shown.stdout

    def stop_daemon(self) -> None:
        """End miniupnpd; it says goodbye to its subscribers."""
        if self._daemon is not None:
            self._daemon.terminate()
            try:
                self._daemon.wait(5)
            except subprocess.TimeoutExpired:
                self._daemon.kill()
                self._daemon.wait()
            self._daemon = None

    def down(self) -> None:
        """Take everything away."""
        self.stop_daemon()
        for name in (self.gateway, self.client):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True, env=_environment())

    # --- the line ---

    def add_wan(self, address: str) -> None:
        """The provider gives an address."""
        ip("-n", self.gateway, "addr", "add", f"{address}/32", "dev", "wan0")

    def drop_wan(self, address: str) -> None:
        """The provider takes it away."""
        ip("-n", self.gateway, "addr", "del", f"{address}/32", "dev", "wan0")

    # --- working inside ---

    def at_client(self, work: Callable[[], T]) -> T:
        """Run a function with its sockets at the client."""
        return run_inside(self.client, work)

    def run(self, main: Callable[[], Coroutine[object, object, T]]) -> T:
        """Run a coroutine function with its sockets at the client."""
        return run_async_inside(self.client, main)


@contextlib.contextmanager
def house(folder: Path, *, wan: str | None = WAN, more: str = "") -> Iterator[House]:
    """Give a house with a router that is up."""
    built = House(folder, more)
    try:
        built.up(wan)
        yield built
    finally:
        built.down()


def ip(*arguments: str) -> None:
    """Call iproute2."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False, env=_environment())
    assert done.returncode == 0, f"ip {arguments}: {done.stderr}"


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
