"""The highest sequence of the release feed that was ever seen here, so that an older feed can be told from the newest.

A small JSON file in the data folder. Lost, it only makes the next feed the first one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ddns_tray.store.atomic import locked, patiently, read_error, replace_file

if TYPE_CHECKING:
    from pathlib import Path


class SeenReleaseFile:
    """Implements `core.ports.SeenRelease`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> int:
        """Return the sequence; 0 where nothing was seen, or the file is torn. Raises `StorageError`."""
        try:
            content = patiently(self._path.read_bytes)
        except FileNotFoundError:
            return 0
        except OSError as exc:
            raise read_error(self._path, exc) from exc
        try:
            return max(0, int(json.loads(content)["sequence"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            return 0

    def save(self, sequence: int) -> None:
        """Keep it, atomically. Raises `StorageError`."""
        with locked(self._path):
            replace_file(self._path, json.dumps({"schema": 1, "sequence": sequence}).encode())
