"""The services that we know, as data, and the door to an account of one of them.

Looking things up loads no service's code; `open_account` loads the one that it needs.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, cast

from ddns_tray.core.errors import ConfigError, SecretMissing
from ddns_tray.core.model import ProviderStatus
from ddns_tray.core.text import text
from ddns_tray.providers.catalogue import ENTRIES
from ddns_tray.providers.entry import Entry, Opening

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ddns_tray.core.model import ProviderSpec
    from ddns_tray.core.ports import Clock, HttpClient, Provider, Secret, Sockets
    from ddns_tray.core.text import Text


class _ServiceModule(Protocol):
    def open_account(self, opening: Opening) -> Provider: ...


_LIBRARIES = MappingProxyType({"lexicon": "lexicon"})
"""The module by which an optional part of this package shows that it is installed."""


def _as_installed(entry: Entry, installed: Collection[str]) -> Entry:
    """Mark a service of which the optional part is not installed, and say how to get it."""
    if not entry.spec.extra or entry.spec.extra in installed or entry.spec.status is not ProviderStatus.ALIVE:
        return entry
    return replace(entry, spec=replace(entry.spec, status=ProviderStatus.MISSING, note=_how_to_install(entry.spec)))


def _how_to_install(spec: ProviderSpec) -> Text:
    if getattr(sys, "frozen", False):
        return text(
            "{service} needs dns-lexicon, which is not in this package. Install DDNS Tray with pip to have it.",
            service=spec.title,
        )
    return text(
        "{service} needs an optional part. Install it with: {command}",
        service=spec.title,
        command=f'pip install "ddns-tray[{spec.extra}]"',
    )


def known_entries(installed: Collection[str]) -> tuple[Entry, ...]:
    """All services, as they are with these optional parts installed."""
    return tuple(_as_installed(entry, installed) for entry in ENTRIES)


def _installed() -> frozenset[str]:
    return frozenset(extra for extra, module in _LIBRARIES.items() if find_spec(module) is not None)


_ENTRIES = known_entries(_installed())

SPECS: tuple[ProviderSpec, ...] = tuple(entry.spec for entry in _ENTRIES)


def _search_key(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _index() -> Mapping[str, Entry]:
    """Every name and its service; an id goes before a title, a title before what people say."""
    index: dict[str, Entry] = {}
    for entry in _ENTRIES:
        for alias in entry.spec.aliases:
            index.setdefault(_search_key(alias), entry)
    index |= {_search_key(entry.spec.title): entry for entry in _ENTRIES}
    index |= {_search_key(entry.spec.id): entry for entry in _ENTRIES}
    return MappingProxyType(index)


_INDEX = _index()


def spec(id_or_alias: str) -> ProviderSpec:
    """Return the service of that id, title or alias; raise `ConfigError` that names the nearest ones."""
    return _entry(id_or_alias).spec


def find(words: str) -> tuple[ProviderSpec, ...]:
    """Return the services of which id, title or an alias contains what somebody typed, in the registry's order."""
    wanted = _search_key(words)
    return tuple(
        entry.spec
        for entry in _ENTRIES
        if any(wanted in _search_key(name) for name in (entry.spec.id, entry.spec.title, *entry.spec.aliases))
    )


def checked_options(spec_id: str, options: Mapping[str, str]) -> Mapping[str, str]:
    """Return an account's options under their proper names, with defaults filled in, or raise `ConfigError`.

    A service that has ended takes no options at all.
    """
    entry = _entry(spec_id)
    if entry.spec.status is ProviderStatus.ENDED:
        raise ConfigError(text("{service} has ended.", service=entry.spec.title), entry.spec.note)
    fields = {item.name: item for item in entry.spec.fields}
    checked: dict[str, str] = {}
    for written, value in options.items():
        name = written if written in fields else entry.other_names.get(written, written)
        known = fields.get(name)
        if known is None:
            raise ConfigError(
                text("{service} has no option {option}.", service=entry.spec.title, option=written),
                text(
                    "It knows these: {options}.",
                    options=", ".join(item.name for item in entry.spec.fields if not item.secret),
                ),
            )
        if known.secret:
            raise ConfigError(
                text("{option} is a secret and does not belong into the settings.", option=written),
                text("Keep it in the keyring with ddns-tray secret set."),
            )
        if known.choices and value and value.strip().lower() not in known.choices:
            raise ConfigError(
                text("{option} cannot be {value}.", option=written, value=value),
                text("It can be one of these: {choices}.", choices=", ".join(known.choices)),
            )
        checked[name] = value.strip()
    for item in entry.spec.fields:
        if item.secret:
            continue
        if not checked.get(item.name) and item.default is not None:
            checked[item.name] = item.default
        if item.required and not checked.get(item.name):
            raise ConfigError(
                text("The account lacks {option}, which {service} needs.", option=item.name, service=entry.spec.title),
                item.help,
            )
    return MappingProxyType(checked)


def open_account(
    spec_id: str,
    options: Mapping[str, str],
    secrets: Mapping[str, Secret],
    *,
    http: HttpClient,
    clock: Clock,
    sockets: Sockets | None = None,
) -> Provider:
    """Open an account. Sends nothing; raises `ConfigError` or `SecretMissing` if something is wrong or missing."""
    entry = _entry(spec_id)
    if entry.spec.status is ProviderStatus.MISSING:
        raise ConfigError(
            text("{service} needs a part of this program that is not installed.", service=entry.spec.title),
            entry.spec.note,
        )
    checked = checked_options(spec_id, options)
    for item in entry.spec.fields:
        if item.secret and item.required and not (item.name in secrets and secrets[item.name].reveal()):
            raise SecretMissing(
                text("The account has no {field} yet.", field=item.name),
                text("Enter it in the settings, or with ddns-tray secret set."),
            )
    module = cast(_ServiceModule, import_module(entry.module))
    return module.open_account(Opening(entry.spec, checked, MappingProxyType(dict(secrets)), http, clock, sockets))


def _entry(id_or_alias: str) -> Entry:
    entry = _INDEX.get(_search_key(id_or_alias))
    if entry is not None:
        return entry
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistyped name pays for it

    near = get_close_matches(_search_key(id_or_alias), _INDEX, n=3)
    nearest = dict.fromkeys(_INDEX[name].spec.id for name in near)
    raise ConfigError(
        text("There is no provider called {provider}.", provider=id_or_alias),
        text("Did you mean one of these: {providers}?", providers=", ".join(nearest))
        if nearest
        else text("ddns-tray providers lists all that there are."),
    )
