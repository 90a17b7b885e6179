"""One table of the settings file, read by the rows of `core.settings_schema`: unknown keys, kinds, ranges, choices."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeGuard

from ddns_tray.core.durations import format_duration, parse_duration
from ddns_tray.core.errors import UsageError
from ddns_tray.core.names import canonical_name
from ddns_tray.core.own_addresses import parse_host_part
from ddns_tray.core.settings_faults import known_hint
from ddns_tray.core.settings_schema import Kind, Setting, settings_of
from ddns_tray.core.settings_values import ELEMENT_CHECKS, check_address, check_identifier, check_text, shown
from ddns_tray.core.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ddns_tray.core.settings_faults import Faults
    from ddns_tray.core.toml_lines import KeyPath

_LIST_HINT = text('Write a list of texts in square brackets, such as ["one", "two"].')
_TEXT_HINT = text("Write a text between double quotes.")
_NUMBER_HINT = text("Write a whole number without quotes.")
_KIND_HINTS: Mapping[Kind, Text] = MappingProxyType(
    {
        Kind.BOOLEAN: text("Write true or false, without quotes."),
        Kind.INTEGER: _NUMBER_HINT,
        Kind.DURATION: text('Write "60s", "5m", "1h" or a whole number of seconds.'),
    }
)


class _Unusable(Exception):
    """The value is wrong and the fault is noted."""


def is_table(data: object, path: KeyPath, faults: Faults) -> TypeGuard[dict[str, object]]:
    """Whether `data` is a table, with a fault if it is not."""
    if isinstance(data, dict):
        return True
    section = ".".join(str(part) for part in path)
    faults.add(
        path,
        text("{section} must be a table.", section=section),
        text("Write [{section}] on a line of its own and the keys below it.", section=section),
    )
    return False


def read_table(
    data: Mapping[str, object], section: str, path: KeyPath, faults: Faults, *, elsewhere: Collection[str] = ()
) -> dict[str, Any]:
    """Return the usable values of a table by key. Keys in `elsewhere` are somebody else's to read.

    A key that is not written is not in the result, so that the dataclasses of `core.settings` keep the defaults.
    """
    rules = {rule.key: rule for rule in settings_of(section)}
    values: dict[str, Any] = {}
    for key, raw in data.items():
        if key in elsewhere:
            continue
        if key not in rules:
            faults.add_unknown((*path, key), [*rules, *elsewhere])
            continue
        try:
            value = _read_value(rules[key], raw, (*path, key), faults)
        except _Unusable:
            continue
        if not rules[key].later:
            values[key] = value
    for rule in rules.values():
        if rule.required and rule.key not in data:
            faults.add(
                path,
                text("The key {key} is missing.", key=rule.key),
                text('Write a line such as {key} = "…" here.', key=rule.key),
            )
    return values


def _read_value(rule: Setting, raw: object, path: KeyPath, faults: Faults) -> object:
    if rule.later:
        return _refuse_unless_empty(rule, raw, path, faults)
    try:
        if rule.kind.is_list:
            return _read_list(rule, raw, path, faults)
        return _in_range(rule, _read_one(rule, raw))
    except UsageError as exc:
        faults.add_error(path, exc)
        raise _Unusable from exc


def _read_one(rule: Setting, raw: object) -> object:
    if rule.kind is Kind.BOOLEAN and isinstance(raw, bool):
        return raw
    if rule.kind is Kind.INTEGER and isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if rule.kind is Kind.DURATION and isinstance(raw, str | int) and not isinstance(raw, bool):
        return _read_duration(rule, raw)
    if isinstance(raw, str) and rule.kind not in _KIND_HINTS:
        return _read_text(rule, raw)
    raise UsageError(_wrong_kind(rule.key), _KIND_HINTS.get(rule.kind, _TEXT_HINT))


def _read_duration(rule: Setting, raw: str | int) -> float:
    try:
        return parse_duration(raw)
    except UsageError as exc:
        raise UsageError(text("{key} is not a duration.", key=rule.key), exc.problem.hint) from exc


def _read_text(rule: Setting, raw: str) -> str:
    if rule.kind is Kind.NAME:
        return canonical_name(raw)
    if rule.kind is Kind.IDENTIFIER:
        return check_identifier(raw, of_line=rule.section == "line")
    if rule.kind is Kind.LOCAL_ADDRESS and raw:
        return check_address(raw)
    if rule.kind is Kind.CHOICE and raw not in rule.choices:
        raise UsageError(
            text("{value} is not a choice for {key}.", value=shown(raw), key=rule.key), known_hint(raw, rule.choices)
        )
    if rule.kind is Kind.HOST_PART and raw:
        parse_host_part(raw)
    return check_text(raw)


def _read_list(rule: Setting, raw: object, path: KeyPath, faults: Faults) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise UsageError(_wrong_kind(rule.key), _LIST_HINT)
    values: list[str] = []
    usable = True
    for position, element in enumerate(raw):
        try:
            value = _read_element(rule, element)
            if value in values:
                raise UsageError(  # noqa: TRY301 - noted like any other fault of an element
                    text("{value} is written twice.", value=shown(value)), text("Remove one of the two.")
                )
        except UsageError as exc:
            faults.add_error((*path, position), exc)
            usable = False
        else:
            values.append(value)
    if not usable:
        raise _Unusable
    return tuple(values)


def _read_element(rule: Setting, element: object) -> str:
    if not isinstance(element, str):
        raise UsageError(_wrong_kind(rule.key), _LIST_HINT)
    return ELEMENT_CHECKS[rule.kind](element)


def _in_range(rule: Setting, value: object) -> object:
    if not isinstance(value, int | float):
        return value
    written = format_duration if rule.kind is Kind.DURATION else str
    if rule.minimum is not None and value < rule.minimum:
        raise UsageError(
            text("{key} is {value}, which is too small.", key=rule.key, value=written(value)),
            text("The smallest value is {minimum}.", minimum=written(_whole(rule.minimum))),
        )
    if rule.maximum is not None and value > rule.maximum:
        raise UsageError(
            text("{key} is {value}, which is too large.", key=rule.key, value=written(value)),
            text("The largest value is {maximum}.", maximum=written(_whole(rule.maximum))),
        )
    return value


def _refuse_unless_empty(rule: Setting, raw: object, path: KeyPath, faults: Faults) -> object:
    if raw not in ("", []):
        faults.add(
            path,
            text("The key {key} is not available in this version.", key=rule.key),
            text("Remove the line, or leave its value empty."),
        )
        raise _Unusable
    return raw


def _wrong_kind(key: str) -> Text:
    return text("{key} has a value of the wrong kind.", key=key)


def _whole(number: float) -> int:
    return round(number)
