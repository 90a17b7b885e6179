"""One program a person: a lock that dies with its holder, and a local endpoint through which others ask it things.

The lock is the kernel's (flock, LockFileEx), so a killed process leaves nothing to clean up; whoever holds it may
replace a dead socket. The endpoint speaks JSON lines, one request and one answer a connection: a Unix socket in a
folder that only the person may enter, or, where there are none, a loopback port with a token in such a folder. A long
answer is sent while it is made, and whoever asked waits as long as something comes.
This module does not know what the verbs mean.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self

from ddns_tray.core.errors import DdnsTrayError, ProblemCode, StorageError, TimedOut
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

Request = Mapping[str, Any]
Answer = Mapping[str, Any]
Handler = Callable[[Request], Awaitable[Answer | AsyncIterator[str]]]
"""What answers a request: with an object, or with the text of one in parts, each of which is sent when it is there."""

_LOCK_FILE = "instance.lock"
_SOCKET_FILE = "instance.sock"
_PORT_FILE = "instance.json"
_REQUEST_LIMIT = 64 * 1024
_CHUNK = 256 * 1024
_REQUEST_TIME = 5.0
_TAKING_TIME = 30.0
"""Seconds in which whoever asked has to take a part of the answer."""
_SOCKET_PATH_LIMIT = 100
"""Octets; a Unix socket's path may have 104 to 108 with its end, as the system has it (unix(7))."""


class InstanceLock:
    """Held as long as this process lives or until `release`."""

    def __init__(self, file: int) -> None:
        self._file: int | None = file

    @classmethod
    def acquire(cls, folder: Path) -> Self | None:
        """Take the lock; None says that another process has it. Raises `StorageError` if there is no place for it."""
        try:
            _private_folder(folder)
            file = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as exc:
            raise StorageError(
                text("The folder {folder} cannot be used: {reason}", folder=str(folder), reason=_reason(exc)),
                text("Check that it belongs to you and that the disk is not full."),
            ) from exc
        if not _try_lock(file):
            os.close(file)
            return None
        return cls(file)

    def release(self) -> None:
        """Let others have it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Endpoint(Protocol):
    """Where the running program listens."""

    async def listen(self, handler: Handler) -> asyncio.Server:
        """Listen, replacing what a dead process left."""

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, Request]:
        """Open a connection; the third part has to go into the request. Raises `OSError` if nobody listens."""

    def forget(self) -> None:
        """Remove the traces of a listener that has ended."""


class UnixEndpoint:
    """A Unix socket that only the person may open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / _SOCKET_FILE

    async def listen(self, handler: Handler) -> asyncio.Server:
        """Bind the socket, replacing a dead one."""
        _private_folder(self._folder)
        self.forget()
        before = os.umask(0o177)
        try:
            return await asyncio.start_unix_server(_conversation(handler, None), self._path, limit=_REQUEST_LIMIT)
        finally:
            os.umask(before)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, Request]:
        """Open the socket."""
        reader, writer = await asyncio.open_unix_connection(self._path)
        return reader, writer, {}

    def forget(self) -> None:
        """Remove the socket's name."""
        self._path.unlink(missing_ok=True)


class LoopbackEndpoint:
    """A port on 127.0.0.1, for systems without Unix sockets. A token in a private file keeps other users out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / _PORT_FILE

    async def listen(self, handler: Handler) -> asyncio.Server:
        """Bind a free port and write down where it is."""
        _private_folder(self._folder)
        self.forget()
        token = secrets.token_urlsafe(32)
        server = await asyncio.start_server(_conversation(handler, token), "127.0.0.1", 0, limit=_REQUEST_LIMIT)
        note = json.dumps({"port": server.sockets[0].getsockname()[1], "token": token}).encode()
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(file, note)
        finally:
            os.close(file)
        return server

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, Request]:
        """Read where the port is and open it."""
        try:
            note = json.loads(self._path.read_bytes())
            port, token = int(note["port"]), str(note["token"])
        except (ValueError, KeyError, TypeError) as exc:
            raise ConnectionRefusedError(str(self._path)) from exc
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return reader, writer, {"token": token}

    def forget(self) -> None:
        """Remove the note."""
        self._path.unlink(missing_ok=True)


def endpoint(folder: Path) -> Endpoint:
    """The kind of endpoint that this system has and that fits the length of the folder's path."""
    if sys.platform == "win32" or len(os.fsencode(folder / _SOCKET_FILE)) > _SOCKET_PATH_LIMIT:
        return LoopbackEndpoint(folder)
    return UnixEndpoint(folder)


class InstanceServer:
    """What `serve` returns: listens until it is closed."""

    def __init__(self, server: asyncio.Server, place: Endpoint) -> None:
        self._server = server
        self._place = place

    async def close(self) -> None:
        """Stop listening; requests that are being answered may finish."""
        self._server.close()
        self._place.forget()


async def serve(folder: Path, handler: Handler, place: Endpoint | None = None) -> InstanceServer:
    """Answer requests in `folder` from now on. Call it only while holding the lock. Raises `StorageError`."""
    place = place or endpoint(folder)
    try:
        return InstanceServer(await place.listen(handler), place)
    except OSError as exc:
        raise StorageError(
            text("DDNS Tray cannot listen in {folder}: {reason}", folder=str(folder), reason=_reason(exc)),
            text("A second start and “ddns-tray status” will not find this program."),
        ) from exc


async def ask(folder: Path, request: Request, patience: float, place: Endpoint | None = None) -> dict[str, Any] | None:
    """Ask the running program; None says that there is none.

    `patience` is for how many seconds nothing may come. Raises `TimedOut` where that is over before the answer is
    whole, or the answer breaks off.
    """
    place = place or endpoint(folder)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(patience) as limit:
            return await _exchange(place, request, lambda: limit.reschedule(loop.time() + patience))
    except (TimeoutError, _BrokenOff) as exc:
        raise TimedOut(
            text("The running DDNS Tray does not answer."),
            text("End it, and start it again."),
            sent=True,
        ) from exc


class _BrokenOff(Exception):
    """What came is no whole answer."""


async def _exchange(place: Endpoint, request: Request, heard: Callable[[], None]) -> dict[str, Any] | None:
    try:
        reader, writer, pass_along = await place.connect()
    except OSError:
        return None
    told = bytearray()
    try:
        writer.write(json.dumps({**request, **pass_along}).encode() + b"\n")
        await writer.drain()
        while not told.endswith(b"\n") and (some := await reader.read(_CHUNK)):
            heard()
            told += some
    except OSError:
        pass  # what came until then says the rest
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    if not told:
        return None  # it went away while we asked: as good as not there
    try:
        answer = json.loads(told)
    except ValueError as exc:
        raise _BrokenOff from exc
    if not isinstance(answer, dict):
        raise _BrokenOff
    return answer


def _conversation(
    handler: Handler, token: str | None
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_TIME):
                line = await reader.readline()
            answer = await _answer(handler, line, token)
            if isinstance(answer, Mapping):
                writer.write(json.dumps(answer).encode())
            else:
                await _send_parts(answer, writer)
            writer.write(b"\n")
            async with asyncio.timeout(_TAKING_TIME):
                await writer.drain()
        except (OSError, ValueError, TimeoutError):
            log.debug("a local request broke off")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    return converse


async def _send_parts(parts: AsyncIterator[str], writer: asyncio.StreamWriter) -> None:
    """Send each part when it is made, no faster than it is taken; others have their turn in between.

    A fault of ours ends the answer in its middle, for what is sent cannot be taken back. Raises `OSError` then.
    """
    try:
        async for part in parts:
            writer.write(part.encode())
            async with asyncio.timeout(_TAKING_TIME):
                await writer.drain()
            await asyncio.sleep(0)
    except (OSError, TimeoutError):
        raise
    except Exception as exc:
        log.exception("a local request failed")
        raise ConnectionAbortedError from exc


async def _answer(handler: Handler, line: bytes, token: str | None) -> Answer | AsyncIterator[str]:
    try:
        request = json.loads(line)
    except ValueError:
        request = None
    if not isinstance(request, dict):
        return _error(ProblemCode.USAGE, "not a JSON object")
    shown = request.pop("token", "")
    if token is not None and not (isinstance(shown, str) and hmac.compare_digest(shown.encode(), token.encode())):
        return _error(ProblemCode.USAGE, "wrong token")
    try:
        return await handler(request)
    except DdnsTrayError as exc:
        return _error(exc.problem.code, str(exc))
    except Exception:
        log.exception("a local request failed")
        return _error(ProblemCode.INTERNAL, "internal error")


def _error(code: ProblemCode, message: str) -> Answer:
    return {"error": {"code": code.value, "text": message}}


def _private_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32" and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def _try_lock(file: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on Windows alone

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists on POSIX alone

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _reason(exc: OSError) -> str:
    return exc.strerror or type(exc).__name__
