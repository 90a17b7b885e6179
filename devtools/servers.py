"""Servers from the package index that tests run against, each in an environment of its own below `build/`.

They are large and none of ours, so they stay out of `.venv`. Their versions stand in `requirements/`, with hashes. An
environment appears under its name when it is complete, and is then never looked at again; the name tells what it was
made from. Whoever wants the same one meanwhile waits.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sys
import threading
from typing import TYPE_CHECKING

from devtools.environment import REQUIREMENTS, alone, new_venv, pip_install, python_of
from devtools.shell import BUILD, Failure, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SERVERS: Mapping[str, tuple[str, ...]] = {"moto": (), "nsupdate": ("nsupdate", "django-referrer-policy")}
"""Amazon's interfaces by moto, and the site of nsupdate.info: the name of the lock file, and what has no wheel."""


def ensure(name: str) -> Path:
    """Return the interpreter that has the server; raise `Failure` if it cannot be installed.

    Nothing is compiled ahead: most of these packages is never imported.
    """
    lock = REQUIREMENTS / f"{name}.lock.txt"
    made_from = hashlib.sha256(f"{sys.version}\0{sys.base_prefix}\0".encode() + lock.read_bytes()).hexdigest()
    place = BUILD / f"server-{name}-{made_from[:12]}"
    if not place.exists():
        with alone(place.name):
            if not place.exists():
                _make(name, lock, place)
    return python_of(place)


@contextlib.contextmanager
def installed_meanwhile() -> Iterator[None]:
    """Install what is missing beside the block. A failure is told here, and once more by the tests that miss it."""
    thread = threading.Thread(target=_install_all)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _install_all() -> None:
    for name in SERVERS:
        try:
            ensure(name)
        except Failure as failure:
            say(f"{failure}\n")


def _make(name: str, lock: Path, place: Path) -> None:
    partial = place.with_name(f"{place.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    options = ["--no-compile", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    options += [word for package in SERVERS[name] for word in ("--no-binary", package)]
    pip_install(new_venv(partial), f"Installing {name}, a server for the tests", *options, "-r", lock)
    partial.rename(place)
