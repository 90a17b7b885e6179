"""Let Qt's loop on Windows wait for events, instead of looking for them a hundred times a second.

There, a thread of qasync asks the system for finished input and output, and comes back after 10 ms so that it can see
whether it shall end: a program that rests takes almost a hundredth of a processor, and lets none of them sleep. Here
the thread waits until there is something, for a second at most, and is woken when the loop ends (qasync 0.28).
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_WAIT = 1.0
"""Seconds; the end of a loop takes no longer than this even if the thread could not be woken."""
_NOBODYS = 1
"""The address of no operation, so that what wakes the thread is taken for the end of none."""


def wait_for_events(loop: Any, wake: Callable[[], None] | None = None) -> None:
    """Change a loop of qasync before it runs; `wake` makes its thread come back from waiting."""
    proactor = loop._proactor  # noqa: SLF001 - qasync offers no way to say it
    select, begin, end = proactor.select, loop._before_run_forever, loop._after_run_forever  # noqa: SLF001 - as above
    wake = wake or (lambda: _post(proactor))
    ending = False

    def patient_select(timeout: float) -> Any:
        return select(timeout if ending else max(timeout, LONGEST_WAIT))

    def begin_running() -> None:
        nonlocal ending
        ending = False
        begin()

    def end_running() -> None:
        nonlocal ending
        ending = True  # first: a thread that is just woken must not begin another long wait
        wake()
        end()

    proactor.select = patient_select
    loop._before_run_forever, loop._after_run_forever = begin_running, end_running  # noqa: SLF001 - as above


def _post(proactor: Any) -> None:
    if sys.platform == "win32":
        import _overlapped  # noqa: PLC0415 - exists on Windows alone

        with contextlib.suppress(OSError):
            _overlapped.PostQueuedCompletionStatus(proactor._iocp, 0, 0, _NOBODYS)  # noqa: SLF001 - as above
