"""Secrets in the keyring of the operating system.

A keyring may put up a prompt and not answer until somebody types: so each call runs in a process of its own, which a
thread waits for that nobody waits for at exit; it has a time limit, and after a keyring that did not open nobody asks
again for a while, unless a person wants it. Which keyring that is, `keyring_backend` decides.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from typing import TYPE_CHECKING, TypeVar, cast

from ddns_tray.core.errors import KeyringLocked, NoKeyring, SecretError
from ddns_tray.core.ports import Secret
from ddns_tray.core.text import text
from ddns_tray.store.keyring_process import KeyringFailed, choose_process
from ddns_tray.store.secret_names import environment_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.store.keyring_backend import Backend

SERVICE = "ddns-tray"
TIMEOUT = 10.0
"""Seconds for one call; a person at an unlock prompt may well need longer, and then the next call finds it open."""
PAUSE = 30.0
"""Seconds for which a keyring that did not open is left alone."""

# By name, since each backend has errors of its own and no platform has all of them.
_LOCKED = frozenset({"KeyringLocked", "LockedException", "PromptDismissedException", "InitError"})
_ABSENT = frozenset({"NoKeyringError", "SecretServiceNotAvailableException"})
_MISSING = frozenset({"PasswordDeleteError", "ItemNotFoundException"})

T = TypeVar("T")


class KeyringSecrets:
    """Implements `core.ports.SecretStore`."""

    writable = True

    def __init__(
        self,
        *,
        choose: Callable[[], Backend | None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        timeout: float = TIMEOUT,
        pause: float = PAUSE,
    ) -> None:
        self._choose = choose or choose_process
        self._monotonic = monotonic
        self._timeout = timeout
        self._pause = pause
        self._backend: Backend | None = None
        self._one_at_a_time = asyncio.Lock()
        self._closed_until = 0.0

    async def get(self, account: str, field_name: str) -> Secret | None:
        """The secret, or None. Raises `NoKeyring` or `KeyringLocked`, the latter at once while the keyring rests."""
        user = _user(account, field_name)
        value = await self._call(lambda backend: backend.get_password(SERVICE, user), account, field_name)
        return Secret(value) if value else None

    async def set(self, account: str, field_name: str, value: Secret) -> None:
        """Keep it. A person waits for this, so a keyring that rests is asked anew."""
        if not value.reveal():
            raise SecretError(text("The secret is empty."), text("Type or paste it again."))
        self.ask_again()
        user = _user(account, field_name)
        await self._call(lambda backend: backend.set_password(SERVICE, user, value.reveal()), account, field_name)

    async def delete(self, account: str, field_name: str) -> None:
        """Remove it; removing what is not there is fine."""
        self.ask_again()
        user = _user(account, field_name)

        def delete(backend: Backend) -> None:
            if backend.get_password(SERVICE, user) is not None:
                backend.delete_password(SERVICE, user)

        await self._call(delete, account, field_name)

    def ask_again(self) -> None:
        """Forget that the keyring did not open; for when a person asks."""
        self._closed_until = 0.0

    async def _call(self, use: Callable[[Backend], T], account: str, field_name: str) -> T:
        async with self._one_at_a_time:
            rest = self._closed_until - self._monotonic()
            if rest > 0:
                raise _locked(rest, account, field_name)
            try:
                return await asyncio.wait_for(_in_daemon_thread(lambda: self._use(use)), self._timeout)
            except TimeoutError as exc:
                raise self._close(account, field_name) from exc
            except Exception as exc:
                raise self._converted(exc, account, field_name) from exc

    def _use(self, use: Callable[[Backend], T]) -> T:
        """Runs in the thread: loading and choosing a backend may block as well."""
        backend = self._backend or self._choose()
        if backend is None:
            raise _NoBackend
        self._backend = backend
        result = use(backend)
        self._closed_until = 0.0  # perhaps long after the time limit: it is open now
        return result

    def _converted(self, exc: Exception, account: str, field_name: str) -> SecretError:
        kinds = exc.kinds if isinstance(exc, KeyringFailed) else [kind.__name__ for kind in type(exc).__mro__]
        names = frozenset(kinds)
        if names & _LOCKED:
            return self._close(account, field_name)
        if isinstance(exc, _NoBackend) or names & _ABSENT:
            self._backend = None
            return NoKeyring(
                text("There is no keyring on this computer or in this session."),
                text(
                    "Start a keyring such as GNOME Keyring or KWallet, give the secret in the environment variable"
                    " {variable}, or name a file for unencrypted secrets in the general settings.",
                    variable=environment_name(account, field_name),
                ),
            )
        self._backend = None
        return SecretError(
            text("The keyring could not do it: {kind}.", kind=kinds[0]),
            text("Try again, and look whether other programs can use the keyring."),
        )

    def _close(self, account: str, field_name: str) -> KeyringLocked:
        self._closed_until = self._monotonic() + self._pause
        return _locked(self._pause, account, field_name)


class _NoBackend(Exception):
    """None of the allowed backends works here."""


def _locked(rest: float, account: str, field_name: str) -> KeyringLocked:
    return KeyringLocked(
        text("The keyring is locked or does not answer."),
        text(
            "Unlock it. We look again by ourselves after a while, or at once if you ask for it. Or give the secret in"
            " the environment variable {variable}, or name a file for unencrypted secrets in the general settings.",
            variable=environment_name(account, field_name),
        ),
        retry_after=rest,
    )


def _user(account: str, field_name: str) -> str:
    return f"{account}/{field_name}"


async def _in_daemon_thread(work: Callable[[], T]) -> T:
    """Run `work` in a thread that does not keep the process alive, as threads of an executor would."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if future.done():  # nobody waits any more
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(cast(T, result))

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as exc:  # noqa: BLE001 - it is handed over
            error = exc
        with contextlib.suppress(RuntimeError):  # the loop has closed meanwhile
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    return await future
