"""`router`, `natpmp:`, `pcp:`, `upnp:`: what the router says that its outside address is.

`router` finds out by itself what the default router speaks, and keeps to it while it works. All of these are one
witness: a house has one router, however many languages it speaks. It knows nothing of IPv6: there our own interface is
the witness. A router that is behind another one tells an address that the world cannot reach, see `core.agree`.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ddns_tray.core.errors import DdnsTrayError, DetectorError, TransportError
from ddns_tray.core.model import ANY_WAY, Family, SourceKind
from ddns_tray.core.text import text
from ddns_tray.detectors.base import BaseDetector, Identity, unusable_source
from ddns_tray.detectors.datagram import within
from ddns_tray.detectors.igd import outside_address, read_description
from ddns_tray.detectors.natpmp import SERVER_PORT, ask_natpmp, ask_pcp
from ddns_tray.detectors.parsing import strict_address
from ddns_tray.detectors.presets import Preset
from ddns_tray.detectors.ssdp import find_description, lies_on
from ddns_tray.detectors.way_out import ANYWHERE, leads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ddns_tray.core.model import Binding, DefaultRoute, InterfaceAddress, IPAddress
    from ddns_tray.core.ports import HttpClient
    from ddns_tray.detectors.base import Tools
    from ddns_tray.detectors.igd import Connection
    from ddns_tray.detectors.way_out import WayOut

    Way = Callable[[str, float], Awaitable[IPAddress]]

ORIGIN = "router"
_MAX_PORT = 65535
_LEFT_FOR_A_SECOND_TRY = 0.5
"""Share of the time that a way which used to work gets before all are tried again."""


def default_router(
    routes: Callable[[], Sequence[DefaultRoute]],
    binding: Binding = ANY_WAY,
    interfaces: Callable[[], Sequence[InterfaceAddress]] = tuple,
) -> str:
    """Return the IPv4 address of the router of this house, or of a line. Raises `DetectorError`.

    A default route without a router is a tunnel: then the next one is that of the house. A line that is known by an
    address of ours leads through the interface that has it.
    """
    try:
        ours = interfaces() if binding.local_address is not None else ()
        found = [route for route in routes() if leads(route, binding, ours)]
    except OSError as exc:
        raise DetectorError(
            text("The routes of this computer could not be read."),
            text("The system said: {reason}", reason=exc.strerror or type(exc).__name__),
        ) from exc
    for route in found:
        if route.family is Family.IPV4 and route.gateway is not None:
            return str(route.gateway)
    raise DetectorError(
        text("There is no router on the way of {way}.", way=str(binding))
        if binding
        else text("This computer has no router to the internet."),
        text("Check the network connection, or leave this source out."),
    )


class UpnpWay:
    """Asks over UPnP, and remembers where: a description is read once for each router."""

    def __init__(self, http: HttpClient, location: str | None = None, out: WayOut = ANYWHERE) -> None:
        self._http = http
        self._written = location
        self._out = out
        self._known: tuple[str, tuple[Connection, ...]] | None = None

    async def __call__(self, router: str, seconds: float) -> IPAddress:
        """Return the address that the first connected of the router's connections has. Raises `DdnsTrayError`."""
        if self._known is not None and self._known[0] == router:
            try:
                return await self._ask(self._known[1], seconds * _LEFT_FOR_A_SECOND_TRY)
            except DdnsTrayError:
                self._known = None  # it may have started again, and be elsewhere
        found = await connections_of(self._http, router, seconds, self._written, self._out)
        address = await self._ask(found, seconds)
        self._known = (router, found)
        return address

    async def _ask(self, connections: Sequence[Connection], seconds: float) -> IPAddress:
        failure: DdnsTrayError | None = None
        for connection in connections:
            try:
                return await outside_address(self._http, connection, seconds, self._out.find(Family.IPV4))
            except DdnsTrayError as exc:
                failure = failure or exc
        raise failure or _silent_router()


async def connections_of(
    http: HttpClient, router: str, seconds: float, location: str | None = None, out: WayOut = ANYWHERE
) -> tuple[Connection, ...]:
    """Find the connections of a router, at a place that is known or by a search. Raises `DdnsTrayError`."""
    place = location or await find_description(router, out)
    return await read_description(http, place, seconds, out.find(Family.IPV4))


class _RouterDetector(BaseDetector):
    """Looks at the default router, or at the one that a person named."""

    def __init__(self, source: str, named: str | None, tools: Tools) -> None:
        super().__init__(Identity(source, ORIGIN, SourceKind.ROUTER, frozenset({Family.IPV4})), tools.clock)
        self._named = named
        self._routes = tools.routes
        self._interfaces = tools.interfaces
        self._out = tools.out
        self._timeout = tools.timeout

    async def _look(self, family: Family) -> IPAddress:
        router = self._named or default_router(self._routes, self._out.find(family), self._interfaces)
        async with within(self._timeout, router):
            found = await self._ask(router)
        return strict_address(str(found), family)

    @abstractmethod
    async def _ask(self, router: str) -> IPAddress:
        """Return what the router says; raises `DdnsTrayError`."""


class OneWayDetector(_RouterDetector):
    """Speaks one protocol."""

    def __init__(self, source: str, named: str | None, way: Way, tools: Tools) -> None:
        super().__init__(source, named, tools)
        self._way = way

    async def _ask(self, router: str) -> IPAddress:
        return await self._way(router, self._timeout)


class AnyWayDetector(_RouterDetector):
    """Tries all protocols at once, and from then on the one that worked."""

    def __init__(self, source: str, ways: Sequence[Way], tools: Tools) -> None:
        super().__init__(source, None, tools)
        self._ways = tuple(ways)
        self._working: tuple[str, Way] | None = None

    async def _ask(self, router: str) -> IPAddress:
        if self._working is not None and self._working[0] == router:
            try:
                async with within(self._timeout * _LEFT_FOR_A_SECOND_TRY, router):
                    return await self._working[1](router, self._timeout)
            except DdnsTrayError:
                self._working = None
        return await self._ask_all(router)

    async def _ask_all(self, router: str) -> IPAddress:
        asked = {asyncio.ensure_future(way(router, self._timeout)): way for way in self._ways}
        failures: list[DdnsTrayError] = []
        try:
            for turn in asyncio.as_completed(asked):
                try:
                    await turn
                except DdnsTrayError as exc:
                    failures.append(exc)
                else:
                    break
            for task, way in asked.items():
                if task.done() and task.exception() is None:
                    self._working = (router, way)
                    return task.result()
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        spoken = [each for each in failures if not isinstance(each, TransportError)]
        raise spoken[0] if spoken else _silent_router()


def router_preset(tools: Tools) -> Preset:
    """Return what `router` stands for."""
    ways = (partial(ask_natpmp, out=tools.out), UpnpWay(tools.http, out=tools.out))
    return Preset((AnyWayDetector("router", ways, tools),))


def router_detectors(source: str, tools: Tools) -> Sequence[OneWayDetector]:
    """Return the detector of `natpmp:`, `pcp:` or `upnp:`, each with or without an address; `upnp:` takes a URL too."""
    scheme, colon, rest = source.partition(":")
    rest = rest.strip()
    if not colon:
        raise unusable_source(source)
    if scheme.lower() == "upnp":
        if rest.startswith("http:"):
            host, _ = _host_and_port(rest.partition("//")[2].partition("/")[0], source)
            if not lies_on(rest, host):
                raise unusable_source(source)
            return (OneWayDetector(source, host, UpnpWay(tools.http, rest, tools.out), tools),)
        return (OneWayDetector(source, _router_named(rest, source), UpnpWay(tools.http, out=tools.out), tools),)
    named, port = _host_and_port(rest, source) if rest else (None, SERVER_PORT)
    ask = ask_natpmp if scheme.lower() == "natpmp" else ask_pcp

    async def way(router: str, seconds: float) -> IPAddress:
        return await ask(router, seconds, port, out=tools.out)

    return (OneWayDetector(source, named, way, tools),)


def _router_named(rest: str, source: str) -> str | None:
    if not rest:
        return None
    host, port = _host_and_port(rest, source)
    if port != SERVER_PORT:
        raise unusable_source(source)
    return host


def _host_and_port(rest: str, source: str) -> tuple[str, int]:
    """Read `ADDRESS` or `ADDRESS:PORT`; a router is named by its IPv4 address."""
    host, colon, port = rest.partition(":")
    number = int(port) if port.isascii() and port.isdigit() else 0
    try:
        strict = str(IPv4Address(host))
    except ValueError as exc:
        raise unusable_source(source) from exc
    if colon and not 0 < number <= _MAX_PORT:
        raise unusable_source(source)
    return strict, number or SERVER_PORT


def _silent_router() -> DetectorError:
    return DetectorError(
        text("The router tells nobody its outside address: it speaks neither UPnP nor NAT-PMP nor PCP."),
        text("Turn one of them on in the router's settings, or leave this source out."),
    )
