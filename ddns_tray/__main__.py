"""`ddns-tray` and `python -m ddns_tray`: hands over to the command line; knows nothing itself."""

from __future__ import annotations

import sys

from ddns_tray import __version__

TYPE_CHECKING = False  # what `typing` calls so; it is not loaded for --version
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main() -> int:
    """Run the program and return its exit code."""
    if sys.stdout is None or sys.stderr is None:
        # Windows gives a program without a console no streams at all; what is said then goes nowhere.
        _say_it_to_nobody()
    if sys.argv[1:] == ["--version"]:
        # Packagers and health checks ask this a lot: answer before anything is imported.
        sys.stdout.write(f"ddns-tray {__version__}\n")
        return 0
    if "daemon" in sys.argv[1:]:
        _outlive_hangups()
    if sys.argv[1:] == ["--keyring-worker"] and getattr(sys, "frozen", False):
        # A frozen program has no Python beside it to run its worker with: it is its own.
        from ddns_tray.store.keyring_worker import main as answer_one_call  # noqa: PLC0415 - see above

        return answer_one_call()
    return _import_run()(sys.argv[1:])


def _outlive_hangups() -> None:
    """SIGHUP tells the daemon to read its settings again; until it can hear that, it must not die of it."""
    import signal  # noqa: PLC0415 - not for --version

    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _import_run() -> Callable[[Sequence[str]], int]:
    """Load the command line; Ctrl-C meanwhile ends the program as it ends others, and not with a traceback."""
    import signal  # noqa: PLC0415 - not for --version

    heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else somebody wants it ignored
    if heeded:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from ddns_tray.cli import run  # noqa: PLC0415 - as above

    if heeded:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return run


def _say_it_to_nobody() -> None:
    import os  # noqa: PLC0415 - seldom

    nobody = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open for as long as the program runs
    sys.stdout = sys.stdout or nobody
    sys.stderr = sys.stderr or nobody


if __name__ == "__main__":
    sys.exit(main())
