"""`record`: the names that are kept or watched. What stands at the provider is not touched here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray import report
from ddns_tray.commands.context import Exit
from ddns_tray.core.errors import UsageError
from ddns_tray.core.model import RecordType
from ddns_tray.core.names import canonical_name
from ddns_tray.core.settings import RecordSettings
from ddns_tray.core.settings_values import check_address
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from argparse import Namespace

    from ddns_tray.commands.context import Context


def record_list(context: Context, _arguments: Namespace) -> int:
    """List the records of the settings."""
    records = context.read_settings().records
    if context.as_json:
        context.print_json({"schema": report.SCHEMA, "records": [_report(each) for each in records]})
    elif records:
        watched = context.words.tr("only watched")
        rows = [(each.name, " ".join(each.types), each.account or watched) for each in records]
        context.print_lines(report.table(rows))
    else:
        context.tell(context.words.tr("There is no name yet. Add one: ddns-tray record add NAME --account ACCOUNT"))
    return Exit.DONE


def record_add(context: Context, arguments: Namespace) -> int:
    """Add a name, or change how it is kept if it is there already."""
    settings_file = context.settings_file()
    settings = settings_file.read()
    record = RecordSettings(
        name=canonical_name(arguments.name),
        types=tuple(RecordType(each) for each in dict.fromkeys(arguments.type or ("A",))),
        account=arguments.account,
        ttl=arguments.ttl,
        proxied=arguments.proxied,
        comment=arguments.comment,
        allow_private=arguments.allow_private,
        expected=tuple(check_address(each) for each in arguments.expect or ()),
    )
    same = next((each for each in settings.records if each.name == record.name), None)
    if same is not None:
        # What the command line cannot say stays; a name that lost its line would follow another address.
        record = replace(record, ipv6_host=same.ipv6_host, line=same.line, view=same.view)
    settings_file.put_record(record, replaces=same)
    if same is None:
        context.tell(context.words.tr("{name} is in the settings.", name=record.name))
    else:
        context.tell(context.words.tr("{name} is changed in the settings.", name=record.name))
    return Exit.DONE


def record_remove(context: Context, arguments: Namespace) -> int:
    """Stop keeping a name."""
    settings_file = context.settings_file()
    name = canonical_name(arguments.name)
    found = [each for each in settings_file.read().records if each.name == name]
    if not found:
        raise UsageError(
            text("{name} is not in the settings.", name=name), text("ddns-tray record list shows all names.")
        )
    for record in found:
        settings_file.remove_record(record)
    context.tell(context.words.tr("{name} is no longer kept. What stands at the provider stays as it is.", name=name))
    return Exit.DONE


def _report(record: RecordSettings) -> report.JsonObject:
    return {
        "name": record.name,
        "types": [each.value for each in record.types],
        "account": record.account,
        "ttl": record.ttl,
        "proxied": record.proxied,
        "comment": record.comment,
        "allow_private": record.allow_private,
        "expected": list(record.expected),
        "ipv6_host": record.ipv6_host or None,
        "line": list(record.line),
        "view": record.view.value,
    }
