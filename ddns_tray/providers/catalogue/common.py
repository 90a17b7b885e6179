"""Fields that many services share."""

from __future__ import annotations

from ddns_tray.core.model import FieldSpec
from ddns_tray.core.text import text

_LABEL = text("Address of the service")
_HELP = text("Leave it as it is unless you reach the service through a gateway of your own.")


def base_url_field(default: str) -> FieldSpec:
    """The address of the service itself: only a mirror, a gateway or a test needs another one."""
    return FieldSpec("base_url", _LABEL, _HELP, required=False, default=default)
