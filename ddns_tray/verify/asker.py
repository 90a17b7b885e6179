"""One question to one server until there is an answer or a reason: retries, TCP after UDP, EDNS left out on FORMERR.

Asking has two halves, so that many servers are asked at once without a task for each: `begin` sends, `finish` waits,
reads, and does what an unusual answer needs.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dns.message
import dns.rcode

from ddns_tray.core.model import LookError, Transport
from ddns_tray.verify.answers import extended_errors, is_truncated, read
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.targets import Target
from ddns_tray.verify.udp_pool import Received

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.ports import Clock
    from ddns_tray.verify.doh import HttpsTransport
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.streams import Streams
    from ddns_tray.verify.udp_pool import Exchange, UdpPool


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait after each try. `stream` bounds one question over TCP, TLS or HTTPS, connecting included.

    A resolver may itself have to wait for slow servers: BIND and Unbound give up after some 10 to 12 s, so a shorter
    last try would make their time-outs look like ours. With the last try over UDP, TCP is tried at the same time.
    A resolver that said nothing at the last look gets `silent` until it speaks: a blocked one must not slow each look.
    """

    authoritative: tuple[float, ...] = (1.5, 3.0)
    resolver: tuple[float, ...] = (2.0, 4.0, 12.0)
    silent: tuple[float, ...] = (1.5, 2.5)
    walk: tuple[float, ...] = (0.8, 1.6)
    anchor: tuple[float, ...] = (1.0, 2.0)
    stream: float = 12.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one question: a message, or the reason why there is none."""

    at: float
    transport: Transport
    message: dns.message.Message | None = None
    rtt: float | None = None
    error: LookError | None = None


class Question:
    """A question on its way. `received` is what came of it, once it has come."""

    __slots__ = ("_task", "_waiter", "exchange", "query", "received", "target", "tries")

    def __init__(self, target: Target, query: Query, tries: Sequence[float]) -> None:
        self.target = target
        self.query = query
        self.tries = tries
        self.received: Received | None = None
        self.exchange: Exchange | None = None
        self._task: asyncio.Future[Received] | None = None
        self._waiter: asyncio.Future[None] | None = None

    def take(self, received: Received) -> None:
        """Take what the pool brings."""
        self.received = received
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def take_from(self, task: asyncio.Future[Received]) -> None:
        """Take what comes from elsewhere."""
        self._task = task

    async def answered(self) -> Received:
        """Wait until something has come; cancelling that takes the question back."""
        if self.received is None and self._task is not None:
            self.received = await self._task
        elif self.received is None:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                if self.exchange is not None:
                    self.exchange.abandon()
        assert self.received is not None  # noqa: S101 - that is what was waited for
        return self.received


class Asker:
    """Knows the transports, and what to do when the first answer is not the last."""

    def __init__(
        self, pool: UdpPool, streams: Streams, clock: Clock, patience: Patience, https: HttpsTransport | None = None
    ) -> None:
        self.patience = patience
        self._pool = pool
        self._streams = streams
        self._clock = clock
        self._https = https
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(
        self, target: Target, query: Query, tries: Sequence[float], *, per_second: float | None = None
    ) -> Question:
        """Send `query`; the answer is for `finish`."""
        question = Question(target, query, tries)
        if target.transport is Transport.UDP and target.endpoint is not None:
            question.exchange = self._pool.ask(
                target.endpoint,
                query,
                tries,
                question.take,
                per_second=per_second,
                at_last_try=lambda exchange: self._try_tcp(target, query, tries[-1], exchange),
            )
        else:
            question.take_from(asyncio.ensure_future(self._ask_elsewhere(target, query)))
        return question

    def not_asked(self, target: Target, query: Query) -> Question:
        """A question that is not sent, since this server stays silent anyway: it counts as timed out."""
        question = Question(target, query, ())
        question.take(Received(self._clock.now(), target.transport, error=LookError.TIMEOUT))
        return question

    async def finish(self, question: Question) -> Reply:
        """Wait for the answer to a question that has begun."""
        reply = await self._whole_reply(question)
        if reply.message is None:
            return reply
        rcode = reply.message.rcode()
        if rcode in (dns.rcode.FORMERR, dns.rcode.NOTIMP) and question.query.tail and not reply.message.options:
            # A server from before EDNS (RFC 6891 §7).
            query = question.query
            return await self._second(
                question, prepare(query.name, query.type, recursive=query.recursive, edns=False), reply
            )
        if rcode == dns.rcode.SERVFAIL and len(question.tries) > 1 and not extended_errors(reply.message):
            # Without a stated cause it is often a passing one.
            return await self._second(question, question.query, reply)
        return reply

    async def ask(
        self, target: Target, query: Query, tries: Sequence[float], *, per_second: float | None = None
    ) -> Reply:
        """Send `query` and wait for its answer."""
        return await self.finish(self.begin(target, query, tries, per_second=per_second))

    async def close(self) -> None:
        """Stop what runs beside the questions."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask_elsewhere(self, target: Target, query: Query) -> Received:
        if target.transport is Transport.HTTPS:
            if self._https is None:
                return Received(self._clock.now(), Transport.HTTPS, error=LookError.HTTP)
            return await self._https.ask(target, query, self.patience.stream)
        return await self._streams.ask(target, query, self.patience.stream)

    async def _tcp(self, target: Target, query: Query) -> Received:
        return await self._streams.ask(over_tcp(target), query, self.patience.stream)

    def _try_tcp(self, target: Target, query: Query, wait: float, exchange: Exchange) -> None:
        """Beside the last try over UDP: a network may let only one of them through."""

        async def run() -> None:
            received = await self._streams.ask(over_tcp(target), query, wait)
            if received.wire is not None:
                exchange.finish_from_elsewhere(received)

        exchange.beside = task = asyncio.ensure_future(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _whole_reply(self, question: Question) -> Reply:
        received = await question.answered()
        if received.wire is not None and received.transport is Transport.UDP and is_truncated(received.wire):
            received = await self._tcp(question.target, question.query)
        return read_reply(received)

    async def _second(self, question: Question, query: Query, first: Reply) -> Reply:
        """Ask once more; what the first answer said stands if there is no second one."""
        second = await self._whole_reply(self.begin(question.target, query, question.tries[-1:]))
        return first if second.message is None else second


def over_tcp(target: Target) -> Target:
    """The same server, asked over TCP."""
    return Target(target.label, target.endpoint, Transport.TCP, port=target.port)


def read_reply(received: Received) -> Reply:
    """Parse what came; octets that are no message are an error of the server."""
    if received.wire is None:
        return Reply(received.at, received.transport, None, None, received.error)
    message = read(received.wire)
    error = LookError.MALFORMED if message is None else None
    return Reply(received.at, received.transport, message, received.rtt, error)
