"""Pictures of what a person sees: `python -m tests.ui.shots FOLDER [--all] [--scale 2]`, for people to look at.

Offscreen, with the scenes of `tests.support.scenes`, in both languages and both schemes; one of the real program on a
real desktop. Without `--all` only those that the documentation shows; with it, all at 100 %, and at 200 % in a folder
below.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.ui.icons import PAINTS
from ddns_tray.words import Shape
from tests.support.tray_session import PANEL, TOASTS, TraySession, missing_programs, wait_for

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QApplication, QWidget

    from ddns_tray.ui.theme import Theme

_HOME = Path("/home/me/.config/ddns-tray")
"""Where the settings of the pictures seem to lie, so that they are the same each time."""
LANGUAGES = ("en", "zh_CN")
SCHEMES = ("light", "dark")
SHOWN = frozenset(
    {
        "account-light-en",
        "activity-light-en",
        "address-dark-en",
        "alerts-light-en",
        "desktop",
        "explained-dark-en",
        "explained-dark-zh_CN",
        "fault-light-en",
        "general-dark-zh_CN",
        "icons",
        "menu-dark-zh_CN",
        "menu-light-en",
        "record-dark-zh_CN",
        "settings-light-en",
        "welcome-dark-zh_CN",
        "welcome-light-en",
        "window-dark-en",
        "window-dark-zh_CN",
        "window-light-en",
        "window-light-zh_CN",
        "wizard-choose-light-en",
        "wizard-choose-light-zh_CN",
        "wizard-token-light-en",
    }
)
"""What the documentation shows."""


def main(arguments: list[str]) -> int:
    """Draw everything into a folder."""
    parser = argparse.ArgumentParser(prog="shots", description="Draw what a person sees.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", action="store_true", help="every page in both languages and both schemes")
    parser.add_argument("--scale", default="1", help="pixels of the screen for one of the picture, such as 2")
    wanted = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", f"offscreen:configfile={_large_screen()}")
    os.environ["QT_SCALE_FACTOR"] = wanted.scale
    from PySide6.QtWidgets import QApplication

    wanted.folder.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    with tempfile.TemporaryDirectory() as place:
        for drawn in draw_all(app, Path(place)):
            if wanted.all or drawn.stem in SHOWN:
                kept = wanted.folder / drawn.name
                shutil.copyfile(drawn, kept)
                sys.stdout.write(f"{kept}\n")
    if wanted.all and wanted.scale == "1":
        command = [sys.executable, "-m", "tests.ui.shots", str(wanted.folder / "200"), "--all", "--scale", "2"]
        return subprocess.run(command, check=False).returncode
    if not missing_programs() and not wanted.all:
        sys.stdout.write(f"{real_desktop(wanted.folder / 'desktop.png')}\n")
    return 0


def _large_screen() -> Path:
    """A screen on which nothing is cut off, at 200 % either (Qt's offscreen platform takes it from a file)."""
    screen = {"name": "large", "x": 0, "y": 0, "width": 3840, "height": 2400, "logicalDpi": 96, "dpr": 1}
    path = Path(tempfile.mkdtemp(prefix="ddns-tray-shots-")) / "screens.json"
    path.write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
    return path


def draw_all(app: QApplication, folder: Path) -> Iterator[Path]:
    """Draw picture after picture."""
    from ddns_tray.ui.theme import Theme

    theme = Theme(app)
    theme.dress()
    yield icons_sheet(folder / "icons.png")
    for scheme in SCHEMES:
        for language in LANGUAGES:
            suffix = f"{scheme}-{language}"
            yield menu(app, theme, folder / f"menu-{suffix}.png", language, scheme)
            yield from scenes(app, theme, folder, language=language, scheme=scheme)


def real_desktop(path: Path) -> Path:
    """The demo on a real panel, when its watched name leads elsewhere: window, icon, menu and notification."""
    from PySide6.QtGui import QPixmap

    with TraySession() as desktop:
        desktop.start_panel()
        desktop.start(["xsetroot", "-solid", "#47607A"])
        desktop.start_notification_daemon()
        desktop.start([sys.executable, "-m", "ddns_tray", "demo"])
        red = PAINTS[Shape.CROSS].fill
        x, y = desktop.wait_for_colour(red, PANEL, 90)
        desktop.wait_for_colour(red, TOASTS)
        before = desktop.look()
        desktop.click(x, y, 3)
        wait_for(lambda: desktop.look().differs(before, (920, 40, 1280, 400)) > 5_000, "the menu")
        desktop.save(path)
    _save(QPixmap(str(path)), path)
    return path


def icons_sheet(path: Path) -> Path:
    """All states in all sizes, on a light and on a dark panel."""
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QColor, QPainter, QPixmap

    from ddns_tray.ui import icons

    sizes = (16, 22, 32, 48)
    width = sum((size + 10) * len(Shape) for size in sizes) + 30
    sheet = QPixmap(width, 2 * 76)
    sheet.fill(Qt.GlobalColor.white)
    painter = QPainter(sheet)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for row, panel in enumerate(("#F5F7F9", "#14191F")):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(panel))
        painter.drawRoundedRect(QRectF(4, row * 76 + 4, width - 8, 68), 8, 8)
        x = 16
        for size in sizes:
            for shape in Shape:
                painter.drawPixmap(x, row * 76 + (76 - size) // 2, icons.pixmap(shape, size))
                x += size + 10
    painter.end()
    _save(sheet, path)
    return path


def menu(app: QApplication, theme: Theme, path: Path, language: str, scheme: str) -> Path:
    """The tray menu as Qt draws it."""
    from ddns_tray.ui.menu import TrayMenu
    from ddns_tray.words import Words
    from tests.support import snapshots

    theme.choose(scheme)
    shown = TrayMenu(Words(language), lambda: snapshots.NOW)
    theme.clothe(shown)
    shown.show_snapshot(snapshots.troubled())
    shown.popup(shown.pos())
    _grab(app, shown, path)
    shown.close()
    shown.deleteLater()
    return path


def scenes(app: QApplication, theme: Theme, folder: Path, *, language: str, scheme: str) -> Iterator[Path]:
    """Every page, every step and every form."""
    from ddns_tray.words import Words
    from tests.support.scenes import SCENES, Stage

    theme.choose(scheme)
    for name, build in SCENES.items():
        widget = build(Stage(Words(language), theme, _HOME, _run))
        path = folder / f"{name}-{scheme}-{language}.png"
        _grab(app, widget, path)
        yield path
        for window in app.topLevelWidgets():
            window.close()
            window.deleteLater()
        app.processEvents()


def _grab(app: QApplication, widget: QWidget, path: Path) -> None:
    for _ in range(4):
        app.processEvents()
    _save(widget.grab(), path)


def _save(picture: QPixmap, path: Path) -> None:
    """Small: the colours that are used most, and the others by the nearest of these."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage

    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = memoryview(image.constBits()).cast("I")
    table = [colour | 0xFF000000 for colour, _ in Counter(pixels).most_common(256)]
    flags = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    image.convertToFormat(QImage.Format.Format_Indexed8, table, flags).save(str(path), quality=0)


def _run(work: Coroutine[object, object, None], name: str) -> None:
    del name
    asyncio.run(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
