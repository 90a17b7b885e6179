"""What fills the window: made anew with other words or colours, and until it is whole one sees what was before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from ddns_tray.ui.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PySide6.QtWidgets import QWidget

    from ddns_tray.core.model import RecordKey
    from ddns_tray.core.ports import SettingChange
    from ddns_tray.ui.settings_fields import Topic
    from ddns_tray.ui.turns import Step


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a person is while everything is made anew: the opened card, the tab of the settings, what is not saved."""

    opened: RecordKey | None = None
    tab: int | None = None
    unsaved: Mapping[Topic, list[SettingChange]] = field(default_factory=dict)


class Bodies:
    """The body that is made, and the one that is seen meanwhile."""

    def __init__(self, window: QWidget) -> None:
        self.stay: Stay | None = None
        """Where to go back to, as long as one is on the way."""
        self._column = QVBoxLayout(window)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._turns = Turns(window)
        self._made: QWidget | None = None
        self._seen: QWidget | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was made yet."""
        return self._made is None

    def put(self, body: QWidget) -> None:
        """Take the place of the body before; one that nobody has seen yet goes at once."""
        if self._made is not None:
            self._column.removeWidget(self._made)
            if self._seen is None:
                self._seen = self._made
            else:
                _drop(self._made)
        self._column.addWidget(body)
        self._made = body

    def arrive(self) -> None:
        """Show what was made."""
        self._turns.drop()
        self.stay = None
        seen, self._seen = self._seen, None
        if seen is not None:
            _drop(seen)
        if self._made is not None:
            self._made.setUpdatesEnabled(True)

    def arrive_after(self, steps: Iterator[Step]) -> None:
        """Show it when these steps have been taken, each in a turn of its own."""
        if self._made is not None:
            # Not the window's own updates: with Qt 6.11 on X11 nothing would reach the screen any more.
            self._made.setUpdatesEnabled(False)
        if self._seen is not None:
            self._seen.raise_()
        self._turns.begin(steps, self.arrive)


def _drop(body: QWidget) -> None:
    body.hide()
    body.deleteLater()
