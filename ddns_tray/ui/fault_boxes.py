"""Shows reports of faults, one box at a time; light, since it is there from the start and hardly ever needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ddns_tray.ui.fault_box import FaultBox
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words import Words


class Report(Protocol):
    """`ddns_tray.system.faults.FaultReport`, as far as a box shows it."""

    @property
    def text(self) -> str:
        """What to send to those who mend the program."""

    @property
    def file(self) -> Path | None:
        """Where it was kept."""


class FaultBoxes(QObject):
    """Shows reports, one box at a time. `show` may be called from any thread."""

    _came = Signal(object, bool)

    def __init__(self, words: Callable[[], Words], theme: Theme) -> None:
        super().__init__()
        self._words = words
        self._theme = theme
        self._waiting: list[tuple[Report, bool]] = []
        self.box: FaultBox | None = None
        self._came.connect(self._take)

    def show(self, report: Report, *, earlier: bool = False) -> None:
        """Show it now, or after the box that is open."""
        self._came.emit(report, earlier)

    def close(self) -> None:
        """Take the box off the screen, and show no other."""
        self._waiting.clear()
        if self.box is not None:
            self.box.close()

    def _take(self, report: Report, earlier: bool) -> None:  # noqa: FBT001 - a slot
        self._waiting.append((report, earlier))
        self._show_next()

    def _show_next(self) -> None:
        if self.box is not None or not self._waiting:
            return
        from ddns_tray.ui.fault_box import FaultBox  # noqa: PLC0415 - hardly ever needed

        report, earlier = self._waiting.pop(0)
        self.box = FaultBox(self._words(), self._theme, report, earlier=earlier)
        self.box.finished.connect(self._on_finished)
        self.box.open()

    def _on_finished(self) -> None:
        self.box = None
        self._show_next()
