"""How long an old answer may live: the arithmetic of RFC 2181 §5 and RFC 2308 §5, and the memory that it needs.

Defines: T, the waiting time, grace and deadline. Draws no verdict.

- T (`served_since`) is when the last authoritative server first served the wanted set. A server that goes back to
  something else takes T away.
- What caches may hold lives until T + the old TTL: that of the old set, or min(SOA.ttl, SOA.minimum) of the old "no".
  It is known from what the authoritative servers served before, or from the provider; else the present TTL is taken to
  be the old one, and what resolvers say of theirs counts up to a day.
- Of an answer that came by aliases, only one link is old, and its TTL counts: that of the addresses while the path is
  the same, else that of the alias that was turned. What lies behind a link goes with it.
- If every resolver that still holds something old says for how much longer, the last of those moments is a tighter
  bound. It never moves the first one out: a resolver that renews an old answer is late, not right.
- A clock that went back makes remembered moments lie ahead: they count as now. Where it is known that the clock was
  moved, what is remembered is `moved` with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import canonical_set
from ddns_tray.core.witnesses import paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ddns_tray.core.model import RecordMemory
    from ddns_tray.core.witnesses import Testimony, Witness

    Ways = frozenset[tuple[str, ...]]

GRACE_FLOOR = 30.0
GRACE_SHARE = 0.1
WRITE_GRACE = 30.0
"""Seconds after our own write in which the authoritative servers may still say something else."""
ASSUMED_TTL = 3600
"""Taken where nobody says how long an old answer may live."""
LONGEST_TOLD = 86_400
"""What a resolver says of its own cache counts up to here; the common ones keep nothing longer."""
ASSUMED_INTERVAL = 900
"""Within how many seconds a secondary is expected to follow where the SOA does not say."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """`at` is when the last old answer should have run out, `deadline` adds the grace."""

    at: float
    deadline: float


def grace(seconds: float) -> float:
    """Return the patience beyond a waiting time of `seconds`: 10 %, and at least 30 s."""
    return max(GRACE_FLOOR, GRACE_SHARE * seconds)


def bring_forward(memory: RecordMemory, wanted: frozenset[str], testimony: Testimony, *, now: float) -> RecordMemory:
    """Return the memory with what this look says about the wanted set, T, and old answers."""
    memory = _without_future(memory, now)
    if memory.expected_since is None or canonical_set(memory.expected) != wanted:
        memory = _expect(memory, wanted, now)
    memory = _hear_authoritative(memory, wanted, testimony, now)
    return _hear_resolvers(memory, wanted, testimony, now)


def begin_anew(memory: RecordMemory) -> RecordMemory:
    """Return the memory at a moment at which the servers turn to another way of showing the wanted set."""
    return replace(
        memory,
        served_since=None,
        old_ttl=_longest([memory.old_ttl, memory.served_ttl]),
        old_assumed=False,
        cached_until=MappingProxyType({}),
    )


def settle(memory: RecordMemory, *, now: float) -> RecordMemory:
    """Return the memory after a proof: matched now, and old answers forgotten once none can be left."""
    if pending(memory, now) is not None:
        return replace(memory, last_matched=now)
    return replace(memory, last_matched=now, old_ttl=None, old_negative=False, old_assumed=False)


def pending(memory: RecordMemory, now: float) -> Expiry | None:
    """Return until when caches that nobody asked may hold something old, or None if none can any more."""
    if memory.old_ttl is None:
        return None
    until = _bound(memory, memory.old_ttl, [])
    return until if now <= until.deadline else None


def expiry(memory: RecordMemory, holders: Sequence[Witness], ways: Ways = frozenset()) -> Expiry:
    """Return when these resolvers, which hold something old, should be done with it; `ways` are the right ones.

    One that held something old, and says nothing now, goes on holding it for as long as it said.
    """
    old_ttl = ASSUMED_TTL if memory.old_ttl is None else memory.old_ttl
    told = [each.at + ttl for each in holders if (ttl := _life(each, ways)) is not None]
    if len(told) < len(holders):
        return _bound(memory, old_ttl, [])
    speaking = {each.server for each in holders}
    mute = [until for server, until in memory.cached_until.items() if server not in speaking]
    return _bound(memory, old_ttl, [*told, *mute])


def ways_to(wanted: frozenset[str] | None, testimony: Testimony) -> Ways:
    """Return the paths by which those that are right come to the wanted set: the servers, or else resolvers."""
    return paths(each for each in testimony.answered or testimony.answering if each.held == wanted)


def lag_limit(memory: RecordMemory, interval: int | None) -> Expiry:
    """Return until when secondaries may lag: `interval` is the SOA's refresh + retry.

    Counted from the latest of: the set became wanted, we wrote it, it was last proven.
    """
    seconds = ASSUMED_INTERVAL if interval is None else interval
    start = max(_start(memory), memory.last_matched or 0.0)
    return Expiry(start + seconds, start + seconds + grace(seconds))


def just_written(memory: RecordMemory, wanted: frozenset[str], now: float) -> bool:
    """Say whether we wrote this very set a moment ago."""
    if memory.written_at is None or canonical_set(memory.written) != wanted:
        return False
    return now - memory.written_at <= WRITE_GRACE


def moved(memory: RecordMemory, seconds: float) -> RecordMemory:
    """Return the memory as a clock that was moved by `seconds` would have had it from the start."""

    def by_now(moment: float | None) -> float | None:
        return None if moment is None else moment + seconds

    provider = memory.at_provider
    return replace(
        memory,
        expected_since=by_now(memory.expected_since),
        served_since=by_now(memory.served_since),
        last_matched=by_now(memory.last_matched),
        written_at=by_now(memory.written_at),
        not_before=by_now(memory.not_before),
        looked_at=by_now(memory.looked_at),
        cached_until=MappingProxyType({server: until + seconds for server, until in memory.cached_until.items()}),
        turns=tuple(replace(turn, at=turn.at + seconds) for turn in memory.turns),
        at_provider=None if provider is None else replace(provider, at=provider.at + seconds),
    )


def _bound(memory: RecordMemory, old_ttl: int, told: Sequence[float]) -> Expiry:
    start = memory.served_since if memory.served_since is not None else _start(memory)
    until = min([start + old_ttl, max(told)]) if told else start + old_ttl
    return Expiry(until, until + grace(max(0.0, until - start)))


def _start(memory: RecordMemory) -> float:
    """Return the earliest moment at which the wanted set can have been served, as far as we know."""
    since = memory.expected_since or 0.0
    return since if memory.written_at is None else max(since, memory.written_at)


def _without_future(memory: RecordMemory, now: float) -> RecordMemory:
    moments = (memory.expected_since, memory.served_since, memory.last_matched, memory.written_at)
    if all(moment is None or moment <= now for moment in moments):
        return memory
    return replace(
        memory,
        expected_since=_at_most(memory.expected_since, now),
        served_since=_at_most(memory.served_since, now),
        last_matched=_at_most(memory.last_matched, now),
        written_at=_at_most(memory.written_at, now),
    )


def _at_most(moment: float | None, now: float) -> float | None:
    return None if moment is None else min(moment, now)


def _expect(memory: RecordMemory, wanted: frozenset[str], now: float) -> RecordMemory:
    """Begin anew with another wanted set; what was served until now is what caches may hold."""
    return replace(
        memory,
        expected=wanted,
        expected_since=now,
        served_since=None,
        old_ttl=_longest([memory.old_ttl, memory.served_ttl]),
        old_negative=memory.old_negative or memory.served_negative,
        old_assumed=memory.old_assumed and memory.served_ttl is None,
        cached_until=MappingProxyType({}),
    )


def _hear_authoritative(memory: RecordMemory, wanted: frozenset[str], testimony: Testimony, now: float) -> RecordMemory:
    if not testimony.answered:
        return memory
    old = [each for each in testimony.answered if each.held != wanted]
    if old:
        return replace(
            memory,
            served_since=None,
            old_ttl=_longest([memory.old_ttl, *(each.ttl for each in old)]),
            old_negative=all(not each.held for each in old),
            old_assumed=False,
            served_path=old[0].path,
            served_path_ttl=_longest(ttl for each in old for ttl in each.path_ttls),
        )
    since = memory.served_since
    if since is None:
        since = min(now, max(each.at for each in testimony.answered))
    turned = memory.old_ttl is not None and memory.served_path not in paths(testimony.answered)
    return replace(
        memory,
        served_since=since,
        old_ttl=_longest([memory.old_ttl, memory.served_path_ttl]) if turned else memory.old_ttl,
        served_ttl=_longest(each.ttl for each in testimony.answered),
        served_negative=not wanted,
        served_path=testimony.answered[0].path,
        served_path_ttl=_longest(ttl for each in testimony.answered for ttl in each.path_ttls),
    )


def _hear_resolvers(memory: RecordMemory, wanted: frozenset[str], testimony: Testimony, now: float) -> RecordMemory:
    holders = [each for each in testimony.answering if each.held != wanted]
    if not holders and not memory.cached_until:
        return memory
    ways = ways_to(wanted, testimony)
    lives = [(each.server, each.at, _life(each, ways)) for each in holders]
    mute = {each.server for each in testimony.resolvers if each.held is None}
    cached = {server: until for server, until in memory.cached_until.items() if server in mute and until > now}
    for server, at, life in lives:
        if life is not None:
            cached[server] = max(cached.get(server, 0.0), at + life)
    old_ttl, old_negative, old_assumed = memory.old_ttl, memory.old_negative, memory.old_assumed
    if old_ttl is None and holders:
        told = _longest(life for _, _, life in lives)
        present = memory.served_ttl if testimony.answered and memory.served_since is not None else None
        old_ttl = _longest([None if told is None else min(told, LONGEST_TOLD), present])
        old_negative, old_assumed = all(not each.held for each in holders), True
    return replace(
        memory,
        cached_until=MappingProxyType(cached),
        old_ttl=old_ttl,
        old_negative=old_negative,
        old_assumed=old_assumed,
    )


def _life(old: Witness, ways: Ways) -> int | None:
    """Return for how long something old may be kept: the TTL of the first link that leads another way than the right.

    Where nobody is right, any link may be that one.
    """
    if not ways:
        return None if old.ttl is None else max([old.ttl, *old.path_ttls])
    turned_at = max(_shared(old.path, way) for way in ways)
    return old.path_ttls[turned_at] if turned_at < len(old.path_ttls) else old.ttl


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many links two paths have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _longest(ttls: Iterable[int | None]) -> int | None:
    return max((ttl for ttl in ttls if ttl is not None), default=None)
