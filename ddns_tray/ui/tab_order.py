"""Tab goes where the eye goes: through the layouts as they are laid out, not in the order in which things were made.

Enter presses what Tab has come to.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QWidget,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QLayout


def set_tab_order(root: QWidget) -> None:
    """Let Tab follow the layouts below `root`, hidden pages included."""
    for one, other in pairwise(tab_stops(root)):
        QWidget.setTabOrder(one, other)


def press_focused(event: QKeyEvent) -> bool:
    """Press the button that has the focus if this is Enter, which Qt does in dialogs alone; say whether it was."""
    focused = QApplication.focusWidget()
    if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter} or not isinstance(focused, QPushButton):
        return False
    focused.click()
    return True


def tab_stops(root: QWidget) -> tuple[QWidget, ...]:
    """All that Tab can come to below `root`, in the order of the layouts, hidden pages included."""
    return tuple(_focusable(root))


def _focusable(widget: QWidget) -> Iterator[QWidget]:
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
    if isinstance(widget, QTabWidget | QStackedWidget):
        if isinstance(widget, QTabWidget):
            yield widget.tabBar()
        for number in range(widget.count()):
            page = widget.widget(number)
            if page is not None:
                yield from _focusable(page)
    elif isinstance(widget, QScrollArea):
        inner = widget.widget()
        if inner is not None:
            yield from _focusable(inner)
    elif not isinstance(widget, QAbstractButton | QLineEdit):
        layout = widget.layout()
        if layout is not None:
            yield from _in_layout(layout)


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield from _focusable(widget)
        elif inner is not None:
            yield from _in_layout(inner)
