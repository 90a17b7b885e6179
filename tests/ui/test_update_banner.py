"""A newer version in the window: told with its notes, closed for good, and never more than text and a link."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QPushButton

from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.release import Release, UpdateNews
from ddns_tray.core.text import text
from ddns_tray.ui.banners import wanted_banners
from ddns_tray.ui.controls import Banner
from ddns_tray.ui.window import MainWindow
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import NOW

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ddns_tray.ui.services import Services
    from ddns_tray.ui.theme import Theme
    from tests.support.snapshots import FakeEngine, FakeSettingsFile

    Behind = tuple[Services, FakeEngine, FakeSettingsFile]

PAGE = "https://ddns-tray.example/releases/1.2.3"
NEWER = Release("1.2.3", 7, NOW, NOW + 9, PAGE, (("en", "Better <b>than</b> before."), ("zh_CN", "更好。")))


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, behind: Behind) -> MainWindow:
    made = MainWindow(Words("en"), lambda: NOW, theme, snapshots.activity())
    qtbot.addWidget(made)
    made.attach(behind[0])
    with qtbot.waitExposed(made):
        made.show()
    return made


def _banners(window: MainWindow) -> list[Banner]:
    return [each for each in window.findChildren(Banner) if each.isVisible()]


def _tell(window: MainWindow, news: UpdateNews | None) -> None:
    window.show_snapshot(replace(snapshots.troubled(), problems=(), news=news))


def test_a_newer_version_is_told_with_its_notes_and_a_way_to_its_page(window: MainWindow) -> None:
    _tell(window, UpdateNews(NEWER))
    (banner,) = _banners(window)
    assert banner.accessibleName() == "Version 1.2.3 of DDNS Tray is there"
    assert banner.accessibleDescription() == "Better <b>than</b> before."
    assert {each.text(): each.toolTip() for each in banner.findChildren(QPushButton)} == {
        "Open the page": PAGE,
        "Close": "",
    }


def test_a_version_that_was_waved_away_stays_away_and_the_next_one_comes(window: MainWindow) -> None:
    _tell(window, UpdateNews(NEWER))
    next(each for each in _banners(window)[0].findChildren(QPushButton) if each.text() == "Close").click()
    _tell(window, UpdateNews(NEWER))
    assert _banners(window) == []
    _tell(window, UpdateNews(replace(NEWER, version="1.2.4")))
    assert len(_banners(window)) == 1


def test_notes_are_in_the_language_of_the_window() -> None:
    (english, chinese) = (
        wanted_banners(
            Words(language), is_demo=False, panel_missing=False, failure=None, problems=(), news=UpdateNews(NEWER)
        )
        for language in ("en", "zh_CN")
    )
    assert [each.hint for each in (*english, *chinese)] == ["Better <b>than</b> before.", "更好。"]


def test_a_list_that_is_not_believed_is_no_update(window: MainWindow) -> None:
    _tell(window, UpdateNews(problem=Problem(ProblemCode.UPDATE_REFUSED, text("It is not signed."))))
    (banner,) = _banners(window)
    assert banner.accessibleName() == "It is not signed."
    assert [each.text() for each in banner.findChildren(QPushButton)] == ["Close"]
    _tell(window, None)
    assert _banners(window) == []
