"""Symbolic links for tests, on systems that may not let everybody make them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def make_link(link: Path, target: Path) -> None:
    """Make `link` lead to `target`; on Windows, where that takes a right of its own, the test may skip."""
    try:
        link.symlink_to(target)
    except OSError:
        if sys.platform != "win32":
            raise
    if sys.platform == "win32" and not link.is_symlink():  # which Wine may not notice
        pytest.skip("this person may make no links on this Windows")
