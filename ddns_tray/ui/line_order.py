"""Which lines a name follows, and in which order: a list to tick, and two buttons that move what is chosen in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.settings import LineSettings
    from ddns_tray.words import Words

_LEAST_ROWS, _MOST_ROWS = 3, 6
_ROW = 22
_ID_ROLE = Qt.ItemDataRole.UserRole


class LineOrder(QWidget):
    """All lines; those that are ticked come first, the preferred one at the top."""

    changed = Signal()

    def __init__(self, words: Words, lines: Sequence[LineSettings]) -> None:
        super().__init__()
        self._words = words
        self._ways = {line.id: line.interface or line.local_address for line in lines}
        self.list = QListWidget()
        self.earlier = QPushButton(words.tr("Move up"))
        self.later = QPushButton(words.tr("Move down"))
        buttons = QVBoxLayout()
        buttons.setSpacing(8)
        for button, by, keys in ((self.earlier, -1, "Alt+Up"), (self.later, 1, "Alt+Down")):
            button.setAutoDefault(False)
            button.setToolTip(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText))
            button.clicked.connect(lambda _=False, by=by: self._move(by))
            shortcut = QShortcut(QKeySequence(keys), self.list, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda by=by: self._move(by))
            buttons.addWidget(button)
        buttons.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.list, 1)
        row.addLayout(buttons)
        self.setFocusProxy(self.list)
        for _ in self._ways:
            item = QListWidgetItem(self.list)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        self.put_back(())
        self.list.setCurrentRow(0)
        self.list.itemChanged.connect(self._on_ticked)
        self.list.currentRowChanged.connect(self._show_what_fits)

    def fit(self) -> None:
        """Be as high as the rows are in the style of the place where it stands now."""
        self.list.ensurePolished()
        shown = min(_MOST_ROWS, max(_LEAST_ROWS, len(self._ways)))
        self.list.setFixedHeight(max(self.list.sizeHintForRow(0), _ROW) * shown + 2 * self.list.frameWidth() + 8)

    def setAccessibleName(self, name: str) -> None:  # noqa: N802 - Qt's name
        """It is the list that is heard."""
        self.list.setAccessibleName(name)

    def setAccessibleDescription(self, description: str) -> None:  # noqa: N802 - Qt's name
        """As the name."""
        self.list.setAccessibleDescription(description)

    def kept(self) -> tuple[str, ...]:
        """The ids that are ticked, in their order."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return tuple(item.data(_ID_ROLE) for item in items if item.checkState() is Qt.CheckState.Checked)

    def put_back(self, order: Sequence[str]) -> None:
        """Tick these, in this order, before all others."""
        ticked = [each for each in order if each in self._ways]
        rows = [*ticked, *(each for each in self._ways if each not in ticked)]
        blocked = self.list.blockSignals(True)
        for row, line in enumerate(rows):  # no item goes: one of them may be telling just now that it was ticked
            self._say(self.list.item(row), line, ticked.index(line) + 1 if line in ticked else None)
        self.list.blockSignals(blocked)
        self._show_what_fits()

    # --- inside ---

    def _say(self, item: QListWidgetItem, line: str, place: int | None) -> None:
        """Number what is ticked, so that the order is seen and heard."""
        way = self._ways[line]
        item.setData(_ID_ROLE, line)
        item.setCheckState(Qt.CheckState.Unchecked if place is None else Qt.CheckState.Checked)
        if place is None:
            item.setText(self._words.tr("{line} · {way}", line=line, way=way))
        else:
            item.setText(self._words.tr("{place}. {line} · {way}", place=place, line=line, way=way))

    def _on_ticked(self, item: QListWidgetItem) -> None:
        """What is ticked joins the others that are, as the last of them."""
        line = item.data(_ID_ROLE)
        ticked = [each for each in self.kept() if each != line]
        if item.checkState() is Qt.CheckState.Checked:
            ticked.append(line)
        self._take(ticked, line)

    def _move(self, by: int) -> None:
        line, ticked = self._current(), list(self.kept())
        if line not in ticked:
            return
        before = ticked.index(line)
        after = before + by
        if 0 <= after < len(ticked):
            ticked[before], ticked[after] = ticked[after], ticked[before]
            self._take(ticked, line)

    def _current(self) -> str:
        row = self.list.currentRow()
        return "" if row < 0 else str(self.list.item(row).data(_ID_ROLE))

    def _take(self, order: Sequence[str], current: str) -> None:
        self.put_back(order)
        for row in range(self.list.count()):
            if self.list.item(row).data(_ID_ROLE) == current:
                self.list.setCurrentRow(row)
        self._show_what_fits()
        self.changed.emit()

    def _show_what_fits(self) -> None:
        line, ticked = self._current(), self.kept()
        place = ticked.index(line) if line in ticked else None
        self.earlier.setEnabled(place is not None and place > 0)
        self.later.setEnabled(place is not None and place < len(ticked) - 1)
