"""A machine whose IPv6 leads nowhere: looks are not slowed, servers are not blamed, and it is tried again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import LookError, Observation, Role, Transport
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.question import Question, Received
from ddns_tray.verify.reach import BELIEVED_FOR, PROBE_EVERY, Ipv6Reach
from ddns_tray.verify.targets import Endpoint, Target
from tests.support.clock import FakeClock
from tests.support.dns_server import Answer, DnsServer
from tests.verify.conftest import target_of

if TYPE_CHECKING:
    from ddns_tray.verify.asker import Asker

HOME = prepare("home.example.test", "A", recursive=False)
V4, ONE, TWO, NEAR = "192.0.2.1", "2001:db8::1", "[2001:db8::2]:5353", "fe80::1"


def said(address: str, error: LookError | None = None) -> Observation:
    rcode = None if error else "NOERROR"
    return Observation(Role.AUTHORITATIVE, f"ns.{address}", address, Transport.UDP, 0.0, rcode=rcode, error=error)


def silent(address: str) -> Observation:
    return said(address, LookError.TIMEOUT)


def target(address: str) -> Target:
    return Target("ns", Endpoint(address))


def never() -> Question:
    raise AssertionError


def test_silence_of_two_servers_over_ipv6_is_ours_if_ipv4_answers() -> None:
    reach = Ipv6Reach(FakeClock())
    seen = reach.heard([said(V4), silent(ONE), silent(TWO)])
    assert [each.error for each in seen] == [None, LookError.UNREACHABLE, LookError.UNREACHABLE]
    assert reach.broken
    assert reach.bars(target("2001:db8::9"), never)
    assert not reach.bars(target(V4), never)
    assert not reach.bars(target(NEAR), never)


@pytest.mark.parametrize(
    "seen",
    [
        [said(V4), silent(ONE)],
        [said(V4), silent(ONE), silent(ONE)],
        [said(V4), silent(ONE), said(TWO)],
        [silent(V4), silent(ONE), silent(TWO)],
        [silent(ONE), silent(TWO)],
        [said(V4), silent(NEAR), silent("fd00::1")],
        [said(V4), said(ONE, LookError.PORT_CLOSED), said(TWO, LookError.PORT_CLOSED)],
    ],
)
def test_less_than_that_says_nothing_about_the_family(seen: list[Observation]) -> None:
    reach = Ipv6Reach(FakeClock())
    assert list(reach.heard(seen)) == seen
    assert not reach.broken
    assert not reach.bars(target("2001:db8::9"), never)


async def test_an_answer_is_proof_for_some_minutes_and_no_longer() -> None:
    clock = FakeClock()
    reach = Ipv6Reach(clock)
    reach.heard([said(V4), said(ONE)])
    told = []
    for seconds in (0.0, BELIEVED_FOR):
        await clock.advance(seconds)
        reach.heard([said(V4), silent(ONE), silent(TWO)])
        told.append(reach.broken)
    reach.forget()
    assert [*told, reach.broken] == [False, True, False]


async def test_now_and_then_one_question_goes_out_and_its_answer_ends_it() -> None:
    clock = FakeClock()
    reach = Ipv6Reach(clock)
    reach.heard([said(V4), silent(ONE), silent(TWO)])
    begun: list[Question] = []

    def begin() -> Question:
        begun.append(Question(target("2001:db8::9"), HOME, (1.0,)))
        return begun[-1]

    for _ in range(3):
        assert reach.bars(target("2001:db8::9"), begin)
    assert not begun
    await clock.advance(PROBE_EVERY)
    for _ in range(3):
        assert reach.bars(target("2001:db8::9"), begin)
    assert len(begun) == 1
    begun[0].take(Received(clock.now(), Transport.UDP, error=LookError.TIMEOUT))
    assert reach.bars(target("2001:db8::9"), begin)
    await clock.advance(PROBE_EVERY)
    assert reach.bars(target("2001:db8::9"), begin)
    begun[1].take(Received(clock.now(), Transport.UDP, wire=b"x"))
    assert not reach.bars(target("2001:db8::9"), never)
    assert not reach.broken


async def test_a_barred_question_costs_no_time(asker: Asker) -> None:
    asker.reach.heard([said(V4), silent(ONE), silent(TWO)])
    async with asyncio.timeout(0.05):
        reply = await asker.ask(target("2001:db8::9"), HOME, (5.0, 5.0))
    assert (reply.message, reply.error) == (None, LookError.UNREACHABLE)


TRIES = (1.0, 2.0)
FAR = target("2001:db8::9")


def test_until_ipv6_has_answered_it_gets_one_try_and_no_more() -> None:
    reach = Ipv6Reach(FakeClock())
    assert reach.tries(FAR, HOME, TRIES) == TRIES
    reach.answered(target(V4))
    assert reach.tries(FAR, HOME, TRIES) == TRIES[:1]
    assert reach.tries(target(V4), HOME, TRIES) == reach.tries(target(NEAR), HOME, TRIES) == TRIES
    assert reach.tries(FAR, prepare("home.example.test", "A", recursive=True), TRIES) == TRIES
    reach.heard([said(V4), said(ONE)])
    assert reach.tries(FAR, HOME, TRIES) == TRIES
    reach.forget()
    reach.answered(target(V4))
    assert reach.tries(FAR, HOME, TRIES) == TRIES[:1]
    reach.answered(target(NEAR))
    reach.answered(Target("https://dns.example", None))
    assert reach.tries(FAR, HOME, TRIES) == TRIES[:1]
    reach.answered(FAR)
    assert reach.tries(FAR, HOME, TRIES) == TRIES


async def test_whoever_answers_a_walk_shows_that_its_family_works(asker: Asker, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(drop=True), Answer(("home.example.test. 60 A 192.0.2.7",)))
    for tries in (TRIES, TRIES[:1]):
        assert (await asker.ask(target_of(server), HOME, (0.1,))).message is None or tries == TRIES[:1]
        assert asker.reach.tries(FAR, HOME, TRIES) == tries
