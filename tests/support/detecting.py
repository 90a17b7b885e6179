"""Detectors for tests: real HTTP, a clock that stands still, and interfaces as given."""

from __future__ import annotations

from ssl import create_default_context
from typing import TYPE_CHECKING

from ddns_tray.detectors import ANYWHERE, build_detectors
from ddns_tray.http import HttpxClient
from tests.support.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from ssl import SSLContext

    from ddns_tray.core.model import DefaultRoute, Family, InterfaceAddress
    from ddns_tray.core.ports import Chance, Clock, Detector, HttpClient
    from ddns_tray.detectors import WayOut


def detectors_of(
    *sources: str,
    http: HttpClient | None = None,
    clock: Clock | None = None,
    chance: Chance | None = None,
    quorum: int = 2,
    timeout: float = 5.0,
    interfaces: Sequence[InterfaceAddress] | OSError = (),
    environment: dict[str, str] | None = None,
    family: Family | None = None,
    routes: Sequence[DefaultRoute] | Callable[[], Sequence[DefaultRoute]] = (),
    tls: Callable[[], SSLContext] = create_default_context,
    out: WayOut = ANYWHERE,
) -> tuple[Detector, ...]:
    """Build the detectors of `sources`; `interfaces` may be the error that reading them raises."""

    def read_interfaces() -> Sequence[InterfaceAddress]:
        if isinstance(interfaces, OSError):
            raise interfaces
        return interfaces

    return build_detectors(
        sources,
        http=http or HttpxClient(),
        clock=clock or FakeClock(),
        interfaces=read_interfaces,
        chance=chance,
        quorum=quorum,
        timeout=timeout,
        environment=environment,
        family=family,
        routes=routes if callable(routes) else lambda: routes,
        tls=tls,
        out=out,
    )


def detector_of(source: str, **options: object) -> Detector:
    """Build the only detector of `source`."""
    (detector,) = detectors_of(source, **options)  # type: ignore[arg-type]  # handed through as they are
    return detector
