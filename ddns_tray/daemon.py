"""Door 2: the engine without a screen. asyncio and signals; no Qt anywhere in its imports."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from typing import TYPE_CHECKING

from ddns_tray.core.alerting import AlertMemory, changes
from ddns_tray.core.errors import UsageError
from ddns_tray.core.text import text
from ddns_tray.remote import RequestHandler
from ddns_tray.system import instance
from ddns_tray.system.faults import Faults
from ddns_tray.wiring import build_runtime
from ddns_tray.words import Words, resolve_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ddns_tray.core.model import Snapshot
    from ddns_tray.system.paths import Paths
    from ddns_tray.wiring import Runtime

log = logging.getLogger(__name__)

STOP_BUDGET = 5.0
"""Seconds that an orderly stop may take; then the process ends anyway."""
SETTINGS_LOOK = 5.0
"""Seconds between two looks whether the settings file is another: one stat(2)."""


def run_daemon(paths: Paths) -> int:
    """Run until a signal says stop; returns the exit code. Raises `ConfigError` if there is nothing to run with.

    SIGTERM and SIGINT stop; a second one ends the process on the spot. SIGHUP reads the settings again.
    """
    lock = instance.InstanceLock.acquire(paths.instance_dir)
    if lock is None:
        raise UsageError(
            text("DDNS Tray is already running with these settings."),
            text("Ask it with: ddns-tray status. End it before you start another."),
        )
    try:
        # Only now: the traces of a sudden death belong to the process that has the lock.
        faults = Faults(paths.log_dir, paths.instance)
        with faults.watching():
            if faults.last_time is not None:
                log.error("the last run died of a fault of our own; the report is in %s", faults.last_time.file)
            asyncio.run(_main(paths))
    finally:
        lock.release()
    return 0


async def _main(paths: Paths) -> None:
    runtime = build_runtime(paths)
    try:
        await _serve(runtime)
    finally:
        await runtime.aclose()


async def _serve(runtime: Runtime) -> None:
    words = Words(resolve_language(runtime.settings.general.language))
    stop, reload = asyncio.Event(), asyncio.Event()
    handler = RequestHandler(runtime, lambda: words, quit_instance=stop.set)
    serving = await instance.serve(runtime.paths.instance_dir, handler)
    try:
        runtime.engine.subscribe(_Journal(words, runtime))
        log.info("ready, with %d records", len(runtime.settings.records))
        with stopping_signals(stop, reload.set):
            async with asyncio.TaskGroup() as group:
                rounds = group.create_task(runtime.engine.run())
                listeners = (
                    watch_settings(runtime, reload),
                    runtime.watch_network(),
                    runtime.watch_updates(),
                    runtime.watch_program(),
                )
                watches = [group.create_task(each) for each in listeners]
                await stop.wait()
                for watch in watches:
                    watch.cancel()
                await stop_engine(runtime, rounds)
    finally:
        await serving.close()


async def stop_engine(runtime: Runtime, rounds: asyncio.Task[None]) -> None:
    """End the rounds: those that rest end at once, one in progress is given a moment and then cut short."""
    runtime.engine.stop()
    done, _ = await asyncio.wait((rounds,), timeout=STOP_BUDGET / 2)
    if not done:
        rounds.cancel()
        await asyncio.wait((rounds,), timeout=STOP_BUDGET / 2)


async def watch_settings(runtime: Runtime, reload: asyncio.Event) -> None:
    """Take settings that somebody edited, soon after; at once when told so."""
    while True:
        try:
            # Not wait_for: before Python 3.12 it lets an event that is set meanwhile hide that the task is cancelled.
            async with asyncio.timeout(SETTINGS_LOOK):
                await reload.wait()
        except TimeoutError:
            await runtime.reload_if_changed()
        else:
            reload.clear()
            await runtime.reload()


class _Journal:
    """Writes to the log what a person would be told: each change once."""

    def __init__(self, words: Words, runtime: Runtime) -> None:
        self._words = words
        self._runtime = runtime
        self._memory = AlertMemory()

    def __call__(self, snapshot: Snapshot) -> None:
        woke = self._runtime.engine.woke_at
        quiet_until = None if woke is None else woke + self._runtime.settings.alerts.quiet_after_wake
        notices, self._memory = changes(self._memory, snapshot, quiet_until=quiet_until)
        for notice in notices:
            title, body = self._words.notice(notice)
            log.warning("%s: %s" if body else "%s%s", title, body)


@contextlib.contextmanager
def stopping_signals(stop: asyncio.Event, reload: Callable[[], None] | None = None) -> Iterator[None]:
    """Let SIGTERM and SIGINT set `stop`, and a second one end the process; SIGHUP calls `reload`.

    On Windows, where loops know no signals, the handler runs between two steps of the interpreter and wakes the loop.
    """
    loop = asyncio.get_running_loop()

    def stop_or_force() -> None:
        if stop.is_set():
            raise SystemExit(1)
        stop.set()

    actions: dict[signal.Signals, Callable[[], None]] = {signal.SIGTERM: stop_or_force, signal.SIGINT: stop_or_force}
    if sys.platform == "win32":
        actions[signal.SIGBREAK] = stop_or_force  # Ctrl-Break, and a console window that is closed
    elif reload is not None:
        actions[signal.SIGHUP] = reload
    for number, action in actions.items():
        if sys.platform == "win32":
            signal.signal(number, lambda *_, action=action: loop.call_soon_threadsafe(action))
        else:
            loop.add_signal_handler(number, action)
    try:
        yield
    finally:
        for number in actions:
            if sys.platform == "win32":
                signal.signal(number, signal.SIG_DFL)
            else:
                loop.remove_signal_handler(number)
