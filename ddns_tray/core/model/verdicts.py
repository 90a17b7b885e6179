"""What we conclude and show: verdicts, what is remembered of a record, the snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.model.base import Colour, Family, RecordKey
    from ddns_tray.core.model.lines import Detour, LineStatus
    from ddns_tray.core.model.looking import View
    from ddns_tray.core.model.sources import AddressState, Agreement, Behind
    from ddns_tray.core.model.writing import UpdateResult
    from ddns_tray.core.release import UpdateNews


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
class Turn:
    """A record's verdict became this at `at`, until the next turn; both are None where nobody looked from then on."""

    at: float
    kind: VerdictKind | None
    colour: Colour | None


@dataclass(frozen=True, slots=True)
class AtProvider:
    """What stood at the provider when it was last read or written, where it can put its own proxy before a record.

    `asked` is what the settings say of the proxy, None for "as it is". `edge` are the addresses that the world was
    first shown after that; empty while nobody has looked.
    """

    addresses: frozenset[str]
    proxied: bool
    at: float
    asked: bool | None = None
    edge: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RecordMemory:
    """What must be remembered of one key from round to round, and over a restart.

    `ours` are the addresses that we wrote or that were handed to us with the name. `served_since` is T of the deadline
    arithmetic: when the last authoritative server first served the expected set (`expected`), with `old_ttl` the TTL
    that caches may hold of what was there before, and `old_negative` whether that was "no such name". `old_assumed`
    says that nobody saw something else there before, and only resolvers that differ make us think so.
    `cached_until` is tighter knowledge for one resolver: when its old answer runs out. `served_ttl` and
    `served_negative` say the same of what the authoritative servers serve now; they become the old ones with the next
    change. `served_path` are the aliases on the way there, and `served_path_ttl` is the longest TTL of them. `blocked`
    stops writing until the person acts; `not_before` until a time. `turns` are those of the verdict in the last day
    (`core.past`), and `looked_at` says until when the last of them is known to have held. `line` is the one of several
    that the record follows.
    """

    ours: frozenset[str] = frozenset()
    expected: frozenset[str] = frozenset()
    expected_since: float | None = None
    served_since: float | None = None
    old_ttl: int | None = None
    old_negative: bool = False
    old_assumed: bool = False
    cached_until: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    served_ttl: int | None = None
    served_negative: bool = False
    served_path: tuple[str, ...] = ()
    served_path_ttl: int | None = None
    last_matched: float | None = None
    written: tuple[str, ...] = ()
    written_at: float | None = None
    unconfirmed: bool = False
    failures: int = 0
    not_before: float | None = None
    blocked: Problem | None = None
    turns: tuple[Turn, ...] = ()
    looked_at: float | None = None
    line: str | None = None
    at_provider: AtProvider | None = None
    """None where the provider has no proxy of its own, or was not read yet."""
    served_edge: frozenset[str] = frozenset()
    """At which edge of the provider's proxy the servers show the name now; empty where they show it itself."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the judge was told beside the view. With both, the same verdict can be drawn again, anywhere and later.

    `expected` is None while the address is not known; `memory` is that from before the verdict. The rest is as in
    `core.judge.judge`.
    """

    at: float
    expected: frozenset[str] | None
    memory: RecordMemory
    online: bool | None
    watched_only: bool
    paused: bool = False
    address_state: AddressState | None = None
    behind: Behind | None = None
    portal: str | None = None
    """The host at which the network wants us to sign in first, empty where that is not known; None without one."""


@dataclass(frozen=True, slots=True)
class RecordStatus:
    """All that a front end may know of one record.

    `since` is when the verdict's kind last changed, `turns` are those of the last day (`core.past`). `line` is the
    one of several lines that it follows.
    """

    key: RecordKey
    account: str | None
    expected: tuple[str, ...]
    verdict: Verdict
    view: View | None = None
    since: float | None = None
    last_update: UpdateResult | None = None
    proven_at: float | None = None
    circumstances: Circumstances | None = None
    turns: tuple[Turn, ...] = ()
    line: str | None = None


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
    kept: int = 0
    """How many records the settings ask for; there are fewer in `records` until the first of them was judged."""
    news: UpdateNews | None = None
    """About a newer version, where somebody wants to know."""
    lines: tuple[LineStatus, ...] = ()
    """The lines of the settings, in their order, as far as a name follows one."""
    home: Mapping[Family, Agreement] = field(default_factory=lambda: MappingProxyType({}))
    """What the line of the house says where our traffic takes another way, and somebody wants to know."""
    detours: Mapping[Family, Detour] = field(default_factory=lambda: MappingProxyType({}))
    """Where our traffic leaves by a tunnel, or by another way than the line of the house."""
