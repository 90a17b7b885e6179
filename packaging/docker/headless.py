# ruff: noqa: INP001 - a script beside the Dockerfile, not a package
"""Print the locked requirements of a machine without a screen: those of the product, without Qt and its loop.

    python3 packaging/docker/headless.py requirements/runtime.lock.txt > headless.txt

Each entry keeps its hashes; install with `pip install --require-hashes --no-deps -r headless.txt`.
"""

import re
import sys
from pathlib import Path

DESKTOP = {"pyside6-essentials", "qasync", "shiboken6"}


def without_desktop(lock: str) -> str:
    """Leave out the entries of packages that only the desktop needs. Raises `ValueError` if one is not there."""
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    names = [re.split(r"[=\s]", entry, maxsplit=1)[0] for entry in entries]
    if not set(names) >= DESKTOP:
        message = f"not found: {', '.join(sorted(DESKTOP - set(names)))}"
        raise ValueError(message)
    return "".join(entry for entry, name in zip(entries, names, strict=True) if name not in DESKTOP)


if __name__ == "__main__":
    sys.stdout.write(without_desktop(Path(sys.argv[1]).read_text(encoding="utf-8")))
