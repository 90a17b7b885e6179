"""What is said of a record's last day, and of the way on which its zone was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.past import DAY, stretches
from ddns_tray.words.verdicts import LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import Cut, Turn, View
    from ddns_tray.core.past import Stretch
    from ddns_tray.words.speaker import Speaker

_MOST_SERVERS = 4


def label(speaker: Speaker, turn: Turn | None) -> str:
    """What held then, in a word or two."""
    if turn is None or turn.kind is None:
        return speaker.tr("not looked")
    return speaker.say(LABELS[turn.kind])


def stretch(speaker: Speaker, found: Stretch, now: float) -> str:
    """One stretch of time: "10:12:00 to 10:41:30: wrong address"."""
    begin, what = speaker.time(found.begin, now), label(speaker, found.turn)
    if found.end >= now:
        return speaker.tr("since {begin}: {what}", begin=begin, what=what)
    return speaker.tr("{begin} to {end}: {what}", begin=begin, end=speaker.time(found.end, now), what=what)


def summary(speaker: Speaker, turns: Sequence[Turn], now: float) -> str:
    """The whole of it: "In the last 24 hours: right 23 h 10 min and wrong address 50 min"; the longest first."""
    lasted: dict[str, float] = {}
    for found in stretches(turns, now - DAY, now):
        said = label(speaker, found.turn)
        lasted[said] = lasted.get(said, 0.0) + found.end - found.begin
    longest = sorted(lasted.items(), key=lambda each: -each[1])
    items = [speaker.tr("{what} {duration}", what=said, duration=speaker.duration(time)) for said, time in longest]
    return speaker.tr("In the last 24 hours: {items}", items=speaker.listing(items, limit=6))


def path(speaker: Speaker, view: View) -> str:
    """The way from parent to child in a line, and the servers at its end in another; "" where nothing is known."""
    if not view.path:
        return ""
    steps = " → ".join(_zone(speaker, cut) for cut in view.path)
    first, last = view.path[0], view.path[-1]
    lines = [
        speaker.tr("Found from {first}, which a resolver knows: {steps}", first=_zone(speaker, first), steps=steps)
        if first.told_by_resolver
        else speaker.tr("Found from parent to child: {steps}", steps=steps)
    ]
    lines.append(
        speaker.tr(
            "Servers of {zone}: {servers}",
            zone=_zone(speaker, last),
            servers=speaker.listing(last.servers, limit=_MOST_SERVERS),
        )
    )
    if last.without_address:
        servers = speaker.listing(last.without_address, limit=_MOST_SERVERS)
        lines.append(speaker.tr("Without an address, so that nobody can ask them: {servers}", servers=servers))
    return "\n".join(lines)


def path_in_full(speaker: Speaker, view: View) -> str:
    """Every step with its servers, a line each."""
    return "\n".join(
        speaker.tr("{zone}: {servers}", zone=_zone(speaker, cut), servers=speaker.listing(cut.servers))
        for cut in view.path
    )


def _zone(speaker: Speaker, cut: Cut) -> str:
    return cut.zone or speaker.tr("root")
