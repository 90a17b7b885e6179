"""What must never be seen, whatever happens: the promises of the design, held against the truth of a world."""

from __future__ import annotations

from collections import defaultdict
from ipaddress import ip_address
from typing import TYPE_CHECKING

from ddns_tray.core.alerting import NoticeKind
from ddns_tray.core.model import Colour, Phase, Role, VerdictKind
from tests.support.simulation.service import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.alerting import Notice
    from ddns_tray.core.model import Change, RecordKey, RecordStatus, Snapshot
    from tests.support.simulation.world import World

ROUND = 60.0
"""Seconds that a round may take, with everybody silent."""
FULL_LOOK = 4500.0 * 1.1
"""Seconds within which everybody is asked for our address again, whoever says that it is the same."""
WATCH = 390.0
BENIGN = frozenset({"address", "hint", "network_event", "sleep", "check_now", "warm", "update_now", "pause"})
_ABOUT_CONTENT = frozenset({VerdictKind.MISMATCH, VerdictKind.MISSING, VerdictKind.EXTRA})


class Oracle(Watch):
    """Hears of every call and every snapshot; `found` are the promises that were broken."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.found: list[tuple[str, str]] = []
        self.foreign: set[str] = set()
        self.calm_since: float | None = None
        self._ours: defaultdict[RecordKey, set[str]] = defaultdict(set)
        self._open: set[RecordKey] = set()
        self._wait_until = float("-inf")
        self._stopped: int | None = None
        self._confirmed: dict[RecordKey, tuple[str, ...]] = {}
        self._written_at: dict[str, float] = {}
        self.forced = False
        self._troubled: set[RecordKey] = set()
        self._judged: dict[RecordKey, RecordStatus] = {}
        self._promised: dict[RecordKey, tuple[float, frozenset[str]]] = {}
        self._paused_at: float | None = None
        self.calls = 0
        self.log: list[str] = []

    def fail(self, promise: str, evidence: str) -> None:
        if all(promise != known for known, _ in self.found):
            self.found.append((promise, f"{self._now():.1f}: {evidence}"))
            self.note(f"!!! {promise}: {evidence}")

    def note(self, line: str) -> None:
        self.log.append(f"{self._now():10.2f} {line}")

    def _now(self) -> float:
        return self._world.hands.world()

    # --- the life of the program ---

    def started(self) -> None:
        """A new life of the program."""
        self._keys = frozenset(self._world.keys)
        self._world.woke_at = float("-inf")
        self._wait_until = float("-inf")
        self._troubled.clear()
        self._judged.clear()
        self._promised.clear()
        self._paused_at = None
        self.note("started")

    def reconfigured(self) -> None:
        """Other settings are in force, and accounts were opened anew."""
        self._keys = frozenset(self._world.keys)
        self._troubled &= self._keys
        self._wait_until = float("-inf")
        self._judged.clear()
        self._promised.clear()

    def forgotten(self) -> None:
        """The memory was lost."""
        self._open.clear()
        self._confirmed.clear()
        self._written_at.clear()
        self._stopped = None

    def person_acted(self) -> None:
        self._stopped = None

    def paused(self, *, paused: bool) -> None:
        self._paused_at = self._now() if paused else None

    # --- the provider ---

    def asked(self, key: RecordKey) -> None:
        world, now = self._world, self._now()
        self.calls += 1
        if now < self._wait_until - 1.0 and "clock_step" not in world.happened:
            self.fail("a service that asks for calm is left alone", f"{key}: {self._wait_until - now:.0f} s early")
        if self._stopped is not None:
            self._stopped += 1
            if self._stopped > len(world.keys) and "full_disk" not in world.happened:
                self.fail("a refused token is not tried again before a person acts", str(key))
        if self._paused_at is not None and now > self._paused_at + 2 * ROUND:
            self.fail("nothing is asked in a pause", str(key))

    def read(self, key: RecordKey) -> None:
        self.note(f"read {key}: {self._world.zone.addresses(key)}")
        self._open.discard(key)

    def writing(self, change: Change) -> None:
        key, before = change.key, None if change.existing is None else set(change.existing.addresses)
        self.note(f"write {key}: {before} -> {change.after}")
        if key not in self._keys:
            self.fail("nothing but the given owner name and type is touched", str(key))
        if not change.after:
            self.fail("a record is never cleared because detection failed", str(key))
        self._check_addresses(key, set(change.after) - (before or set()))
        gone = (before or set()) - set(change.after)
        if before is not None and len(before) > 1 and not gone <= self._ours[key] and not self.forced:
            self.fail("what is not ours is not touched", f"{key}: {gone} of {before}")
        if key in self._open and before is not None:
            self.fail("an unconfirmed write is looked at before it is written again", str(key))
        self._check_repetition(change, before)
        kept = self._world.disk.kept.get(key)
        if (kept is None or not kept.unconfirmed) and "full_disk" not in self._world.happened:
            self.fail("the memory on disk knows of a write before it goes out", str(key))
        self._ours[key] |= set(change.after) - self.foreign
        self._open.add(key)
        self._confirmed.pop(key, None)

    def _check_addresses(self, key: RecordKey, new: set[str]) -> None:
        for address in new:
            last = self._world.last_true(key.type.family, address)
            if not ip_address(address).is_global:
                self.fail("no address is written that the world cannot reach", f"{key}: {address}")
            if last is None:
                self.fail("no address is written that no honest quorum saw", f"{key}: {address}")
            elif self._awake_since(last) > FULL_LOOK + 4 * self._world.plot.interval:
                self.fail("no address is written that is long gone", f"{key}: {address}")

    def _check_repetition(self, change: Change, before: set[str] | None) -> None:
        world, key, after = self._world, change.key, set(change.after)
        ttls = {each.ttl for each in change.existing.records} if change.existing is not None else set()
        if before == after and not self.forced and (change.ttl is None or ttls == {change.ttl}):
            self.fail("no identical update is repeated", f"{key}: {after}")
        sure = not self.forced and "full_disk" not in world.happened
        long_ago = self._now() - world.plot.interval - ROUND
        serving = (
            each.serves(at).content.get(key, ()) for each in world.zone.servers for at in (long_ago, self._now())
        )
        stands = all({each.address for each in records} == after for records in serving)
        if before is None and sure and stands and set(self._confirmed.get(key, ())) == after:
            self.fail("no identical update is repeated", f"{key}: {after} blindly")
        last = self._written_at.get(key.name)
        early = last is not None and self._now() < last + world.plot.write_interval - 1.0
        if early and not {"clock_step", "full_disk"} & world.happened:
            self.fail("a service gets the pause between two writes that it wants", str(key))

    def written(self, change: Change) -> None:
        self.note(f"written {change.key}")
        self._open.discard(change.key)
        self._confirmed[change.key] = change.after
        self._written_at[change.key.name] = self._now()

    def refused(self, change: Change) -> None:
        self._open.discard(change.key)

    def told_to_wait(self, until: float) -> None:
        self._wait_until = max(self._wait_until, until)

    def told_to_stop(self) -> None:
        if self._stopped is None:
            self._stopped = 0

    # --- what is shown ---

    def shown(self, snapshot: Snapshot, notices: Sequence[Notice]) -> None:
        """Something new is shown, and perhaps told."""
        if self._paused_at is not None and max(self._world.looked_at.values(), default=0.0) > self._paused_at + ROUND:
            self.fail("nothing is asked in a pause", "a look")
        for notice in notices:
            self._hear(notice, snapshot)
        for key in self._open & self._keys:
            remembered = self._world.engine._state.recall(key).unconfirmed
            if snapshot.phase is Phase.IDLE and not remembered and "full_disk" not in self._world.happened:
                self.fail("a write whose end is unknown is remembered as such", str(key))
        for status in snapshot.records:
            if self._judged.get(status.key) is not status and snapshot.phase in {Phase.IDLE, Phase.PAUSED}:
                self._judged[status.key] = status
                self._check(status)

    def _check(self, status: RecordStatus) -> None:
        verdict = status.verdict
        self.note(
            f"{status.key} {verdict.colour} {verdict.reason.code} expects {status.expected} until "
            f"{None if verdict.deadline is None else round(self._world.hands.true_of(verdict.deadline), 1)}"
        )
        if verdict.colour is Colour.GREEN:
            self._check_green(status)
        if verdict.colour is Colour.RED:
            self._check_red(status)
        if verdict.kind is VerdictKind.OVERDUE:
            self._check_overdue(status)
        self._check_countdown(status)

    def _check_green(self, status: RecordStatus) -> None:
        world, wanted, view = self._world, set(status.expected), status.view
        if view is None:
            self.fail("green is proven", f"{status.key} without a look")
            return
        told = {each.server: each for each in view.observations if each.role is Role.AUTHORITATIVE}
        heard = [each for each in told.values() if each.rcode in {"NOERROR", "NXDOMAIN"}]
        if any(set(each.answer) != wanted for each in heard):
            self.fail("never green while the authoritative servers say something else", str(status.key))
        if len(told) < len(world.zone.servers) and view.zone is not None:
            self.fail("green is proven", f"{status.key}: not every server was asked")
        resolvers = [each for each in view.observations if each.role is Role.RESOLVER]
        answering = [each for each in resolvers if each.rcode in {"NOERROR", "NXDOMAIN"}]
        right = [each for each in answering if set(each.answer) == wanted]
        if not right or len(right) < 0.9 * len(answering):
            self.fail("never green while more than a tenth of the resolvers say something else", str(status.key))
        encrypted = [each for each in right if each.transport.value in {"tls", "https"}]
        if not heard and len(encrypted) < 2:
            self.fail("green is proven", f"{status.key} by nobody")
        age = self._awake_since(world.looked_at[status.key])
        if age > 1.5 * world.plot.interval + 2 * ROUND:
            self.fail("green is proven by a fresh look", f"{status.key}: {age:.0f} s old")
        for address in wanted:
            last = world.last_true(status.key.type.family, address)
            if last is None or self._awake_since(last) > FULL_LOOK + 4 * world.plot.interval:
                self.fail("never green for an address that is not ours", f"{status.key}: {address}")

    def _check_red(self, status: RecordStatus) -> None:
        world, key, view = self._world, status.key, status.view
        looked = world.looked_at.get(key, float("-inf"))
        line = world.line
        if world.dead_since is not None and looked > world.dead_since:
            self.fail("never red while only our own line is dead", f"{key}: {status.verdict.reason.code}")
        if world.happened <= BENIGN and not world.plot.write_interval:
            self.fail("never red where all went well", f"{key}: {status.verdict.reason.code}")
        if view is None or status.verdict.kind not in _ABOUT_CONTENT or world.plot.two_lines:
            return
        heard = [each for each in view.observations if each.rcode in {"NOERROR", "NXDOMAIN"}]
        addresses = [address for _, address in line.history[key.type.family]]
        since, address = line.history[key.type.family][-1]
        new = address is not None and addresses.count(address) == 1
        if since < looked and new and all(set(each.answer) == {address} for each in heard):
            self.fail("never red for a name that leads to us", f"{key}: {status.verdict.reason.code}")

    def _check_overdue(self, status: RecordStatus) -> None:
        doubtful = {"clock_step", "full_disk", "server_fault", "foreign", "resolver_fault", "forget"}
        if not doubtful & self._world.happened and self._world.plot.backends == 1:
            self.fail("resolvers that keep to their TTL are never called late", f"{status.key}: {status.verdict}")

    def _check_countdown(self, status: RecordStatus) -> None:
        world, key, verdict = self._world, status.key, status.verdict
        if verdict.colour is Colour.GREEN:
            self._promised.pop(key, None)
            return
        if verdict.reason.code != "propagating" or verdict.deadline is None or world.plot.backends > 1:
            return
        wanted, deadline = frozenset(status.expected), world.hands.true_of(verdict.deadline)
        held = [each.held_until(key, wanted) for each in world.resolvers]
        late = max((each for each in held if each is not None), default=None)
        quiet = not {"clock_step", "foreign", "server_fault", "full_disk", "forget"} & world.happened
        if quiet and late is not None and late > deadline + 1.0:
            self.fail("the countdown never ends before the truth", f"{key}: {late:.1f} > {deadline:.1f}")
        calm = self.calm_since is not None and self._now() > self.calm_since + 2 * ROUND + world.plot.interval
        if calm and quiet and self._promised.get(key, (0.0, None))[1] != wanted:
            self._promised[key] = deadline, wanted

    def tick(self) -> None:
        """Some time has passed in peace."""
        for key, (deadline, wanted) in self._promised.items():
            status = self._judged.get(key)
            if self._now() > deadline + 20.0 and status is not None and set(status.expected) == wanted:
                self.fail("a countdown comes true", f"{key}: promised for {deadline:.1f}")

    def _hear(self, notice: Notice, snapshot: Snapshot) -> None:
        world, key = self._world, notice.key
        self.note(f"NOTICE {notice.kind} {key or notice.after}")
        if snapshot.phase is Phase.PAUSED:
            self.fail("nothing is told in a pause", str(notice.kind))
        if notice.kind is NoticeKind.ADDRESS_CHANGED:
            return
        if key is None:
            return
        if self._now() < world.woke_at + 60.0:
            self.fail("nothing is told just after waking", str(key))
        if notice.kind is NoticeKind.TROUBLE:
            if key in self._troubled:
                self.fail("one alert for each change of verdict", f"{key}: told twice")
            if world.dead_since is not None and world.looked_at.get(key, 0.0) > world.dead_since:
                self.fail("nothing is told while we are offline", str(key))
            self._troubled.add(key)
        if notice.kind is NoticeKind.RECOVERED:
            if key not in self._troubled:
                self.fail("one alert for each change of verdict", f"{key}: recovered from nothing")
            self._troubled.discard(key)

    def _awake_since(self, moment: float) -> float:
        """Seconds since then in which the machine was awake, and the program ran and was not paused."""
        return self._world.awake_since(moment)
