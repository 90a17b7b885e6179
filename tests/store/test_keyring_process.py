"""The process that talks to the keyring: its life, its end, and where secrets are not. Real processes throughout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import KeyringLocked, SecretError
from ddns_tray.store.keyring_process import KeyringFailed, KeyringProcess, choose_process, worker_command
from ddns_tray.store.keyring_secrets import KeyringSecrets
from tests.support.keyring_session import KeyringSession, missing_programs

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = "hunter2-marked-value"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
# Workers of the test: one says what it sees, one never answers, one cannot speak.
TELL_ALL = "import json, os, sys; asked = os.read(0, 65536).decode(); print(json.dumps({'value': json.dumps([sys.argv, dict(os.environ), asked])}))"  # fmt: skip  # noqa: E501 - one argument
HANG = "import os, time; os.read(0, 65536); print('x', flush=True); time.sleep(600)"
STAMMER = "print('nonsense')"


def process(script: str, patience: float = 60.0) -> KeyringProcess:
    return KeyringProcess((sys.executable, "-c", script), patience)


def test_a_secret_travels_by_pipe_and_is_in_no_argument_and_no_variable() -> None:
    told = process(TELL_ALL)
    told.set_password("ddns-tray", "home/key", MARK)
    argv, environ, asked = json.loads(told.get_password("ddns-tray", "home/key") or "")
    assert json.loads(asked)["verb"] == "get"
    assert MARK not in f"{argv} {environ}"
    assert MARK not in " ".join(worker_command())


@LINUX
def test_the_real_worker_is_started_without_the_secret(tmp_path: Path) -> None:
    """It waits for its line: then the process list can be read in peace."""
    with subprocess.Popen(worker_command(), stdin=subprocess.PIPE, cwd=tmp_path) as worker:
        process = Path(f"/proc/{worker.pid}")
        _until(lambda: b"keyring_worker" in (process / "cmdline").read_bytes())  # empty for a moment after exec(3)
        seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        worker.kill()
    assert MARK.encode() not in seen


def test_a_worker_that_hangs_is_killed_within_its_limit() -> None:
    hung = process(HANG, patience=0.2)
    started = time.monotonic()
    with pytest.raises(KeyringFailed) as caught:
        hung.get_password("ddns-tray", "home/key")
    assert caught.value.kinds == ("WorkerEnded",)
    assert time.monotonic() - started < 30


async def test_a_person_who_waits_is_told_that_the_keyring_is_locked_long_before_the_worker_is_given_up() -> None:
    hung = process(HANG)
    secrets = KeyringSecrets(choose=lambda: hung, timeout=0.2)
    with pytest.raises(KeyringLocked):
        await secrets.get("home", "key")
    waiting = next(thread for thread in threading.enumerate() if thread.name == "keyring")
    assert waiting.is_alive()
    # A look by ourselves makes no second prompt beside the one that is open.
    with pytest.raises(KeyringFailed) as caught:
        hung.get_password("ddns-tray", "home/key")
    assert caught.value.kinds == ("KeyringLocked",)
    _end(hung)
    waiting.join(30)
    assert not waiting.is_alive()


def test_what_a_person_asks_for_takes_the_place_of_a_call_that_is_still_open(tmp_path: Path) -> None:
    first = tmp_path / "first"
    replaced = process(
        f"import os, pathlib, time; os.read(0, 65536); p = pathlib.Path({str(first)!r})\n"
        "if not p.exists():\n p.touch(); time.sleep(600)\n"
        "print('{\"value\": null}')"
    )
    ended: list[BaseException] = []

    def ask() -> None:
        try:
            replaced.get_password("ddns-tray", "home/key")
        except KeyringFailed as exc:
            ended.append(exc)

    thread = threading.Thread(target=ask)
    thread.start()
    _until(first.exists)
    replaced.set_password("ddns-tray", "home/key", MARK)
    thread.join(30)
    assert [str(exc) for exc in ended] == ["WorkerEnded"]


def test_a_worker_that_is_not_understood_is_an_error_without_its_words() -> None:
    with pytest.raises(KeyringFailed, match="WorkerEnded"):
        process(STAMMER).get_password("ddns-tray", "home/key")


async def test_errors_travel_by_their_names() -> None:
    locked = process("""print('{"kinds": ["LockedException", "Exception", "object"]}')""")
    with pytest.raises(KeyringLocked):
        await KeyringSecrets(choose=lambda: locked, timeout=30).get("home", "key")
    strange = process("""print('{"kinds": ["Strange", "Exception", "object"]}')""")
    with pytest.raises(SecretError, match="Strange"):
        await KeyringSecrets(choose=lambda: strange, timeout=30).get("home", "key")


@LINUX
def test_the_worker_ends_when_nobody_waits_any_more(tmp_path: Path) -> None:
    """A backend that blocks for ever, and a parent that goes."""
    backends = tmp_path / "keyring" / "backends"
    backends.mkdir(parents=True)
    for package in (backends, backends.parent):
        (package / "__init__.py").touch()
    block = f"import pathlib, time; pathlib.Path({str(tmp_path / 'blocks')!r}).touch(); time.sleep(600)"
    for name in ("SecretService", "kwallet", "libsecret"):
        (backends / f"{name}.py").write_text(block)
    request = {"verb": "get", "service": "ddns-tray", "user": "home/key", "path": [str(tmp_path), *sys.path]}
    environ = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
    with subprocess.Popen(
        worker_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, cwd=tmp_path
    ) as worker:
        assert worker.stdin is not None
        worker.stdin.write(json.dumps(request).encode() + b"\n")
        worker.stdin.flush()
        _until((tmp_path / "blocks").exists)
        assert worker.poll() is None
        worker.stdin.close()
        assert worker.wait(30) == 1


def test_a_worker_that_is_asked_nothing_ends() -> None:
    ended = subprocess.run(worker_command(), input=b"", capture_output=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, b"", b"")


def test_a_frozen_program_is_its_own_worker_and_loads_nothing_else_for_it() -> None:
    script = (
        "import sys; sys.frozen = True\n"
        "from ddns_tray.store.keyring_process import worker_command\n"
        "sys.argv = ['ddns-tray', *worker_command()[1:]]\n"
        "from ddns_tray.__main__ import main\n"
        "code = main()\n"
        "sys.exit(7 if 'ddns_tray.cli' in sys.modules else code)\n"
    )
    request = {"verb": "get", "service": "ddns-tray", "user": "home/key", "path": []}
    no_bus = {
        name: value for name, value in os.environ.items() if name not in {"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"}
    }
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=no_bus
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(json.dumps(request).encode() + b"\n")
        worker.stdin.flush()
        nothing_there = {"value": None} if sys.platform in {"win32", "darwin"} else {"kinds": ["NoKeyringError"]}
        assert json.loads(worker.stdout.read()) == nothing_there  # Windows and macOS have a keyring, and it is empty
        assert worker.wait(30) == 0


def test_without_a_session_bus_no_process_is_started() -> None:
    assert choose_process("linux", {}) is None
    assert choose_process("linux", {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}) is not None
    assert choose_process("win32", {}) is not None


@pytest.mark.keyring
@pytest.mark.skipif(bool(missing_programs()), reason=f"not installed here: {', '.join(missing_programs())}")
def test_our_own_process_never_loads_the_keyring_library_and_files_of_the_folder_are_not_imported(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("keyring", "json", "secrets"):
        (folder / f"{name}.py").write_text("raise SystemExit('imported from the current folder')")
    with KeyringSession(tmp_path) as session:
        told = session.unlocked().run(
            f"""
import asyncio, json, os, sys
from ddns_tray.core.ports import Secret
from ddns_tray.store.keyring_secrets import KeyringSecrets
os.chdir({str(folder)!r})

async def main():
    secrets = KeyringSecrets(timeout=60.0)
    await secrets.set("home", "key", Secret("kept"))
    return (await secrets.get("home", "key")).reveal()

told = asyncio.run(main())
heavy = {{"keyring", "secretstorage", "jeepney", "cryptography"}} & set(sys.modules)
print(json.dumps([told, sorted(heavy)]))
"""
        )
    assert told == ["kept", []]


def _end(hung: KeyringProcess) -> None:
    assert hung._running is not None
    hung._running.kill()


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
