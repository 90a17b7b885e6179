"""The three manners of `check` beside the plain one: as a picture, again from a file, and again and again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray import recorded, report, terminal
from ddns_tray.commands.context import speaks_utf8
from ddns_tray.commands.one_look import runtime_for
from ddns_tray.core.errors import UsageError
from ddns_tray.core.judge import judge_again
from ddns_tray.core.model import Colour, Phase, RecordStatus, Snapshot, VerdictKind
from ddns_tray.core.snapshot import overall_colour
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from argparse import Namespace

    from ddns_tray.commands.context import Context
    from ddns_tray.core.settings import Settings
    from ddns_tray.engine import Engine
    from ddns_tray.wiring import Runtime

WATCH_INTERVAL = 10.0
"""Seconds from one look of `check --watch` to the next, at most; deadlines are looked at when they come."""
FROM_PIPE = "-"


def print_picture(context: Context, snapshot: Snapshot, *, evidence: bool) -> None:
    """Draw a snapshot as it was at its moment."""
    lines = terminal.render(
        replace(snapshot, next_check=None),
        context.words,
        snapshot.at,
        terminal.width_of(context.out),
        style=terminal.style_of(context.out, context.environ),
        evidence=evidence,
        once=True,
    )
    context.print_lines(lines)


# --- again from a file --------------------------------------------------------------------------------------------


def replay(context: Context, arguments: Namespace) -> Colour:
    """Judge a saved report again, as of its time; returns the colour. Asks nobody and reads no settings."""
    if arguments.names or arguments.expect:
        raise UsageError(
            text("What is replayed holds its own names and addresses."),
            text("Leave out the names and --expect."),
        )
    source = str(arguments.replay)
    saved = recorded.read_report(_content(context, source), source)
    records = recorded.records_of(saved, source)
    statuses = []
    for before, key, view, told in records:
        verdict, _ = judge_again(view, told)
        then = before.get("verdict")
        if verdict.kind.value != then and then in set(VerdictKind):
            said = context.words.tr(
                "{name} was judged otherwise then: {verdict}",
                name=str(key),
                verdict=context.words.verdict(VerdictKind(then)),
            )
            context.tell(said)
        statuses.append(
            RecordStatus(
                key=key,
                account=before.get("account"),
                expected=tuple(before["expected"]),
                verdict=verdict,
                view=view,
                since=recorded.epoch(before.get("since")),
                proven_at=recorded.epoch(before.get("proven")),
                circumstances=told,
            )
        )
    snapshot = Snapshot(
        at=max((told.at for *_, told in records), default=0.0),
        phase=Phase.IDLE,
        colour=overall_colour(statuses, Phase.IDLE),
        addresses=recorded.addresses_of(saved, source),
        records=tuple(statuses),
    )
    if context.as_json:
        judged = report.snapshot_report(snapshot, context.words, once=True)
        context.print_json({**judged, "addresses": saved["addresses"], "time": saved.get("time")})
    else:
        print_picture(context, snapshot, evidence=True)
    return snapshot.colour


def _content(context: Context, source: str) -> str:
    if source == FROM_PIPE:
        return context.stdin.read()
    try:
        return Path(source).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else None
        raise UsageError(
            text("{file} cannot be read: {reason}", file=source, reason=reason or type(exc).__name__),
            text("Give the file that ddns-tray check --json was written to."),
        ) from exc


# --- again and again ----------------------------------------------------------------------------------------------


def watch(context: Context, settings: Settings) -> Colour:
    """Look until every name is right, or until Ctrl-C; returns the last colour. Writes nothing."""
    interval = min(settings.verify.interval, WATCH_INTERVAL)
    hurried = replace(settings, verify=replace(settings.verify, interval=interval))
    snapshot = asyncio.run(_watch(context, hurried))
    if not context.as_json and context.out.isatty():
        print_picture(context, snapshot, evidence=False)
    return snapshot.colour


async def _watch(context: Context, settings: Settings) -> Snapshot:
    from ddns_tray.daemon import stopping_signals  # noqa: PLC0415 - loads when needed

    runtime = runtime_for(context, settings)
    stop = asyncio.Event()
    try:
        with stopping_signals(stop):
            looks = asyncio.ensure_future(_look_until_right(context, runtime, settings, stop))
            if not context.as_json:
                footer = context.words.tr("Looking until all names are right. Press Ctrl-C to leave.")
                view = terminal.LiveView(
                    context.out, context.words, runtime.clock, environ=context.environ, footer=footer
                )
                await view.run(runtime.engine, stop)
            await stop.wait()
            looks.cancel()
            await asyncio.wait((looks,))
            if not looks.cancelled():
                looks.result()
        return runtime.engine.snapshot
    finally:
        await runtime.aclose()


async def _look_until_right(context: Context, runtime: Runtime, settings: Settings, stop: asyncio.Event) -> None:
    """Look, and look again when the engine says so. Our own address is looked for at its own, calmer pace."""
    from ddns_tray.engine import RoundRequest  # noqa: PLC0415 - loads when needed

    engine: Engine = runtime.engine
    pace = min(settings.ipv4.interval, settings.ipv6.interval)
    detected = float("-inf")
    try:
        while not stop.is_set():
            now = runtime.clock.monotonic()
            detect = now - detected >= pace
            detected = now if detect else detected
            await engine.run_once(RoundRequest(detect=detect, write=False, once=True))
            if context.as_json:
                told = report.snapshot_report(engine.snapshot, context.words)
                json.dump(told, context.out, ensure_ascii=not speaks_utf8(context.out))
                context.out.write("\n")
                context.out.flush()
            if engine.snapshot.colour is Colour.GREEN:
                return
            due = engine.snapshot.next_check
            wait = WATCH_INTERVAL if due is None else due - runtime.clock.now()
            await runtime.clock.sleep(min(max(wait, 1.0), WATCH_INTERVAL))
    finally:
        stop.set()
