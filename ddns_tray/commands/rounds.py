"""`check`, `update` and `ip`: one whole round in this process, and `status`: what the running instance knows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray import report
from ddns_tray.commands import loop
from ddns_tray.commands.context import Exit
from ddns_tray.commands.one_look import runtime_for
from ddns_tray.core.errors import DdnsTrayError, UsageError
from ddns_tray.core.model import AddressState, Colour, Family, LineState, RecordType, VerdictKind
from ddns_tray.core.names import canonical_name, mixes_alphabets, readable_name
from ddns_tray.core.settings import RecordSettings
from ddns_tray.core.settings_values import check_address
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from ddns_tray.commands.context import Context
    from ddns_tray.core.model import Snapshot, UpdateResult
    from ddns_tray.core.settings import Settings
    from ddns_tray.engine import RoundRequest

ASK_TIMEOUT = 5.0
"""Seconds in which something has to come; a status of very many names takes longer as a whole."""
UPDATE_TIMEOUT = 120.0
"""Seconds: providers may be slow, and a round that runs already is waited for."""
BOTH_TYPES = (RecordType.A, RecordType.AAAA)
_BY_ADDRESS = frozenset({VerdictKind.MISMATCH, VerdictKind.EXTRA})
COLOUR_CODES = {
    Colour.GREEN: Exit.GREEN,
    Colour.YELLOW: Exit.YELLOW,
    Colour.RED: Exit.RED,
    Colour.GREY: Exit.UNKNOWN,
}


# --- check ---


def check(context: Context, arguments: Namespace) -> int:
    """Look at all records of the settings, or at the names given; write nothing."""
    from ddns_tray.commands import checking  # noqa: PLC0415 - loads when needed
    from ddns_tray.engine import RoundRequest  # noqa: PLC0415 - as above

    if arguments.replay is not None:
        return COLOUR_CODES[checking.replay(context, arguments)]
    settings = context.settings_file().read() if arguments.names else context.read_settings()
    wanted = records_to_check(
        settings,
        arguments.names,
        types=tuple(RecordType(each) for each in arguments.type or ()),
        expected=tuple(check_address(each) for each in arguments.expect or ()),
        allow_private=arguments.allow_private,
    )
    for name in arguments.names:
        _tell_spelling(context, name)
    if arguments.watch:
        return COLOUR_CODES[checking.watch(context, replace(settings, records=wanted))]
    context.progress(context.words.tr("Asking the name servers…"))
    snapshot, _ = one_round(context, replace(settings, records=wanted), RoundRequest(write=False))
    if context.as_json:
        context.print_json(report.snapshot_report(snapshot, context.words, once=True))
    else:
        checking.print_picture(context, snapshot, evidence=arguments.verbose > 0 or bool(arguments.names))
    if is_measured_by_our_address(settings, snapshot):
        context.tell(
            context.words.tr(
                "A name that is in no settings is compared with the public address of this line."
                " Give --expect ADDRESS to compare it with another one."
            )
        )
    for name in [] if arguments.type else names_without_ipv4(settings, snapshot):
        context.tell(
            context.words.tr(
                "Some names have an IPv6 address alone. To look for one: ddns-tray check {name} --type AAAA", name=name
            )
        )
    for line in lines_in_doubt(snapshot):
        context.tell(
            context.words.tr(
                "Nothing certain came through line {line}. One look moves no name to another line; a DDNS Tray that"
                " runs looks on, and knows more: ddns-tray status",
                line=line,
            )
        )
    return COLOUR_CODES[snapshot.colour]


def names_without_ipv4(settings: Settings, snapshot: Snapshot) -> list[str]:
    """Return the names in no settings that exist and have no A record, which was all that was asked for."""
    known = {record.name for record in settings.records}
    return [
        each.key.name
        for each in snapshot.records
        if each.verdict.reason.data.get("rcode") == "NODATA"
        and each.verdict.kind is VerdictKind.MISSING
        and each.key.type is RecordType.A
        and each.key.name not in known
    ]


def lines_in_doubt(snapshot: Snapshot) -> list[str]:
    """Return the lines of which a single look cannot say enough, if that is why a name cannot be judged."""
    codes = {each.verdict.reason.code for each in snapshot.records}
    doubtful = [line.id for line in snapshot.lines if LineState.DOUBTFUL in line.states.values()]
    return doubtful if "address_unknown" in codes else []


def is_measured_by_our_address(settings: Settings, snapshot: Snapshot) -> bool:
    """Say whether a name that is in no settings was found wrong by our own address: it need not be a name of ours."""
    known = {record.name for record in settings.records}
    ours = {str(found.address) for found in snapshot.addresses.values()}
    strangers = (each for each in snapshot.records if each.key.name not in known and each.expected)
    return any(each.verdict.kind in _BY_ADDRESS and set(each.expected) <= ours for each in strangers)


def _tell_spelling(context: Context, typed: str) -> None:
    """Say what a name with letters beyond a-z is in the DNS, and whether it may imitate another."""
    name = canonical_name(typed)
    readable = readable_name(name)
    if readable == name:
        return
    context.tell(context.words.tr("{readable} is {name} in the DNS.", readable=readable, name=name))
    if mixes_alphabets(name):
        context.tell(
            context.words.tr("It has letters of several alphabets in one word, as names do that imitate another.")
        )


def records_to_check(
    settings: Settings,
    names: Sequence[str],
    *,
    types: tuple[RecordType, ...] = (),
    expected: tuple[str, ...] = (),
    allow_private: bool = False,
) -> tuple[RecordSettings, ...]:
    """The records for `names`: as the settings have them, else watched for our public address (or for `expected`)."""
    if not names:
        return settings.records
    # An address that the settings allow as private is the one to compare strangers with, too.
    private = allow_private or any(record.allow_private for record in settings.records)
    wanted: list[RecordSettings] = []
    for name in dict.fromkeys(canonical_name(each) for each in names):
        known = [] if expected else [record for record in settings.records if record.name == name]
        if types:
            known = [
                replace(record, types=tuple(each for each in record.types if each in types))
                for record in known
                if set(record.types) & set(types)
            ]
        wanted += known or _strangers(name, types, expected, allow_private=private)
    return tuple(wanted)


def _strangers(
    name: str, types: tuple[RecordType, ...], expected: tuple[str, ...], *, allow_private: bool
) -> list[RecordSettings]:
    """Records for a name that is in no settings: A alone unless more is asked for or expected."""
    if not expected:
        return [RecordSettings(name, types or (RecordType.A,), allow_private=allow_private)]
    by_type = {
        kind: tuple(each for each in expected if (":" in each) is (kind is RecordType.AAAA))
        for kind in types or BOTH_TYPES
    }
    return [
        RecordSettings(name, (kind,), allow_private=True, expected=addresses)
        for kind, addresses in by_type.items()
        if addresses
    ]


# --- ip ---


def ip(context: Context, _arguments: Namespace) -> int:
    """Name the public addresses and the witnesses for them."""
    from ddns_tray.engine import RoundRequest  # noqa: PLC0415 - loads when needed

    settings = context.settings_file().read()
    context.progress(context.words.tr("Asking for the public address…"))
    # Both families are looked for, whatever the records need; private addresses count where a record allows them.
    followers = tuple(replace(record, types=BOTH_TYPES, expected=()) for record in settings.records)
    snapshot, _ = one_round(context, replace(settings, records=followers), RoundRequest(observe=False, write=False))
    if context.as_json:
        ways = {key: told for key, told in report.ways_report(snapshot, context.words).items() if told}
        context.print_json({**report.addresses_report(snapshot, context.words), **ways})
    else:
        context.print_lines(report.address_lines(snapshot, context.words))
    for problem in snapshot.problems:
        context.tell("\n".join(said for said in context.words.problem(problem) if said))
    return address_code(snapshot)


def address_code(snapshot: Snapshot) -> Exit:
    """Green if a family is agreed and none disputed, yellow if one is disputed, else unknown."""
    states = {found.state for family in Family if (found := snapshot.addresses.get(family)) is not None}
    if AddressState.DISPUTED in states:
        return Exit.YELLOW
    return Exit.GREEN if AddressState.AGREED in states else Exit.UNKNOWN


# --- update ---


def update(context: Context, arguments: Namespace) -> int:
    """Compare records with their providers and write what is wrong."""
    from ddns_tray.engine import RoundRequest  # noqa: PLC0415 - loads when needed

    settings = context.read_settings()
    wanted = records_to_update(settings, arguments.names)
    names = tuple(dict.fromkeys(record.name for record in wanted))
    if not wanted:
        context.tell(context.words.tr("No record has an account, so there is nothing to update."))
        if context.as_json:
            context.print_json(report.update_report((), context.words))
        return Exit.DONE
    context.progress(context.words.tr("Comparing with the providers…"))
    results = _update_by_instance(context, names, force=arguments.force)
    if results is None:
        wish = RoundRequest(observe=False, update=True, force=arguments.force, names=names)
        _, done = one_round(context, replace(settings, records=wanted), wish, remember=True)
        results = report.update_report(done, context.words)
    if context.as_json:
        context.print_json(results)
    else:
        context.print_lines(report.update_lines(results))
    return update_code(results)


def _update_by_instance(context: Context, names: Sequence[str], *, force: bool) -> report.JsonObject | None:
    """Let the running instance do it, with the settings as they are now; two writers would disturb one another."""
    if ask_instance(context, {"verb": "reload"}, ASK_TIMEOUT) is None:
        return None
    return ask_instance(context, {"verb": "update", "names": list(names), "force": force}, UPDATE_TIMEOUT)


def records_to_update(settings: Settings, names: Sequence[str]) -> tuple[RecordSettings, ...]:
    """The records with an account; for given names each must have one."""
    kept = tuple(record for record in settings.records if record.account is not None)
    if not names:
        return kept
    wanted = [canonical_name(name) for name in names]
    for name in wanted:
        if name not in {record.name for record in settings.records}:
            raise UsageError(
                text("{name} is not in the settings.", name=name),
                text("Add it first: ddns-tray record add {name} --account ACCOUNT", name=name),
            )
        if name not in {record.name for record in kept}:
            raise UsageError(
                text("{name} is only watched: it has no account to write with.", name=name),
                text("Give it one: ddns-tray record add {name} --account ACCOUNT", name=name),
            )
    return tuple(record for record in kept if record.name in wanted)


def update_code(results: report.JsonObject) -> Exit:
    """0 all done, 1 some failed, 2 all failed; a record that could not be compared has failed too."""
    errors = [each.get("error") is not None for each in report.objects(results.get("results"))]
    if not any(errors):
        return Exit.DONE
    return Exit.ALL_FAILED if all(errors) else Exit.SOME_FAILED


# --- status ---


def status(context: Context, _arguments: Namespace) -> int:
    """Show what the running instance knows."""
    answer = ask_instance(context, {"verb": "status", "evidence": context.as_json}, ASK_TIMEOUT)
    if answer is None:
        context.tell(context.words.tr("DDNS Tray is not running, so there is no status."))
        context.tell(context.words.tr("To look once without it, run: ddns-tray check"))
        return Exit.UNKNOWN
    if context.as_json:
        context.print_json(answer)
    else:
        context.print_lines(report.report_lines(answer))
    colour = answer.get("colour")
    return COLOUR_CODES[Colour(colour)] if colour in set(Colour) else Exit.UNKNOWN


def ask_instance(context: Context, request: report.JsonObject, timeout: float) -> report.JsonObject | None:
    """Ask the running instance; None if there is none. An error in its answer is raised here."""
    from ddns_tray.system import instance  # noqa: PLC0415 - loads when needed

    answer = asyncio.run(instance.ask(context.paths.instance_dir, request, timeout))
    error = None if answer is None else answer.get("error")
    if isinstance(error, dict):
        title = str(error.get("title") or error.get("text") or error.get("code"))
        raise DdnsTrayError(text("The running DDNS Tray says: {answer}", answer=title))
    return answer


# --- one round ---


def one_round(
    context: Context, settings: Settings, wish: RoundRequest, *, remember: bool = False
) -> tuple[Snapshot, tuple[UpdateResult, ...]]:
    """One whole round in this process; `remember` keeps what was learned for the next one."""

    async def whole_round() -> tuple[Snapshot, tuple[UpdateResult, ...]]:
        runtime = runtime_for(context, settings, remember=remember)
        try:
            results = await runtime.engine.run_once(replace(wish, once=True))
            return runtime.engine.snapshot, results
        finally:
            await runtime.aclose()

    return loop.run(whole_round())
