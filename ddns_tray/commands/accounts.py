"""`providers`, `account` and `secret`: services, accounts at them, and what opens them.

A secret comes by prompt or by pipe, never on a command line, where other users could read it.
"""

from __future__ import annotations

import asyncio
import contextlib
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray import report
from ddns_tray.commands import loop
from ddns_tray.commands.context import Exit, is_terminal, tell_error
from ddns_tray.commands.rounds import ASK_TIMEOUT, ask_instance
from ddns_tray.core.errors import ConfigError, DdnsTrayError, UsageError
from ddns_tray.core.ports import Secret
from ddns_tray.core.settings import AccountSettings
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

    from ddns_tray.commands.context import Context
    from ddns_tray.core.model import AccountReport, ProviderSpec
    from ddns_tray.core.ports import SecretStore
    from ddns_tray.core.settings import Settings

_MAX_SECRET = 65536


def providers(context: Context, arguments: Namespace) -> int:
    """List the services that we can write to."""
    from ddns_tray.providers import registry  # noqa: PLC0415 - loads when needed

    specs = registry.find(arguments.search) if arguments.search else registry.SPECS
    if context.as_json:
        context.print_json(report.providers_report(specs, context.words))
    else:
        context.print_lines(report.provider_lines(specs, context.words))
    return Exit.DONE


# --- account ---


def account_list(context: Context, _arguments: Namespace) -> int:
    """List the accounts of the settings."""
    accounts = context.read_settings().accounts
    if context.as_json:
        listed: list[report.Json] = [
            {"id": each.id, "provider": each.provider, "options": dict(each.options)} for each in accounts
        ]
        context.print_json({"schema": report.SCHEMA, "accounts": listed})
    elif accounts:
        rows = [(each.id, each.provider, " ".join(f"{k}={v}" for k, v in each.options.items())) for each in accounts]
        context.print_lines(report.table(rows))
    else:
        context.tell(
            context.words.tr("There is no account yet. Add one: ddns-tray account add NAME --provider SERVICE")
        )
    return Exit.DONE


def account_add(context: Context, arguments: Namespace) -> int:
    """Add an account: options by --set or by prompt, secrets by prompt into the keyring."""
    from ddns_tray.providers import registry  # noqa: PLC0415 - loads when needed

    settings_file = context.settings_file()
    if any(each.id == arguments.id for each in settings_file.read().accounts):
        raise UsageError(
            text("There is already an account called {account}.", account=arguments.id),
            text("Choose another name, or remove it first: ddns-tray account remove {account}", account=arguments.id),
        )
    asks = is_terminal(context.stdin)
    wanted = arguments.provider or (_ask_provider(context) if asks else None)
    if not wanted:
        raise UsageError(
            text("The provider is missing."), text("Add --provider SERVICE; ddns-tray providers lists all services.")
        )
    spec = registry.spec(wanted)
    options = _given_options(spec, arguments.id, arguments.set or ())
    if asks:
        _ask_options(context, spec, options)
    account = AccountSettings(arguments.id, spec.id, MappingProxyType(options))
    registry.checked_options(spec.id, account.options)
    typed = _ask_secrets(context, spec) if asks else {}
    if typed:
        asyncio.run(_keep(_store(context), account.id, typed))
    settings_file.put_account(account)
    context.tell(context.words.tr("The account {account} is in the settings.", account=account.id))
    if not asks:
        for wanted_field in spec.fields:
            if wanted_field.secret and wanted_field.required:
                context.tell(
                    context.words.tr(
                        "Still to do: ddns-tray secret set {account} {field}",
                        account=account.id,
                        field=wanted_field.name,
                    )
                )
        return Exit.DONE
    return _test_all(context, (account,))


def account_remove(context: Context, arguments: Namespace) -> int:
    """Remove an account that no record uses, and its secrets."""
    from ddns_tray.providers import registry  # noqa: PLC0415 - loads when needed

    settings_file = context.settings_file()
    account = _account(settings_file.read(), arguments.id)
    settings_file.remove_account(account.id)
    names = [each.name for each in registry.spec(account.provider).fields if each.secret]
    asyncio.run(_forget(_store(context), account.id, names))
    context.tell(context.words.tr("The account {account} and its secrets are removed.", account=account.id))
    return Exit.DONE


def account_test(context: Context, arguments: Namespace) -> int:
    """Try accounts without writing: all, or those named."""
    settings = context.read_settings()
    if arguments.ids:
        return _test_all(context, tuple(_account(settings, each) for each in arguments.ids))
    if not settings.accounts:
        context.tell(
            context.words.tr("There is no account yet. Add one: ddns-tray account add NAME --provider SERVICE")
        )
    return _test_all(context, settings.accounts)


def _test_all(context: Context, accounts: Sequence[AccountSettings]) -> int:
    reports = loop.run(_test_each(context, accounts))
    failed = sum(isinstance(each, DdnsTrayError) for each in reports)
    if context.as_json:
        listed: list[report.Json] = [
            _test_report(context, account, found) for account, found in zip(accounts, reports, strict=True)
        ]
        context.print_json({"schema": report.SCHEMA, "accounts": listed})
    else:
        for account, found in zip(accounts, reports, strict=True):
            if isinstance(found, DdnsTrayError):
                context.tell(context.words.tr("{account} does not work:", account=account.id))
                tell_error(context.err, context.words, found)
            else:
                context.print_lines(_test_lines(context, account, found))
    if not failed:
        return Exit.DONE
    return Exit.ALL_FAILED if failed == len(accounts) else Exit.SOME_FAILED


async def _test_each(context: Context, accounts: Sequence[AccountSettings]) -> list[AccountReport | DdnsTrayError]:
    from ddns_tray.wiring import build_runtime  # noqa: PLC0415 - loads when needed

    runtime = build_runtime(context.paths, clock=context.clock, environ=context.environ)
    reports: list[AccountReport | DdnsTrayError] = []
    try:
        for account in accounts:
            try:
                reports.append(await runtime.desk.test(account, {}))
            except DdnsTrayError as exc:
                reports.append(exc)
    finally:
        await runtime.aclose()
    return reports


def _test_lines(context: Context, account: AccountSettings, found: AccountReport) -> list[str]:
    words = context.words
    if found.zones:
        first = words.ntr(
            "{account} works. It sees one zone: {zones}.",
            "{account} works. It sees {count} zones: {zones}.",
            len(found.zones),
            account=account.id,
            zones=words.listing(found.zones),
        )
    elif found.tried:
        first = words.tr("{account} works.", account=account.id)
    else:
        first = words.tr("{account} could not be tried.", account=account.id)
    return [first, *(f"  {words.say(remark)}" for remark in found.remarks)]


def _test_report(context: Context, account: AccountSettings, found: AccountReport | DdnsTrayError) -> report.JsonObject:
    """`works` is null where nothing could be tried."""
    told: report.JsonObject = {"id": account.id, "provider": account.provider}
    if isinstance(found, DdnsTrayError):
        error = report.problem_report(found.problem, context.words)
        return {**told, "works": False, "zones": [], "remarks": [], "error": error}
    remarks: list[report.Json] = [context.words.say(each) for each in found.remarks]
    return {**told, "works": found.tried or None, "zones": list(found.zones), "remarks": remarks, "error": None}


def _given_options(spec: ProviderSpec, account_id: str, assignments: Sequence[str]) -> dict[str, str]:
    secret_names = {each.name for each in spec.fields if each.secret}
    options: dict[str, str] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise UsageError(
                text("--set needs a name and a value."), text("Write it as --set server=https://ns.example.org")
            )
        if name in secret_names:
            raise UsageError(
                text("{field} is a secret and must not stand on a command line.", field=name),
                text(
                    "Other users can read command lines. Use: ddns-tray secret set {account} {field}",
                    account=account_id,
                    field=name,
                ),
            )
        options[name] = value
    return options


def _ask_provider(context: Context) -> str | None:
    return _prompt(context, context.words.tr("Provider: ")) or None


def _ask_options(context: Context, spec: ProviderSpec, options: dict[str, str]) -> None:
    for wanted in spec.fields:
        if wanted.secret or wanted.name in options or not wanted.required:
            continue
        label = context.words.say(wanted.label)
        if wanted.default is not None:
            question = context.words.tr("{label} [{default}]: ", label=label, default=wanted.default)
        else:
            context.tell(context.words.say(wanted.help))
            question = context.words.tr("{label}: ", label=label)
        answer = _prompt(context, question)
        if answer:
            options[wanted.name] = answer


def _ask_secrets(context: Context, spec: ProviderSpec) -> dict[str, Secret]:
    typed: dict[str, Secret] = {}
    for wanted in spec.fields:
        if not wanted.secret:
            continue
        context.tell(context.words.say(wanted.help))
        answer = _hidden_prompt(context, context.words.say(wanted.label))
        if answer:
            typed[wanted.name] = Secret(answer)
    return typed


def _prompt(context: Context, question: str) -> str:
    context.err.write(question)
    context.err.flush()
    return context.stdin.readline().strip()


def _hidden_prompt(context: Context, label: str) -> str:
    """Ask without showing the answer; the end of the input (Ctrl-D) is an empty one, as at every other prompt."""
    from getpass import getpass  # noqa: PLC0415 - loads when needed

    try:
        return getpass(context.words.tr("{label} (not shown): ", label=label), context.err)
    except EOFError:
        context.tell("")  # the terminal still stands in the line of the question
        return ""


# --- secret ---


def secret_set(context: Context, arguments: Namespace) -> int:
    """Put one secret into the keyring, from a prompt or from standard input."""
    _check_field(context, arguments.account, arguments.field)
    if is_terminal(context.stdin):
        value = _hidden_prompt(context, f"{arguments.account}/{arguments.field}")
    else:
        value = context.stdin.read(_MAX_SECRET).rstrip("\r\n")
    if not value:
        raise UsageError(text("The secret is empty."), text("Type it at the prompt, or pipe it in."))
    asyncio.run(_keep(_store(context), arguments.account, {arguments.field: Secret(value)}))
    _renew_instance(context)
    context.tell(
        context.words.tr("The secret {field} of {account} is kept.", field=arguments.field, account=arguments.account)
    )
    return Exit.DONE


def secret_delete(context: Context, arguments: Namespace) -> int:
    """Remove one secret from the keyring."""
    asyncio.run(_forget(_store(context), arguments.account, [arguments.field]))
    _renew_instance(context)
    context.tell(
        context.words.tr(
            "The secret {field} of {account} is removed.", field=arguments.field, account=arguments.account
        )
    )
    return Exit.DONE


def _renew_instance(context: Context) -> None:
    """Let a running instance open its accounts anew; one that does not understand finds out by itself later."""
    with contextlib.suppress(DdnsTrayError):
        ask_instance(context, {"verb": "renew"}, ASK_TIMEOUT)


def _check_field(context: Context, account_id: str, field: str) -> None:
    """Refuse a misspelt field. Broken settings are no obstacle: a secret in them may be why we are called."""
    from ddns_tray.providers import registry  # noqa: PLC0415 - loads when needed

    try:
        account = next((each for each in context.settings_file().read().accounts if each.id == account_id), None)
    except ConfigError:
        return
    if account is None:
        context.tell(context.words.tr("Note: the settings have no account called {account} yet.", account=account_id))
        return
    known = [each.name for each in registry.spec(account.provider).fields if each.secret]
    if field not in known:
        raise UsageError(
            text("The account {account} has no secret called {field}.", account=account_id, field=field),
            text("It has these: {fields}.", fields=", ".join(known)),
        )


def _account(settings: Settings, account_id: str) -> AccountSettings:
    for account in settings.accounts:
        if account.id == account_id:
            return account
    raise UsageError(
        text("There is no account called {account}.", account=account_id),
        text("ddns-tray account list shows all accounts."),
    )


def _store(context: Context) -> SecretStore:
    from ddns_tray.store.secrets import build_secrets  # noqa: PLC0415 - loads when needed

    return build_secrets(context.paths.config_file, environ=context.environ)


async def _keep(store: SecretStore, account_id: str, typed: Mapping[str, Secret]) -> None:
    for name, value in typed.items():
        await store.set(account_id, name, value)


async def _forget(store: SecretStore, account_id: str, names: Sequence[str]) -> None:
    for name in names:
        await store.delete(account_id, name)
