"""What is shown while there is nothing to keep: three ways to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ddns_tray.ui.controls import ChoiceButton, heading, muted, paragraph, sign
from ddns_tray.ui.tab_order import set_tab_order
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from ddns_tray.core.model import Snapshot
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_WIDTH = 520
LANGUAGES = (("en", "English"), ("zh_CN", "简体中文"))
"""Each in its own words: who needs to change it may not read the other."""


class WelcomePage(QWidget):
    """It only tells what was chosen."""

    keep_chosen = Signal()
    watch_chosen = Signal()
    demo_chosen = Signal()
    language_chosen = Signal(str)

    def __init__(self, words: Words, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        tokens = theme.tokens
        title = heading(words.tr("Does my name lead to my house right now?"))
        about = words.tr(
            "DDNS Tray learns your public address, keeps your DNS names equal to it, and asks the name servers whether"
            " it is true."
        )
        self._address = muted(paragraph(""), tokens)
        self.keep = ChoiceButton(
            words.tr("Keep a name true"),
            words.tr("You have a DNS provider, and a token or password for it."),
            tokens,
            suggested=True,
        )
        self.watch = ChoiceButton(
            words.tr("Just watch a name"),
            words.tr("Nothing is ever written. You are told when the name leads elsewhere."),
            tokens,
        )
        self.demo = ChoiceButton(
            words.tr("Try the demo"),
            words.tr("A small world on this computer: an address that changes, slow caches, a fault that heals."),
            tokens,
        )
        self.keep.clicked.connect(self.keep_chosen)
        self.watch.clicked.connect(self.watch_chosen)
        self.demo.clicked.connect(self.demo_chosen)
        self.language = QComboBox()
        self.language.setAccessibleName(words.tr("Language"))
        for code, said in LANGUAGES:
            self.language.addItem(said, code)
        self.language.setCurrentIndex(max(0, self.language.findData(words.language)))
        self.language.activated.connect(lambda: self.language_chosen.emit(self.language.currentData()))
        self._lay_out(title, muted(paragraph(about), tokens))

    def _lay_out(self, title: QLabel, about: QLabel) -> None:
        """One column in the middle, which scrolls where it is low."""
        inner = QWidget()
        inner.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(inner)
        column.setSpacing(10)
        column.addWidget(sign(Shape.CHECK, 56, self._words.tr("DDNS Tray")))
        column.addSpacing(4)
        column.addWidget(title)
        column.addWidget(about)
        column.addWidget(self._address)
        column.addSpacing(8)
        for button in (self.keep, self.watch, self.demo):
            column.addWidget(button)
        # Not by alignment, which would ask for the size without asking how high the texts become at this width.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(inner, 1000)
        middle.addStretch(1)
        above = QHBoxLayout()
        above.addStretch(1)
        above.addWidget(self.language)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.setContentsMargins(20, 20, 20, 20)
        outer.addLayout(above)
        outer.addStretch(2)
        outer.addLayout(middle)
        outer.addStretch(3)
        area.setWidget(page)
        set_tab_order(self)

    def begin(self) -> None:
        """Put the keyboard on what is suggested."""
        self.keep.setFocus()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Say the address as soon as it is known: the first thing that works."""
        found = [agreement for agreement in snapshot.addresses.values() if agreement.address is not None]
        said = self._words.tr(
            "Your address right now: {addresses}",
            addresses=self._words.listing([str(agreement.address) for agreement in found]),
        )
        self._address.setText(said if found else "")
        self._address.setVisible(bool(found))
