"""The five states as pictures: by shape first, by colour second, drawn at run time from small SVG texts.

Every size is drawn for itself, with strokes that grow as the picture shrinks, so that 16 px is as legible as 64 px.
A darker rim keeps the shape on a light panel, the bright fill on a dark one. This module does not decide which shape
fits; `words` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ddns_tray.words import Shape

TRAY_SIZES = (16, 20, 22, 24, 32, 40, 48, 64)
_SMALL = 24
"""Below this size strokes are drawn bolder."""


@dataclass(frozen=True, slots=True)
class Paint:
    """The colours of one shape: `glyph` on `fill`, with a `rim` around."""

    fill: str
    rim: str
    glyph: str


PAINTS = {
    Shape.CHECK: Paint("#2C9F45", "#1B7A31", "#FFFFFF"),
    Shape.WARNING: Paint("#F2A61B", "#A96B00", "#2E1D00"),
    Shape.CROSS: Paint("#D93A3F", "#A32025", "#FFFFFF"),
    Shape.PAUSE: Paint("#77838F", "#566069", "#FFFFFF"),
    Shape.BUSY: Paint("#2F7FE0", "#1B5CB0", "#FFFFFF"),
}
_DISC = '<circle cx="16" cy="16" r="14.2"/>'
_BODIES = {
    Shape.CHECK: _DISC,
    Shape.WARNING: '<path d="M16 3.2 29.8 28.4H2.2Z"/>',
    Shape.CROSS: '<path d="M10.2 2h11.6L30 10.2v11.6L21.8 30H10.2L2 21.8V10.2Z"/>',
    Shape.PAUSE: _DISC,
    Shape.BUSY: _DISC,
}


def svg(shape: Shape, size: int, paint: Paint | None = None) -> bytes:
    """The picture of one state as an SVG text, with strokes that fit `size` (pixels)."""
    colours = paint or PAINTS[shape]
    small = size < _SMALL
    join = "stroke-linejoin='round' stroke-linecap='round'"
    rim = 2.0 if small else 1.6
    # The corners of the triangle are rounded by a stroke in its own colour, inside a rim that is as much wider.
    rounding = 1.8 if shape is Shape.WARNING else 0
    body = (
        f"<g fill='{colours.rim}' stroke='{colours.rim}' stroke-width='{rim + rounding}' {join}>{_BODIES[shape]}</g>"
        f"<g fill='{colours.fill}' stroke='{colours.fill}' stroke-width='{rounding}' {join}>{_BODIES[shape]}</g>"
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>{body}{_glyph(shape, colours.glyph, small=small)}"
        "</svg>"
    ).encode()


def pixmap(shape: Shape, size: int, ratio: float = 1.0) -> QPixmap:
    """The picture in `size` logical pixels for a screen of that device pixel ratio."""
    return _pixmap(shape, size, ratio)


@cache
def icon(shape: Shape) -> QIcon:
    """The picture in every size that a panel may ask for."""
    picture = QIcon()
    for size in TRAY_SIZES:
        drawn = _pixmap(shape, size, 1.0)
        picture.addPixmap(drawn)
        picture.addPixmap(drawn, QIcon.Mode.Selected)  # Qt would tint it, and its colour is a state
    return picture


@cache
def blank() -> QIcon:
    """As large as the others, and nothing to see."""
    return QIcon(_canvas(TRAY_SIZES[-1]))


@cache
def mask_icon(shape: Shape) -> QIcon:
    """The picture in one colour with the glyph cut out, as the menu bar of macOS wants it (a template image)."""
    picture = QIcon()
    for size in TRAY_SIZES:
        canvas = _canvas(size)
        painter = QPainter(canvas)
        area = QRectF(0, 0, size, size)
        _renderer(svg(shape, size, Paint("#000000", "#000000", "none"))).render(painter, area)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
        glyph = _glyph(shape, "#000000", small=size < _SMALL)
        _renderer(f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>{glyph}</svg>".encode()).render(
            painter, area
        )
        painter.end()
        picture.addPixmap(canvas)
    picture.setIsMask(True)
    return picture


@cache
def _pixmap(shape: Shape, size: int, ratio: float) -> QPixmap:
    pixels = round(size * ratio)
    canvas = _canvas(pixels)
    painter = QPainter(canvas)
    _renderer(svg(shape, pixels)).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    canvas.setDevicePixelRatio(ratio)
    return canvas


def _canvas(pixels: int) -> QPixmap:
    canvas = QPixmap(pixels, pixels)
    canvas.fill(Qt.GlobalColor.transparent)
    return canvas


def _renderer(source: bytes) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(source))


def _glyph(shape: Shape, colour: str, *, small: bool) -> str:
    line = f"fill='none' stroke='{colour}' stroke-linecap='round' stroke-linejoin='round'"
    fill = f"fill='{colour}'"
    match shape:
        case Shape.CHECK:
            width = 4.4 if small else 3.6
            return f"<path d='M9.2 16.8 14 21.6 23 11.4' {line} stroke-width='{width}'/>"
        case Shape.CROSS:
            width = 4.4 if small else 3.6
            return f"<path d='M10.8 10.8 21.2 21.2M21.2 10.8 10.8 21.2' {line} stroke-width='{width}'/>"
        case Shape.WARNING:
            width = 4.0 if small else 3.2
            dot = f"<circle cx='16' cy='24.4' r='{width / 2 + 0.2}' {fill}/>"
            return f"<path d='M16 12.4v6.4' {line} stroke-width='{width}'/>{dot}"
        case Shape.PAUSE:
            width = 4.0 if small else 3.4
            return f"<path d='M12 10.8v10.4M20 10.8v10.4' {line} stroke-width='{width}'/>"
        case Shape.BUSY:
            radius = 2.5 if small else 2.2
            return "".join(f"<circle cx='{x}' cy='16' r='{radius}' {fill}/>" for x in (9, 16, 23))
