"""Every text colour can be read on every ground that it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLineEdit

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
    theme.dress()
    field = QLineEdit()
    qtbot.addWidget(field)
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


def test_nothing_is_dressed_before_there_is_something_to_see(qapp: QApplication) -> None:
    before = qapp.styleSheet()
    qapp.setStyleSheet("")
    try:
        theme = Theme(qapp)
        theme.choose("dark")
        assert qapp.styleSheet() == ""
        theme.dress()
        dark = qapp.styleSheet()
        theme.choose("light")
        assert DARK.card in dark
        assert LIGHT.text in qapp.styleSheet()
    finally:
        qapp.setStyleSheet(before)
