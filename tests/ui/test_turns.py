"""Steps are taken one a turn; a fault in one of them, or another work, leaves nothing half done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ddns_tray.ui.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.turns import Step


def test_each_step_has_a_turn_of_its_own_and_another_work_takes_the_place_of_the_first(qtbot: QtBot) -> None:
    owner = QObject()
    turns = Turns(owner)
    done: list[str] = []

    def steps(name: str) -> Iterator[Step]:
        for number in range(3):
            yield partial(done.append, f"{name} {number}")

    turns.begin(steps("left"), lambda: done.append("left"))
    turns.begin(steps("taken"), lambda: done.append("end"))
    assert done == []
    qtbot.waitUntil(lambda: len(done) == 4)
    assert done == ["taken 0", "taken 1", "taken 2", "end"]


def test_after_a_fault_in_a_step_the_end_is_told_all_the_same(qtbot: QtBot) -> None:
    owner = QObject()
    turns = Turns(owner)
    done: list[str] = []
    with qtbot.captureExceptions() as faults:
        turns.begin(iter([lambda: 1 / 0, lambda: done.append("never")]), lambda: done.append("end"))
        qtbot.waitUntil(lambda: bool(done))
        qtbot.wait(1)
    assert [kind for kind, _, _ in faults] == [ZeroDivisionError]
    assert done == ["end"]
