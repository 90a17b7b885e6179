"""End what a test has started."""

from __future__ import annotations

import subprocess


def end_process(process: subprocess.Popen[bytes], patience: float = 10.0) -> None:
    """Ask a program to end, make it if it has not after `patience` seconds, and close the pipes to it."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(patience)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
