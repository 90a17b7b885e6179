"""Keep Qt's bindings from reading the source of every module; import this before anything of PySide6.

Their switch for other spellings (`from __feature__ import snake_case`) looks for the word PySide6 in the text of each
module that is imported from then on, and `linecache` keeps all these texts for good: some 380 files, 11 MiB, and the
time to read them. We use no such spelling. In a frozen program there are no texts to be found, and the bindings then
take the same answer as is given here (PySide6 6.8 to 6.11, shibokensupport/feature.py).
"""

from __future__ import annotations

import linecache
import sys

import shiboken6

__all__ = ["shiboken6"]


def _uses_no_feature(module: object) -> bool:
    del module
    return False


_feature = sys.modules.get("shibokensupport.feature")
if _feature is not None and hasattr(_feature, "_mod_uses_pyside"):
    vars(_feature)["_mod_uses_pyside"] = _uses_no_feature
    linecache.clearcache()
