"""Whose address each name shall have: looks at every way to the world, and which of them a name follows.

The ways are: whatever way the system takes (`WORLD`), the line of the house where our traffic takes another way
(`HOME`), and the lines of the settings. The rules by which a name changes its line are in `core.lines`; what a detour
means for a name is in `core.detours`.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core import detours, lines
from ddns_tray.core.agree import offline
from ddns_tray.core.model import (
    ANY_WAY,
    AddressState,
    AddressView,
    Agreement,
    Family,
    LineRemark,
    LineState,
    LineStatus,
)
from ddns_tray.core.own_addresses import lasting
from ddns_tray.engine.detecting import Detection, Inquiry
from ddns_tray.engine.setup import HOME, WORLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ddns_tray.core.lines import LineHealth
    from ddns_tray.core.model import Binding, Detour, InterfaceAddress, Sighting
    from ddns_tray.core.ports import Chance, Clock
    from ddns_tray.engine.setup import Care, EngineSetup, KeptRecord, WaySetup
    from ddns_tray.engine.state import EngineState

log = logging.getLogger(__name__)

_Place = tuple[str, Family]
"""A way, by its id, and a family."""


class Addresses:
    """Remembers, from look to look. What front ends see of it goes into the state."""

    def __init__(self, state: EngineState, clock: Clock, chance: Chance) -> None:
        self._state = state
        self._clock = clock
        self._chance = chance
        self._detections: dict[str, Detection] = {}
        self._found: dict[_Place, Agreement] = {}
        self._before: Mapping[_Place, Agreement] = {}
        self._agreed_at: dict[_Place, float] = {}
        self._health: dict[_Place, LineHealth] = {}
        self._since: dict[_Place, float] = {}
        self._detours: Mapping[Family, Detour] = {}
        self._bindings: Mapping[str, Binding] = {}
        self._taken: frozenset[str] = frozenset()
        self._vigil: set[_Place] = set()
        self._late: dict[_Place, asyncio.Task[None]] = {}
        self.once = False
        """Whether nobody looks again soon, so that the way to ask by cannot wait until a silent line is down."""
        self.own: tuple[InterfaceAddress, ...] = ()
        """The addresses of this machine at the time of the last look."""
        self.looked_at = float("-inf")
        """When the last look has begun (Unix seconds)."""
        self.due: float | None = None
        """When a look may decide which line a name follows (Unix seconds), if the schedule would be late for it."""

    def take_setup(self, setup: EngineSetup, kept: tuple[KeptRecord, ...]) -> None:
        """Take new settings. What is known of lines that are the same as before stays."""
        self._setup = setup
        self._kept = kept
        self._following = tuple(record for record in kept if record.settings.line and not record.settings.expected)
        before, self._bindings = self._bindings, {line.id: line.binding for line in setup.lines}
        gone = {line for line, binding in before.items() if self._bindings.get(line) != binding}
        for places in (self._found, self._agreed_at, self._health, self._since):
            for place in [place for place in places if place[0] in gone]:
                del places[place]
        self.due = None
        self.looked_at = float("-inf")
        self._home: WaySetup | None = None

    def follow_clock(self, seconds: float) -> None:
        """Move with a wall clock that somebody has moved."""
        self.looked_at += seconds
        self.due = None if self.due is None else self.due + seconds
        for times in (self._agreed_at, self._since):
            times.update({place: at + seconds for place, at in times.items()})

    def forgive(self) -> None:
        """Ask those sources again that only failed."""
        for detection in self._detections.values():
            detection.forgive()

    # --- looking ---

    async def look(self, care: Care) -> None:
        """Look at every way that a name follows, and decide again which one that is."""
        self.looked_at = self._clock.now()
        await self._take_late()
        self.own = self._read_own_addresses()
        self._detours = self._read_detours()
        self._taken = self._setup.carriers() if self._setup.lines else frozenset()
        self._vigil = self._watched()
        self._before = dict(self._found)
        wanted = self._wanted()
        await self._look_at_all(wanted, care)
        places = {(way.id, family) for way, family in wanted}
        for place in [place for place in self._found if place not in places]:
            del self._found[place]
        self._follow_lines()
        self._show()

    async def _look_at_all(self, wanted: list[tuple[WaySetup, Family]], care: Care) -> None:
        """Look everywhere at once. Nobody waits for a line that is down as long as there is another one.

        What such a line says comes in time for the next look.
        """
        started: dict[_Place, asyncio.Task[None]] = {}
        for way, family in wanted:
            place = (way.id, family)
            if place not in self._late:
                started[place] = asyncio.ensure_future(self._look_at(way, family, care))
        dead = {place for place in started if self._is_down(place)}
        alive = [task for place, task in started.items() if place not in dead]
        try:
            await asyncio.gather(*(alive or started.values()))
        except BaseException:
            await self._end(started.values())
            raise
        if alive:
            self._late |= {place: started[place] for place in dead}

    def _is_down(self, place: _Place) -> bool:
        return self._health_of(place).state is LineState.DOWN

    async def _take_late(self) -> None:
        """Take what came in since the last look, so that a fault in it is not lost either."""
        done = {place: task for place, task in self._late.items() if task.done()}
        for place in done:
            del self._late[place]
        await asyncio.gather(*done.values())

    @staticmethod
    async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
        ended = list(tasks)
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    async def close(self) -> None:
        """End what is still under way."""
        await self._end(self._late.values())
        self._late.clear()

    def _wanted(self) -> list[tuple[WaySetup, Family]]:
        """What has to be looked at: no way and no family that nobody follows."""
        setup, wanted = self._setup, []
        for family in setup.families():
            names = [each for each in self._kept if each.key.type.family is family and not each.settings.expected]
            detour = self._detours.get(family)
            outside = [each for each in names if not each.settings.line]
            if not names or any(each.settings.view is not AddressView.HOME or detour is None for each in outside):
                wanted.append((setup.world(), family))
            at_home = any(each.settings.view is not AddressView.WORLD for each in outside)
            if detour is not None and setup.home is not None and (at_home or not names):
                self._home = self._home or setup.home()
                wanted.append((self._home, family))
            followed = {line for each in names for line in each.settings.line}
            wanted += [
                (line, family)
                for line in setup.lines
                if line.binding.serves(family) and (line.id in followed or not self._kept)
            ]
        return wanted + self._ways_to_ask_by(wanted) if self.once else wanted

    def _ways_to_ask_by(self, wanted: list[tuple[WaySetup, Family]]) -> list[tuple[WaySetup, Family]]:
        """Return the lines that nobody follows: one of them may be the only one that leads out."""
        families = dict.fromkeys(each.key.type.family for each in self._kept)
        places = [(line, family) for line in self._setup.lines for family in families if line.binding.serves(family)]
        return [place for place in places if place not in wanted]

    async def _look_at(self, way: WaySetup, family: Family, care: Care) -> None:
        place = (way.id, family)
        detection = self._detections.setdefault(way.id, Detection(self._clock, self._chance))
        settings = way.address[family]
        before = self._found.get(place)
        found = await detection.look(
            Inquiry(
                family=family,
                detectors=[each for each in way.detectors[family] if family in each.families],
                quorum=settings.quorum,
                interval=settings.interval,
                allow_private=any(each.settings.allow_private for each in self._kept if each.key.type.family is family),
                previous=before,
                built_in=way.built_in,
                own=frozenset(each.address for each in self.own if self._belongs(each, way)),
                refine=self._lasting,
                vigilant=(way.id, family) in self._vigil,
            ),
            care,
        )
        self._found[place] = found
        if found.state is AddressState.AGREED:
            self._agreed_at[place] = self._clock.now()
        if way.binding:
            self._examine(way, family, found, settings.interval)

    def _watched(self) -> set[_Place]:
        """Return the lines that have to be known to lead out, whatever our own router says."""
        watched: set[_Place] = set()
        for record in self._following:
            family, order = record.key.type.family, record.settings.line
            health = {line: self._health[line, family] for line in order if (line, family) in self._health}
            watched |= {(line, family) for line in lines.watched(order, health, self.line_of(record))}
        return watched

    def _examine(self, way: WaySetup, family: Family, found: Agreement, interval: float) -> None:
        """Note how a line fares after this look."""
        place = (way.id, family)
        before = self._health_of(place)
        sign = lines.sign_of(found, present=not self.own or any(self._belongs(each, way) for each in self.own))
        health = lines.looked(before, sign, now=self._clock.monotonic(), wall=self._clock.now(), interval=interval)
        self._health[place] = health
        if health.state is not before.state:
            log.info("line %s, %s: %s", way.id, family, health.state)
            self._since[place] = self._clock.now()

    def _belongs(self, address: InterfaceAddress, way: WaySetup) -> bool:
        if way.binding.local_address is not None:
            return address.address == way.binding.local_address
        return not way.binding.interface or address.interface == way.binding.interface

    def _read_own_addresses(self) -> tuple[InterfaceAddress, ...]:
        try:
            return tuple(self._setup.interfaces())
        except OSError as exc:
            log.info("the addresses of this computer could not be read: %s", exc)
            return ()

    def _read_detours(self) -> Mapping[Family, Detour]:
        try:
            return self._setup.detours()
        except OSError as exc:
            log.info("by which way this computer reaches the world could not be read: %s", exc)
            return {}

    def _lasting(self, sighting: Sighting) -> Sighting:
        """Let a temporary address of this machine, which the world sees, stand for the one that lasts."""
        if sighting.address is None:
            return sighting
        return replace(sighting, address=lasting(sighting.address, self.own))

    # --- following ---

    def _follow_lines(self) -> None:
        """Decide which line each name follows, and when that may have to be decided again."""
        now, waits = self._clock.monotonic(), []
        return_after = {line.id: line.return_after for line in self._setup.lines}
        for record in self._following:
            family, order = record.key.type.family, record.settings.line
            health = {line: self._health[line, family] for line in order if (line, family) in self._health}
            memory = self._state.recall(record.key)
            followed = lines.follow(order, health, memory.line, return_after=return_after, now=now)
            if followed != memory.line:
                log.info("%s follows the line %s, in place of %s", record.key, followed, memory.line)
                self._state.note(record.key, replace(memory, line=followed))
            wait = lines.next_look(order, health, followed, return_after=return_after, now=now)
            waits += [] if wait is None else [wait]
        self.due = self._clock.now() + min(waits) if waits else None

    def line_of(self, record: KeptRecord) -> str | None:
        """Return the line that a record follows, if it has any in its settings."""
        line = self._state.recall(record.key).line
        return line if line in record.settings.line else None

    def place_of(self, record: KeptRecord) -> tuple[str | None, Family]:
        """Return by which way the address of a record is known; the way is None where no line was ever certain."""
        family = record.key.type.family
        if record.settings.line:
            return self.line_of(record), family
        home = record.settings.view is AddressView.HOME and family in self._detours
        return (HOME if home else WORLD), family

    def agreement_for(self, record: KeptRecord) -> Agreement | None:
        """Return what is known of the address that a record shall have."""
        way, family = self.place_of(record)
        if way is None:
            first = self._found.get((record.settings.line[0], family))
            return first if first is None or first.address is None else replace(first, address=None)
        found = self._found.get((way, family))
        if way != WORLD or record.settings.view is not AddressView.AUTO or found is None:
            return found
        return detours.seen_by(found, self._detours.get(family), self._found.get((HOME, family)))

    def still_right(self, record: KeptRecord) -> frozenset[str] | None:
        """Return what a record may go on to have while nobody has decided whose address it shall have.

        That is what was expected of it before, if it is the address of the house.
        """
        home = self._found.get((HOME, record.key.type.family))
        expected = self._state.recall(record.key).expected
        known = home is not None and home.address is not None and expected == {str(home.address)}
        return expected if known else None

    def agreed_at(self, record: KeptRecord) -> float:
        """Return when the address that a record follows was last agreed on; minus infinity for never."""
        way, family = self.place_of(record)
        return float("-inf") if way is None else self._agreed_at.get((way, family), float("-inf"))

    # --- what front ends see ---

    def sightings(self) -> tuple[Sighting, ...]:
        """Return all that was seen by the way that the system takes: lines prove only themselves."""
        return tuple(
            sighting for (way, _), found in self._found.items() if way == WORLD for sighting in found.sightings
        )

    def way_out(self) -> Binding:
        """Return by which way to ask and to write: as the system likes, unless its own way may be a line that is dead.

        Then it is the first line that is up. Where a line is dead for one family alone, the other one goes on as the
        system likes.
        """
        used = [line for line in self._setup.lines if self._is_used(line)]
        taken = [line for line in used if self._may_be_taken(line)]
        dead = [family for family in Family if any(self._is_dead(line, family) for line in taken)]
        found = [(family, next((line for line in used if self._is_alive(line, family)), None)) for family in dead]
        alive = [(family, line) for family, line in found if line is not None]
        if not alive:
            return ANY_WAY
        family, chosen = alive[0]
        everything = len(dead) == len(Family) and all(line is chosen for _, line in alive)
        return replace(chosen.binding, spares_house=True, only=None if everything else family)

    def _may_be_taken(self, line: WaySetup) -> bool:
        """Say whether the system may send by this line, as far as it has told."""
        if not self._taken or not self.own:
            return True
        return any(each.interface in self._taken and self._belongs(each, line) for each in self.own)

    def _is_dead(self, line: WaySetup, family: Family) -> bool:
        return all(
            self._is_down(place) or (self.once and self._health_of(place).bad_looks > 0)
            for place in self._known(line, family)
        )

    def _is_alive(self, line: WaySetup, family: Family) -> bool:
        return any(self._health_of(place).state is LineState.UP for place in self._known(line, family))

    def _known(self, line: WaySetup, family: Family) -> list[_Place]:
        """Return what there is to judge a line by for one family: looks at the other one where there were no others."""
        places = [(line.id, each) for each in Family if (line.id, each) in self._found]
        return [place for place in places if place[1] is family] or places

    def _health_of(self, place: _Place) -> LineHealth:
        return self._health.get(place, lines.LineHealth())

    def mark_offline(self) -> None:
        """Write down that we are offline where that is why no address is known."""
        for place, agreement in self._found.items():
            self._found[place] = offline(agreement, self._before.get(place))
        self._show(concluded=False)

    def _show(self, *, concluded: bool = True) -> None:
        """Put into the state what snapshots show of the ways."""
        state = self._state
        wanted = self._setup.families()
        for family in [family for family in state.agreements if family not in wanted]:
            del state.agreements[family]
        for family in wanted:
            leading = self._leading(family)
            if leading is not None and concluded:
                state.conclude(leading)
            elif leading is not None:
                state.agreements[family] = leading
        state.detours = MappingProxyType(
            {family: each for family, each in self._detours.items() if self._counts(family, each)}
        )
        state.home = MappingProxyType({family: found for (way, family), found in self._found.items() if way == HOME})
        state.lines = tuple(self._status(line) for line in self._setup.lines if self._is_used(line))

    def _leading(self, family: Family) -> Agreement | None:
        """Choose what is shown as our address: the way that the system takes, else the way of the first name."""
        if (WORLD, family) in self._found:
            return self._found[WORLD, family]
        names = [each for each in self._kept if each.key.type.family is family and not each.settings.expected]
        found = [self.agreement_for(each) for each in names]
        return next((each for each in found if each is not None), Agreement(family, AddressState.UNKNOWN, None, ()))

    def _counts(self, family: Family, detour: Detour) -> bool:
        return detours.counts(detour, self._found.get((WORLD, family)), self._found.get((HOME, family)))

    def _is_used(self, line: WaySetup) -> bool:
        return any((line.id, family) in self._found for family in Family)

    def _status(self, line: WaySetup) -> LineStatus:
        there = not self.own or any(self._belongs(each, line) for each in self.own)
        remarks = (
            *(() if there else (LineRemark.NO_INTERFACE,)),
            *((LineRemark.BOUND_BY_ADDRESS,) if line.by_address else ()),
        )
        seen = [family for family in Family if (line.id, family) in self._found]
        health = {family: self._health_of((line.id, family)) for family in seen}
        return LineStatus(
            id=line.id,
            binding=line.binding,
            addresses=MappingProxyType({family: self._found[line.id, family] for family in seen}),
            states=MappingProxyType({family: health[family].state for family in seen}),
            since=MappingProxyType(
                {family: self._since[line.id, family] for family in seen if (line.id, family) in self._since}
            ),
            remarks=remarks,
        )
