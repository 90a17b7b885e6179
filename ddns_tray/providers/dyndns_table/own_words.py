"""Hosters and registrars with an address for updates and words of their own.

Each row names what it was written from; read on 2026-11-22.
"""

from __future__ import annotations

ROWS = ()
