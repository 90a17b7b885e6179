"""`ddns-tray` and `python -m ddns_tray`: hands over to the command line; knows nothing itself."""

from __future__ import annotations

import sys

from ddns_tray import __version__


def main() -> int:
    """Run the program and return its exit code."""
    if sys.stdout is None or sys.stderr is None:
        # Windows gives a program without a console no streams at all; what is said then goes nowhere.
        _say_it_to_nobody()
    if sys.argv[1:] == ["--version"]:
        # Packagers and health checks ask this a lot: answer before anything is imported.
        sys.stdout.write(f"ddns-tray {__version__}\n")
        return 0
    if sys.argv[1:] == ["--keyring-worker"] and getattr(sys, "frozen", False):
        # A frozen program has no Python beside it to run its worker with: it is its own.
        from ddns_tray.store.keyring_worker import main as answer_one_call  # noqa: PLC0415 - see above

        return answer_one_call()
    from ddns_tray.cli import run  # noqa: PLC0415 - see above

    return run(sys.argv[1:])


def _say_it_to_nobody() -> None:
    import os  # noqa: PLC0415 - seldom

    nobody = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open for as long as the program runs
    sys.stdout = sys.stdout or nobody
    sys.stderr = sys.stderr or nobody


if __name__ == "__main__":
    sys.exit(main())
