"""State → shape and colour: the one place. Never only colour: a person who sees none reads the shape."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ddns_tray.core.model import Colour, Phase
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.text import Text


class Shape(StrEnum):
    """✓ disc, ! triangle, ✕ octagon, ‖ disc, … disc."""

    CHECK = "check"
    WARNING = "warning"
    CROSS = "cross"
    PAUSE = "pause"
    BUSY = "busy"

    @property
    def symbol(self) -> str:
        """One character for a terminal and for alternative texts."""
        return _SYMBOLS[self]

    @property
    def colour_name(self) -> str:
        """The colour that belongs to the shape: green, yellow, red, grey or blue."""
        return _COLOUR_NAMES[self]


_SYMBOLS: Mapping[Shape, str] = {
    Shape.CHECK: "✓",
    Shape.WARNING: "!",
    Shape.CROSS: "✕",
    Shape.PAUSE: "‖",
    Shape.BUSY: "…",
}
_COLOUR_NAMES: Mapping[Shape, str] = {
    Shape.CHECK: "green",
    Shape.WARNING: "yellow",
    Shape.CROSS: "red",
    Shape.PAUSE: "grey",
    Shape.BUSY: "blue",
}
_BY_COLOUR: Mapping[Colour, Shape] = {
    Colour.GREEN: Shape.CHECK,
    Colour.YELLOW: Shape.WARNING,
    Colour.RED: Shape.CROSS,
    Colour.GREY: Shape.PAUSE,
}
COLOUR_WORDS: Mapping[Colour, Text] = {
    Colour.GREEN: text("green"),
    Colour.YELLOW: text("yellow"),
    Colour.RED: text("red"),
    Colour.GREY: text("grey"),
}


def shape(colour: Colour, phase: Phase) -> Shape:
    """The shape of the whole. A first look and a write in progress are busy; a routine check does not flicker."""
    if phase in {Phase.PAUSED, Phase.STOPPED}:
        return Shape.PAUSE
    if phase in {Phase.STARTING, Phase.UPDATING} or (phase is Phase.CHECKING and colour is Colour.GREY):
        return Shape.BUSY
    return _BY_COLOUR[colour]
