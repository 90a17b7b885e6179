"""Every text colour can be read on every ground that it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLineEdit, QProxyStyle
from shiboken6 import delete

from ddns_tray.core.model import Colour
from ddns_tray.ui.theme import DARK, LIGHT, Theme, Tokens
from tests.ui.test_icons import contrast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_have_a_contrast_of_at_least_four_and_a_half(tokens: Tokens) -> None:
    texts = [tokens.text, tokens.muted, tokens.accent, *(tokens.verdict[colour] for colour in Colour)]
    grounds = [tokens.window, tokens.sidebar, tokens.card, tokens.raised]
    low = [
        (text, ground, round(contrast(QColor(text), QColor(ground)), 2))
        for text in texts
        for ground in grounds
        if contrast(QColor(text), QColor(ground)) < 4.5
    ]
    assert low == []
    assert contrast(QColor(tokens.on_accent), QColor(tokens.accent)) >= 4.5
    assert contrast(QColor(tokens.text), QColor(tokens.accent_soft)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_bars_can_be_told_from_every_ground_that_they_stand_on(tokens: Tokens) -> None:
    for colour in Colour:
        for ground in (tokens.card, tokens.raised):
            assert contrast(QColor(tokens.bars[colour]), QColor(ground)) >= 3


def test_placeholders_are_as_easy_to_read_as_other_quiet_words(theme: Theme, qtbot: QtBot) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    theme.clothe(field)
    field.setPlaceholderText("Search")
    field.show()
    said, ground = QColor(theme.tokens.muted), QColor(theme.tokens.card)
    assert field.palette().color(QPalette.ColorRole.PlaceholderText) == said
    assert contrast(said, ground) >= 4.5


def test_the_person_overrules_the_system_and_it_is_told_once(theme: Theme) -> None:
    told: list[bool] = []
    theme.choose("light")
    theme.changed.connect(lambda: told.append(theme.is_dark))
    for choice in ("dark", "dark", "light"):
        theme.choose(choice)
    assert told == [True, False]
    theme.choose("auto")
    assert theme.tokens is LIGHT  # without a desktop the system says neither


class OfWindows10(QProxyStyle):
    """Has the name of a style that only Windows has."""

    def name(self) -> str:
        return "windowsvista"


def test_a_style_that_is_never_dark_makes_way_for_one_that_has_our_colours(qapp: QApplication, qtbot: QtBot) -> None:
    before, style = qapp.palette(), OfWindows10()
    qapp.setStyle(style)
    try:
        theme = Theme(qapp)
        theme.choose("dark")
        field = QLineEdit()
        qtbot.addWidget(field)
        theme.clothe(field)
        assert qapp.style().name() == "fusion"
        assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)
        assert DARK.card in field.styleSheet()
    finally:
        qapp.setStyle("fusion")
        qapp.setPalette(before)


def test_nothing_is_dressed_before_there_is_something_to_see(qapp: QApplication, qtbot: QtBot) -> None:
    before = qapp.palette()
    window = QPalette.ColorRole.Window
    qapp.setPalette(QPalette(QColor("#010203")))
    try:
        theme = Theme(qapp)
        theme.choose("dark")
        assert qapp.palette().color(window) == QColor("#010203")
        field = QLineEdit()
        qtbot.addWidget(field)
        theme.clothe(field)
        assert qapp.palette().color(window) == QColor(DARK.window)
    finally:
        qapp.setPalette(before)


def test_what_is_not_built_anew_changes_its_clothes_for_as_long_as_it_lives(theme: Theme, qtbot: QtBot) -> None:
    kept, left, gone = QLineEdit(), QLineEdit(), QLineEdit()
    for each in (kept, left):
        qtbot.addWidget(each)
    theme.choose("dark")
    try:
        theme.keep_clothed(kept)
        theme.keep_clothed(gone)
        theme.clothe(left)
        assert DARK.card in kept.styleSheet()
        delete(gone)
    finally:
        theme.choose("light")
    assert LIGHT.text in kept.styleSheet()
    assert DARK.card in left.styleSheet()
