"""Qt without a screen, one theme for all, and fakes behind the buttons."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent

from ddns_tray.ui.theme import Theme
from tests.support.snapshots import Tasks
from tests.support.stalls import CAN_WATCH, StallWatch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ddns_tray.ui.services import Services
    from tests.support.snapshots import FakeEngine, FakeSettingsFile


@pytest.fixture(autouse=True)
def _nothing_blocks_the_window(request: pytest.FixtureRequest) -> Iterator[None]:
    """No single call of ours may keep the thread of the window for longer than three frames of a screen."""
    # Windows of earlier tests wait to be deleted until a loop runs; a change of colours would paint them all.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if not CAN_WATCH or sys.gettrace() is not None or request.node.get_closest_marker("slow"):
        yield
        return
    with StallWatch() as watch:
        yield
    assert not watch.stalls, "\n".join(map(str, watch.stalls))


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def tasks() -> Tasks:
    return Tasks()


@pytest.fixture
def behind(tmp_path: Path, tasks: Tasks) -> tuple[Services, FakeEngine, FakeSettingsFile]:
    from tests.support import snapshots

    return snapshots.services(tmp_path, tasks)
