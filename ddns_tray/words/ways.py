"""What is said of the ways to the world: lines, and detours through a VPN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.model import AddressState, Agreement, Family, LineRemark, LineState
from ddns_tray.core.names import readable_name
from ddns_tray.core.text import text
from ddns_tray.words.evidence import FAMILIES, agreement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import Detour, LineStatus, Snapshot
    from ddns_tray.core.text import Text
    from ddns_tray.words.speaker import Speaker

LINE_STATES: Mapping[LineState, Text] = {
    LineState.UP: text("up"),
    LineState.DOUBTFUL: text("in doubt"),
    LineState.DOWN: text("down"),
    LineState.UNKNOWN: text("not looked yet"),
}
LINE_REMARKS: Mapping[LineRemark, Text] = {
    LineRemark.NO_INTERFACE: text("Its interface or address is not there at the moment."),
    LineRemark.BOUND_BY_ADDRESS: text(
        "The system does not let us choose the interface, so only the sender's address says which way to take. Where"
        " the routes of this computer lead that address out by another interface, the line is not asked."
    ),
}
_UNASKED = Agreement(Family.IPV4, AddressState.UNKNOWN, None, ())


def line_title(speaker: Speaker, line: LineStatus) -> str:
    """A line as a heading: its id, and by what it is known."""
    return speaker.tr("Line {line} ({way})", line=line.id, way=str(line.binding))


def line_summary(speaker: Speaker, line: LineStatus, family: Family) -> str:
    """How a line fares for one family: "up · IPv4: 11.22.33.44, as 2 sources agree"."""
    state = speaker.say(LINE_STATES[line.states.get(family, LineState.UNKNOWN)])
    return speaker.tr("{state} · {conclusion}", state=state, conclusion=agreement(speaker, line.addresses[family]))


def line_notes(speaker: Speaker, line: LineStatus, snapshot: Snapshot) -> list[str]:
    """What else there is to say of a line: remarks, and who follows it."""
    said = [speaker.say(LINE_REMARKS[remark]) for remark in line.remarks]
    names = _followers(snapshot, line)
    if names:
        said.append(speaker.ntr("{names} follows it.", "{names} follow it.", len(names), names=speaker.listing(names)))
    return said


def detour(speaker: Speaker, found: Detour, snapshot: Snapshot) -> str:
    """That our traffic takes another way, and which address the line of the house has."""
    family, names = FAMILIES[found.family], {"interface": found.interface}
    world = snapshot.addresses.get(found.family, _UNASKED).address
    home = snapshot.home.get(found.family, _UNASKED).address
    if found.tunnel:
        said = speaker.tr(
            "{family}: the traffic of this computer leaves through the VPN {interface}.", family=family, **names
        )
    else:
        said = speaker.tr(
            "{family}: the traffic of this computer leaves through {interface} and not through {home}.",
            family=family,
            home=found.home or "?",
            **names,
        )
    if home is None:
        return said
    if home == world:
        more = speaker.tr("The world sees the address of your own line all the same: {address}.", address=str(home))
    elif world is None:
        more = speaker.tr(
            "Your own line ({home}) has the address {address}.", home=found.home or "?", address=str(home)
        )
    else:
        more = speaker.tr(
            "The world sees {world}; your own line ({home}) has the address {address}.",
            world=str(world),
            home=found.home or "?",
            address=str(home),
        )
    return speaker.tr("{sentence} {next}", sentence=said, next=more)


def detour_advice(speaker: Speaker, snapshot: Snapshot) -> str:
    """What to do while names wait for a choice; "" where none does."""
    waiting = [
        readable_name(status.key.name)
        for status in snapshot.records
        if status.circumstances is not None and status.circumstances.address_state is AddressState.UNDECIDED
    ]
    if not waiting:
        return ""
    names = tuple(dict.fromkeys(waiting))
    return speaker.tr(
        "Choose in the settings of {names}, under “Behind a VPN”, whose address is wanted. Until then nothing is"
        " written.",
        names=speaker.listing(names),
    )


def _followers(snapshot: Snapshot, line: LineStatus) -> Sequence[str]:
    return tuple(dict.fromkeys(readable_name(status.key.name) for status in snapshot.records if status.line == line.id))
