"""The disk image that people on macOS open: the application, and a link to where it belongs. Needs macOS' hdiutil.

Signing comes before (PyInstaller signs with `DDNS_TRAY_CODESIGN_IDENTITY`), notarising after; both need an account.
"""

from __future__ import annotations

import platform
import shutil
import tempfile
from pathlib import Path

from devtools.freezing import version
from devtools.shell import Failure, run_quietly

VOLUME = "DDNS Tray"


def disk_image(application: Path, target: Path) -> Path:
    """Make the .dmg and return it."""
    if shutil.which("hdiutil") is None:
        raise Failure("hdiutil is missing: disk images are made on macOS alone.")
    made = target / f"ddns-tray-{version()}-macos-{platform.machine()}.dmg"
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder, "content")
        content.mkdir()
        # ditto keeps links, signatures and extended attributes; a plain copy breaks the seal.
        run_quietly("Copying the application", ["ditto", application, content / application.name])
        (content / "Applications").symlink_to("/Applications")
        command = ["hdiutil", "create", "-ov", "-volname", VOLUME, "-fs", "HFS+", "-format", "UDZO"]
        run_quietly("Making the disk image", [*command, "-srcfolder", content, made])
    return made
