"""Work inside a network namespace from a thread of this process."""

from __future__ import annotations

import asyncio
import ctypes
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

CLONE_NEWNET = 0x40000000


def run_inside(namespace: str, work: Callable[[], T]) -> T:
    """Run `work` in a thread that lives in `namespace`: every socket that it makes is a socket of that namespace.

    setns(2) changes the calling thread alone, and the thread ends with the work.
    """
    outcome: list[T] = []
    failure: list[BaseException] = []

    def thread() -> None:
        try:
            enter(namespace)
            outcome.append(work())
        except BaseException as exc:  # noqa: BLE001 - it is raised again below, in the thread that asked
            failure.append(exc)

    worker = threading.Thread(target=thread, name=f"inside {namespace}")
    worker.start()
    worker.join()
    if failure:
        raise failure[0]
    return outcome[0]


def run_async_inside(namespace: str, main: Callable[[], Coroutine[object, object, T]]) -> T:
    """As `run_inside`, for a coroutine function on a loop of its own."""
    return run_inside(namespace, lambda: asyncio.run(main()))


def enter(namespace: str) -> None:
    """Move the calling thread into a named namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(Path("/run/netns") / namespace, os.O_RDONLY)
    try:
        if libc.setns(descriptor, CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(descriptor)
