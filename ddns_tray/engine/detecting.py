"""Asking the sources of one family: in waves, with patience, politely, and remembering how each of them fares.

A look asks as few as the quorum needs, and others only while there is no agreement, without waiting for whoever is
slow. A routine look asks nobody outside as long as our own router or interface still says what it said when everybody
agreed; where nothing in the house can say so, one outside source in turn stands watch.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ddns_tray.core.agree import agree
from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.model import AddressState, RestReason, Sighting, Standing
from ddns_tray.core.standing import forgiven, is_resting, learned, resting_problem
from ddns_tray.core.text import text
from ddns_tray.engine.setup import Care

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ddns_tray.core.model import Agreement, Family, IPAddress
    from ddns_tray.core.ports import Chance, Clock, Detector

PATIENCE = 1.5
"""Seconds to wait for a wave before the next one is asked as well."""
OBJECTIONS = 0.3
"""Seconds that the others of a wave have to object, once enough have agreed."""
WATCH_INTERVALS, SHORTEST_WATCH = 6.5, 390.0
VIGILANT_INTERVALS, SHORTEST_VIGILANCE = 1.5, 90.0
FULL_INTERVALS, SHORTEST_FULL = 75.0, 4500.0


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One look at one family. `built_in` are the sources that stand behind a preset, to be asked sparingly.

    `own` are the addresses of this machine, `refine` what to make of a sighting before it counts. `vigilant` says that
    it has to be known soon if this line dies, so that the word of our own router is no proof that it still leads out.
    """

    family: Family
    detectors: Sequence[Detector]
    quorum: int
    interval: float
    allow_private: bool
    previous: Agreement | None
    built_in: frozenset[str]
    own: frozenset[IPAddress]
    refine: Callable[[Sighting], Sighting]
    vigilant: bool = False

    @property
    def origins(self) -> int:
        """Of how many independent witnesses the quorum is."""
        return len({detector.origin for detector in self.detectors})


class Detection:
    """Remembers, from look to look."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._clock = clock
        self._chance = chance
        self._standings: dict[tuple[Family, str], Standing] = {}
        self._former: dict[Family, IPAddress] = {}
        self._full_due: dict[Family, float] = {}
        self._watched_at: dict[Family, float] = {}
        self._turn = 0

    def forgive(self) -> None:
        """Ask those again that only failed: the network is another, or the person wants to know."""
        self._standings = {key: forgiven(standing) for key, standing in self._standings.items()}

    async def look(self, inquiry: Inquiry, care: Care) -> Agreement:
        """Return what the sources agree on, asking as many as `care` calls for."""
        if care is not Care.FULL:
            confirmed = await self._confirm(inquiry, care)
            if confirmed is not None:
                return self._dressed(inquiry, confirmed)
        conclusion, unheard = await self._ask_around(inquiry)
        before = inquiry.previous
        if before is not None and before.address is not None and before.address != conclusion.address:
            self._former[inquiry.family] = before.address
        for sighting in conclusion.sightings:
            self._learn(inquiry, sighting, conclusion)
        now = self._clock.monotonic()
        self._watched_at[inquiry.family] = now
        full = _paced(inquiry.interval, FULL_INTERVALS, SHORTEST_FULL)
        self._full_due[inquiry.family] = now + full * (0.9 + 0.2 * self._chance.random())
        return self._dressed(inquiry, conclusion, unheard)

    # --- a full look ---

    async def _ask_around(self, inquiry: Inquiry) -> tuple[Agreement, Sequence[Detector]]:
        """Return the conclusion, and who was asked but not waited for."""
        waves = self._waves(inquiry)
        running: set[asyncio.Task[Sighting]] = set()
        asked: dict[asyncio.Task[Sighting], Detector] = {}
        sightings: list[Sighting] = []

        def agreed() -> bool:
            return _conclude(inquiry, sightings, self._clock).state is AddressState.AGREED

        try:
            while waves or running:
                wave = waves.pop(0) if waves else ()
                started = {asyncio.ensure_future(detector.detect(inquiry.family)): detector for detector in wave}
                asked |= started
                running |= started.keys()
                await self._listen(inquiry, running, sightings, PATIENCE if waves else None, enough=agreed)
                if agreed():
                    await self._listen(inquiry, running, sightings, OBJECTIONS, enough=lambda: False)
                    if agreed():
                        break
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        unheard = [detector for task, detector in asked.items() if task in running]
        return _conclude(inquiry, sightings, self._clock), unheard

    async def _listen(
        self,
        inquiry: Inquiry,
        running: set[asyncio.Task[Sighting]],
        sightings: list[Sighting],
        seconds: float | None,
        *,
        enough: Callable[[], bool],
    ) -> None:
        """Take sightings as they come, until it is enough, all are there, or the time is over."""
        limit = None if seconds is None else asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            while running and not enough() and (limit is None or not limit.done()):
                waiting: set[asyncio.Future[Any]] = {*running, *(() if limit is None else (limit,))}
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in [task for task in running if task in done]:
                    running.discard(task)
                    sightings.append(inquiry.refine(task.result()))
        finally:
            if limit is not None:
                limit.cancel()
                await asyncio.gather(limit, return_exceptions=True)

    def _waves(self, inquiry: Inquiry) -> list[Sequence[Detector]]:
        """Return whom to ask together: by rank, the first wave filled up to the quorum; last of all those that rest."""
        now = self._clock.monotonic()
        resting = self._resting(inquiry, now)
        awake = [each for each in inquiry.detectors if each not in resting]
        ranked = sorted(awake, key=lambda detector: detector.rank)
        first = [each for each in ranked if each.rank == 0]
        rest = ranked[len(first) :]
        while rest and len({each.origin for each in first}) < min(inquiry.quorum, inquiry.origins):
            first.append(rest.pop(0))
        last = [each for each in resting if self._standing(inquiry, each.source).rest_reason is not RestReason.REFUSED]
        by_rank = [[each for each in rest if each.rank == rank] for rank in sorted({each.rank for each in rest})]
        return [wave for wave in (first, *by_rank, last) if wave]

    # --- a routine look ---

    async def _confirm(self, inquiry: Inquiry, care: Care) -> Agreement | None:
        """Return what was agreed before if that is still so, or None where everybody has to be asked."""
        before, now = inquiry.previous, self._clock.monotonic()
        known = before is not None and before.address is not None and bool(inquiry.built_in)
        if before is None or not known or now >= self._full_due.get(inquiry.family, now):
            return None
        fresh = await self._ask(inquiry, self._near(inquiry))
        if any(_changed(each, before) for each in fresh):
            return None
        told = before.address in inquiry.own or any(_says(each, before.address) for each in fresh)
        if not told and care is Care.HINT:
            return None
        if (inquiry.vigilant or not told) and now >= self._watched_at.get(inquiry.family, now) + _watch_pause(inquiry):
            seen = await self._stand_watch(inquiry, before)
            if seen is None:
                return None
            fresh.append(seen)
        return self._joined(inquiry, before, fresh)

    def _near(self, inquiry: Inquiry) -> list[Detector]:
        """Return those that can be asked each time: what stands in the house, and what the person has written out."""
        now = self._clock.monotonic()
        return [
            each
            for each in inquiry.detectors
            if each.source not in inquiry.built_in and not is_resting(self._standing(inquiry, each.source), now)
        ]

    async def _stand_watch(self, inquiry: Inquiry, before: Agreement) -> Sighting | None:
        """Ask one of the built-in sources, in turn; None where it does not say what was agreed before."""
        watcher = self._next_watcher(inquiry, before)
        if watcher is None:
            return None
        (seen,) = await self._ask(inquiry, [watcher])
        self._watched_at[inquiry.family] = self._clock.monotonic()
        return seen if _says(seen, before.address) else None

    def _joined(self, inquiry: Inquiry, before: Agreement, fresh: Sequence[Sighting]) -> Agreement | None:
        """Conclude from what was heard now and, of the others, before; None if that is no longer the same."""
        newest = {each.source: each for each in (*before.sightings, *fresh)}
        spoken = [each for each in newest.values() if each.problem is None or each.problem.code not in _UNASKED]
        conclusion = _conclude(inquiry, spoken, self._clock)
        if conclusion.address != before.address:
            return None
        for sighting in fresh:
            self._learn(inquiry, sighting, conclusion)
        return conclusion

    async def _ask(self, inquiry: Inquiry, detectors: Sequence[Detector]) -> list[Sighting]:
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(each.detect(inquiry.family)) for each in detectors]
        return [inquiry.refine(task.result()) for task in asked]

    def _next_watcher(self, inquiry: Inquiry, before: Agreement) -> Detector | None:
        """Return one of those who were right the last time, in turn."""
        now = self._clock.monotonic()
        right = {each.source for each in before.sightings if _says(each, before.address)}
        able = [
            each
            for each in inquiry.detectors
            if each.source in inquiry.built_in
            and each.source in right
            and not is_resting(self._standing(inquiry, each.source), now)
        ]
        self._turn += 1
        return able[self._turn % len(able)] if able else None

    # --- memory ---

    def _standing(self, inquiry: Inquiry, source: str) -> Standing:
        return self._standings.get((inquiry.family, source), _NEW)

    def _learn(self, inquiry: Inquiry, sighting: Sighting, conclusion: Agreement) -> None:
        self._standings[inquiry.family, sighting.source] = learned(
            self._standing(inquiry, sighting.source),
            sighting,
            conclusion,
            former=self._former.get(inquiry.family),
            now=self._clock.monotonic(),
            wall=self._clock.now(),
        )

    def _resting(self, inquiry: Inquiry, now: float) -> list[Detector]:
        return [each for each in inquiry.detectors if is_resting(self._standing(inquiry, each.source), now)]

    def _dressed(self, inquiry: Inquiry, conclusion: Agreement, unheard: Sequence[Detector] = ()) -> Agreement:
        """Add to each sighting how its source fares, and show those that rest or were not waited for."""
        now, heard = self._clock.monotonic(), {each.source for each in conclusion.sightings}
        silent = {
            each.source: (each, resting_problem(self._standing(inquiry, each.source), now))
            for each in self._resting(inquiry, now)
        }
        silent |= {each.source: (each, _NOT_WAITED_FOR) for each in unheard}
        added = [
            Sighting(source, each.origin, each.kind, inquiry.family, None, self._clock.now(), problem)
            for source, (each, problem) in silent.items()
            if source not in heard
        ]
        shown = tuple(
            replace(each, standing=self._standing(inquiry, each.source)) for each in (*conclusion.sightings, *added)
        )
        return replace(conclusion, sightings=shown)


_NEW = Standing()
_NOT_WAITED_FOR = Problem(
    ProblemCode.RESTING, text("It had not answered yet when enough others agreed."), text("Nothing needs doing.")
)
_UNASKED = frozenset({ProblemCode.RESTING})


def _conclude(inquiry: Inquiry, sightings: Sequence[Sighting], clock: Clock) -> Agreement:
    return agree(
        inquiry.family,
        sightings,
        quorum=inquiry.quorum,
        allow_private=inquiry.allow_private,
        previous=inquiry.previous,
        now=clock.now(),
        origins=inquiry.origins,
    )


def _watch_pause(inquiry: Inquiry) -> float:
    if inquiry.vigilant:
        return _paced(inquiry.interval, VIGILANT_INTERVALS, SHORTEST_VIGILANCE)
    return _paced(inquiry.interval, WATCH_INTERVALS, SHORTEST_WATCH)


def _paced(interval: float, intervals: float, shortest: float) -> float:
    """Return so many intervals, but no more than `shortest` seconds, nor less than one interval."""
    return min(intervals * interval, max(shortest, interval))


def _says(sighting: Sighting, address: IPAddress | None) -> bool:
    return sighting.address is not None and sighting.problem is None and sighting.address == address


def _changed(sighting: Sighting, before: Agreement) -> bool:
    """Say whether a source of ours names another address than it did; silence is no change."""
    if sighting.address is None or sighting.address == before.address:
        return False
    return all(each.address != sighting.address for each in before.sightings if each.source == sighting.source)
