"""Services that have ended, kept so that a search for them says so.

Each row names what it was written from; read on 2026-11-22.
"""

from __future__ import annotations

ROWS = ()
