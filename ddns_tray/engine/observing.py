"""Looking at the records: when, at which of them, what was heard, and what it comes to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ddns_tray.core import sampling
from ddns_tray.core.addresses import is_out_there
from ddns_tray.core.copies import altered
from ddns_tray.core.judged import judge_after, same_words
from ddns_tray.core.model import Colour, Role, VerdictKind
from ddns_tray.core.sampling import Candidate
from ddns_tray.engine.calm import in_turn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from ddns_tray.core.judged import Judged
    from ddns_tray.core.model import Circumstances, RecordKey, View
    from ddns_tray.core.ports import Clock, Verifier
    from ddns_tray.core.settings import VerifySettings
    from ddns_tray.engine.state import EngineState

_ON_THE_MOVE = frozenset({VerdictKind.PROPAGATING, VerdictKind.SECONDARY_LAG})
"""Verdicts that are about to change by themselves."""
SOON = 1.0
"""Seconds until the next part of a first look that is too large for one round, or of anything else."""


class Observer:
    """Brings the views of the state up to date, and judges them."""

    def __init__(self, state: EngineState, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self.forget()

    def forget(self) -> None:
        """Look at everything anew: the settings are other ones."""
        self._regular_at = self._looked_at = float("-inf")
        self._asked_at: dict[RecordKey, float] = {}
        self._judged: dict[RecordKey, Judged] = {}
        self._left = self._closed = False

    @property
    def looked_at(self) -> float:
        """When the last look has begun (wall clock); minus infinity before the first."""
        return self._looked_at

    @property
    def has_looked(self) -> bool:
        """Whether there was a look with these settings."""
        return self._looked_at != float("-inf")

    def due(self, now: float, interval: float) -> bool:
        """Whether to look now."""
        if self._is_regular(now, interval) or self._left:
            return True
        verdicts = (status.verdict for status in self._state.statuses.values())
        return any(each.kind in _ON_THE_MOVE or (each.deadline or now + 1) <= now for each in verdicts)

    def wanted(self) -> list[float]:
        """When to look before the schedule does."""
        return [self._clock.now() + SOON] if self._left else []

    async def look(
        self,
        verifier: Verifier,
        records: Mapping[RecordKey, frozenset[str] | None],
        settings: VerifySettings,
        *,
        routine: bool,
    ) -> None:
        """Ask the witnesses about these records, of which the expected sets are given.

        Unless this is `routine`, somebody wants a look at all of them now, whether they are due or not.
        """
        if not records:
            return
        now = self._looked_at = self._clock.now()
        self._closed = bool(settings.root_hints)
        regular = not routine or self._is_regular(now, settings.interval)
        if regular:
            self._regular_at = now
        candidates = [
            Candidate(key, self._is_settled(key, expected), self._asked_at.get(key))
            async for key, expected in in_turn(records.items())
        ]
        sample = sampling.choose(candidates, now=now, interval=settings.interval, regular=regular)
        self._left = sample.left
        self._asked_at |= dict.fromkeys(sample.whole, now)
        if not sample.authoritative or not settings.authoritative:
            self._state.views.update(await verifier.observe(sample.whole))
            return
        seen, told = await asyncio.gather(
            verifier.observe(sample.whole), verifier.observe(sample.authoritative, resolvers=False)
        )
        changed = [key for key, view in told.items() if not self._is_as_before(view)]
        self._state.views.update(seen)
        self._state.views.update({key: self._with_resolvers(view) for key, view in told.items()})
        if changed:
            self._asked_at |= dict.fromkeys(changed, now)
            self._state.views.update(await verifier.observe(changed))

    def judge(self, key: RecordKey, told: Circumstances) -> Judged:
        """Draw the verdict on one record."""
        judged = self._judged[key] = judge_after(self._judged.get(key), self._state.views.get(key), told)
        return judged

    def heard_somebody(self) -> bool:
        """Whether any server out in the world answered at the last look; in a closed network there are no others.

        A resolver on this computer, or in the router, says SERVFAIL by itself when its line is dead.
        """
        return any(
            each.rcode is not None and each.at >= self._looked_at and (self._closed or is_out_there(each.address))
            for view in self._state.views.values()
            for each in view.observations
        )

    def _is_regular(self, now: float, interval: float) -> bool:
        """A tenth of an interval early counts as due, so that looks fall together."""
        return now >= self._regular_at + 0.8 * interval or now < self._regular_at

    def _is_settled(self, key: RecordKey, expected: frozenset[str] | None) -> bool:
        status = self._state.statuses.get(key)
        if status is None or self._state.recall(key).old_ttl is not None:
            return False
        verdict = status.verdict
        well = verdict.colour is Colour.GREEN or verdict.kind is VerdictKind.DOUBLE_NAT
        return well and verdict.deadline is None and (expected or frozenset()) == frozenset(status.expected)

    def _is_as_before(self, view: View) -> bool:
        before = self._state.views.get(view.key)
        return (
            before is not None
            and view.zone == before.zone
            and same_words(Role.AUTHORITATIVE, view.observations, before.observations)
        )

    def _with_resolvers(self, view: View) -> View:
        """The view with what resolvers said when they were last asked; that is never longer ago than the period."""
        before = self._state.views.get(view.key)
        if before is None:
            return view
        said = (each for each in before.observations if each.role is Role.RESOLVER)
        return altered(view, observations=(*view.observations, *said))


async def run_unless(
    work: Coroutine[object, object, None],
    stop: Callable[[], Awaitable[bool]],
    pause: Callable[[], float],
    clock: Clock,
) -> bool:
    """Run `work` to its end, or until `stop`, which is asked after each `pause` (seconds), says so; return which."""
    working = asyncio.ensure_future(work)
    try:
        while not await _ends_within(working, pause(), clock):
            if await stop():
                return False
        await working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    return True


async def _ends_within(working: asyncio.Future[None], seconds: float, clock: Clock) -> bool:
    sleeping = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((working, sleeping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeping.cancel()
        await asyncio.gather(sleeping, return_exceptions=True)
    return working.done()
