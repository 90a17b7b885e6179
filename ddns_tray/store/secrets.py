"""Where secrets live when there is no keyring, and the chain that asks all places in order.

The order: keyring, environment (and a `.env` file beside the settings), systemd credentials, and last the unencrypted
file, which is used only where a person has asked for it by name. Only the keyring and that file can be written.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ddns_tray.core.errors import ConfigError, NoKeyring, SecretError, StorageError
from ddns_tray.core.ports import Secret, SecretStore
from ddns_tray.core.settings_parse import read_toml
from ddns_tray.core.text import text
from ddns_tray.store.atomic import locked, patiently, read_error, replace_file
from ddns_tray.store.env_file import parse_env
from ddns_tray.store.keyring_secrets import KeyringSecrets
from ddns_tray.store.secret_names import PREFIX, credential_names, environment_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FILE_SCHEMA = 1
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_Secrets = dict[str, dict[str, str]]


class Place(SecretStore, Protocol):
    """A store in a chain; one that is not `writable` refuses `set` and `delete`."""

    @property
    def writable(self) -> bool:
        """Whether secrets can be put here."""


class EnvironmentSecrets:
    """`DDNS_TRAY_SECRET_<ACCOUNT>_<FIELD>`, from the environment or else from a `.env` file."""

    writable = False

    def __init__(self, environ: Mapping[str, str], env_file: Path | None = None) -> None:
        self._environ = environ
        self._env_file = env_file

    async def get(self, account: str, field_name: str) -> Secret | None:
        """The value of the variable; an empty one counts as none."""
        name = environment_name(account, field_name)
        value = self._environ.get(name) or self._from_file().get(name)
        return Secret(value) if value else None

    async def set(self, account: str, field_name: str, value: Secret) -> None:
        """Cannot be done."""
        del value
        raise _read_only(account, field_name)

    async def delete(self, account: str, field_name: str) -> None:
        """Cannot be done, which is fine as long as there is nothing."""
        if await self.get(account, field_name):
            raise _read_only(account, field_name)

    def _from_file(self) -> Mapping[str, str]:
        content = _read(self._env_file) if self._env_file else None
        if content is None:
            return {}
        try:
            return parse_env(content, prefix=PREFIX, file=str(self._env_file))
        except ConfigError as exc:
            raise SecretError(
                text("Line {line} of {file} cannot be read.", line=exc.line or 0, file=exc.file or ""),
                exc.problem.hint,
            ) from exc


class CredentialsDirectorySecrets:
    """systemd credentials (`LoadCredential=`, `SetCredentialEncrypted=`): a file for each secret.

    The files are called `ddns-tray.ACCOUNT.FIELD` or `ACCOUNT.FIELD`; one line break at the end is not part of the
    secret. Source: systemd.exec(5), "Credentials".
    """

    writable = False

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def get(self, account: str, field_name: str) -> Secret | None:
        """The content of the first file that exists."""
        for name in credential_names(account, field_name):
            value = _read(self._directory / name) if "/" not in name else None
            if value is not None:
                value = value.removesuffix("\n").removesuffix("\r")
                return Secret(value) if value else None
        return None

    async def set(self, account: str, field_name: str, value: Secret) -> None:
        """Cannot be done."""
        del value
        raise _read_only(account, field_name)

    async def delete(self, account: str, field_name: str) -> None:
        """Cannot be done, which is fine as long as there is nothing."""
        if await self.get(account, field_name):
            raise _read_only(account, field_name)


class FileSecrets:
    """An unencrypted file that its owner alone may read: better than nothing, and only where a person asked for it."""

    writable = True

    def __init__(self, path: Path) -> None:
        self._path = path

    async def get(self, account: str, field_name: str) -> Secret | None:
        """The secret, or None. Raises `SecretError` if others may read the file too."""
        value = self._load().get(account, {}).get(field_name)
        return Secret(value) if value else None

    async def set(self, account: str, field_name: str, value: Secret) -> None:
        """Keep it; makes the file if need be."""
        self._change(account, field_name, value)

    async def delete(self, account: str, field_name: str) -> None:
        """Remove it; removing what is not there is fine."""
        if field_name in self._load().get(account, {}):
            self._change(account, field_name, None)

    def _change(self, account: str, field_name: str, value: Secret | None) -> None:
        target = Path(os.path.realpath(self._path))
        try:
            with locked(target):
                secrets = self._load()
                fields = secrets.setdefault(account, {})
                if value is None:
                    fields.pop(field_name, None)
                else:
                    fields[field_name] = value.reveal()
                kept = {name: fields for name, fields in secrets.items() if fields}
                content = json.dumps({"schema": _FILE_SCHEMA, "secrets": kept}, ensure_ascii=False, indent=2)
                replace_file(target, f"{content}\n".encode())
        except StorageError as exc:
            raise SecretError(exc.problem.title, exc.problem.hint) from exc

    def _load(self) -> _Secrets:
        try:
            with patiently(lambda: self._path.open(encoding="utf-8")) as file:
                self._check_rights(os.fstat(file.fileno()))
                return _decode(json.load(file))
        except FileNotFoundError:
            return {}
        except OSError as exc:
            raise _unreadable(self._path, exc) from exc
        except (ValueError, TypeError, KeyError, AttributeError):
            # Without its cause: a parser's error may hold a piece of the file.
            raise SecretError(
                text("{file} is not a file of secrets that this program wrote.", file=str(self._path)),
                text("Move it away and enter the secrets again."),
            ) from None

    def _check_rights(self, status: os.stat_result) -> None:
        if sys.platform == "win32":
            return  # rights come from the folder there
        if status.st_mode & _OTHERS or status.st_uid not in {os.geteuid(), 0}:
            raise SecretError(
                text("{file} can be read by others, so its secrets are not used.", file=str(self._path)),
                text("Type: chmod 600 {file}", file=str(self._path)),
            )


class NamedFileSecrets:
    """The unencrypted file that `[general] secrets_file` names now, so that naming one needs no restart."""

    writable = True

    def __init__(self, config_file: Path) -> None:
        self._config_file = config_file

    async def get(self, account: str, field_name: str) -> Secret | None:
        """The secret, or None, also where no file is named."""
        file = self._file()
        return None if file is None else await file.get(account, field_name)

    async def set(self, account: str, field_name: str, value: Secret) -> None:
        """Keep it. Raises `NoKeyring` where no file is named."""
        await self._need_file().set(account, field_name, value)

    async def delete(self, account: str, field_name: str) -> None:
        """Remove it. Raises `NoKeyring` where no file is named."""
        await self._need_file().delete(account, field_name)

    def _file(self) -> FileSecrets | None:
        name = _named_file(self._config_file)
        return FileSecrets(self._config_file.parent / Path(name).expanduser()) if name else None

    def _need_file(self) -> FileSecrets:
        file = self._file()
        if file is None:
            raise NoKeyring(text("No file for unencrypted secrets is named in the settings."))
        return file


class ChainSecrets:
    """Asks each place in order. Implements `core.ports.SecretStore`."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = tuple(places)

    async def get(self, account: str, field_name: str) -> Secret | None:
        """The first that is found. A place that fails is passed over, and its error raised if no other has it."""
        failure: SecretError | None = None
        for place in self._places:
            try:
                found = await place.get(account, field_name)
            except SecretError as exc:
                failure = failure or exc
                continue
            if found is not None:
                return found
        if failure is not None:
            raise failure
        return None

    async def set(self, account: str, field_name: str, value: Secret) -> None:
        """Keep it in the first place that can be written. A locked keyring is no reason to write a file instead."""
        failure: SecretError | None = None
        for place in self._places:
            if not place.writable:
                continue
            try:
                await place.set(account, field_name, value)
            except NoKeyring as exc:
                failure = failure or exc
            else:
                return
        raise failure or _read_only(account, field_name)

    async def delete(self, account: str, field_name: str) -> None:
        """Remove it wherever it can be removed."""
        failure: SecretError | None = None
        done = False
        for place in self._places:
            if not place.writable:
                continue
            try:
                await place.delete(account, field_name)
            except NoKeyring as exc:
                failure = failure or exc
            else:
                done = True
        if failure is not None and not done:
            raise failure

    def ask_again(self) -> None:
        """Let a keyring that did not open be asked at once; for when a person asks."""
        for place in self._places:
            if isinstance(place, KeyringSecrets):
                place.ask_again()


def build_secrets(
    config_file: Path,
    *,
    environ: Mapping[str, str] = os.environ,
    secrets_file: str | None = None,
    keyring: Place | None = None,
) -> ChainSecrets:
    """Chain the places of one instance. `secrets_file` is the setting of that name; None looks it up when needed."""
    folder = config_file.parent
    places: list[Place] = [keyring or KeyringSecrets(), EnvironmentSecrets(environ, folder / ".env")]
    if environ.get("CREDENTIALS_DIRECTORY"):
        places.append(CredentialsDirectorySecrets(Path(environ["CREDENTIALS_DIRECTORY"])))
    if secrets_file is None:
        places.append(NamedFileSecrets(config_file))
    elif secrets_file:
        places.append(FileSecrets(folder / Path(secrets_file).expanduser()))
    return ChainSecrets(places)


def _decode(content: Any) -> _Secrets:
    if content["schema"] != _FILE_SCHEMA:
        raise ValueError
    return {
        str(account): {str(name): str(value) for name, value in fields.items()}
        for account, fields in content["secrets"].items()
    }


def _named_file(config_file: Path) -> str:
    """Return `[general] secrets_file`. Settings that are broken name no file; who reads them tells what is wrong."""
    try:
        general = read_toml(config_file.read_text(encoding="utf-8-sig")).get("general")
    except (OSError, UnicodeDecodeError, ConfigError):
        return ""
    name = general.get("secrets_file") if isinstance(general, dict) else None
    return name if isinstance(name, str) else ""


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise _unreadable(path, exc) from exc
    except UnicodeDecodeError:
        raise SecretError(
            text("{file} is not written in UTF-8.", file=str(path)), text("Save it as UTF-8.")
        ) from None  # the cause would hold a piece of the file


def _unreadable(path: Path, exc: OSError) -> SecretError:
    problem = read_error(path, exc).problem
    return SecretError(problem.title, problem.hint)


def _read_only(account: str, field_name: str) -> SecretError:
    return SecretError(
        text(
            "The secret {field} of {account} comes from outside and cannot be changed here.",
            field=field_name,
            account=account,
        ),
        text("Change it where it is set: {variable}", variable=environment_name(account, field_name)),
    )
