"""Everything that can be seen can be reached with the keyboard, in an order that makes sense, and be heard."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QScrollArea, QScrollBar, QWidget

from ddns_tray.ui.window import MainWindow
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.scenes import SCENES, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping
    from pathlib import Path

    from PySide6.QtGui import QAccessibleInterface

    from ddns_tray.core.text import FieldValue, Text
    from ddns_tray.ui.theme import Theme
    from ddns_tray.words.speaker import Plural

ROLE = QAccessible.Role
NAMED = {
    ROLE.Button,
    ROLE.ButtonMenu,
    ROLE.CheckBox,
    ROLE.ComboBox,
    ROLE.Dialog,
    ROLE.EditableText,
    ROLE.Graphic,
    ROLE.Link,
    ROLE.List,
    ROLE.ListItem,
    ROLE.PageTab,
    ROLE.ProgressBar,
    ROLE.RadioButton,
    ROLE.SpinBox,
    ROLE.Table,
    ROLE.Window,
}
WHOLE = {ROLE.ComboBox, ROLE.SpinBox}
"""Controls that speak for their parts."""
TITLES = {said for spec in snapshots.FakeDesk().providers() for said in (spec.title, f"{spec.id} · {spec.title}")}

pytestmark = pytest.mark.slow


def run(work: Coroutine[object, object, None], name: str) -> None:
    del name
    asyncio.run(work)


@pytest.fixture
def show(theme: Theme, tmp_path: Path) -> Iterator[Callable[..., QWidget]]:
    shown: list[QWidget] = []

    def build(scene: str, words: Words | None = None) -> QWidget:
        widget = SCENES[scene](Stage(words or Words("en"), theme, tmp_path, run))
        shown.append(widget.window())
        parent = widget.parentWidget()
        if parent is not None:
            shown.append(parent.window())
        widget.window().activateWindow()
        for _ in range(4):
            QApplication.processEvents()
        return widget

    yield build
    for window in shown:
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def parts(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """All that a screen reader comes to."""
    yield interface
    if interface.role() in WHOLE:
        return
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child.isValid() and not child.state().invisible:
            yield from parts(child)


def spoken(interface: QAccessibleInterface) -> str:
    return interface.text(QAccessible.Text.Name).strip()


@pytest.mark.parametrize("scene", SCENES)
def test_no_control_is_without_a_name_and_no_two_buttons_have_the_same(
    show: Callable[..., QWidget], scene: str
) -> None:
    seen = list(parts(QAccessible.queryAccessibleInterface(show(scene))))
    nameless = [
        f"{part.role().name} {type(part.object()).__name__} {part.rect()}"
        for part in seen
        if part.role() in NAMED and not spoken(part) and not is_of_qt(part)
    ]
    assert nameless == []
    names = [spoken(part) for part in seen if part.role() is ROLE.Button and not is_of_qt(part)]
    assert sorted(names) == sorted(set(names))


def is_of_qt(part: QAccessibleInterface) -> bool:
    """Qt's own inner parts, which it names or hides by itself: the button that clears a line, scroll bars."""
    found = part.object()
    return found.objectName().startswith("qt_")


@pytest.mark.parametrize("scene", SCENES)
def test_tab_reaches_everything_in_reading_order(show: Callable[..., QWidget], scene: str) -> None:
    widget = show(scene)
    window = widget.window()
    wanted = {each for each in window.findChildren(QWidget) if takes_tab(each, window)}
    order = walk(window)
    missing = [describe(each) for each in wanted - set(order)]
    assert missing == []
    jumps = [
        f"{describe(one)} -> {describe(other)}"
        for one, other in pairwise(order)
        if not reads_on(*places(one, other, window))
    ]
    assert jumps == []


def walk(window: QWidget) -> list[QWidget]:
    """Where Tab leads, once around, beginning with what is leftmost column and highest in it."""
    order: list[QWidget] = []
    focused = QApplication.focusWidget()
    while focused is not None and focused not in order:
        order.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
    for bar in window.findChildren(QScrollBar):
        bar.setValue(0)  # the walk has scrolled
    start = min(
        range(len(order)), key=lambda at: (not is_in_side_bar(order[at], window), place(order[at], window).top())
    )
    return [*order[start:], *order[:start]]


def is_in_side_bar(widget: QWidget, window: QWidget) -> bool:
    return isinstance(window, MainWindow) and place(widget, window).right() < 180


def takes_tab(widget: QWidget, window: QWidget) -> bool:
    return (
        widget.isVisibleTo(window)
        and widget.isVisible()
        and widget.isEnabled()
        and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and widget.focusProxy() is None
        and widget.window() is window
        and not isinstance(widget, QLabel)
        and not widget.objectName().startswith("qt_")
    )


def place(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def places(one: QWidget, other: QWidget, window: QWidget) -> tuple[QRect, QRect]:
    """Where both stand; what is scrolled out of sight stands at the edge of its area for all that is not in there."""
    if area_of(one) is area_of(other):
        return place(one, window), place(other, window)
    return seen_at(one, window), seen_at(other, window)


def area_of(widget: QWidget) -> QScrollArea | None:
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    return above


def seen_at(widget: QWidget, window: QWidget) -> QRect:
    found, area = place(widget, window), area_of(widget)
    if area is not None:
        seen = place(area, window)
        found.moveTop(max(seen.top(), min(found.top(), seen.bottom() - found.height())))
    return found


def reads_on(one: QRect, other: QRect) -> bool:
    """Down, or on the same line to the right, or to the next column."""
    return other.bottom() >= one.top() if other.left() >= one.left() else other.top() >= one.top()


def describe(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName() or getattr(widget, 'text', lambda: '')()!r}"


class Marked(Words):
    """Speaks English, and marks every sentence that came through the catalogue."""

    def tr(self, sentence: str, /, **fields: FieldValue) -> str:
        return f"\u27e6{super().tr(sentence, **fields)}\u27e7"

    def ntr(self, singular: str, plural: str, n: int, /, **fields: FieldValue) -> str:
        return f"\u27e6{super().ntr(singular, plural, n, **fields)}\u27e7"

    def say(self, sentence: Text) -> str:
        return f"\u27e6{super().say(sentence)}\u27e7"

    def fill(self, sentence: Text | Plural, fields: Mapping[str, object], n: int = 1) -> str:
        return f"\u27e6{super().fill(sentence, fields, n)}\u27e7"


@pytest.mark.parametrize("scene", SCENES)
def test_every_sentence_comes_through_the_catalogue(show: Callable[..., QWidget], scene: str) -> None:
    """So that it can be translated. Names, addresses, the titles of services and the report of a fault are facts."""
    root = QAccessible.queryAccessibleInterface(show(scene, Marked("en")))
    bare = {
        said
        for part in parts(root)
        for said in (spoken(part), part.text(QAccessible.Text.Description))
        if "\u27e6" not in said and not isinstance(part.object(), QPlainTextEdit) and is_sentence(said)
    }
    assert bare == set()


def is_sentence(said: str) -> bool:
    """At least two words of letters alone, which names and addresses are not."""
    return (
        len([word for word in said.split() if word.strip(".,…").isalpha() and len(word) > 2]) >= 2
        and said not in TITLES
    )
