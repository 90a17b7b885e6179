"""`interface:NAME`: an address that this machine itself has; for IPv6, and for machines directly on the line.

How the addresses are read from the system is `system.interfaces`; it comes in as a function.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from ddns_tray.core.errors import DetectorError
from ddns_tray.core.model import SourceKind
from ddns_tray.core.text import text
from ddns_tray.detectors.base import FAMILY_NAMES, BaseDetector, Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ddns_tray.core.model import Family, InterfaceAddress, IPAddress
    from ddns_tray.detectors.base import Tools

_NEVER = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4",
        "::/96", "::ffff:0:0/96", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
"""Addresses that lead nowhere from outside: loopback, link-local, unique local (RFC 4193), multicast."""


class InterfaceDetector(BaseDetector):
    """Looks at one interface, or with an empty name at all of them."""

    def __init__(self, source: str, name: str, tools: Tools) -> None:
        super().__init__(Identity(source, source, SourceKind.INTERFACE), tools.clock)
        self._name = name
        self._interfaces: Callable[[], Sequence[InterfaceAddress]] = tools.interfaces

    async def _look(self, family: Family) -> IPAddress | None:
        try:
            found = self._interfaces()
        except OSError as exc:
            raise DetectorError(
                text("The addresses of this computer could not be read."),
                text("The system said: {reason}", reason=exc.strerror or type(exc).__name__),
            ) from exc
        if self._name and all(each.interface != self._name for each in found):
            raise DetectorError(
                text("There is no network interface {name}, or it has no address.", name=self._name),
                text("The interfaces with an address are: {names}.",
                     names=", ".join(dict.fromkeys(each.interface for each in found))),
            )  # fmt: skip
        address = lasting_address(
            (each for each in found if not self._name or each.interface == self._name), family.version
        )
        if address is None:
            raise DetectorError(
                text("{source} has no lasting {family} address.", source=self.source, family=FAMILY_NAMES[family]),
                text("Temporary, deprecated and local addresses do not count: nobody could reach them for long."),
            )
        return address


def lasting_address(found: Iterable[InterfaceAddress], version: int) -> IPAddress | None:
    """Choose the address to publish: one that lasts and leads here; of several the global, then the lowest.

    The order is arbitrary but fixed, so that the choice does not wander while nothing changes.
    """
    fit = [
        each.address
        for each in found
        if each.address.version == version
        and not (each.temporary or each.deprecated or each.tentative)
        and not any(each.address in network for network in _NEVER)
    ]
    return min(fit, key=lambda address: (not address.is_global, int(address)), default=None)


def interface_detectors(source: str, tools: Tools) -> Sequence[InterfaceDetector]:
    """Return the detector of `interface:NAME`."""
    return (InterfaceDetector(source, source.partition(":")[2].strip(), tools),)
