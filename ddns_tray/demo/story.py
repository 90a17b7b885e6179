"""What happens in the demo: an address that changes, a secondary and a cache that are slow, a fault that heals."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ddns_tray.demo.world import FIRST_ADDRESS, TTL

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.demo.world import DemoWorld

ADDRESSES = ("203.0.113.42", "198.51.100.19", FIRST_ADDRESS)
TRANSFER_DELAY = 4.0
QUIET = 10.0
SETTLING = 32.0
FAULT = 14.0


class Scene(StrEnum):
    """Where the story is, for a front end that wants to tell it."""

    CALM = "calm"
    ADDRESS_CHANGED = "address_changed"
    FAULT = "fault"
    HEALED = "healed"


class Story:
    """Plays the scenes over and over until cancelled. `tell` hears of each scene as it begins."""

    def __init__(self, world: DemoWorld, tell: Callable[[Scene], None] | None = None) -> None:
        self._world = world
        self._tell = tell
        self._until_transfer: float | None = None

    async def play(self) -> None:
        """Run for ever."""
        while True:
            for address in ADDRESSES:
                await self._scene(Scene.CALM, QUIET)
                self._world.address = address
                self._world.primary.replace(
                    "blog", (address,), TTL
                )  # whoever keeps the watched name is as quick as we are
                await self._scene(Scene.ADDRESS_CHANGED, SETTLING)
                self._break(broken=True)
                await self._scene(Scene.FAULT, FAULT)
                self._break(broken=False)
                await self._scene(Scene.HEALED, SETTLING)

    def _break(self, *, broken: bool) -> None:
        for zone in (self._world.primary, self._world.secondary):
            if broken:
                zone.broken.add("blog")
            else:
                zone.broken.discard("blog")

    async def _scene(self, scene: Scene, seconds: float) -> None:
        """Let `seconds` pass; meanwhile the secondary follows the primary after a while, as secondaries do."""
        if self._tell is not None:
            self._tell(scene)
        clock = self._world.clock
        end = clock.monotonic() + seconds
        while (left := end - clock.monotonic()) > 0:
            await clock.sleep(min(1.0, left))
            self._transfer(clock.monotonic())

    def _transfer(self, now: float) -> None:
        if self._world.secondary.serial == self._world.primary.serial:
            return
        if self._until_transfer is None:
            self._until_transfer = now + TRANSFER_DELAY
        elif now >= self._until_transfer:
            self._world.secondary.copy_from(self._world.primary)
            self._until_transfer = None
