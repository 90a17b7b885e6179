"""`doctor`: try everything that the product stands on, and say of each thing whether it works and what to do if not."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from ddns_tray import report, terminal
from ddns_tray.commands import doors, loop
from ddns_tray.commands.context import Exit
from ddns_tray.commands.doctor_sources import each_source
from ddns_tray.commands.findings import Finding, Health
from ddns_tray.commands.rounds import one_round
from ddns_tray.core.errors import ConfigError, DdnsTrayError, SecretMissing
from ddns_tray.core.model import AddressState, Family, Role
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from ddns_tray.commands.context import Context
    from ddns_tray.core.model import Agreement, Snapshot
    from ddns_tray.core.settings import AccountSettings, Settings
    from ddns_tray.words import Words


_SHAPES = {Health.GOOD: Shape.CHECK, Health.DOUBTFUL: Shape.WARNING, Health.BAD: Shape.CROSS}


def doctor(context: Context, _arguments: Namespace) -> int:
    """Try everything, print the findings; 0 if all is good, 1 if something is doubtful, 2 if something is bad."""
    from ddns_tray.engine import RoundRequest  # noqa: PLC0415 - loads when needed

    settings, findings = _settings(context)
    if settings is not None:
        context.progress(context.words.tr("Asking the keyring…"))
        findings += asyncio.run(_secrets(context, settings))
        context.progress(context.words.tr("Asking sources and name servers…"))
        snapshot, _ = one_round(context, settings, RoundRequest(write=False))
        findings += _troubles(context, snapshot)
        findings += _addresses(context, snapshot)
        findings += _ways(context, snapshot)
        context.progress(context.words.tr("Asking every source…"))
        findings += loop.run(each_source(context, settings, snapshot))
        findings += _resolvers(context, snapshot)
    findings.append(_desktop(context))
    if context.as_json:
        listed: list[report.Json] = [
            {
                "what": each.what,
                "health": each.health.value,
                "finding": each.finding,
                "hint": each.hint or None,
                "seconds": None if each.seconds is None else round(each.seconds, 3),
            }
            for each in findings
        ]
        context.print_json({"schema": report.SCHEMA, "findings": listed})
    else:
        context.print_lines(_lines(context, findings))
    if any(each.health is Health.BAD for each in findings):
        return Exit.RED
    return Exit.YELLOW if any(each.health is Health.DOUBTFUL for each in findings) else Exit.GREEN


def _lines(context: Context, findings: list[Finding]) -> Iterator[str]:
    style = terminal.style_of(context.out, context.environ)
    for each, following in zip(findings, [*findings[1:], None], strict=True):
        said = context.words.tr("{what}: {finding}", what=each.what, finding=each.finding)
        yield f"{style.symbol(_SHAPES[each.health])} {said}"
        if each.hint and (following is None or following.hint != each.hint):  # one advice for all of a row
            yield f"  {each.hint}"


def _settings(context: Context) -> tuple[Settings | None, list[Finding]]:
    words = context.words
    settings_file = context.settings_file()
    what = words.tr("Settings")
    try:
        settings = context.read_settings()
    except ConfigError as exc:
        return None, [_fault(context, what, each) for each in (exc, *exc.others)]
    except DdnsTrayError as exc:
        return None, [_fault(context, what, exc)]
    if settings_file.exists():
        return settings, [Finding(what, Health.GOOD, str(settings_file.path))]
    missing = words.tr("There is no settings file yet; the defaults are in force.")
    hint = words.tr("Add an account and a name in the settings window, or with ddns-tray account add.")
    return settings, [Finding(what, Health.DOUBTFUL, missing, hint)]


def _fault(context: Context, what: str, error: DdnsTrayError) -> Finding:
    title, hint = context.words.problem(error.problem)
    place = error.place if isinstance(error, ConfigError) else ""
    return Finding(what, Health.BAD, place + title, hint)


async def _secrets(context: Context, settings: Settings) -> list[Finding]:
    from ddns_tray.store.secrets import build_secrets  # noqa: PLC0415 - loads when needed

    store = build_secrets(context.paths.config_file, environ=context.environ)
    findings: list[Finding] = []
    for account in settings.accounts:
        what = context.words.tr("Secrets of {account}", account=account.id)
        missing: list[str] = []
        try:
            missing = [name for name in _secret_names(account) if await store.get(account.id, name) is None]
        except SecretMissing:
            missing = list(_secret_names(account))
        except DdnsTrayError as exc:
            title, hint = context.words.problem(exc.problem)
            findings.append(Finding(what, Health.BAD, title, hint))
            continue
        if missing:
            hint = context.words.tr(
                "Enter it: ddns-tray secret set {account} {field}", account=account.id, field=missing[0]
            )
            listed = context.words.listing(missing)
            findings.append(Finding(what, Health.BAD, context.words.tr("missing: {fields}", fields=listed), hint))
        else:
            findings.append(Finding(what, Health.GOOD, context.words.tr("all there")))
    return findings


def _secret_names(account: AccountSettings) -> tuple[str, ...]:
    from ddns_tray.providers import registry  # noqa: PLC0415 - loads when needed

    return tuple(each.name for each in registry.spec(account.provider).fields if each.secret and each.required)


def _troubles(context: Context, snapshot: Snapshot) -> Iterator[Finding]:
    """What concerns the whole: a network that wants a log-in, a memory that cannot be kept."""
    for problem in snapshot.problems:
        title, hint = context.words.problem(problem)
        yield Finding(context.words.tr("This computer"), Health.BAD, title, hint)


def _addresses(context: Context, snapshot: Snapshot) -> Iterator[Finding]:
    words = context.words
    agreed = any(found.address is not None for found in snapshot.addresses.values())
    for family in Family:
        found = snapshot.addresses.get(family)
        if found is None:
            continue
        # A line with one family only is no fault as long as the other one works.
        health = Health.GOOD if found.address is not None or (agreed and _is_absent(found)) else Health.BAD
        yield Finding(words.tr("Public address"), health, words.agreement(found))


def _is_absent(found: Agreement) -> bool:
    return found.state in {AddressState.NONE, AddressState.UNKNOWN}


def _ways(context: Context, snapshot: Snapshot) -> Iterator[Finding]:
    """Say how each line fares, and where our traffic takes another way."""
    words = context.words
    for line in snapshot.lines:
        working = any(found.address is not None for found in line.addresses.values())
        for found in line.addresses.values():
            # A line with one family only is no fault as long as the other one works.
            lost = Health.GOOD if working and _is_absent(found) else Health.BAD
            health = Health.GOOD if found.address is not None else lost
            sightings = "; ".join(f"{seen.source} → {words.sighting(seen)}" for seen in found.sightings)
            yield Finding(words.line_title(line), health, words.agreement(found), sightings)
        for remark in line.remarks:
            yield Finding(words.line_title(line), Health.DOUBTFUL, words.line_remark(remark))
    advice = words.detour_advice(snapshot)
    for detour in snapshot.detours.values():
        health = Health.DOUBTFUL if advice else Health.GOOD
        yield Finding(words.tr("Way to the world"), health, words.detour(detour, snapshot), advice)


def _resolvers(context: Context, snapshot: Snapshot) -> list[Finding]:
    words = context.words
    answered: dict[str, bool] = {}
    for status in snapshot.records:
        for seen in status.view.observations if status.view is not None else ():
            if seen.role is Role.RESOLVER:
                answered[seen.server] = answered.get(seen.server, False) or seen.error is None
    what = words.tr("Resolvers")
    if not answered:
        return [Finding(what, Health.DOUBTFUL, words.tr("not asked, since there is no name to ask for"))]
    silent = [server for server, spoke in answered.items() if not spoke]
    if not silent:
        return [
            Finding(what, Health.GOOD, words.tr("all answer: {resolvers}", resolvers=words.listing(list(answered))))
        ]
    health = Health.BAD if len(silent) == len(answered) else Health.DOUBTFUL
    return [
        Finding(
            what,
            health,
            words.tr("no answer from {resolvers}", resolvers=words.listing(silent)),
            words.tr("Outgoing DNS (port 53) may be blocked; try a resolver with tls:// or https://."),
        )
    ]


def _desktop(context: Context) -> Finding:
    words = context.words
    what = words.tr("Desktop")
    if not doors.has_qt():
        return Finding(
            what,
            Health.DOUBTFUL,
            words.tr("The desktop part (PySide6) is not installed."),
            words.tr("Without it there is ddns-tray daemon; pip install ddns-tray brings it."),
        )
    if not doors.has_display(context.environ):
        return Finding(
            what,
            Health.DOUBTFUL,
            words.tr("There is no display in this session."),
            words.tr("On a machine without a screen run: ddns-tray daemon"),
        )
    return Finding(
        what,
        Health.GOOD,
        words.tr("There is a display."),
        hint_at_icon(words),
    )


def hint_at_icon(words: Words, platform: str = sys.platform) -> str:
    """Say where to look for the icon where people miss it."""
    if platform == "darwin":
        return ""
    if platform == "win32":
        return words.tr(
            "Windows hides new icons: look behind the arrow beside the clock, and drag ours to the taskbar."
        )
    return words.tr("If no icon shows, your desktop needs a tray; on GNOME install the AppIndicator extension.")
