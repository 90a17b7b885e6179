"""One program a person: the lock, both endpoints, and what a killed process leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from ddns_tray.core.errors import StorageError, TimedOut, UsageError
from ddns_tray.core.text import text
from ddns_tray.system.instance import (
    InstanceLock,
    LoopbackEndpoint,
    UnixEndpoint,
    ask,
    endpoint,
    serve,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ddns_tray.system.instance import Answer, Endpoint, Handler, Request


@pytest.fixture(params=["unix", "loopback"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Endpoint:
    if request.param == "unix" and sys.platform == "win32":
        pytest.skip("Windows has no Unix sockets in asyncio")
    return UnixEndpoint(tmp_path) if request.param == "unix" else LoopbackEndpoint(tmp_path)


@contextlib.asynccontextmanager
async def serving(folder: Path, handler: Handler, place: Endpoint) -> AsyncIterator[None]:
    server = await serve(folder, handler, place)
    try:
        yield
    finally:
        await server.close()


async def echo(request: Request) -> Answer:
    return {"heard": dict(request)}


async def test_a_request_is_answered_without_the_token(tmp_path: Path, place: Endpoint) -> None:
    async with serving(tmp_path, echo, place):
        answer = await ask(tmp_path, {"verb": "status", "name": "家"}, 5, place)
    assert answer == {"heard": {"verb": "status", "name": "家"}}


async def test_without_a_running_program_there_is_no_answer(tmp_path: Path, place: Endpoint) -> None:
    assert await ask(tmp_path, {"verb": "raise"}, 5, place) is None


async def test_a_closed_server_leaves_nothing(tmp_path: Path, place: Endpoint) -> None:
    async with serving(tmp_path, echo, place):
        pass
    assert await ask(tmp_path, {"verb": "raise"}, 5, place) is None
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - in a coroutine, at the end


async def test_a_large_answer_arrives_whole(tmp_path: Path, place: Endpoint) -> None:
    async def talkative(_: Request) -> Answer:
        return {"words": "x" * 3_000_000}

    async with serving(tmp_path, talkative, place):
        answer = await ask(tmp_path, {}, 20, place)
    assert answer is not None
    assert len(answer["words"]) == 3_000_000


async def test_a_long_answer_comes_in_parts_and_is_waited_for_as_long_as_something_comes(
    tmp_path: Path, place: Endpoint
) -> None:
    async def slowly() -> AsyncIterator[str]:
        yield '{"words": ['
        for _ in range(12):
            await asyncio.sleep(0.1)
            yield '"x", '
        yield '"end"]}'

    async def talkative(_: Request) -> AsyncIterator[str]:
        return slowly()

    async with serving(tmp_path, talkative, place):
        assert await ask(tmp_path, {}, 1.0, place) == {"words": [*["x"] * 12, "end"]}


async def test_an_answer_that_stops_half_way_is_no_answer(tmp_path: Path, place: Endpoint) -> None:
    released = asyncio.Event()

    async def stalled() -> AsyncIterator[str]:
        yield '{"words": ['
        await released.wait()

    async def talkative(_: Request) -> AsyncIterator[str]:
        return stalled()

    async with serving(tmp_path, talkative, place):
        with pytest.raises(TimedOut):
            await ask(tmp_path, {}, 0.05, place)
        released.set()


async def test_an_answer_that_breaks_off_is_none_and_the_fault_is_logged(
    tmp_path: Path, place: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> AsyncIterator[str]:
        yield '{"words": ['
        message = "inner detail"
        raise RuntimeError(message)

    async def talkative(_: Request) -> AsyncIterator[str]:
        return broken()

    async with serving(tmp_path, talkative, place):
        with pytest.raises(TimedOut):
            await ask(tmp_path, {}, 5, place)
    assert "inner detail" in caplog.text


@pytest.mark.parametrize("said", ["[1]", "hello", '{"words": [', '{"words": []}{'])
async def test_what_is_no_answer_of_ours_is_none(tmp_path: Path, place: Endpoint, said: str) -> None:
    async def words() -> AsyncIterator[str]:
        yield said

    async def babbling(_: Request) -> AsyncIterator[str]:
        return words()

    async with serving(tmp_path, babbling, place):
        with pytest.raises(TimedOut):
            await ask(tmp_path, {}, 5, place)


async def test_an_error_of_ours_is_told_and_the_server_lives_on(tmp_path: Path, place: Endpoint) -> None:
    async def picky(request: Request) -> Answer:
        if request["verb"] == "bad":
            raise UsageError(text("No such name."))
        return {"ok": True}

    async with serving(tmp_path, picky, place):
        told = await ask(tmp_path, {"verb": "bad"}, 5, place)
        assert told == {"error": {"code": "usage", "text": "No such name."}}
        assert await ask(tmp_path, {"verb": "good"}, 5, place) == {"ok": True}


async def test_a_fault_of_ours_is_logged_and_not_told(
    tmp_path: Path, place: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: Request) -> Answer:
        message = "inner detail"
        raise RuntimeError(message)

    async with serving(tmp_path, broken, place):
        answer = await ask(tmp_path, {}, 5, place)
    assert answer == {"error": {"code": "internal", "text": "internal error"}}
    assert "inner detail" in caplog.text


async def test_a_program_that_hangs_is_named(tmp_path: Path, place: Endpoint) -> None:
    released = asyncio.Event()

    async def slow(_: Request) -> Answer:
        await released.wait()
        return {}

    async with serving(tmp_path, slow, place):
        with pytest.raises(TimedOut):
            await ask(tmp_path, {}, 0.05, place)
        released.set()


@pytest.mark.parametrize("line", [b"not json\n", b"[1]\n", b"\n", b"\xff\xfe\n"])
async def test_garbage_is_refused(tmp_path: Path, place: Endpoint, line: bytes) -> None:
    async with serving(tmp_path, echo, place):
        reader, writer, _ = await place.connect()
        writer.write(line)
        answer: dict[str, Any] = json.loads(await reader.readline())
        writer.close()
        await writer.wait_closed()
    assert answer["error"]["code"] == "usage"


async def test_a_wrong_token_is_refused(tmp_path: Path) -> None:
    place = LoopbackEndpoint(tmp_path)
    async with serving(tmp_path, echo, place):
        for token in ("", "guess", 7):
            reader, writer, _ = await place.connect()
            writer.write(json.dumps({"verb": "status", "token": token}).encode() + b"\n")
            answer = json.loads(await reader.readline())
            writer.close()
            await writer.wait_closed()
            assert answer["error"]["text"] == "wrong token"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
async def test_only_the_person_may_enter(tmp_path: Path, place: Endpoint) -> None:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o755)
    own = UnixEndpoint(folder) if isinstance(place, UnixEndpoint) else LoopbackEndpoint(folder)
    async with serving(folder, echo, own):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


def test_the_lock_is_held_once_and_free_after_release(tmp_path: Path) -> None:
    first = InstanceLock.acquire(tmp_path)
    assert first is not None
    assert InstanceLock.acquire(tmp_path) is None
    first.release()
    first.release()
    again = InstanceLock.acquire(tmp_path)
    assert again is not None
    again.release()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
async def test_a_killed_program_leaves_neither_a_lock_nor_a_living_socket(tmp_path: Path, place: Endpoint) -> None:
    kind = type(place).__name__
    script = (
        "import asyncio, pathlib, sys\n"
        f"from ddns_tray.system.instance import InstanceLock, {kind}, serve\n"
        "async def main():\n"
        "    folder = pathlib.Path(sys.argv[1])\n"
        "    lock = InstanceLock.acquire(folder)\n"
        "    async def handler(request): return {}\n"
        f"    await serve(folder, handler, {kind}(folder))\n"
        "    print('ready', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE) as process:  # noqa: ASYNC220 - a moment
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert InstanceLock.acquire(tmp_path) is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert await ask(tmp_path, {}, 5, place) is None
    lock = InstanceLock.acquire(tmp_path)
    assert lock is not None
    async with serving(tmp_path, echo, place):
        assert await ask(tmp_path, {"verb": "x"}, 5, place) == {"heard": {"verb": "x"}}
    lock.release()


async def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StorageError, match="cannot be used"):
        InstanceLock.acquire(blocked / "run")
    with pytest.raises(StorageError, match="cannot listen"):
        await serve(blocked / "run", echo)


async def test_a_torn_port_note_reads_as_nobody_there(tmp_path: Path) -> None:
    (tmp_path / "instance.json").write_text('{"port": ')
    assert await ask(tmp_path, {}, 5, LoopbackEndpoint(tmp_path)) is None


def test_a_path_too_long_for_a_socket_uses_loopback(tmp_path: Path) -> None:
    assert isinstance(endpoint(tmp_path / ("x" * 120)), LoopbackEndpoint)
    if os.name == "posix":
        assert isinstance(endpoint(type(tmp_path)("/run/user/1000/ddns-tray")), UnixEndpoint)
