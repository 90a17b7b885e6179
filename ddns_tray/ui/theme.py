"""Light and dark: the colours of our own painting, and the palette where the platform has none of its own to follow.

Windows 11 and macOS bring their style and its palette. On Linux without a desktop theme Qt falls back to Fusion in
plain colours; there we set the whole, and so on Windows 10, whose own style is never dark, whatever the system is.
Every text colour has a contrast of at least 4.5 to the grounds it is used on.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFontInfo, QGuiApplication, QPalette

from ddns_tray.core.model import Colour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QApplication, QWidget


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one scheme, by what they are for."""

    window: str
    sidebar: str
    card: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    hover: str
    track: str
    verdict: Mapping[Colour, str]
    """For words; the icons have their own."""
    bars: Mapping[Colour, str]
    """For the bars of a day, which need a contrast of 3 alone (WCAG 2.2, 1.4.11)."""


LIGHT = Tokens(
    window="#FFFFFF",
    sidebar="#F5F7F9",
    card="#FFFFFF",
    raised="#F5F7F9",
    border="#DFE4E9",
    text="#1B2329",
    muted="#586573",
    accent="#1A66D2",
    on_accent="#FFFFFF",
    accent_soft="#E3EDFB",
    hover="#EEF2F6",
    track="#E4E8EC",
    verdict={Colour.GREEN: "#1C7C34", Colour.YELLOW: "#8A5B00", Colour.RED: "#BF2A30", Colour.GREY: "#586573"},
    bars={Colour.GREEN: "#2C9F45", Colour.YELLOW: "#BF7F00", Colour.RED: "#D93A3F", Colour.GREY: "#77838F"},
)
DARK = Tokens(
    window="#171C21",
    sidebar="#1E242A",
    card="#1D2329",
    raised="#232A31",
    border="#343D46",
    text="#EEF2F5",
    muted="#A3AFBA",
    accent="#77AEFF",
    on_accent="#0B1A2E",
    accent_soft="#22364F",
    hover="#28313A",
    track="#333C45",
    verdict={Colour.GREEN: "#5CC777", Colour.YELLOW: "#F0B43C", Colour.RED: "#FF8A8A", Colour.GREY: "#A3AFBA"},
    bars={Colour.GREEN: "#35A853", Colour.YELLOW: "#E8A21C", Colour.RED: "#EC5F63", Colour.GREY: "#8995A0"},
)
_ICONS = Path(__file__).parents[1] / "resources" / "icons"
_OURS = "fusion"
"""The style that we bring the colours for."""
_ALWAYS_LIGHT = "windowsvista"
"""Qt's style for Windows 10: where the system is dark, it takes the light palette all the same."""
_CHOICES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}


_CHINESE_FONTS = ("PingFang SC", "Microsoft YaHei UI", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC")
"""Named, so that Chinese is drawn in its own forms and in the right weight, after the platform's own font."""


class Theme(QObject):
    """Follows the system, or the person's choice; `changed` is told when the tokens are others.

    Fonts and palette are set by `dress`, with the first window or menu: a program that rests in the tray paints nothing
    with them, and they are several MiB.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._app = app
        self._choice = "auto"
        if app.style().name().lower() == _ALWAYS_LIGHT:
            app.setStyle(_OURS)
        self._own_palette = app.style().name().lower() == _OURS
        hints = QGuiApplication.styleHints()
        self._system = hints.colorScheme()
        hints.colorSchemeChanged.connect(self._on_system_changed)
        self._dressed = False
        self.tokens = LIGHT
        self._apply()

    @property
    def is_dark(self) -> bool:
        """Whether light text stands on dark ground."""
        return self.tokens is DARK

    def dress(self) -> None:
        """Bring fonts and colours to the whole program; done once, and then kept up to date."""
        if self._dressed:
            return
        self._dressed = True
        font = self._app.font()
        font.setFamilies([QFontInfo(font).family(), *_CHINESE_FONTS])
        self._app.setFont(font)
        self._apply()

    def clothe(self, widget: QWidget) -> None:
        """Give a widget, and all that will be in it, the look of now. Done while it is empty, it costs next to nothing.

        There is no style sheet of the whole application: with each change Qt would style everything anew that is on its
        way out, because pages and forms are built anew in other colours.
        """
        self.dress()
        sheet = _style_sheet(self.tokens) if self._own_palette else ""
        if widget.styleSheet() != sheet:
            widget.setStyleSheet(sheet)

    def keep_clothed(self, widget: QWidget) -> None:
        """As `clothe`, and again with each change, for as long as the widget lives: it is not built anew."""
        self.clothe(widget)
        self.changed.connect(_Wearer(self, widget).follow)

    def choose(self, choice: str) -> None:
        """Take "auto", "light" or "dark"."""
        if choice == self._choice:
            return
        self._choice = choice
        if not self._own_palette or sys.platform == "win32":  # where the frames of windows follow it
            QGuiApplication.styleHints().setColorScheme(_CHOICES.get(choice, Qt.ColorScheme.Unknown))
        self._apply()

    def _on_system_changed(self, scheme: Qt.ColorScheme) -> None:
        self._system = scheme
        self._apply()

    def _apply(self) -> None:
        scheme = _CHOICES.get(self._choice, self._system)
        before, self.tokens = self.tokens, DARK if scheme is Qt.ColorScheme.Dark else LIGHT
        if self._own_palette and self._dressed:
            self._app.setPalette(_palette(self.tokens))
        if before is not self.tokens:
            self.changed.emit()


class _Wearer(QObject):
    """Goes with the widget that it belongs to, and its connection with it."""

    def __init__(self, theme: Theme, widget: QWidget) -> None:
        super().__init__(widget)
        self._theme = theme
        self._widget = widget

    def follow(self) -> None:
        self._theme.clothe(self._widget)


def _palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, colour in (
        (role.Window, tokens.window),
        (role.WindowText, tokens.text),
        (role.Base, tokens.card),
        (role.AlternateBase, tokens.raised),
        (role.Text, tokens.text),
        (role.Button, tokens.raised),
        (role.ButtonText, tokens.text),
        (role.BrightText, tokens.text),
        (role.ToolTipBase, tokens.raised),
        (role.ToolTipText, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.on_accent),
        (role.Accent, tokens.accent),
        (role.Link, tokens.accent),
        (role.LinkVisited, tokens.accent),
        (role.Mid, tokens.border),
        (role.Midlight, tokens.border),
        (role.Light, tokens.raised),
        (role.Dark, tokens.border),
        (role.Shadow, tokens.border),
    ):
        palette.setColor(which, QColor(colour))
    faded = QColor(tokens.muted)
    faded.setAlpha(150)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, faded)
    return palette


def _style_sheet(tokens: Tokens) -> str:
    """Calmer controls for Fusion; other styles keep their own."""
    t = tokens
    return f"""
QLabel[quiet="true"] {{ color: {t.muted}; }}
QPushButton {{ padding: 4px 14px; min-height: 1.45em; border: 1px solid {t.border}; border-radius: 6px;
  background: {t.card}; color: {t.accent}; outline: 0; }}
QPushButton:hover {{ background: {t.hover}; }}
QPushButton:pressed {{ background: {t.accent_soft}; }}
QPushButton:focus {{ border-color: {t.accent}; }}
QPushButton:disabled {{ color: {t.muted}; background: {t.raised}; }}
QPushButton:default, QPushButton[primary="true"] {{ background: {t.accent}; color: {t.on_accent};
  border-color: {t.accent}; }}
QPushButton:default:hover, QPushButton[primary="true"]:hover {{ background: {_mixed(t.accent, t.text, 0.15)}; }}
QPushButton[primary="true"]:focus, QPushButton:default:focus {{ border-color: {t.text}; }}
QPushButton[primary="true"]:disabled, QPushButton:default:disabled {{ background: {t.raised}; color: {t.muted};
  border-color: {t.border}; }}
QPushButton[flat="true"] {{ border-color: transparent; background: transparent; }}
QPushButton[flat="true"]:hover {{ background: {t.hover}; }}
QPushButton[flat="true"]:focus {{ border-color: {t.accent}; }}
QPushButton[link="true"] {{ padding: 4px 0; min-height: 0; border-color: transparent; background: transparent;
  text-decoration: underline; }}
QPushButton[link="true"]:focus {{ border-color: {t.accent}; }}
QLineEdit, QPlainTextEdit {{ border: 1px solid {t.border}; border-radius: 6px; background: {t.card}; color: {t.text};
  placeholder-text-color: {t.muted}; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QPlainTextEdit {{ padding: 6px 8px; }}
QLineEdit {{ padding: 4px 8px; min-height: 1.45em; lineedit-clear-button-icon: url("{_picture("clear", t)}"); }}
QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {t.accent}; }}
QLineEdit:disabled, QLineEdit:read-only {{ background: {t.raised}; color: {t.muted}; }}
QComboBox, QSpinBox {{ padding: 4px 8px; border: 1px solid {t.border}; border-radius: 6px; background: {t.card};
  color: {t.text}; min-height: 1.45em; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QComboBox {{ padding-left: 10px; padding-right: 26px; }}
QComboBox:focus, QSpinBox:focus {{ border-color: {t.accent}; }}
QComboBox:disabled, QSpinBox:disabled {{ color: {t.muted}; background: {t.raised}; }}
QComboBox::drop-down {{ border: 0; width: 24px; subcontrol-position: center right; }}
QComboBox::down-arrow {{ image: url("{_picture("down", t)}"); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ border: 1px solid {t.border}; background: {t.card}; color: {t.text}; padding: 4px;
  selection-background-color: {t.accent_soft}; selection-color: {t.text}; outline: 0; }}
QComboBox QLineEdit, QSpinBox QLineEdit {{ padding: 0; min-height: 0; border: 0; background: transparent; }}
QSpinBox {{ padding-left: 10px; }}
QSpinBox::up-button, QSpinBox::down-button {{ border: 0; background: transparent; width: 22px; }}
QSpinBox::up-arrow {{ image: url("{_picture("up", t)}"); width: 12px; height: 12px; }}
QSpinBox::down-arrow {{ image: url("{_picture("down", t)}"); width: 12px; height: 12px; }}
QCheckBox {{ spacing: 8px; padding: 3px 4px 3px 0; outline: 0; }}
QCheckBox::indicator, QTableView::indicator, QListView::indicator {{ width: 16px; height: 16px;
  border: 1px solid {t.muted}; border-radius: 4px; background: {t.card}; }}
QCheckBox::indicator:checked, QTableView::indicator:checked, QListView::indicator:checked {{ background: {t.accent};
  border-color: {t.accent}; image: url("{_picture("tick", t)}"); }}
QCheckBox::indicator:focus {{ width: 14px; height: 14px; border: 2px solid {t.accent}; }}
QCheckBox::indicator:checked:focus {{ border-color: {t.text}; }}
QCheckBox::indicator:disabled, QTableView::indicator:disabled, QListView::indicator:disabled {{
  border-color: {t.border}; background: {t.raised}; }}
QToolTip {{ color: {t.text}; background: {t.raised}; border: 1px solid {t.border}; padding: 4px; }}
QHeaderView {{ background: transparent; border: 0; }}
QHeaderView::section {{ background: transparent; border: 0; border-bottom: 1px solid {t.border}; padding: 6px 8px;
  color: {t.muted}; }}
QTableView, QListView, QTreeView {{ border: 1px solid {t.border}; border-radius: 8px; background: {t.card};
  gridline-color: {t.border}; selection-background-color: {t.accent_soft}; selection-color: {t.text}; outline: 0; }}
QTableView:focus, QListView:focus, QTreeView:focus {{ border-color: {t.accent}; }}
QTableView::item, QListWidget::item {{ padding: 0 5px; border: 0; }}
QTableView::item:selected, QListWidget::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
QListWidget::item {{ padding: 6px 8px; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; border: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; border: 0; }}
QScrollBar::handle {{ background: {t.border}; border-radius: 4px; margin: 2px; min-height: 28px; min-width: 28px; }}
QScrollBar::handle:disabled {{ background: transparent; }}
QScrollBar::handle:hover {{ background: {t.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QTabWidget::pane {{ border: 0; border-top: 1px solid {t.border}; }}
QTabBar::tab {{ padding: 8px 14px; border: 0; border-bottom: 2px solid transparent; color: {t.muted};
  background: transparent; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
QTabBar::tab:selected:focus {{ color: {t.accent}; background: {t.accent_soft}; }}
QTabBar {{ qproperty-drawBase: 0; outline: 0; }}
QTabBar::scroller {{ width: 28px; }}
QTabBar QToolButton {{ border: 0; background: {t.window}; }}
QTabBar QToolButton::left-arrow {{ image: url("{_picture("left", t)}"); width: 12px; height: 12px; }}
QTabBar QToolButton::right-arrow {{ image: url("{_picture("right", t)}"); width: 12px; height: 12px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QFileDialog QToolButton#backButton {{ qproperty-icon: url("{_picture("left", t)}"); }}
QFileDialog QToolButton#forwardButton {{ qproperty-icon: url("{_picture("right", t)}"); }}
QFileDialog QToolButton#toParentButton {{ qproperty-icon: url("{_picture("up", t)}"); }}
QProgressBar {{ border: 0; border-radius: 3px; background: {t.track}; }}
QProgressBar::chunk {{ border-radius: 3px; background: {t.accent}; }}
QScrollArea, QStackedWidget {{ background: transparent; }}
QMenu {{ background: {t.card}; border: 1px solid {t.border}; padding: 6px; }}
QMenu::item {{ padding: 6px 28px 6px 12px; border-radius: 5px; }}
QMenu::item:selected {{ background: {t.hover}; color: {t.text}; }}
QMenu::item:disabled {{ color: {t.muted}; }}
QMenu::icon {{ padding-left: 10px; }}
QMenu::separator {{ height: 1px; background: {t.border}; margin: 5px 8px; }}
"""


def _picture(name: str, tokens: Tokens) -> str:
    place = _ICONS / f"{name}-{'dark' if tokens is DARK else 'light'}.svg"
    return place.as_posix()


def _mixed(first: str, second: str, part: float) -> str:
    one, two = QColor(first), QColor(second)
    return QColor(
        *(round(a + (b - a) * part) for a, b in zip(one.getRgb()[:3], two.getRgb()[:3], strict=True))  # type: ignore[index]
    ).name()
