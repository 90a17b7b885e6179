"""Snapshots as they are in life, and fakes of the ports that the front room is given."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ConfigError, Problem, ProblemCode
from ddns_tray.core.model import (
    AccountReport,
    AddressState,
    Agreement,
    Binding,
    Capabilities,
    Circumstances,
    Colour,
    Cut,
    Detour,
    ExistingRecord,
    ExistingSet,
    Family,
    FieldSpec,
    InterfaceAddress,
    LineRemark,
    LineState,
    LineStatus,
    LookError,
    Observation,
    Outcome,
    Phase,
    ProviderSpec,
    ProviderStatus,
    Reason,
    RecordKey,
    RecordMemory,
    RecordStatus,
    RecordType,
    Role,
    Sighting,
    Snapshot,
    SourceKind,
    Transport,
    Turn,
    UpdateResult,
    Verdict,
    VerdictKind,
    View,
)
from ddns_tray.core.repairs import Repair, RepairKind, Wish, plan_repair
from ddns_tray.core.settings import AccountSettings, LineSettings, RecordSettings, Settings
from ddns_tray.core.text import text
from ddns_tray.ui.activity import ActivityLog
from ddns_tray.ui.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from pathlib import Path

    from ddns_tray.core.errors import DdnsTrayError
    from ddns_tray.core.ports import Secret, SettingChange, SettingValue, Subscriber
    from ddns_tray.ui.services import Spawn

NOW = 1_800_000_000.0
MINE = "11.22.33.44"
OLD = "99.10.20.30"
MINE_6 = "2a02:810d:1:2::7"
PATH = (
    Cut("", ("a.root-servers.net", "b.root-servers.net")),
    Cut("org", ("a0.org.afilias-nst.info", "b0.org.afilias-nst.org")),
    Cut("example.org", ("ns1.example-dns.net", "ns2.example-dns.net")),
)


_ADDRESSES = {
    "ns2.example-dns.net": "198.51.100.53",
    "https://cloudflare-dns.com/dns-query": "203.0.113.53",
}


def seen(
    server: str,
    answer: Sequence[str] = (MINE,),
    *,
    role: Role = Role.RESOLVER,
    transport: Transport = Transport.UDP,
    ttl: int | None = 300,
    rtt_ms: float | None = 12.0,
    rcode: str | None = "NOERROR",
    error: LookError | None = None,
) -> Observation:
    """What one witness said."""
    return Observation(
        role=role,
        server=server,
        address=_address_of(server),
        transport=transport,
        at=NOW - 22,
        rcode=None if error else rcode,
        answer=() if error else tuple(answer),
        ttl=None if error else ttl,
        aa=role is Role.AUTHORITATIVE,
        rtt_ms=None if error else rtt_ms,
        error=error,
    )


def _address_of(server: str) -> str:
    """A resolver that is named by its address has that one."""
    host = server.partition("://")[2]
    if host.replace(".", "").isdecimal():
        return host
    return _ADDRESSES.get(server, "192.0.2.53")


def authoritative(server: str, answer: Sequence[str] = (MINE,), rtt_ms: float = 18.0) -> Observation:
    """What one authoritative server said."""
    return seen(server, answer, role=Role.AUTHORITATIVE, rtt_ms=rtt_ms)


def witnesses(*resolvers: Observation, answer: Sequence[str] = (MINE,)) -> tuple[Observation, ...]:
    """Two authoritative servers, and the resolvers given."""
    return (
        authoritative("ns1.example-dns.net", answer),
        authoritative("ns2.example-dns.net", answer, 21.0),
        *resolvers,
    )


def record(
    name: str,
    kind: VerdictKind = VerdictKind.MATCHED,
    colour: Colour = Colour.GREEN,
    *,
    observations: tuple[Observation, ...] | None = None,
    record_type: RecordType = RecordType.A,
    account: str | None = "cloudflare",
    expected: tuple[str, ...] = (MINE,),
    deadline: float | None = None,
    reason: Reason | None = None,
    since: float | None = NOW - 7200,
    last_update: UpdateResult | None = None,
) -> RecordStatus:
    """One record with its witnesses."""
    key = RecordKey(name, record_type)
    if observations is None:
        observations = witnesses(
            seen("https://cloudflare-dns.com/dns-query", transport=Transport.HTTPS), seen("udp://9.9.9.9", rtt_ms=9.0)
        )
    return RecordStatus(
        key=key,
        account=account,
        expected=expected,
        verdict=Verdict(kind, colour, reason or Reason(kind.value), deadline),
        view=View(key, "example.org", observations, NOW - 22, path=PATH) if observations else None,
        since=since,
        last_update=last_update,
        proven_at=NOW - 22 if kind is VerdictKind.MATCHED else None,
        turns=turns(kind, colour, NOW if since is None else since),
    )


def turns(kind: VerdictKind, colour: Colour, since: float) -> tuple[Turn, ...]:
    """A day in which the program was off for an hour, and something was wrong for a while."""
    return (
        Turn(NOW - 90_000, VerdictKind.MATCHED, Colour.GREEN),
        Turn(NOW - 60_000, None, None),
        Turn(NOW - 56_400, VerdictKind.MATCHED, Colour.GREEN),
        Turn(NOW - 30_000, VerdictKind.MISMATCH, Colour.RED),
        Turn(NOW - 28_000, VerdictKind.PROPAGATING, Colour.YELLOW),
        Turn(NOW - 24_000, VerdictKind.MATCHED, Colour.GREEN),
        *([Turn(since, kind, colour)] if kind is not VerdictKind.MATCHED else []),
    )


def propagating(name: str = "home.example.org", seconds: float = 252.0) -> RecordStatus:
    """Right at the authoritative servers; a resolver still holds the old address."""
    return record(
        name,
        VerdictKind.PROPAGATING,
        Colour.YELLOW,
        observations=witnesses(
            seen("https://cloudflare-dns.com/dns-query", transport=Transport.HTTPS),
            seen("udp://8.8.8.8", (OLD,), ttl=252, rtt_ms=9.0),
        ),
        deadline=NOW + seconds,
        since=NOW - 120,
        last_update=UpdateResult(
            RecordKey(name, RecordType.A), Outcome.UPDATED, (OLD,), (MINE,), calls=2, at=NOW - 120.4
        ),
    )


def mismatch(name: str = "mail.example.org") -> RecordStatus:
    """The authoritative servers give an address that is not ours, and the write failed."""
    return record(
        name,
        VerdictKind.MISMATCH,
        Colour.RED,
        observations=witnesses(seen("udp://9.9.9.9", (OLD,)), answer=(OLD,)),
        since=NOW - 1860,
        last_update=UpdateResult(
            RecordKey(name, RecordType.A),
            Outcome.FAILED,
            (OLD,),
            (MINE,),
            calls=1,
            at=NOW - 1800,
            problem=Problem(
                ProblemCode.AUTHENTICATION_FAILED,
                text("{service} does not accept the credentials.", service="Cloudflare"),
                text(
                    "Check the credentials at the service, make new ones if need be, and enter them in the account's"
                    " settings."
                ),
            ),
        ),
    )


def extra(name: str = "cam.example.org") -> RecordStatus:
    """One address too many."""
    return record(
        name,
        VerdictKind.EXTRA,
        Colour.RED,
        observations=witnesses(seen("udp://9.9.9.9", (MINE, OLD)), answer=(MINE, OLD)),
        since=NOW - 420,
    )


def address(
    state: AddressState = AddressState.AGREED, value: str | None = MINE, family: Family = Family.IPV4
) -> Agreement:
    """The conclusion of three sources, one of which failed."""
    found = ip_address(value) if value else None
    return Agreement(
        family,
        state,
        found if state is AddressState.AGREED else None,
        (
            Sighting("https://api.ipify.org", "api.ipify.org", SourceKind.HTTPS, family, found, NOW - 20),
            Sighting("https://icanhazip.com", "icanhazip.com", SourceKind.HTTPS, family, found, NOW - 20),
            Sighting(
                "interface:eth0",
                "eth0",
                SourceKind.INTERFACE,
                family,
                None,
                NOW - 20,
                Problem(
                    ProblemCode.DETECTOR,
                    text(
                        "{source} has no lasting {family} address.",
                        source="interface:eth0",
                        family=f"IPv{family.version}",
                    ),
                ),
            ),
        ),
        NOW - 120,
    )


def snapshot(
    *records: RecordStatus, phase: Phase = Phase.IDLE, colour: Colour | None = None, rounds: int = 12
) -> Snapshot:
    """The whole, with the colour of the worst record."""
    order = (Colour.RED, Colour.YELLOW, Colour.GREY, Colour.GREEN)
    worst = min((status.verdict.colour for status in records), key=order.index, default=Colour.GREY)
    return Snapshot(
        at=NOW,
        phase=phase,
        colour=colour or worst,
        addresses={Family.IPV4: address()},
        records=records,
        next_check=NOW + 38,
        address_changed_at=NOW - 120,
        rounds=rounds,
    )


def green() -> Snapshot:
    """All is well."""
    return snapshot(record("home.example.org"), record("nas.example.org"), record("vpn.example.org"))


def on_two_lines() -> Snapshot:
    """A name that follows the second of two lines; the first is down, and neither lets us choose its interface."""
    dead = replace(address(AddressState.UNKNOWN), sightings=address().sightings[2:])
    down = LineStatus(
        "fibre",
        Binding("eth0"),
        {Family.IPV4: dead},
        {Family.IPV4: LineState.DOWN},
        {Family.IPV4: NOW - 300},
        (LineRemark.NO_INTERFACE, LineRemark.BOUND_BY_ADDRESS),
    )
    up = LineStatus(
        "lte", Binding(local_address=ip_address("192.168.8.2")), {Family.IPV4: address()}, {Family.IPV4: LineState.UP}
    )
    followed = replace(record("home.example.org"), line="lte")
    return replace(snapshot(followed, record("nas.example.org")), lines=(down, up))


def behind_a_vpn(*, tunnel: bool = True, home: str | None = OLD) -> Snapshot:
    """The world sees the end of a tunnel, and nobody has said whose address one name shall have."""
    waiting = record("home.example.org", VerdictKind.UNKNOWN, Colour.YELLOW, reason=Reason("address_undecided"))
    told = Circumstances(
        NOW, None, RecordMemory(), online=True, watched_only=False, address_state=AddressState.UNDECIDED
    )
    seen_at_home = address(AddressState.UNKNOWN) if home is None else address(value=home)
    return replace(
        snapshot(replace(waiting, circumstances=told), record("nas.example.org")),
        detours={Family.IPV4: Detour(Family.IPV4, "wg0", "eth0", tunnel)},
        home={Family.IPV4: seen_at_home},
    )


def on_its_way() -> Snapshot:
    """Two right, one that will be."""
    return snapshot(record("nas.example.org"), propagating(), record("vpn.example.org"))


def troubled() -> Snapshot:
    """One of each worry."""
    v6 = record("nas.example.org", record_type=RecordType.AAAA, expected=(MINE_6,), observations=())
    return replace(
        snapshot(record("nas.example.org"), v6, propagating(), extra(), mismatch(), record("vpn.example.org")),
        addresses={Family.IPV4: address(), Family.IPV6: address(value=MINE_6, family=Family.IPV6)},
    )


def paused() -> Snapshot:
    """Paused by the person for an hour."""
    grey = record("home.example.org", VerdictKind.PAUSED, Colour.GREY)
    return replace(snapshot(grey, phase=Phase.PAUSED), paused_until=NOW + 3600, next_check=None)


def offline() -> Snapshot:
    """No way to the world."""
    grey = record(
        "home.example.org",
        VerdictKind.OFFLINE,
        Colour.GREY,
        observations=(seen("udp://9.9.9.9", error=LookError.UNREACHABLE),),
    )
    return replace(snapshot(grey), addresses={Family.IPV4: address(AddressState.OFFLINE, None)})


def unspeakable() -> Snapshot:
    """A Chinese name in A-labels, and one as long as the DNS allows."""
    long_name = ".".join(["a" * 60, "b" * 60, "c" * 60, "example", "org"])
    return snapshot(record("xn--fiqs8s.xn--fsqu00a.example"), propagating(long_name), extra("xn--6qq79v.example.org"))


def empty() -> Snapshot:
    """Nothing to keep yet."""
    return snapshot()


def many(count: int) -> Snapshot:
    """As many records as anybody has."""
    return snapshot(*(record(f"host{number:05}.example.org") for number in range(count - 1)), propagating())


def repair(kind: RepairKind, key: RecordKey, at_provider: tuple[ExistingRecord, ...]) -> Repair:
    """What would be written where this stands at the provider."""
    existing = ExistingSet(key, "example.org", at_provider)
    return plan_repair(kind, key, (MINE,), existing, RecordMemory(), wish=Wish(), capabilities=Capabilities())


# --- fakes of the ports ---------------------------------------------------------------------------------------------


@dataclass
class FakeEngine:
    """`EngineControls` that shows what it is told to and writes down what it was asked."""

    snapshot: Snapshot = field(default_factory=green)
    asked: list[object] = field(default_factory=list)
    subscribers: list[Subscriber] = field(default_factory=list)
    at_provider: tuple[ExistingRecord, ...] = (ExistingRecord(MINE, 300), ExistingRecord(OLD, 300))
    problem: DdnsTrayError | None = None
    """Raised by the next verb of a repair."""

    def subscribe(self, subscriber: Subscriber, /) -> Callable[[], None]:
        self.subscribers.append(subscriber)
        return lambda: self.subscribers.remove(subscriber)

    def publish(self, new: Snapshot) -> None:
        self.snapshot = new
        for subscriber in tuple(self.subscribers):
            subscriber(new)

    def check_now(self) -> None:
        self.asked.append("check")

    async def update_now(self, names: Sequence[str] = (), *, force: bool = False) -> tuple[UpdateResult, ...]:
        self.asked.append(("update", tuple(names), force))
        return tuple(
            UpdateResult(status.key, Outcome.NOOP, status.expected, status.expected, 1, NOW)
            for status in self.snapshot.records
            if not names or status.key.name in names
        )

    async def preview_repair(self, key: RecordKey, kind: RepairKind) -> Repair:
        self.asked.append(("preview", key, kind))
        self._refuse()
        return repair(kind, key, self.at_provider)

    async def apply_repair(self, repair: Repair) -> UpdateResult:
        self.asked.append(("apply", repair))
        self._refuse()
        after = repair.change.after if repair.change is not None else ()
        before = repair.existing.addresses if repair.existing is not None else ()
        return UpdateResult(repair.key, Outcome.UPDATED, before, after, 2, NOW)

    def _refuse(self) -> None:
        if self.problem is not None:
            problem, self.problem = self.problem, None
            raise problem

    def pause(self, until: float | None = None) -> None:
        self.asked.append(("pause", until))

    def resume(self) -> None:
        self.asked.append("resume")


@dataclass
class FakeSecrets:
    """`SecretStore` in memory; set `problem` to make it refuse."""

    kept: dict[tuple[str, str], Secret] = field(default_factory=dict)
    problem: DdnsTrayError | None = None

    async def get(self, account: str, field_name: str) -> Secret | None:
        self._refuse()
        return self.kept.get((account, field_name))

    async def set(self, account: str, field_name: str, value: Secret) -> None:
        self._refuse()
        self.kept[account, field_name] = value

    async def delete(self, account: str, field_name: str) -> None:
        self._refuse()
        self.kept.pop((account, field_name), None)

    def _refuse(self) -> None:
        if self.problem is not None:
            raise self.problem


class FakeSettingsFile:
    """`SettingsFile` in memory, with the checks that matter to a form."""

    def __init__(self, path: Path, settings: Settings | None = None) -> None:
        self.path = path
        self.settings = settings or Settings()
        self.values: list[tuple[str, str, SettingValue]] = []
        self.problem: DdnsTrayError | None = None

    def read(self) -> Settings:
        if self.problem is not None:
            raise self.problem
        return self.settings

    def put_account(self, account: AccountSettings, *, replaces: str | None = None) -> None:
        taken = {kept.id for kept in self.settings.accounts} - {replaces}
        if account.id in taken:
            raise ConfigError(text("There is already an account called {id}.", id=account.id))
        kept = tuple(other for other in self.settings.accounts if other.id != replaces)
        self.settings = replace(self.settings, accounts=(*kept, account))

    def remove_account(self, account_id: str) -> None:
        if any(kept.account == account_id for kept in self.settings.records):
            raise ConfigError(text("The account {id} is still used.", id=account_id), text("Remove its names first."))
        kept = tuple(other for other in self.settings.accounts if other.id != account_id)
        self.settings = replace(self.settings, accounts=kept)

    def put_line(self, line: LineSettings, *, replaces: str | None = None) -> None:
        if line.id in {kept.id for kept in self.settings.lines} - {replaces}:
            raise ConfigError(text("There is already a line called {id}.", id=line.id))
        kept = tuple(other for other in self.settings.lines if other.id != replaces)
        self.settings = replace(self.settings, lines=(*kept, line))

    def remove_line(self, line_id: str) -> None:
        kept = tuple(other for other in self.settings.lines if other.id != line_id)
        self.settings = replace(self.settings, lines=kept)

    def put_record(self, record: RecordSettings, *, replaces: RecordSettings | None = None) -> None:
        kept = tuple(other for other in self.settings.records if other != replaces)
        if any(other.name == record.name and set(other.types) & set(record.types) for other in kept):
            raise ConfigError(text("{name} is already there.", name=record.name))
        self.settings = replace(self.settings, records=(*kept, record))

    def remove_record(self, record: RecordSettings) -> None:
        kept = tuple(other for other in self.settings.records if other != record)
        self.settings = replace(self.settings, records=kept)

    def set_value(self, section: str, key: str, value: SettingValue) -> None:
        self.values.append((section, key, value))
        if section == "general":
            changed = {"language": self.settings.general.language, key: value}
            self.settings = replace(self.settings, general=replace(self.settings.general, **changed))  # type: ignore[arg-type]  # the test knows its types

    def clear_value(self, section: str, key: str) -> None:
        self.values.append((section, key, "the default"))

    def set_values(self, changes: Sequence[SettingChange]) -> None:
        for section, key, value in changes:
            if value is None:
                self.clear_value(section, key)
            else:
                self.set_value(section, key, value)

    def begin(
        self, account: AccountSettings, records: Sequence[RecordSettings], changes: Sequence[SettingChange] = ()
    ) -> None:
        before = self.settings
        try:
            self.put_account(account)
            for record in records:
                self.put_record(record)
        except ConfigError:
            self.settings = before
            raise
        self.set_values(changes)

    def write_other(self, path: Path, toml: str) -> None:
        raise NotImplementedError

    def read_other(self, path: Path) -> Settings:
        raise NotImplementedError

    def take_in(self, coming: Settings) -> None:
        raise NotImplementedError

    def preview(self, coming: Settings) -> Settings:
        raise NotImplementedError

    def undoable(self) -> tuple[Settings, Settings] | None:
        return None

    def undo(self) -> None:
        raise NotImplementedError


TOKEN = FieldSpec(
    "api_token",
    text("API token"),
    text(
        "Make it in the dashboard under My Profile, API Tokens, Create Token. The smallest permission is "
        "Zone / DNS / Edit for the zones of your names. The Global API Key is not needed."
    ),
    secret=True,
)
CLOUDFLARE = ProviderSpec(
    "cloudflare",
    "Cloudflare",
    "rest",
    (TOKEN,),
    Capabilities(proxied=True, ttl=(60, 86400)),
    homepage="https://www.cloudflare.com/",
    token_page="https://dash.cloudflare.com/profile/api-tokens",
)
POWERDNS = ProviderSpec(
    "powerdns",
    "PowerDNS",
    "rest",
    (
        FieldSpec("base_url", text("Server"), text("Where its HTTP API listens."), default="http://127.0.0.1:8081"),
        FieldSpec("api_key", text("API key"), text("The api-key of its configuration."), secret=True),
        FieldSpec("server_id", text("Server id"), text("Almost always localhost."), required=False),
    ),
    Capabilities(),
)
ALIYUN = ProviderSpec(
    "aliyun", "Alibaba Cloud", "rest", (TOKEN,), Capabilities(), aliases=("阿里云", "aliyun", "hichina")
)
ENDED = ProviderSpec("gone", "Gone DNS", "dyndns2", (), Capabilities(), status=ProviderStatus.ENDED)


class FakeDesk:
    """`AccountDesk` with four services; set `problem` to make the test of an account fail."""

    def __init__(self) -> None:
        self.problem: DdnsTrayError | None = None
        self.report = AccountReport(("example.org",))
        self.tested: list[tuple[AccountSettings, Mapping[str, Secret]]] = []

    def providers(self) -> tuple[ProviderSpec, ...]:
        return (CLOUDFLARE, POWERDNS, ALIYUN, ENDED)

    async def test(self, account: AccountSettings, typed: Mapping[str, Secret]) -> AccountReport:
        self.tested.append((account, typed))
        if self.problem is not None:
            raise self.problem
        return self.report

    async def records(
        self, account: AccountSettings, typed: Mapping[str, Secret], zone: str
    ) -> tuple[ExistingSet, ...]:
        del account, typed
        key = RecordKey(f"home.{zone}", RecordType.A)
        return (ExistingSet(key, zone, (ExistingRecord(OLD, 300),)),)


class Tasks:
    """`spawn` for tests: keeps what was started, `drain` waits for it and raises what went wrong."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, work: Coroutine[object, object, None], name: str) -> None:
        self._tasks.add(asyncio.get_running_loop().create_task(work, name=name))

    async def drain(self) -> None:
        while self._tasks:
            task = self._tasks.pop()
            await task


@dataclass
class FakeAutostart:
    """`Autostart` that remembers; set `problem` to make it refuse."""

    enabled: bool = False
    problem: DdnsTrayError | None = None
    elsewhere: bool = False

    def is_enabled(self) -> bool:
        return self.enabled

    def is_elsewhere(self) -> bool:
        return self.elsewhere

    def set_enabled(self, enabled: bool, /) -> None:  # noqa: FBT001 - as the port has it
        if self.problem is not None:
            raise self.problem
        self.enabled, self.elsewhere = enabled, False


REPORT = AccountReport(("example.org",), (text("The token may edit the records of {zone}.", zone="example.org"),))
SETTINGS = Settings(
    accounts=(
        AccountSettings("cloudflare", "cloudflare"),
        AccountSettings("home", "powerdns", MappingProxyType({"base_url": "http://127.0.0.1:8081"})),
    ),
    records=(
        RecordSettings("home.example.org", (RecordType.A,), "cloudflare", ttl=60),
        RecordSettings("nas.example.org", (RecordType.A, RecordType.AAAA), "cloudflare", ttl=300),
        RecordSettings("www.example.org", (RecordType.A,)),
    ),
)


INTERFACES = (
    InterfaceAddress("lo", ip_address("127.0.0.1"), 8),
    InterfaceAddress("eth0", ip_address("192.168.1.2"), 24),
    InterfaceAddress("eth0", ip_address("fe80::2"), 64),
    InterfaceAddress("eth0", ip_address("2001:db8::2"), 64),
    InterfaceAddress("eth0", ip_address("2001:db8::77"), 64, temporary=True),
    InterfaceAddress("wwan0", ip_address("10.64.0.2"), 30),
)


@dataclass
class Reloads:
    """How often the engine was told to take new settings, or to open its accounts anew."""

    settings: int = 0
    accounts: int = 0

    async def reload(self) -> None:
        self.settings += 1

    async def renew_accounts(self) -> None:
        self.accounts += 1


def services(
    folder: Path, spawn: Spawn, settings: Settings = SETTINGS
) -> tuple[Services, FakeEngine, FakeSettingsFile]:
    """Everything behind the buttons, as fakes."""
    engine, file, reloads = FakeEngine(), FakeSettingsFile(folder / "config.toml", settings), Reloads()
    made = Services(
        engine=engine,
        settings_file=file,
        secrets=FakeSecrets(),
        desk=FakeDesk(),
        reload=reloads.reload,
        renew_accounts=reloads.renew_accounts,
        spawn=spawn,
        now=lambda: NOW,
        autostart=FakeAutostart(),
        interfaces=lambda: INTERFACES,
    )
    return made, engine, file


def activity() -> ActivityLog:
    """A session in which something happened."""
    log = ActivityLog()
    calm = snapshot(record("nas.example.org"), record("home.example.org"), record("cam.example.org"), rounds=1)
    before = replace(calm, at=NOW - 600, addresses={Family.IPV4: address(value=OLD)})
    log.observe(replace(before, addresses={}), before)
    log.observe(before, replace(calm, at=NOW - 420, records=(record("nas.example.org"), extra())))
    log.observe(calm, replace(on_its_way(), at=NOW - 120))
    return log
