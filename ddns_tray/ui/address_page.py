"""The page of our own addresses: what was agreed on, and which source saw what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QTableView, QVBoxLayout, QWidget

from ddns_tray.core.model import AddressState, Family
from ddns_tray.ui.controls import Card, fit_rows, fixed_font, heading, muted, paragraph, section_heading, set_up_table
from ddns_tray.ui.models import SightingsModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.core.model import Agreement, Snapshot
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_ADDRESS_SCALE = 1.5


class AddressPage(QWidget):
    """One card a family."""

    def __init__(self, words: Words, now: Callable[[], float], theme: Theme) -> None:
        super().__init__()
        self._words = words
        self._now = now
        self._detail = muted(paragraph(""), theme.tokens)
        self._cards = {family: _FamilyCard(words, theme, family) for family in Family}
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(20, 20, 20, 20)
        column.setSpacing(14)
        column.addWidget(heading(words.tr("Your public address")))
        column.addWidget(self._detail)
        for card in self._cards.values():
            column.addWidget(card)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take the newest snapshot."""
        self._detail.setText(self._words.status_detail(snapshot, self._now()))
        for family, card in self._cards.items():
            agreement = snapshot.addresses.get(family)
            card.setVisible(agreement is not None)
            if agreement is not None:
                card.show_agreement(agreement, self._now())


class _FamilyCard(Card):
    def __init__(self, words: Words, theme: Theme, family: Family) -> None:
        super().__init__(theme.tokens)
        self._words = words
        self._title = section_heading("")
        self._address = QLabel()
        self._address.setFont(fixed_font(_ADDRESS_SCALE))
        self._address.setTextInteractionFlags(paragraph("").textInteractionFlags())
        self._since = muted(paragraph(""), theme.tokens)
        self._model = SightingsModel(words, self)
        self._table = QTableView()
        name = words.tr("What each source saw of {family}", family=f"IPv{family.version}")
        set_up_table(self._table, self._model, stretch=2, name=name)
        for widget in (self._address, self._title, self._since, self._table):
            self.column.addWidget(widget)

    def show_agreement(self, agreement: Agreement, now: float) -> None:
        words = self._words
        self._title.setText(words.agreement(agreement))
        self._address.setText("" if agreement.address is None else str(agreement.address))
        self._address.setVisible(agreement.state is AddressState.AGREED)
        since = "" if agreement.since is None else words.tr("Since {time}", time=words.time(agreement.since, now))
        self._since.setText(since)
        self._since.setVisible(bool(since))
        self._model.show_sightings(agreement.sightings, str(agreement.address))
        rows = self._model.rowCount()
        self._table.setVisible(bool(rows))
        fit_rows(self._table, rows)
