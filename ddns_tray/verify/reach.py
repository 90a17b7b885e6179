"""Whether IPv6 leads anywhere from here: many machines have an address and a route, and nothing comes back.

Defines: when IPv6 counts as a black hole, and what follows. Asking on would make each look wait for what never comes,
and servers that have IPv6 alone would be blamed for our line. So for a while nobody is asked over IPv6, except one
server now and then, whose answer nobody waits for; and what timed out counts as "no way there from here", which says
nothing about a server. Without IPv4 nothing of this is done: then it is the line, not the family.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.model import LookError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ddns_tray.core.model import Observation
    from ddns_tray.core.ports import Clock
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.question import Question
    from ddns_tray.verify.targets import Target

ENOUGH = 2
"""Servers that have to be silent over IPv6, while none answers over it."""
BELIEVED_FOR = 300.0
"""Seconds for which one answer over IPv6 proves that there is a way."""
PROBE_EVERY = 60.0
"""Seconds between two questions that try whether IPv6 works again."""
_IN_THE_HOUSE = ("fe8", "fe9", "fea", "feb", "fc", "fd", "::1")
"""Link-local, unique local and loopback addresses (RFC 4291, RFC 4193) prove nothing about the way out."""


class Ipv6Reach:
    """What is known, from look to look; `forget` when the line may be another one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._silent: set[str] = set()
        self._proven_at: float | None = None
        self._by_ipv4 = False
        self._probe: Question | None = None
        self._next_probe = 0.0
        self.broken = False
        self.doubtful = True
        """Whether nothing has come over IPv6 yet. Then it gets one try only, for a look must not wait long in vain."""

    def forget(self) -> None:
        """Begin anew."""
        self._silent.clear()
        self._proven_at, self._probe = None, None
        self._by_ipv4 = self.broken = False
        self.doubtful = True

    def answered(self, target: Target) -> None:
        """Take note of an answer that nobody takes down."""
        if target.endpoint is None:
            return
        if target.endpoint.is_ipv6:
            if _is_out_there(target.endpoint.address):
                self._works()
        else:
            self._by_ipv4 = True

    def tries(self, target: Target, query: Query, wanted: Sequence[float]) -> Sequence[float]:
        """Return one try where IPv4 works and IPv6 has not shown yet that it does, else those that are wanted."""
        endpoint = target.endpoint
        doubtful = self.doubtful and self._by_ipv4 and not query.recursive
        return wanted[:1] if doubtful and endpoint is not None and _is_out_there(endpoint.address) else wanted

    def bars(self, target: Target, begin: Callable[[], Question]) -> bool:
        """Say whether this server is not to be asked now; `begin` asks it all the same, when it is time to try."""
        if not self.broken or target.endpoint is None or not _is_out_there(target.endpoint.address):
            return False
        if self._probe is not None and self._probe.received is not None:
            answered, self._probe = self._probe.received.wire is not None, None
            if answered:
                self._works()
                return False
        now = self._clock.monotonic()
        if self._probe is None and now >= self._next_probe:
            self._probe = begin()
            self._next_probe = now + PROBE_EVERY
        return True

    def heard(self, seen: Sequence[Observation]) -> Sequence[Observation]:
        """Learn from what the servers of one zone said, and give it back without blame for a way that is not there."""
        far: list[Observation] = []
        for each in seen:  # thousands of times in a look, and nearly always for nothing
            if each.address.count(":") > 1:
                if _is_out_there(each.address.lstrip("[")):
                    far.append(each)
            elif not self._by_ipv4 and each.rcode is not None:
                self._by_ipv4 = True
        if not far:
            return seen
        if any(each.rcode is not None for each in far):
            self._works()
        elif not self.broken:
            self._silent |= {each.address for each in far if each.error is LookError.TIMEOUT}
            self._doubt()
        if not self.broken:
            return seen
        return [replace(each, error=LookError.UNREACHABLE) if _timed_out_far(each) else each for each in seen]

    def _works(self) -> None:
        self._proven_at = self._clock.monotonic()
        self._silent.clear()
        self.broken = self.doubtful = False

    def _doubt(self) -> None:
        now = self._clock.monotonic()
        proven = self._proven_at is not None and now < self._proven_at + BELIEVED_FOR
        if self._by_ipv4 and not proven and len(self._silent) >= ENOUGH:
            self.broken = True
            self._next_probe = now + PROBE_EVERY


def _timed_out_far(seen: Observation) -> bool:
    far = seen.address.count(":") > 1 and _is_out_there(seen.address.lstrip("["))
    return far and seen.error is LookError.TIMEOUT


def _is_out_there(address: str) -> bool:
    return ":" in address and not address.startswith(_IN_THE_HOUSE)
