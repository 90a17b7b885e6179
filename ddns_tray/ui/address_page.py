"""The page of our own addresses: what was agreed on, and which source saw what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QTableView, QVBoxLayout, QWidget

from ddns_tray.core.model import AddressState, Family
from ddns_tray.ui.controls import Card, fit_rows, fixed_font, heading, muted, paragraph, section_heading, set_up_table
from ddns_tray.ui.models import SightingsModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ddns_tray.core.model import Agreement, LineStatus, Snapshot
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words

_ADDRESS_SCALE = 1.5


class AddressPage(QWidget):
    """One card a family."""

    def __init__(self, words: Words, now: Callable[[], float], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._now = now
        self._detail = muted(paragraph(""), theme.tokens)
        self._theme = theme
        self._detour = paragraph("")
        self._cards: dict[Family, _FamilyCard] = {}
        self._home: dict[Family, _FamilyCard] = {}
        """Made when there is something to show: most people have one address, and no VPN."""
        self._lines: dict[str, LineCard] = {}
        self._shown_cards, self._shown_home, self._shown_lines = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        # From the outside in: what moves into another widget is polished again with all that is in it.
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea(self)
        outer.addWidget(area)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        inner = self._inner = QWidget(area)
        area.setWidget(inner)
        column = QVBoxLayout(inner)
        column.setContentsMargins(20, 22, 20, 20)
        column.setSpacing(14)
        head = QVBoxLayout()
        head.setSpacing(8)
        head.addWidget(heading(words.tr("Your public address")))
        head.addWidget(self._detail)
        column.addLayout(head)
        column.addWidget(self._detour)
        for cards in (self._shown_cards, self._shown_home, self._shown_lines):
            cards.setSpacing(14)
            column.addLayout(cards)
        column.addStretch(1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take the newest snapshot."""
        self._detail.setText(self._words.status_detail(snapshot, self._now()))
        self._show_cards(self._cards, self._shown_cards, snapshot.addresses)
        self._show_detours(snapshot)
        self._show_lines(snapshot)

    def _show_detours(self, snapshot: Snapshot) -> None:
        said = [self._words.detour(each, snapshot) for each in snapshot.detours.values()]
        advice = self._words.detour_advice(snapshot)
        self._detour.setText("\n".join([*said, *([advice] if advice else [])]))
        self._detour.setVisible(bool(said))
        lead = self._words.tr("Your own line beside the VPN")
        self._show_cards(self._home, self._shown_home, snapshot.home, lead=lead)

    def _show_cards(
        self,
        cards: dict[Family, _FamilyCard],
        place: QVBoxLayout,
        found: Mapping[Family, Agreement],
        *,
        lead: str = "",
    ) -> None:
        for at, family in enumerate(Family):
            agreement = found.get(family)
            card = cards.get(family)
            if agreement is not None and card is None:
                card = cards[family] = _FamilyCard(self._words, self._theme, family, self._inner)
                place.insertWidget(min(at, place.count()), card)
            if card is not None:
                card.setVisible(agreement is not None)
            if card is not None and agreement is not None:
                card.show_agreement(agreement, self._now(), lead=lead)

    def _show_lines(self, snapshot: Snapshot) -> None:
        for line in snapshot.lines:
            if line.id not in self._lines:
                self._lines[line.id] = LineCard(self._words, self._theme, self._inner)
                self._shown_lines.addWidget(self._lines[line.id])
            self._lines[line.id].show_line(line, snapshot)
        present = {line.id for line in snapshot.lines}
        for name, card in self._lines.items():
            card.setVisible(name in present)


class _FamilyCard(Card):
    def __init__(self, words: Words, theme: Theme, family: Family, parent: QWidget) -> None:
        super().__init__(theme.tokens, parent)
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

    def show_agreement(self, agreement: Agreement, now: float, *, lead: str = "") -> None:
        words = self._words
        said = words.agreement(agreement)
        self._title.setText(words.tr("{lead} · {conclusion}", lead=lead, conclusion=said) if lead else said)
        self._address.setText("" if agreement.address is None else str(agreement.address))
        self._address.setVisible(agreement.state is AddressState.AGREED)
        since = "" if agreement.since is None else words.tr("Since {time}", time=words.time(agreement.since, now))
        self._since.setText(since)
        self._since.setVisible(bool(since))
        self._model.show_sightings(agreement.sightings, str(agreement.address))
        rows = self._model.rowCount()
        self._table.setVisible(bool(rows))
        fit_rows(self._table, rows)


class LineCard(Card):
    """One line: how it fares for each family, what its sources saw, and who follows it."""

    def __init__(self, words: Words, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme.tokens, parent)
        self._words = words
        self._title = section_heading("")
        self._notes = muted(paragraph(""), theme.tokens)
        self._summaries = {family: paragraph("") for family in Family}
        self._models = {family: SightingsModel(words, self) for family in Family}
        self._tables = {family: QTableView() for family in Family}
        self.column.addWidget(self._title)
        for family in Family:
            name = words.tr("What each source saw of {family}", family=f"IPv{family.version}")
            set_up_table(self._tables[family], self._models[family], stretch=2, name=name)
            self.column.addWidget(self._summaries[family])
            self.column.addWidget(self._tables[family])
        self.column.addWidget(self._notes)

    def show_line(self, line: LineStatus, snapshot: Snapshot) -> None:
        """Take the newest state of the line."""
        self._title.setText(self._words.line_title(line))
        for family in Family:
            found = line.addresses.get(family)
            summary, table, model = self._summaries[family], self._tables[family], self._models[family]
            summary.setVisible(found is not None)
            sightings = () if found is None else found.sightings
            if found is not None:
                summary.setText(self._words.line_summary(line, family))
            model.show_sightings(sightings, "" if found is None else str(found.address))
            table.setVisible(bool(sightings))
            fit_rows(table, len(sightings))
        notes = self._words.line_notes(line, snapshot)
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))
