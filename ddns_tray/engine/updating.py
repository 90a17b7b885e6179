"""Plan and apply: one account at a time, one record after the other, nothing written that is not known to be right.

Crash safety: before a write goes out the memory says "unconfirmed", so that whoever starts after a power cut looks
before writing again.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ddns_tray.core import schedule
from ddns_tray.core.errors import DdnsTrayError, ProblemCode, ProviderError, TransportError, Unconfirmed
from ddns_tray.core.model import AtProvider, Intent, Outcome, RecordMemory, UpdateResult
from ddns_tray.core.plan import plan
from ddns_tray.engine.pacing import SAME_AGAIN, Pacing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.model import Capabilities, Change, ExistingSet, Plan, RecordKey
    from ddns_tray.core.ports import Chance, Clock, Provider
    from ddns_tray.engine.setup import AccountOpener, KeptRecord

log = logging.getLogger(__name__)

RETRY_BASE = 30.0
RETRY_CEILING = 3600.0


@dataclass(frozen=True, slots=True)
class Task:
    """One record that has to be compared with its provider. `desired` None means: the address is not known.

    `disproved` says that the service's own servers have said something else for long: then one that cannot be read is
    told once more.
    """

    record: KeptRecord
    desired: tuple[str, ...] | None
    force: bool
    by_person: bool
    disproved: bool = False


class Updater:
    """Carries out tasks and keeps the memory true. `remember` stores the memory of one key, at once and durably."""

    def __init__(
        self,
        *,
        clock: Clock,
        chance: Chance,
        recall: Callable[[RecordKey], RecordMemory],
        remember: Callable[[RecordKey, RecordMemory], None],
    ) -> None:
        self._clock = clock
        self._chance = chance
        self._recall = recall
        self._remember = remember
        self._pacing = Pacing(clock, recall)
        self._providers: dict[str, Provider] = {}

    async def run(self, tasks: Sequence[Task], accounts: Mapping[str, AccountOpener]) -> tuple[UpdateResult, ...]:
        """Carry out all tasks: accounts side by side, the records of one account one by one.

        Records that failed before come last, so that they cannot keep the others from their turn.
        """
        by_account: dict[str, list[Task]] = {}
        for task in tasks:
            by_account.setdefault(task.record.settings.account or "", []).append(task)
        async with asyncio.TaskGroup() as group:
            running = [
                group.create_task(self._run_account(account_id, self._in_turn(own), accounts[account_id]))
                for account_id, own in by_account.items()
            ]
        done = {result.key: result for each in running for result in each.result()}
        return tuple(done[task.record.key] for task in tasks)

    def _in_turn(self, tasks: Sequence[Task]) -> list[Task]:
        return sorted(tasks, key=lambda task: self._recall(task.record.key).failures)

    def follow_clock(self, seconds: float) -> None:
        """Move with a wall clock that somebody has moved."""
        self._pacing.follow_clock(seconds)

    async def close(self) -> None:
        """Close every open account; the next task opens it anew, with the credentials of that time."""
        providers, self._providers = self._providers, {}
        self._pacing.forget()
        for provider in providers.values():
            await provider.aclose()

    async def opened(self, account_id: str, opener: AccountOpener) -> Provider:
        """The account, opened on first use; raises what opening raises."""
        provider = self._providers.get(account_id)
        if provider is None:
            provider = self._providers[account_id] = await opener()
        return provider

    async def write(self, task: Task, planned: Plan, existing: ExistingSet | None, provider: Provider) -> UpdateResult:
        """Carry out a plan that was made elsewhere of `existing`; a failure is a result."""
        calls = provider.calls
        try:
            return await self._carry_out(task, planned, existing, provider, calls)
        except DdnsTrayError as exc:
            return self._gave_up(task, existing, provider, calls, exc)

    async def _run_account(self, account_id: str, tasks: Sequence[Task], opener: AccountOpener) -> list[UpdateResult]:
        results: list[UpdateResult] = []
        self._pacing.begin(account_id)
        for task in tasks:
            waits = self._pacing.waits(account_id)
            if waits is not None:
                results.append(self._postponed(task, waits))
                continue
            try:
                provider = await self.opened(account_id, opener)
            except DdnsTrayError as exc:
                results.append(self._failed(task, (), 0, exc))
                continue
            results.append(await self._run_task(task, provider))
        return results

    async def _run_task(self, task: Task, provider: Provider) -> UpdateResult:
        key = task.record.key
        calls = provider.calls
        existing: ExistingSet | None = None
        try:
            existing = await provider.read(key)
            memory = self._recall(key)
            word = _as_read(task, existing, self._clock.now()) if provider.capabilities.proxied else None
            if word != memory.at_provider:
                memory = replace(memory, at_provider=word)
                self._remember(key, memory)
            settings = task.record.settings
            planned = plan(
                key,
                task.desired,
                existing,
                memory,
                force=task.force or (task.disproved and existing is None),
                ttl=_offered(settings.ttl, provider.capabilities),
                proxied=settings.proxied,
                comment=settings.comment,
            )
            return await self._carry_out(task, planned, existing, provider, calls)
        except DdnsTrayError as exc:
            return self._gave_up(task, existing, provider, calls, exc)

    def _gave_up(
        self, task: Task, existing: ExistingSet | None, provider: Provider, calls: int, error: DdnsTrayError
    ) -> UpdateResult:
        self._pacing.hear(task.record.settings.account or "", error.problem, provider.capabilities)
        before = existing.addresses if existing is not None else ()
        return self._failed(task, before, provider.calls - calls, error)

    async def _carry_out(
        self, task: Task, planned: Plan, existing: ExistingSet | None, provider: Provider, calls: int
    ) -> UpdateResult:
        key, change = task.record.key, planned.change
        memory = self._recall(key)
        wanted = frozenset(task.desired or ())
        interval = provider.capabilities.write_interval
        if planned.intent is Intent.PRESERVE:
            settled = replace(memory, unconfirmed=False, failures=0, not_before=None, blocked=None)
            self._remember(key, replace(settled, ours=memory.ours | wanted))
        if change is None:
            standing = existing.addresses if existing is not None else task.desired or ()
            return self._result(task, Outcome.NOOP, standing, standing, provider.calls - calls, planned=planned)
        again = existing is None and bool(wanted) and wanted == frozenset(memory.written)
        again = again and (not memory.unconfirmed or memory.ours <= wanted)  # else another write may have happened
        early = self._pacing.too_soon(key, max(interval, SAME_AGAIN) if again else interval)
        if early is not None:
            standing = change.existing.addresses if change.existing is not None else memory.written
            return self._postponed(task, early.problem, standing, others_too=not again)

        before = change.existing.addresses if change.existing is not None else memory.written
        about_to_write = _with_old_answer(replace(memory, unconfirmed=True, ours=memory.ours | wanted), change.existing)
        if again:  # the service counts it, whatever becomes of the answer
            about_to_write = replace(about_to_write, written_at=self._clock.now())
        self._remember(key, about_to_write)
        try:
            await provider.apply(change)
        except (Unconfirmed, TransportError) as exc:
            if isinstance(exc, TransportError) and not exc.sent:
                self._remember(key, memory)
                raise
            wait = await self._wait_unless_it_stands(task, provider, change.after)
            if wait is not None:
                self._pacing.hear(task.record.settings.account or "", exc.problem, provider.capabilities)
                calls, wait = provider.calls - calls, max(wait, interval)
                return self._failed(task, before, calls, exc, outcome=Outcome.UNCONFIRMED, at_least=wait)
        except ProviderError as exc:
            if exc.problem.code is not ProblemCode.PROVIDER_UNAVAILABLE:  # a gateway may have lost patience too early
                self._remember(key, memory)
            raise
        written = replace(
            about_to_write,
            ours=wanted,
            written=tuple(sorted(wanted)),
            written_at=self._clock.now(),
            at_provider=_as_written(task, change, self._clock.now()) if provider.capabilities.proxied else None,
            unconfirmed=False,
            failures=0,
            not_before=None,
            blocked=None,
        )
        self._remember(key, written)
        log.info("%s updated: %s -> %s", key, ", ".join(before) or "-", ", ".join(change.after) or "-")
        return self._result(task, Outcome.UPDATED, before, change.after, provider.calls - calls, planned=planned)

    async def _wait_unless_it_stands(self, task: Task, provider: Provider, after: tuple[str, ...]) -> float | None:
        """Look whether a write whose answer was lost has happened: None if so, else how long to wait at least.

        Not knowing counts as no.
        """
        key = task.record.key
        try:
            found = await provider.read(key)
        except DdnsTrayError as exc:
            log.info("%s: could not look whether the write has happened: %s", key, exc)
            self._pacing.hear(task.record.settings.account or "", exc.problem, provider.capabilities)
            return exc.retry_after or 0.0
        return None if found is not None and set(found.addresses) == set(after) else 0.0

    def _failed(
        self,
        task: Task,
        before: tuple[str, ...],
        calls: int,
        error: DdnsTrayError,
        *,
        outcome: Outcome = Outcome.FAILED,
        at_least: float = 0.0,
    ) -> UpdateResult:
        key, now = task.record.key, self._clock.now()
        memory = self._recall(key)
        failures = memory.failures + 1
        wait = error.retry_after
        if wait is None:
            wait = schedule.backoff(failures, base=RETRY_BASE, ceiling=RETRY_CEILING, chance=self._chance)
        wait = max(wait, at_least)
        stopped = isinstance(error, ProviderError) and error.asks_person
        self._remember(
            key,
            replace(
                memory, failures=failures, not_before=now + wait, blocked=error.problem if stopped else memory.blocked
            ),
        )
        log.warning("%s: %s", key, error)
        return self._result(task, outcome, before, before, calls, problem=error.problem)

    def _postponed(
        self, task: Task, problem: Problem, before: tuple[str, ...] = (), *, others_too: bool = True
    ) -> UpdateResult:
        """Leave a record for later without a call, and without counting it as a failure of its own.

        Unless `others_too`, it is only this address that has to wait.
        """
        key = task.record.key
        memory = self._recall(key)
        wait = problem.retry_after if problem.retry_after is not None else RETRY_BASE
        blocked = problem if problem.code is ProblemCode.AUTHENTICATION_FAILED else memory.blocked
        if others_too:
            self._remember(key, replace(memory, not_before=self._clock.now() + wait, blocked=blocked))
        log.info("%s waits for %.0f s: %s", key, wait, problem.title)
        return self._result(task, Outcome.FAILED, before, before, 0, problem=problem)

    def _result(
        self,
        task: Task,
        outcome: Outcome,
        before: tuple[str, ...],
        after: tuple[str, ...],
        calls: int,
        *,
        planned: Plan | None = None,
        problem: Problem | None = None,
    ) -> UpdateResult:
        return UpdateResult(
            key=task.record.key,
            outcome=outcome,
            before=before,
            after=after,
            calls=calls,
            at=self._clock.now(),
            problem=problem,
            abort_reason=planned.abort_reason if planned is not None else None,
        )


def _offered(ttl: int | None, capabilities: Capabilities) -> int | None:
    """Bring a wished TTL into what the service offers, so that it does not differ for ever."""
    return capabilities.offered_ttl(ttl) if ttl is not None else None


def _as_read(task: Task, existing: ExistingSet | None, now: float) -> AtProvider | None:
    if existing is None:
        return None
    proxied = any(record.proxied for record in existing.records)
    return AtProvider(frozenset(existing.addresses), proxied, now, asked=task.record.settings.proxied)


def _as_written(task: Task, change: Change, now: float) -> AtProvider:
    before = change.existing.records if change.existing is not None else ()
    proxied = any(record.proxied for record in before) if change.proxied is None else change.proxied
    return AtProvider(frozenset(change.after), proxied, now, asked=task.record.settings.proxied)


def _with_old_answer(memory: RecordMemory, existing: ExistingSet | None) -> RecordMemory:
    """Note what caches may hold of the set that is about to be replaced, for the deadline arithmetic.

    What they may hold of a set before that one, and for how long, is not forgotten: it may be the longer time.
    """
    if existing is None:
        return memory
    before = [] if memory.old_ttl is None else [memory.old_ttl]
    ttls = [record.ttl for record in existing.records if record.ttl is not None]
    return replace(memory, old_ttl=max([*before, *ttls], default=None), old_negative=not existing.records)
