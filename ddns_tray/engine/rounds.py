"""One round: detect → plan → apply → observe → judge. Data flows one way."""

from __future__ import annotations

import errno
import logging
import os
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING

from ddns_tray.core.errors import UsageError
from ddns_tray.core.model import ANY_WAY, AddressState, Circumstances, Colour, Family, Outcome, Phase, VerdictKind
from ddns_tray.core.own_addresses import address_of_host, parse_host_part
from ddns_tray.core.portal import in_trouble, portal_problem
from ddns_tray.core.schedule import look_interval
from ddns_tray.core.text import text
from ddns_tray.engine.addresses import Addresses
from ddns_tray.engine.calm import calm, in_turn
from ddns_tray.engine.clock_steps import ClockSteps, SleepWatch
from ddns_tray.engine.insistence import Insistence
from ddns_tray.engine.observing import SOON, Observer, run_unless
from ddns_tray.engine.online import Online
from ddns_tray.engine.portal import PortalWatch
from ddns_tray.engine.repairing import Repairs
from ddns_tray.engine.setup import Care, RoundRequest
from ddns_tray.engine.updating import Task, Updater

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ddns_tray.core.model import Agreement, Behind, Binding, RecordKey, UpdateResult, Verdict
    from ddns_tray.core.ports import Chance, Clock
    from ddns_tray.core.repairs import Repair, RepairKind
    from ddns_tray.engine.setup import AccountOpener, EngineSetup, KeptRecord
    from ddns_tray.engine.state import EngineState

log = logging.getLogger(__name__)

KNOWN_FOR_INTERVALS = 3
"""For how many intervals an address that was agreed on is still what we expect while sources only fail."""
REPAIR_PAUSE = 300.0
"""Seconds between two looks at a provider for a record that the world shows wrong although we left it right."""
_WORTH_A_LOOK = frozenset({VerdictKind.MISMATCH, VerdictKind.MISSING, VerdictKind.OVERDUE})


class Rounds:
    """Runs rounds over the state; knows what is due. `tell` publishes a phase."""

    def __init__(
        self,
        setup: EngineSetup,
        state: EngineState,
        *,
        clock: Clock,
        chance: Chance,
        tell: Callable[[Phase], None],
    ) -> None:
        self._state = state
        self._clock = clock
        self._tell = tell
        self._updater = Updater(clock=clock, chance=chance, recall=state.recall, remember=state.remember)
        self._repairs = Repairs(self._updater, state.recall)
        self._addresses = Addresses(state, clock, chance)
        self._observer = Observer(state, clock)
        self._insistence = Insistence(state)
        self._online = Online(self._addresses, self._observer, clock)
        self._portal = PortalWatch(clock)
        self._way_out = ANY_WAY
        self._take_setup(setup)
        self._clock_steps = ClockSteps(clock, setup.elapsed)
        self._sleep = SleepWatch(clock, setup.elapsed)
        self.slept = False
        """Whether the machine slept during the last round, which was given up for that."""
        self.changes_are_told: Callable[[], bool] = lambda: False
        """Whether the router and the system tell when our address may have changed."""

    def _take_setup(self, setup: EngineSetup) -> None:
        self._setup = setup
        self.kept: tuple[KeptRecord, ...] = setup.kept()
        self._addresses.take_setup(setup, self.kept)
        self._compared: dict[RecordKey, tuple[float, frozenset[str]]] = {}
        self._observer.forget()
        self._state.keep_only([record.key for record in self.kept])

    async def replace_setup(self, setup: EngineSetup) -> None:
        """Swap settings and adapters; the old adapters are closed."""
        old = self._setup
        await self._addresses.close()
        self._take_setup(setup)
        await self._updater.close()
        if old.verifier is not setup.verifier:
            await old.verifier.aclose()

    async def close(self) -> None:
        """Close all adapters."""
        await self._addresses.close()
        await self._updater.close()
        await self._setup.verifier.aclose()

    @property
    def interval(self) -> float:
        """Seconds from one regular round to the next."""
        return min(self._look_interval(), self._setup.verify.interval)

    def _look_interval(self) -> float:
        """Seconds between two looks for our address. The lines of the settings are watched by looking alone."""
        missing = [since for family, since in self._state.missing_since.items() if family in self._setup.families()]
        told = self.changes_are_told() and not self._setup.lines
        missing_for = self._clock.now() - max(missing) if missing else None
        return look_interval(self._setup.address_interval, told=told, missing_for=missing_for)

    def due(self, now: float) -> RoundRequest | None:
        """What the schedule wants now. A tenth of an interval early counts as due, so that looks fall together."""
        address, verify = self._look_interval(), self._setup.verify.interval
        detect = now >= self._addresses.looked_at + 0.8 * address or now < self._addresses.looked_at
        observe = self._observer.due(now, verify)
        retry = any(time <= now for time in self.retries())
        portal = self._portal.due is not None and self._portal.due <= now
        line = self._addresses.due is not None and self._addresses.due <= now
        if not (detect or observe or retry or portal or line):
            return None
        return RoundRequest(detect=detect or retry or line, observe=observe, care=Care.ROUTINE)

    def way_out(self) -> Binding:
        """By which way to ask and to write, where the one that the system takes may be dead."""
        return self._addresses.way_out()

    async def look_up(self, host: str, family: Family) -> Sequence[str]:
        """Look up a host by way of the witnesses, where the system's own resolver may be as dead as its line."""
        if not self.way_out():
            raise OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
        return await self._setup.verifier.look_up(host, family)

    def retries(self) -> list[float]:
        """When failed writes may be tried again."""
        times = []
        for record in self.kept:
            memory = self._state.recall(record.key)
            if record.settings.account is not None and memory.blocked is None and memory.not_before is not None:
                times.append(memory.not_before)
        return times

    @property
    def unlucky(self) -> int:
        """Rounds in a row in which we were offline."""
        return self._online.unlucky

    @property
    def looks_left(self) -> bool:
        """Whether the last look was one part of a larger one."""
        return bool(self._observer.wanted())

    def looks_wanted(self) -> list[float]:
        """When to look again before the schedule does: for failed writes, a log-in of the network, a line in doubt."""
        return [
            *self.retries(),
            *self._observer.wanted(),
            *(each for each in (self._portal.due, self._addresses.due) if each is not None),
        ]

    async def run(self, wish: RoundRequest) -> tuple[UpdateResult, ...]:
        """One round: the last result for each record. Raises nothing that the world can cause."""
        with calm(len(self.kept)):
            return tuple({result.key: result for result in await self._run(wish)}.values())

    async def _run(self, wish: RoundRequest) -> tuple[UpdateResult, ...]:
        self._addresses.once = wish.once
        self._begin()
        self._tell(Phase.CHECKING)
        if self._portal.portal is not None and wish.is_routine:
            if await self._portal.still_there(self._setup.portal):
                await self._judge_all()
                return ()
            wish = replace(wish, detect=True, observe=True, woke=True, care=Care.FULL)
        self._forget_troubles(wish)
        if wish.detect:
            await self._addresses.look(wish.care)
        if self._has_slept():
            return ()
        self._follow_way_out()
        results = await self._update(wish) if wish.write else ()
        if wish.observe or self._looks_old() or any(result.outcome is not Outcome.NOOP for result in results):
            results += await self._observe_all(wish)
        if wish.detect:
            await self._look_for_portal(results, at_once=not wish.is_routine)
        if await self._settle_online():
            results += await self._once_more(wish)
        if not self._has_slept():
            await self._judge_all()
        return results

    def _forget_troubles(self, wish: RoundRequest) -> None:
        """Take the network for another one after waking; what failed before may work now, or a person wants to know."""
        if wish.woke:
            self._setup.verifier.forget_delegations()
        if wish.woke or wish.update:
            self._addresses.forgive()

    async def _once_more(self, wish: RoundRequest) -> tuple[UpdateResult, ...]:
        """Ask again after a silence of ours: our address may be another one since, and nothing silent can be blamed."""
        self._follow_way_out()
        results = await self._update(RoundRequest(care=Care.ROUTINE)) if wish.write else ()
        results += await self._observe_all(wish)
        await self._settle_online(again=True)
        return results

    def _begin(self) -> None:
        step = self._clock_steps.take()
        if step:
            self._state.follow_clock(step)
            self._updater.follow_clock(step)
            self._addresses.follow_clock(step)
            self._compared = {key: (at + step, desired) for key, (at, desired) in self._compared.items()}
        self._sleep.begin()
        self.slept = False

    async def _observe_all(self, wish: RoundRequest) -> tuple[UpdateResult, ...]:
        """Ask the witnesses; where a name moves to another line meanwhile, write that and ask anew."""
        results: tuple[UpdateResult, ...] = ()
        routine = wish.is_routine or not wish.observe
        while not await self._observe(routine=routine):
            self._follow_way_out()
            results += await self._update(RoundRequest(care=Care.ROUTINE)) if wish.write else ()
            routine = False
        return results

    def _looks_old(self) -> bool:
        """Say whether the next look is due: time alone must not turn what was seen into a fault."""
        return self._observer.has_looked and self._observer.due(self._clock.now(), self._setup.verify.interval)

    def _has_slept(self) -> bool:
        """Say whether the machine slept since the round began: what was seen is too old to be written, or judged."""
        self.slept = self._sleep.slept
        return self.slept

    async def _observe(self, *, routine: bool) -> bool:
        """Ask the witnesses. With lines in the settings, False says that it was given up, since a name has moved.

        Over a line that is dead it takes minutes until all have been silent, and that must not stay unknown so long.
        """
        records = {record.key: self._expected(record) async for record in in_turn(self.kept)}
        looking = self._observer.look(self._setup.verifier, records, self._setup.verify, routine=routine)
        if not self._setup.lines:
            await looking
            return True

        async def moved() -> bool:
            await self._addresses.look(Care.ROUTINE)
            expected = {record.key: self._expected(record) async for record in in_turn(self.kept)}
            return expected != records or self.way_out() != self._way_out

        return await run_unless(looking, moved, self._until_lines, self._clock)

    def _until_lines(self) -> float:
        """Seconds until the lines have to be looked at again."""
        regular, doubt = self._addresses.looked_at + self._look_interval(), self._addresses.due
        return max(SOON, (regular if doubt is None else min(regular, doubt)) - self._clock.now())

    def _follow_way_out(self) -> None:
        """Let the witnesses be asked by the way that is in use now: what they are asked over may be dead."""
        if self.way_out() != self._way_out:
            self._way_out = self.way_out()
            log.info("the world is reached by %s", self._way_out or "the way that the system takes")
            self._setup.verifier.forget_delegations()

    async def preview_repair(self, key: RecordKey, kind: RepairKind) -> Repair:
        """Read the provider of one record, and say what a repair would write."""
        record, opener = self._kept_record(key)
        return await self._repairs.preview(kind, record, self._desired(record), opener)

    async def apply_repair(self, repair: Repair) -> UpdateResult:
        """Write what was previewed, or raise `ProviderError` if it does not hold any more."""
        record, opener = self._kept_record(repair.key)
        result = await self._repairs.apply(repair, record, self._desired(record), opener)
        self._state.results[result.key] = result
        if result.outcome is Outcome.UPDATED:
            self._compared[result.key] = (self._clock.now(), frozenset(repair.desired))
        return result

    def _kept_record(self, key: RecordKey) -> tuple[KeptRecord, AccountOpener]:
        for record in self.kept:
            opener = self._setup.accounts.get(record.settings.account or "")
            if record.key == key and opener is not None:
                return record, opener
        raise UsageError(
            text("{name} has no account any more, so nothing can be written.", name=key.name),
            text("Choose an account for it in the settings."),
        )

    # --- plan, apply ---

    def _desired(self, record: KeptRecord) -> tuple[str, ...] | None:
        """What should stand there: the fixed set of the settings, or our agreed address; None while it is not known."""
        if record.settings.expected:
            return record.settings.expected
        agreement = self._addresses.agreement_for(record)
        if agreement is None or agreement.address is None:
            return None
        if not agreement.address.is_global and not record.settings.allow_private:
            return None
        if agreement.family is Family.IPV6 and record.settings.ipv6_host:
            host = parse_host_part(record.settings.ipv6_host)
            neighbour = address_of_host(host, agreement.address, self._addresses.own)
            return None if neighbour is None else (str(neighbour),)
        return (str(agreement.address),)

    async def _update(self, wish: RoundRequest) -> tuple[UpdateResult, ...]:
        tasks = [task for record in self.kept if (task := self._task(record, wish)) is not None]
        if not tasks:
            return ()
        self._tell(Phase.UPDATING)
        results = await self._updater.run(tasks, self._setup.accounts)
        now = self._clock.now()
        desired = {task.record.key: frozenset(task.desired or ()) for task in tasks}
        for result in results:
            if result.outcome is not Outcome.NOOP or result.key not in self._state.results:
                self._state.results[result.key] = result
            if result.outcome in (Outcome.NOOP, Outcome.UPDATED):
                self._compared[result.key] = (now, desired[result.key])
        return results

    def _task(self, record: KeptRecord, wish: RoundRequest) -> Task | None:
        if record.settings.account is None:
            return None
        by_person = wish.asks_update_of(record.key.name)
        desired = self._desired(record)
        if desired is None and not by_person:
            return None
        memory, now = self._state.recall(record.key), self._clock.now()
        waiting = memory.not_before is not None and now < memory.not_before
        if not by_person and (memory.blocked is not None or waiting):
            return None
        if not by_person and not self._needs_comparing(record, frozenset(desired or ()), now):
            return None
        force, disproved = wish.force and by_person, self._insistence.is_due(record.key, desired)
        return Task(record, desired, force=force, by_person=by_person, disproved=disproved)

    def _needs_comparing(self, record: KeptRecord, desired: frozenset[str], now: float) -> bool:
        """Whether to ask the provider: at first, after a change, after trouble, and when the world sees wrong."""
        compared = self._compared.get(record.key)
        if compared is None or self._state.recall(record.key).unconfirmed:
            return True
        at, then_desired = compared
        if then_desired != desired:
            return True
        status = self._state.statuses.get(record.key)
        return status is not None and _is_worth_a_look(status.verdict) and now >= at + REPAIR_PAUSE

    # --- judge ---

    async def _look_for_portal(self, results: tuple[UpdateResult, ...], *, at_once: bool) -> None:
        """Find out whether the network wants us to sign in first, where the web fails us."""
        agreements, views = self._state.agreements.values(), self._state.views.values()
        if in_trouble(agreements, views, results, since=self._addresses.looked_at):
            await self._portal.trouble(self._setup.portal, at_once=at_once)
        else:
            self._portal.no_trouble()

    async def _settle_online(self, *, again: bool = False) -> bool:
        """Find out whether we are online; return whether the witnesses have to be asked again."""
        if self._portal.portal is None:
            return await self._online.settle(self._setup.verifier, again=again)
        self._online.forget()
        return False

    def _expected(self, record: KeptRecord) -> frozenset[str] | None:
        """What the world should see. Sources that merely fail for a moment do not make a known address unknown."""
        desired = self._desired(record)
        if desired is not None:
            return frozenset(desired)
        agreement = self._addresses.agreement_for(record)
        state = agreement.state if agreement is not None else AddressState.UNKNOWN
        if state is AddressState.UNDECIDED:
            return self._addresses.still_right(record)
        fresh = self._addresses.agreed_at(record) + KNOWN_FOR_INTERVALS * self._known_interval()
        memory = self._state.recall(record.key)
        if state in (AddressState.UNKNOWN, AddressState.OFFLINE) and self._clock.now() <= fresh and memory.expected:
            return memory.expected
        return None

    def _known_interval(self) -> float:
        """The longest time that passes between two looks while all is well."""
        return look_interval(self._setup.address_interval, told=self.changes_are_told(), missing_for=None)

    def _show_line_problem(self) -> None:
        portal = self._portal.portal
        self._state.line_problem = None if portal is None else portal_problem(portal)

    async def _judge_all(self) -> None:
        self._show_line_problem()
        async for record in in_turn(self.kept):
            self._judge(record, paused=False)

    def _judge(self, record: KeptRecord, *, paused: bool) -> None:
        portal = self._portal.portal
        expected = self._expected(record)
        watched_only = record.settings.account is None and not record.settings.expected
        memory = self._state.recall(record.key)
        if record.settings.account is None and memory.at_provider is not None:
            memory = replace(memory, at_provider=None)  # no provider speaks for this name any more
        agreement = self._addresses.agreement_for(record)
        told = Circumstances(
            at=self._clock.now(),
            expected=expected,
            memory=memory,
            online=self._online.known,
            watched_only=watched_only,
            paused=paused,
            address_state=agreement.state if agreement is not None else None,
            behind=_behind(record, agreement),
            portal=None if portal is None else portal.host,
        )
        judged = self._observer.judge(record.key, told)
        if judged.repeated:
            self._state.repeat_status(record.key, judged)
            return
        self._state.note(record.key, judged.memory)
        self._state.set_status(record, sorted(expected or (), key=_numeric), judged.verdict, told)

    def judge_paused(self) -> None:
        """Show every record as paused."""
        self._show_line_problem()
        for record in self.kept:
            self._judge(record, paused=True)

    async def judge_paused_in_turn(self) -> None:
        """The same, and everybody else on the loop has a turn meanwhile."""
        self._show_line_problem()
        async for record in in_turn(self.kept):
            self._judge(record, paused=True)


def _behind(record: KeptRecord, agreement: Agreement | None) -> Behind | None:
    """Say what stands before our router, for a name that shall lead the world to it."""
    own = record.settings.expected or record.settings.allow_private
    return None if agreement is None or own else agreement.behind


def _is_worth_a_look(verdict: Verdict) -> bool:
    """Say whether the provider may know why the world sees this: another address, or a proxy that should not be."""
    unsure = verdict.kind is VerdictKind.PROXIED and verdict.colour is not Colour.GREEN
    return verdict.kind in _WORTH_A_LOOK or unsure


def _numeric(address: str) -> tuple[int, int]:
    parsed = ip_address(address)
    return parsed.version, int(parsed)
