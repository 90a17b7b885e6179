"""A repair writes what was previewed, or nothing."""

from __future__ import annotations

import asyncio

import pytest

from ddns_tray.core.errors import AuthenticationFailed, ConnectionLost, ProviderError, UsageError
from ddns_tray.core.model import Outcome, RecordKey, RecordType, VerdictKind
from ddns_tray.core.repairs import RepairKind, lines, offered
from ddns_tray.core.settings import RecordSettings
from ddns_tray.core.text import text
from ddns_tray.engine import RoundRequest
from tests.support.engine_fakes import FIRST, HOME, SECOND, World

LOOK = RoundRequest(write=False)
FOREIGN = "192.0.2.99"


async def with_extra() -> World:
    world = World()
    await world.engine.run_once(RoundRequest())
    await world.clock.advance(120)
    world.provider.content[HOME] = (FIRST, FOREIGN)
    await world.engine.run_once(LOOK)
    return world


async def test_extra_addresses_are_replaced_after_a_look_at_the_preview() -> None:
    world = await with_extra()
    (shown,) = world.shown().records
    assert shown.verdict.kind is VerdictKind.EXTRA
    assert offered(shown) == (RepairKind.REPLACE_EXTRA,)
    writes = list(world.provider.writes)
    repair = await world.engine.preview_repair(HOME, RepairKind.REPLACE_EXTRA)
    assert world.provider.writes == writes, "a preview writes nothing"
    assert [(line.before and line.before.address, line.after is not None) for line in lines(repair)] == [
        (FOREIGN, False),
        (FIRST, True),
    ]
    result = await world.engine.apply_repair(repair)
    assert (result.outcome, result.before, result.after) == (Outcome.UPDATED, (FIRST, FOREIGN), (FIRST,))
    assert world.provider.content[HOME] == (FIRST,)
    await world.engine.run_once(LOOK)
    assert world.shown().records[0].verdict.kind is VerdictKind.MATCHED
    assert world.shown().records[0].last_update == result


async def test_a_missing_record_is_created() -> None:
    world = World()
    world.provider.content.clear()
    await world.engine.run_once(LOOK)
    assert offered(world.shown().records[0]) == (RepairKind.CREATE,)
    repair = await world.engine.preview_repair(HOME, RepairKind.CREATE)
    assert (await world.engine.apply_repair(repair)).outcome is Outcome.UPDATED
    assert world.provider.content[HOME] == (FIRST,)


async def test_nothing_is_written_if_the_provider_changed_meanwhile() -> None:
    world = await with_extra()
    repair = await world.engine.preview_repair(HOME, RepairKind.REPLACE_EXTRA)
    world.provider.content[HOME] = (FIRST, FOREIGN, "192.0.2.100")
    writes = list(world.provider.writes)
    with pytest.raises(ProviderError, match="another than in the preview"):
        await world.engine.apply_repair(repair)
    assert world.provider.writes == writes


async def test_nothing_is_written_if_our_address_changed_meanwhile() -> None:
    world = await with_extra()
    repair = await world.engine.preview_repair(HOME, RepairKind.REPLACE_EXTRA)
    world.see(SECOND)
    await world.engine.run_once(LOOK)
    with pytest.raises(ProviderError, match="Your address"):
        await world.engine.apply_repair(repair)
    assert world.provider.content[HOME] == (FIRST, FOREIGN)


async def test_a_repair_that_would_write_nothing_cannot_be_applied() -> None:
    world = World()
    await world.engine.run_once(RoundRequest())
    repair = await world.engine.preview_repair(HOME, RepairKind.CORRECT)
    assert repair.change is None
    with pytest.raises(ProviderError):
        await world.engine.apply_repair(repair)


async def test_what_reading_says_reaches_the_person() -> None:
    world = await with_extra()
    world.provider.fail_read = [AuthenticationFailed(text("The token is refused."))]
    with pytest.raises(AuthenticationFailed):
        await world.engine.preview_repair(HOME, RepairKind.REPLACE_EXTRA)


async def test_a_lost_answer_is_looked_after_as_in_a_round() -> None:
    world = await with_extra()
    repair = await world.engine.preview_repair(HOME, RepairKind.REPLACE_EXTRA)
    world.provider.lose_answer = [ConnectionLost(text("Cut."), sent=True)]
    assert (await world.engine.apply_repair(repair)).outcome is Outcome.UPDATED
    assert world.memory.kept[HOME].unconfirmed is False


async def test_a_write_that_is_refused_is_a_result() -> None:
    world = await with_extra()
    repair = await world.engine.preview_repair(HOME, RepairKind.REPLACE_EXTRA)
    world.provider.fail_apply = [AuthenticationFailed(text("The token is refused."))]
    result = await world.engine.apply_repair(repair)
    assert result.outcome is Outcome.FAILED
    assert world.memory.kept[HOME].blocked is not None
    assert world.provider.content[HOME] == (FIRST, FOREIGN)


async def test_only_names_with_an_account_can_be_repaired() -> None:
    world = World(records=(RecordSettings("watched.example.org", (RecordType.A,)),))
    for name in ("watched.example.org", "unknown.example.org"):
        with pytest.raises(UsageError):
            await world.engine.preview_repair(RecordKey(name, RecordType.A), RepairKind.CREATE)


async def test_no_round_runs_while_a_repair_is_written() -> None:
    world = await with_extra()
    repair = await world.engine.preview_repair(HOME, RepairKind.REPLACE_EXTRA)
    looks = world.verifier.looks
    repairing = asyncio.ensure_future(world.engine.apply_repair(repair))
    looking = asyncio.ensure_future(world.engine.run_once(RoundRequest()))
    await asyncio.gather(repairing, looking)
    assert world.verifier.looks == looks + 1
    assert world.provider.content[HOME] == (FIRST,)
