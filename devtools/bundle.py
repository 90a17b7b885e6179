"""What goes into the frozen program, and what stays out: pure decisions for `build.spec`, tested without a build.

Dropping is by name, not by guess: what the product never loads (Qt Quick, drivers for bare screens, other people's
translations), and what would drag a desktop's libraries along (GTK). TLS, network information, the SVG icon engine and
Qt's Chinese stay, always.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from devtools.shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PACKAGE = ROOT / "ddns_tray"
IDENTIFIER = "io.github.ddns_tray"

EXCLUDED_MODULES = [
    *("tkinter", "unittest", "doctest", "pydoc", "pdb", "lib2to3", "distutils", "setuptools", "pkg_resources", "test"),
    *("rich", "click", "pygments", "markdown_it", "trio", "gi", "numpy", "IPython", "matplotlib"),
    *("PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtTest", "PySide6.QtDesigner", "PySide6.QtPrintSupport"),
    *("PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtSql", "PySide6.QtXml", "PySide6.QtUiTools"),
]
"""Modules that some library would import if it could, and that nothing here needs."""

_QT_LIBRARIES_DROPPED = re.compile(
    r"(lib)?Qt6?(Quick|Qml|Pdf|VirtualKeyboard|Labs|Lottie|EglFS|EglFs|WaylandCompositor|Designer|Help|Sql|Test|PrintSupport)"
)
_PLUGINS_KEPT = {
    "iconengines": ("svgicon",),
    "imageformats": ("svg", "ico", "icns", "jpeg"),
    "networkinformation": None,
    "platforminputcontexts": ("compose", "ibus"),
    "platforms": ("offscreen", "xcb", "wayland", "windows", "cocoa"),
    "platformthemes": ("xdgdesktopportal",),
    "styles": None,
    "tls": None,
    "wayland-decoration-client": None,
    "wayland-shell-integration": ("xdg-shell",),
    "xcbglintegrations": None,
}
"""Qt's plugins by kind: those whose name contains one of the words, or all of a kind. Other kinds stay out."""
_FOREIGN_LIBRARIES_DROPPED = re.compile(r"lib(gtk-3|gdk-3|gdk_pixbuf|atk|atspi|cairo|pango|cloudproviders|epoxy|cups)")
_DRAWN_BY_OPENGL = re.compile(r"(opengl32sw|d3dcompiler_\d+)\.dll")
"""On Windows, some 20 MB with which Qt draws OpenGL where there is no driver; nothing here draws with OpenGL."""
_OPENED_BY_NAME = re.compile(r"lib(dbus-1|ssl|crypto|stdc\+\+|gcc_s|python3)")
"""Libraries that somebody opens at run time without saying so in a header."""
_INSTALLERS_NOTES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
"""What pip writes about an installation into its metadata: they name places of the machine that built."""
_TRANSLATIONS_KEPT = ("qtbase_zh_CN.qm",)


def hidden_imports(platform: str) -> list[str]:
    """Modules that are imported by name at run time, where PyInstaller's analysis cannot see them.

    All of our own, since providers, sources and commands are loaded by name; the keyrings of the system; and Qt's
    network module, which brings TLS and network information.
    """
    return [*own_modules(), *keyrings(platform), "PySide6.QtNetwork"]


def own_modules() -> list[str]:
    """Every module of the product."""
    found = (path.relative_to(ROOT).with_suffix("").parts for path in PACKAGE.rglob("*.py"))
    names = {".".join(parts).removesuffix(".__init__") for parts in found}
    return sorted(names - {"ddns_tray.__main__"})


def keyrings(platform: str) -> list[str]:
    """The modules of the keyrings that `store.keyring_backend` chooses from on this platform."""
    source = (PACKAGE / "store" / "keyring_backend.py").read_text(encoding="utf-8")
    names = set(re.findall(r'"(keyring\.backends\.\w+):', source))
    alone = {"win32": "keyring.backends.Windows", "darwin": "keyring.backends.macOS"}
    others = set(alone.values())
    return [alone[platform]] if platform in alone else sorted(names - others)


def data_files() -> list[tuple[str, str]]:
    """Our files beside the modules: icons, compiled translations, and where updates are announced if that was said."""
    patterns = ("resources/**/*.svg", "resources/**/*.mo", "resources/updates.json")
    wanted = [path for pattern in patterns for path in PACKAGE.glob(pattern)]
    return [(str(path), str(path.parent.relative_to(ROOT))) for path in sorted(wanted)]


def is_wanted(destination: str) -> bool:
    """Whether a library, plugin or data file that PyInstaller found belongs into the bundle."""
    place = PurePosixPath(destination.replace("\\", "/"))
    parts = place.parts
    if "translations" in parts and place.suffix == ".qm":
        return place.name in _TRANSLATIONS_KEPT
    if "plugins" in parts and "PySide6" in parts:
        kind = parts[parts.index("plugins") + 1]
        if kind not in _PLUGINS_KEPT:
            return False
        words = _PLUGINS_KEPT[kind]
        return words is None or any(word in place.name for word in words)
    if place.parent.suffix == ".dist-info" and place.name in _INSTALLERS_NOTES:
        return False
    if _FOREIGN_LIBRARIES_DROPPED.match(place.name) or _DRAWN_BY_OPENGL.fullmatch(place.name) or "qml" in parts:
        return False
    return not _QT_LIBRARIES_DROPPED.match(place.name)


def unused_libraries(binaries: Mapping[str, Collection[str]]) -> set[str]:
    """Which libraries nobody needs any more once plugins were dropped.

    `binaries` maps each destination to the names of the libraries that it is linked against. Starts from all that is no
    plain library (programs, plugins, extension modules) and from what is opened by name, and follows the links.
    """
    by_name = {PurePosixPath(place.replace("\\", "/")).name: place for place in binaries}
    libraries = {
        place for name, place in by_name.items() if re.match(r"lib.+\.so(\.|$)", name) and "plugins" not in place
    }
    wanted = {place for place in binaries if place not in libraries}
    wanted |= {place for place in libraries if _OPENED_BY_NAME.match(PurePosixPath(place).name)}
    waiting = list(wanted)
    while waiting:
        for name in binaries[waiting.pop()]:
            place = by_name.get(name)
            if place is not None and place not in wanted:
                wanted.add(place)
                waiting.append(place)
    return set(binaries) - wanted


def signing_identity() -> str | None:
    """Whom macOS signs for; without one, PyInstaller signs ad hoc, which runs on the machine that built it."""
    return os.environ.get("DDNS_TRAY_CODESIGN_IDENTITY") or None


def macos_properties(version: str) -> dict[str, object]:
    """The application's Info.plist: no icon in the Dock, and no nap while nobody looks (NSAppSleepDisabled)."""
    return {
        "CFBundleDisplayName": "DDNS Tray",
        "CFBundleName": "DDNS Tray",
        "CFBundleShortVersionString": version,
        "CFBundleLocalizations": ["en", "zh_CN"],
        "CFBundleDevelopmentRegion": "en",
        "LSApplicationCategoryType": "public.app-category.utilities",
        "LSMinimumSystemVersion": "13.0",
        "LSUIElement": True,
        "NSAppSleepDisabled": True,
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
    }


def windows_version_file(target: Path, version: str, program: str) -> str:
    """Write the version resource of a program in PyInstaller's form (VS_VERSIONINFO) and return its path."""
    numbers = [*(int(part) for part in re.findall(r"\d+", version)), 0, 0, 0, 0][:4]
    strings = {
        "CompanyName": "The DDNS Tray developers",
        "FileDescription": "DDNS Tray",
        "FileVersion": version,
        "InternalName": program,
        "LegalCopyright": "MIT licence; see LICENCES.txt",
        "OriginalFilename": f"{program}.exe",
        "ProductName": "DDNS Tray",
        "ProductVersion": version,
    }
    listed = ",\n      ".join(f"StringStruct({name!r}, {value!r})" for name, value in strings.items())
    target.write_text(
        "VSVersionInfo(\n"
        f"  ffi=FixedFileInfo(filevers={tuple(numbers)}, prodvers={tuple(numbers)}, mask=0x3f, flags=0x0, OS=0x40004,\n"
        "    fileType=0x1, subtype=0x0, date=(0, 0)),\n"
        "  kids=[\n"
        f"    StringFileInfo([StringTable('040904B0', [\n      {listed}])]),\n"
        "    VarFileInfo([VarStruct('Translation', [1033, 1200])]),\n"
        "  ])\n",
        encoding="utf-8",
    )
    return str(target)
