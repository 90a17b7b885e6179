"""What the running instance answers to other processes."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from ddns_tray.remote import RequestHandler
from ddns_tray.report import snapshot_report
from ddns_tray.words import Words
from tests.support.clock import FakeClock
from tests.support.snapshots import many

EN = Words("en")


def handler(records: int) -> tuple[RequestHandler, Any]:
    clock = FakeClock()
    snapshot = many(records)
    runtime = SimpleNamespace(engine=SimpleNamespace(snapshot=snapshot), clock=clock)
    answers = RequestHandler(cast("Any", runtime), lambda: EN, quit_instance=lambda: None)
    return answers, snapshot_report(snapshot, EN, clock.now())


async def test_the_status_is_the_report_of_the_snapshot() -> None:
    answers, expected = handler(3)
    assert await answers({"verb": "status"}) == expected


async def test_the_status_of_many_names_does_not_stop_the_loop() -> None:
    answers, expected = handler(3000)
    task = asyncio.ensure_future(answers({"verb": "status"}))
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert task.result() == expected
    # Built within one turn of the loop it would be there after two.
    assert turns > 10


async def test_a_request_that_is_not_known_is_an_error_in_words() -> None:
    answers, _ = handler(1)
    answer = await answers({"verb": "dance"})
    assert answer["error"]["code"] == "usage"
