"""The real thing: GNOME Keyring on a session bus of its own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.keyring_session import KeyringSession, missing_programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.skipif(bool(missing_programs()), reason=f"not installed here: {', '.join(missing_programs())}"),
]

TRY = """
import asyncio, json, sys
from ddns_tray.core.errors import SecretError
from ddns_tray.core.ports import Secret
from ddns_tray.store.keyring_secrets import KeyringSecrets

async def said(call):
    try:
        secret = await call
    except SecretError as exc:
        return [exc.problem.code, str(exc), str(exc.problem.hint), exc.retry_after]
    return secret.reveal() if secret else None

def tell(main):
    print(json.dumps(asyncio.run(main())))

"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[KeyringSession]:
    with KeyringSession(tmp_path) as session:
        yield session


def test_an_open_keyring_keeps_gives_replaces_and_forgets(session: KeyringSession) -> None:
    told = session.unlocked().run(
        TRY
        + """
async def main():
    secrets = KeyringSecrets()
    return [
        await said(secrets.get("home", "key")),
        await said(secrets.delete("home", "key")),
        await said(secrets.set("home", "key", Secret("first"))),
        await said(secrets.set("home", "key", Secret("second \\u5bb6 '\\"\\\\n"))),
        await said(secrets.set("home", "other", Secret("other"))),
        await said(secrets.get("home", "key")),
        await said(secrets.delete("home", "key")),
        await said(secrets.get("home", "key")),
        await said(secrets.get("home", "other")),
    ]
tell(main)
"""
    )
    assert told == [None, None, None, None, None, "second 家 '\"\\n", None, None, "other"]


def test_what_one_program_keeps_another_finds_under_the_documented_name(session: KeyringSession) -> None:
    session.unlocked().run(
        TRY
        + """
async def main():
    await KeyringSecrets().set("home", "api_key", Secret("kept"))
tell(main)
"""
    )
    found = session.run(
        "import json, keyring.backends.SecretService as s;"
        "print(json.dumps(s.Keyring().get_password('ddns-tray', 'home/api_key')))"
    )
    assert found == "kept"


def test_many_calls_at_once_are_all_answered(session: KeyringSession) -> None:
    told = session.unlocked().run(
        TRY
        + """
async def main():
    secrets = KeyringSecrets()
    await asyncio.gather(*(secrets.set("home", f"key{n}", Secret(str(n))) for n in range(8)))
    return await asyncio.gather(*(said(secrets.get("home", f"key{n}")) for n in range(8)))
tell(main)
"""
    )
    assert told == [str(number) for number in range(8)]


READ_TWICE = (
    TRY
    + """
async def main():
    secrets = KeyringSecrets()
    return [await said(secrets.get("home", "key")), await said(secrets.set("home", "key", Secret("x")))]
tell(main)
"""
)


def test_a_bus_without_a_keyring_is_told_with_the_other_ways(session: KeyringSession) -> None:
    for code, _, hint, _ in session.run(READ_TWICE):
        assert code == "no_keyring"
        assert "DDNS_TRAY_SECRET_HOME_KEY" in hint


def test_no_session_bus_at_all_is_no_keyring_either(tmp_path: Path) -> None:
    session = KeyringSession(tmp_path / "nowhere")
    for code, _, hint, _ in session.run(READ_TWICE):
        assert code == "no_keyring"
        assert "DDNS_TRAY_SECRET_HOME_KEY" in hint


def test_a_locked_keyring_is_told_and_left_alone_until_it_opens(session: KeyringSession) -> None:
    told = session.locked().run(
        TRY
        + """
async def main():
    secrets = KeyringSecrets()
    first = await said(secrets.get("home", "key"))
    again = await said(secrets.get("home", "key"))
    return [first, again, await said(secrets.set("home", "key", Secret("x")))]
tell(main)
"""
    )
    assert [code for code, *_ in told] == ["keyring_locked"] * 3
    assert 0 < told[1][3] <= told[0][3]


def test_a_prompt_that_nobody_answers_stops_neither_us_nor_the_end_of_the_program(session: KeyringSession) -> None:
    started = time.monotonic()
    told = session.locked().run(
        TRY
        + """
from jeepney import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

prompter = open_dbus_connection()  # takes the place of the desktop's prompter, and never answers
Proxy(message_bus, prompter).RequestName("org.gnome.keyring.SystemPrompter")

async def main():
    secrets = KeyringSecrets(timeout=1.0)
    return await said(secrets.get("home", "key"))
tell(main)
prompter.close()
""",
        timeout=30.0,
    )
    assert told[0] == "keyring_locked"
    assert time.monotonic() - started < 25


def test_a_backend_that_writes_plain_text_is_never_chosen(session: KeyringSession) -> None:
    chosen = session.run(
        """
import json, os, pathlib, sys
folder = pathlib.Path(os.environ["XDG_CONFIG_HOME"]) / "python_keyring"
folder.mkdir(parents=True)
(folder / "keyringrc.cfg").write_text("[backend]\\ndefault-keyring=keyring.backends.null.Keyring\\n")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

import keyring.backend

class Plain(keyring.backend.KeyringBackend):
    priority = 100
    def get_password(self, service, username): return "plain"
    def set_password(self, service, username, password): raise SystemExit("written in plain text")
    def delete_password(self, service, username): pass

from ddns_tray.store.keyring_backend import choose_backend
chosen = choose_backend()
print(json.dumps(chosen and type(chosen).__module__))
"""
    )
    assert chosen is None
    assert (
        session.unlocked().run(
            "import json; from ddns_tray.store.keyring_backend import choose_backend;"
            "print(json.dumps(type(choose_backend()).__module__))"
        )
        == "keyring.backends.SecretService"
    )
