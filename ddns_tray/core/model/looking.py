"""How we look: raw answers of servers, never a judgement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddns_tray.core.model.base import RecordKey


class Role(StrEnum):
    """In what capacity a server was asked."""

    AUTHORITATIVE = "authoritative"
    RESOLVER = "resolver"
    PARENT = "parent"


class Transport(StrEnum):
    """How it was asked."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"
    HTTPS = "https"


class LookError(StrEnum):
    """Why there is no usable answer. An rcode is an answer, not an error."""

    TIMEOUT = "timeout"
    PORT_CLOSED = "port_closed"
    UNREACHABLE = "unreachable"
    CONNECTION_LOST = "connection_lost"
    TLS = "tls"
    HTTP = "http"
    MALFORMED = "malformed"
    NO_ADDRESS = "no_address"
    """The delegation names a server that has no address."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One raw answer of one server, or the lack of it; never a judgement.

    `answer` holds the addresses at the end of the CNAME chain, `ttl` the smallest TTL on the way there, `negative_ttl`
    min(SOA.ttl, SOA.minimum) of a negative answer (RFC 2308 §5), `serial` the zone's SOA serial where it was asked.
    `ttls` are those of each of the `cnames` and, last, of the addresses; empty without an alias.
    `server` is a host name or, for resolvers, the URI as configured. `checking_disabled` is the rcode that a failing
    resolver gave when it was asked again with its DNSSEC checks off (CD=1, RFC 4035 §3.2.2); None where it was not.
    """

    role: Role
    server: str
    address: str
    transport: Transport
    at: float
    rcode: str | None = None
    answer: tuple[str, ...] = ()
    ttl: int | None = None
    aa: bool = False
    ad: bool = False
    ede: tuple[int, ...] = ()
    cnames: tuple[str, ...] = ()
    referral: bool = False
    negative_ttl: int | None = None
    serial: int | None = None
    rtt_ms: float | None = None
    error: LookError | None = None
    checking_disabled: str | None = None
    ttls: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """One step from parent to child: a zone ("" is the root), and the servers that speak for it.

    `without_address` are those of them that nobody could ask. `told_by_resolver` says that no parent was asked for it:
    the walk began here, with what a resolver knew.
    """

    zone: str
    servers: tuple[str, ...]
    without_address: tuple[str, ...] = ()
    told_by_resolver: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """All that was seen of one key in one look.

    `zone` is None if the zone could not be found; `delegation_error` then says why. `secondary_interval` is the SOA's
    refresh + retry, the time within which a secondary has to follow. `path` is the way from parent to child on which
    the zone was found.
    """

    key: RecordKey
    zone: str | None
    observations: tuple[Observation, ...]
    at: float
    delegation_error: LookError | None = None
    secondary_interval: int | None = None
    path: tuple[Cut, ...] = ()
    wildcard: bool = False
    """Whether a name that nobody has created has the same addresses: the answer may come from a wildcard."""
