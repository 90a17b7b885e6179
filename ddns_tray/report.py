"""Snapshot → the JSON that programs may rely on (docs/cli.md), and the same facts as tables for people.

The keys are a contract: added to, never renamed or removed. Codes are for programs and never translated; texts, titles,
hints and labels are for people, in their language. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

import math
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from ddns_tray import recorded
from ddns_tray.core.model import AddressState, Agreement, Family, ProviderStatus
from ddns_tray.words.evidence import ABORT_REASONS, LOOK_ERRORS, LOOK_HINTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.model import (
        Capabilities,
        FieldSpec,
        LineStatus,
        Observation,
        ProviderSpec,
        RecordStatus,
        Sighting,
        Snapshot,
        UpdateResult,
    )
    from ddns_tray.words import Words

SCHEMA = 1

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"


def iso_time(epoch: float | None) -> str | None:
    """A time in UTC such as 2026-11-22T10:00:00Z; None for none, and for "until resumed"."""
    if epoch is None or not math.isfinite(epoch):
        return None
    return f"{datetime.fromtimestamp(epoch, UTC).isoformat('T', 'seconds')[:-6]}Z"


def snapshot_report(
    snapshot: Snapshot,
    words: Words,
    now: float | None = None,
    *,
    records: Sequence[RecordStatus] | None = None,
    once: bool = False,
) -> JsonObject:
    """What `check --json` and `status --json` print. `now` is the time of the sentences (default: the snapshot's).

    `records` are those to tell of, if not all; `once` says that nobody looks again.
    """
    moment = snapshot.at if now is None else now
    return {
        "schema": SCHEMA,
        "time": iso_time(snapshot.at),
        "colour": snapshot.colour.value,
        "phase": snapshot.phase.value,
        "sentence": words.status_sentence(snapshot, moment),
        "detail": words.status_detail(snapshot, moment),
        "addresses": addresses_report(snapshot, words),
        **ways_report(snapshot, words),
        "records": [
            record_report(status, words, moment, once=once)
            for status in (snapshot.records if records is None else records)
        ],
        "next_check": iso_time(snapshot.next_check),
        "paused_until": iso_time(snapshot.paused_until),
        "problems": [problem_report(problem, words) for problem in snapshot.problems],
        "update": _update(snapshot, words),
    }


def _update(snapshot: Snapshot, words: Words) -> Json:
    """A newer version of this program, where somebody wants to know and there is one."""
    release = None if snapshot.news is None else snapshot.news.release
    if release is None:
        return None
    said = words.tr("Version {version} of DDNS Tray is there", version=release.version)
    return {"version": release.version, "page": release.page, "text": said}


def addresses_report(snapshot: Snapshot, words: Words) -> JsonObject:
    """What `ip --json` prints: both families, whether they were looked for or not."""
    return {
        family.value: _agreement(
            snapshot.addresses.get(family) or Agreement(family, AddressState.UNKNOWN, None, ()), words
        )
        for family in Family
    }


def ways_report(snapshot: Snapshot, words: Words) -> JsonObject:
    """The lines of the settings, and where our traffic takes another way than our own line."""
    return {
        "lines": [_line(line, words) for line in snapshot.lines],
        "detours": {
            family.value: {
                "interface": found.interface,
                "home_interface": found.home,
                "tunnel": found.tunnel,
                "home": None if family not in snapshot.home else _agreement(snapshot.home[family], words),
                "text": words.detour(found, snapshot),
            }
            for family, found in snapshot.detours.items()
        },
    }


def update_report(results: Sequence[UpdateResult], words: Words) -> JsonObject:
    """What `update --json` prints."""
    return {"schema": SCHEMA, "results": [_result(result, words) for result in results]}


def providers_report(specs: Iterable[ProviderSpec], words: Words) -> JsonObject:
    """What `providers --json` prints; labels and helps are spoken."""
    return {"schema": SCHEMA, "providers": [_provider(spec, words) for spec in specs]}


def problem_report(problem: Problem | None, words: Words) -> JsonObject | None:
    """An error for programs and people: null, or code, title, hint and seconds to wait."""
    if problem is None:
        return None
    title, hint = words.problem(problem)
    told: JsonObject = {
        "code": problem.code.value,
        "title": title,
        "hint": hint or None,
        "retry_after": problem.retry_after,
    }
    return {**told, "place": problem.place} if problem.place else told


def _line(line: LineStatus, words: Words) -> JsonObject:
    address = line.binding.local_address
    return {
        "id": line.id,
        "title": words.line_title(line),
        "interface": line.binding.interface or None,
        "local_address": None if address is None else str(address),
        "remarks": [{"code": each.value, "text": words.line_remark(each)} for each in line.remarks],
        "addresses": {
            family.value: {
                "line": line.states[family].value,
                "text": words.line_summary(line, family),
                "line_since": iso_time(line.since.get(family)),
                **_agreement(found, words),
            }
            for family, found in line.addresses.items()
        },
    }


def _agreement(found: Agreement, words: Words) -> JsonObject:
    return {
        "state": found.state.value,
        "address": None if found.address is None else str(found.address),
        "since": iso_time(found.since),
        "sightings": [_sighting(seen, words) for seen in found.sightings],
    }


def _sighting(seen: Sighting, words: Words) -> JsonObject:
    return {
        "source": seen.source,
        "kind": seen.kind.value,
        "address": None if seen.address is None else str(seen.address),
        "error": problem_report(seen.problem, words),
        "score": None if seen.standing is None else seen.standing.score,
    }


def record_report(
    status: RecordStatus, words: Words, now: float, *, evidence: bool = True, once: bool = False
) -> JsonObject:
    """What a snapshot report tells of one record; evidence and explanation are most of that."""
    verdict = status.verdict
    observations = () if status.view is None else status.view.observations
    told: JsonObject = {
        "name": status.key.name,
        "type": status.key.type.value,
        "account": status.account,
        "colour": verdict.colour.value,
        "verdict": verdict.kind.value,
        "line": words.record_line(status, now),
        "follows": status.line,
        "expected": list(status.expected),
        "deadline": iso_time(verdict.deadline),
        "since": iso_time(status.since),
        "proven": iso_time(status.proven_at),
        "zone": None if status.view is None else status.view.zone,
    }
    if not evidence:
        return told
    return {
        **told,
        "reason": {"code": verdict.reason.code, "text": str(words.verdict_parts(status, now, once=once))},
        "observations": [_observation(seen, words) for seen in observations],
        **recorded.of_look(status),
    }


def _observation(seen: Observation, words: Words) -> JsonObject:
    error: JsonObject | None = None
    if seen.error is not None:
        error = {
            "code": seen.error.value,
            "title": words.say(LOOK_ERRORS[seen.error]),
            "hint": words.say(LOOK_HINTS[seen.error]),
            "retry_after": None,
        }
    return {
        "role": seen.role.value,
        "server": seen.server,
        "address": seen.address,
        "transport": seen.transport.value,
        "rcode": seen.rcode,
        "answer": list(seen.answer),
        "ttl": seen.ttl,
        "aa": seen.aa,
        "ad": seen.ad,
        "ede": list(seen.ede),
        "checking_disabled": seen.checking_disabled,
        "cnames": list(seen.cnames),
        "ttls": list(seen.ttls),
        "referral": seen.referral,
        "negative_ttl": seen.negative_ttl,
        "serial": seen.serial,
        "time": recorded.exact_time(seen.at),
        "rtt_ms": None if seen.rtt_ms is None else round(seen.rtt_ms, 1),
        "error": error,
    }


def _result(result: UpdateResult, words: Words) -> JsonObject:
    error = problem_report(result.problem, words)
    if error is None and result.abort_reason is not None:
        error = {
            "code": result.abort_reason.value,
            "title": words.say(ABORT_REASONS[result.abort_reason]),
            "hint": None,
            "retry_after": None,
        }
    return {
        "name": result.key.name,
        "type": result.key.type.value,
        "outcome": result.outcome.value,
        "before": list(result.before),
        "after": list(result.after),
        "calls": result.calls,
        "time": iso_time(result.at),
        "text": words.outcome(result),
        "error": error,
    }


def _provider(spec: ProviderSpec, words: Words) -> JsonObject:
    return {
        "id": spec.id,
        "title": spec.title,
        "aliases": list(spec.aliases),
        "family": spec.family,
        "status": spec.status.value,
        "homepage": spec.homepage,
        "token_page": spec.token_page,
        "extra": spec.extra,
        "note": None if spec.note is None else words.say(spec.note),
        "plain_http": spec.plain_http,
        "min_write_interval": spec.min_write_interval,
        "fields": [_field(spec_field, words) for spec_field in spec.fields],
        "capabilities": _capabilities(spec.capabilities),
    }


def _field(spec_field: FieldSpec, words: Words) -> JsonObject:
    return {
        "name": spec_field.name,
        "label": words.say(spec_field.label),
        "help": words.say(spec_field.help),
        "secret": spec_field.secret,
        "required": spec_field.required,
        "default": spec_field.default,
        "choices": list(spec_field.choices),
    }


def _capabilities(can: Capabilities) -> JsonObject:
    return {
        "a": can.a,
        "aaaa": can.aaaa,
        "list_zones": can.list_zones,
        "list_records": can.list_records,
        "proxied": can.proxied,
        "multi_value": can.multi_value,
        "wildcard": can.wildcard,
        "ttl": None if can.ttl is None else list(can.ttl),
    }


# --- tables -------------------------------------------------------------------------------------------------------


def table(rows: Sequence[Sequence[str]], *, indent: str = "") -> list[str]:
    """Align columns by their width on a terminal, where a 汉字 takes two cells."""
    if not rows:
        return []
    widths = [max(cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        padded = [cell + " " * (width - cells(cell)) for cell, width in zip(row, widths, strict=True)]
        lines.append((indent + "  ".join(padded)).rstrip())
    return lines


def cells(line: str) -> int:
    """How many cells a text takes on a terminal (UAX #11: wide and full-width signs take two)."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line
    )


def address_lines(snapshot: Snapshot, words: Words) -> list[str]:
    """The addresses and their witnesses, for `ip`."""
    lines: list[str] = []
    for family in Family:
        found = snapshot.addresses.get(family)
        if found is None:
            continue
        lines.append(words.agreement(found))
        lines += _sighting_lines(found, words)
    for detour in snapshot.detours.values():
        lines.append(words.detour(detour, snapshot))
        if detour.family in snapshot.home:
            lines += _sighting_lines(snapshot.home[detour.family], words)
    for line in snapshot.lines:
        lines.append(words.line_title(line))
        for family, found in line.addresses.items():
            lines.append("  " + words.line_summary(line, family))
            lines += _sighting_lines(found, words, indent="    ")
        lines += [f"  {note}" for note in words.line_notes(line, snapshot)]
    advice = words.detour_advice(snapshot)
    return [*lines, advice] if advice else lines


def _sighting_lines(found: Agreement, words: Words, indent: str = "  ") -> list[str]:
    return table([(seen.source, _said(seen, found, words)) for seen in found.sightings], indent=indent)


def _said(seen: Sighting, found: Agreement, words: Words) -> str:
    said = words.sighting(seen)
    differs = seen.problem is None and found.address is not None and seen.address != found.address
    return words.tr("{sighting} (does not agree)", sighting=said) if differs else said


def update_lines(report: Mapping[str, Json]) -> list[str]:
    """One line for each record of an update report, for `update`; what to do stands below."""
    rows: list[tuple[str, str]] = []
    for result in objects(report.get("results")):
        rows.append((f"{result.get('name')} {result.get('type')}", str(result.get("text", ""))))
        error = result.get("error")
        if isinstance(error, dict) and error.get("hint"):
            rows.append(("", str(error["hint"])))
    return table(rows)


def provider_lines(specs: Iterable[ProviderSpec], words: Words) -> list[str]:
    """The services and what each needs to know, for `providers`."""
    lines: list[str] = []
    for spec in specs:
        lines.append(f"{spec.id}  {spec.title}")
        rows = [
            (wanted.name, words.say(wanted.label), words.tr("keyring") if wanted.secret else "", _need(wanted, words))
            for wanted in spec.fields
        ]
        lines += table(rows, indent="    ")
        if spec.status is ProviderStatus.ENDED:
            lines.append(f"    {words.tr('{service} has ended.', service=spec.title)}")
        if spec.note is not None:
            lines.append(f"    {words.say(spec.note)}")
    return lines


def _need(wanted: FieldSpec, words: Words) -> str:
    if wanted.default is not None:
        return words.tr("default: {value}", value=wanted.default)
    return words.tr("required") if wanted.required else words.tr("optional")


def report_lines(report: Mapping[str, Json]) -> list[str]:
    """The gist of a snapshot report that another process sent, for `status`: it was already put in words there."""
    lines = [str(report.get("sentence", "")), str(report.get("detail", ""))]
    rows = [
        (str(record.get("name")), str(record.get("type")), str(record.get("line")))
        for record in objects(report.get("records"))
    ]
    troubles = [
        f"{_place(problem)}{problem.get('title')} {problem.get('hint') or ''}".rstrip()
        for problem in objects(report.get("problems"))
    ]
    ways: list[str] = []
    for line in objects(report.get("lines")):
        found = line.get("addresses")
        summaries = objects(list(found.values())) if isinstance(found, dict) else []
        ways += [f"{line.get('title')}: {each.get('text')}" for each in summaries]
    detours = report.get("detours")
    if isinstance(detours, dict):
        ways += [str(each.get("text")) for each in objects(list(detours.values()))]
    update = report.get("update")
    newer = [f"{update.get('text')}: {update.get('page')}"] if isinstance(update, dict) else []
    return [line for line in lines if line] + table(rows, indent="  ") + ways + troubles + newer


def _place(problem: JsonObject) -> str:
    place = problem.get("place")
    return f"{place}: " if place else ""


def objects(value: Json) -> list[JsonObject]:
    """The objects in a list of JSON; nothing where it is none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
