"""The bed of real DNS servers, as an object: start it, ask it, change it, and run the product inside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tests.support.network_namespace import run_async_inside, run_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

T = TypeVar("T")

SCRIPT = Path(__file__).parents[1] / "bed" / "bed.sh"
PROGRAMS = ("ip", "nft", "pdns_server", "named", "knotd", "nsd", "unbound", "kresd", "pdns_recursor", "dnsdist", "dig")
API = "http://127.0.0.21:8081"
API_KEY = "bedkey"
RESOLVERS = ("127.0.0.53", "127.0.0.54", "127.0.0.55", "127.0.0.56")
ROOT = "127.0.0.10"


def missing() -> str | None:
    """Say what keeps the bed from running here, or None."""
    if sys.platform != "linux":
        return "the bed needs network namespaces, which only Linux has"
    if os.geteuid() != 0:
        return "the bed needs root for its network namespace"
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    absent = [program for program in PROGRAMS if shutil.which(program, path=path) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


@dataclass(frozen=True)
class Bed:
    """One running bed."""

    namespace: str
    folder: Path

    @classmethod
    def start(cls, folder: Path) -> Bed:
        """Bring up all servers in a namespace of their own."""
        bed = cls(f"ddns-{uuid.uuid4().hex[:8]}", folder)
        bed.script("up")
        return bed

    def script(self, *arguments: str, timeout: float = 90) -> str:
        """Call the bed's script."""
        done = subprocess.run(
            ["bash", str(SCRIPT), *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, f"bed.sh {arguments}: {done.stderr[-2000:]}"
        return done.stdout

    def environment(self) -> dict[str, str]:
        """The script's environment."""
        return {
            **os.environ,
            "NS": self.namespace,
            "RUN": str(self.folder),
            "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin",
        }

    def stop(self) -> None:
        """Take everything down."""
        self.script("down")

    # --- looking and changing ---

    def dig(self, server: str, name: str, record_type: str = "A") -> set[str]:
        """The short answer of one server."""
        out = self.script("exec", "dig", "+short", "+time=2", "+tries=2", f"@{server}", name, record_type)
        return set(out.split())

    def release_lag(self) -> None:
        """Let the lagging secondary follow its primary."""
        self.script("lag-release")

    def flush(self, name: str) -> None:
        """Make the resolvers forget a name."""
        self.script("flush", name)

    def tsig_secret(self) -> str:
        """The key `ddns.` (hmac-sha256) of this run."""
        return (self.folder / "keys" / "tsig.secret").read_text(encoding="ascii").strip()

    def wrong_tsig_secret(self) -> str:
        """A key that no server knows."""
        return (self.folder / "keys" / "tsig-wrong.key").read_text(encoding="ascii").split('secret "')[1].split('"')[0]

    # --- working inside ---

    def inside(self, work: Callable[[], T]) -> T:
        """Run a function with its sockets in the bed."""
        return run_inside(self.namespace, work)

    def run(self, main: Callable[[], Coroutine[object, object, T]]) -> T:
        """Run a coroutine function with its sockets in the bed."""
        return run_async_inside(self.namespace, main)

    def popen(
        self, *command: str, environment: Mapping[str, str], stdout: int | None = subprocess.PIPE
    ) -> subprocess.Popen[str]:
        """Start a program inside; the caller ends it."""
        return subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, *command],
            env=dict(environment),
            stdout=stdout,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
