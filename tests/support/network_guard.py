"""No test speaks to the internet: an audit hook of the interpreter sees each connection before it is made.

It looks at this process only. Real servers live on loopback or in network namespaces of their own; tests with the
marker `bed` are trusted with those. An attempt fails at once, and once more when the test ends, in case it was caught.
"""

from __future__ import annotations

import ipaddress
import socket
import sys

LONGEST_LABEL = 63
"""Octets (RFC 1035, section 2.3.4); the C library refuses longer and empty ones itself."""

_CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_ASKING = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


class NetworkGuard:
    """Stands at the door while `watching`; `attempts` is what it has turned away."""

    def __init__(self) -> None:
        self.watching = False
        self.attempts: list[str] = []

    def install(self) -> None:
        """Begin to listen; the interpreter offers no way to end it."""
        sys.addaudithook(self._on_event)

    def _on_event(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.watching:
            return
        if event in _CONNECTING:
            connection, address = arguments[:2]
            inet = isinstance(connection, socket.socket) and connection.family in {socket.AF_INET, socket.AF_INET6}
            if inet and isinstance(address, tuple) and not _is_here(address[0]):
                self._turn_away(f"to connect to {address[0]}")
        elif event in _ASKING and not _is_here(arguments[0], asked=True):
            self._turn_away(f"to look up {arguments[0]!r}")

    def _turn_away(self, what: str) -> None:
        self.attempts.append(what)
        raise PermissionError(f"a test tried {what}; tests stay on loopback")


def _is_here(host: object, *, asked: bool = False) -> bool:
    """Whether `host` is this machine; a look-up of an address literal asks nobody, so it always is."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        cannot_be_asked = any(not 0 < len(label) <= LONGEST_LABEL for label in name.removesuffix(".").split("."))
        return cannot_be_asked or name in {"localhost", socket.gethostname()}
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return asked or address.is_loopback or address.is_unspecified
