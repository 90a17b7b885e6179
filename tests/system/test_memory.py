"""Memory that was needed for a while goes back, and the program goes on as before."""

from __future__ import annotations

import os
import subprocess
import sys
import weakref

import pytest

from ddns_tray.system.memory import code_of_libraries, give_back

MAPS = """\
55d0c0000000-55d0c0001000 r--p 00000000 08:01 131 /usr/bin/python3.11
55d0c0001000-55d0c0002000 r-xp 00001000 08:01 131 /usr/bin/python3.11
7f0000000000-7f0000100000 r-xp 00010000 08:01 777 /usr/lib/x86_64-linux-gnu/libQt6Core.so.6
7f0000100000-7f0000180000 r--p 00110000 08:01 777 /usr/lib/x86_64-linux-gnu/libQt6Core.so.6
7f0000180000-7f0000190000 rw-p 00190000 08:01 777 /usr/lib/x86_64-linux-gnu/libQt6Core.so.6
7f0000200000-7f0000210000 r-xp 00000000 00:00 0
7f0000300000-7f0000310000 r-xp 00000000 08:01 778 /opt/a folder/_ssl.cpython-311-x86_64-linux-gnu.so (deleted)
7f0000400000-7f0000410000 rwxp 00000000 08:01 779 /usr/lib/libjit.so
7ffc00000000-7ffc00002000 r-xp 00000000 00:00 0 [vdso]
"""
USE = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication, QLabel

def resident():
    return int(next(l for l in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in l).split()[1])

app = QApplication([])
label = QLabel("before")
before_picture = label.grab().toImage()
before = resident()
from ddns_tray.system.memory import give_back
give_back()
after = resident()
assert label.grab().toImage() == before_picture
label.setText("afterwards all works as before")
label.adjustSize()
assert label.grab().width() > before_picture.width()
print(before - after)
"""


def test_only_the_code_of_libraries_is_let_go() -> None:
    assert list(code_of_libraries(MAPS)) == [(0x7F0000000000, 0x7F0000100000), (0x7F0000300000, 0x7F0000310000)]


def test_it_can_be_asked_for_anywhere_at_any_time() -> None:
    class Ring:
        pass

    one = Ring()
    vars(one)["itself"] = one
    left = weakref.ref(one)
    del one
    for _ in range(3):
        give_back()
    assert left() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is resident, and lets code go")
def test_much_of_a_window_goes_back_and_what_is_painted_afterwards_is_the_same() -> None:
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", USE], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 8 * 1024
