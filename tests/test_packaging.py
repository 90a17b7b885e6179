"""What goes into a bundle, an installer and a man page: the decisions, without building anything."""

from __future__ import annotations

import plistlib
import struct
import tarfile
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ddns_tray.providers.catalogue import ENTRIES
from devtools import archives, bundle, freezing, licences, manual, pictures, windows_installer
from tests.support.links import make_link

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_everything_that_is_loaded_by_name_is_named_to_the_freezer(platform: str) -> None:
    names = set(bundle.hidden_imports(platform))
    assert {entry.module for entry in ENTRIES} <= names
    assert {"ddns_tray.detectors.router", "ddns_tray.verify.verifier", "ddns_tray.commands.self_test"} <= names
    assert "ddns_tray.store.keyring_worker" in names
    keyrings = {name for name in names if name.startswith("keyring.")}
    assert keyrings == set(bundle.keyrings(platform))
    assert keyrings


def test_each_system_gets_its_own_keyring() -> None:
    assert bundle.keyrings("win32") == ["keyring.backends.Windows"]
    assert bundle.keyrings("darwin") == ["keyring.backends.macOS"]
    assert "keyring.backends.SecretService" in bundle.keyrings("linux")


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "PySide6/plugins/tls/qschannelbackend.dll",
        "PySide6\\plugins\\platforms\\qwindows.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/Qt/plugins/networkinformation/libqnetworkmanager.so",
        "PySide6/Qt/plugins/iconengines/libqsvgicon.so",
        "PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so",
        "PySide6/Qt/translations/qtbase_zh_CN.qm",
        "PySide6/Qt/lib/libQt6Svg.so.6",
        "libcrypto.so.3",
        "keyring-25.7.0.dist-info/entry_points.txt",
    ],
)
def test_what_is_needed_stays(place: str) -> None:
    assert bundle.is_wanted(place)


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/sqldrivers/libqsqlite.so",
        "PySide6/Qt/translations/qtbase_de.qm",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt6Qml.dll",
        "PySide6\\opengl32sw.dll",
        "PySide6/d3dcompiler_47.dll",
        "PySide6/Qt/qml/QtQuick/qmldir",
        "libgtk-3.so.0",
        "keyring-25.7.0.dist-info/RECORD",
    ],
)
def test_what_is_not_needed_goes(place: str) -> None:
    assert not bundle.is_wanted(place)


def test_libraries_that_nobody_links_to_any_more_go_with_who_needed_them() -> None:
    linked = {
        "PySide6/QtGui.abi3.so": {"libQt6Gui.so.6", "libc.so.6"},
        "libQt6Gui.so.6": {"libfontconfig.so.1"},
        "libfontconfig.so.1": set(),
        "libcairo.so.2": {"libpixman-1.so.0"},
        "libpixman-1.so.0": set(),
        "libssl.so.3": {"libcrypto.so.3"},
        "libcrypto.so.3": set(),
    }
    assert bundle.unused_libraries(linked) == {"libcairo.so.2", "libpixman-1.so.0"}


def test_the_version_of_windows_files_is_the_packages(tmp_path: Path) -> None:
    written = bundle.windows_version_file(tmp_path / "version.txt", "1.20.3", "ddns-trayw")
    text = Path(written).read_text(encoding="utf-8")
    assert "filevers=(1, 20, 3, 0)" in text
    assert "StringStruct('ProductVersion', '1.20.3')" in text
    assert "StringStruct('OriginalFilename', 'ddns-trayw.exe')" in text
    assert freezing.version().count(".") == 2


def test_on_macos_it_lives_in_the_menu_bar_and_never_naps() -> None:
    properties = bundle.macos_properties("1.2.3")
    assert properties["LSUIElement"] is True
    assert properties["NSAppSleepDisabled"] is True
    entitlements = plistlib.loads((ROOT / "packaging/macos/entitlements.plist").read_bytes())
    assert entitlements == {"com.apple.security.cs.allow-unsigned-executable-memory": True}


def test_on_windows_it_asks_for_no_administrator_and_knows_about_sharp_screens() -> None:
    manifest = (ROOT / "packaging/windows/ddns-tray.manifest").read_text(encoding="utf-8")
    ET.fromstring(manifest)  # noqa: S314 - our own file
    assert 'level="asInvoker"' in manifest
    assert "PerMonitorV2" in manifest


def test_a_windows_icon_holds_each_size_where_it_says() -> None:
    drawn = {16: b"\x89PNG small", 256: b"\x89PNG large one"}
    made = pictures.ico(drawn)
    assert struct.unpack_from("<HHH", made) == (0, 1, 2)
    for number, (size, body) in enumerate(drawn.items()):
        width, _, _, _, _, bits, length, place = struct.unpack_from("<BBBBHHII", made, 6 + 16 * number)
        assert (width, bits) == (size % 256, 32)
        assert made[place : place + length] == body


def test_an_apple_icon_tells_its_own_length() -> None:
    made = pictures.icns({b"ic07": b"12345", b"ic08": b"678"})
    assert made[:4] == b"icns"
    assert struct.unpack(">I", made[4:8])[0] == len(made)
    assert made[8:12] == b"ic07"
    assert struct.unpack(">I", made[12:16])[0] == 8 + 5


def test_the_man_page_knows_every_command_and_escapes_what_roff_would_read() -> None:
    page = manual.page("1.2.3", "2026-11-22")
    assert page.startswith('.TH DDNS\\-TRAY 1 "2026-11-22" "DDNS Tray 1.2.3"')
    for name in ("daemon", "account add", "secret set", "config check", "quit"):
        assert f".SS {name}" in page
    assert page.count("\\-\\-config") == 1
    assert manual.escape(".not a request\n'nor this -x \\") == "\\&.not a request\n\\&'nor this \\-x \\e"


def test_an_archive_has_one_date_and_no_owner_and_files_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "file").write_text("x", encoding="ascii")
    (folder / "a").write_text("y", encoding="ascii")
    make_link(folder / "link", Path("a"))
    archives.copy_tree(folder, tmp_path / "copy")  # hard links, which an archive must not turn into links
    archives.normalise(folder, 1_700_000_000)
    archives.tar_xz(folder, tmp_path / "made.tar.xz", name="it-1", date=1_700_000_000)
    with tarfile.open(tmp_path / "made.tar.xz") as tar:
        entries = tar.getmembers()
        assert [entry.name for entry in entries] == ["it-1", "it-1/a", "it-1/b", "it-1/b/file", "it-1/link"]
        assert {(entry.uid, entry.uname, entry.mtime) for entry in entries} == {(0, "", 1_700_000_000)}
        content = tar.extractfile("it-1/a")
        assert content is not None
        assert content.read() == b"y"


def test_the_newest_c_library_that_is_asked_for_is_compared_by_number(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x7fELF...GLIBC_2.4\0GLIBC_2.34\0")
    (tmp_path / "b").write_text("GLIBC_2.99 in a text is no wish", encoding="ascii")
    assert archives.needed_glibc(tmp_path.iterdir()) == "2.34"


def test_the_installers_list_names_files_before_their_folders_and_itself_last_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "one" / "two").mkdir(parents=True)
    (tmp_path / "one" / "two" / "deep.dll").touch()
    (tmp_path / "installed-files.txt").touch()
    (tmp_path / "z.exe").touch()
    assert windows_installer.listing(tmp_path) == [
        "one\\two\\deep.dll",
        "z.exe",
        "installed-files.txt",
        "one\\two\\",
        "one\\",
    ]


def test_licences_are_found_by_the_files_that_a_package_owns() -> None:
    import tomlkit

    found = licences.distributions([Path(tomlkit.__file__)])
    assert [each.metadata["Name"] for each in found] == ["tomlkit"]


def test_the_icon_is_drawn_from_the_one_picture_and_read_back_as_windows_would(tmp_path: Path) -> None:
    from PySide6.QtGui import QImageReader

    reader = QImageReader(pictures.write_ico(tmp_path / "it.ico"))
    sizes = []
    for number in range(reader.imageCount()):
        reader.jumpToImage(number)
        image = reader.read()
        assert image.pixelColor(image.width() // 2, image.height() // 2).alpha() == 255, "something is drawn"
        sizes.append(image.width())
    assert tuple(sizes) == pictures.ICO_SIZES
