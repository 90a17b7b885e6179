"""The ways out: which requests may share connections, and how such a line is opened."""

from __future__ import annotations

import ipaddress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ddns_tray import __version__
from ddns_tray.core.errors import ConnectFailed
from ddns_tray.core.model import ANY_WAY, Family
from ddns_tray.core.text import text
from ddns_tray.http.outgoing import FAMILY_NAMES, host_of

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    import httpx2

    from ddns_tray.core.model import Binding
    from ddns_tray.core.ports import Binder, HttpRequest, Lookup
    from ddns_tray.http.bound import BoundBackend

USER_AGENT = f"ddns-tray/{__version__}"
KEEP_IDLE_SECONDS = 75.0
"""How long an idle connection is kept: a little more than the usual minute between two rounds."""
_MOST_CONNECTIONS, _MOST_IDLE = 32, 8
_ANY_ADDRESS = {Family.IPV4: "0.0.0.0", Family.IPV6: "::"}  # noqa: S104 - the end of a connection, nothing listens here


class Line(NamedTuple):
    """What two requests must have in common to share connections."""

    local_address: str | None
    use_proxy: bool
    proves: str | None = None
    """The host whose name is proven at a pinned address; connections are told apart by address alone."""
    ca_file: str | None = None
    http2: bool = False
    binding: Binding = ANY_WAY
    lane: int = 0


def line_of(request: HttpRequest) -> Line:
    """Choose the line. A forced family or address goes out directly: no proxy could keep that promise."""
    _ = urlsplit(request.url).port  # raises ValueError for a port that is none; httpx2 would look up the name first
    if request.family is not None:
        _check_family(host_of(request.url), request.family)
    local_address = request.local_address
    if local_address is None and request.family is not None:
        local_address = _ANY_ADDRESS[request.family]
    direct = local_address is not None or request.address is not None or bool(request.binding)
    return Line(
        local_address,
        use_proxy=request.use_proxy and not direct,
        proves=None if request.address is None else host_of(request.url),
        ca_file=request.ca_file,
        http2=request.http2,
        binding=request.binding,
        lane=request.lane,
    )


def open_line(
    line: Line,
    ssl_context: ssl.SSLContext,
    transport: httpx2.AsyncBaseTransport | None = None,
    *,
    bind: Binder | None = None,
    lookup: Lookup | None = None,
) -> httpx2.AsyncClient:
    """Make the connections of a line; `transport` replaces the network, `bind` and `lookup` are for a binding."""
    import httpx2  # noqa: PLC0415 - loaded by `load_ssl_context` in a thread, not at the start of the program

    limits = httpx2.Limits(
        max_connections=_MOST_CONNECTIONS, max_keepalive_connections=_MOST_IDLE, keepalive_expiry=KEEP_IDLE_SECONDS
    )
    if transport is None and (line.local_address is not None or line.binding):
        transport = httpx2.AsyncHTTPTransport(
            verify=ssl_context, local_address=line.local_address, limits=limits, trust_env=False, http2=line.http2
        )
        if line.binding:
            from ddns_tray.http.bound import BoundBackend  # noqa: PLC0415 - needed with several lines only

            if bind is None:
                message = "nothing was given that binds sockets"
                raise ValueError(message)
            _bind_transport(transport, line, ssl_context, BoundBackend(line.binding, bind, lookup))
    return httpx2.AsyncClient(
        verify=ssl_context,
        transport=transport,
        trust_env=line.use_proxy,
        http2=line.http2,
        limits=limits,
        timeout=None,  # `HttpxClient.send` bounds the whole exchange, which no time limit of httpx2 does
        headers={"user-agent": USER_AGENT, "accept-encoding": "gzip"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


def _bind_transport(
    transport: httpx2.AsyncHTTPTransport, line: Line, ssl_context: ssl.SSLContext, backend: BoundBackend
) -> None:
    """Let a transport open its connections by one way; httpx2 has no parameter for that."""
    import httpcore2  # noqa: PLC0415 - loaded with httpx2

    transport._pool = httpcore2.AsyncConnectionPool(  # noqa: SLF001 - as said
        ssl_context=ssl_context,
        max_connections=_MOST_CONNECTIONS,
        max_keepalive_connections=_MOST_IDLE,
        keepalive_expiry=KEEP_IDLE_SECONDS,
        http2=line.http2,
        local_address=line.local_address,
        network_backend=backend,
    )


def load_ssl_context(*ca_files: str | Path | None) -> ssl.SSLContext:
    """Load httpx2 and the certificates of the system, and one's own authorities: to be called in a thread."""
    import httpx2  # noqa: PLC0415 - some 100 ms of import that the start of the program does not pay

    context = httpx2.create_ssl_context()
    for ca_file in (each for each in ca_files if each is not None):
        context.load_verify_locations(cafile=ca_file)
    return context


def _check_family(host: str, family: Family) -> None:
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return
    if literal.version != family.version:
        raise ConnectFailed(
            text("{host} is not an {family} address.", host=host, family=FAMILY_NAMES[family]),
            text("Use a host name, or ask this server for the other kind of address only."),
        )
