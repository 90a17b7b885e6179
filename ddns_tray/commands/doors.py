"""Which door a start leads through: the tray, the demo in a terminal, or an explanation."""

from __future__ import annotations

import sys
from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Door(StrEnum):
    """Where a start without a command, and `demo`, lead."""

    TRAY = "tray"
    TERMINAL_DEMO = "terminal_demo"
    EXPLAIN_NO_DISPLAY = "explain_no_display"
    EXPLAIN_NO_QT = "explain_no_qt"


def choose_door(*, has_display: bool, has_qt: bool, has_settings: bool, on_terminal: bool, demo: bool = False) -> Door:
    """Choose. With a display it is the tray (which offers the demo itself where there are no settings).

    Without one, a person at a terminal who has no settings yet sees the demo at once; anybody else is told what there
    is instead, since a service that silently plays a demo would look as if it kept names.
    """
    if has_display and has_qt:
        return Door.TRAY
    if demo or (on_terminal and not has_settings):
        return Door.TERMINAL_DEMO
    return Door.EXPLAIN_NO_QT if has_display else Door.EXPLAIN_NO_DISPLAY


def has_display(environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether windows can be shown. Qt's own choice of an off-screen platform counts, since a person has to make it."""
    if platform in {"win32", "darwin"}:
        return True
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def has_qt() -> bool:
    """Whether the desktop part of the product is installed; looks without loading it."""
    return find_spec("PySide6") is not None and find_spec("qasync") is not None
