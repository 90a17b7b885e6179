"""What the names of one zone share in a look: whom to ask, each server's SOA, and which servers say nothing.

Why: thousands of names in one zone have the same servers. Their SOA is asked for once, and a server that was silent
for many names in a row is not waited for by all the others as well.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING

from ddns_tray.core.model import LookError
from ddns_tray.verify import answers
from ddns_tray.verify.queries import HEADER_OCTETS, prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dns.message

    from ddns_tray.core.model import Cut
    from ddns_tray.verify.answers import Soa
    from ddns_tray.verify.asker import Asker
    from ddns_tray.verify.delegation import Delegation
    from ddns_tray.verify.targets import Target

_TC, _RCODE = 0x02, 0x0F
_ONE_QUESTION = b"\x00\x01"
GIVEN_UP_AFTER = 32
"""Questions in a row without any answer, after which a server counts as silent for the rest of the look."""


class SharedZone:
    """One delegation in one look. `path` is the way to it; `serials` are those of `targets`, once `settle` is done."""

    __slots__ = (
        "_asker",
        "_settling",
        "delegation",
        "follow_within",
        "path",
        "serials",
        "silence",
        "targets",
        "without_address",
    )

    def __init__(self, asker: Asker, delegation: Delegation, path: tuple[Cut, ...]) -> None:
        self._asker = asker
        self.delegation = delegation
        self.path = path
        once = {target.endpoint: target for target in reversed(delegation.targets)}
        self.targets: Sequence[Target] = tuple(reversed(once.values()))
        self.without_address = tuple(
            (server.name, LookError.UNREACHABLE if server.lost else LookError.NO_ADDRESS)
            for server in delegation.servers
            if not server.endpoints
        )
        self.silence = Silence()
        self.serials: Sequence[int | None] | None = None
        self.follow_within: int | None = None
        """Refresh + retry of the SOA."""
        self._settling: asyncio.Future[list[Soa | None]] | None = None

    def begin(self) -> None:
        """Ask every server for the SOA, once in a look however many names the zone has."""
        if self._settling is None:
            self._settling = asyncio.gather(*(self._soa(target) for target in self.targets))

    async def settle(self) -> Sequence[int | None]:
        """Wait for the SOAs; returns the serials."""
        self.begin()
        assert self._settling is not None  # noqa: S101 - `begin` saw to it
        soas = await asyncio.shield(self._settling)
        self.serials = tuple(None if soa is None else soa.serial for soa in soas)
        self.follow_within = next((soa.follow_within for soa in soas if soa is not None), None)
        return self.serials

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._settling is not None:
            self._settling.cancel()

    async def _soa(self, target: Target) -> Soa | None:
        query = prepare(self.delegation.zone, "SOA", recursive=False)
        question = self._asker.begin(target, query, self._asker.patience.authoritative)
        wire = (await question.answered()).wire
        if wire is not None:
            self._asker.reach.answered(target)
        if wire is not None and wire[4:6] == _ONE_QUESTION and not wire[2] & _TC and not wire[3] & _RCODE:
            rest = HEADER_OCTETS + len(query.question)
            soa = _read_soa(wire[2:HEADER_OCTETS] + query.question + wire[rest:])
        else:
            reply = await self._asker.finish(question)
            soa = None if reply.message is None else _authoritative_soa(reply.message)
        return soa if soa is not None and soa.zone == self.delegation.zone else None


@lru_cache(maxsize=1024)
def _read_soa(octets: bytes) -> Soa | None:
    """Read an answer without its id, with the question in lower case: then it is the same at nearly every look."""
    message = answers.read(bytes(2) + octets)
    return None if message is None else _authoritative_soa(message)


def _authoritative_soa(message: dns.message.Message) -> Soa | None:
    return answers.soa_of(message) if answers.is_authoritative(message) else None


class Silence:
    """Counts, for each server, the questions in a row that stayed without an answer."""

    __slots__ = ("_in_a_row",)

    def __init__(self) -> None:
        self._in_a_row: dict[Target, int] = {}

    def __bool__(self) -> bool:
        return bool(self._in_a_row)

    def note(self, target: Target, *, silent: bool) -> None:
        """Note how one question ended."""
        if silent:
            self._in_a_row[target] = self._in_a_row.get(target, 0) + 1
        elif self._in_a_row:
            self._in_a_row.pop(target, None)

    def given_up(self, target: Target) -> bool:
        """Whether it would be a waste to ask once more."""
        return self._in_a_row.get(target, 0) >= GIVEN_UP_AFTER
