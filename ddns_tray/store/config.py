"""The settings file on disk. A person may edit it too, so an edit of ours keeps every comment and all formatting.

An edit is checked before it is written: the result must be valid settings, and it must be exactly what was asked for.
What the keys mean is not known here (`core.settings_schema`).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ConfigError, UsageError
from ddns_tray.core.settings import Settings
from ddns_tray.core.settings_parse import load_settings, parse_settings, read_toml
from ddns_tray.core.text import text
from ddns_tray.store.atomic import LOCK_WAIT, locked, patiently, read_error, replace_file
from ddns_tray.store.edits import (
    Draft,
    Edit,
    clear_value,
    in_turn,
    put_account,
    put_line,
    put_record,
    remove_account,
    remove_line,
    remove_record,
    set_value,
    set_values,
    take_in,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import ProviderSpec
    from ddns_tray.core.ports import SettingChange, SettingValue
    from ddns_tray.core.settings import AccountSettings, LineSettings, RecordSettings

_NEW_FILE = """\
# Settings of DDNS Tray. You may edit this file; the program keeps your comments. Secrets do not belong here.
schema = 1
"""
_Signature = tuple[int, int, int]
_MOST_UNDO = 20


@dataclass(frozen=True, slots=True)
class _Done:
    """One write of ours: the text before and after, and what both come to."""

    before: str
    after: str
    settings_before: Settings
    settings_after: Settings


class ConfigFile:
    """Implements `core.ports.SettingsFile`."""

    def __init__(self, path: Path, *, providers: Mapping[str, ProviderSpec], lock_wait: float = LOCK_WAIT) -> None:
        self._path = path
        self._providers = providers
        self._lock_wait = lock_wait
        self._seen: _Signature | None = None
        self._parsed: tuple[str, Settings] | None = None
        self._done: list[_Done] = []

    @property
    def path(self) -> Path:
        """Where it lies, as it was given."""
        return self._path

    def exists(self) -> bool:
        """Whether there is a file yet."""
        return self._signature() is not None

    def read(self) -> Settings:
        """Read and check; a missing file reads as the defaults."""
        self._seen = self._signature()  # before the reading: what changes meanwhile is seen as changed
        toml = self._read_text()
        return Settings() if toml is None else self._load(toml)

    def stamp(self) -> object:
        """What tells one state of the file from another (size, time, inode), to be kept with what was read."""
        return self._signature()

    def changed(self) -> bool:
        """Whether the file is another than at the last `read`, good or bad, by size, time and inode."""
        return self._signature() != self._seen

    def put_account(self, account: AccountSettings, *, replaces: str | None = None) -> None:
        """Add an account, or put it in the place of the one called `replaces` (records follow a new id)."""
        self._edit(put_account(account, replaces))

    def remove_account(self, account_id: str) -> None:
        """Remove an account that no record uses."""
        self._edit(remove_account(account_id))

    def put_line(self, line: LineSettings, *, replaces: str | None = None) -> None:
        """Add a line, or put it in the place of the one called `replaces` (records follow a new id)."""
        self._edit(put_line(line, replaces))

    def remove_line(self, line_id: str) -> None:
        """Remove a line that no record follows."""
        self._edit(remove_line(line_id))

    def put_record(self, record: RecordSettings, *, replaces: RecordSettings | None = None) -> None:
        """Add a record, or put it in the place of another."""
        self._edit(put_record(record, replaces))

    def remove_record(self, record: RecordSettings) -> None:
        """Stop keeping a name; what stands at the provider stays."""
        self._edit(remove_record(record))

    def set_value(self, section: str, key: str, value: SettingValue) -> None:
        """Set one key of [general], [address], [address.ipv4], [address.ipv6] or [verify]."""
        self._edit(set_value(section, key, value))

    def clear_value(self, section: str, key: str) -> None:
        """Go back to the default of a key of these sections."""
        self._edit(clear_value(section, key))

    def set_values(self, changes: Sequence[SettingChange]) -> None:
        """Change several keys in one write: all of them, or none."""
        self._edit(set_values(changes))

    def begin(
        self, account: AccountSettings, records: Sequence[RecordSettings], changes: Sequence[SettingChange] = ()
    ) -> None:
        """Add an account with its names, and change some keys, in one write: all of it, or nothing."""
        names = (put_record(record, None) for record in records)
        self._edit(in_turn((put_account(account, None), *names, set_values(changes))))

    def read_other(self, path: Path) -> Settings:
        """Read and check a settings file of another computer, without taking anything from it."""
        toml = _read(path)
        if toml is None:
            raise ConfigError(text("There is no file {path}.", path=str(path)), text("Choose another file."))
        return load_settings(toml, providers=self._providers, file=str(path))

    def write_other(self, path: Path, toml: str) -> None:
        """Write settings for another computer: in one step, and never over the settings in force."""
        target = Path(os.path.realpath(path))
        if target == Path(os.path.realpath(self._path)):
            raise UsageError(
                text("{path} holds the settings of this computer.", path=str(path)), text("Choose another place.")
            )
        replace_file(target, toml.encode())

    def take_in(self, coming: Settings) -> None:
        """Add or replace what other settings have, in one write; nothing that only ours have goes."""
        self._edit(take_in(coming))

    def preview(self, coming: Settings) -> Settings:
        """What the settings would be after `take_in`; nothing is written."""
        return self._changed(take_in(coming)).settings_after

    def undoable(self) -> tuple[Settings, Settings] | None:
        """The settings after and before the last write of this program, if the file is still as it left it."""
        if not self._done:
            return None
        last = self._done[-1]
        return (last.settings_after, last.settings_before) if self._read_text() == last.after else None

    def undo(self) -> None:
        """Go back to before the last write of this program, comments and all."""
        target = Path(os.path.realpath(self._path))
        with locked(target, wait=self._lock_wait):
            if self.undoable() is None:
                raise ConfigError(
                    text("There is nothing to undo: the settings file was changed elsewhere meanwhile."),
                    text("Look at the settings again, and change them back by hand."),
                )
            undone = self._done.pop()
            replace_file(target, undone.before.encode())
            self._parsed = undone.before, undone.settings_before

    def _edit(self, edit: Edit) -> None:
        target = Path(os.path.realpath(self._path))
        with locked(target, wait=self._lock_wait):
            done = self._changed(edit)
            if done.after != self._read_text():
                replace_file(target, done.after.encode())
                self._done = [*self._done, done][-_MOST_UNDO:]
                self._parsed = done.after, done.settings_after

    def _changed(self, edit: Edit) -> _Done:
        """What an edit makes of the file as it is now, checked as a whole."""
        toml = self._read_text()
        before = _NEW_FILE if toml is None else toml
        settings_before = self._load(before)
        after = _edited(before, edit, settings_before)
        return _Done(before, after, settings_before, parse_settings(read_toml(after), providers=self._providers))

    def _load(self, toml: str) -> Settings:
        """Parse and check, once for each text: with ten thousand names that takes a third of a second."""
        if self._parsed is None or self._parsed[0] != toml:
            self._parsed = toml, load_settings(toml, providers=self._providers, file=str(self._path))
        return self._parsed[1]

    def _read_text(self) -> str | None:
        return _read(self._path)

    def _signature(self) -> _Signature | None:
        try:
            status = patiently(self._path.stat)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino


def _read(path: Path) -> str | None:
    try:
        content = patiently(path.read_bytes)
    except FileNotFoundError:
        return None
    except OSError as exc:
        problem = read_error(path, exc).problem
        raise ConfigError(problem.title, problem.hint) from exc
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ConfigError(
            text("The file is not written in UTF-8."),
            text("Save it as UTF-8 in your editor."),
            file=str(path),
            line=content.count(b"\n", 0, exc.start) + 1,
        ) from exc


class LastGood:
    """The settings of a running program: it takes over good changes of the file and is not moved by bad ones."""

    def __init__(self, file: ConfigFile, settings: Settings) -> None:
        self._file = file
        self.settings = settings

    def reload(self) -> Settings | None:
        """Return new settings if the file has some, else None. Raises `ConfigError` once for each bad state.

        A file that has vanished is a bad state too: an editor may be about to write it anew, and taking the defaults
        would drop all records.
        """
        if not self._file.changed():
            return None
        settings = self._file.read()
        if not self._file.exists():
            raise ConfigError(
                text("The settings file is gone."),
                text("Put it back; until then the settings that were read last stay in force."),
                file=str(self._file.path),
            )
        if settings == self.settings:
            return None
        self.settings = settings
        return settings


def _edited(toml: str, edit: Edit, current: Settings) -> str:
    """Return the text after the edit, which must come to exactly the data that was asked for."""
    from ddns_tray.store.toml_edit import NotEditable, edit_text  # noqa: PLC0415 - only edits pay for its library

    before = read_toml(toml)
    wanted = read_toml(toml)
    edit(Draft(wanted, current))
    try:
        after = _with_line_ends_of(toml, edit_text(toml, before, wanted))
        if read_toml(after) == wanted:
            return after
    except (NotEditable, ConfigError) as exc:
        raise _cannot_edit() from exc
    raise _cannot_edit()


def _cannot_edit() -> ConfigError:
    return ConfigError(
        text("The settings file is written in a way that can be read but not edited automatically."),
        text("Make the change in a text editor, or write each table under its own [header]."),
    )


def _with_line_ends_of(old: str, new: str) -> str:
    windows = "\r\n" in old and old.count("\r\n") == old.count("\n")
    return re.sub(r"(?<!\r)\n", "\r\n", new) if windows else new
