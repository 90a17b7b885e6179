"""A watchdog for the thread of the window: which single call of ours kept it from everything else for too long.

A thread of its own looks at the stack of the watched one every few milliseconds. The outermost frame of the product
that is found there is one call: an event, a slot, a step of a coroutine, or what the test calls itself. How long it
lasts is counted in CPU time of the watched thread (pthread_getcpuclockid(3)), so that a busy machine is no stall. Time
in which modules are loaded counts neither, which happens once, nor does the collection of garbage: a test run has many
times the objects of the program.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, chain, repeat, starmap, takewhile
from operator import is_not, methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import ddns_tray

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType

LIMIT = 0.05
"""Seconds of CPU that one call may take: three frames of a screen."""
_LOOK_EVERY = 0.004
_OURS = str(Path(ddns_tray.__file__).parent)
_IS_THERE = partial(is_not, None)
CAN_WATCH = hasattr(time, "pthread_getcpuclockid")


@dataclass
class Stall:
    """One call that took too long; `stack` is how it stood when it did, the innermost line first."""

    seconds: float
    call: str
    stack: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.call} kept the thread for {self.seconds * 1000:.0f} ms of CPU:\n{self.stack}"


class StallWatch:
    """Watch the thread that enters it, until it leaves."""

    def __init__(self, limit: float = LIMIT, *, ours: str = _OURS) -> None:
        self.stalls: list[Stall] = []
        self._limit = limit
        self._ours = ours
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="stall-watch", daemon=True)
        self._watched = self._clock = self._call = 0
        self._spent = self._last = self._collecting = 0.0
        self._stall: Stall | None = None

    def __enter__(self) -> Self:
        self._watched = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._watched)
        gc.callbacks.append(self._on_garbage)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        gc.callbacks.remove(self._on_garbage)

    def _on_garbage(self, phase: str, info: dict[str, int]) -> None:
        del info
        if threading.get_ident() == self._watched:
            self._collecting += time.thread_time() * (1 if phase == "stop" else -1)

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK_EVERY):
            self._look()

    def _frames(self) -> list[FrameType]:
        """The watched thread's frames, the innermost first, walked in one call.

        Between two instructions of our own the interpreter's lock may pass on, and what stands behind a frame that was
        left meanwhile is anything. Within one call of compiled code it does not pass on, unless that call makes so many
        objects that garbage is collected, which calls others.
        """
        collects = gc.isenabled()
        gc.disable()
        try:
            innermost = map(methodcaller("get", self._watched), starmap(sys._current_frames, ((),)))
            walk: Iterator[Any] = accumulate(chain(innermost, repeat("f_back")), getattr)
            return list(takewhile(_IS_THERE, walk))
        finally:
            if collects:
                gc.enable()

    def _look(self) -> None:
        """Look once. Nothing here may let go of the interpreter's lock, and no frame may be kept.

        Else the watched thread could leave a frame that we still hold, and what was in it would die in our thread;
        Qt's objects do not survive that. So a call is known again by the address of its frame and by a mark on it.
        """
        if self._collecting < 0:  # it is at it right now: its begin was taken away, and its end will be added
            return
        stack = self._frames()
        now = time.clock_gettime(self._clock)
        passed, self._last = now - self._last - self._collecting, now
        self._collecting = 0.0
        here = next((frame for frame in reversed(stack) if frame.f_code.co_filename.startswith(self._ours)), None)
        if here is None:
            self._call = 0
            return
        if id(here) != self._call or not here.f_trace_opcodes:
            here.f_trace_opcodes = True  # nobody traces: it is a mark that a new frame does not have
            self._call, self._spent, self._stall = id(here), 0.0, None
            return
        if any(_loads_a_module(frame) for frame in stack):
            return
        self._spent += passed
        if self._spent <= self._limit:
            return
        if self._stall is None:
            lines = [f"  {each.f_code.co_filename}:{each.f_lineno} {each.f_code.co_qualname}" for each in stack[:14]]
            call = f"{here.f_code.co_qualname} ({here.f_code.co_filename.rpartition('/')[2]})"
            self._stall = Stall(self._spent, call, "\n".join(lines))
            self.stalls.append(self._stall)
        self._stall.seconds = self._spent


def _loads_a_module(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith("<frozen importlib")
