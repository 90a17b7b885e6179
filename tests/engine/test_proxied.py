"""Names behind the provider's own proxy, over whole rounds: the provider's word is kept, and asked for seldom."""

from __future__ import annotations

from dataclasses import replace

from ddns_tray.core.errors import ProviderUnavailable
from ddns_tray.core.model import Capabilities, Colour, RecordType, VerdictKind
from ddns_tray.core.settings import RecordSettings
from ddns_tray.core.text import text
from ddns_tray.engine import RoundRequest
from ddns_tray.engine.rounds import REPAIR_PAUSE
from tests.support.engine_fakes import FIRST, HOME, SECOND, FakeMemory, World

ROUND = RoundRequest()
EDGE, OTHER_EDGE = "104.16.1.1", "104.17.2.2"


def behind_a_proxy(*, asked: bool | None = None, memory: FakeMemory | None = None) -> World:
    record = RecordSettings(HOME.name, (RecordType.A,), account="home", proxied=asked)
    world = World(records=[record], memory=memory)
    world.provider.capabilities = Capabilities(proxied=True)
    world.provider.proxied[HOME] = True
    world.verifier.shown[HOME] = (EDGE,)
    return world


def verdict_of(world: World) -> tuple[VerdictKind, Colour, str]:
    verdict = world.shown().records[0].verdict
    return verdict.kind, verdict.colour, verdict.reason.code


async def test_behind_a_proxy_a_right_record_is_green_and_costs_no_calls() -> None:
    world = behind_a_proxy()
    await world.engine.run_once(ROUND)
    assert verdict_of(world) == (VerdictKind.PROXIED, Colour.GREEN, "proxied")
    calls = world.provider.calls
    await world.clock.advance(3600)
    await world.engine.run_once(ROUND)
    assert verdict_of(world) == (VerdictKind.PROXIED, Colour.GREEN, "proxied")
    assert world.provider.calls == calls


async def test_a_new_address_is_written_behind_the_proxy_and_right_at_once() -> None:
    world = behind_a_proxy()
    await world.engine.run_once(ROUND)
    world.see(SECOND)
    await world.engine.run_once(ROUND)
    assert world.provider.content[HOME] == (SECOND,)
    assert verdict_of(world) == (VerdictKind.PROXIED, Colour.GREEN, "proxied")


async def test_what_the_provider_said_is_known_after_a_restart_without_the_provider() -> None:
    memory = FakeMemory()
    await behind_a_proxy(memory=memory).engine.run_once(ROUND)
    world = behind_a_proxy(memory=memory)
    world.provider.content[HOME] = (FIRST,)
    world.provider.fail_read = [ProviderUnavailable(text("Closed for today."))]
    await world.engine.run_once(ROUND)
    assert verdict_of(world) == (VerdictKind.PROXIED, Colour.GREEN, "proxied")


async def test_another_edge_makes_us_ask_the_provider_and_what_it_says_counts() -> None:
    world = behind_a_proxy()
    await world.engine.run_once(ROUND)
    await world.clock.advance(REPAIR_PAUSE)
    world.verifier.shown[HOME] = (OTHER_EDGE,)
    reads = world.provider.reads
    await world.engine.run_once(ROUND)
    assert verdict_of(world) == (VerdictKind.PROXIED, Colour.YELLOW, "proxied_unread")
    await world.engine.run_once(ROUND)
    assert verdict_of(world) == (VerdictKind.PROXIED, Colour.GREEN, "proxied")
    assert world.provider.reads == reads + 1


async def test_somebody_elses_address_in_place_of_the_edge_is_found_and_repaired() -> None:
    world = behind_a_proxy()
    await world.engine.run_once(ROUND)
    await world.clock.advance(REPAIR_PAUSE)
    world.provider.proxied[HOME] = False
    world.provider.content[HOME] = ("8.8.8.8",)
    world.verifier.shown[HOME] = ("8.8.8.8",)
    await world.engine.run_once(ROUND)
    assert verdict_of(world)[1] is Colour.YELLOW, "not proven, so not green"
    await world.engine.run_once(ROUND)
    assert verdict_of(world)[1] is not Colour.GREEN


async def test_a_proxy_against_the_settings_is_turned_off_by_the_next_comparison() -> None:
    world = behind_a_proxy(asked=False)
    await world.engine.run_once(ROUND)
    assert world.provider.proxied[HOME] is False
    world.verifier.shown[HOME] = (FIRST,)
    await world.engine.run_once(ROUND)
    assert verdict_of(world) == (VerdictKind.MATCHED, Colour.GREEN, "matched")


async def test_a_proxy_that_somebody_turned_off_is_turned_on_again() -> None:
    world = behind_a_proxy(asked=True)
    await world.engine.run_once(ROUND)
    assert verdict_of(world)[1] is Colour.GREEN
    await world.clock.advance(REPAIR_PAUSE)
    world.provider.proxied[HOME] = False
    world.verifier.shown[HOME] = (FIRST,)
    await world.engine.run_once(ROUND)
    assert verdict_of(world) == (VerdictKind.PROXIED, Colour.YELLOW, "proxy_off")
    await world.engine.run_once(ROUND)
    assert world.provider.proxied[HOME] is True
    world.verifier.shown[HOME] = (EDGE,)
    await world.engine.run_once(ROUND)
    assert verdict_of(world) == (VerdictKind.PROXIED, Colour.GREEN, "proxied")


async def test_what_another_provider_said_is_forgotten_with_the_move() -> None:
    memory = FakeMemory()
    await behind_a_proxy(memory=memory).engine.run_once(ROUND)
    assert memory.kept[HOME].at_provider is not None
    moved = behind_a_proxy(memory=memory)
    moved.provider.capabilities = Capabilities()
    moved.provider.content[HOME] = (FIRST,)
    await moved.clock.advance(60)
    await moved.engine.run_once(ROUND)
    assert memory.kept[HOME].at_provider is None
    assert verdict_of(moved) == (VerdictKind.MISMATCH, Colour.RED, "mismatch")


async def test_without_an_account_no_provider_speaks_for_the_name() -> None:
    memory = FakeMemory()
    await behind_a_proxy(memory=memory).engine.run_once(ROUND)
    watched = World(records=[RecordSettings(HOME.name, (RecordType.A,), expected=(FIRST,))], memory=memory)
    watched.verifier.shown[HOME] = (EDGE,)
    await watched.clock.advance(60)
    await watched.engine.run_once(ROUND)
    assert verdict_of(watched) == (VerdictKind.MISMATCH, Colour.RED, "mismatch")


async def test_a_service_without_a_proxy_leaves_nothing_to_remember() -> None:
    world = behind_a_proxy()
    world.provider.capabilities = replace(world.provider.capabilities, proxied=False)
    await world.engine.run_once(ROUND)
    assert world.memory.kept[HOME].at_provider is None
    assert verdict_of(world)[1] is Colour.YELLOW or verdict_of(world)[1] is Colour.RED
