"""Whom we ask: endpoints, and the resolvers and root hints as people write them.

This module does not know what is asked, and resolves no names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from urllib.parse import parse_qs, urlsplit

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.model import Transport
from ddns_tray.core.text import text

DNS_PORT = 53
TLS_PORT = 853
HTTPS_PORT = 443
SYSTEM = "system"
_DEFAULT_PORTS = {
    Transport.UDP: DNS_PORT,
    Transport.TCP: DNS_PORT,
    Transport.TLS: TLS_PORT,
    Transport.HTTPS: HTTPS_PORT,
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and a port; `address` is in the canonical spelling of `ipaddress`."""

    address: str
    port: int = DNS_PORT

    def __hash__(self) -> int:
        """Cheap: hardly any two that differ have the same address."""
        return hash(self.address)

    @property
    def is_ipv6(self) -> bool:
        """Whether it takes an IPv6 socket."""
        return ":" in self.address


@dataclass(frozen=True, slots=True)
class Target:
    """One server and the way to it.

    `label` is what an observation calls it (a host name, or the URI as configured). `host` is the name that its
    certificate has to prove, `ca_file` an own certificate authority, `path` the path of DNS over HTTPS. `endpoint` is
    None where the address of `host` has to be looked up first.
    """

    label: str
    endpoint: Endpoint | None
    transport: Transport = Transport.UDP
    host: str = ""
    port: int = DNS_PORT
    ca_file: str | None = None
    path: str = ""

    def __hash__(self) -> int:
        """Cheap, since one is looked up for every answer: few that differ have the same label."""
        return hash(self.label)


@lru_cache(maxsize=1024)
def authority(name: str, endpoint: Endpoint) -> Target:
    """The way to one authoritative server: UDP, then TCP; one object each, since it is looked up for every answer."""
    return Target(name, endpoint, port=endpoint.port)


def parse_resolver(uri: str) -> Target | None:
    """Read a resolver as written in the settings; None stands for `system`, whose servers are known only later.

    Accepts `udp://IP[:port]`, `tcp://IP[:port]`, `tls://HOST[:port]` and `https://HOST[:port]/path`; the last two take
    `?ip=` (ask this address, still prove the name) and `?ca=` (a file with an own certificate authority). A bare
    address means UDP. Raises `ConfigError`.
    """
    if uri == SYSTEM:
        return None
    if "://" not in uri:
        endpoint = parse_endpoint(uri)
        return Target(uri, endpoint, port=endpoint.port)
    try:
        parts = urlsplit(uri)
        transport = Transport(parts.scheme)
        host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[transport]
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError as exc:
        raise _not_a_resolver(uri) from exc
    if not host or options.keys() - {"ip", "ca"}:
        raise _not_a_resolver(uri)
    address = _address(options["ip"][0]) if "ip" in options else _address(host)
    if address is None and (transport in {Transport.UDP, Transport.TCP} or "ip" in options):
        raise _not_a_resolver(uri)
    return Target(
        label=uri,
        endpoint=None if address is None else Endpoint(address, port),
        transport=transport,
        host=host,
        port=port,
        ca_file=options["ca"][0] if "ca" in options else None,
        path=(parts.path or "/dns-query") if transport is Transport.HTTPS else "",
    )


def parse_endpoint(written: str) -> Endpoint:
    """Read `IP`, `IPv4:PORT`, `[IPv6]` or `[IPv6]:PORT`. Raises `ConfigError`."""
    address = _address(written)
    if address is not None:
        return Endpoint(address)
    try:
        parts = urlsplit(f"//{written}")
        address, port = _address(parts.hostname or ""), parts.port or DNS_PORT
    except ValueError:
        address, port = None, 0
    if address is None or written.strip("[]:.0123456789abcdefABCDEF"):
        raise ConfigError(
            text("{written} is not the address of a DNS server.", written=written),
            text("Write an IP address, with a port as in 127.0.0.1:5353 or [::1]:5353 if it is not 53."),
        )
    return Endpoint(address, port)


def _address(written: str) -> str | None:
    """The canonical spelling of an address (with its scope, if any), or None."""
    try:
        address = ip_address(written)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def _not_a_resolver(uri: str) -> ConfigError:
    return ConfigError(
        text("{uri} is not a resolver that can be asked.", uri=uri),
        text("Write system, udp://192.0.2.1, tcp://192.0.2.1, tls://dns.example or https://dns.example/dns-query."),
    )
