"""Settings on their way to another computer, and what separates two settings. There are no secrets in either.

What is written is what differs from the defaults, so that the other computer's own version keeps its own defaults. What
belongs to this computer alone (`_OF_THIS_COMPUTER`) stays here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ddns_tray.core.durations import format_duration
from ddns_tray.core.settings import SCHEMA_VERSION, Settings
from ddns_tray.core.settings_schema import ARRAY_SECTIONS, SECTIONS, Kind, Setting, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ddns_tray.core.ports import SettingChange, SettingValue
    from ddns_tray.core.settings import AccountSettings, LineSettings, RecordSettings

_OF_THIS_COMPUTER = frozenset(
    {("general", "autostart"), ("general", "secrets_file"), ("address", "interface"), ("address", "local_address")}
)
_PROGRAM = "command:"
_ALWAYS_WRITTEN = frozenset({("record", "types")})
_SINGLE_SECTIONS = tuple(section for section in SECTIONS if section not in ARRAY_SECTIONS)


class Difference(StrEnum):
    """What has become of a line, an account, a record or a value."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class SettingsDifference:
    """One line, account, record or value that two settings do not share.

    `section` and `name` say which: an id, a record's name and types, a key. `keys` are those of an account
    or record that differ; `before` and `after` are the two forms of a value, as it is written in the file.
    """

    kind: Difference
    section: str
    name: str
    keys: tuple[str, ...] = ()
    forms: tuple[tuple[SettingValue | None, SettingValue | None], ...] = ()
    """For each of the keys, its form before and after; None where it is not written."""
    before: SettingValue | None = None
    after: SettingValue | None = None


def value_in(settings: Settings, rule: Setting) -> SettingValue | None:
    """What settings have for a key, as it is written in the file; None where a family says nothing of its own."""
    section, _, family = rule.section.partition(".")
    if rule.later or not hasattr(settings, family or section):
        return None
    value = getattr(getattr(settings, family or section), rule.key)
    if family and value == getattr(settings.address, rule.key):
        return None
    return written(rule, value)


def own_values(settings: Settings) -> tuple[SettingChange, ...]:
    """The values that differ from the defaults and mean something on another computer too."""
    defaults = Settings()
    return tuple(
        (section, rule.key, value)
        for section in _SINGLE_SECTIONS
        for rule in settings_of(section)
        if (section, rule.key) not in _OF_THIS_COMPUTER
        and (value := value_in(settings, rule)) is not None
        and value != value_in(defaults, rule)
    )


def table_of(section: str, item: AccountSettings | LineSettings | RecordSettings) -> dict[str, SettingValue]:
    """The keys of an account, line or record as the file has them; what is at its default is left out."""
    table: dict[str, SettingValue] = {}
    for rule in settings_of(section):
        value = None if rule.later else getattr(item, rule.key, None)
        if value is not None and (value != rule.default or (section, rule.key) in _ALWAYS_WRITTEN):
            table[rule.key] = written(rule, value)
    return {**table, **getattr(item, "options", {})}


def export_text(settings: Settings, *, heading: str) -> str:
    """A settings file for another computer. `heading` becomes the comment at its top, line by line."""
    tables: dict[str, dict[str, SettingValue]] = {}
    for section, key, value in own_values(settings):
        if value is not None:
            tables.setdefault(section, {})[key] = value
    lines = [*(f"# {line}" for line in heading.splitlines()), f"schema = {SCHEMA_VERSION}"]
    for section, table in tables.items():
        lines += _block(f"[{section}]", table)
    for line in settings.lines:
        lines += _block("[[line]]", table_of("line", line))
    for account in settings.accounts:
        lines += _block("[[account]]", table_of("account", account))
    for record in settings.records:
        lines += _block("[[record]]", table_of("record", record))
    return "\n".join([*lines, ""])


@dataclass(frozen=True, slots=True)
class Risks:
    """What settings of somebody else could do that a person should know: programs run here, secrets sent elsewhere.

    `servers` are pairs of an account that we have already and the server that its secrets would go to from now on.
    """

    programs: tuple[str, ...] = ()
    servers: tuple[tuple[str, str], ...] = ()


def risks(before: Settings, after: Settings) -> Risks:
    """What is in `after` and was not in `before` of that kind."""
    old = set(_all_sources(before))
    programs = dict.fromkeys(
        source.partition(":")[2] for source in _all_sources(after) if source.startswith(_PROGRAM) and source not in old
    )
    kept = {account.id: account for account in before.accounts}
    servers = [
        (account.id, value)
        for account in after.accounts
        if account.id in kept
        for key, value in account.options.items()
        if kept[account.id].options.get(key) != value and ("://" in value or "server" in key or "url" in key)
    ]
    return Risks(tuple(programs), tuple(servers))


def _all_sources(settings: Settings) -> Iterator[str]:
    for address in (settings.address, settings.ipv4, settings.ipv6):
        yield from address.sources
    for line in settings.lines:
        yield from line.sources


def differences(before: Settings, after: Settings) -> tuple[SettingsDifference, ...]:
    """All that two settings do not share: lines, accounts, records, then values."""
    return (
        *_differing("line", {each.id: each for each in before.lines}, {each.id: each for each in after.lines}),
        *_differing("account", {each.id: each for each in before.accounts}, {each.id: each for each in after.accounts}),
        *_differing("record", _by_name(before), _by_name(after)),
        *_differing_values(before, after),
    )


def _by_name(settings: Settings) -> dict[str, RecordSettings]:
    return {f"{record.name} {'+'.join(record.types)}": record for record in settings.records}


def _differing(
    section: str,
    before: Mapping[str, AccountSettings | LineSettings | RecordSettings],
    after: Mapping[str, AccountSettings | LineSettings | RecordSettings],
) -> Iterator[SettingsDifference]:
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old is None:
            yield SettingsDifference(Difference.NEW, section, name)
        elif new is None:
            yield SettingsDifference(Difference.GONE, section, name)
        elif old != new:
            first, second = table_of(section, old), table_of(section, new)
            keys = tuple(key for key in {**first, **second} if first.get(key) != second.get(key))
            forms = tuple((first.get(key), second.get(key)) for key in keys)
            yield SettingsDifference(Difference.CHANGED, section, name, keys, forms)


def _differing_values(before: Settings, after: Settings) -> Iterator[SettingsDifference]:
    for section in _SINGLE_SECTIONS:
        for rule in settings_of(section):
            old, new = value_in(before, rule), value_in(after, rule)
            if old != new:
                yield SettingsDifference(Difference.CHANGED, section, rule.key, before=old, after=new)


def written(rule: Setting, value: object) -> SettingValue:
    """A value as it is written in the file."""
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    if rule.kind is Kind.DURATION and isinstance(value, int | float):
        return format_duration(value)
    return value if isinstance(value, bool | int | float) else str(value)


def _block(header: str, table: Mapping[str, SettingValue]) -> list[str]:
    # Every JSON text is a TOML text too, but for DEL, which no setting may hold.
    return ["", header, *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items())]
