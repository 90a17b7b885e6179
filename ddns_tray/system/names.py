"""Looking up names for sockets that take a chosen way, also while the system's resolver is out of reach.

The resolver is often the router of the preferred line: when that line dies, no name can be looked up, and no other line
could be asked whether it lives. So the last addresses of a name are remembered, and used where the system cannot tell
in time; and a name that was never known is asked for elsewhere. Whoever is found there still has to prove who he is.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from typing import TYPE_CHECKING

from ddns_tray.core.model import Family

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ddns_tray.core.ports import Lookup

    Ask = Callable[[str, Family], Awaitable[tuple[str, ...]]]

PATIENCE = 1.0
"""Seconds to wait for the system where there is something to fall back on."""
REST = 30.0
"""Seconds for which the system is then not asked again: a look-up that hangs keeps a thread busy."""
_FAMILIES = {Family.IPV4: socket.AF_INET, Family.IPV6: socket.AF_INET6}


async def ask_system(host: str, family: Family) -> tuple[str, ...]:
    """Look a name up as all programs do. Raises `OSError`."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, family=_FAMILIES[family], type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class RememberedNames:
    """Implements `core.ports.Lookup`.

    `elsewhere` is asked for a name that was never known, if the system cannot tell.
    """

    def __init__(
        self, ask: Ask = ask_system, monotonic: Callable[[], float] = time.monotonic, elsewhere: Lookup | None = None
    ) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._elsewhere = elsewhere
        self._known: dict[tuple[str, Family], tuple[str, ...]] = {}
        self._rest_until = float("-inf")

    async def __call__(self, host: str, family: Family, /) -> tuple[str, ...]:
        """Return the addresses of a name in this family, the last known ones if need be. Raises `OSError`."""
        known = self._known.get((host, family))
        if known is None:
            return await self._never_known(host, family)
        if self._monotonic() < self._rest_until:
            return known
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._fresh(host, family)
        except (OSError, UnicodeError):  # time-outs are `OSError`s too
            self._rest_until = self._monotonic() + REST
            return known

    async def _never_known(self, host: str, family: Family) -> tuple[str, ...]:
        """Ask the system, and where it fails or takes its time somebody else; if neither tells, it is its failure."""
        if self._elsewhere is None:
            return await self._fresh(host, family)
        asking = asyncio.ensure_future(self._fresh(host, family))
        try:
            await asyncio.wait((asking,), timeout=PATIENCE)
            if asking.done() and asking.exception() is None:
                return asking.result()
            with contextlib.suppress(OSError):
                found = tuple(await self._elsewhere(host, family))
                if found:
                    self._known[host, family] = found
                    return found
            return await asking
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def _fresh(self, host: str, family: Family) -> tuple[str, ...]:
        found = await self._ask(host, family)
        if found:
            self._known[host, family] = found
        return found
