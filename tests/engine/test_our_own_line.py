"""A line of our own that is dead is never held against a name, whatever answers in the house."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import Colour, LookError, Observation, Role, Transport, VerdictKind
from ddns_tray.engine import RoundRequest
from tests.support.clock import settle
from tests.support.engine_fakes import FIRST, HOME, SECOND, FakeVerifier, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.core.model import RecordKey, Verdict, View


class Witnesses(FakeVerifier):
    """Servers with public addresses that may all fall silent, and a resolver in the house that always answers."""

    def __init__(self, world: World, at_home: str) -> None:
        super().__init__(world.clock, world.provider)
        self.reachable = True
        self.at_home = at_home
        self.answer_at_home: tuple[str, ...] = ()

    def _view(self, key: RecordKey) -> View:
        view = super()._view(key)
        return replace(view, observations=(*self._of_the_world(view), self._of_the_house()))

    def silent_for_a_look(self, and_then: Callable[[], None]) -> None:
        """Let all but the house be silent at the next look, and this happen when it is over."""

        def over() -> None:
            self.reachable = True
            and_then()

        self.on_look.append(lambda: setattr(self, "reachable", False))
        self.on_heard.append(over)

    def _of_the_world(self, view: View) -> tuple[Observation, ...]:
        if self.reachable:
            return view.observations
        silent = {"rcode": None, "answer": (), "ttl": None, "aa": False, "serial": None, "error": LookError.TIMEOUT}
        return tuple(replace(each, **silent) for each in view.observations)  # type: ignore[arg-type]  # fields

    def _of_the_house(self) -> Observation:
        rcode = "NOERROR" if self.answer_at_home else "SERVFAIL"
        now = self._clock.now()
        return Observation(Role.RESOLVER, "system", self.at_home, Transport.UDP, now, rcode, self.answer_at_home, 60)


async def verdicts_after(world: World, seconds: int) -> set[tuple[VerdictKind, Colour]]:
    """All verdicts that are shown within so many seconds."""
    seen: list[Verdict] = []
    for _ in range(seconds // 5):
        await world.clock.advance(5)
        seen += [each.verdict for each in world.shown().records]
    return {(each.kind, each.colour) for each in seen}


async def running(world: World, *, told: bool) -> asyncio.Task[None]:
    """Let the engine of a world run until its name is right."""
    await world.engine.reconfigure(world.setup())
    world.engine.trust_hints(lambda: told)
    task = asyncio.ensure_future(world.engine.run())
    await settle()
    assert (VerdictKind.MATCHED, Colour.GREEN) in await verdicts_after(world, 600)
    return task


async def stop(world: World, task: asyncio.Task[None]) -> None:
    world.engine.stop()
    await world.clock.advance(1)
    await task


@pytest.mark.parametrize("told", [False, True], ids=["polled", "told"])
@pytest.mark.parametrize("answer", [(), (FIRST,)], ids=["fails", "answers from memory"])
@pytest.mark.parametrize(("at_home", "phase"), [("127.0.0.53", 0), ("192.168.1.1", 70), ("::1", 140)])
async def test_a_resolver_in_the_house_is_no_proof_that_the_line_lives(
    *, told: bool, answer: tuple[str, ...], at_home: str, phase: int
) -> None:
    world = World()
    witnesses = world.verifier = Witnesses(world, at_home)
    witnesses.answer_at_home = (FIRST,)
    task = await running(world, told=told)
    await world.clock.advance(phase)
    witnesses.reachable = witnesses.anchors_answer = False
    witnesses.answer_at_home = answer
    world.see(None)
    await world.clock.advance(75)
    assert await verdicts_after(world, 900) == {(VerdictKind.OFFLINE, Colour.GREY)}
    witnesses.reachable = witnesses.anchors_answer = True
    witnesses.answer_at_home = (FIRST,)
    world.see(FIRST)
    assert (VerdictKind.MATCHED, Colour.GREEN) in await verdicts_after(world, 900)
    assert world.provider.content[HOME] == (FIRST,)
    await stop(world, task)


@pytest.mark.parametrize("told", [False, True], ids=["polled", "told"])
async def test_where_the_dns_is_blocked_and_sources_see_us_we_are_not_offline(*, told: bool) -> None:
    world = World()
    witnesses = world.verifier = Witnesses(world, "127.0.0.53")
    witnesses.answer_at_home = (FIRST,)
    task = await running(world, told=told)
    witnesses.reachable = witnesses.anchors_answer = False
    await world.clock.advance(75)
    assert await verdicts_after(world, 900) == {(VerdictKind.AUTH_UNREACHABLE, Colour.YELLOW)}
    await stop(world, task)


@pytest.mark.parametrize("offline", [False, True], ids=["well before", "offline before"])
async def test_a_line_that_dies_between_the_look_for_our_address_and_the_dns_is_our_own_too(*, offline: bool) -> None:
    world = World()
    witnesses = world.verifier = Witnesses(world, "192.168.1.1")
    witnesses.answer_at_home = (FIRST,)
    task = await running(world, told=False)
    if offline:
        witnesses.reachable = witnesses.anchors_answer = False
        world.see(None)
        assert (VerdictKind.OFFLINE, Colour.GREY) in await verdicts_after(world, 300)
        world.see(FIRST)

    def dies() -> None:
        witnesses.reachable = witnesses.anchors_answer = False
        witnesses.answer_at_home = ()
        world.see(None)

    witnesses.on_look.append(dies)
    world.engine.check_now()
    assert await verdicts_after(world, 30) == {(VerdictKind.OFFLINE, Colour.GREY)}
    await stop(world, task)


@pytest.mark.parametrize("address", [FIRST, SECOND], ids=["the same address", "another address"])
async def test_a_look_in_which_our_line_was_dead_for_a_moment_is_held_against_nobody(address: str) -> None:
    world = World()
    witnesses = world.verifier = Witnesses(world, "192.168.1.1")
    witnesses.answer_at_home = (FIRST,)
    task = await running(world, told=False)
    seen: list[Colour] = []
    world.engine.subscribe(lambda snapshot: seen.append(snapshot.colour))

    def over() -> None:
        witnesses.answer_at_home = (address,)
        world.see(address)

    witnesses.answer_at_home = ()
    witnesses.silent_for_a_look(over)
    world.engine.check_now()
    await world.clock.advance(1)
    assert set(seen) == {Colour.GREEN}
    assert world.provider.content[HOME] == (address,)
    await stop(world, task)


async def test_the_first_look_is_repeated_too_if_our_line_was_dead_for_a_moment() -> None:
    world = World()
    witnesses = world.verifier = Witnesses(world, "192.168.1.1")
    await world.engine.reconfigure(world.setup())

    witnesses.silent_for_a_look(lambda: setattr(witnesses, "answer_at_home", (FIRST,)))
    await world.engine.run_once(RoundRequest())
    assert world.shown().colour is Colour.GREEN


async def test_a_line_that_lives_for_a_moment_only_is_dead() -> None:
    world = World()
    witnesses = world.verifier = Witnesses(world, "192.168.1.1")
    witnesses.answer_at_home = (FIRST,)
    task = await running(world, told=False)

    def falls_silent() -> None:
        witnesses.reachable, witnesses.answer_at_home = False, ()

    def dies() -> None:
        witnesses.anchors_answer = False
        world.see(None)

    witnesses.on_look += [falls_silent, dies]
    world.engine.check_now()
    assert await verdicts_after(world, 30) == {(VerdictKind.OFFLINE, Colour.GREY)}
    assert not witnesses.on_look, "it was looked again"
    await stop(world, task)


async def test_an_address_that_is_another_one_after_the_silence_has_one_result() -> None:
    world = World()
    witnesses = world.verifier = Witnesses(world, "192.168.1.1")
    await world.engine.reconfigure(world.setup())

    witnesses.silent_for_a_look(lambda: world.see(SECOND))
    (result,) = await world.engine.run_once(RoundRequest(update=True))
    assert [each for _, each in world.provider.writes] == [(FIRST,), (SECOND,)]
    assert (result.key, result.after) == (HOME, (SECOND,))


async def test_witnesses_that_nobody_asks_are_not_silent() -> None:
    world = World()
    await world.engine.run_once(RoundRequest(observe=False, write=False, once=True))
    assert world.verifier.looks == 0


async def test_a_line_that_was_dead_before_the_silence_is_not_tried_twice() -> None:
    world = World()
    witnesses = world.verifier = Witnesses(world, "192.168.1.1")
    witnesses.reachable = witnesses.anchors_answer = False
    world.see(None)
    await world.engine.reconfigure(world.setup())
    await world.engine.run_once(RoundRequest())
    assert world.shown().records[0].verdict.kind is VerdictKind.OFFLINE
    assert [each.asked for each in world.detectors] == [1, 1]
