"""What the running instance answers to other processes."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from ddns_tray.remote import RequestHandler
from ddns_tray.report import report_lines, snapshot_report
from ddns_tray.words import Words
from tests.support.clock import FakeClock
from tests.support.snapshots import many

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

EN = Words("en")


def handler(records: int) -> tuple[RequestHandler, Any]:
    clock = FakeClock()
    snapshot = many(records)
    runtime = SimpleNamespace(engine=SimpleNamespace(snapshot=snapshot), clock=clock)
    answers = RequestHandler(cast("Any", runtime), lambda: EN, quit_instance=lambda: None)
    return answers, snapshot_report(snapshot, EN, clock.now())


async def parts(answer: dict[str, Any] | AsyncIterator[str]) -> list[str]:
    assert not isinstance(answer, dict)
    return [part async for part in answer]


@pytest.mark.parametrize("records", [1, 3, 20, 21, 3000])
async def test_the_status_is_the_report_of_the_snapshot(records: int) -> None:
    answers, expected = handler(records)
    told = await parts(await answers({"verb": "status"}))
    assert json.loads("".join(told)) == json.loads(json.dumps(expected))


async def test_the_status_of_many_names_is_made_in_parts_that_do_not_stop_the_loop() -> None:
    answers, expected = handler(3000)
    told = await parts(await answers({"verb": "status"}))
    whole = len(json.dumps(expected))
    assert max(map(len, told)) < whole / 100


async def test_the_status_can_leave_out_the_evidence() -> None:
    answers, expected = handler(100)
    told = "".join(await parts(await answers({"verb": "status", "evidence": False})))
    assert len(told) < len(json.dumps(expected)) / 3
    (first, *_) = json.loads(told)["records"]
    assert first == {key: expected["records"][0][key] for key in first}
    assert "observations" not in first
    assert report_lines(json.loads(told)) == report_lines(expected)


async def test_a_request_that_is_not_known_is_an_error_in_words() -> None:
    answers, _ = handler(1)
    answer = await answers({"verb": "dance"})
    assert isinstance(answer, dict)
    assert answer["error"]["code"] == "usage"
