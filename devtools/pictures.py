"""The program's icon in the forms that the systems want, drawn from the one SVG file when a bundle is built.

Windows' .ico and macOS' .icns are small containers of PNG pictures; Qt draws those, in an environment that has it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from devtools.shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = ROOT / "ddns_tray" / "resources" / "icons" / "ddns-tray.svg"
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
PNG_SIZES = (16, 22, 24, 32, 48, 64, 128, 256)
_ICNS_TYPES = {
    b"icp4": 16,
    b"icp5": 32,
    b"ic07": 128,
    b"ic08": 256,
    b"ic09": 512,
    b"ic10": 1024,
    b"ic11": 32,
    b"ic12": 64,
    b"ic13": 256,
    b"ic14": 512,
}
_WHOLE = 256


def png(size: int) -> bytes:
    """The icon as a PNG picture of `size` pixels; always the same bytes for the same Qt."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt  # noqa: PLC0415 - only in the environment
    from PySide6.QtGui import QImage, QPainter  # noqa: PLC0415 - as above
    from PySide6.QtSvg import QSvgRenderer  # noqa: PLC0415 - as above

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # No keyword: the format's name is a byte string in some versions of the binding and a text in others.
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        message = f"Qt could not write a picture of {size} pixels"
        raise RuntimeError(message)
    return bytes(data.data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """PNG pictures as a Windows icon (ICONDIR and its entries; PNG inside since Windows Vista)."""
    place = 6 + 16 * len(pictures)
    entries, bodies = b"", b""
    for size, body in pictures.items():
        edge = size % _WHOLE  # a whole 256 is written as 0
        entries += struct.pack("<BBBBHHII", edge, edge, 0, 0, 1, 32, len(body), place + len(bodies))
        bodies += body
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + bodies


def icns(pictures: dict[bytes, bytes]) -> bytes:
    """PNG pictures as an Apple icon: types of four letters, each with its length."""
    body = b"".join(kind + struct.pack(">I", len(picture) + 8) + picture for kind, picture in pictures.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def write_ico(target: Path) -> str:
    """Draw and write the Windows icon; return its path."""
    target.write_bytes(ico({size: png(size) for size in ICO_SIZES}))
    return str(target)


def write_icns(target: Path) -> str:
    """Draw and write the Apple icon; return its path."""
    target.write_bytes(icns({kind: png(size) for kind, size in _ICNS_TYPES.items()}))
    return str(target)
