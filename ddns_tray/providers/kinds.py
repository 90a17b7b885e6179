"""Kinds of refusals that only services have; the general ones are in `core.errors`. Light, as the registry loads it."""

from __future__ import annotations

from ddns_tray.core.errors import AuthenticationFailed


class KeyOrNameRefused(AuthenticationFailed):
    """A service has one word for a key that is wrong and for a name that the key does not hold."""
