"""The keyring's time limit and rest, with a backend that the test holds in its hand; the real one has its own tests."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import KeyringLocked, NoKeyring, SecretError
from ddns_tray.core.ports import Secret
from ddns_tray.store.keyring_backend import choose_backend, has_session_bus
from ddns_tray.store.keyring_secrets import SERVICE, KeyringSecrets
from tests.support.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = "hunter2-marked-value"


class FakeBackend:
    """Answers from memory; raises `error`; blocks while `gate` is closed."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str] = {}
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.calls = 0
        self.busy = 0
        self.most_busy = 0

    def get_password(self, service: str, username: str) -> str | None:
        self._answer()
        return self.values.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._answer()
        self.values[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._answer()
        del self.values[service, username]

    def _answer(self) -> None:
        self.calls += 1
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        self.gate.wait(30)
        self.busy -= 1
        if self.error is not None:
            raise self.error


@pytest.fixture
def backend() -> Iterator[FakeBackend]:
    fake = FakeBackend()
    yield fake
    fake.gate.set()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def store(backend: FakeBackend, clock: FakeClock, timeout: float = 30.0) -> KeyringSecrets:
    return KeyringSecrets(choose=lambda: backend, monotonic=clock.monotonic, timeout=timeout)


async def test_a_secret_is_kept_under_the_documented_name(backend: FakeBackend, clock: FakeClock) -> None:
    secrets = store(backend, clock)
    await secrets.set("home", "key", Secret(MARK))
    assert backend.values == {("ddns-tray", "home/key"): MARK}
    assert await secrets.get("home", "key") == Secret(MARK)
    await secrets.delete("home", "key")
    await secrets.delete("home", "key")
    assert await secrets.get("home", "key") is None


async def test_an_empty_secret_is_none_and_cannot_be_kept(backend: FakeBackend, clock: FakeClock) -> None:
    backend.values[SERVICE, "home/key"] = ""
    assert await store(backend, clock).get("home", "key") is None
    with pytest.raises(SecretError, match="empty"):
        await store(backend, clock).set("home", "key", Secret(""))


async def test_calls_do_not_crowd_the_keyring(backend: FakeBackend, clock: FakeClock) -> None:
    backend.values[SERVICE, "home/key"] = MARK
    secrets = store(backend, clock)
    assert await asyncio.gather(*(secrets.get("home", "key") for _ in range(10))) == [Secret(MARK)] * 10
    assert backend.most_busy == 1


async def test_a_keyring_that_does_not_answer_is_given_up_and_left_alone_for_a_while(
    backend: FakeBackend, clock: FakeClock
) -> None:
    secrets = store(backend, clock, timeout=0.01)
    backend.gate.clear()
    with pytest.raises(KeyringLocked) as caught:
        await secrets.get("home", "key")
    assert caught.value.retry_after == 30.0
    assert "DDNS_TRAY_SECRET_HOME_KEY" in str(caught.value.problem.hint), "the choices are told"
    await clock.advance(29.0)
    with pytest.raises(KeyringLocked) as caught:
        await secrets.get("home", "key")
    assert caught.value.retry_after == pytest.approx(1.0)
    assert backend.calls == 1
    await clock.advance(1.0)
    with pytest.raises(KeyringLocked):
        await secrets.get("home", "key")
    assert backend.calls == 2


@pytest.mark.parametrize("kind", ["KeyringLocked", "LockedException", "PromptDismissedException", "InitError"])
async def test_a_locked_keyring_rests_until_a_person_asks(backend: FakeBackend, clock: FakeClock, kind: str) -> None:
    secrets = store(backend, clock)
    backend.error = type(kind, (Exception,), {})(MARK)
    for _ in range(3):
        with pytest.raises(KeyringLocked) as caught:
            await secrets.get("home", "key")
        assert MARK not in f"{caught.value!r} {caught.value.problem}"
    assert backend.calls == 1
    secrets.ask_again()
    backend.error = None
    assert await secrets.get("home", "key") is None
    assert backend.calls == 2


async def test_a_person_who_stores_a_secret_does_not_wait_for_the_rest_to_end(
    backend: FakeBackend, clock: FakeClock
) -> None:
    secrets = store(backend, clock)
    backend.error = type("KeyringLocked", (Exception,), {})()
    with pytest.raises(KeyringLocked):
        await secrets.get("home", "key")
    backend.error = None
    await secrets.set("home", "key", Secret(MARK))
    assert await secrets.get("home", "key") == Secret(MARK)


async def test_a_keyring_that_opens_after_all_is_used_again_at_once(backend: FakeBackend, clock: FakeClock) -> None:
    backend.values[SERVICE, "home/key"] = MARK
    secrets = store(backend, clock, timeout=0.01)
    backend.gate.clear()
    with pytest.raises(KeyringLocked):
        await secrets.get("home", "key")
    late = next(thread for thread in threading.enumerate() if thread.name == "keyring")
    assert late.daemon
    backend.gate.set()
    await asyncio.to_thread(late.join, 10)
    secrets._timeout = 30.0  # the next answer may take as long as this machine likes
    assert await secrets.get("home", "key") == Secret(MARK)


async def test_without_a_keyring_the_person_learns_of_the_variable(clock: FakeClock) -> None:
    chosen: list[FakeBackend | None] = [None, FakeBackend()]
    secrets = KeyringSecrets(choose=lambda: chosen.pop(0), monotonic=clock.monotonic)
    with pytest.raises(NoKeyring) as caught:
        await secrets.get("home", "api_key")
    assert "DDNS_TRAY_SECRET_HOME_API_KEY" in str(caught.value.problem.hint)
    assert await secrets.get("home", "api_key") is None  # one that came up meanwhile is used
    assert chosen == []


async def test_a_keyring_that_goes_away_is_chosen_anew(backend: FakeBackend, clock: FakeClock) -> None:
    choices = 0

    def choose() -> FakeBackend:
        nonlocal choices
        choices += 1
        return backend

    secrets = KeyringSecrets(choose=choose, monotonic=clock.monotonic)
    await secrets.get("home", "key")
    await secrets.get("home", "key")
    assert choices == 1
    backend.error = type("SecretServiceNotAvailableException", (Exception,), {})()
    with pytest.raises(NoKeyring):
        await secrets.get("home", "key")
    backend.error = None
    await secrets.get("home", "key")
    assert choices == 2


async def test_another_fault_is_told_by_its_kind_and_without_its_words(backend: FakeBackend, clock: FakeClock) -> None:
    backend.error = ValueError(MARK)
    with pytest.raises(SecretError, match="ValueError") as caught:
        await store(backend, clock).get("home", "key")
    assert MARK not in f"{caught.value!r} {caught.value.problem}"


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_a_platform_whose_keyring_is_not_here_has_none(platform: str) -> None:
    assert choose_backend(platform) is None


def test_on_linux_a_keyring_needs_a_session_bus(tmp_path: Path) -> None:
    assert not has_session_bus({})
    assert not has_session_bus({"XDG_RUNTIME_DIR": str(tmp_path)})
    assert has_session_bus({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"})
    (tmp_path / "bus").touch()
    assert has_session_bus({"XDG_RUNTIME_DIR": str(tmp_path)})
    assert choose_backend("linux", {}) is None
