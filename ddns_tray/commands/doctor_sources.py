"""`doctor` on address sources: every one of them is asked, also those that a round would leave in peace.

A round asks as few sources as it needs, so it cannot say whether the others would help when they are needed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ddns_tray.commands.findings import Finding, Health
from ddns_tray.commands.one_look import runtime_for
from ddns_tray.core.agree import agree
from ddns_tray.core.errors import ProblemCode
from ddns_tray.core.model import Family

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.commands.context import Context
    from ddns_tray.core.model import Agreement, Sighting, Snapshot
    from ddns_tray.core.ports import Clock, Detector
    from ddns_tray.core.settings import Settings
    from ddns_tray.wiring import Runtime

_FAMILIES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


async def each_source(context: Context, settings: Settings, snapshot: Snapshot) -> list[Finding]:
    """Ask every source of every family once, all at the same time, and say of each how it did.

    `snapshot` is that of a round just before: it knows which address the sources agree on.
    """
    runtime = runtime_for(context, settings)
    try:
        detectors = runtime.detectors()
        asked = [(family, each) for family in Family for each in detectors.get(family, ()) if family in each.families]
        seen = await asyncio.gather(*(_timed(each, family, runtime.clock) for family, each in asked))
        on_lines = await _each_line(context, runtime, settings, snapshot)
    finally:
        await runtime.aclose()
    by_family: dict[Family, list[tuple[Sighting, float]]] = {}
    for (family, _), (sighting, seconds) in zip(asked, seen, strict=True):
        by_family.setdefault(family, []).append((_examined(sighting, settings), seconds))
    working = {family for family, found in by_family.items() if any(each.address is not None for each, _ in found)}
    findings: list[Finding] = []
    for family, found in by_family.items():
        if family not in working and working:
            findings.append(_family_is_absent(context, family, found))
        else:
            agreed = _agreed(snapshot.addresses).get(family)
            findings += [_finding(context, sighting, seconds, agreed) for sighting, seconds in found]
    return [*findings, *on_lines]


async def _each_line(context: Context, runtime: Runtime, settings: Settings, snapshot: Snapshot) -> list[Finding]:
    """Ask every source of every line through that line; of a family that a line does not have nothing is said."""
    asked = [
        (line, family, each)
        for line, by_family in runtime.line_detectors().items()
        for family, detectors in by_family.items()
        for each in detectors
        if family in each.families
    ]
    seen = await asyncio.gather(*(_timed(each, family, runtime.clock) for _, family, each in asked))
    agreed = {line.id: _agreed(line.addresses) for line in snapshot.lines}
    working = {
        (line, family)
        for (line, family, _), (sighting, _) in zip(asked, seen, strict=True)
        if sighting.address is not None
    }
    return [
        _finding(context, _examined(sighting, settings), seconds, agreed.get(line, {}).get(family), line)
        for (line, family, _), (sighting, seconds) in zip(asked, seen, strict=True)
        if (line, family) in working or not any(known == line for known, _ in working)
    ]


def _examined(sighting: Sighting, settings: Settings) -> Sighting:
    """Refuse what no round would take: an address that the world cannot reach, for one."""
    family = sighting.family
    private = any(each.allow_private for each in settings.records if family in {kind.family for kind in each.types})
    judged = agree(family, [sighting], quorum=1, allow_private=private, previous=None, now=sighting.at)
    return judged.sightings[0]


async def _timed(detector: Detector, family: Family, clock: Clock) -> tuple[Sighting, float]:
    begun = clock.monotonic()
    sighting = await detector.detect(family)
    return sighting, clock.monotonic() - begun


def _family_is_absent(context: Context, family: Family, found: Sequence[tuple[Sighting, float]]) -> Finding:
    """A line with one family only is no fault, so what fails for the other one is one finding and not twenty."""
    words = context.words
    return Finding(
        words.tr("Sources of {family}", family=_FAMILIES[family]),
        Health.GOOD,
        words.ntr(
            "the only one sees no address; this line probably has no {family}",
            "all {count} see no address; this line probably has no {family}",
            len(found),
            family=_FAMILIES[family],
        ),
    )


def _finding(context: Context, sighting: Sighting, seconds: float, agreed: str | None, line: str = "") -> Finding:
    words = context.words
    family = _FAMILIES[sighting.family]
    if line:
        what = words.tr("Source {source} ({family}, line {line})", source=sighting.source, family=family, line=line)
    else:
        what = words.tr("Source {source} ({family})", source=sighting.source, family=family)
    said = words.tr("{result} ({milliseconds} ms)", result=words.sighting(sighting), milliseconds=round(seconds * 1000))
    problem = sighting.problem
    if problem is not None:
        _, hint = words.problem(problem)
        patient = problem.code in {ProblemCode.RATE_LIMITED, ProblemCode.NO_OUTSIDE_ADDRESS}
        return Finding(what, Health.DOUBTFUL, said, hint or ("" if patient else _another(context)), seconds)
    if agreed is not None and sighting.address is not None and str(sighting.address) != agreed:
        hint = words.tr(
            "The other sources say {address}. A VPN, a proxy or a second router may stand in between.", address=agreed
        )
        return Finding(what, Health.DOUBTFUL, said, hint, seconds)
    return Finding(what, Health.GOOD, said, "", seconds)


def _another(context: Context) -> str:
    return context.words.tr("If this lasts, choose another source in the settings.")


def _agreed(addresses: Mapping[Family, Agreement]) -> Mapping[Family, str]:
    return {family: str(found.address) for family, found in addresses.items() if found.address is not None}
