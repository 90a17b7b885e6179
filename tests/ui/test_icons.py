"""Shape first: the five pictures differ without any colour, at every size, on both grounds."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QImage

from ddns_tray.ui import icons
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

pytestmark = pytest.mark.usefixtures("qapp")


def lightness(image: QImage) -> list[int]:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return [grey.pixelColor(x, y).lightness() for y in range(grey.height()) for x in range(grey.width())]


def opaque(image: QImage) -> list[bool]:
    return [image.pixelColor(x, y).alpha() > 127 for y in range(image.height()) for x in range(image.width())]


@pytest.mark.parametrize("size", icons.TRAY_SIZES)
def test_every_size_is_drawn_for_itself(size: int) -> None:
    for shape in Shape:
        image = icons.icon(shape).pixmap(size).toImage()
        assert (image.width(), image.height()) == (size, size)
        assert image.pixelColor(0, 0).alpha() < 30
        assert image.pixelColor(size // 2, int(size * 0.86)).alpha() > 200


def test_at_16_pixels_no_two_shapes_look_alike_without_colour() -> None:
    pictures = {
        shape: lightness(icons.mask_icon(shape).pixmap(16).toImage().convertToFormat(QImage.Format.Format_ARGB32))
        for shape in Shape
    }
    masks = {shape: opaque(icons.mask_icon(shape).pixmap(16).toImage()) for shape in Shape}
    assert len(pictures) == len(Shape)
    for one, other in itertools.combinations(Shape, 2):
        differing = sum(a != b for a, b in zip(masks[one], masks[other], strict=True))
        assert differing >= 12, f"{one} and {other} differ in {differing} of 256 pixels"


@pytest.mark.parametrize("shape", list(Shape))
def test_the_glyph_stands_out_from_its_ground(shape: Shape) -> None:
    paint = icons.PAINTS[shape]
    assert contrast(QColor(paint.glyph), QColor(paint.fill)) >= 3.0  # WCAG 2.2, 1.4.11 non-text contrast


@pytest.mark.parametrize("panel", ["#FFFFFF", "#F5F7F9", "#14191F", "#000000"])
@pytest.mark.parametrize("shape", list(Shape))
def test_the_shape_stands_out_from_the_panel(shape: Shape, panel: str) -> None:
    paint = icons.PAINTS[shape]
    best = max(contrast(QColor(paint.fill), QColor(panel)), contrast(QColor(paint.rim), QColor(panel)))
    assert best >= 3.0


def test_the_mask_is_black_with_the_glyph_cut_out() -> None:
    for shape in Shape:
        icon = icons.mask_icon(shape)
        assert icon.isMask()
        image = icon.pixmap(64).toImage()
        colours = {
            image.pixelColor(x, y).name() for x in range(64) for y in range(64) if image.pixelColor(x, y).alpha() == 255
        }
        assert colours == {"#000000"}
        assert any(image.pixelColor(x, 32).alpha() == 0 for x in range(16, 48))


def test_a_picture_for_a_dense_screen_has_more_pixels(qapp: QApplication) -> None:
    del qapp
    picture = icons.pixmap(Shape.CHECK, 24, 2.0)
    assert picture.width() == 48
    assert picture.deviceIndependentSize().width() == 24


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.2, relative luminance."""

    def luminance(colour: QColor) -> float:
        parts = [colour.redF(), colour.greenF(), colour.blueF()]
        r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
