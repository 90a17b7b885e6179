"""Files that are either old or new, never torn: whatever stops the process, the power or the disk in between.

A write goes to a temporary file in the same folder, is flushed to the disk, and takes the place of the old file in one
step; a lock file keeps two writers apart. What a killed writer left behind is removed by the next one. POSIX.1
`rename()` and Windows `MoveFileEx` give the one step. Whoever can tell a torn line from a whole one may append instead.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from typing import IO, TYPE_CHECKING, TypeVar

from ddns_tray.core.errors import StorageError
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_T = TypeVar("_T")
Mark = tuple[int, int, int]
"""What tells a file from one that somebody else has written since: device, inode and size."""

PRIVATE = 0o600
_OURS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OURS
LOCK_WAIT = 5.0
"""Seconds to wait for another writer."""
_PAUSE = 0.05
_REPLACE_TRIES = 20 if sys.platform == "win32" else 1
"""On Windows a reader, a virus scanner or an indexer may hold a file open for a moment."""
_READ_TRIES = 5 if sys.platform == "win32" else 1
"""On Windows a file cannot be opened while it is replaced."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextlib.contextmanager
def locked(path: Path, *, wait: float = LOCK_WAIT, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Keep other writers of `path` out. Raises `StorageError` if one does not finish within `wait` seconds."""
    lock_path = path.with_name(f".{path.name}.lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(lock_path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), PRIVATE)
        _give_to_owner_of(path.parent, lock)
    except OSError as exc:
        raise write_error(path, exc) from exc
    try:
        for _ in range(max(1, round(wait / _PAUSE))):
            if _try_lock(lock):
                break
            sleep(_PAUSE)
        else:
            raise StorageError(
                text("Another program is writing {file}.", file=str(path)),
                text("Try again in a moment."),
                retry_after=wait,
            )
        yield
    finally:
        os.close(lock)  # which also gives up the lock


def replace_file(
    path: Path,
    content: bytes,
    *,
    replace: Callable[[str, str], None] = os.replace,
    sleep: Callable[[float], None] = time.sleep,
    tries: int = _REPLACE_TRIES,
) -> None:
    """Make `content` the content of `path`, in one step; to be called inside `locked`.

    A new file can be read by its owner alone; an old one keeps its mode and, where we may, its owner. Raises
    `StorageError`, and then the old content stands.
    """
    try:
        _sweep(path)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with os.fdopen(os.open(temporary, _NEW, PRIVATE), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                _keep_rights(path, file)
            patiently(lambda: replace(str(temporary), str(path)), sleep=sleep, tries=tries)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _flush_folder(path.parent)
    except OSError as exc:
        raise write_error(path, exc) from exc


def append_to(path: Path, line: bytes, mark: Mark) -> Mark | None:
    """Put a line at the end of `path` and flush it to the disk; to be called inside `locked`.

    Returns the new mark. None says that the file is not the one of `mark`, or that the line may not be there whole:
    write all of it anew then.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | _OURS), "ab", buffering=0) as file:
            if _mark(os.fstat(file.fileno())) != mark or file.write(line) != len(line):
                return None
            os.fsync(file.fileno())
            return _mark(os.fstat(file.fileno()))
    except OSError:
        return None


def mark_of(path: Path) -> Mark | None:
    """The mark of a file; None if it cannot be looked at."""
    try:
        return _mark(path.stat())
    except OSError:
        return None


def patiently(action: Callable[[], _T], *, sleep: Callable[[float], None] = time.sleep, tries: int = _READ_TRIES) -> _T:
    """Open or replace a file that somebody else may hold for a moment, which only Windows minds."""
    for _ in range(tries - 1):
        try:
            return action()
        except PermissionError:
            sleep(_PAUSE)
    return action()


def write_error(path: Path, exc: OSError) -> StorageError:
    """Turn what the system said of a write into words."""
    if exc.errno in _FULL:
        return StorageError(
            text("There is no room left to write {file}.", file=str(path)),
            text("Free some space on that disk. What was there before is unchanged."),
        )
    if exc.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StorageError(
            text("{file} may not be written.", file=str(path)),
            text("Give yourself the right to write in that folder: it needs a temporary file beside the old one."),
        )
    return StorageError(
        text("{file} could not be written: {reason}.", file=str(path), reason=_reason(exc)),
        text("Look at the folder and the disk. What was there before is unchanged."),
    )


def read_error(path: Path, exc: OSError) -> StorageError:
    """Turn what the system said of a read into words."""
    return StorageError(
        text("{file} could not be read: {reason}.", file=str(path), reason=_reason(exc)),
        text("Check that it is a file and that you may read it."),
    )


def _reason(exc: OSError) -> str:
    return os.strerror(exc.errno) if exc.errno else type(exc).__name__


def _mark(status: os.stat_result) -> Mark:
    return status.st_dev, status.st_ino, status.st_size


def _sweep(path: Path) -> None:
    """Remove what a killed writer left; under the lock nobody else's can be alive."""
    for left in path.parent.glob(f".{_escaped(path.name)}.*.tmp"):
        with contextlib.suppress(OSError):
            left.unlink()


def _escaped(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _keep_rights(path: Path, file: IO[bytes]) -> None:
    """Take over mode and owner of the old file; the new one was made private."""
    if sys.platform == "win32":
        return  # rights come from the folder there
    try:
        old = path.stat()
    except FileNotFoundError:
        return
    with contextlib.suppress(PermissionError):
        os.fchown(file.fileno(), old.st_uid, old.st_gid)
    os.fchmod(file.fileno(), stat.S_IMODE(old.st_mode))


def _flush_folder(folder: Path) -> None:
    """Make the new name last; where folders cannot be flushed (Windows, some network disks) the system does it."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _give_to_owner_of(folder: Path, descriptor: int) -> None:
    """An administrator who edits a person's file must not lock that person out for good."""
    if sys.platform != "win32" and os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            return exc.errno not in {errno.EAGAIN, errno.EACCES}  # some network disks know no locks
        return True
