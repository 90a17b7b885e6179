"""Faults of our own: caught wherever they come up, written down without secrets, and told to whoever can show them.

A fault is an exception that is no `DdnsTrayError`: nobody expected it. It comes from the main thread, a worker thread,
a task, or from below Python, where the process dies on the spot; what `faulthandler` could still write then is found at
the next start. The report is for those who mend the program, so it is English; the words around it are not made here.
"""

from __future__ import annotations

import base64
import contextlib
import faulthandler
import logging
import os
import re
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote, quote_plus

from ddns_tray import __version__
from ddns_tray.core.errors import DdnsTrayError
from ddns_tray.core.ports import living_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

log = logging.getLogger(__name__)

_KEPT = 10
_LEFT_OUT = "[left out]"
_SHORTEST_SECRET = 4
_LONGEST = 60_000
_TELLING = (
    r"authorization|proxy-authorization|cookie|token|passw(?:or)?d|passwd|passphrase|pwd|psk|secret|credential"
    r"|signature|private|api[-_]?key|access[-_]?key|auth[-_]?key|x-auth-\w+"
)
_NAMED = re.compile(rf"(?i)([\w.-]*(?:{_TELLING})[\w.-]*[\"']?\s*[:=]\s*)(?!\s)([^\n,;&)\]}}]+)")
_SCHEME = re.compile(r"(?i)\b(bearer|basic|digest|token|apikey)\s+[A-Za-z0-9._~+/=:-]{6,}")
_USER = re.compile(r"(://)[^/\s@]+@")
_QUERY = re.compile(r"(\w://[^\s?\"']*\?)[^\s\"')]+")
_LONG_WORD, _MANY_CHANGES = 20, 4
"""Signs in a word, and changes between letters and digits in it, from which on it looks like a key."""
_OPAQUE = re.compile(rf"[A-Za-z0-9_=+~.-]{{{_LONG_WORD},}}")


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
                file.write(without_secrets(told))
            if not told:
                self._traces.unlink(missing_ok=True)

    def _keep(self, written: str) -> FaultReport:
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self._now()))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number, path = 1, self._folder / f"fault-{stamp}.txt"
            while path.exists():
                number += 1
                path = self._folder / f"fault-{stamp}-{number}.txt"
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(written)
            for old in sorted(self._folder.glob("fault-*.txt"))[:-_KEPT]:
                old.unlink(missing_ok=True)
        except OSError as exc:
            log.warning("the report cannot be kept: %s", exc)
            return FaultReport(written, None)
        return FaultReport(written, path)


class _Ear(logging.Handler):
    """Takes the faults that others caught, logged, and went on from: a round, a task, a subscriber."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if record.name != __name__ and isinstance(error, Exception) and not isinstance(error, DdnsTrayError):
            self._faults.take(error, f"{record.name}: {without_secrets(record.getMessage())}")


def without_secrets(written: str) -> str:
    """Leave out every secret that this process holds, in all ways of writing it, and whatever looks like one."""
    for secret in sorted(living_secrets(), key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            for form in _forms(secret):
                written = written.replace(form, _LEFT_OUT)
    written = _SCHEME.sub(rf"\1 {_LEFT_OUT}", written)
    written = _NAMED.sub(_named, written)
    written = _USER.sub(rf"\1{_LEFT_OUT}@", written)
    written = _QUERY.sub(rf"\1{_LEFT_OUT}", written)
    written = _OPAQUE.sub(_opaque, written)
    home = str(Path.home())
    return written.replace(home, "~") if len(home) > 1 else written


def _forms(secret: str) -> set[str]:
    octets = secret.encode()
    forms = {secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1], octets.hex()}
    # Within a longer text, base64 begins at one of three places; what does not depend on its neighbours is the same.
    for start in range(3):
        whole = base64.b64encode(b"\0" * start + octets).decode()
        forms.add(whole[-(-start * 4 // 3) :].rstrip("=")[:-1])
    return {form for form in forms if len(form) >= _SHORTEST_SECRET}


def _named(found: re.Match[str]) -> str:
    """A value behind a telling name; a line of program text that hands a variable on is left as it is."""
    value = found[2].strip()
    return (
        found[0]
        if re.fullmatch(r"[A-Za-z_][\w.]*(\(.*)?", value) and not _opaque_word(value)
        else f"{found[1]}{_LEFT_OUT}"
    )


def _opaque(found: re.Match[str]) -> str:
    return _LEFT_OUT if _opaque_word(found[0]) else found[0]


def _opaque_word(word: str) -> bool:
    """Long, of letters and digits mixed, and no name that a person would give."""
    changes = sum(one.isdigit() != other.isdigit() for one, other in pairwise(word))
    return len(word) >= _LONG_WORD and changes >= _MANY_CHANGES and not re.search(r"\.(py|so|pyd|dll|dylib)", word)


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
    return "\n".join([*lines, "", without_secrets(told[-_LONGEST:]).strip(), ""])
