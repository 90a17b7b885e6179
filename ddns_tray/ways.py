"""The ways to the world that settings name, with who is asked by each: the part of the wiring that knows of lines.

It decides nothing. Whether a line is up is for `core.lines`, and what a detour means for a name for `core.detours`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import sys
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import parsed
from ddns_tray.core.errors import ConnectFailed
from ddns_tray.core.model import ANY_WAY, Binding, Family
from ddns_tray.core.settings import LineSettings
from ddns_tray.core.settings_ways import binding_of, sources_of_line
from ddns_tray.core.text import text
from ddns_tray.detectors import ANYWHERE, WayOut, build_detectors
from ddns_tray.detectors.way_out import leads
from ddns_tray.engine.setup import HOME, WaySetup
from ddns_tray.system.binding import bind_socket, can_choose_interface
from ddns_tray.system.interfaces import interface_addresses
from ddns_tray.system.names import ask_system
from ddns_tray.system.routes import default_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from ssl import SSLContext

    from ddns_tray.core.model import DefaultRoute, Detour
    from ddns_tray.core.ports import Binder, Chance, Clock, Detector, HttpClient, HttpRequest, HttpResponse, Lookup
    from ddns_tray.core.settings import AddressSettings, Settings

_SOCKET_FAMILIES = {Family.IPV4: socket.AF_INET, Family.IPV6: socket.AF_INET6}


@dataclass(frozen=True, slots=True)
class WayMaker:
    """Makes the ways of settings."""

    http: HttpClient
    clock: Clock
    chance: Chance
    lookup: Lookup | None = None

    def world(self, settings: Settings) -> Mapping[Family, tuple[Detector, ...]]:
        """Return who is asked by the way that the system takes, or by the one that `[address]` names."""
        binding = binding_of(settings.address)
        out = WayOut(lambda _family: binding, bind_socket, self.lookup) if binding else ANYWHERE
        return self._detectors(per_family(settings), out)

    def lines(self, settings: Settings) -> tuple[WaySetup, ...]:
        """Return the lines of the settings, in their order."""
        if not settings.lines:
            return ()
        by_address = sys.platform == "linux" and not can_choose_interface()
        return tuple(self._line(line, settings, by_address=by_address) for line in settings.lines)

    def home(self, settings: Settings) -> WaySetup:
        """Return the line of the house."""
        address = {family: replace(mine, sources=_askable(mine)) for family, mine in per_family(settings).items()}
        return self._way(HOME, ANY_WAY, address, WayOut(_home, bind_socket, self.lookup))

    def detours(self, settings: Settings) -> Mapping[Family, Detour]:
        """Return where our traffic takes another way than the line of the house. Raises `OSError`.

        Where `[address]` names the way itself, there is no question.
        """
        from ddns_tray.system.detours import detours  # noqa: PLC0415 - not needed to start

        return {} if binding_of(settings.address) else detours()

    @staticmethod
    def carriers() -> frozenset[str]:
        """Return by which interfaces the system reaches the world."""
        from ddns_tray.system.detours import carriers  # noqa: PLC0415 - not needed to start

        return carriers()

    def _line(self, line: LineSettings, settings: Settings, *, by_address: bool) -> WaySetup:
        binding = binding_of(line)
        address = {
            family: replace(mine, sources=sources_of_line(line, mine), quorum=line.quorum or mine.quorum)
            for family, mine in per_family(settings).items()
        }
        way = self._way(line.id, binding, address, WayOut(lambda _family: binding, bind_socket, self.lookup))
        return replace(way, return_after=line.return_after, by_address=by_address)

    def _way(self, name: str, binding: Binding, address: Mapping[Family, AddressSettings], out: WayOut) -> WaySetup:
        detectors = self._detectors(address, out)
        return WaySetup(name, binding, detectors, MappingProxyType(dict(address)), built_in(address, detectors))

    def _detectors(
        self, address: Mapping[Family, AddressSettings], out: WayOut
    ) -> Mapping[Family, tuple[Detector, ...]]:
        build = partial(
            build_detectors,
            http=self.http,
            clock=self.clock,
            interfaces=interface_addresses,
            chance=self.chance,
            routes=default_routes,
            out=out,
        )
        return MappingProxyType(
            {family: build(mine.sources, quorum=mine.quorum, family=family) for family, mine in address.items()}
        )


def _proxies() -> Mapping[str, str]:
    from urllib.request import getproxies  # noqa: PLC0415 - asked while a line is dead only, and slow to load

    return getproxies()


class LineHttp:
    """The way to HTTP for services: by a line that is up while another one is dead, else as the system likes.

    The system may go on sending by a line of which it does not know that it is dead; then a write that says so to the
    world would never arrive. Where a proxy is set, it decides about the way.
    """

    def __init__(
        self, http: HttpClient, way: Callable[[], Binding], proxies: Callable[[], Mapping[str, str]] = _proxies
    ) -> None:
        self._http = http
        self._way = way
        self._proxies = proxies

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request."""
        binding = self._way()
        if binding and not request.binding and not (request.use_proxy and self._proxies()):
            request = replace(request, binding=binding)
        return await self._http.send(request)

    async def aclose(self) -> None:
        """Close nothing: the connections belong to whoever gave them."""


class LineSockets:
    """What `LineHttp` is to HTTP, for everybody who has sockets of his own. Implements `core.ports.Sockets`."""

    def __init__(self, way: Callable[[], Binding], bind: Binder = bind_socket, lookup: Lookup = ask_system) -> None:
        self._way = way
        self._bind = bind
        self._lookup = lookup

    @property
    def by_choice(self) -> bool:
        """Whether a line is chosen at the moment, and not for IPv6 alone: others in the house ask over IPv4."""
        way = self._way()
        return bool(way) and way.only is not Family.IPV6

    def bind(self, sock: socket.socket, address: str, /) -> None:
        """Bind a socket to the chosen line, if there is one and this address lies in the world."""
        way, destination = self._way(), ip_address(address)
        if way.holds_for(destination):
            self._bind(sock, way, Family.IPV4 if destination.version == Family.IPV4.version else Family.IPV6)

    async def open_connection(
        self,
        host: str,
        port: int,
        *,
        ssl: SSLContext | None = None,
        server_hostname: str | None = None,
        happy_eyeballs_delay: float | None = None,
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect as the system likes, or by the chosen line to the first address that answers."""
        if not self._way():
            return await asyncio.open_connection(
                host, port, ssl=ssl, server_hostname=server_hostname, happy_eyeballs_delay=happy_eyeballs_delay
            )
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(await self._connected(host, port))
            opened = await asyncio.open_connection(sock=sock, ssl=ssl, server_hostname=server_hostname)
            stack.pop_all()
        return opened

    async def _connected(self, host: str, port: int) -> socket.socket:
        """Return a socket that is connected to the first address of a host that answers; IPv4 goes first."""
        failure: OSError | None = None
        for family in Family:
            try:
                for address in await self._addresses(host, family):
                    try:
                        return await self._connected_to(address, family, port)
                    except OSError as exc:
                        failure = exc
            except OSError as exc:  # it has no address of this family
                failure = failure or exc
        raise failure or OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))

    async def _addresses(self, host: str, family: Family) -> Sequence[str]:
        literal = parsed(host)
        if literal is not None:
            return (host,) if literal.version == family.version else ()
        return await self._lookup(host, family)

    async def _connected_to(self, address: str, family: Family, port: int) -> socket.socket:
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(socket.socket(_SOCKET_FAMILIES[family]))
            sock.setblocking(False)
            self.bind(sock, address)
            await asyncio.get_running_loop().sock_connect(sock, (address, port))
            stack.pop_all()
        return sock


def routes_to_routers(settings: Settings) -> tuple[Callable[[], Sequence[DefaultRoute]], ...]:
    """Return, for each way that names follow, what tells the default routes by which its router is found."""
    lines = [binding_of(line) for line in settings.lines]
    follows_none = not settings.records or any(not record.line for record in settings.records)
    bindings = [*([binding_of(settings.address)] if follows_none else []), *lines]
    return tuple(partial(_routes_by, binding) if binding else default_routes for binding in dict.fromkeys(bindings))


def _routes_by(binding: Binding) -> tuple[DefaultRoute, ...]:
    found, ours = default_routes(), interface_addresses()
    return tuple(route for route in found if leads(route, binding, ours))


def per_family(settings: Settings) -> dict[Family, AddressSettings]:
    """Return how to learn the address of each family."""
    return {Family.IPV4: settings.ipv4, Family.IPV6: settings.ipv6}


def built_in(
    address: Mapping[Family, AddressSettings], detectors: Mapping[Family, Sequence[Detector]]
) -> frozenset[str]:
    """Return the sources that stand behind a preset; the router of the house is no stranger to be spared."""
    return frozenset(
        detector.source
        for family, found in detectors.items()
        for detector in found
        if detector.source not in address[family].sources
    )


def _askable(address: AddressSettings) -> tuple[str, ...]:
    """Return the sources that can be asked by the line of the house."""
    return sources_of_line(LineSettings(""), address)


def _home(family: Family) -> Binding:
    """Return what binds to the line of the house. Raises `ConnectFailed` where there is none."""
    from ddns_tray.system.detours import home_interface  # noqa: PLC0415 - not needed to start
    from ddns_tray.system.link_kinds import interface_kinds  # noqa: PLC0415 - as above

    try:
        found = home_interface(family, default_routes(), interface_kinds())
    except OSError as exc:
        raise ConnectFailed(
            text("The routes of this computer could not be read."),
            text("The system said: {reason}", reason=exc.strerror or type(exc).__name__),
        ) from exc
    if found is None:
        raise ConnectFailed(
            text("There is no line of the house beside the VPN."),
            text("Check whether this computer still has a route to its router."),
        )
    return Binding(found)
