"""Qt without a screen, one theme for all, and fakes behind the buttons."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from ddns_tray.ui.theme import Theme
from tests.support.snapshots import Tasks

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ddns_tray.ui.services import Services
    from tests.support.snapshots import FakeEngine, FakeSettingsFile


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
