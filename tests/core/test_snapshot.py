from __future__ import annotations

import pytest

from ddns_tray.core.case import verdict
from ddns_tray.core.model import Colour, Phase, RecordKey, RecordStatus, RecordType, VerdictKind
from ddns_tray.core.snapshot import overall_colour, sorted_worst_first, worst

GREEN, GREY, YELLOW, RED = Colour.GREEN, Colour.GREY, Colour.YELLOW, Colour.RED


def record(colour: Colour, name: str = "home.example.org", kind: RecordType = RecordType.A) -> RecordStatus:
    return RecordStatus(RecordKey(name, kind), None, (), verdict(VerdictKind.UNKNOWN, colour))


@pytest.mark.parametrize(
    ("colours", "whole"),
    [
        ((), GREY),
        ((GREEN, GREEN), GREEN),
        ((GREEN, YELLOW), YELLOW),
        ((GREEN, RED, YELLOW, GREY), RED),
        ((GREY, GREY), GREY),
        ((GREY, YELLOW), YELLOW),
        ((GREEN, GREY), GREY),
    ],
)
def test_the_worst_record_colours_the_whole(colours: tuple[Colour, ...], whole: Colour) -> None:
    assert overall_colour([record(colour) for colour in colours], Phase.IDLE) is whole


@pytest.mark.parametrize("phase", [Phase.PAUSED, Phase.STOPPED])
def test_at_rest_the_whole_is_grey(phase: Phase) -> None:
    assert overall_colour([record(GREEN)], phase) is GREY


def test_the_worst_stands_first_and_equals_stand_by_name() -> None:
    b, a, a6 = record(RED, "b.example"), record(RED, "a.example"), record(RED, "a.example", RecordType.AAAA)
    fine, unseen = record(GREEN, "0.example"), record(GREY, "0.example")
    assert sorted_worst_first([fine, b, unseen, a6, a]) == (a, a6, b, unseen, fine)
    assert worst([fine, b]) is b
    assert worst([]) is None
