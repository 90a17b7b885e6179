"""The one way to start a task in a door: it is kept until it ends, and a failure is logged and shown.

A bare `create_task` loses its task to the garbage collector and its exception to nobody.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

log = logging.getLogger(__name__)


class Tasks:
    """Call it to start work; implements `ui.services.Spawn`."""

    def __init__(self, on_failure: Callable[[BaseException], None] | None = None) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self.on_failure = on_failure

    def __call__(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        """Start `work` on the running loop; `name` is for the log."""
        task = asyncio.get_running_loop().create_task(_awaited(work), name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def cancel(self) -> None:
        """Cancel all that still run, and wait until they have ended."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        log.error("%s failed", task.get_name(), exc_info=error)
        if self.on_failure is not None:
            self.on_failure(error)


async def _awaited(work: Coroutine[object, object, None]) -> None:
    await work
