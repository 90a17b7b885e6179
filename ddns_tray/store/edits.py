"""The edits of the settings file, as changes of its plain data. `store.toml_edit` carries them over into the text.

Only what an edit changes is touched, so that a person's way of writing the rest survives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ddns_tray.core.durations import format_duration
from ddns_tray.core.errors import ConfigError
from ddns_tray.core.settings_exchange import own_values, table_of
from ddns_tray.core.settings_faults import known_hint
from ddns_tray.core.settings_schema import ARRAY_SECTIONS, SECTIONS, Kind, Setting, settings_of
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ddns_tray.core.ports import SettingChange, SettingValue
    from ddns_tray.core.settings import AccountSettings, LineSettings, RecordSettings, Settings


@dataclass(frozen=True, slots=True)
class Draft:
    """The data of a file being edited, and the `current` settings that it came to before."""

    document: dict[str, Any]
    current: Settings


Edit = Callable[[Draft], None]
"""Changes the draft's document. Raises `ConfigError` if that makes no sense for its current settings."""


def in_turn(edits: Iterable[Edit]) -> Edit:
    """Several edits as one. Each sees the settings as they were before all, so none may move what another looks for."""
    steps = tuple(edits)

    def edit(draft: Draft) -> None:
        for step in steps:
            step(draft)

    return edit


def put_account(account: AccountSettings, replaces: str | None) -> Edit:
    """Add an account, or change the one called `replaces`."""

    def edit(draft: Draft) -> None:
        if replaces is None:
            _append(draft, "account", _account_items(account))
            return
        position = _account_position(draft, replaces)
        old = draft.current.accounts[position]
        _rewrite(draft.document["account"][position], _account_items(old), _account_items(account))
        if account.id != replaces:
            for at, record in enumerate(draft.current.records):
                if record.account == replaces:
                    draft.document["record"][at]["account"] = account.id

    return edit


def remove_account(account_id: str) -> Edit:
    """Remove an account that no record uses."""

    def edit(draft: Draft) -> None:
        users = [record.name for record in draft.current.records if record.account == account_id]
        if users:
            raise ConfigError(
                text("The account {account} still holds {names}.", account=account_id, names=", ".join(users)),
                text("Remove these names first, or give them another account."),
            )
        _remove(draft, "account", _account_position(draft, account_id))

    return edit


def put_line(line: LineSettings, replaces: str | None) -> Edit:
    """Add a line, or change the one called `replaces`; names that follow it learn its new id."""

    def edit(draft: Draft) -> None:
        if replaces is None:
            _append(draft, "line", table_of("line", line))
            return
        position = _line_position(draft, replaces)
        old = draft.current.lines[position]
        _rewrite(draft.document["line"][position], table_of("line", old), table_of("line", line))
        if line.id != replaces:
            for at, record in enumerate(draft.current.records):
                if replaces in record.line:
                    ids = [line.id if each == replaces else each for each in record.line]
                    draft.document["record"][at]["line"] = ids

    return edit


def remove_line(line_id: str) -> Edit:
    """Remove a line that no record follows."""

    def edit(draft: Draft) -> None:
        position = _line_position(draft, line_id)
        users = [record.name for record in draft.current.records if line_id in record.line]
        if users:
            raise ConfigError(
                text("The line {line} is still followed by {names}.", line=line_id, names=", ".join(users)),
                text("Take it out of the lines of these names first."),
            )
        _remove(draft, "line", position)

    return edit


def put_record(record: RecordSettings, replaces: RecordSettings | None) -> Edit:
    """Add a record, or change the one that equals `replaces`."""

    def edit(draft: Draft) -> None:
        if replaces is None:
            _append(draft, "record", _record_items(record))
            return
        position = _record_position(draft, replaces)
        _rewrite(draft.document["record"][position], _record_items(replaces), _record_items(record))

    return edit


def remove_record(record: RecordSettings) -> Edit:
    """Remove a record."""

    def edit(draft: Draft) -> None:
        _remove(draft, "record", _record_position(draft, record))

    return edit


def set_value(section: str, key: str, value: SettingValue) -> Edit:
    """Set one key of a section that exists once."""
    rule = _rule(section, key)
    written = value
    if rule.kind is Kind.DURATION and isinstance(value, int | float):
        written = format_duration(value)

    def edit(draft: Draft) -> None:
        table = draft.document
        for part in section.split("."):
            table = table.setdefault(part, {})
        table[key] = written

    return edit


def clear_value(section: str, key: str) -> Edit:
    """Remove one key of a section that exists once."""
    _rule(section, key)

    def edit(draft: Draft) -> None:
        table = draft.document
        for part in section.split("."):
            table = table.get(part, {})
        table.pop(key, None)

    return edit


def set_values(changes: Iterable[SettingChange]) -> Edit:
    """Set several keys of sections that exist once, or go back to the default where the value is None."""
    return in_turn(
        clear_value(section, key) if value is None else set_value(section, key, value)
        for section, key, value in changes
    )


def take_in(coming: Settings) -> Edit:
    """Add the lines, accounts and records of other settings, and set what they set; what they lack stays with us.

    An account of the same id and a record of the same name and type are replaced. A line of ours stays as it is, since
    it names an interface of this computer.
    """

    def edit(draft: Draft) -> None:
        ours = {line.id for line in draft.current.lines}
        for line in coming.lines:
            if line.id not in ours:
                _append(draft, "line", table_of("line", line))
        _take_in_accounts(draft, coming.accounts)
        _take_in_records(draft, coming.records)
        set_values(own_values(coming))(draft)

    return edit


def _take_in_accounts(draft: Draft, coming: Iterable[AccountSettings]) -> None:
    ours = {account.id for account in draft.current.accounts}
    for account in coming:
        put_account(account, account.id if account.id in ours else None)(draft)


def _take_in_records(draft: Draft, coming: Iterable[RecordSettings]) -> None:
    ours = draft.current.records
    positions: dict[str, list[int]] = {}
    for position, record in enumerate(ours):
        positions.setdefault(record.name, []).append(position)
    superfluous: set[int] = set()
    for record in coming:
        same = [at for at in positions.get(record.name, ()) if set(ours[at].types) & set(record.types)]
        if not same:
            _append(draft, "record", _record_items(record))
            continue
        first, *others = same
        _rewrite(draft.document["record"][first], _record_items(ours[first]), _record_items(record))
        superfluous.update(others)
    for position in sorted(superfluous, reverse=True):
        _remove(draft, "record", position)


def _rule(section: str, key: str) -> Setting:
    sections = [name for name in SECTIONS if name not in ARRAY_SECTIONS]
    rules = {rule.key: rule for rule in settings_of(section)} if section in sections else {}
    if key in rules:
        return rules[key]
    raise ConfigError(
        text("There is no setting {key} in {section}.", key=key, section=section),
        known_hint(key, tuple(rules)) if rules else known_hint(section, sections),
    )


def _account_items(account: AccountSettings) -> dict[str, Any]:
    return {"id": account.id, "provider": account.provider, **account.options}


def _record_items(record: RecordSettings) -> dict[str, Any]:
    return table_of("record", record)


def _append(draft: Draft, section: str, items: Mapping[str, Any]) -> None:
    draft.document.setdefault(section, []).append(dict(items))


def _rewrite(table: dict[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in new:
            del table[key]
        elif key not in old or old[key] != new[key]:
            table[key] = new[key]


def _remove(draft: Draft, section: str, position: int) -> None:
    del draft.document[section][position]
    if not draft.document[section]:
        del draft.document[section]  # a TOML file has no other way to have no tables of a kind


def _account_position(draft: Draft, account_id: str) -> int:
    for position, account in enumerate(draft.current.accounts):
        if account.id == account_id:
            return position
    raise ConfigError(
        text("There is no account {account}.", account=account_id),
        known_hint(account_id, tuple(account.id for account in draft.current.accounts)),
    )


def _line_position(draft: Draft, line_id: str) -> int:
    for position, line in enumerate(draft.current.lines):
        if line.id == line_id:
            return position
    raise ConfigError(
        text("There is no line {line}.", line=line_id),
        known_hint(line_id, tuple(line.id for line in draft.current.lines)),
    )


def _record_position(draft: Draft, record: RecordSettings) -> int:
    for position, candidate in enumerate(draft.current.records):
        if candidate == record:
            return position
    raise ConfigError(
        text("{name} is no longer in the settings file as it was.", name=record.name),
        text("It was changed elsewhere meanwhile. Look at it again and repeat the change."),
    )
