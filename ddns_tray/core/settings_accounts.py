"""The [[account]] tables: the provider must exist, its plain fields fit, and its secrets must be elsewhere."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.errors import UsageError
from ddns_tray.core.settings import AccountSettings
from ddns_tray.core.settings_faults import closest, known_hint
from ddns_tray.core.settings_schema import settings_of
from ddns_tray.core.settings_tables import read_table
from ddns_tray.core.settings_values import check_text, check_url, looks_secret, shown
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import FieldSpec, ProviderSpec
    from ddns_tray.core.settings_faults import Faults
    from ddns_tray.core.toml_lines import KeyPath

BASE_URL = "base_url"
FAMILIES_WITHOUT_HTTP = frozenset({"rfc2136"})
"""By `ProviderSpec.family`: services that speak DNS alone and so have no base URL."""


def read_account(
    data: Mapping[str, object], path: KeyPath, providers: Mapping[str, ProviderSpec], faults: Faults
) -> AccountSettings | None:
    """Read one account; None if it cannot be used, which has then been noted."""
    own = {rule.key for rule in settings_of("account")}
    rest = {key: value for key, value in data.items() if key not in own}
    values = read_table(data, "account", path, faults, elsewhere=tuple(rest))
    provider = values.get("provider")
    spec = providers.get(provider) if provider else None
    if provider and spec is None:
        _unknown_provider(provider, (*path, "provider"), providers, faults)
    options = {}
    for key, raw in rest.items():
        value = _read_option(values.get("id"), spec, raw, (*path, key), faults)
        if value is not None:
            options[key] = value
    if spec is not None:
        _require_fields(spec, rest, path, faults)
    if "id" not in values or spec is None:
        return None
    return AccountSettings(values["id"], spec.id, MappingProxyType(options))


def secret_key(account: str) -> str:
    """The form of an account's id in names of environment variables; two accounts must not share it."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in account).upper()


def _unknown_provider(provider: str, path: KeyPath, providers: Mapping[str, ProviderSpec], faults: Faults) -> None:
    """Say what was probably meant. There are far too many services to name them all."""
    wanted = provider.casefold()
    named = (
        spec.id for spec in providers.values() if wanted in {each.casefold() for each in (spec.title, *spec.aliases)}
    )
    meant = next(named, None) or closest(provider, providers)
    hint = text("ddns-tray providers lists all that there are.")
    if meant is not None:
        hint = text(
            "Did you mean {suggestion}? Otherwise, ddns-tray providers lists all that there are.", suggestion=meant
        )
    faults.add(path, text("There is no provider {provider}.", provider=shown(provider)), hint)


def _read_option(
    account: str | None, spec: ProviderSpec | None, raw: object, path: KeyPath, faults: Faults
) -> str | None:
    key = str(path[-1])
    fields = {field.name: field for field in spec.fields} if spec else {}
    plain = [*(name for name, field in fields.items() if not field.secret)]
    if spec is None or (spec.family not in FAMILIES_WITHOUT_HTTP and BASE_URL not in plain):
        plain.append(BASE_URL)
    if key not in plain:
        if (key in fields and fields[key].secret) or looks_secret(key):
            _refuse_secret(account, spec, path, faults)
        elif spec is not None:  # without a provider there is nothing to compare with
            faults.add_unknown(path, [*(rule.key for rule in settings_of("account")), *plain])
        return None
    if not isinstance(raw, str | int | float):
        faults.add(path, text("{key} has a value of the wrong kind.", key=key), text("Write a text between quotes."))
        return None
    value = str(raw).lower() if isinstance(raw, bool) else str(raw)
    try:
        return check_option(fields.get(key), key, value)
    except UsageError as exc:
        faults.add_error(path, exc)
        return None


def check_option(field: FieldSpec | None, key: str, value: str) -> str:
    """Accept the value of a plain field, or raise `UsageError` with the reason; forms ask while it is typed."""
    if field is not None and field.choices and value not in field.choices:
        raise UsageError(
            text("{value} is not a choice for {key}.", value=shown(value), key=key), known_hint(value, field.choices)
        )
    if "://" in value:
        check_url(value)
    elif key == BASE_URL or (value and field is not None and "://" in (field.default or "")):
        _check_bare_host(value)
    elif key == "server" and (value.isdecimal() or "/" in value):
        raise UsageError(
            text("{value} is not a server.", value=shown(value)),
            text("Write a host name or an address, such as ns.example.org."),
        )
    return check_text(value)


def _check_bare_host(value: str) -> None:
    """Accept an address without its scheme, which then is https; a single word is more often a slip than a host."""
    check_url(f"https://{value}")
    host = value.partition("/")[0]
    if host and not (host == "localhost" or "." in host or ":" in host):
        check_url(value)


def _refuse_secret(account: str | None, spec: ProviderSpec | None, path: KeyPath, faults: Faults) -> None:
    """Name the command that moves the secret; its value is neither read nor shown."""
    key = str(path[-1])
    secrets = [field.name for field in spec.fields if field.secret] if spec else []
    field = key if key in secrets or not secrets else closest(key, secrets) or secrets[0]
    faults.add(
        path,
        text("{key} is a secret, and secrets do not belong in this file.", key=shown(key)),
        text(
            "Remove the line and type: ddns-tray secret set {account} {field}",
            account=account or "ACCOUNT",
            field=shown(field),
        ),
    )


def _require_fields(spec: ProviderSpec, given: Mapping[str, object], path: KeyPath, faults: Faults) -> None:
    for field in spec.fields:
        if field.secret or not field.required or field.default is not None or given.get(field.name, "") != "":
            continue
        faults.add(
            (*path, field.name) if field.name in given else path,
            text("The account needs the key {key} for {provider}.", key=field.name, provider=spec.title),
            text('Write a line such as {key} = "…" here.', key=field.name),
        )
