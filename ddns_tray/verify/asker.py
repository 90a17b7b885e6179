"""One question to one server until there is an answer or a reason: retries, TCP after UDP, EDNS left out on FORMERR.

Asking has two halves, so that many servers are asked at once without a task for each: `begin` sends, `finish` waits,
reads, and does what an unusual answer needs.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import dns.message
import dns.rcode

from ddns_tray.core.model import LookError, Transport
from ddns_tray.verify.answers import extended_errors, is_truncated, read
from ddns_tray.verify.pace import PUBLIC_RESOLVER, Pace, rate_for
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.question import Question, Received
from ddns_tray.verify.reach import Ipv6Reach
from ddns_tray.verify.targets import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.ports import Clock
    from ddns_tray.verify.doh import HttpsTransport
    from ddns_tray.verify.exchange import Exchange
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.streams import Streams
    from ddns_tray.verify.udp_pool import UdpPool


_JUDGED_TYPES = frozenset({"A", "AAAA"})
_TELLING = frozenset({*range(5, 13), 22, 23})
"""Extended errors that leave nothing to ask: DNSSEC, no reachable authority, network error (RFC 8914 §4)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait after each try. Over TCP, TLS and HTTPS there is one, for as long as all of them would take.

    `stream` bounds that one, connecting included.
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
    """What came of one question: a message, or the reason why there is none.

    `unchecked` is what a resolver that failed said when it was asked again with its checks off (the CD bit).
    """

    at: float
    transport: Transport
    message: dns.message.Message | None = None
    rtt: float | None = None
    error: LookError | None = None
    unchecked: dns.message.Message | None = None


class _StreamQuestion(Question):
    """A question that a task asks."""

    __slots__ = ("_task",)

    def __init__(self, target: Target, query: Query, tries: Sequence[float], task: asyncio.Task[Received]) -> None:
        super().__init__(target, query, tries)
        self._task = task

    async def answered(self) -> Received:
        """Wait for the task; cancelling that ends it."""
        if self.received is None:
            self.received = await self._task
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
        self._paces: dict[Target, Pace] = {}
        self.reach = Ipv6Reach(clock)

    def begin(
        self, target: Target, query: Query, tries: Sequence[float], *, per_second: float | None = None
    ) -> Question:
        """Send `query`; the answer is for `finish`. Over a family that leads nowhere nothing is sent."""
        if self.reach.broken and self.reach.bars(target, lambda: self._begin(target, query, tries[:1], None)):
            question = Question(target, query, ())
            question.take(Received(self._clock.now(), target.transport, error=LookError.UNREACHABLE))
            return question
        if self.reach.doubtful:
            tries = self.reach.tries(target, query, tries)
        return self._begin(target, query, tries, per_second)

    def _begin(self, target: Target, query: Query, tries: Sequence[float], per_second: float | None) -> Question:
        if target.transport is Transport.UDP:
            return self._pool.ask(target, query, tries, per_second=per_second, at_last_try=self._try_tcp)
        return _StreamQuestion(
            target, query, tries, asyncio.ensure_future(self._ask_elsewhere(target, query, sum(tries)))
        )

    def not_asked(self, target: Target, query: Query) -> Question:
        """A question that is not sent, since this server stays silent anyway: it counts as timed out."""
        question = Question(target, query, ())
        question.take(Received(self._clock.now(), target.transport, error=LookError.TIMEOUT))
        return question

    async def finish(self, question: Question) -> Reply:
        """Wait for the answer to a question that has begun."""
        reply = await self._settled(question)
        if reply.message is None or not _may_be_bogus(reply.message, question.query):
            return reply
        # What a resolver gives only to those who check for themselves has failed its own check (RFC 6840 §5.9).
        query = prepare(question.query.name, question.query.type, recursive=True, checking_disabled=True)
        tries = self.patience.walk[:1] if question.target.transport is Transport.UDP else (self.patience.stream,)
        again = await self._whole_reply(self.begin(question.target, query, tries))
        return reply if again.message is None else replace(reply, unchecked=again.message)

    async def _settled(self, question: Question) -> Reply:
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
        reply = await self.finish(self.begin(target, query, tries, per_second=per_second))
        if reply.message is not None:
            self.reach.answered(target)
        return reply

    def renew(self) -> None:
        """Forget what belongs to one line: kept connections, and whether IPv6 leads anywhere."""
        self._streams.renew()
        if self._https is not None:
            self._https.renew()
        self.reach.forget()

    async def close(self) -> None:
        """Stop what runs beside the questions."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask_elsewhere(self, target: Target, query: Query, patience: float) -> Received:
        await self._turn(target)
        patience = min(patience, self.patience.stream)
        if target.transport is Transport.HTTPS:
            if self._https is None:
                return Received(self._clock.now(), Transport.HTTPS, error=LookError.HTTP)
            return await self._https.ask(target, query, patience)
        return await self._streams.ask(target, query, patience)

    async def _turn(self, target: Target) -> None:
        """Wait until this server may be asked once more; the pool does the same for UDP."""
        pace = self._paces.get(target)
        if pace is None:
            address = "" if target.endpoint is None else target.endpoint.address
            most = rate_for(address, recursive=True) if address else PUBLIC_RESOLVER
            pace = self._paces[target] = Pace(most, random.Random())  # noqa: S311 - of pauses, not of secrets
        while (pause := pace.pause(self._clock.monotonic())) > 0:
            await self._clock.sleep(pause)

    async def _tcp(self, target: Target, query: Query) -> Received:
        return await self._streams.ask(over_tcp(target), query, self.patience.stream)

    def _try_tcp(self, exchange: Exchange) -> None:
        """Beside the last try over UDP: a network may let only one of them through."""

        async def run() -> None:
            received = await self._streams.ask(over_tcp(exchange.target), exchange.query, exchange.tries[-1])
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


def _may_be_bogus(message: dns.message.Message, query: Query) -> bool:
    """Say whether this failure of a resolver may be one of its DNSSEC checks, without saying so itself."""
    return (
        query.recursive
        and query.type in _JUDGED_TYPES
        and message.rcode() == dns.rcode.SERVFAIL
        and not _TELLING.intersection(extended_errors(message))
    )


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
