"""`demo` in a terminal: the real engine and adapters in the small world of `ddns_tray.demo`, shown live."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

from ddns_tray.commands.context import Exit
from ddns_tray.terminal import LiveView

if TYPE_CHECKING:
    from ddns_tray.commands.context import Context

_STOP_BUDGET = 3.0


def play(context: Context, seconds: float | None = None) -> int:
    """Play until Ctrl-C or SIGTERM, or for some seconds."""
    return asyncio.run(_play(context, seconds))


async def _play(context: Context, seconds: float | None) -> int:
    from ddns_tray.core.settings import GeneralSettings  # noqa: PLC0415 - loads when needed
    from ddns_tray.demo import DemoWorld, MemorySecrets, NoMemory, Story  # noqa: PLC0415 - as above
    from ddns_tray.wiring import build_runtime  # noqa: PLC0415 - as above

    words = context.words
    stop = asyncio.Event()
    with _stopped_by_signals(stop):
        world = DemoWorld(context.clock)
        await world.start()
        try:
            runtime = build_runtime(
                context.paths,
                settings=world.settings(GeneralSettings(language=words.language)),
                secrets=MemorySecrets(),
                memory=NoMemory(),
                clock=context.clock,
                environ={},
            )
            footer = words.tr("This is a demo: everything happens on this machine. Ctrl-C ends it.")
            view = LiveView(context.out, words, context.clock, environ=context.environ, footer=footer)
            rounds = asyncio.ensure_future(runtime.engine.run())
            story = asyncio.ensure_future(Story(world).play())
            timer = asyncio.get_running_loop().call_later(seconds, stop.set) if seconds is not None else None
            try:
                await view.run(runtime.engine, stop)
            finally:
                if timer is not None:
                    timer.cancel()
                story.cancel()
                runtime.engine.stop()
                await asyncio.wait((rounds,), timeout=_STOP_BUDGET)
                rounds.cancel()
                await asyncio.gather(rounds, story, return_exceptions=True)
                await runtime.aclose()
        finally:
            await world.close()
    return Exit.DONE


class _stopped_by_signals(contextlib.AbstractContextManager["None"]):  # noqa: N801 - used as a function
    """SIGINT and SIGTERM set an event, so that the screen is put back in order; not on Windows, where Ctrl-C raises."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._loop = asyncio.get_running_loop()
        self._installed: list[signal.Signals] = []

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                self._loop.add_signal_handler(number, self._stop.set)
                self._installed.append(number)

    def __exit__(self, *_: object) -> None:
        for number in self._installed:
            self._loop.remove_signal_handler(number)
