"""Hosters and registrars with an address for updates that speaks the words of DynDNS.org.

Each row names what it was written from; read on 2026-11-22.
"""

from __future__ import annotations

ROWS = ()
