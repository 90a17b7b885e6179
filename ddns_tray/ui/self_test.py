"""The part of the self-test that needs Qt: icons at every size, plugins, Qt's own words, the tray or its absence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QSize, QTranslator, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication, QIcon, QImageReader
from PySide6.QtWidgets import QSystemTrayIcon

from ddns_tray.core.self_test import Found, Look, Unfit
from ddns_tray.ui import icons
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QPixmap

    from ddns_tray.words import Words

_RESOURCES = Path(__file__).parents[1] / "resources" / "icons"
_NEEDED_FORMATS = {"png", "svg", "ico"}
_KEPT_PLUGINS = ("tls", "networkinformation", "iconengines")


def looks(words: Words) -> Iterator[Look]:
    """What can be tried while Qt's application lives."""
    tr = words.tr
    yield Look("qt", "Qt", lambda: _qt(tr))
    yield Look("plugins", tr("Qt's plugins"), lambda: _plugins(tr))
    yield Look("qt_words", tr("Qt's own words"), _qt_words)
    yield Look("icons", tr("Icons"), lambda: _icons(tr))
    yield Look("fonts", tr("Fonts"), lambda: _fonts(tr))
    yield Look("tray", tr("Tray"), lambda: _tray(tr))


def _qt(tr: Callable[..., str]) -> Found:
    name = QGuiApplication.platformName()
    return Found(tr("Qt {version} on {platform}", version=qVersion(), platform=name), (qVersion(), name))


def _plugins(tr: Callable[..., str]) -> Found:
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    names = tuple(sorted(f"{path.parent.name}/{path.stem}" for path in folder.glob("*/*") if path.is_file()))
    for kind in _KEPT_PLUGINS:
        if not any(name.startswith(f"{kind}/") for name in names):
            raise Unfit(tr("There are none of the kind {kind} in {folder}.", kind=kind, folder=str(folder)))
    formats = {bytes(each.data()).decode() for each in QImageReader.supportedImageFormats()}
    if not formats >= _NEEDED_FORMATS:
        raise Unfit(", ".join(sorted(_NEEDED_FORMATS - formats)))
    return Found(tr("{count} found", count=len(names)), names)


def _qt_words() -> Found:
    translator = QTranslator()
    if not translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        raise Unfit("qtbase_zh_CN")
    return Found(f"zh_CN: {translator.translate('QPlatformTheme', 'Cancel')}")


def _icons(tr: Callable[..., str]) -> Found:
    for shape in Shape:
        for size in icons.TRAY_SIZES:
            _drawn(icons.pixmap(shape, size), size, f"{shape} {size}")
            _drawn(icons.mask_icon(shape).pixmap(QSize(size, size)), size, f"{shape} {size} mask")
    files = sorted(_RESOURCES.glob("*.svg"))
    if not files:
        raise Unfit(str(_RESOURCES))
    for file in files:
        _drawn(QIcon(str(file)).pixmap(QSize(32, 32)), 32, file.name)
    return Found(
        tr(
            "{shapes} shapes in {sizes} sizes, {files} pictures",
            shapes=len(Shape),
            sizes=len(icons.TRAY_SIZES),
            files=len(files),
        ),
        tuple(file.name for file in files),
    )


def _drawn(picture: QPixmap, size: int, name: str) -> None:
    image = picture.toImage()
    if image.isNull() or max(image.width(), image.height()) != size:
        raise Unfit(f"{name}: {image.width()}x{image.height()}")
    if not any(image.pixelColor(x, y).alpha() for y in range(image.height()) for x in range(image.width())):
        raise Unfit(f"{name}: nothing to see")


def _fonts(tr: Callable[..., str]) -> Found:
    families = QFontDatabase.families()
    if not families and QGuiApplication.platformName() != "offscreen":
        raise Unfit(tr("There is no font on this system: install one, such as DejaVu."))
    return Found(tr("{count} found", count=len(families)))


def _tray(tr: Callable[..., str]) -> Found:
    if QSystemTrayIcon.isSystemTrayAvailable():
        return Found(tr("there is one"), ("yes",))
    if QGuiApplication.platformName() == "offscreen":
        return Found(tr("none, since there is no display; ddns-tray daemon needs none"), ("no",))
    return Found(tr("none; your desktop needs one, on GNOME with the AppIndicator extension"), ("no",))
