"""Qt's bindings read the source of every module, unless they are told that nobody needs that."""

from __future__ import annotations

import os
import subprocess
import sys

LOOK = """
import linecache
from ddns_tray.ui import lean
import PySide6.QtWidgets, email.message, http.client, xml.dom.minidom
import ddns_tray.ui.window
print(len(linecache.cache))
"""


def test_no_source_is_read_or_kept_for_the_bindings() -> None:
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", LOOK], env=environ, capture_output=True, text=True, check=True)
    assert int(done.stdout) == 0
