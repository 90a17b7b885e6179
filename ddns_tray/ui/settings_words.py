"""What separates two settings, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.settings_exchange import Difference
from ddns_tray.core.settings_schema import setting
from ddns_tray.ui.display import readable_name

if TYPE_CHECKING:
    from ddns_tray.core.ports import SettingValue
    from ddns_tray.core.settings_exchange import Risks, SettingsDifference
    from ddns_tray.words import Words


def difference_in_words(words: Words, found: SettingsDifference) -> str:
    """One line for one difference."""
    if found.section == "account":
        return _account(words, found)
    if found.section == "record":
        return _record(words, found)
    if found.section == "line":
        return _line(words, found)
    label = words.say(setting(found.section, found.name).label)
    before, after = _value(words, found.before), _value(words, found.after)
    if found.section.endswith("ipv4"):
        return words.tr("{label} for IPv4: {before} → {after}", label=label, before=before, after=after)
    if found.section.endswith("ipv6"):
        return words.tr("{label} for IPv6: {before} → {after}", label=label, before=before, after=after)
    return words.tr("{label}: {before} → {after}", label=label, before=before, after=after)


def _account(words: Words, found: SettingsDifference) -> str:
    match found.kind:
        case Difference.NEW:
            return words.tr("New account: {name}", name=found.name)
        case Difference.GONE:
            return words.tr("Account removed: {name}", name=found.name)
        case Difference.CHANGED:
            return words.tr("Account changed: {name} ({changes})", name=found.name, changes=_changes(words, found))


def _line(words: Words, found: SettingsDifference) -> str:
    match found.kind:
        case Difference.NEW:
            return words.tr("New line: {name}", name=found.name)
        case Difference.GONE:
            return words.tr("Line removed: {name}", name=found.name)
        case Difference.CHANGED:
            return words.tr("Line changed: {name} ({changes})", name=found.name, changes=_changes(words, found))


def _record(words: Words, found: SettingsDifference) -> str:
    name, _, types = found.name.partition(" ")
    shown = f"{readable_name(name)} ({types})"
    match found.kind:
        case Difference.NEW:
            return words.tr("New name: {name}", name=shown)
        case Difference.GONE:
            return words.tr("Name removed: {name}", name=shown)
        case Difference.CHANGED:
            return words.tr("Name changed: {name} ({changes})", name=shown, changes=_changes(words, found))


def _changes(words: Words, found: SettingsDifference) -> str:
    nothing = words.tr("nothing")
    return words.listing(
        [
            words.tr(
                "{key}: {before} → {after}",
                key=key,
                before=nothing if before is None else _value(words, before),
                after=nothing if after is None else _value(words, after),
            )
            for key, (before, after) in zip(found.keys, found.forms, strict=True)
        ]
    )


def risks_in_words(words: Words, found: Risks) -> list[str]:
    """One sentence for each thing that a person should know before saying yes."""
    return [
        *(words.tr("This program will be run on this computer: {program}", program=each) for each in found.programs),
        *(
            words.tr("The secrets of {account} will be sent to {server}.", account=account, server=server)
            for account, server in found.servers
        ),
    ]


def _value(words: Words, value: SettingValue | None) -> str:
    if value is None:
        return words.tr("the same as for both")
    if isinstance(value, bool):
        return words.tr("on") if value else words.tr("off")
    if isinstance(value, list):
        return words.listing(value) if value else words.tr("nothing")
    return str(value) or words.tr("nothing")
