from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import KeyringLocked, NoKeyring, SecretError
from ddns_tray.core.ports import Secret
from ddns_tray.core.text import text
from ddns_tray.store.keyring_secrets import KeyringSecrets
from ddns_tray.store.secret_names import environment_name
from ddns_tray.store.secrets import (
    ChainSecrets,
    CredentialsDirectorySecrets,
    EnvironmentSecrets,
    FileSecrets,
    build_secrets,
)
from tests.support.secrets import FakeSecrets

if TYPE_CHECKING:
    from pathlib import Path

MARK = "hunter2-marked-value"


def test_a_secret_has_one_name_in_the_environment() -> None:
    assert environment_name("home-1", "api.key") == "DDNS_TRAY_SECRET_HOME_1_API_KEY"


async def test_the_environment_wins_over_the_file_beside_the_settings(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DDNS_TRAY_SECRET_HOME_KEY='from file'\nDDNS_TRAY_SECRET_HOME_OTHER=other\n")
    secrets = EnvironmentSecrets({"DDNS_TRAY_SECRET_HOME_KEY": "from environment"}, env_file)
    assert await secrets.get("home", "key") == Secret("from environment")
    assert await secrets.get("home", "other") == Secret("other")
    assert await secrets.get("home", "none") is None
    env_file.unlink()
    assert await secrets.get("home", "other") is None


async def test_a_broken_env_file_is_told_with_its_line_and_without_its_content(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"# one\nDDNS_TRAY_SECRET_HOME_KEY={MARK} two words\n")
    with pytest.raises(SecretError, match=r"Line 2 of .*\.env") as caught:
        await EnvironmentSecrets({}, tmp_path / ".env").get("home", "key")
    assert MARK not in f"{caught.value!r} {caught.value.problem}"


async def test_what_comes_from_outside_is_not_changed_here(tmp_path: Path) -> None:
    (tmp_path / "home.key").write_text("x")
    for secrets in (
        EnvironmentSecrets({"DDNS_TRAY_SECRET_HOME_KEY": "x"}),
        CredentialsDirectorySecrets(tmp_path),
    ):
        with pytest.raises(SecretError, match="comes from outside"):
            await secrets.set("home", "key", Secret("y"))
        with pytest.raises(SecretError, match="comes from outside"):
            await secrets.delete("home", "key")
        await secrets.delete("home", "nothing")


async def test_credentials_of_systemd_are_files_under_either_name(tmp_path: Path) -> None:
    (tmp_path / "home.key").write_bytes(b"short\n")
    (tmp_path / "ddns-tray.home.token").write_bytes(b"long\r\n")
    (tmp_path / "home.token").write_text("not this")
    (tmp_path / "home.empty").write_text("\n")
    secrets = CredentialsDirectorySecrets(tmp_path)
    assert await secrets.get("home", "key") == Secret("short")
    assert await secrets.get("home", "token") == Secret("long")
    assert await secrets.get("home", "empty") is None
    assert await secrets.get("home", "none") is None
    assert await CredentialsDirectorySecrets(tmp_path / "sub").get("../home", "key") is None


async def test_files_that_cannot_be_read_are_errors_that_show_nothing(tmp_path: Path) -> None:
    (tmp_path / "home.key").mkdir()
    (tmp_path / "home.bytes").write_bytes(MARK.encode() + b"\xff")
    for field_name in ("key", "bytes"):
        with pytest.raises(SecretError) as caught:
            await CredentialsDirectorySecrets(tmp_path).get("home", field_name)
        assert caught.value.problem.hint is not None
        assert MARK not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_the_unencrypted_file_keeps_secrets_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    secrets = FileSecrets(path)
    assert await secrets.get("home", "key") is None
    await secrets.delete("home", "key")
    assert not path.exists()
    await secrets.set("home", "key", Secret(MARK))
    await secrets.set("home", "other", Secret('with "quotes" and 家'))
    await secrets.set("cloud", "token", Secret("t"))
    if sys.platform != "win32":  # where rights come from the folder
        assert path.stat().st_mode & 0o777 == 0o600
    assert await FileSecrets(path).get("home", "key") == Secret(MARK)
    assert await FileSecrets(path).get("home", "other") == Secret('with "quotes" and 家')
    await secrets.delete("home", "key")
    await secrets.delete("cloud", "token")
    assert MARK.encode() not in path.read_bytes()
    assert list(json.loads(path.read_bytes())["secrets"]) == ["home"]


@pytest.mark.skipif(sys.platform == "win32", reason="rights come from the folder on Windows")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
async def test_an_unencrypted_file_that_others_can_read_is_refused_with_the_command(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secrets.json"
    await FileSecrets(path).set("home", "key", Secret(MARK))
    path.chmod(mode)
    with pytest.raises(SecretError, match="read by others") as caught:
        await FileSecrets(path).get("home", "key")
    assert f"chmod 600 {path}" in str(caught.value.problem.hint)
    with pytest.raises(SecretError, match="read by others"):
        await FileSecrets(path).set("home", "key", Secret("new"))


async def test_an_unencrypted_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can give files away")
    path = tmp_path / "secrets.json"
    await FileSecrets(path).set("home", "key", Secret(MARK))
    os.chown(path, 4242, 4242)
    with pytest.raises(SecretError, match="read by others"):
        await FileSecrets(path).get("home", "key")


@pytest.mark.parametrize("content", ["", "{", f'{{"schema": 2, "secrets": "{MARK}"}}', f'{{"x": "{MARK}', "[]", "\xff"])
async def test_a_foreign_file_is_refused_without_showing_what_is_in_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_bytes(content.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(SecretError, match="not a file of secrets") as caught:
        await FileSecrets(path).get("home", "key")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_a_file_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SecretError) as caught:
        await FileSecrets(tmp_path / "file" / "secrets.json").set("home", "key", Secret("x"))
    assert caught.value.problem.hint is not None


async def test_a_file_of_secrets_that_cannot_be_opened_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(SecretError) as caught:
        await FileSecrets(tmp_path).get("home", "key")
    assert caught.value.problem.hint is not None


async def test_a_person_who_asks_wakes_a_keyring_that_rests() -> None:
    class Locked:
        def get_password(self, service: str, username: str) -> str | None:
            calls.append(f"{service} {username}")
            raise type("KeyringLocked", (Exception,), {})

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

        def delete_password(self, service: str, username: str) -> None:
            raise NotImplementedError

    calls: list[str] = []
    chain = ChainSecrets([KeyringSecrets(choose=Locked, monotonic=lambda: 0.0), FakeSecrets()])
    for expected in (1, 1, 2):
        if expected == 2:
            chain.ask_again()
        with pytest.raises(KeyringLocked):
            await chain.get("home", "key")
        assert len(calls) == expected


def _no_keyring() -> NoKeyring:
    return NoKeyring(text("No keyring."))


async def test_the_first_place_that_has_a_secret_is_believed() -> None:
    one, two = FakeSecrets({("home", "key"): "one"}), FakeSecrets({("home", "key"): "two", ("home", "b"): "b"})
    chain = ChainSecrets([one, two])
    assert await chain.get("home", "key") == Secret("one")
    assert await chain.get("home", "b") == Secret("b")
    assert await chain.get("home", "c") is None


async def test_a_place_that_fails_is_passed_over_and_its_error_told_if_nobody_has_the_secret() -> None:
    broken = FakeSecrets(error=_no_keyring())
    chain = ChainSecrets([broken, FakeSecrets({("home", "key"): "x"}, writable=False)])
    assert await chain.get("home", "key") == Secret("x")
    with pytest.raises(NoKeyring):
        await chain.get("home", "other")


async def test_without_a_keyring_a_secret_goes_to_the_next_place_that_was_asked_for() -> None:
    outside, last = FakeSecrets(writable=False), FakeSecrets()
    chain = ChainSecrets([FakeSecrets(error=_no_keyring()), outside, last])
    await chain.set("home", "key", Secret("x"))
    assert (outside.values, last.values) == ({}, {("home", "key"): "x"})
    await chain.delete("home", "key")
    assert last.values == {}


async def test_a_locked_keyring_is_no_reason_to_write_a_secret_unencrypted() -> None:
    last = FakeSecrets({("home", "old"): "x"})
    chain = ChainSecrets([FakeSecrets(error=KeyringLocked(text("Locked."))), last])
    with pytest.raises(KeyringLocked):
        await chain.set("home", "key", Secret("x"))
    with pytest.raises(KeyringLocked):
        await chain.delete("home", "old")
    assert last.values == {("home", "old"): "x"}


async def test_where_nothing_can_be_written_the_person_is_told_why() -> None:
    chain = ChainSecrets([FakeSecrets(error=_no_keyring()), FakeSecrets(writable=False)])
    with pytest.raises(NoKeyring):
        await chain.set("home", "key", Secret("x"))
    with pytest.raises(NoKeyring):
        await chain.delete("home", "key")
    with pytest.raises(SecretError, match="comes from outside"):
        await ChainSecrets([]).set("home", "key", Secret("x"))


async def test_the_places_of_an_instance_are_asked_in_order_and_the_file_only_if_named(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    await FileSecrets(tmp_path / "own.json").set("home", "key", Secret("file"))
    environ = {"DDNS_TRAY_SECRET_HOME_KEY": "environment", "CREDENTIALS_DIRECTORY": str(credentials)}
    keyring = FakeSecrets({("home", "key"): "keyring"})

    def chain() -> ChainSecrets:
        return build_secrets(tmp_path / "config.toml", environ=environ, secrets_file="own.json", keyring=keyring)

    (credentials / "home.key").write_text("credentials")
    (tmp_path / ".env").write_text("DDNS_TRAY_SECRET_HOME_KEY=dotenv\n")
    found = [await chain().get("home", "key")]
    keyring.values.clear()
    found.append(await chain().get("home", "key"))
    del environ["DDNS_TRAY_SECRET_HOME_KEY"]
    found.append(await chain().get("home", "key"))
    (tmp_path / ".env").unlink()
    found.append(await chain().get("home", "key"))
    (credentials / "home.key").unlink()
    found.append(await chain().get("home", "key"))
    assert found == [Secret(value) for value in ("keyring", "environment", "dotenv", "credentials", "file")]
    unnamed = build_secrets(tmp_path / "config.toml", environ={}, keyring=keyring)
    assert await unnamed.get("home", "key") is None


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ("schema = 1\n[general]\nsecrets_file = 'own.json'\n", "x"),
        ("schema = 1\n[general]\nsecrets_file = ''\n", None),
        ("schema = 1\n", None),
        ("general = 1\n", None),
        ("[general]\nsecrets_file = 1\n", None),
        ("broken\n", None),
        (None, None),
    ],
)
async def test_the_settings_file_itself_names_the_unencrypted_file(
    tmp_path: Path, settings: str | None, found: str | None
) -> None:
    await FileSecrets(tmp_path / "own.json").set("home", "key", Secret("x"))
    if settings is not None:
        (tmp_path / "config.toml").write_text(settings)
    chain = build_secrets(tmp_path / "config.toml", environ={}, keyring=FakeSecrets())
    secret = await chain.get("home", "key")
    assert (secret.reveal() if secret else None) == found
