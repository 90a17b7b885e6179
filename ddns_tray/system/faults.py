"""Faults of our own: caught wherever they come up, written down without secrets, and told to whoever can show them.

A fault is an exception that is no `DdnsTrayError`: nobody expected it. It comes from the main thread, a worker thread,
a task, or from below Python, where the process dies on the spot; what `faulthandler` could still write then is found at
the next start. The report is for those who mend the program, so it is English; the words around it are not made here.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from ddns_tray import __version__
from ddns_tray.core.errors import DdnsTrayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

log = logging.getLogger(__name__)

_KEPT = 10
_LONGEST = 60_000


@dataclass(frozen=True, slots=True)
class FaultReport:
    """What to send to those who mend the program, and where it was kept (None: nowhere)."""

    text: str
    file: Path | None


class Faults:
    """One for each process. `on_report` is told of each new fault, in whichever thread it came up."""

    def __init__(self, log_dir: Path, instance: str = "default", now: Callable[[], float] = time.time) -> None:
        self.on_report: Callable[[FaultReport], None] | None = None
        self.last_time: FaultReport | None = None
        """How the process before this one died, if it died of a fault."""
        self._folder = log_dir
        self._traces = log_dir / f"died-{instance}.txt"
        self._now = now
        self._known: set[tuple[object, ...]] = set()
        self._lock = threading.Lock()

    def take(self, error: BaseException, where: str) -> FaultReport | None:
        """Write a fault down and tell of it; None if the same one was taken before."""
        signature = _signature(error)
        with self._lock:
            if signature in self._known:
                return None
            self._known.add(signature)
        log.error("a fault of our own in %s: %s", where, type(error).__name__)
        told = "".join(traceback.format_exception(error))
        report = self._keep(_report(self._now(), where, told))
        if self.on_report is not None:
            self.on_report(report)
        return report

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Take what nobody else catches, until the end of the block; an orderly end leaves no trace."""
        before = sys.excepthook, threading.excepthook
        sys.excepthook = self._on_uncaught
        threading.excepthook = self._on_thread
        ear = _Ear(self)
        with self._traces_of_sudden_death():
            logging.getLogger().addHandler(ear)
            try:
                yield
            finally:
                logging.getLogger().removeHandler(ear)
                sys.excepthook, threading.excepthook = before

    # --- inside ---

    def _on_uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            self.take(error.with_traceback(trace), "a callback of the main thread")

    def _on_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not issubclass(arguments.exc_type, SystemExit):
            name = "?" if arguments.thread is None else arguments.thread.name
            self.take(arguments.exc_value, f"the thread {name}")

    @contextlib.contextmanager
    def _traces_of_sudden_death(self) -> Iterator[None]:
        """Let `faulthandler` write where the threads were; read first what it wrote the last time."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            left = self._traces.read_text("utf-8", "replace").strip() if self._traces.exists() else ""
            file: TextIO = self._traces.open("w", encoding="utf-8")
        except OSError as exc:
            log.info("no traces of a sudden death are kept: %s", exc)
            yield
            return
        if left:
            self.last_time = self._keep(_report(self._now(), "the process before this one, which died", left))
        was_enabled = faulthandler.is_enabled()
        faulthandler.enable(file=file)
        told = ""
        try:
            yield
        except DdnsTrayError:
            raise  # expected, and told in words
        except Exception as exc:
            told = "".join(traceback.format_exception(exc))
            raise
        finally:
            faulthandler.disable()
            if was_enabled:
                faulthandler.enable()
            with contextlib.suppress(OSError), file:
                file.write(_without_secrets(told) if told else "")
            if not told:
                with contextlib.suppress(OSError):  # on Windows a second demo may hold it open
                    self._traces.unlink(missing_ok=True)

    def _keep(self, written: str) -> FaultReport:
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self._now()))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number, path = 1, self._folder / f"fault-{stamp}.txt"
            while path.exists():
                number += 1
                path = self._folder / f"fault-{stamp}-{number}.txt"
            _write_new(path, written)
            for old in sorted(self._folder.glob("fault-*.txt"))[:-_KEPT]:
                old.unlink(missing_ok=True)
        except OSError as exc:
            log.warning("the report cannot be kept: %s", exc)
            return FaultReport(written, None)
        return FaultReport(written, path)


def _write_new(path: Path, written: str) -> None:
    """Write a report for its owner alone, whole or not at all: an empty one would push out one that tells something."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(written)
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def _without_secrets(written: str) -> str:
    from ddns_tray.system.redaction import without_secrets  # noqa: PLC0415 - needed after a fault alone

    return without_secrets(written)


class _Ear(logging.Handler):
    """Takes the faults that others caught, logged, and went on from: a round, a task, a subscriber."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if record.name != __name__ and isinstance(error, Exception) and not isinstance(error, DdnsTrayError):
            self._faults.take(error, f"{record.name}: {_without_secrets(record.getMessage())}")


def _signature(error: BaseException) -> tuple[object, ...]:
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    return type(error), *frames[-3:]


def _report(at: float, where: str, told: str) -> str:
    import platform  # noqa: PLC0415 - needed after a fault alone

    facts: dict[str, Any] = {
        "Program": f"DDNS Tray {__version__}",
        "Time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
        "Place": where,
        "Python": platform.python_version(),
        "System": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
    qt = sys.modules.get("PySide6.QtCore")
    if qt is not None:
        facts["Qt"] = qt.qVersion()
        facts["Desktop"] = os.environ.get("XDG_CURRENT_DESKTOP", "-")
    lines = [f"{name}: {fact}" for name, fact in facts.items()]
    return "\n".join([*lines, "", _without_secrets(told[-_LONGEST:]).strip(), ""])
