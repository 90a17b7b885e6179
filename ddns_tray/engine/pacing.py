"""How often a service may be asked: the pause between two writes of one name, and the rest of a whole account.

The pause comes from the service's documentation (`Capabilities.write_interval`). It is kept per owner name and not per
type, because that is how services count. The rest comes from the service's own answer, and counts for every record of
the account: who is told to come back later by one door must not knock at the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.durations import format_duration
from ddns_tray.core.errors import ProblemCode, RateLimited
from ddns_tray.core.model import RecordKey, RecordType
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.model import Capabilities, RecordMemory
    from ddns_tray.core.ports import Clock
    from ddns_tray.core.text import Text

_OF_THE_ACCOUNT = frozenset(
    {
        ProblemCode.AUTHENTICATION_FAILED,
        ProblemCode.PROVIDER_UNAVAILABLE,
        ProblemCode.CLOCK_SKEWED,
        ProblemCode.CONNECT_FAILED,
        ProblemCode.TLS_FAILED,
        ProblemCode.TIMED_OUT,
        ProblemCode.CONNECTION_LOST,
    }
)
"""Problems that the next record would meet in the same way, where one server and one credential are for all."""

SAME_AGAIN = 600.0
"""Seconds between two writes of the same address, by force, at a service that cannot be read: such services count what
changes nothing as abuse, and block for it."""


class Pacing:
    """Knows which accounts rest until when, and when a name may be written again."""

    def __init__(self, clock: Clock, recall: Callable[[RecordKey], RecordMemory]) -> None:
        self._clock = clock
        self._recall = recall
        self._resting: dict[str, float] = {}
        self._met: dict[str, Problem] = {}

    def forget(self) -> None:
        """Begin anew; accounts are opened anew, perhaps at another service."""
        self._resting, self._met = {}, {}

    def follow_clock(self, seconds: float) -> None:
        """Move with a wall clock that somebody has moved."""
        self._resting = {account: until + seconds for account, until in self._resting.items()}

    def begin(self, account: str) -> None:
        """Start a run over the records of an account."""
        self._met.pop(account, None)

    def hear(self, account: str, problem: Problem, capabilities: Capabilities) -> None:
        """Note what became of one record, as far as it concerns the others of the account.

        Services that cannot be read may have a key or a server for each name or type: there, only a wish for calm does.
        """
        if problem.code is ProblemCode.RATE_LIMITED:
            until = self._clock.now() + (problem.retry_after or 0.0)
            self._resting[account] = max(until, self._resting.get(account, until))
        elif capabilities.list_records and problem.code in _OF_THE_ACCOUNT:
            self._met[account] = problem

    def waits(self, account: str) -> Problem | None:
        """Return why the next record of the account is not tried now, or None if it is."""
        wait = self._resting.get(account, 0.0) - self._clock.now()
        if wait <= 0:
            return self._met.get(account)
        return RateLimited(
            text("The service of the account {account} has asked for fewer requests.", account=account),
            _in_a_while(wait),
            retry_after=wait,
        ).problem

    def too_soon(self, key: RecordKey, interval: float) -> RateLimited | None:
        """Return the error for a write that comes before the service wants one."""
        times = [self._recall(RecordKey(key.name, each)).written_at for each in RecordType]
        wait = max((at for at in times if at is not None), default=0.0) + interval - self._clock.now()
        if interval <= 0 or wait <= 0:
            return None
        # A clock that was set back must not keep us waiting for longer than the service wants.
        wait = min(wait, interval)
        return RateLimited(
            text(
                "{name} was written a short while ago, and its service takes one change in {interval}.",
                name=key.name,
                interval=format_duration(round(interval)),
            ),
            _in_a_while(wait),
            retry_after=wait,
        )


def _in_a_while(wait: float) -> Text:
    return text("Nothing needs doing: the change goes out in {wait}.", wait=format_duration(max(1, round(wait))))
