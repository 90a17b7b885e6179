"""The loop of a command that looks or writes once: whoever is still waited for in vain holds up neither it nor its end.

Names are looked up by the C library, which cannot be told to stop: without an answer one look-up takes half a minute.
The usual pool has few workers, so that hanging look-ups would keep others waiting, and a loop ends only when all of its
workers have. Here each piece of work has a thread of its own, which ends with the process.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

P = ParamSpec("P")
T = TypeVar("T")


class UnwaitedThreads(ThreadPoolExecutor):
    """What asyncio takes for a pool."""

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Begin the work at once."""
        future: Future[T] = Future()

        def do() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work(*args, **kwargs)
            except BaseException as exc:  # noqa: BLE001 - whoever asked gets it
                future.set_exception(exc)
            else:
                future.set_result(result)

        Thread(target=do, daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - the base
        """Wait for nobody."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)


def run(work: Coroutine[object, object, T]) -> T:
    """Run as `asyncio.run` does, but for that."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(UnwaitedThreads())
        return runner.run(work)
