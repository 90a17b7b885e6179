from __future__ import annotations

import asyncio
import gc

from ddns_tray.engine.calm import BREATH, FROM, calm, in_turn


def test_the_collector_rests_during_large_looks_and_has_its_old_ways_after_them() -> None:
    before = gc.get_threshold()
    with calm(FROM - 1):
        assert gc.get_threshold() == before
    outer, inner = calm(FROM), calm(10 * FROM)
    outer.__enter__()
    inner.__enter__()
    assert gc.get_threshold()[0] > 10 * before[0]
    outer.__exit__(None, None, None)
    assert gc.get_threshold()[0] > 10 * before[0]
    inner.__exit__(None, None, None)
    assert gc.get_threshold() == before


async def test_others_get_their_turn_while_one_goes_through_many_names() -> None:
    seen: list[int] = []
    met: list[int] = []

    async def other() -> None:
        while len(seen) < 3 * BREATH:
            met.append(len(seen))
            await asyncio.sleep(0)

    waiting = asyncio.ensure_future(other())
    async for number in in_turn(range(3 * BREATH)):
        seen += [number]
    await waiting
    assert seen == list(range(3 * BREATH))
    assert met == [BREATH, 2 * BREATH]
