"""Which keyring is used: that of the operating system, and no other thing that calls itself a keyring.

The backend is chosen here and not by the keyring library, whose own choice can be moved by a configuration file or an
installed package to one that writes plain text. Only the worker process chooses one: what that imports is large.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINUX = (
    "keyring.backends.SecretService:Keyring",
    "keyring.backends.kwallet:DBusKeyring",
    "keyring.backends.libsecret:Keyring",
)
_BACKENDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"win32": ("keyring.backends.Windows:WinVaultKeyring",), "darwin": ("keyring.backends.macOS:Keyring",)}
)


class Backend(Protocol):
    """What is used of `keyring.backend.KeyringBackend`."""

    def get_password(self, service: str, username: str) -> str | None:
        """The password, or None."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""

    def delete_password(self, service: str, username: str) -> None:
        """Remove it."""


def choose_backend(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Backend | None:
    """Return the best keyring of the operating system that works here, or None. May block; imports much.

    On Linux a keyring is reached over the session bus: without one there is none, and nothing is imported for it.
    """
    if not is_reachable(platform, environ):
        return None
    best: tuple[float, Any] | None = None
    for place in _BACKENDS.get(platform, _LINUX):
        module, _, name = place.partition(":")
        try:
            candidate = getattr(importlib.import_module(module), name)
            priority = float(candidate.priority)
        except Exception:  # noqa: BLE001, S112 - whatever a backend raises here, it cannot be used here
            continue
        if best is None or priority > best[0]:
            best = priority, candidate
    return cast(Backend, best[1]()) if best else None


def modules(platform: str = sys.platform) -> tuple[str, ...]:
    """The modules of all keyrings that are chosen from on this platform."""
    return tuple(place.partition(":")[0] for place in _BACKENDS.get(platform, _LINUX))


def is_reachable(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether there can be a keyring here at all; imports nothing to find out."""
    return platform in _BACKENDS or has_session_bus(environ)


def has_session_bus(environ: Mapping[str, str]) -> bool:
    """Whether this session has a D-Bus session bus (D-Bus Specification, "Well-known Message Bus Instances")."""
    if environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = environ.get("XDG_RUNTIME_DIR")
    return runtime is not None and Path(runtime, "bus").exists()
