"""Give memory back that was needed for a while: after the start, and when a window was closed.

Three things, none of which changes what the program does. Python's rings are collected. The C library returns freed
pages, which glibc keeps otherwise (malloc_trim(3)). And on Linux the code of libraries is let go (madvise(2),
MADV_DONTNEED): half of it ran once, to start or to paint. What runs again comes back from the system's cache, page by
page, within milliseconds; nothing of it is ever written, so nothing can be lost.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAPS = Path("/proc/self/maps")
_DONTNEED = 4
"""MADV_DONTNEED; the same on every architecture that we are built for."""
_FIELDS = 6
"""Fields of a line of /proc/self/maps that names a file (proc(5))."""


def give_back() -> None:
    """Return what is not in use now. Takes some milliseconds; a system that refuses is left in peace."""
    gc.collect()
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - seldom

    with contextlib.suppress(AttributeError, OSError):  # other C libraries have no such functions
        library = ctypes.CDLL(None)
        library.malloc_trim(0)
        library.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for begin, end in code_of_libraries(_MAPS.read_text(encoding="utf-8", errors="replace")):
            library.madvise(begin, end - begin, _DONTNEED)


def code_of_libraries(maps: str) -> Iterator[tuple[int, int]]:
    """Return the areas that hold code of shared libraries, by the text of /proc/self/maps.

    Only what is mapped from a file, private, executable and not writable: the data of a library may have been changed
    when it was linked, even where it is read-only now; its code was not.
    """
    for line in maps.splitlines():
        fields = line.split(maxsplit=_FIELDS - 1)
        if len(fields) < _FIELDS or fields[1] != "r-xp" or fields[4] == "0":
            continue
        if ".so" in fields[5].rpartition("/")[2]:
            begin, _, end = fields[0].partition("-")
            yield int(begin, 16), int(end, 16)
