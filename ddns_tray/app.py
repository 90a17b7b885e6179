"""Door 1: QApplication, the engine on Qt's loop, and one way out. The only file that knows qasync.

The icon comes first: what the engine needs (HTTP, DNS, keyring) is loaded when it is on the screen already.

The end: whatever asks for it (menu, signal, session, a second program) calls `Stop.request`. The window system's own
quit, which would tear the loop down under running tasks, is caught in `_Application.event` and becomes such a request.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ddns_tray.ui import lean  # noqa: F401 - to import it is what it does, and before anything of Qt

# isort: split
import qasync
from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication

from ddns_tray.core.errors import DdnsTrayError, StorageError
from ddns_tray.core.settings import Settings
from ddns_tray.core.text import text
from ddns_tray.system import instance
from ddns_tray.system.faults import Faults
from ddns_tray.system.memory import give_back
from ddns_tray.ui.desktop import Desktop
from ddns_tray.ui.fault_boxes import FaultBoxes
from ddns_tray.ui.services import Services
from ddns_tray.ui.tasks import Tasks
from ddns_tray.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from PySide6.QtGui import QSessionManager

    from ddns_tray.core.model import InterfaceAddress
    from ddns_tray.core.self_test import Outcome
    from ddns_tray.engine import Engine
    from ddns_tray.remote import RequestHandler
    from ddns_tray.system.network_events import NetworkWitness
    from ddns_tray.system.paths import Paths
    from ddns_tray.ui.notifier import Toasts
    from ddns_tray.wiring import Runtime
    from ddns_tray.words import Words

log = logging.getLogger(__name__)

STOP_BUDGET = 5.0
"""Seconds that an orderly end may take; then the process ends anyway."""
SETTINGS_LOOK = 5.0
"""Seconds between two looks whether the settings file is another: one stat(2)."""
_WORKERS = 4
_ASK_FIRST = 10.0
_FORCED = 1
_TIDY_AFTER = 1.0
_TIDY_AFTER_START = 15.0
"""Seconds after which the start and the first round are over, and what only they needed goes back."""


class Stop:
    """The wish to end. The first sets `wanted` and starts the budget, the second ends the process on the spot."""

    def __init__(self, force: Callable[[], None], budget: float = STOP_BUDGET) -> None:
        self.wanted = asyncio.Event()
        self._force = force
        self._budget = budget
        self._last: threading.Timer | None = None

    def request(self) -> None:
        """End soon; asked again: end now."""
        if self.wanted.is_set():
            log.warning("asked to end a second time; ending at once")
            self._force()
            return
        self.wanted.set()
        # Not a task: a loop that hangs, or a worker in a keyring that does not answer, must not outlive its budget.
        self._last = threading.Timer(self._budget, self._force)
        self._last.daemon = True
        self._last.start()

    def reached(self) -> None:
        """The end was orderly: nobody has to be forced any more."""
        if self._last is not None:
            self._last.cancel()


class _Application(QApplication):
    """Hands Qt's own quit to our stop path."""

    stop: Stop | None = None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit and self.stop is not None and not self.stop.wanted.is_set():
            self.stop.request()
            event.ignore()
            return True
        return super().event(event)


@dataclass
class _Door:
    """One run of the desktop program."""

    app: _Application
    paths: Paths
    demo: bool
    open_window: bool
    faults: Faults

    async def run(self) -> int:
        stop = self.app.stop = Stop(_end_process)
        loop = asyncio.get_running_loop()
        # Qt's own pool of ten threads would stay for good; keyring and files need few.
        loop.set_default_executor(ThreadPoolExecutor(_WORKERS, "worker"))
        tasks = Tasks()
        places = QSettings(str(self.paths.data_dir / "window.ini"), QSettings.Format.IniFormat)
        theme = Theme(self.app)
        desktop = Desktop(time.time, tasks, theme, places=None if self.demo else places)
        boxes = FaultBoxes(lambda: desktop.words, theme)
        self.faults.on_report = boxes.show
        desktop.notifier.toasts = _toasts(desktop.open_window)
        tasks.on_failure = lambda error: desktop.report_failure(error) if isinstance(error, DdnsTrayError) else None
        desktop.quit_requested.connect(stop.request)
        desktop.window_closed.connect(lambda: loop.call_later(_TIDY_AFTER, give_back))
        loop.call_later(_TIDY_AFTER_START, give_back)
        desktop.demo_requested.connect(lambda: tasks(_start_demo(self.paths), "start the demo"))
        with _signals(stop.request):
            try:
                desktop.tray.show()
                log.info("icon shown after %.3f s of CPU time", time.process_time())
                await asyncio.sleep(0)
                if self.faults.last_time is not None:
                    boxes.show(self.faults.last_time, earlier=True)
                async with self._runtime() as runtime:
                    await self._serve(runtime, desktop, tasks, stop)
            finally:
                self.faults.on_report = None
                boxes.close()
                desktop.close()
                await tasks.cancel()
        return 0

    @contextlib.asynccontextmanager
    async def _runtime(self) -> AsyncIterator[Runtime]:
        """The engine and what belongs to it, loaded in a worker thread while the icon is already there."""
        wiring = await asyncio.to_thread(importlib.import_module, "ddns_tray.wiring")
        if self.demo:
            from ddns_tray.demonstration import demonstration, manners  # noqa: PLC0415 - the demo alone

            async with demonstration(manners(self.paths.config_file)) as runtime:
                yield runtime
            return
        try:  # in a worker, too: ten thousand names are read for half a second, and the icon is there to be clicked
            runtime = await asyncio.to_thread(wiring.build_runtime, self.paths)
        except DdnsTrayError as exc:
            # Broken settings: there is a window to say so in, and the file is looked at again when it changes.
            log.error("%s", exc)  # noqa: TRY400 - a problem of the file, not of ours
            runtime = wiring.build_runtime(self.paths, settings=Settings())
            runtime.engine.set_problems((exc.problem,))
        try:
            yield runtime
        finally:
            await runtime.aclose()

    async def _serve(self, runtime: Runtime, desktop: Desktop, tasks: Tasks, stop: Stop) -> None:
        _apply(desktop, runtime)
        desktop.attach(self._services(runtime, desktop, tasks), woke_at=lambda: runtime.engine.woke_at)
        desktop.look_for_move()
        async with contextlib.AsyncExitStack() as stack:
            if not self.demo:
                handler = _request_handler(runtime, desktop, stop)
                try:
                    serving = await instance.serve(self.paths.instance_dir, handler)
                except StorageError as exc:
                    log.warning("%s", exc)
                else:
                    stack.push_async_callback(serving.close)
                tasks(_watch_settings(runtime, desktop), "watch the settings file")
                tasks(runtime.watch_network(_network_information()), "watch the network")
                tasks(runtime.watch_updates(), "look for newer versions")
                tasks(runtime.watch_program(), "look whether this program was replaced")
            self.app.commitDataRequest.connect(lambda manager: keep_for_session_end(manager, runtime.engine, desktop))
            rounds = tasks(runtime.engine.run(), "engine")
            if self.open_window or not runtime.settings.records:
                desktop.open_window()
            await stop.wanted.wait()
            log.info("ending")
            runtime.engine.stop()
            await asyncio.wait((rounds,), timeout=STOP_BUDGET / 2)

    def _services(self, runtime: Runtime, desktop: Desktop, tasks: Tasks) -> Services:
        from ddns_tray.system.autostart import build_autostart  # noqa: PLC0415 - not needed for the icon

        async def reload() -> None:
            if await runtime.reload():
                _apply(desktop, runtime)

        return Services(
            engine=runtime.engine,
            settings_file=runtime.settings_file,
            secrets=runtime.secrets,
            desk=runtime.desk,
            reload=reload,
            renew_accounts=runtime.renew_accounts,
            spawn=tasks,
            now=time.time,
            autostart=build_autostart(),
            is_demo=self.demo,
            interfaces=_interfaces,
        )


def run_app(paths: Paths, *, demo: bool = False, open_window: bool = False) -> int:
    """Run the desktop program until the person, a signal or the session ends it; returns the exit code.

    A second start with the same settings shows the window of the first and returns 0. The demo lives beside it.
    """
    if demo:
        return _run(paths, demo=True, open_window=True)
    lock = instance.InstanceLock.acquire(paths.instance_dir)
    if lock is None:
        return asyncio.run(_raise_first(paths))
    try:
        return _run(paths, demo=False, open_window=open_window)
    finally:
        lock.release()


def self_test_of_window(words: Words, *, off_screen: bool) -> Iterator[Outcome]:
    """Try what needs Qt, on Qt's loop, and end as the program ends; `off_screen` draws where nobody sees it."""
    from ddns_tray.core.self_test import Found, Look, Unfit, outcome  # noqa: PLC0415 - the self-test alone
    from ddns_tray.ui.self_test import looks  # noqa: PLC0415 - as above

    app = _application("-platform", "offscreen") if off_screen else _application()

    async def turn_and_quit() -> str:
        stop = app.stop = Stop(_end_process)
        loop = asyncio.get_running_loop()
        started = loop.time()
        await asyncio.sleep(0.01)
        await asyncio.to_thread(int)
        # The window system's own way to end programs: it has to become a wish to end, not an end.
        loop.call_soon(app.quit)
        async with asyncio.timeout(STOP_BUDGET):
            await stop.wanted.wait()
        return f"{loop.time() - started:.3f} s"

    def turn() -> Found:
        with asyncio.Runner(loop_factory=lambda: _loop(app)) as runner:
            took = runner.run(turn_and_quit())
        if app.stop is None:
            raise Unfit(took)
        app.stop.reached()
        return Found(words.tr("Qt's loop turned, was asked to quit, and ended in order after {time}", time=took))

    for look in looks(words):
        yield outcome(look)
    yield outcome(Look("quit", words.tr("Loop and end"), turn))


def _run(paths: Paths, *, demo: bool, open_window: bool) -> int:
    faults = Faults(paths.log_dir, "demo" if demo else paths.instance)
    with faults.watching():
        return _run_watched(paths, faults, demo=demo, open_window=open_window)


def _run_watched(paths: Paths, faults: Faults, *, demo: bool, open_window: bool) -> int:
    app = _application()
    app.setApplicationName("ddns-tray")
    app.setApplicationDisplayName("DDNS Tray")
    app.setDesktopFileName("ddns-tray")
    app.setQuitOnLastWindowClosed(False)
    door = _Door(app, paths, demo, open_window, faults)
    with asyncio.Runner(loop_factory=lambda: _loop(app)) as runner:
        code = runner.run(door.run())
    if app.stop is not None:
        # Only now: closing the loop waits for its worker threads, and those may hang in a keyring.
        app.stop.reached()
    return code


def _application(*options: str) -> _Application:
    """Make Qt's application, without OpenGL under X11: nothing here draws with it, and its libraries are large."""
    name = "QT_XCB_GL_INTEGRATION"
    arguments = [*sys.argv[:1], *options]
    if name in os.environ:
        return _Application(arguments)
    os.environ[name] = "none"
    try:
        return _Application(arguments)
    finally:
        del os.environ[name]  # programs that we start may want it


def _loop(app: _Application) -> asyncio.AbstractEventLoop:
    """Make asyncio's loop on Qt's."""
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
    if sys.platform == "win32":
        from ddns_tray.ui.windows_loop import wait_for_events  # noqa: PLC0415 - Windows alone

        wait_for_events(loop)
    return loop


async def _raise_first(paths: Paths) -> int:
    """Show the window of the program that runs already; it may still be starting."""
    end = time.monotonic() + _ASK_FIRST
    while True:
        answer = await instance.ask(paths.instance_dir, {"verb": "raise"}, _ASK_FIRST)
        if answer is not None:
            break
        if time.monotonic() > end:
            raise StorageError(
                text("DDNS Tray is already running, but does not answer."),
                text("End it, and start it again."),
            )
        await asyncio.sleep(0.1)
    return 0


def keep_for_session_end(manager: QSessionManager, engine: Engine, desktop: Desktop) -> None:
    """The session wants to end: write down all that is known, and go on, as somebody may cancel that.

    The end itself comes as Qt's quit or as a signal. The session is not to start us anew next time: that is the
    business of the setting, and two starts would open the window.
    """
    manager.setRestartHint(manager.RestartHint.RestartNever)
    engine.keep()
    desktop.keep_place()


def _request_handler(runtime: Runtime, desktop: Desktop, stop: Stop) -> RequestHandler:
    from ddns_tray.remote import RequestHandler  # noqa: PLC0415 - not needed for the icon

    return RequestHandler(runtime, lambda: desktop.words, quit_instance=stop.request, raise_window=desktop.open_window)


def _interfaces() -> tuple[InterfaceAddress, ...]:
    from ddns_tray.system.interfaces import interface_addresses  # noqa: PLC0415 - only forms ask

    try:
        return interface_addresses()
    except OSError as exc:
        log.info("the system does not tell its network interfaces: %s", exc)
        return ()


def _apply(desktop: Desktop, runtime: Runtime) -> None:
    desktop.apply_general(runtime.settings.general)
    desktop.apply_alerts(runtime.settings.alerts)


async def _watch_settings(runtime: Runtime, desktop: Desktop) -> None:
    """Take settings that somebody edited, soon after."""
    while True:
        await asyncio.sleep(SETTINGS_LOOK)
        before = runtime.settings
        await runtime.reload_if_changed()
        if runtime.settings is not before:
            _apply(desktop, runtime)


async def _start_demo(paths: Paths) -> None:
    """The demo is a program of its own, with an icon of its own, so that nothing of it can touch what is kept here."""
    from ddns_tray.system.autostart import this_program  # noqa: PLC0415 - seldom

    command = (*this_program(), "--config", str(paths.config_file), "demo")  # in the language of these settings
    await asyncio.create_subprocess_exec(*command, start_new_session=True)


def _toasts(on_click: Callable[[], None]) -> Toasts | None:
    """Notifications over the session bus; None where the tray's own balloon is the way (Windows, macOS)."""
    if sys.platform != "linux":
        return None
    from ddns_tray.system.notifications import Image, SessionBusNotifications  # noqa: PLC0415 - Linux alone

    service = SessionBusNotifications("DDNS Tray", on_click)

    async def show(title: str, body: str, *, size: int, rgba: bytes) -> bool:
        return await service.show(title, body, image=Image(size, size, rgba))

    return show


def _network_information() -> NetworkWitness:
    """What Qt hears of the network from the desktop; its library is loaded when somebody listens to it."""
    from ddns_tray.ui.network_information import NetworkInformation  # noqa: PLC0415 - not needed for the icon

    return NetworkInformation()


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Any:
    """Let the signals that end programs ask for an orderly end."""
    if sys.platform == "win32":
        # Qt's loop sleeps outside the interpreter; a signal is seen when something wakes it, at the latest by a timer.
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(stop))
        yield
        return
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _end_process() -> None:
    """End without waiting for anybody: all that must be kept was written when it happened."""
    logging.shutdown()
    os._exit(_FORCED)
