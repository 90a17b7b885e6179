"""How fast one server may be asked: a bucket of turns that fills evenly, and fills more slowly after a loss.

Why: a server that gets more than it likes drops the rest without a word, and that looks like a server in trouble. So no
question goes out but in its turn, and a question that stays without an answer while its neighbours get theirs halves
the rate, which then grows back. A server that answers nobody is not in a hurry, it is silent: that changes no rate.

Pure: time comes in as seconds of a clock that does not jump.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddns_tray.core.ports import Chance

PUBLIC_RESOLVER = 100.0
"""Questions a second for one resolver of the wide world; they cut off above some 1,000 from one address."""
PUBLIC_SERVER = 300.0
"""The same for one authoritative server of the wide world."""
OWN = 4000.0
"""The same for a server on this machine or in its house, whose own pace the number of open questions follows."""
BURST = 0.1
"""Seconds whose turns may be taken at once after a rest."""
SLOWEST_SHARE = 1 / 64
RECOVERY = 60.0
"""Seconds in which the rate grows from nothing to the whole."""
JITTER = 0.25
"""Share by which a gap varies either way, so that many who ask do not fall into step."""
_LEAST, _SPREAD = 1 - JITTER, 2 * JITTER
SHORTEST_PAUSE = 0.004
"""Seconds; shorter ones would cost more in waking up than they spread."""


def rate_for(address: str, *, recursive: bool) -> float:
    """Return how many questions a second the server at this address gets at most."""
    if not ip_address(address.partition("%")[0]).is_global:
        return OWN
    return PUBLIC_RESOLVER if recursive else PUBLIC_SERVER


class Pace:
    """The turns of one server."""

    __slots__ = ("_answered_at", "_chance", "_cut_at", "_free_at", "_grown_at", "most", "rate")

    def __init__(self, most: float, chance: Chance) -> None:
        self.most = most
        self.rate = most
        self._chance = chance
        self._free_at = float("-inf")
        self._grown_at = self._cut_at = self._answered_at = float("-inf")

    def limit(self, most: float) -> None:
        """Bound the rate further: a server that is asked in two ways gets the slower one."""
        if most < self.most:
            self.most = most
            self.rate = min(self.rate, most)

    def pause(self, now: float) -> float:
        """Return the seconds until the next turn; 0 takes it."""
        if self.rate < self.most:
            self.rate = min(self.most, self.rate + (now - self._grown_at) * self.most / RECOVERY)
            self._grown_at = now
        free_at = self._free_at
        if free_at > now:
            return max(SHORTEST_PAUSE, free_at - now)
        gap = (_LEAST + _SPREAD * self._chance.random()) / self.rate
        self._free_at = max(free_at, now - BURST) + gap
        return 0.0

    def answered(self, now: float) -> None:
        """Note that an answer came in."""
        self._answered_at = now

    def lost(self, sent_at: float, now: float) -> None:
        """Note that a question of this time stayed without an answer. What went out before a cut says nothing new."""
        if sent_at <= self._cut_at or sent_at > self._answered_at:
            return
        self.rate = max(self.most * SLOWEST_SHARE, self.rate / 2)
        self._cut_at = self._grown_at = now
        self._free_at = now  # what was saved up for a burst is gone
