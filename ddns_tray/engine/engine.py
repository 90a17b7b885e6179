"""The clock: when a round runs, what wakes it, and the one way to stop."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core import sampling, schedule
from ddns_tray.core.model import Phase
from ddns_tray.engine.rounds import Rounds
from ddns_tray.engine.setup import Care, RoundRequest
from ddns_tray.engine.state import MANY, EngineState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.model import Binding, Family, RecordKey, Snapshot, UpdateResult
    from ddns_tray.core.ports import Chance, Clock, MemoryStore, Subscriber
    from ddns_tray.core.release import UpdateNews
    from ddns_tray.core.repairs import Repair, RepairKind
    from ddns_tray.engine.setup import EngineSetup

log = logging.getLogger(__name__)

DEBOUNCE = 0.1
"""Seconds in which wishes that come together become one round."""
RETRY_AFTER_FAULT = 15.0
WAKE_GRACE = 5.0


class Engine:
    """Implements `core.ports.EngineControls`, and `run`, `stop`, `run_once` for the doors.

    One round runs at a time. A round never raises for anything the world may do; what is a fault of our own is logged
    with its traceback and tried again later: an icon that has stopped looking without saying so is the worst of all.
    """

    def __init__(self, setup: EngineSetup, *, clock: Clock, chance: Chance, memory: MemoryStore) -> None:
        self._clock = clock
        self._chance = chance
        self._state = EngineState(clock, memory)
        self._rounds = Rounds(setup, self._state, clock=clock, chance=chance, tell=self._tell)
        self._subscribers: list[Subscriber] = []
        self._problems: tuple[Problem, ...] = ()
        self._news: UpdateNews | None = None
        self._next_check: float | None = None
        self._paused_until: float | None = None
        self._pending: RoundRequest | None = None
        self._waiting: list[asyncio.Future[tuple[UpdateResult, ...]]] = []
        self._served: list[asyncio.Future[tuple[UpdateResult, ...]]] = []
        self._wanted: asyncio.Event = asyncio.Event()
        self._stopping = False
        self._unjudged = False
        """Whether the records have yet to be shown as paused."""
        self._one_round = asyncio.Lock()
        self._failed_rounds = 0
        self.woke_at: float | None = None
        """When the machine last woke from sleep; front ends stay quiet for a while after it."""
        self._snapshot = self._make_snapshot(Phase.STARTING)

    # --- what front ends use ---

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot."""
        return self._snapshot

    def subscribe(self, subscriber: Subscriber, /) -> Callable[[], None]:
        """Send every snapshot from now on; call what is returned to stop that."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe

    def check_now(self) -> None:
        """Run a round soon."""
        self.request(RoundRequest())

    async def update_now(self, names: Sequence[str] = (), *, force: bool = False) -> tuple[UpdateResult, ...]:
        """Compare records with their providers in the next round, and return what became of that."""
        future: asyncio.Future[tuple[UpdateResult, ...]] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._paused_until = None
        self.request(RoundRequest(update=True, force=force, names=tuple(names)))
        return await future

    async def preview_repair(self, key: RecordKey, kind: RepairKind) -> Repair:
        """Read the provider of one record, and say what a repair would write; raises `DdnsTrayError`."""
        async with self._one_round:
            return await self._rounds.preview_repair(key, kind)

    async def apply_repair(self, repair: Repair) -> UpdateResult:
        """Write just what was previewed; raises `DdnsTrayError` and writes nothing if that does not hold any more."""
        async with self._one_round:
            result = await self._rounds.apply_repair(repair)
            self._state.save()
        self.request(RoundRequest(detect=False))
        return result

    def pause(self, until: float | None = None) -> None:
        """Stop looking and writing until a time, or until resumed."""
        self._paused_until = float("inf") if until is None else until
        self._wanted.set()
        self._tell(Phase.PAUSED)

    def resume(self) -> None:
        """Go on with a round."""
        self._paused_until = None
        self.request(RoundRequest())

    # --- what the doors use ---

    def request(self, wish: RoundRequest) -> None:
        """Ask for a round; wishes that come close together become one."""
        self._pending = wish if self._pending is None else self._pending.merged(wish)
        self._wanted.set()

    async def reconfigure(self, setup: EngineSetup) -> None:
        """Take new settings between two rounds, and look at everything anew."""
        async with self._one_round:
            await self._rounds.replace_setup(setup)
            self._tell(self._resting_phase())
        self.request(RoundRequest())

    def set_problems(self, problems: Sequence[Problem]) -> None:
        """Show troubles of the whole, such as settings that cannot be read."""
        if tuple(problems) != self._problems:
            self._problems = tuple(problems)
            self._tell(self._snapshot.phase)

    def trust_hints(self, changes_are_told: Callable[[], bool]) -> None:
        """Look for our address more rarely while this says that changes of it are told (`request`)."""
        self._rounds.changes_are_told = changes_are_told

    def set_news(self, news: UpdateNews | None) -> None:
        """Show what there is to tell about updates."""
        if news != self._news:
            self._news = news
            self._tell(self._snapshot.phase)

    def unblock(self) -> None:
        """Try again what was stopped until the person acts; they have, by entering new credentials."""
        self._state.unblock()
        self.request(RoundRequest(update=True))

    async def run(self) -> None:
        """Run rounds until `stop`. The first starts at once."""
        self.request(RoundRequest())
        try:
            while not self._stopping:
                wish = self._take_wish()
                if wish is not None:
                    await self._run_round(wish)
                if self._unjudged:
                    await self._judge_paused()
                await self._wait()
        finally:
            self._served += self._waiting
            self._answer(())
            self._state.save(at_the_end=True)
            self._tell(Phase.STOPPED)

    async def run_once(self, wish: RoundRequest) -> tuple[UpdateResult, ...]:
        """One whole round, for the command line; the snapshot afterwards is its result.

        A first look at very many records comes in parts; here all of them belong to the round.
        """
        results = await self._run_round(wish)
        if self._rounds.slept:
            results = await self._run_round(replace(wish, woke=True))
        for _ in range(len(self._rounds.kept) // sampling.MOST_AT_ONCE):
            if self._rounds.looks_left:
                await self._run_round(RoundRequest(detect=False, write=False, care=Care.ROUTINE, once=wish.once))
        self._state.save()
        return results

    def keep(self) -> None:
        """Write down what is known, now: whoever asks may not get to ask again."""
        self._state.save(at_the_end=True)

    def stop(self) -> None:
        """End `run` soon; a round in progress is cut short by cancelling the task that runs it."""
        self._stopping = True
        self._wanted.set()

    async def aclose(self) -> None:
        """Close the accounts and the verifier."""
        self._state.save()
        await self._rounds.close()

    def way_out(self) -> Binding:
        """By which way to ask and to write, where the one that the system takes may be dead."""
        return self._rounds.way_out()

    async def look_up(self, host: str, family: Family) -> Sequence[str]:
        """Look up a host while a line is passed by. Raises `OSError` if none is, or nobody tells."""
        return await self._rounds.look_up(host, family)

    # --- inside ---

    def _take_wish(self) -> RoundRequest | None:
        """What the next round has to do: the pending wish, or whatever is due; None while paused."""
        self._wanted.clear()
        now = self._clock.now()
        if self._paused_until is not None:
            if now < self._paused_until:
                return None
            self._paused_until = None
        wish, self._pending = self._pending, None
        self._served, self._waiting = self._waiting, []
        if wish is None and self._next_check is not None and now >= self._next_check:
            wish = self._rounds.due(now) or RoundRequest(detect=False)
        return wish

    async def _run_round(self, wish: RoundRequest) -> tuple[UpdateResult, ...]:
        async with self._one_round:
            results: tuple[UpdateResult, ...] = ()
            try:
                results = await self._rounds.run(wish)
                self._failed_rounds = 0
            except Exception:
                self._failed_rounds += 1
                log.exception("a round failed by a fault of our own; the next one tries again")
            self._state.rounds += 1
            if self._failed_rounds or not self._rounds.looks_left:  # else the next part of this look comes in a second
                await self._state.save_after_round()
            self._next_check = self._plan_next()
            if self._rounds.slept:
                self._waiting, self._served = [*self._served, *self._waiting], []
                self.woke_at = self._clock.now()
            elif wish.update:
                self._answer(results)
            self._tell(self._resting_phase())
        if self._rounds.slept:
            await self._wake(wish)
        return results

    def _plan_next(self) -> float:
        now = self._clock.now()
        if self._failed_rounds:
            return now + RETRY_AFTER_FAULT * min(self._failed_rounds, 8)
        return schedule.next_due(
            now=now,
            last_check=now,
            interval=self._rounds.interval,
            deadlines=self._state.deadlines(),
            not_before=self._rounds.looks_wanted(),
            chance=self._chance,
            failures=self._rounds.unlucky,
        )

    async def _wait(self) -> None:
        """Sleep toward the due time in slices, so that a machine that slept notices; wake early for a wish."""
        while not self._stopping:
            if self._wanted.is_set():
                if await self._pause(DEBOUNCE):
                    self.request(RoundRequest(woke=True))
                return
            now = self._clock.now()
            due = min(
                self._next_check if self._next_check is not None and self._paused_until is None else float("inf"),
                self._paused_until if self._paused_until is not None else float("inf"),
            )
            if now >= due:
                return
            await self._nap(now, min(schedule.SLICE, due - now))

    async def _nap(self, now: float, seconds: float) -> None:
        """Sleep one slice, or until somebody wants something; then see whether the machine slept or its clock moved."""
        started = self._clock.monotonic()
        wanted = await self._sleep_unless_wanted(seconds)
        passed = self._clock.monotonic() - started
        # What wakes the machine mostly brings a wish as well, long before the slice is over.
        expected, actual = now + (passed if wanted else seconds), self._clock.now()
        if self._next_check is not None:
            self._next_check = schedule.follow_clock(self._next_check, expected, actual)
        if schedule.slept(expected, actual, passed):
            log.info("%.0f s passed during a sleep of %.0f s: looking anew", actual - now, seconds)
            self.woke_at = actual
            if wanted:  # somebody saw the network, or wants to know now
                self.request(RoundRequest(woke=True))
            else:
                await self._wake(RoundRequest())

    async def _wake(self, wish: RoundRequest) -> None:
        """Give the network a moment, and want a look at everything."""
        await self._pause(WAKE_GRACE)
        self.request(replace(wish, detect=True, observe=True, woke=True, care=Care.FULL))

    async def _pause(self, seconds: float) -> bool:
        """Sleep for a moment, whoever wants something; say whether the machine fell asleep over it."""
        begin = self._clock.now()
        await self._clock.sleep(seconds)
        slept = self._clock.now() - begin > schedule.GAP
        if slept:
            self.woke_at = self._clock.now()
        return slept

    async def _sleep_unless_wanted(self, seconds: float) -> bool:
        """Sleep; True if a wish came first."""
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        wanted = asyncio.ensure_future(self._wanted.wait())
        try:
            await asyncio.wait((sleeping, wanted), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in (sleeping, wanted):
                waiting.cancel()
            await asyncio.gather(sleeping, wanted, return_exceptions=True)
        return self._wanted.is_set()

    def _answer(self, results: tuple[UpdateResult, ...]) -> None:
        served, self._served = self._served, []
        for future in served:
            if not future.done():
                future.set_result(results)

    def _resting_phase(self) -> Phase:
        return Phase.PAUSED if self._paused_until is not None else Phase.IDLE

    def _make_snapshot(self, phase: Phase) -> Snapshot:
        snapshot = self._state.snapshot(
            self._rounds.kept,
            phase,
            next_check=self._next_check if phase is Phase.IDLE else None,
            paused_until=self._paused_until,
            problems=self._problems,
        )
        return replace(snapshot, news=self._news)

    def _tell(self, phase: Phase) -> None:
        """Publish a snapshot; a subscriber that fails is logged and does no harm."""
        if phase is Phase.PAUSED and len(self._rounds.kept) < MANY:
            self._rounds.judge_paused()
        elif phase is Phase.PAUSED:
            self._unjudged = True  # that takes a while: whoever presses the button need not wait for it
            self._wanted.set()
        self._publish(phase)

    async def _judge_paused(self) -> None:
        self._unjudged = False
        async with self._one_round:
            await self._rounds.judge_paused_in_turn()
        if self._paused_until is not None:
            self._publish(Phase.PAUSED)

    def _publish(self, phase: Phase) -> None:
        self._snapshot = self._make_snapshot(phase)
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(self._snapshot)
            except Exception:
                log.exception("a subscriber failed")
