"""What went wrong: every fault of the libraries as one of ours."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ConnectFailed, ConnectionLost, TimedOut, TlsFailed
from ddns_tray.core.text import text
from ddns_tray.http.outgoing import FAMILY_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ddns_tray.core.errors import TransportError
    from ddns_tray.core.model import Family


def converted(exc: Exception, host: str, family: Family | None) -> TransportError:
    """Turn what a library raised into one of ours, with `__cause__` set where the cause cannot quote a secret."""
    import httpx2  # noqa: PLC0415 - loaded long before, or the import is what failed

    if isinstance(exc, (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, ValueError)):
        return ConnectFailed(  # without its cause: the libraries quote the URL or header that they refuse
            text("The address of the server {host} cannot be used.", host=host),
            text("Write it as https://host/ with nothing unusual in it."),
        )
    failure: TransportError
    causes = tuple(_causes(exc))
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    connecting = isinstance(exc, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError))
    if connecting and tls is not None:
        failure = TlsFailed(
            text("{host} could not prove who it is ({reason}).", host=host, reason=_tls_reason(tls)),
            text("Check this computer's clock, and whether a sign-in page or a firewall stands in between."),
        )
    elif isinstance(exc, httpx2.ProxyError):
        failure = ConnectFailed(
            text("The proxy did not let us through to {host}.", host=host),
            text("Check the proxy settings of this computer."),
        )
    elif connecting:
        failure = _connect_failure(causes, host, family)
    elif isinstance(exc, OSError):
        failure = TlsFailed(
            text("The certificates for {host} could not be loaded.", host=host),
            text("Check that the file of the certificate authority exists and can be read."),
        )
    elif isinstance(exc, httpx2.TimeoutException):
        failure = TimedOut(
            text("{host} did not answer in time.", host=host),
            text("Check the network connection; the server may also be overloaded."),
            sent=True,
        )
    else:
        failure = ConnectionLost(
            text("The connection to {host} broke.", host=host),
            text("Nothing needs doing if this passes; otherwise check the network connection."),
            sent=True,
        )
    failure.__cause__ = exc
    return failure


def _connect_failure(causes: tuple[BaseException, ...], host: str, family: Family | None) -> ConnectFailed:
    not_found = any(isinstance(cause, socket.gaierror) for cause in causes)
    if not_found and family is not None:
        return ConnectFailed(
            text("The name {host} was not found, or has no {family} address.", host=host, family=FAMILY_NAMES[family]),
            text("Check the network connection and the spelling of the name."),
        )
    if not_found:
        return ConnectFailed(
            text("The name {host} was not found.", host=host),
            text("Check the network connection and the spelling of the name."),
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return ConnectFailed(
            text("{host} does not accept connections.", host=host),
            text("Check that the server is running and that the port is right."),
        )
    return ConnectFailed(
        text("There is no way to {host}.", host=host),
        text("Check the network connection, and a firewall if there is one."),
    )


def _tls_reason(exc: ssl.SSLError) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return exc.verify_message
    return (exc.reason or "TLS").replace("_", " ").lower()


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that led to it, groups unpacked."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [exc]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions
