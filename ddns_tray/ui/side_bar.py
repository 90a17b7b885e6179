"""The side bar: the pages one can go to, and when the next check comes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ddns_tray.ui.controls import muted

if TYPE_CHECKING:
    from ddns_tray.ui.theme import Tokens
    from ddns_tray.words import Words

_WIDTH = 176


class Page(StrEnum):
    """Where one can go."""

    NAMES = "names"
    ADDRESS = "address"
    ACTIVITY = "activity"
    SETTINGS = "settings"


class SideBar(QWidget):
    """It only tells where somebody wants to go."""

    chosen = Signal(Page)

    def __init__(self, words: Words, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(
            f"#sidebar {{ background: {tokens.sidebar}; border: 0; border-right: 1px solid {tokens.border}; }}"
        )
        self.setFixedWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 16, 10, 14)
        self.pages = self._list(words, tokens)
        self._next = muted(QLabel(self), tokens)
        self._next.setWordWrap(True)
        self._next.setContentsMargins(16, 0, 0, 0)  # below the first letters of the pages
        column.addWidget(self.pages, 1)
        column.addWidget(self._next)

    def go(self, page: Page) -> None:
        """Choose a page."""
        self.pages.setCurrentRow(list(Page).index(page))

    def say_next(self, said: str) -> None:
        """When the next check comes."""
        if self._next.text() != said:
            self._next.setText(said)

    def _list(self, words: Words, tokens: Tokens) -> QListWidget:
        pages = QListWidget(self)
        pages.setAccessibleName(words.tr("Pages"))
        pages.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        pages.setStyleSheet(
            "QListWidget { border: 0; background: transparent; outline: 0; }"
            f"QListWidget::item {{ padding: 8px 12px; border-radius: 6px; color: {tokens.text};"
            " border: 1px solid transparent; }"
            f"QListWidget::item:hover {{ background: {tokens.hover}; }}"
            f"QListWidget::item:selected {{ background: {tokens.card}; border-color: {tokens.border};"
            f" color: {tokens.text}; }}"
            f"QListWidget::item:focus {{ border-color: {tokens.accent}; }}"
        )
        for said in (words.tr("Names"), words.tr("Address"), words.tr("Activity"), words.tr("Settings")):
            pages.addItem(QListWidgetItem(said))
        pages.currentRowChanged.connect(lambda row: self.chosen.emit(list(Page)[row]))
        return pages
