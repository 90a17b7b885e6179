"""What is said of the whole: the first line of window and menu, the line below it, and the tooltip."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from ddns_tray.core.model import AddressState, Colour, Phase, VerdictKind
from ddns_tray.core.names import readable_name
from ddns_tray.core.text import text
from ddns_tray.words.verdicts import heals_alone, label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ddns_tray.core.model import RecordStatus, Snapshot
    from ddns_tray.core.text import Text
    from ddns_tray.words.speaker import Speaker

_FOREVER = float("inf")

_NO_ADDRESS: Mapping[AddressState, Text] = {
    # the most telling one first
    AddressState.DISPUTED: text("Address not certain: the sources disagree"),
    AddressState.OFFLINE: text("Address not known: no connection"),
    AddressState.NOT_ROUTABLE: text("Your line has no public address of its own"),
    AddressState.NONE: text("Your line has no address of this kind"),
    AddressState.UNDECIDED: text("Behind a VPN: choose whose address your names shall have"),
}
_NOT_YET = text("Address not known yet")
_NOT_NEEDED = text("Your own address was not looked for: no name here follows it")
_NO_CONNECTION = text("No connection to the internet")
_LOG_IN_FIRST = text("This network wants you to log in first")


class Group(IntEnum):
    """How a name is counted, worst last; a name counts once, by the worst of its records."""

    RIGHT = 0
    WAITING = 1
    """Not looked at yet."""
    OPEN = 2
    """Looked at, but nothing can be said of it: our own address is not known, we are offline, nobody answers."""
    ON_ITS_WAY = 3
    LOOK = 4
    """Yellow, and not known to heal by itself."""
    NEEDS_YOU = 5


def group(status: RecordStatus) -> Group:
    """Say how one record counts."""
    match status.verdict.colour:
        case Colour.GREEN:
            return Group.RIGHT
        case Colour.RED:
            return Group.NEEDS_YOU
        case Colour.GREY:
            return Group.WAITING if status.verdict.reason.code == _NOT_LOOKED else Group.OPEN
        case Colour.YELLOW:
            return Group.ON_ITS_WAY if heals_alone(status) else Group.LOOK


def status_sentence(speaker: Speaker, snapshot: Snapshot, now: float) -> str:
    """How things are, in one sentence, worst first."""
    if snapshot.phase is Phase.PAUSED or snapshot.paused_until is not None:
        return _paused(speaker, snapshot.paused_until, now)
    if not snapshot.records:
        return _before_the_first(speaker, snapshot)
    names = _names(snapshot.records)
    kinds = {status.verdict.kind for status in snapshot.records}
    if kinds == {VerdictKind.OFFLINE}:
        codes = {status.verdict.reason.code for status in snapshot.records}
        return speaker.say(_LOG_IN_FIRST if "captive_portal" in codes else _NO_CONNECTION)
    counts = {wanted: sum(1 for found in names.values() if found is wanted) for wanted in Group}
    present = [wanted for wanted in sorted(Group, reverse=True) if counts[wanted]]
    if len(present) == 1:
        return _alone(speaker, present[0], names)
    if present[0] >= Group.LOOK:
        head, tail = _WORRIES[present[0]], _AND_THE_REST[present[1]]
        return speaker.tr(
            "{head}, {tail}", head=head(speaker, counts[present[0]]), tail=tail(speaker, counts[present[1]])
        )
    good, other = present[-1], present[0]
    return speaker.tr(
        "{head}, {tail}", head=_CALM[good](speaker, counts[good]), tail=_BRIEFLY[other](speaker, counts[other])
    )


def status_detail(speaker: Speaker, snapshot: Snapshot, now: float) -> str:
    """The address, and since when; or why it is not known."""
    if snapshot.problems and snapshot.records:
        return speaker.say(snapshot.problems[0].title)
    addresses = [str(found.address) for found in snapshot.addresses.values() if found.address is not None]
    if addresses:
        listed = speaker.listing(addresses)
        if snapshot.address_changed_at is None:
            return speaker.ntr("Address {addresses}", "Addresses {addresses}", len(addresses), addresses=listed)
        return speaker.ntr(
            "Address {addresses} · changed {ago}",
            "Addresses {addresses} · changed {ago}",
            len(addresses),
            addresses=listed,
            ago=speaker.ago(snapshot.address_changed_at, now),
        )
    if snapshot.records and not snapshot.addresses and snapshot.rounds:
        return speaker.say(_NOT_NEEDED)
    states = {found.state for found in snapshot.addresses.values()}
    reason = next((said for state, said in _NO_ADDRESS.items() if state in states), _NOT_YET)
    return speaker.say(reason)


def tooltip(speaker: Speaker, snapshot: Snapshot, now: float) -> str:
    """What is told at the tray icon: how things are, our address, and the worst record if somebody should look.

    Without a countdown: nobody renews it while the pointer rests there.
    """
    said = speaker.tr(
        "DDNS Tray: {sentence}\n{detail}",
        sentence=status_sentence(speaker, snapshot, now),
        detail=status_detail(speaker, snapshot, now),
    )
    worst = _worst(snapshot)
    if worst is None:
        return said
    name = readable_name(worst.key.name)
    return f"{said}\n{speaker.tr('{name}: {what}', name=name, what=speaker.say(label(worst.verdict)))}"


def _worst(snapshot: Snapshot) -> RecordStatus | None:
    """The first of the red records, else of the yellow ones."""
    for colour in (Colour.RED, Colour.YELLOW):
        for status in snapshot.records:
            if status.verdict.colour is colour:
                return status
    return None


def next_check(speaker: Speaker, snapshot: Snapshot, now: float) -> str:
    """When the next round comes: "next check in 38 s"."""
    match snapshot.phase:
        case Phase.CHECKING | Phase.STARTING:
            return speaker.tr("checking…")
        case Phase.UPDATING:
            return speaker.tr("updating…")
        case Phase.PAUSED:
            return speaker.tr("paused")
        case Phase.STOPPED:
            return speaker.tr("stopped")
        case Phase.IDLE:
            if snapshot.next_check is None:
                return ""
            return speaker.tr("next check in {duration}", duration=speaker.duration(snapshot.next_check - now))


def first_look(snapshot: Snapshot) -> tuple[int, int]:
    """How many of the records were looked at since the start, and how many there are; both 0 where all were."""
    total = max(snapshot.kept, len(snapshot.records))
    waiting = sum(status.verdict.reason.code == _NOT_LOOKED for status in snapshot.records)
    done = len(snapshot.records) - waiting
    return (done, total) if done < total else (0, 0)


def progress(speaker: Speaker, snapshot: Snapshot) -> str:
    """How far the first look has come: "First look: 1200 of 10000"; "" when it is over, or for a single record."""
    done, total = first_look(snapshot)
    busy = snapshot.phase not in {Phase.PAUSED, Phase.STOPPED}
    return speaker.tr("First look: {done} of {total}", done=done, total=total) if total > 1 and busy else ""


_NOT_LOOKED = "not_looked"


def _before_the_first(speaker: Speaker, snapshot: Snapshot) -> str:
    if snapshot.problems:
        return speaker.say(snapshot.problems[0].title)
    return speaker.tr("Looking for the first time…") if snapshot.kept else speaker.tr("No names yet")


def _paused(speaker: Speaker, until: float | None, now: float) -> str:
    if until is None or until == _FOREVER:
        return speaker.tr("Paused")
    return speaker.tr("Paused until {time}", time=speaker.time(until, now))


def _names(records: Sequence[RecordStatus]) -> Mapping[str, Group]:
    names: dict[str, Group] = {}
    for status in records:
        names[status.key.name] = max(names.get(status.key.name, Group.RIGHT), group(status))
    return names


def _alone(speaker: Speaker, only: Group, names: Mapping[str, Group]) -> str:
    if len(names) == 1:
        return speaker.fill(_ONE[only], {"name": readable_name(next(iter(names)))})
    return (_WORRIES if only >= Group.LOOK else _ALL_ALIKE)[only](speaker, len(names))


_ONE: Mapping[Group, Text] = {
    Group.RIGHT: text("{name} is right"),
    Group.WAITING: text("{name} has not been looked at yet"),
    Group.OPEN: text("Nothing can be said about {name} at the moment"),
    Group.ON_ITS_WAY: text("{name} is on its way"),
    Group.LOOK: text("{name} needs a look"),
    Group.NEEDS_YOU: text("{name} needs you"),
}


def _not_looked_yet(speaker: Speaker, n: int) -> str:
    return speaker.ntr("One name not looked at yet", "{count} names not looked at yet", n)


def _cannot_be_judged(speaker: Speaker, n: int) -> str:
    return speaker.ntr("One name cannot be judged", "{count} names cannot be judged", n)


# The pieces of sentences about two groups. Each is a clause of its own with its own plural forms; how two clauses are
# joined is a literal too, so that a translator decides on both.
_WORRIES: Mapping[Group, Callable[[Speaker, int], str]] = {
    Group.NEEDS_YOU: lambda speaker, n: speaker.ntr("One name needs you", "{count} names need you", n),
    Group.LOOK: lambda speaker, n: speaker.ntr("One name needs a look", "{count} names need a look", n),
}
_AND_THE_REST: Mapping[Group, Callable[[Speaker, int], str]] = {
    Group.LOOK: lambda speaker, n: speaker.ntr("one needs a look", "{count} need a look", n),
    Group.ON_ITS_WAY: lambda speaker, n: speaker.ntr("one is on its way", "{count} are on their way", n),
    Group.OPEN: lambda speaker, n: speaker.ntr("one cannot be judged", "{count} cannot be judged", n),
    Group.WAITING: lambda speaker, n: speaker.ntr("one is not looked at yet", "{count} are not looked at yet", n),
    Group.RIGHT: lambda speaker, n: speaker.ntr("one is right", "{count} are right", n),
}
_ALL_ALIKE: Mapping[Group, Callable[[Speaker, int], str]] = {
    Group.RIGHT: lambda speaker, n: speaker.ntr("The name is right", "All {count} names are right", n),
    Group.WAITING: _not_looked_yet,
    Group.OPEN: _cannot_be_judged,
    Group.ON_ITS_WAY: lambda speaker, n: speaker.ntr("One name is on its way", "{count} names are on their way", n),
}
_CALM: Mapping[Group, Callable[[Speaker, int], str]] = {
    Group.RIGHT: lambda speaker, n: speaker.ntr("{count} name right", "{count} names right", n),
    Group.WAITING: _not_looked_yet,
    Group.OPEN: _cannot_be_judged,
}
_BRIEFLY: Mapping[Group, Callable[[Speaker, int], str]] = {
    Group.ON_ITS_WAY: lambda speaker, n: speaker.ntr("{count} on its way", "{count} on their way", n),
    Group.WAITING: lambda speaker, n: speaker.ntr("{count} not looked at yet", "{count} not looked at yet", n),
    Group.OPEN: lambda speaker, n: speaker.ntr("{count} cannot be judged", "{count} cannot be judged", n),
}
