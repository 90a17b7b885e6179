"""What the desktop knows of the network: whether the world can be reached, over what, and whether a log-in is wanted.

Qt asks NetworkManager, ConnMan or GIO on Linux, the network list manager on Windows, and the reachability of the system
configuration on macOS (QNetworkInformation). It is one more reason to look, beside the system's own messages of
addresses and routes: somebody has logged in to the network, or the world behind the router is there again. What Qt says
is believed by nobody; it only makes us look sooner. Qt's network module is loaded when somebody begins to listen.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from types import TracebackType

    from PySide6.QtCore import SignalInstance
    from PySide6.QtNetwork import QNetworkInformation

log = logging.getLogger(__name__)


def load_information() -> QNetworkInformation | None:
    """Load what fits this desktop best; None where nothing does, or where Qt came without its network module."""
    try:
        from PySide6.QtNetwork import QNetworkInformation  # noqa: PLC0415 - not needed for the icon
    except ImportError as exc:
        log.info("nothing is heard of the network from the desktop: %s", exc)
        return None
    if not QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Reachability):
        return None
    return QNetworkInformation.instance()


class NetworkInformation:
    """Implements `system.network_events.NetworkWitness`: opened in a `with`, waited for, and compared."""

    def __init__(self, load: Callable[[], QNetworkInformation | None] = load_information) -> None:
        self._load = load
        self._source: QNetworkInformation | None = None
        self._told = asyncio.Event()
        self._known: dict[str, Hashable] = {}
        self._changes = 0

    def __enter__(self) -> Self:
        """Begin to listen. Raises `OSError` where the desktop has nothing to tell."""
        self._source = self._load()
        if self._source is None:
            raise OSError(0, "no backend")
        log.debug("network information comes from %s", self.name)
        self._compare()
        for signal in self._signals(self._source):
            signal.connect(self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop listening."""
        if self._source is not None:
            for signal in self._signals(self._source):
                signal.disconnect(self._hear)

    @property
    def name(self) -> str:
        """Who tells; empty while nobody is listened to."""
        return "" if self._source is None else self._source.backendName()

    async def wait(self) -> None:
        """Return when something was told since the last call."""
        await self._told.wait()
        self._told.clear()

    def seen(self) -> Hashable:
        """Return how often something has changed: a number that is another one after each change."""
        return self._changes

    def _hear(self) -> None:
        if self._compare():
            self._changes += 1
            self._told.set()

    def _compare(self) -> bool:
        """Note how things are, and say whether that is news; to know what was not known before is none."""
        if self._source is None:
            return False
        news = False
        for aspect, value in _aspects(self._source):
            news = news or self._known.get(aspect, value) != value
            self._known[aspect] = value
        return news

    @staticmethod
    def _signals(source: QNetworkInformation) -> tuple[SignalInstance, ...]:
        return source.reachabilityChanged, source.transportMediumChanged, source.isBehindCaptivePortalChanged


def _aspects(source: QNetworkInformation) -> Iterator[tuple[str, Hashable]]:
    """Yield what is known of each aspect; one that a backend does not tell, or not yet, is left out."""
    reachability, medium = source.reachability(), source.transportMedium()
    if reachability.name != "Unknown":
        yield "reachability", reachability
    if medium.name != "Unknown":
        yield "medium", medium
    yield "portal", source.isBehindCaptivePortal()
