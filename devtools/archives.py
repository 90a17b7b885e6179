"""Archives and trees that come out the same, octet for octet, whenever and wherever they are made of the same files.

Sorted names, one date, no owner, two modes. Reproducible-builds.org, "Archive metadata", says why each of them matters.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import os
import re
import shutil
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_EXECUTABLE = 0o755
_PLAIN = 0o644
_GLIBC = re.compile(rb"GLIBC_(\d+)\.(\d+)\0")


def copy_tree(source: Path, target: Path) -> None:
    """Copy a tree as hard links where the disk allows it: a bundle is large, and its copies are only packed."""
    shutil.copytree(source, target, symlinks=True, copy_function=_link)


def normalise(folder: Path, date: int) -> None:
    """Give everything below `folder` one date (seconds since the epoch), and one of two modes."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(_EXECUTABLE if executable else _PLAIN)
            os.utime(path, (date, date))
        elif os.utime in os.supports_follow_symlinks:  # Windows cannot date a link, and refuses to be asked
            os.utime(path, (date, date), follow_symlinks=False)


def tar_xz(folder: Path, target: Path, *, name: str, date: int) -> None:
    """Pack `folder` as `name` into a .tar.xz."""
    with (
        lzma.open(target, "wb", preset=6) as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.GNU_FORMAT) as tar,
    ):
        for path in sorted([folder, *folder.rglob("*")], key=lambda path: path.relative_to(folder).as_posix()):
            inside = path.relative_to(folder).as_posix()
            entry = tar.gettarinfo(path, name if inside == "." else f"{name}/{inside}")
            if entry.islnk():  # a hard link to a file that stands in another folder, too: here it is a file
                entry.type, entry.linkname, entry.size = tarfile.REGTYPE, "", path.stat().st_size
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = date
            if entry.isreg():
                with path.open("rb") as content:
                    tar.addfile(entry, content)
            else:
                tar.addfile(entry)


def gzipped(content: bytes) -> bytes:
    """Compress without a date."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", filename="", mtime=0) as stream:
        stream.write(content)
    return buffer.getvalue()


def digest(path: Path, algorithm: str = "sha256") -> str:
    """The digest of one file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """The digests of all files below a folder, by their place in it; a link counts as what it says."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[path.relative_to(folder).as_posix()] = f"-> {path.readlink()}"
        elif path.is_file():
            found[path.relative_to(folder).as_posix()] = digest(path)
    return found


def needed_glibc(files: Iterable[Path]) -> str:
    """The newest version of the C library that any of these binaries asks for, such as "2.34"."""
    versions = {version for path in files for version in _asked_for(path.read_bytes())}
    return ".".join(map(str, max(versions, default=(2, 17))))


def _asked_for(binary: bytes) -> Iterator[tuple[int, int]]:
    if binary.startswith(b"\x7fELF"):
        for major, minor in _GLIBC.findall(binary):
            yield int(major), int(minor)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        return str(shutil.copy2(source, target, follow_symlinks=False))
    return target
