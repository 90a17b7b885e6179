"""Many time-outs on few timers."""

from __future__ import annotations

import asyncio

from ddns_tray.verify.waits import Waits


class Waiter:
    """Notes when it was told that its time is over."""

    def __init__(self) -> None:
        self.ended = False
        self.sent = 1
        self.expired: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def expire(self) -> None:
        self.expired.set_result(asyncio.get_running_loop().time())


async def test_each_waits_for_its_own_time() -> None:
    waits: Waits[Waiter] = Waits()
    began = asyncio.get_running_loop().time()
    quick, slow, late = Waiter(), Waiter(), Waiter()
    waits.start(0.08, slow)
    waits.start(0.02, quick)
    await asyncio.sleep(0.01)
    waits.start(0.02, late)
    for waiter, at_least in ((quick, 0.018), (late, 0.028), (slow, 0.078)):
        assert await asyncio.wait_for(waiter.expired, 5) - began >= at_least
    assert not waits._rows
    assert not waits._timers


async def test_who_has_ended_or_waits_anew_is_not_told() -> None:
    waits: Waits[Waiter] = Waits()
    ended, again, last = Waiter(), Waiter(), Waiter()
    for waiter in (ended, again, last):
        waits.start(0.01, waiter)
    ended.ended = True
    again.sent += 1
    await asyncio.wait_for(last.expired, 5)
    assert not ended.expired.done()
    assert not again.expired.done()


async def test_what_has_ended_does_not_pile_up() -> None:
    waits: Waits[Waiter] = Waits()
    for _ in range(1000):
        waiter = Waiter()
        waits.start(30.0, waiter)
        waiter.ended = True
    assert len(waits._rows[30.0]) == 1
    waits.close()
    assert not waits._timers
