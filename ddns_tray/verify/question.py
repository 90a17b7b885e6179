"""A question on its way to one server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import LookError, Transport
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.targets import Target


class Received(NamedTuple):
    """The end of one question: octets, or the reason why there are none. `at` is wall time, `rtt` in seconds."""

    at: float
    transport: Transport
    wire: bytes | None = None
    rtt: float | None = None
    error: LookError | None = None


class Question:
    """Begun by whoever sends it, awaited by whoever wants the answer. `received` is what came of it, once it has come.

    There is one for each answer of thousands, so it is no future: nobody is woken for what is there already.
    """

    __slots__ = ("_waiter", "query", "received", "target", "tries")

    def __init__(self, target: Target, query: Query, tries: Sequence[float]) -> None:
        self.target = target
        self.query = query
        self.tries = tries
        self.received: Received | None = None
        self._waiter: asyncio.Future[None] | None = None

    def take(self, received: Received) -> None:
        """Take what came."""
        self.received = received
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def answered(self) -> Received:
        """Wait until something has come; cancelling that takes the question back."""
        if self.received is None:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            except BaseException:
                self.abandon()
                raise
        assert self.received is not None  # noqa: S101 - that is what was waited for
        return self.received

    def abandon(self) -> None:
        """Wait no longer; nobody wants to know."""
