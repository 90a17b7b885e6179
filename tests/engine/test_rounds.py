from __future__ import annotations

import random
from dataclasses import replace
from ipaddress import ip_address
from types import MappingProxyType

import pytest

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ConnectionLost,
    NoKeyring,
    ProviderUnavailable,
    RateLimited,
    StorageError,
    Unconfirmed,
)
from ddns_tray.core.model import (
    AddressState,
    Colour,
    Family,
    InterfaceAddress,
    Outcome,
    RecordMemory,
    RecordType,
    SourceKind,
    VerdictKind,
)
from ddns_tray.core.settings import RecordSettings
from ddns_tray.core.text import text
from ddns_tray.engine import Care, Engine, RoundRequest
from tests.support.engine_fakes import FIRST, HOME, SECOND, FakeDetector, FakeMemory, World

ROUND = RoundRequest()
HINT = RoundRequest(observe=False, care=Care.HINT)


async def test_the_first_round_makes_the_name_true_and_proves_it() -> None:
    world = World()
    (result,) = await world.engine.run_once(ROUND)
    snapshot = world.shown()
    assert (result.outcome, result.before, result.after, result.calls) == (Outcome.UPDATED, ("8.8.8.8",), (FIRST,), 2)
    assert world.provider.writes == [(HOME, (FIRST,))]
    assert snapshot.colour is Colour.GREEN
    assert snapshot.records[0].verdict.kind is VerdictKind.MATCHED
    assert snapshot.addresses[Family.IPV4].state is AddressState.AGREED


async def test_a_round_without_change_asks_the_provider_nothing() -> None:
    world = World()
    await world.engine.run_once(ROUND)
    calls = world.provider.calls
    assert await world.engine.run_once(ROUND) == ()
    assert world.provider.calls == calls
    assert world.shown().colour is Colour.GREEN


async def test_a_new_address_is_written_in_the_round_that_sees_it() -> None:
    world = World()
    await world.engine.run_once(ROUND)
    world.see(SECOND)
    (result,) = await world.engine.run_once(ROUND)
    assert result.outcome is Outcome.UPDATED
    assert world.provider.content[HOME] == (SECOND,)
    assert world.shown().address_changed_at == world.clock.now()


@pytest.mark.parametrize("second", [None, "198.51.100.1", "10.0.0.1", SECOND])
async def test_nothing_is_written_that_two_sources_do_not_agree_on(second: str | None) -> None:
    world = World()
    world.detectors[1].address = second
    assert await world.engine.run_once(ROUND) == ()
    assert world.provider.calls == 0
    assert world.shown().colour is not Colour.GREEN


async def test_a_failed_detection_is_never_no_address() -> None:
    world = World()
    await world.engine.run_once(ROUND)
    world.see(None)
    await world.engine.run_once(ROUND)
    assert world.provider.content[HOME] == (FIRST,)
    assert world.shown().records[0].verdict.kind is VerdictKind.MATCHED
    await world.clock.advance(600)
    await world.engine.run_once(ROUND)
    assert world.shown().records[0].verdict.kind is not VerdictKind.MATCHED, "too old to be proven"
    assert world.provider.content[HOME] == (FIRST,)


async def test_an_address_that_the_world_cannot_reach_is_written_only_where_a_record_allows_it() -> None:
    world = World()
    world.see("203.0.113.7")
    assert await world.engine.run_once(ROUND) == ()
    allowed = RecordSettings("lan.example.org", (RecordType.A,), account="home", allow_private=True)
    world.records = (*world.records, allowed)
    await world.engine.reconfigure(world.setup())
    results = await world.engine.run_once(ROUND)
    assert [result.key.name for result in results] == ["lan.example.org"]


async def test_a_wrong_token_stops_writing_until_the_person_acts() -> None:
    world = World()
    refused = AuthenticationFailed(text("The token is refused."))
    world.provider.fail_read = [refused, refused]
    (result,) = await world.engine.run_once(ROUND)
    assert (result.outcome, result.problem) == (Outcome.FAILED, refused.problem)
    await world.clock.advance(7200)
    assert await world.engine.run_once(ROUND) == ()
    assert world.provider.reads == 1, "a refused token is not tried again by ourselves"
    (again,) = await world.engine.run_once(RoundRequest(update=True))
    assert again.outcome is Outcome.FAILED
    (healed,) = await world.engine.run_once(RoundRequest(update=True))
    assert healed.outcome is Outcome.UPDATED


async def test_a_busy_provider_is_left_alone_for_as_long_as_it_says() -> None:
    world = World()
    world.provider.fail_apply = [RateLimited(text("Too many requests."), retry_after=300)]
    (result,) = await world.engine.run_once(ROUND)
    assert result.outcome is Outcome.FAILED
    await world.clock.advance(299)
    assert await world.engine.run_once(ROUND) == ()
    await world.clock.advance(2)
    (retried,) = await world.engine.run_once(ROUND)
    assert retried.outcome is Outcome.UPDATED


async def test_a_failing_provider_is_tried_again_by_ourselves() -> None:
    world = World()
    world.provider.fail_read = [ProviderUnavailable(text("Out of order."))] * 3
    failures = 0
    for _ in range(40):
        results = await world.engine.run_once(ROUND)
        if results and results[0].outcome is Outcome.UPDATED:
            break
        failures += len(results)
        await world.clock.advance(60)
    assert failures == 3
    assert world.provider.content[HOME] == (FIRST,)


async def test_a_lost_answer_is_looked_after_before_writing_again() -> None:
    world = World()
    world.provider.lose_answer = [Unconfirmed(text("The answer was lost."))]
    (result,) = await world.engine.run_once(ROUND)
    assert result.outcome is Outcome.UPDATED, "reading showed that the write had happened"
    assert len(world.provider.writes) == 1


async def test_a_write_that_cannot_be_confirmed_is_called_so_and_read_first_next_time() -> None:
    world = World()
    world.provider.lose_answer = [Unconfirmed(text("The answer was lost."))]
    provider = world.provider
    provider.on_apply.append(lambda: provider.fail_read.append(ConnectionLost(text("Cut off."), sent=True)))
    (result,) = await world.engine.run_once(ROUND)
    assert result.outcome is Outcome.UNCONFIRMED
    assert world.memory.kept[HOME].unconfirmed
    await world.clock.advance(3600)
    (settled,) = await world.engine.run_once(ROUND)
    assert settled.outcome is Outcome.NOOP
    assert len(provider.writes) == 1
    assert not world.memory.kept[HOME].unconfirmed


async def test_after_a_crash_in_the_middle_of_a_write_the_provider_is_read_first() -> None:
    world = World()
    seen: list[bool] = []
    world.provider.on_apply.append(lambda: seen.append(world.memory.kept[HOME].unconfirmed))
    await world.engine.run_once(ROUND)
    assert seen == [True], "the memory on disk knew of the write before it went out"


async def test_a_keyring_that_does_not_open_fails_the_record_and_not_the_round() -> None:
    world = World()
    world.open_error = NoKeyring(text("There is no keyring."))
    (result,) = await world.engine.run_once(ROUND)
    assert result.outcome is Outcome.FAILED
    assert world.shown().records[0].last_update == result


async def test_foreign_addresses_are_told_and_not_touched() -> None:
    world = World()
    world.provider.content[HOME] = ("1.1.1.1", "1.0.0.1")
    (result,) = await world.engine.run_once(ROUND)
    assert result.outcome is Outcome.NOOP
    assert result.abort_reason is not None
    assert world.provider.writes == []
    assert world.shown().colour is Colour.RED
    (forced,) = await world.engine.run_once(RoundRequest(update=True, force=True))
    assert forced.outcome is Outcome.UPDATED
    assert world.provider.content[HOME] == (FIRST,)


async def test_what_somebody_else_changed_is_put_right_again() -> None:
    world = World()
    await world.engine.run_once(ROUND)
    world.provider.content[HOME] = ("1.1.1.1",)
    await world.clock.advance(400)
    await world.engine.run_once(ROUND)
    await world.clock.advance(400)
    await world.engine.run_once(ROUND)
    assert world.provider.content[HOME] == (FIRST,)


async def test_without_any_answer_of_anybody_we_are_offline_and_say_so_in_grey() -> None:
    world = World()
    await world.engine.run_once(ROUND)
    world.see(None)
    world.verifier.silent = True
    world.verifier.anchors_answer = False
    await world.engine.run_once(ROUND)
    snapshot = world.shown()
    assert snapshot.colour is Colour.GREY
    assert snapshot.records[0].verdict.kind is VerdictKind.OFFLINE
    assert snapshot.addresses[Family.IPV4].state is AddressState.OFFLINE
    world.see(FIRST)
    world.verifier.silent = False
    await world.engine.run_once(ROUND)
    assert world.shown().colour is Colour.GREEN


async def test_a_full_disk_is_told_and_stops_nothing() -> None:
    world = World()
    world.memory.fail = StorageError(text("The disk is full."))
    (result,) = await world.engine.run_once(ROUND)
    assert result.outcome is Outcome.UPDATED
    assert world.shown().problems == (world.memory.fail.problem,)
    world.memory.fail = None
    await world.engine.run_once(ROUND)
    assert world.shown().problems == ()
    assert HOME in world.memory.kept


async def test_more_sources_are_asked_only_while_there_is_no_agreement() -> None:
    world = World()
    spare = FakeDetector(world.clock, "three.example", rank=1)
    world.detectors.append(spare)
    world.engine = world.new_engine()
    await world.engine.run_once(ROUND)
    assert spare.asked == 0
    world.detectors[0].address = None
    await world.engine.run_once(ROUND)
    assert spare.asked == 1
    assert world.shown().addresses[Family.IPV4].state is AddressState.AGREED


async def test_a_look_writes_nothing() -> None:
    world = World()
    assert await world.engine.run_once(RoundRequest(write=False)) == ()
    assert world.provider.calls == 0
    assert world.shown().records[0].verdict.kind is not VerdictKind.MATCHED


async def test_a_fixed_set_needs_no_detection() -> None:
    fixed = RecordSettings("home.example.org", (RecordType.A,), account="home", expected=("1.1.1.1", "1.0.0.1"))
    world = World(records=(fixed,))
    await world.engine.run_once(ROUND)
    assert world.detectors[0].asked == 0
    assert set(world.provider.content[HOME]) == {"1.1.1.1", "1.0.0.1"}
    assert world.shown().colour is Colour.GREEN


async def test_what_was_known_is_known_after_a_restart() -> None:
    memory = FakeMemory()
    world = World(memory=memory)
    refused = AuthenticationFailed(text("The token is refused."))
    world.provider.fail_read = [refused]
    await world.engine.run_once(ROUND)
    restarted = world.new_engine()
    assert await restarted.run_once(ROUND) == ()
    assert world.provider.reads == 1
    restarted.unblock()
    (result,) = await restarted.run_once(ROUND)
    assert result.outcome is Outcome.UPDATED


async def test_a_name_that_is_right_but_behind_another_router_is_not_green() -> None:
    world = World()
    router = FakeDetector(world.clock, "router", "192.168.178.2")
    router.kind = SourceKind.ROUTER
    world.detectors.append(router)
    world.engine = world.new_engine()
    (result,) = await world.engine.run_once(ROUND)
    assert (result.outcome, world.provider.content[HOME]) == (Outcome.UPDATED, (FIRST,))
    status = world.shown().records[0]
    assert (status.verdict.kind, status.verdict.colour) == (VerdictKind.DOUBLE_NAT, Colour.YELLOW)
    router.address = FIRST
    await world.engine.run_once(ROUND)
    assert world.shown().colour is Colour.GREEN


def _six(*addresses: InterfaceAddress) -> tuple[World, list[InterfaceAddress], FakeDetector, FakeDetector]:
    """A world of IPv6: this machine, a printer and a camera, all on one prefix."""
    records = tuple(
        RecordSettings(f"{name}.example.org", (RecordType.AAAA,), account="home", ipv6_host=host)
        for name, host in (("here", ""), ("printer", "::1234"), ("camera", "mac:00:11:22:33:44:55"))
    )
    world = World(records=records)
    world.provider.content.clear()
    own = list(addresses)
    detectors = [FakeDetector(world.clock, name) for name in ("one.example", "two.example")]
    for each in detectors:
        each.families = frozenset({Family.IPV6})
    setup = replace(
        world.setup(),
        detectors=MappingProxyType({Family.IPV4: (), Family.IPV6: tuple(detectors)}),
        interfaces=lambda: own,
    )
    world.engine = Engine(setup, clock=world.clock, chance=random.Random(1), memory=world.memory)
    return world, own, detectors[0], detectors[1]


def _content(world: World) -> dict[str, tuple[str, ...]]:
    return {key.name.partition(".")[0]: addresses for key, addresses in world.provider.content.items()}


async def test_a_new_prefix_moves_the_names_of_all_hosts_in_one_round() -> None:
    world, own, one, two = _six()
    for prefix in ("2606:4700:10:1", "2606:4700:99:7"):
        own[:] = [InterfaceAddress("eth0", ip_address(f"{prefix}::10"), 64)]
        one.address = two.address = f"{prefix}::10"
        world.provider.content.clear()
        results = await world.engine.run_once(ROUND)
        assert {result.outcome for result in results} == {Outcome.UPDATED}
        assert _content(world) == {
            "here": (f"{prefix}::10",),
            "printer": (f"{prefix}::1234",),
            "camera": (f"{prefix}:211:22ff:fe33:4455",),
        }


async def test_the_world_sees_a_temporary_address_and_the_lasting_one_is_written() -> None:
    seen = "2606:4700:10:1:aaaa:bbbb:cccc:dddd"
    world, _, one, two = _six(
        InterfaceAddress("eth0", ip_address("2606:4700:10:1::10"), 64),
        InterfaceAddress("eth0", ip_address(seen), 64, temporary=True),
    )
    one.address, two.address = seen, "2606:4700:10:1::10"
    await world.engine.run_once(ROUND)
    assert _content(world)["here"] == ("2606:4700:10:1::10",)


async def test_a_prefix_that_is_not_ours_is_not_given_to_other_hosts() -> None:
    world, _, one, two = _six()
    one.address = two.address = "2606:4700:10:1::10"
    await world.engine.run_once(ROUND)
    assert _content(world) == {"here": ("2606:4700:10:1::10",)}


async def test_a_second_change_forgets_nothing_that_caches_hold_from_before_the_first() -> None:
    memory = FakeMemory()
    memory.kept = {HOME: RecordMemory(ours=frozenset({"8.8.8.8"}), written=("8.8.8.8",), old_ttl=7200)}
    world = World(memory=memory)
    await world.engine.run_once(ROUND)
    assert world.provider.writes == [(HOME, (FIRST,))]
    assert world.memory.kept[HOME].old_ttl == 7200, "the set that was replaced now may be kept for 60 s only"


async def test_a_hint_after_a_long_time_calls_nothing_late_that_nobody_has_looked_at_since() -> None:
    world = World()
    await world.engine.run_once(ROUND)
    world.see(SECOND)
    world.verifier.resolvers_hold[HOME] = (FIRST,)
    await world.engine.run_once(ROUND)
    assert world.shown().records[0].verdict.kind is VerdictKind.PROPAGATING
    world.clock.jump(1000)
    world.verifier.resolvers_hold.clear()
    await world.engine.run_once(HINT)
    assert world.shown().records[0].verdict.kind is VerdictKind.MATCHED


async def test_a_hint_asks_the_address_alone_where_nothing_else_is_due() -> None:
    world = World()
    await world.engine.run_once(ROUND)
    await world.engine.run_once(HINT)
    assert world.verifier.looks == 1
