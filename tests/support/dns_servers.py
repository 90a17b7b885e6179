"""Real name servers on loopback with high ports, one process each, for tests that need no namespace and no root.

Each has the zones `example.test` and `sub.example.test`. What a zone holds is set and looked at behind the back of what
is tested: in the database of PowerDNS, by transfers and updates with a key of our own at BIND and Knot.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.update
import dns.zone

from tests.support.processes import end_process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HOST = "127.0.0.1"
ZONE = "example.test"
SUB_ZONE = "sub.example.test"
ZONES = (ZONE, SUB_ZONE)
_KEPT = frozenset({"SOA", "NS"})
_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
_SCHEMAS = (
    Path("/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql"),
    Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"),
)


@dataclass(frozen=True)
class Datum:
    """One resource record as the server has it."""

    name: str
    type: str
    content: str
    ttl: int = 300
    disabled: bool = False


def missing_program(*programs: str) -> str | None:
    """Say which of the programs is not installed, or None."""
    absent = [program for program in programs if shutil.which(program, path=_PATH) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


def free_port() -> int:
    """A port that is free for UDP and TCP, below those that outgoing connections take by themselves."""
    for _ in range(100):
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            try:
                udp.bind((HOST, port))
                tcp.bind((HOST, port))
            except OSError:
                continue
            return port
    message = "no free port"
    raise RuntimeError(message)


@contextmanager
def _running(command: Sequence[str], folder: Path, port: int) -> Iterator[None]:
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env={**os.environ, "PATH": _PATH}
        )
        try:
            _wait_until_it_answers(process, port, log)
            yield
        finally:
            end_process(process)


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Ask for the zone until there is an answer; the wait is for a foreign program, not for our result."""
    query = dns.message.make_query(SUB_ZONE, dns.rdatatype.SOA)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if dns.query.tcp(query, HOST, timeout=1, port=port).rcode() == dns.rcode.NOERROR:
                return
        except (OSError, EOFError, dns.exception.DNSException):
            pass
        time.sleep(0.02)
    message = f"{process.args!r} does not serve: {log.read_text(errors='replace')[-2000:]}"
    raise RuntimeError(message)


def _zone_text(zone: str) -> str:
    return (
        f"$ORIGIN {zone}.\n$TTL 300\n@ SOA ns1.example.test. hostmaster 1 3600 600 604800 60\n@ NS ns1.example.test.\n"
        + (f"sub NS ns1.example.test.\nelsewhere NS ns.elsewhere.test.\nns1 A {HOST}\n" if zone == ZONE else "")
    )


# --- PowerDNS ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PowerDnsServer:
    """A PowerDNS with its HTTP API and a SQLite database."""

    folder: Path
    port: int
    api_port: int
    api_key: str

    @property
    def database(self) -> Path:
        return self.folder / "pdns.sqlite3"

    def reset(self, data: Sequence[Datum]) -> None:
        """Let the zones hold this and nothing else beside SOA, NS and glue."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection, connection:
            connection.execute("DELETE FROM records WHERE type NOT IN ('SOA', 'NS') AND name != 'ns1.example.test'")
            connection.execute("DELETE FROM comments")
            for datum in data:
                connection.execute(
                    "INSERT INTO records (domain_id, name, type, content, ttl, prio, disabled, auth, ordername)"
                    " SELECT id, ?, ?, ?, ?, 0, ?, 1, NULL FROM domains WHERE name = ?",
                    (datum.name, datum.type, datum.content, datum.ttl, datum.disabled, _zone_of(datum.name)),
                )

    def set_kind(self, zone: str, kind: str) -> None:
        """Make a zone NATIVE, MASTER or SLAVE."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection, connection:
            connection.execute("UPDATE domains SET type = ? WHERE name = ?", (kind, zone))

    def comment(self, name: str, type_name: str, text: str, account: str) -> None:
        """Put a comment on an RRset."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection, connection:
            connection.execute(
                "INSERT INTO comments (domain_id, name, type, modified_at, account, comment)"
                " SELECT id, ?, ?, 1, ?, ? FROM domains WHERE name = ?",
                (name, type_name, account, text, _zone_of(name)),
            )

    def comments(self) -> set[tuple[str, str, str, str]]:
        """All comments: name, type, account, text."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            return set(connection.execute("SELECT name, type, account, comment FROM comments"))

    def content(self) -> set[Datum]:
        """What the zones hold beside SOA, NS and glue."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            rows = connection.execute(
                "SELECT name, type, content, ttl, disabled FROM records"
                " WHERE type NOT IN ('SOA', 'NS') AND type IS NOT NULL AND name != 'ns1.example.test'"
            )
            return {Datum(name, kind, content, ttl, bool(off)) for name, kind, content, ttl, off in rows}


@contextmanager
def powerdns_server(folder: Path) -> Iterator[PowerDnsServer]:
    """Start PowerDNS in an empty folder."""
    server = PowerDnsServer(folder, free_port(), free_port(), secrets.token_urlsafe(18))
    schema = next(path for path in _SCHEMAS if path.exists())
    with closing(sqlite3.connect(server.database)) as connection:
        connection.executescript(schema.read_text())
    settings: Mapping[str, object] = {
        "launch": "gsqlite3",
        "gsqlite3-database": server.database,
        "gsqlite3-pragma-synchronous": 0,
        "local-address": HOST,
        "local-port": server.port,
        "socket-dir": folder,
        "api": "yes",
        "api-key": server.api_key,
        "webserver": "yes",
        "webserver-address": HOST,
        "webserver-port": server.api_port,
        "webserver-allow-from": "127.0.0.0/8",
        "cache-ttl": 0,
        "query-cache-ttl": 0,
        "negquery-cache-ttl": 0,
        "zone-cache-refresh-interval": 0,
        "security-poll-suffix": "",
    }
    (folder / "pdns.conf").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    for zone in ZONES:
        text = folder / f"{zone}.zone"
        text.write_text(_zone_text(zone))
        _run("pdnsutil", f"--config-dir={folder}", "load-zone", zone, str(text))
    command = ("pdns_server", f"--config-dir={folder}", "--guardian=no", "--daemon=no", "--disable-syslog")
    with _running((*command, "--write-pid=no"), folder, server.port):
        yield server


# --- servers with RFC 2136 --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UpdatableServer:
    """A server that takes updates with TSIG. `key_secret` is in Base64; `small_key` may read and nothing else."""

    port: int
    key_name: str
    key_secret: str
    small_key_secret: str

    def reset(self, data: Sequence[Datum]) -> None:
        """Let the zones hold this and nothing else beside SOA, NS and glue."""
        for zone in ZONES:
            update = dns.update.UpdateMessage(zone, keyring=self._key())
            for datum in self._content(zone):
                update.delete(dns.name.from_text(datum.name), datum.type)
            self._send(update)
            update = dns.update.UpdateMessage(zone, keyring=self._key())
            for datum in data:
                if _zone_of(datum.name) == zone:
                    content = f"{datum.content}." if datum.type == "CNAME" else datum.content
                    update.add(dns.name.from_text(datum.name), datum.ttl, datum.type, content)
            self._send(update)

    def content(self) -> set[Datum]:
        """What the zones hold beside SOA, NS, glue and signatures."""
        return {datum for zone in ZONES for datum in self._content(zone)}

    def _content(self, zone: str) -> set[Datum]:
        found = dns.zone.Zone(zone, relativize=False)
        query = dns.message.make_query(zone, dns.rdatatype.AXFR)
        query.use_tsig(self._key())
        dns.query.inbound_xfr(HOST, found, query=query, port=self.port, timeout=10)
        return {
            Datum(
                name.to_text(omit_final_dot=True), dns.rdatatype.to_text(rdata.rdtype), _presented(rdata.to_text()), ttl
            )
            for name, ttl, rdata in found.iterate_rdatas()
            if dns.rdatatype.to_text(rdata.rdtype) not in _KEPT and not name.to_text().startswith("ns1.")
        }

    def _send(self, update: dns.update.UpdateMessage) -> None:
        answer = dns.query.tcp(update, HOST, timeout=10, port=self.port)
        if answer.rcode() != dns.rcode.NOERROR:
            raise RuntimeError(dns.rcode.to_text(answer.rcode()))

    def _key(self) -> dns.tsig.Key:
        return dns.tsig.Key(self.key_name, self.key_secret, "hmac-sha256")


@contextmanager
def bind_server(folder: Path) -> Iterator[UpdatableServer]:
    """Start BIND in an empty folder."""
    server = _updatable()
    for zone in ZONES:
        (folder / f"{zone}.zone").write_text(_zone_text(zone))
    zones = "".join(
        f'zone "{zone}" {{ type primary; file "{zone}.zone"; check-names ignore;'
        f' allow-transfer {{ key "{server.key_name}"; }};'
        f' update-policy {{ grant "{server.key_name}" zonesub ANY; }}; }};\n'
        for zone in ZONES
    )
    (folder / "named.conf").write_text(
        f'key "{server.key_name}" {{ algorithm hmac-sha256; secret "{server.key_secret}"; }};\n'
        f'key "small" {{ algorithm hmac-sha512; secret "{server.small_key_secret}"; }};\n'
        f'options {{ directory "{folder}"; listen-on port {server.port} {{ {HOST}; }}; listen-on-v6 {{ none; }};\n'
        f' pid-file none; session-keyfile "{folder}/session.key"; lock-file none; recursion no; notify no;\n'
        " dnssec-validation no; allow-query { any; }; };\ncontrols { };\n" + zones
    )
    with _running(("named", "-g", "-n", "1", "-c", str(folder / "named.conf")), folder, server.port):
        yield server


@contextmanager
def knot_server(folder: Path) -> Iterator[UpdatableServer]:
    """Start Knot in an empty folder."""
    server = _updatable()
    for zone in ZONES:
        (folder / f"{zone}.zone").write_text(_zone_text(zone))
    zones = "".join(f"  - domain: {zone}\n    file: {zone}.zone\n    acl: [all, look]\n" for zone in ZONES)
    (folder / "knot.conf").write_text(
        f"server:\n  listen: {HOST}@{server.port}\n  rundir: {folder}\n  udp-workers: 1\n  tcp-workers: 1\n"
        f"  background-workers: 1\ndatabase:\n  storage: {folder}/db\nlog:\n  - target: stderr\n    any: info\n"
        f"key:\n  - id: {server.key_name}\n    algorithm: hmac-sha256\n    secret: {server.key_secret}\n"
        f"  - id: small\n    algorithm: hmac-sha512\n    secret: {server.small_key_secret}\n"
        f"acl:\n  - id: all\n    key: {server.key_name}\n    action: [update, transfer]\n"
        "  - id: look\n    key: small\n    action: query\n"
        f"template:\n  - id: default\n    storage: {folder}\n    zonefile-sync: -1\n    journal-content: all\n"
        "    zonefile-load: difference-no-serial\n"
        f"zone:\n{zones}"
    )
    (folder / "db").mkdir()
    with _running(("knotd", "-c", str(folder / "knot.conf")), folder, server.port):
        yield server


def _updatable() -> UpdatableServer:
    first, second = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    return UpdatableServer(free_port(), "tests", first, second)


def _presented(content: str) -> str:
    return content.removesuffix(".")


def _zone_of(name: str) -> str:
    return SUB_ZONE if name == SUB_ZONE or name.endswith(f".{SUB_ZONE}") else ZONE


def _run(*command: str) -> None:
    done = subprocess.run(command, env={**os.environ, "PATH": _PATH}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
