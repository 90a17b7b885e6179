"""How Qt's loop waits on Windows: the real one there, and a stand-in with a thread of the same kind elsewhere."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from typing import TYPE_CHECKING

import qasync

from ddns_tray.ui.windows_loop import LONGEST_WAIT, wait_for_events

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication


class Proactor:
    """Finished operations, and who asks for them."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.came: list[bool] = []
        self.asking, self.woken = threading.Event(), threading.Event()

    def select(self, timeout: float) -> list[object]:
        self.asked.append(timeout)
        self.asking.set()
        self.came.append(self.woken.wait(30 * timeout))
        self.woken.clear()
        return []


class Loop:
    """As qasync's on Windows: a thread that asks again and again until it is told to end."""

    def __init__(self) -> None:
        self._proactor = Proactor()
        self._before_run_forever: Callable[[], None] = self._begin
        self._after_run_forever: Callable[[], None] = self._end

    def _begin(self) -> None:
        self._stop = False
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def _ask(self) -> None:
        while not self._stop:
            self._proactor.select(0.01)

    def _end(self) -> None:
        self._stop = True
        self._thread.join()


def test_the_thread_asks_seldom_and_ends_at_once_as_often_as_the_loop_runs() -> None:
    loop = Loop()
    proactor = loop._proactor
    wait_for_events(loop, proactor.woken.set)
    for _ in range(3):
        for seen in (proactor.asked, proactor.came, proactor.asking):
            seen.clear()
        loop._before_run_forever()
        assert proactor.asking.wait(30)
        loop._after_run_forever()
        assert proactor.asked[0] == LONGEST_WAIT
        assert proactor.came[0], "it was woken"
        assert set(proactor.asked[1:]) <= {0.01}, "once it shall end, nothing makes it wait"


async def _converse() -> bytes:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        told = await reader.read()
        writer.close()
        await writer.wait_closed()
    return told


def test_the_real_loop_hears_at_once_what_comes_and_ends_at_once(qapp: QApplication) -> None:
    def made() -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop = qasync.QEventLoop(qapp)
        if sys.platform == "win32":
            wait_for_events(loop)
        return loop

    before = time.monotonic()
    with asyncio.Runner(loop_factory=made) as runner:
        assert runner.run(_converse()) == b"hello"
        assert runner.run(asyncio.sleep(0, "again")) == "again"
    assert time.monotonic() - before < 3 * LONGEST_WAIT, "the loop ran and ended four times"
