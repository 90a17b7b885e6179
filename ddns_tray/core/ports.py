"""What the engine asks of the world, as Protocols: time, chance, the wire, secrets, sources, services, witnesses.

Adapters implement these; tests give fakes. No library of any adapter is named here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

from ddns_tray.core.model import ANY_WAY

if TYPE_CHECKING:
    import socket
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from ssl import SSLContext

    from ddns_tray.core.model import (
        AccountReport,
        Binding,
        Capabilities,
        Change,
        ExistingSet,
        Family,
        ProviderSpec,
        RecordKey,
        RecordMemory,
        Sighting,
        Snapshot,
        SourceKind,
        UpdateResult,
        View,
    )
    from ddns_tray.core.portal import ProbeAnswer
    from ddns_tray.core.repairs import Repair, RepairKind
    from ddns_tray.core.settings import AccountSettings, LineSettings, RecordSettings, Settings

SettingValue = str | int | float | bool | list[str]
SettingChange = tuple[str, str, SettingValue | None]
"""Section, key and value; None goes back to the default."""


class Clock(Protocol):
    """Time. `now` may jump (wall clock, Unix seconds); `monotonic` does not."""

    def now(self) -> float:
        """Seconds since the Unix epoch."""

    def monotonic(self) -> float:
        """Seconds since some fixed point."""

    async def sleep(self, seconds: float) -> None:
        """Return after about `seconds`."""


class Chance(Protocol):
    """Randomness that need not be secret: jitter, sampling. `random.Random` fits."""

    def random(self) -> float:
        """Return a number in [0, 1)."""


class Secret:
    """A secret on its way: it can be used by `reveal()`, and shows itself nowhere else."""

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        _ALIVE[id(self)] = self

    def reveal(self) -> str:
        """Return the secret itself; call this only where it goes on the wire."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str | tuple[object, ...]:
        message = "a secret must not be serialised"
        raise TypeError(message)


_ALIVE: WeakValueDictionary[int, Secret] = WeakValueDictionary()


def living_secrets() -> tuple[str, ...]:
    """Every secret that this process holds, for those who have to leave them out of a text."""
    return tuple({secret.reveal() for secret in tuple(_ALIVE.values())})


# --- the wire -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. `url` is absolute; query parameters go in `params` so that they can be kept out of logs.

    `family` forces IPv4 or IPv6, `local_address` a sender, `binding` a line. `use_proxy` obeys the person's proxy
    settings: right for provider calls, wrong for "what is my address". `timeout` bounds the whole exchange, `max_bytes`
    the body. `address` is where to connect, with nothing looked up: the certificate still has to prove the host of the
    URL. `ca_file` is one more authority (PEM) to believe. `http2` offers HTTP/2, which carries many requests at once
    over one kept connection; a server that does not take it is spoken to in HTTP/1.1.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    params: Sequence[tuple[str, str]] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    timeout: float = 15.0
    max_bytes: int = 1_000_000
    follow_redirects: bool = False
    family: Family | None = None
    local_address: str | None = None
    binding: Binding = ANY_WAY
    use_proxy: bool = True
    address: str | None = None
    ca_file: str | None = None
    http2: bool = False
    lane: int = 0
    """Requests in different lanes share no connections; another number closes those of the one before."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One answer: header names are lower case, the body is complete."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def text(self) -> str:
        """The body as UTF-8, with broken bytes replaced."""
        return self.body.decode("utf-8", "replace")


class Binder(Protocol):
    """What binds a socket that is not connected yet to one way to the world."""

    def __call__(self, sock: socket.socket, binding: Binding, family: Family, /) -> None:
        """Bind it, or leave it alone where the binding says nothing of this family. Raises `OSError`."""


class Lookup(Protocol):
    """What looks up the addresses of a name."""

    async def __call__(self, host: str, family: Family, /) -> Sequence[str]:
        """Return them, the preferred one first. Raises `OSError`, or `UnicodeError` for what is no name."""


class Sockets(Protocol):
    """The way out for sockets that speak with the world: as the system likes, or by a line that is known to live.

    Lines change, so it is asked anew for each socket.
    """

    @property
    def by_choice(self) -> bool:
        """Whether a line is chosen at the moment. What stands in the house is not reached by it."""

    def bind(self, sock: socket.socket, address: str, /) -> None:
        """Bind a socket that is about to be connected to this address, if that has to be. Raises `OSError`."""

    async def open_connection(
        self,
        host: str,
        port: int,
        *,
        ssl: SSLContext | None = None,
        server_hostname: str | None = None,
        happy_eyeballs_delay: float | None = None,
    ) -> tuple[StreamReader, StreamWriter]:
        """Connect, with the parameters and the errors of `asyncio.open_connection`."""


class HttpClient(Protocol):
    """The only way to HTTP. Raises `TransportError` and nothing else; any status is a normal return."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and read its whole answer."""

    async def aclose(self) -> None:
        """Close kept connections."""


# --- adapters -------------------------------------------------------------------------------------------------------


class Detector(Protocol):
    """One way to learn a public address."""

    @property
    def source(self) -> str:
        """The URI as the person wrote it."""

    @property
    def origin(self) -> str:
        """What must differ for two sources to be independent."""

    @property
    def kind(self) -> SourceKind:
        """By what kind of evidence it knows."""

    @property
    def families(self) -> frozenset[Family]:
        """The families that it can see."""

    @property
    def rank(self) -> int:
        """When to ask: 0 at once, higher ranks only while there is no agreement yet. Keeps polling polite."""

    async def detect(self, family: Family) -> Sighting:
        """Look once, in at most 5 s. A failure is a sighting with a problem, not an exception."""


class Provider(Protocol):
    """One account at one DNS service. Methods raise `ProviderError` or `TransportError`.

    `calls` counts requests since the account was opened, for `update --json` and the metrics.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this service can do."""

    @property
    def calls(self) -> int:
        """Requests sent so far."""

    async def zones(self) -> tuple[str, ...]:
        """The zones that the credentials may see, canonical."""

    async def records(self, zone: str) -> tuple[ExistingSet, ...]:
        """All address RRsets of a zone."""

    async def read(self, key: RecordKey) -> ExistingSet | None:
        """The RRset as the provider has it now; None where the service cannot be read (dyndns2)."""

    async def apply(self, change: Change) -> None:
        """Write. Raises `Unconfirmed` if the wire broke after the write may have happened."""

    async def test(self) -> AccountReport:
        """Try the credentials without writing."""

    async def aclose(self) -> None:
        """Release what is held."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """How many independent servers of the wide world were asked, and how many gave any answer at all."""

    asked: int
    answered: int


class Verifier(Protocol):
    """The witnesses: authoritative servers and resolvers."""

    async def observe(self, keys: Sequence[RecordKey], *, resolvers: bool = True) -> Mapping[RecordKey, View]:
        """Ask every authoritative server of each key's zone, then (unless not wanted) the resolvers.

        A name that the authoritative servers do not have is not asked of resolvers: they would cache the "no".
        """

    async def anchors(self) -> Anchors:
        """Ask at least three independent servers anything, to tell "we are offline" from "they are"."""

    async def look_up(self, host: str, family: Family, /) -> Sequence[str]:
        """Return the addresses of a host as the first resolver has them that tells. Raises `OSError`."""

    def forget_delegations(self) -> None:
        """Drop what is known about zones and their servers; after wake and network changes."""

    async def aclose(self) -> None:
        """Close sockets and kept connections."""


class PortalProbe(Protocol):
    """Asks for pages that are known, to see whether the network answers in the place of others."""

    async def probe(self) -> Sequence[ProbeAnswer]:
        """Ask several independent operators, for at most 5 s. Raises nothing that the world can cause."""


class SecretStore(Protocol):
    """Where credentials live. Methods raise `SecretError`."""

    async def get(self, account: str, field_name: str) -> Secret | None:
        """The secret, or None if there is none."""

    async def set(self, account: str, field_name: str, value: Secret) -> None:
        """Keep it, replacing an older one."""

    async def delete(self, account: str, field_name: str) -> None:
        """Remove it; removing what is not there is fine."""


class MemoryStore(Protocol):
    """What the engine remembers over a restart. Methods raise `StorageError`; a torn or foreign file reads as empty."""

    def load(self) -> Mapping[RecordKey, RecordMemory]:
        """Read all."""

    def save(self, memory: Mapping[RecordKey, RecordMemory], *, changed: RecordKey | None = None) -> None:
        """Write all, atomically; where it is `changed` alone that has to be kept now, that may be enough."""


class SeenRelease(Protocol):
    """The newest state of the release feed that was ever seen here. Methods raise `StorageError`."""

    def load(self) -> int:
        """Its sequence, 0 before the first."""

    def save(self, sequence: int) -> None:
        """Keep it."""


class Subscriber(Protocol):
    """Anything that wants to see snapshots; it can neither break nor delay a round."""

    def __call__(self, snapshot: Snapshot, /) -> None:
        """Take the newest snapshot; return quickly."""


# --- what front ends are given --------------------------------------------------------------------------------------


class EngineControls(Protocol):
    """The engine as the front room sees it: a few verbs. Those that are not coroutines return at once."""

    @property
    def snapshot(self) -> Snapshot:
        """The newest one."""

    def subscribe(self, subscriber: Subscriber, /) -> Callable[[], None]:
        """Send every snapshot from now on; returns the way to stop that."""

    def check_now(self) -> None:
        """Run a round soon; quick repeats become one."""

    async def update_now(self, names: Sequence[str] = (), *, force: bool = False) -> tuple[UpdateResult, ...]:
        """Run a round that compares every (named) record with the provider; `force` writes even what is equal."""

    async def preview_repair(self, key: RecordKey, kind: RepairKind) -> Repair:
        """Read the provider of one record, and say what a repair would write; raises `DdnsTrayError`."""

    async def apply_repair(self, repair: Repair) -> UpdateResult:
        """Write just what was previewed; raises `DdnsTrayError` and writes nothing if that does not hold any more."""

    def pause(self, until: float | None = None) -> None:
        """Stop looking and writing until a time, or (None) until resumed."""

    def resume(self) -> None:
        """Go on."""


class SettingsFile(Protocol):
    """The settings on disk. Methods raise `ConfigError` (nothing is written then) or `StorageError`."""

    @property
    def path(self) -> Path:
        """Where it lies."""

    def read(self) -> Settings:
        """Read and check; a missing file reads as the defaults."""

    def put_account(self, account: AccountSettings, *, replaces: str | None = None) -> None:
        """Add an account, or put it in the place of the one called `replaces` (records follow a new id)."""

    def remove_account(self, account_id: str) -> None:
        """Remove an account that no record uses."""

    def put_line(self, line: LineSettings, *, replaces: str | None = None) -> None:
        """Add a line, or put it in the place of the one called `replaces` (records follow a new id)."""

    def remove_line(self, line_id: str) -> None:
        """Remove a line that no record follows."""

    def put_record(self, record: RecordSettings, *, replaces: RecordSettings | None = None) -> None:
        """Add a record, or put it in the place of another."""

    def remove_record(self, record: RecordSettings) -> None:
        """Stop keeping a name; what stands at the provider stays."""

    def set_value(self, section: str, key: str, value: SettingValue) -> None:
        """Set one key of [general], [address], [address.ipv4], [address.ipv6] or [verify]."""

    def clear_value(self, section: str, key: str) -> None:
        """Go back to the default of a key of these sections."""

    def set_values(self, changes: Sequence[SettingChange]) -> None:
        """Change several keys in one write: all of them, or none."""

    def begin(
        self, account: AccountSettings, records: Sequence[RecordSettings], changes: Sequence[SettingChange] = ()
    ) -> None:
        """Add an account with its names, and change some keys, in one write: all of it, or nothing."""

    def read_other(self, path: Path) -> Settings:
        """Read and check a settings file of another computer, without taking anything from it."""

    def write_other(self, path: Path, toml: str) -> None:
        """Write settings for another computer: in one step, and never over the settings in force."""

    def take_in(self, coming: Settings) -> None:
        """Add or replace what other settings have, in one write; nothing that only ours have goes."""

    def preview(self, coming: Settings) -> Settings:
        """What the settings would be after `take_in`; nothing is written."""

    def undoable(self) -> tuple[Settings, Settings] | None:
        """The settings after and before the last write of this program, if the file is still as it left it."""

    def undo(self) -> None:
        """Go back to before the last write of this program."""


class AccountDesk(Protocol):
    """Accounts tried before they are kept. `typed` holds secrets that are not in the keyring yet."""

    def providers(self) -> tuple[ProviderSpec, ...]:
        """All services, in the order in which to offer them."""

    async def test(self, account: AccountSettings, typed: Mapping[str, Secret]) -> AccountReport:
        """Read-only test; raises `ProviderError`, `TransportError` or `SecretError`."""

    async def records(
        self, account: AccountSettings, typed: Mapping[str, Secret], zone: str
    ) -> tuple[ExistingSet, ...]:
        """The address records of a zone of the account."""
