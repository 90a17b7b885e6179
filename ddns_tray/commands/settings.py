"""`config path`, `config check`, `config show`: where the settings lie, whether they are good, and what is in force."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray import report
from ddns_tray.commands.context import Exit
from ddns_tray.core.durations import format_duration
from ddns_tray.core.model import Family
from ddns_tray.core.settings import SCHEMA_VERSION
from ddns_tray.core.settings_check import fixes_other_family
from ddns_tray.core.settings_schema import Kind, Setting, settings_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ddns_tray.commands.context import Context
    from ddns_tray.core.settings import Settings


def config_path(context: Context, _arguments: Namespace) -> int:
    """Print where the settings file lies, or would lie."""
    if context.as_json:
        context.print_json(
            {
                "schema": report.SCHEMA,
                "config_file": str(context.paths.config_file),
                "data_dir": str(context.paths.data_dir),
                "runtime_dir": str(context.paths.runtime_dir),
            }
        )
    else:
        context.print_lines([str(context.paths.config_file)])
    return Exit.DONE


def config_check(context: Context, _arguments: Namespace) -> int:
    """Read and check the settings; a fault is raised as `ConfigError`."""
    settings_file = context.settings_file()
    settings = context.read_settings()
    words = context.words
    if context.as_json:
        context.print_json({"schema": report.SCHEMA, "file": str(settings_file.path), "good": True})
    elif not settings_file.exists():
        context.print_lines([words.tr("There is no settings file yet; the defaults are in force.")])
    else:
        accounts = words.ntr("{count} account", "{count} accounts", len(settings.accounts))
        records = words.ntr("{count} name", "{count} names", len(settings.records))
        context.print_lines(
            [words.tr("The settings are good: {accounts}, {records}.", accounts=accounts, records=records)]
        )
    return Exit.DONE


def config_show(context: Context, _arguments: Namespace) -> int:
    """Print the settings in force, defaults included; there are no secrets in them."""
    data = effective(context.read_settings())
    if context.as_json:
        context.print_json(data)
    else:
        context.print_lines(as_toml(data))
    return Exit.DONE


def effective(settings: Settings) -> report.JsonObject:
    """All settings as plain data in the shape of the file, values that are not set left out."""
    tables: report.JsonObject = {"schema": SCHEMA_VERSION}
    tables["general"] = _table("general", settings.general)
    address = _table("address", settings.address)
    for family, own in ((Family.IPV4, settings.ipv4), (Family.IPV6, settings.ipv6)):
        fitting = tuple(source for source in own.sources if not fixes_other_family(source, family))
        address[family.value] = _table(f"address.{family}", replace(own, sources=fitting))
    tables["address"] = address
    tables["verify"] = _table("verify", settings.verify)
    tables["alerts"] = _table("alerts", settings.alerts)
    tables["line"] = [_table("line", each) for each in settings.lines]
    tables["account"] = [{**_table("account", each), **each.options} for each in settings.accounts]
    tables["record"] = [_table("record", each) for each in settings.records]
    return tables


def _table(section: str, values: object) -> report.JsonObject:
    table: report.JsonObject = {}
    for setting in settings_of(section):
        if setting.later:
            continue
        value = getattr(values, setting.key, None)
        if value is not None and not (setting.kind.is_list and not value and setting.default in {None, ()}):
            table[setting.key] = _plain(setting, value)
    return table


def _plain(setting: Setting, value: object) -> report.Json:
    if setting.kind.is_list and isinstance(value, tuple):
        return [str(each) for each in value]
    if setting.kind is Kind.DURATION and isinstance(value, int | float):
        return format_duration(value)
    return value if isinstance(value, bool | int | float) else str(value)


def as_toml(data: Mapping[str, report.Json]) -> list[str]:
    """Write plain data as TOML. Every basic TOML string is a JSON string, but for DEL, which no setting may hold."""
    lines: list[str] = []
    _write_table(lines, "", data)
    return lines


def _write_table(lines: list[str], path: str, table: Mapping[str, report.Json]) -> None:
    lines += [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in table.items()
        if _is_plain(value) and value != []
    ]
    for key, value in table.items():
        inner = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            lines += ["", f"[{inner}]"]
            _write_table(lines, inner, value)
        elif isinstance(value, list) and not _is_plain(value):
            for each in value:
                if isinstance(each, dict):
                    lines += ["", f"[[{inner}]]"]
                    _write_table(lines, inner, each)


def _is_plain(value: report.Json) -> bool:
    if isinstance(value, list):
        return not value or not isinstance(value[0], dict)
    return not isinstance(value, dict)
