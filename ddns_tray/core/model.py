"""The nouns of the product, as frozen data. The words are those of docs/architecture.md and RFC 9499.

Times are seconds since the Unix epoch (UTC) as `float`, durations are seconds; both come from a `Clock`, never from
here. Owner names are canonical: lower case, A-labels, no trailing dot (`core.names`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.text import Text

IPAddress = IPv4Address | IPv6Address


class Family(StrEnum):
    """An IP version."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"

    @property
    def record_type(self) -> RecordType:
        """The address record of this family."""
        return RecordType.A if self is Family.IPV4 else RecordType.AAAA

    @property
    def version(self) -> int:
        """4 or 6, as `ipaddress` has it."""
        return 4 if self is Family.IPV4 else 6


class RecordType(StrEnum):
    """The types of address records that we keep."""

    A = "A"
    AAAA = "AAAA"

    @property
    def family(self) -> Family:
        """The IP version of this record's addresses."""
        return Family.IPV4 if self is RecordType.A else Family.IPV6


@dataclass(frozen=True, slots=True, order=True)
class RecordKey:
    """What we watch: an owner name (canonical) and a type."""

    name: str
    type: RecordType

    def __str__(self) -> str:
        return f"{self.name} {self.type}"


class Colour(StrEnum):
    """The glance. Order of worry: green, grey, yellow, red."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


# --- how we learn our address -----------------------------------------------------------------------------------


class SourceKind(StrEnum):
    """By what kind of evidence a source knows; two kinds fail in two ways."""

    HTTPS = "https"
    HTTP = "http"
    DNS = "dns"
    STUN = "stun"
    ROUTER = "router"
    INTERFACE = "interface"
    COMMAND = "command"
    FILE = "file"
    STATIC = "static"

    @property
    def is_network(self) -> bool:
        """Whether an answer of this kind proves that something beyond this machine could be reached."""
        return self in {SourceKind.HTTPS, SourceKind.HTTP, SourceKind.DNS, SourceKind.STUN}


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one source saw for one family: an address, or the problem that kept it from seeing one.

    `source` is the URI as the person wrote it, `origin` the thing that has to differ for two sources to be independent
    (a host name for network sources). `problem` may stand beside an address that was seen and refused.
    """

    source: str
    origin: str
    kind: SourceKind
    family: Family
    address: IPAddress | None
    at: float
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """One address of one network interface of this machine (RFC 4862 §5.5.4, RFC 8981 for the flags).

    `temporary` addresses change by themselves for privacy, `deprecated` ones are on their way out, `tentative` ones are
    not (or not successfully) checked for duplicates yet. IPv4 addresses have none of the three.
    """

    interface: str
    address: IPAddress
    prefix_length: int
    temporary: bool = False
    deprecated: bool = False
    tentative: bool = False


class AddressState(StrEnum):
    """What the quorum concludes for one family."""

    AGREED = "agreed"
    DISPUTED = "disputed"
    NONE = "none"
    NOT_ROUTABLE = "not_routable"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Agreement:
    """The conclusion for one family, with its witnesses. `address` is set if and only if the state is AGREED."""

    family: Family
    state: AddressState
    address: IPAddress | None
    sightings: tuple[Sighting, ...]
    since: float | None = None


# --- how we write -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExistingRecord:
    """One resource record as the provider has it.

    `id` is the provider's handle, or None where records have none. `extra` keeps what must survive a rewrite (a line, a
    route policy); its keys belong to the provider's adapter.
    """

    address: str
    ttl: int | None = None
    id: str | None = None
    proxied: bool | None = None
    comment: str | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class ExistingSet:
    """The RRset of one key at the provider. An empty `records` says that the provider knows there is none.

    `extra` is what must survive a rewrite of the whole set (records that are switched off); its keys belong to the
    provider's adapter.
    """

    key: RecordKey
    zone: str | None
    records: tuple[ExistingRecord, ...]
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses in the provider's order, duplicates included."""
        return tuple(record.address for record in self.records)


class Intent(StrEnum):
    """What the plan wants for one key. ABORT means: not enough is known to touch anything."""

    PRESERVE = "preserve"
    UPDATE = "update"
    CLEAR = "clear"
    ABORT = "abort"


class AbortReason(StrEnum):
    """Why a plan touches nothing although something may be wrong."""

    ADDRESS_UNKNOWN = "address_unknown"
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True)
class Change:
    """One write: turn `existing` into `after`.

    A provider of whole RRsets writes `after`. A provider of single records keeps `keep`, turns each pair of `replace`
    (record, new address), creates `create`, and last of all deletes `delete`. `existing` is None at services that
    cannot be read. None for `ttl`, `proxied`, `comment` means: keep what is there.
    """

    key: RecordKey
    existing: ExistingSet | None
    after: tuple[str, ...]
    keep: tuple[ExistingRecord, ...] = ()
    replace: tuple[tuple[ExistingRecord, str], ...] = ()
    create: tuple[str, ...] = ()
    delete: tuple[ExistingRecord, ...] = ()
    ttl: int | None = None
    proxied: bool | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The intent for one key, and the change that carries it out (UPDATE and CLEAR only)."""

    key: RecordKey
    intent: Intent
    change: Change | None = None
    abort_reason: AbortReason | None = None


class Outcome(StrEnum):
    """What became of a plan. UNCONFIRMED: the wire broke after the write may have happened."""

    NOOP = "noop"
    UPDATED = "updated"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """One line of `update`. `before` is empty where it is not known; `calls` counts requests to the provider."""

    key: RecordKey
    outcome: Outcome
    before: tuple[str, ...]
    after: tuple[str, ...]
    calls: int
    at: float
    problem: Problem | None = None
    abort_reason: AbortReason | None = None


# --- how we look --------------------------------------------------------------------------------------------------


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
    `server` is a host name or, for resolvers, the URI as configured.
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


@dataclass(frozen=True, slots=True)
class View:
    """All that was seen of one key in one look.

    `zone` is None if the zone could not be found; `delegation_error` then says why. `secondary_interval` is the SOA's
    refresh + retry, the time within which a secondary has to follow.
    """

    key: RecordKey
    zone: str | None
    observations: tuple[Observation, ...]
    at: float
    delegation_error: LookError | None = None
    secondary_interval: int | None = None


# --- what we conclude ---------------------------------------------------------------------------------------------


class VerdictKind(StrEnum):
    """The conclusion for one record; the words of `check --json`."""

    MATCHED = "matched"
    PROPAGATING = "propagating"
    OVERDUE = "overdue"
    STALE = "stale"
    SECONDARY_LAG = "secondary_lag"
    MISMATCH = "mismatch"
    EXTRA = "extra"
    MISSING = "missing"
    BOGUS = "bogus"
    LAME = "lame"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    HIJACKED = "hijacked"
    INTERNAL_VIEW = "internal_view"
    FILTERED = "filtered"
    PROXIED = "proxied"
    DOUBLE_NAT = "double_nat"
    AUTH_UNREACHABLE = "auth_unreachable"
    OFFLINE = "offline"
    PAUSED = "paused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code (usually the verdict's word, or finer) and the facts that the sentence needs; see `words`."""

    code: str
    data: Mapping[str, str | int | float | tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted(self.data.items()))))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`deadline` is the time at which this should have become green by itself, if there is such a time."""

    kind: VerdictKind
    colour: Colour
    reason: Reason
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class RecordMemory:
    """What must be remembered of one key from round to round, and over a restart.

    `ours` are the addresses that we wrote or that were handed to us with the name. `served_since` is T of the deadline
    arithmetic: when the last authoritative server first served the expected set (`expected`), with `old_ttl` the TTL
    that caches may hold of what was there before, and `old_negative` whether that was "no such name".
    `cached_until` is tighter knowledge for one resolver: when its old answer runs out. `served_ttl` and
    `served_negative` say the same of what the authoritative servers serve now; they become the old ones with the next
    change. `blocked` stops writing until the person acts; `not_before` until a time.
    """

    ours: frozenset[str] = frozenset()
    expected: frozenset[str] = frozenset()
    expected_since: float | None = None
    served_since: float | None = None
    old_ttl: int | None = None
    old_negative: bool = False
    cached_until: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    served_ttl: int | None = None
    served_negative: bool = False
    last_matched: float | None = None
    written: tuple[str, ...] = ()
    written_at: float | None = None
    unconfirmed: bool = False
    failures: int = 0
    not_before: float | None = None
    blocked: Problem | None = None


@dataclass(frozen=True, slots=True)
class RecordStatus:
    """All that a front end may know of one record. `since` is when the verdict's kind last changed."""

    key: RecordKey
    account: str | None
    expected: tuple[str, ...]
    verdict: Verdict
    view: View | None = None
    since: float | None = None
    last_update: UpdateResult | None = None
    proven_at: float | None = None


class Phase(StrEnum):
    """What the engine is doing."""

    STARTING = "starting"
    IDLE = "idle"
    CHECKING = "checking"
    UPDATING = "updating"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The immutable whole; the only thing a front end sees. `colour` is that of the worst record."""

    at: float
    phase: Phase
    colour: Colour
    addresses: Mapping[Family, Agreement]
    records: tuple[RecordStatus, ...]
    next_check: float | None = None
    paused_until: float | None = None
    """None while running; `float("inf")` means until the person resumes."""
    address_changed_at: float | None = None
    problems: tuple[Problem, ...] = ()
    """Troubles of the whole (settings that cannot be read, a keyring that does not open)."""
    rounds: int = 0


# --- providers described --------------------------------------------------------------------------------------------


class ProviderStatus(StrEnum):
    """Whether a service still serves."""

    ALIVE = "alive"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One thing to know about an account: secrets go to the keyring, the rest to the settings file."""

    name: str
    label: Text
    help: Text
    secret: bool = False
    required: bool = True
    default: str | None = None
    choices: tuple[str, ...] = ()
    """The only values that make sense, where there are few; empty for free text."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a service can do; `ttl` is its smallest and largest TTL in seconds, None where there is no choice."""

    a: bool = True
    aaaa: bool = True
    list_zones: bool = True
    list_records: bool = True
    proxied: bool = False
    multi_value: bool = True
    wildcard: bool = True
    ttl: tuple[int, int] | None = (0, 2147483647)


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """A service as the registry knows it. `aliases` are what people search for, in any language."""

    id: str
    title: str
    family: str
    fields: tuple[FieldSpec, ...]
    capabilities: Capabilities
    aliases: tuple[str, ...] = ()
    status: ProviderStatus = ProviderStatus.ALIVE
    homepage: str = ""
    min_write_interval: float = 0.0
    """Seconds between two writes of one name that the service asks for."""
    plain_http: bool = False
    """Whether the service has no TLS, so that everybody on the way can read the credentials: warn before first use."""
    note: Text | None = None
    """What has to be known before one chooses this service: that it has ended, or what it cannot do safely."""


@dataclass(frozen=True, slots=True)
class AccountReport:
    """What a read-only test of an account found: the zones it may see, and remarks on what the token may do."""

    zones: tuple[str, ...]
    remarks: tuple[Text, ...] = ()
