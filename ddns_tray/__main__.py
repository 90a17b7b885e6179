"""`ddns-tray` and `python -m ddns_tray`: hands over to the command line; knows nothing itself."""

from __future__ import annotations

import sys

from ddns_tray import __version__


def main() -> int:
    """Run the program and return its exit code."""
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


if __name__ == "__main__":
    sys.exit(main())
