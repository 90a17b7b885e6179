from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import StorageError
from ddns_tray.store.atomic import locked, patiently, replace_file, write_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_a_new_file_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    target = tmp_path / "new"
    replace_file(target, b"one")
    assert target.read_bytes() == b"one"
    if sys.platform != "win32":  # where rights come from the folder
        assert target.stat().st_mode & 0o777 == 0o600
    assert left_over(tmp_path) == ["new"]


@pytest.mark.skipif(sys.platform == "win32", reason="rights come from the folder on Windows")
def test_an_old_file_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "old"
    target.write_bytes(b"one")
    target.chmod(0o640)
    replace_file(target, b"two")
    assert target.read_bytes() == b"two"
    assert target.stat().st_mode & 0o777 == 0o640


def test_root_leaves_a_file_and_its_lock_to_their_owner(tmp_path: Path) -> None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(tmp_path, 4242, 4343)
    target = tmp_path / "theirs"
    target.write_bytes(b"one")
    os.chown(target, 4242, 4343)
    with locked(target):
        replace_file(target, b"two")
    assert {(path.stat().st_uid, path.stat().st_gid) for path in tmp_path.iterdir()} == {(4242, 4343)}


def test_what_a_killed_writer_left_is_removed_by_the_next_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "file[1].toml"
    mine = tmp_path / ".file[1].toml.abc.tmp"
    others = [tmp_path / ".file1.toml.abc.tmp", tmp_path / ".file[1].toml.tmp", tmp_path / "file[1].toml.abc.tmp"]
    for path in (mine, *others):
        path.write_bytes(b"left")
    replace_file(target, b"new")
    assert not mine.exists()
    assert all(path.exists() for path in others)


def test_a_target_that_is_held_open_for_a_moment_is_tried_again(tmp_path: Path) -> None:
    target = tmp_path / "held"
    tries: list[str] = []
    pauses: list[float] = []

    def replace(source: str, destination: str) -> None:
        tries.append(destination)
        if len(tries) < 3:
            raise PermissionError(errno.EACCES, "held by a scanner")
        os.replace(source, destination)  # noqa: PTH105 - the call that is stood in for

    replace_file(target, b"new", replace=replace, sleep=pauses.append, tries=5)
    assert target.read_bytes() == b"new"
    assert (len(tries), len(pauses)) == (3, 2)


def test_a_file_that_is_being_read_is_replaced_at_the_latest_when_its_reader_has_finished(tmp_path: Path) -> None:
    target = tmp_path / "read"
    target.write_bytes(b"old")
    with target.open("rb") as reader:
        replace_file(target, b"new", sleep=lambda _: reader.close(), tries=3)
    assert target.read_bytes() == b"new"
    assert left_over(tmp_path) == ["read"]


def test_a_file_that_is_being_replaced_is_read_a_moment_later(tmp_path: Path) -> None:
    target = tmp_path / "file"
    tries: list[int] = []

    def read() -> bytes:
        tries.append(1)
        if len(tries) < 3:
            raise PermissionError(errno.EACCES, "being replaced")
        return target.read_bytes()

    target.write_bytes(b"new")
    assert patiently(read, sleep=lambda _: None, tries=3) == b"new"
    tries.clear()
    with pytest.raises(PermissionError):
        patiently(read, sleep=lambda _: None, tries=2)


def test_a_target_that_stays_held_keeps_its_content_and_leaves_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "held"
    target.write_bytes(b"old")

    def replace(source: str, destination: str) -> None:
        raise PermissionError(errno.EACCES, source, None, None, destination)

    with pytest.raises(StorageError, match="may not be written"):
        replace_file(target, b"new", replace=replace, sleep=lambda _: None, tries=3)
    assert target.read_bytes() == b"old"
    assert left_over(tmp_path) == ["held"]


def test_a_second_writer_waits_and_then_says_so(tmp_path: Path) -> None:
    target = tmp_path / "file"
    pauses: list[float] = []
    with (
        locked(target),
        pytest.raises(StorageError, match="Another program") as caught,
        locked(target, wait=0.5, sleep=pauses.append),
    ):
        pytest.fail("two writers at once")
    assert sum(pauses) == pytest.approx(0.5)
    assert caught.value.retry_after == 0.5
    with locked(target):
        pass


def test_a_writer_goes_on_as_soon_as_the_other_has_finished(tmp_path: Path) -> None:
    target = tmp_path / "file"
    inside = threading.Event()
    finish = threading.Event()

    def write() -> None:
        with locked(target):
            inside.set()
            finish.wait(10)
            replace_file(target, b"first")

    writer = threading.Thread(target=write)
    writer.start()
    assert inside.wait(10)

    def let_it_finish(_: float) -> None:
        finish.set()
        writer.join(10)

    with locked(target, sleep=let_it_finish):
        assert target.read_bytes() == b"first"


def test_a_folder_is_made_private(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "file"
    with locked(target):
        replace_file(target, b"x")
    assert target.read_bytes() == b"x"
    if sys.platform != "win32":  # where rights come from the folder above
        assert target.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"not a folder")
    with pytest.raises(StorageError), locked(tmp_path / "file" / "config.toml"):
        pytest.fail("a file is no folder")
    with pytest.raises(StorageError):
        replace_file(tmp_path / "nowhere" / "file", b"x")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "no room"),
        (errno.EDQUOT, "no room"),
        (errno.EACCES, "may not"),
        (errno.EROFS, "may not"),
        (errno.EIO, "could not be written"),
    ],
)
def test_what_the_system_says_becomes_words(tmp_path: Path, code: int, words: str) -> None:
    error = write_error(tmp_path, OSError(code, "whatever"))
    assert words in str(error)
    assert error.problem.hint is not None


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.bed
def test_a_full_disk_leaves_the_old_file_and_says_so(tiny_disk: Path) -> None:
    target = tiny_disk / "config.toml"
    with locked(target):
        replace_file(target, b"old")
        (tiny_disk / "ballast").write_bytes(b"x" * 40_000)
        with pytest.raises(StorageError, match="no room left"):
            replace_file(target, b"n" * 50_000)
    assert target.read_bytes() == b"old"
    assert left_over(tiny_disk) == ["ballast", "config.toml"]


@pytest.mark.bed
def test_a_disk_that_is_read_only_is_an_error_with_a_hint(tiny_disk: Path) -> None:
    target = tiny_disk / "config.toml"
    target.write_bytes(b"old")
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    with pytest.raises(StorageError, match="may not be written") as caught, locked(target):
        pytest.fail("a read-only disk was locked for writing")
    assert "right to write" in str(caught.value.problem.hint)
    assert target.read_bytes() == b"old"
