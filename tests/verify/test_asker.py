"""Retries, TCP after UDP, EDNS left out: against a server that can do all that wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import LookError, Transport
from ddns_tray.verify import answers
from ddns_tray.verify.asker import Asker, Patience, over_tcp
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.question import Received
from ddns_tray.verify.targets import Endpoint, Target, parse_resolver
from ddns_tray.verify.udp_pool import UdpPool
from tests.support.dns_server import Answer, DnsServer
from tests.verify.conftest import target_of

if TYPE_CHECKING:
    from ddns_tray.verify.asker import Reply
    from ddns_tray.verify.queries import Query

HOME = prepare("home.example.test", "A", recursive=False)
GOOD = Answer(("home.example.test. 60 A 192.0.2.7",))
TRIES = (0.1, 0.3)


def addresses(reply: Reply) -> tuple[str, ...]:
    assert reply.message is not None, reply.error
    return answers.follow_chain(reply.message, "home.example.test", "A").addresses


async def test_a_truncated_answer_is_asked_for_again_over_tcp(asker: Asker, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(tc=True), GOOD)
    reply = await asker.ask(target_of(server), HOME, TRIES)
    assert addresses(reply) == ("192.0.2.7",)
    assert reply.transport is Transport.TCP
    assert [asked.transport for asked in server.asked] == ["udp", "tcp"]


async def test_truncated_and_no_tcp_is_told_as_what_tcp_met(asker: Asker) -> None:
    async with DnsServer(tcp=False).running() as server:
        server.on("home.example.test", "A", Answer(tc=True))
        reply = await asker.ask(target_of(server), HOME, TRIES)
    assert (reply.message, reply.error) == (None, LookError.PORT_CLOSED)


async def test_where_udp_is_swallowed_tcp_goes_out_beside_the_last_try(asker: Asker, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(drop=True), Answer(drop=True), GOOD)
    reply = await asker.ask(target_of(server), HOME, (0.05, 5.0))
    assert addresses(reply) == ("192.0.2.7",)
    assert reply.transport is Transport.TCP


async def test_silence_everywhere_is_a_time_out(asker: Asker, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(drop=True))
    reply = await asker.ask(target_of(server), HOME, TRIES)
    assert reply.error is LookError.TIMEOUT


@pytest.mark.parametrize("rcode", ["FORMERR", "NOTIMP"])
async def test_a_server_from_before_edns_is_asked_without_it(asker: Asker, server: DnsServer, rcode: str) -> None:
    server.on("home.example.test", "A", Answer(rcode=rcode, edns=False, aa=False), GOOD)
    assert addresses(await asker.ask(target_of(server), HOME, TRIES)) == ("192.0.2.7",)
    assert [asked.edns for asked in server.asked] == [True, False]


async def test_a_passing_servfail_is_asked_again_and_a_stated_one_is_not(asker: Asker, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(rcode="SERVFAIL"), GOOD)
    assert addresses(await asker.ask(target_of(server), HOME, TRIES)) == ("192.0.2.7",)
    server.on("home.example.test", "A", Answer(rcode="SERVFAIL", ede=(7,)), GOOD)
    reply = await asker.ask(target_of(server), HOME, TRIES)
    assert reply.message is not None
    assert answers.rcode_of(reply.message) == "SERVFAIL"


async def test_a_servfail_stands_if_the_second_question_is_lost(asker: Asker, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(rcode="SERVFAIL"), Answer(drop=True))
    reply = await asker.ask(target_of(server), HOME, TRIES)
    assert reply.message is not None
    assert answers.rcode_of(reply.message) == "SERVFAIL"


async def test_octets_that_are_no_message_are_told_as_malformed(asker: Asker, server: DnsServer) -> None:
    five_answers_and_no_octets = b"\x84\x00\x00\x01\x00\x05\x00\x00\x00\x00" + HOME.question
    server.on("home.example.test", "A", Answer(raw=five_answers_and_no_octets))
    reply = await asker.ask(target_of(server), HOME, (0.3,))
    assert (reply.message, reply.error) == (None, LookError.MALFORMED)


async def test_questions_over_tcp_share_one_connection(asker: Asker, server: DnsServer) -> None:
    target = over_tcp(target_of(server))
    replies = await asyncio.gather(*(asker.ask(target, HOME, TRIES) for _ in range(10)))
    assert {addresses(reply) for reply in replies} == {("192.0.2.7",)}
    assert server.tcp_connections == 1


async def test_a_forged_id_over_tcp_is_ignored(asker: Asker, server: DnsServer) -> None:
    server.on("home.example.test", "A", (Answer(wrong_id=True), Answer(wrong_question=True), GOOD))
    assert addresses(await asker.ask(over_tcp(target_of(server)), HOME, TRIES)) == ("192.0.2.7",)


async def test_over_a_stream_nobody_is_waited_for_longer_than_all_tries_would_take(
    asker: Asker, server: DnsServer
) -> None:
    server.on("silent.example.test", "A", Answer(drop=True))
    began = asyncio.get_running_loop().time()
    reply = await asker.ask(
        over_tcp(target_of(server)), prepare("silent.example.test", "A", recursive=False), (0.02, 0.03)
    )
    assert (reply.message, reply.error) == (None, LookError.TIMEOUT)
    assert asyncio.get_running_loop().time() - began < asker.patience.stream


async def test_a_kept_connection_that_the_server_closed_is_opened_again(asker: Asker) -> None:
    async with DnsServer().running() as server:
        server.on("home.example.test", "A", GOOD)
        target = over_tcp(target_of(server))
        await asker.ask(target, HOME, TRIES)
    port = server.port
    async with DnsServer(port=port).running() as again:
        again.on("home.example.test", "A", GOOD)
        assert addresses(await asker.ask(target, HOME, TRIES)) == ("192.0.2.7",)


async def test_a_closed_port_is_told_over_tcp_too(asker: Asker) -> None:
    async with DnsServer(tcp=False).running() as server:
        reply = await asker.ask(over_tcp(target_of(server)), HOME, TRIES)
    assert reply.error is LookError.PORT_CLOSED


async def test_https_without_a_client_is_told_as_such(asker: Asker) -> None:
    target = Target("https://127.0.0.1/", Endpoint("127.0.0.1", 1), Transport.HTTPS, "127.0.0.1", 1, None, "/")
    assert (await asker.ask(target, HOME, TRIES)).error is LookError.HTTP


async def test_a_resolver_that_fails_is_asked_what_it_would_say_without_its_checks(
    asker: Asker, server: DnsServer
) -> None:
    server.on("home.example.test", "A", Answer(rcode="SERVFAIL"), Answer(rcode="SERVFAIL"), GOOD)
    reply = await asker.ask(target_of(server), prepare("home.example.test", "A", recursive=True), TRIES)
    assert reply.message is not None
    assert reply.unchecked is not None
    assert [answers.rcode_of(each) for each in (reply.message, reply.unchecked)] == ["SERVFAIL", "NOERROR"]
    assert [asked.checking_disabled for asked in server.asked] == [False, False, True]


@pytest.mark.parametrize(
    ("query", "ede"),
    [
        (prepare("home.example.test", "A", recursive=True), 6),
        (prepare("home.example.test", "A", recursive=True), 22),
        (prepare("home.example.test", "NS", recursive=True), 0),
        (HOME, 0),
    ],
)
async def test_checks_are_left_on_where_turning_them_off_would_tell_nothing(
    asker: Asker, server: DnsServer, query: Query, ede: int
) -> None:
    server.on("home.example.test", query.type, Answer(rcode="SERVFAIL", ede=(ede,)))
    reply = await asker.ask(target_of(server), query, TRIES)
    assert reply.unchecked is None
    assert not any(asked.checking_disabled for asked in server.asked)


async def test_no_answer_without_checks_changes_nothing(asker: Asker, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(rcode="SERVFAIL", ede=(13,)), Answer(drop=True))
    reply = await asker.ask(target_of(server), prepare("home.example.test", "A", recursive=True), TRIES)
    assert reply.message is not None
    assert (answers.rcode_of(reply.message), reply.unchecked) == ("SERVFAIL", None)


class ClockThatSkips:
    """A clock whose sleepers wake at once, with the hands moved on."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


class NoWay:
    """Streams on which every question ends at once; notes when each was asked."""

    def __init__(self, clock: ClockThatSkips) -> None:
        self.clock = clock
        self.asked_at: list[float] = []

    async def ask(self, target: Target, _query: Query, _timeout: float) -> Received:
        self.asked_at.append(self.clock.time)
        return Received(self.clock.time, target.transport, error=LookError.UNREACHABLE)


@pytest.mark.parametrize(
    ("way", "seconds"), [("tls://9.9.9.9", 1.9), ("tls://dns.example", 1.9), ("tcp://192.168.1.1", 0.0)]
)
async def test_a_stranger_is_asked_over_streams_in_turns_too(way: str, seconds: float) -> None:
    """Two hundred questions at a hundred a second, of which ten may go at once."""
    clock = ClockThatSkips()
    streams = NoWay(clock)
    pool = UdpPool(clock)
    asker = Asker(pool, streams, clock, Patience())  # type: ignore[arg-type]
    target = parse_resolver(way)
    assert target is not None
    for _ in range(200):
        assert (await asker.ask(target, HOME, TRIES)).error is LookError.UNREACHABLE
    assert streams.asked_at[-1] - streams.asked_at[0] == pytest.approx(seconds, abs=0.15)
    await asker.close()
    pool.close()
