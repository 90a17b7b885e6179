"""Real name servers behind one line: BIND with its zones, which it lets a key change, and Unbound as a resolver.

They run in the namespace of the line's gateway, on addresses that every line has: so what a zone holds tells by which
line it was written, and an answer by which line a question went.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

from tests.support.network_namespace import run_inside
from tests.support.uplinks import ip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.certificates import CertificateAuthority
    from tests.support.uplinks import Uplink

SERVER, RESOLVER = "8.8.4.4", "1.1.1.1"
ZONE = "example.org"
KEY_NAME = "lines"
_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
_START_LIMIT = 20.0


def missing() -> str | None:
    """Say what is not installed, or None."""
    absent = [program for program in ("named", "unbound") if shutil.which(program, path=_PATH) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


@dataclass
class LineServers:
    """The servers behind one line."""

    way: Uplink
    folder: Path
    key: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, authority: CertificateAuthority) -> None:
        """Start both, and wait until they answer; the wait is for foreign programs, not for our result."""
        self.folder.mkdir()
        for address in (SERVER, RESOLVER):
            ip("-n", self.way.gateway, "addr", "replace", f"{address}/32", "dev", "lo")
        self._start_bind()
        self._start_unbound(authority.server_file(RESOLVER))
        assert self.held("ns") == {SERVER}

    def _start_bind(self) -> None:
        soa = f"$TTL 60\n@ SOA ns.{ZONE}. hostmaster.{ZONE}. 1 3600 600 604800 60\n@ NS ns.{ZONE}.\n"
        org = ZONE.partition(".")[2]
        texts = {
            ".": f"{soa}{org}. NS ns.{ZONE}.\nns.{ZONE}. A {SERVER}\n",
            org: f"{soa}{ZONE}. NS ns.{ZONE}.\nns.{ZONE}. A {SERVER}\n",
            ZONE: f"{soa}ns A {SERVER}\n",
        }
        zones = ""
        for number, (zone, written) in enumerate(texts.items()):
            (self.folder / f"{number}.zone").write_text(written, encoding="ascii")
            policy = f'update-policy {{ grant "{KEY_NAME}" zonesub ANY; }};' if zone == ZONE else ""
            zones += f'zone "{zone}" {{ type primary; file "{number}.zone"; {policy} }};\n'
        settings = self.folder / "named.conf"
        settings.write_text(
            f'key "{KEY_NAME}" {{ algorithm hmac-sha256; secret "{self.key}"; }};\n'
            f'options {{ directory "{self.folder}"; listen-on {{ {SERVER}; }}; listen-on-v6 {{ none; }};\n'
            f' pid-file none; session-keyfile "{self.folder}/session.key"; lock-file none; recursion no; notify no;\n'
            f" dnssec-validation no; allow-query {{ any; }}; }};\ncontrols {{ }};\n{zones}",
            encoding="ascii",
        )
        self._run("named", "-g", "-n", "1", "-c", str(settings))
        self._wait_for(SERVER)

    def _start_unbound(self, certificate: Path) -> None:
        settings = self.folder / "unbound.conf"
        places = "".join(f"  interface: {RESOLVER}@{port}\n" for port in (53, 853, 443))
        settings.write_text(
            f'server:\n  directory: "{self.folder}"\n  chroot: ""\n  username: ""\n  pidfile: ""\n  use-syslog: no\n'
            f'{places}  tls-port: 853\n  https-port: 443\n  tls-service-key: "{certificate}"\n'
            f'  tls-service-pem: "{certificate}"\n  access-control: 0.0.0.0/0 allow\n  module-config: "iterator"\n'
            f"  do-ip6: no\n  num-threads: 1\n"
            f'remote-control:\n  control-enable: no\nstub-zone:\n  name: "."\n  stub-addr: {SERVER}\n',
            encoding="utf-8",
        )
        self._run("unbound", "-d", "-c", str(settings))
        self._wait_for(RESOLVER)

    def _run(self, *command: str) -> None:
        with (self.folder / f"{command[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.way.gateway, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PATH": _PATH},
            )
        self.processes.append(process)

    def _wait_for(self, address: str) -> None:
        end = time.monotonic() + _START_LIMIT
        while time.monotonic() < end:
            with contextlib.suppress(OSError, EOFError, dns.exception.DNSException):
                if self._ask(address, f"ns.{ZONE}"):
                    return
            time.sleep(0.02)
        logs = "".join(log.read_text(errors="replace")[-1500:] for log in self.folder.glob("*.log"))
        raise RuntimeError(logs)

    def _ask(self, address: str, name: str) -> set[str]:
        query = dns.message.make_query(name, dns.rdatatype.A)
        answer = run_inside(self.way.gateway, lambda: dns.query.tcp(query, address, timeout=1.0))
        return {rdata.to_text() for rrset in answer.answer for rdata in rrset}

    def held(self, label: str) -> set[str]:
        """What BIND has at a name of the zone."""
        return self._ask(SERVER, f"{label}.{ZONE}")

    def freeze(self) -> None:
        """Let both say nothing any more: connections open, and that is all."""
        for process in self.processes:
            process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        for process in self.processes:
            process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End both."""
        for process in self.processes:
            process.kill()
            process.wait()


@contextlib.contextmanager
def line_servers(way: Uplink, folder: Path, authority: CertificateAuthority, key: str) -> Iterator[LineServers]:
    """Give the servers behind a line."""
    servers = LineServers(way, folder, key)
    try:
        servers.start(authority)
        yield servers
    finally:
        servers.stop()


def new_key() -> str:
    """A TSIG key in Base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()
