"""By which way detectors ask: whatever way the system takes, or one line of several.

What binds a socket is `system.binding`; it comes in as a function, and so does the binding, since the line of the house
may be another one tomorrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ConnectFailed
from ddns_tray.core.model import ANY_WAY
from ddns_tray.core.text import text

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from ddns_tray.core.model import Binding, DefaultRoute, Family, InterfaceAddress
    from ddns_tray.core.ports import Binder, Lookup

    Prepare = Callable[[socket.socket], None]


def _any_way(_family: Family) -> Binding:
    return ANY_WAY


def _leave_alone(_sock: socket.socket, _binding: Binding, _family: Family) -> None:
    """Bind nothing."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """`find` tells the way for a family at the time of a look, and raises `DdnsTrayError` where there is none.

    `lookup` looks names up; None is as the system does it.
    """

    find: Callable[[Family], Binding] = _any_way
    bind: Binder = _leave_alone
    lookup: Lookup | None = None

    def preparing(self, family: Family) -> Prepare:
        """Return what binds a socket of this family before it is connected; that raises `ConnectFailed`."""
        return partial(self._prepare, self.find(family), family)

    def _prepare(self, binding: Binding, family: Family, sock: socket.socket) -> None:
        try:
            self.bind(sock, binding, family)
        except OSError as exc:
            raise ConnectFailed(
                text("Nothing can be sent by way of {way}.", way=str(binding)),
                text("The system said: {reason}", reason=exc.strerror or type(exc).__name__),
            ) from exc


ANYWHERE = WayOut()


def leads(route: DefaultRoute, binding: Binding, ours: Sequence[InterfaceAddress]) -> bool:
    """Say whether a default route is one of the way that a binding names; `ours` are the addresses of this machine."""
    if binding.local_address is not None:
        return any(each.address == binding.local_address and each.interface == route.interface for each in ours)
    return not binding.interface or route.interface == binding.interface
