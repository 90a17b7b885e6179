"""How often a service is asked: the pause it wants between two writes, and the rest of a whole account."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ConfigError,
    DdnsTrayError,
    ProblemCode,
    ProviderUnavailable,
    RateLimited,
    TimedOut,
    Unconfirmed,
)
from ddns_tray.core.model import Capabilities, Outcome, RecordKey, RecordType
from ddns_tray.core.settings import RecordSettings
from ddns_tray.core.text import text
from ddns_tray.engine import RoundRequest
from tests.support.engine_fakes import FIRST, HOME, SECOND, World

ROUND = RoundRequest()
NAMES = ("home.example.org", "nas.example.org", "vpn.example.org")
BLIND = Capabilities(list_zones=False, list_records=False)


def several(*names: str) -> World:
    return World(records=[RecordSettings(name, (RecordType.A,), account="home") for name in names])


def slow_service(interval: float) -> World:
    world = World()
    world.provider.capabilities = Capabilities(write_interval=interval)
    return world


async def test_the_pause_that_a_service_wants_is_kept_and_said() -> None:
    world = slow_service(600)
    await world.engine.run_once(ROUND)
    await world.clock.advance(60)
    world.see(SECOND)
    (waits,) = await world.engine.run_once(ROUND)
    assert (waits.outcome, waits.before) == (Outcome.FAILED, (FIRST,))
    assert waits.problem is not None
    assert waits.problem.code is ProblemCode.RATE_LIMITED
    assert "one change in 10m" in str(waits.problem.title)
    assert str(waits.problem.hint) == "Nothing needs doing: the change goes out in 9m."
    assert world.provider.content[HOME] == (FIRST,)
    await world.clock.advance(530)
    assert await world.engine.run_once(ROUND) == (), "too early to look again"
    await world.clock.advance(11)
    (written,) = await world.engine.run_once(ROUND)
    assert (written.outcome, written.after) == (Outcome.UPDATED, (SECOND,))


async def test_the_pause_is_kept_when_a_person_forces_a_write_too() -> None:
    world = slow_service(600)
    await world.engine.run_once(ROUND)
    (forced,) = await world.engine.run_once(RoundRequest(update=True, force=True))
    assert forced.problem is not None
    assert forced.problem.retry_after == 600
    assert len(world.provider.writes) == 1


async def test_the_same_address_is_not_forced_twice_in_a_row_at_a_service_that_cannot_be_read() -> None:
    world = World()
    world.provider.capabilities = BLIND
    world.provider.blind = True
    await world.engine.run_once(ROUND)
    force = RoundRequest(update=True, force=True)
    (early,) = await world.engine.run_once(force)
    assert early.problem is not None
    assert early.problem.code is ProblemCode.RATE_LIMITED
    await world.clock.advance(601)
    (late,) = await world.engine.run_once(force)
    assert late.outcome is Outcome.UPDATED
    assert await refused_again(world)
    world.see(SECOND)
    (changed,) = await world.engine.run_once(ROUND)
    assert changed.outcome is Outcome.UPDATED, "another address is no repetition, and waits for nothing"
    assert len(world.provider.writes) == 3


async def refused_again(world: World) -> bool:
    (result,) = await world.engine.run_once(RoundRequest(update=True, force=True))
    return result.outcome is Outcome.FAILED


async def test_the_pause_holds_over_a_restart() -> None:
    world = slow_service(600)
    await world.engine.run_once(ROUND)
    world.see(SECOND)
    engine = world.new_engine()
    (waits,) = await engine.run_once(ROUND)
    assert waits.outcome is Outcome.FAILED
    assert len(world.provider.writes) == 1


async def test_the_pause_is_for_a_name_with_all_its_types() -> None:
    world = World(
        records=[RecordSettings(HOME.name, (RecordType.A, RecordType.AAAA), account="home", expected=(FIRST,))]
    )
    world.provider.capabilities = Capabilities(write_interval=60)
    results = await world.engine.run_once(ROUND)
    assert [result.outcome for result in results] == [Outcome.UPDATED, Outcome.FAILED]
    await world.clock.advance(61)
    (second,) = await world.engine.run_once(ROUND)
    assert (second.key.type, second.outcome) == (RecordType.AAAA, Outcome.UPDATED)


async def test_a_clock_that_was_set_back_does_not_prolong_the_pause() -> None:
    world = slow_service(600)
    await world.engine.run_once(ROUND)
    world.clock.jump(-86400)
    world.see(SECOND)
    (waits,) = await world.engine.run_once(RoundRequest(update=True))
    assert waits.problem is not None
    assert waits.problem.retry_after == 600


async def test_a_lost_answer_is_not_repeated_within_the_pause() -> None:
    world = slow_service(600)
    world.provider.fail_apply = [Unconfirmed(text("The answer was lost."))]
    (result,) = await world.engine.run_once(ROUND)
    assert result.outcome is Outcome.UNCONFIRMED
    await world.clock.advance(599)
    assert await world.engine.run_once(ROUND) == ()
    await world.clock.advance(2)
    (again,) = await world.engine.run_once(ROUND)
    assert again.outcome is Outcome.UPDATED


async def test_a_wish_for_calm_counts_for_all_records_of_the_account() -> None:
    world = several(*NAMES)
    world.provider.fail_read = [RateLimited(text("Too many requests."), retry_after=300)]
    results = await world.engine.run_once(ROUND)
    assert [result.outcome for result in results] == [Outcome.FAILED] * 3
    assert world.provider.calls == 1
    assert [result.calls for result in results] == [1, 0, 0]
    asked = await world.engine.run_once(RoundRequest(update=True))
    assert world.provider.calls == 1, "a person cannot override it either, but is told"
    assert all(result.problem is not None and result.problem.retry_after == 300 for result in asked)
    await world.clock.advance(301)
    results = await world.engine.run_once(ROUND)
    assert [result.outcome for result in results] == [Outcome.UPDATED] * 3


async def test_credentials_opened_anew_end_the_rest() -> None:
    world = several(*NAMES)
    world.provider.fail_read = [RateLimited(text("Too many requests."), retry_after=300)]
    await world.engine.run_once(ROUND)
    await world.engine.reconfigure(world.setup())
    results = await world.engine.run_once(RoundRequest(update=True))
    assert [result.outcome for result in results] == [Outcome.UPDATED] * 3


@pytest.mark.parametrize(
    "failure",
    [ProviderUnavailable(text("Out of order.")), TimedOut(text("No answer."), sent=False)],
)
async def test_a_service_out_of_reach_is_asked_once_and_not_for_every_record(failure: DdnsTrayError) -> None:
    world = several(*NAMES)
    world.provider.fail_read = [failure]
    results = await world.engine.run_once(ROUND)
    assert [result.problem and result.problem.code for result in results] == [failure.code] * 3
    assert world.provider.calls == 1


async def test_a_record_that_always_fails_does_not_keep_the_others_from_their_turn() -> None:
    world = several(*NAMES)
    broken = RecordKey(NAMES[0], RecordType.A)
    world.provider.broken = {broken: ProviderUnavailable(text("Out of order."))}
    for _ in range(5):
        await world.engine.run_once(ROUND)
        await world.clock.advance(60)
    assert {key.name for key, _ in world.provider.writes} == set(NAMES[1:])


async def test_refused_credentials_are_tried_once_and_stop_the_whole_account() -> None:
    world = several(*NAMES)
    world.provider.fail_read = [AuthenticationFailed(text("The token is refused."))]
    results = await world.engine.run_once(ROUND)
    assert [result.problem and result.problem.code for result in results] == [ProblemCode.AUTHENTICATION_FAILED] * 3
    await world.clock.advance(7200)
    assert await world.engine.run_once(ROUND) == ()
    assert world.provider.calls == 1


async def test_a_key_that_may_be_of_one_name_alone_does_not_stop_the_others() -> None:
    world = several(*NAMES)
    world.provider.capabilities = BLIND
    world.provider.fail_read = [AuthenticationFailed(text("The key is refused."))]
    results = await world.engine.run_once(ROUND)
    assert [result.outcome for result in results] == [Outcome.FAILED, Outcome.UPDATED, Outcome.UPDATED]


async def test_an_account_that_cannot_be_opened_is_told_and_harms_no_other() -> None:
    world = several(*NAMES)
    world.open_error = ConfigError(text("The service has ended."))
    results = await world.engine.run_once(ROUND)
    assert [result.problem and result.problem.code for result in results] == [ProblemCode.CONFIG] * 3


async def test_a_wish_for_calm_counts_too_while_a_lost_answer_is_looked_after() -> None:
    world = several(*NAMES[:2])
    provider = world.provider
    provider.lose_answer = [Unconfirmed(text("The answer was lost."))]
    busy = RateLimited(text("Too many requests."), retry_after=300)
    provider.on_apply.append(lambda: provider.fail_read.append(busy))
    first, second = await world.engine.run_once(ROUND)
    assert (first.outcome, second.outcome) == (Outcome.UNCONFIRMED, Outcome.FAILED)
    assert second.problem is not None
    assert second.problem.code is ProblemCode.RATE_LIMITED
    assert provider.reads == 2
    await world.clock.advance(290)
    assert await world.engine.run_once(ROUND) == ()
    await world.clock.advance(20)
    again = await world.engine.run_once(ROUND)
    assert {each.outcome for each in again} == {Outcome.NOOP, Outcome.UPDATED}
    assert provider.reads == 4


async def test_a_service_that_cannot_be_read_is_told_again_if_its_servers_prove_it_wrong_but_ever_more_rarely() -> None:
    world = World()
    world.provider.capabilities, world.provider.blind = BLIND, True
    await world.engine.run_once(ROUND)
    world.verifier.shown[HOME] = ("1.1.1.1",)
    written: list[float] = []
    for turn in range(24 * 6):
        await world.clock.advance(600)
        before = len(world.provider.writes)
        await world.engine.run_once(ROUND)
        written += [turn * 10.0] * (len(world.provider.writes) - before)
    pauses = [later - earlier for earlier, later in pairwise([0.0, *written])]
    assert pauses[0] <= 20
    assert pauses == sorted(pauses)
    assert len(written) <= 8
    assert set(world.provider.writes) == {(HOME, (FIRST,))}


async def test_what_only_caches_have_old_is_not_told_again() -> None:
    world = World()
    world.provider.capabilities, world.provider.blind = BLIND, True
    await world.engine.run_once(ROUND)
    world.verifier.resolvers_hold[HOME] = ("1.1.1.1",)
    for _ in range(48):
        await world.clock.advance(300)
        await world.engine.run_once(ROUND)
    assert len(world.provider.writes) == 1


async def test_a_write_that_a_gateway_gave_up_on_may_have_happened() -> None:
    world = World()
    world.provider.capabilities, world.provider.blind = BLIND, True
    await world.engine.run_once(ROUND)
    world.see(SECOND)
    world.provider.lose_answer = [ProviderUnavailable(text("A gateway has waited for too long."))]
    await world.engine.run_once(ROUND)
    world.see(FIRST)
    await world.clock.advance(60)
    await world.engine.run_once(ROUND)
    assert world.provider.content[HOME] == (FIRST,)


@pytest.mark.parametrize("lost", [ProviderUnavailable, Unconfirmed])
async def test_a_lost_answer_is_no_reason_to_say_the_same_sooner_than_the_service_takes_it(
    lost: type[DdnsTrayError],
) -> None:
    world = World()
    world.provider.capabilities, world.provider.blind = BLIND, True
    await world.engine.run_once(ROUND)
    await world.clock.advance(700)
    world.provider.lose_answer = [lost(text("Nobody knows."))]
    await world.engine.run_once(RoundRequest(update=True, force=True))
    for _ in range(19):
        await world.clock.advance(30)
        await world.engine.run_once(ROUND)
    assert world.provider.writes == [(HOME, (FIRST,))] * 2
    world.see(SECOND)
    await world.engine.run_once(ROUND)
    assert world.provider.writes[2:] == [(HOME, (SECOND,))], "a change does not wait for that"
