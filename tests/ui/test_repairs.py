"""The preview of a repair: before and after, said in words; written as shown, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from ddns_tray.core.errors import AuthenticationFailed, ProviderError
from ddns_tray.core.model import ExistingRecord, RecordKey, RecordType, Role
from ddns_tray.core.repairs import RepairKind
from ddns_tray.core.settings import RecordSettings
from ddns_tray.core.text import text
from ddns_tray.ui.record_detail import RecordDetail
from ddns_tray.ui.repair_desk import RepairDesk
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import MINE, OLD

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.repair_form import RepairForm
    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from tests.support.snapshots import FakeEngine, FakeSettingsFile, Tasks

    Behind = tuple[Services, FakeEngine, FakeSettingsFile]


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, behind: Behind) -> RepairDesk:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    made = RepairDesk(window, Words("en"), theme)
    made.attach(behind[0])
    return made


async def opened(desk: RepairDesk, tasks: Tasks, kind: RepairKind) -> RepairForm:
    desk.begin(snapshots.extra(), kind)
    assert desk.form is not None
    assert not desk.form.save.isEnabled(), "nothing can be written before it was shown"
    await tasks.drain()
    return desk.form


def cells(form: RepairForm) -> list[tuple[str, ...]]:
    return [tuple(form.model.cell(row, column) for column in range(3)) for row in range(form.model.rowCount())]


async def test_before_and_after_are_shown_and_just_that_is_written(
    desk: RepairDesk, behind: Behind, tasks: Tasks
) -> None:
    form = await opened(desk, tasks, RepairKind.REPLACE_EXTRA)
    assert form.windowTitle() == "Replace the extra addresses of cam.example.org A"
    assert cells(form) == [
        (f"{OLD} · TTL 300", "none", "is removed"),
        (f"{MINE} · TTL 300", f"{MINE} · TTL 300", "stays"),
    ]
    assert form.focusWidget() is form.save
    repair = form.repair
    form.save.click()
    await tasks.drain()
    assert behind[1].asked[-1] == ("apply", repair)
    assert form.gone


async def test_cancel_writes_nothing(desk: RepairDesk, behind: Behind, tasks: Tasks) -> None:
    form = await opened(desk, tasks, RepairKind.REPLACE_EXTRA)
    QTest.keyClick(form, Qt.Key.Key_Escape)
    await tasks.drain()
    assert form.gone
    assert [each[0] for each in behind[1].asked if isinstance(each, tuple)] == ["preview"]


async def test_a_form_that_was_closed_while_the_provider_was_read_hurts_nobody(desk: RepairDesk, tasks: Tasks) -> None:
    desk.begin(snapshots.extra(), RepairKind.REPLACE_EXTRA)
    assert desk.form is not None
    desk.form.reject()
    await tasks.drain()
    assert desk.form.repair is None


async def test_what_changed_meanwhile_is_told_and_looked_at_anew(
    desk: RepairDesk, behind: Behind, tasks: Tasks
) -> None:
    engine = behind[1]
    form = await opened(desk, tasks, RepairKind.REPLACE_EXTRA)
    engine.problem = ProviderError(text("It is another."), text("Look again."))
    form.save.click()
    await tasks.drain()
    assert form.result_text() == "It is another.\nLook again."
    assert not form.save.isEnabled()
    engine.at_provider = (ExistingRecord(MINE, 300),)
    form.again.click()
    await tasks.drain()
    assert form.result_text() == ""
    assert cells(form) == [(f"{MINE} · TTL 300", f"{MINE} · TTL 300", "stays")]
    assert not form.save.isEnabled(), "there is nothing to write any more"


async def test_a_provider_that_cannot_be_read_is_told(desk: RepairDesk, behind: Behind, tasks: Tasks) -> None:
    behind[1].problem = AuthenticationFailed(text("The token is refused."))
    form = await opened(desk, tasks, RepairKind.CREATE)
    assert form.result_text() == "The token is refused."
    assert form.again.isVisible()


async def test_a_proxy_before_the_right_address_is_named(desk: RepairDesk, behind: Behind, tasks: Tasks) -> None:
    behind[1].at_provider = (ExistingRecord(MINE, 300, proxied=True),)
    form = await opened(desk, tasks, RepairKind.CORRECT)
    assert cells(form) == [(f"{MINE} · TTL 300 · proxied", f"{MINE} · TTL 300 · not proxied", "is changed")]


async def test_the_settings_follow_a_lowered_ttl_so_that_it_lasts(
    desk: RepairDesk, behind: Behind, tasks: Tasks
) -> None:
    services, engine, file = behind
    name = snapshots.extra().key.name
    before = RecordSettings(name, (RecordType.A,), account="cloudflare", ttl=3600)
    file.settings = replace(file.settings, records=(before,))
    engine.at_provider = (ExistingRecord(MINE, 3600),)
    form = await opened(desk, tasks, RepairKind.LOWER_TTL)
    assert cells(form) == [(f"{MINE} · TTL 3600", f"{MINE} · TTL 60", "is changed")]
    form.save.click()
    await tasks.drain()
    assert services.settings_file.read().records == (replace(before, ttl=60),)


@pytest.mark.parametrize("kind", list(RepairKind))
def test_every_repair_has_words(kind: RepairKind) -> None:
    words = Words("en")
    key = RecordKey("home.example.org", RecordType.A)
    found = snapshots.repair(kind, key, (ExistingRecord(OLD, 3600),))
    assert words.repair_button(kind).endswith("…")
    assert "home" in words.repair_title(kind, "home")
    assert words.repair_why(found)
    assert words.repair_why(replace(found, change=None))


def test_a_long_ttl_is_an_offer_and_no_alarm(qtbot: QtBot, theme: Theme) -> None:
    slow = snapshots.record(
        "slow.example.org", observations=(snapshots.seen("ns1.example.org", role=Role.AUTHORITATIVE, ttl=3600),)
    )
    detail = RecordDetail(Words("en"), lambda: snapshots.NOW, theme)
    qtbot.addWidget(detail)
    detail.show_record(slow)
    shown = {each.text(): each.property("primary") for each in detail.findChildren(QPushButton) if not each.isHidden()}
    assert shown == {"Lower the TTL…": None, "Edit…": None, "Copy report": None}
    detail.show_record(snapshots.extra())
    shown = {each.text(): each.property("primary") for each in detail.findChildren(QPushButton) if not each.isHidden()}
    assert shown["Replace the extra addresses…"] is True
