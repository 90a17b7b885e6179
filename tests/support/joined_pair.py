"""A network namespace with two interfaces, for tests of what the system tells of changes."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.support.igd import ip

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def joined_pair() -> Iterator[str]:
    """A namespace of its own in which v0 and v1 are up, and joined to each other."""
    name = f"ddns-ev-{uuid.uuid4().hex[:8]}"
    ip("netns", "add", name)
    try:
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "link", "add", "v0", "type", "veth", "peer", "name", "v1")
        ip("-n", name, "link", "set", "v0", "up")
        ip("-n", name, "link", "set", "v1", "up")
        yield name
    finally:
        ip("netns", "del", name)
