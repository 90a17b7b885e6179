"""A look: every authoritative server of each name, then the resolvers; observations, never a judgement.

Nothing that a server does raises here. A name that an authoritative server denies is not asked of resolvers, which
would remember the "no" for as long as the zone says, and keep people from a name that is just being created.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.model import LookError, Observation, RecordKey, RecordType, Role, View
from ddns_tray.core.names import is_in_zone
from ddns_tray.verify import answers
from ddns_tray.verify.delegation import Delegation, NotFound
from ddns_tray.verify.observations import (
    denies,
    led_by,
    observe,
    unheard,
    without_unroutable,
)
from ddns_tray.verify.plain import read_plain
from ddns_tray.verify.shared_zone import SharedZone, Silence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ddns_tray.core.model import Cut
    from ddns_tray.core.ports import Clock
    from ddns_tray.verify.asker import Asker, Reply
    from ddns_tray.verify.delegation import Delegations
    from ddns_tray.verify.familiar import Acquaintance, Familiar
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.question import Question
    from ddns_tray.verify.targets import Target

NAMES_AT_ONCE = 64


class Look:
    """One look at many keys. Made for one use: it holds what the names of one zone share.

    `silent` are the resolvers that said nothing at the last look; this look brings it up to date. So it does with
    `familiar`, the answers of earlier looks.
    """

    def __init__(
        self,
        asker: Asker,
        delegations: Delegations,
        clock: Clock,
        resolvers: Sequence[Target],
        *,
        silent: set[Target],
        familiar: Familiar,
    ) -> None:
        self._asker = asker
        self._delegations = delegations
        self._clock = clock
        self._resolvers = resolvers
        self._silent = silent
        self._familiar = familiar
        self._were_silent = frozenset(silent)
        self._zones: dict[int, SharedZone] = {}
        """By the identity of the delegation, which each of them holds."""
        self._silence: dict[str | None, Silence] = {}
        """Of the resolvers, zone by zone: one may be silent about a single zone."""

    async def run(self, keys: Sequence[RecordKey], *, authoritative: bool) -> dict[RecordKey, View]:
        """Look at all keys, some names at a time."""
        types: dict[str, list[RecordType]] = {}
        for key in dict.fromkeys(keys):
            types.setdefault(key.name, []).append(key.type)
        found = await self._delegations.find_all(types) if authoritative else {}
        views: dict[RecordKey, View] = {}
        names = iter(types.items())

        async def work(names: Iterator[tuple[str, list[RecordType]]]) -> None:
            for name, wanted in names:
                for view in await self._look_at(name, wanted, found.get(name)):
                    views[view.key] = view

        workers = [asyncio.ensure_future(work(names)) for _ in range(min(NAMES_AT_ONCE, len(types)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for each in workers:
                each.cancel()
            for zone in self._zones.values():
                zone.close()
        return {key: views[key] for key in dict.fromkeys(keys)}

    async def _look_at(
        self, name: str, types: Sequence[RecordType], delegation: Delegation | NotFound | None
    ) -> list[View]:
        zone, interval, error = None, None, None
        path: tuple[Cut, ...] = ()
        seen: Mapping[RecordType, list[Observation]] = {kind: [] for kind in types}
        if isinstance(delegation, NotFound):
            error = delegation.error
        elif delegation is not None:
            shared, seen = await self._authoritative(name, types, delegation)
            zone, path, interval = shared.delegation.zone, shared.path, shared.follow_within
            for kind in types:
                if any(each.cnames for each in seen[kind]):
                    seen[kind].extend(await self._ends(kind, seen[kind], zone, (name,)))
        may_ask = [kind for kind in types if not any(not each.answer and denies(each) for each in seen[kind])]
        answered = await self._resolve(name, may_ask, zone)
        return [
            View(
                key=RecordKey(name, kind),
                zone=zone,
                observations=(*seen[kind], *answered.get(kind, ())),
                at=self._clock.now(),
                delegation_error=error,
                secondary_interval=interval,
                path=path,
            )
            for kind in types
        ]

    def _shared(self, delegation: Delegation) -> SharedZone:
        shared = self._zones.get(id(delegation))
        if shared is None:
            shared = SharedZone(self._asker, delegation, self._delegations.path(delegation))
            self._zones[id(delegation)] = shared
        return shared

    # --- authoritative servers -----------------------------------------------------------------------------------

    async def _authoritative(
        self, name: str, types: Sequence[RecordType], delegation: Delegation
    ) -> tuple[SharedZone, dict[RecordType, list[Observation]]]:
        """Ask every server of the zone; once more from the walk on if it turns out that the zone was cut below."""
        shared = self._shared(delegation)
        seen, referred = await self._ask_zone(name, types, shared)
        if referred or not any(o.aa for kind in types for o in seen[kind]):
            self._delegations.doubt(name, delegation)
        if referred:
            try:
                deeper = await self._delegations.find(name)
            except NotFound:
                return shared, seen
            if deeper.zone != delegation.zone:
                shared = self._shared(deeper)
                seen, _ = await self._ask_zone(name, types, shared)
        return shared, seen

    async def _ask_zone(
        self, name: str, types: Sequence[RecordType], zone: SharedZone
    ) -> tuple[dict[RecordType, list[Observation]], bool]:
        patience = self._asker.patience.authoritative
        known = [(kind, self._familiar.meet(name, kind, recursive=False)) for kind in types]
        asked = [
            (kind, each, number, self._begin(target, each.query, patience, zone.silence))
            for number, target in enumerate(zone.targets)
            for kind, each in known
        ]
        zone.begin()
        seen: dict[RecordType, list[Observation]] = {
            kind: [unheard(server, error, self._clock.now()) for server, error in zone.without_address]
            for kind in types
        }
        serials = zone.serials or await zone.settle()
        referred = False
        for kind, each, number, question in asked:
            received = question.received or await question.answered()
            serial = serials[number]
            told = self._familiar.recall(each, question.target, received, role=Role.AUTHORITATIVE, serial=serial)
            if told is None:
                told, reply = await self._read(Role.AUTHORITATIVE, question, each)
                zone.silence.note(question.target, silent=told.error is LookError.TIMEOUT)
                if not told.cnames or is_in_zone(told.cnames[-1], zone.delegation.zone):
                    told = replace(told, serial=serial)  # a serial speaks for its zone alone
                if reply is not None and reply.message is not None:
                    referred |= answers.referral_of(reply.message, name, zone.delegation.zone) is not None
            seen[kind].append(told)
        return {kind: without_unroutable(self._asker.reach.heard(found)) for kind, found in seen.items()}, referred

    def _begin(self, target: Target, query: Query, tries: Sequence[float], silence: Silence) -> Question:
        """Ask, unless that would be a waste."""
        if silence and silence.given_up(target):
            return self._asker.not_asked(target, query)
        return self._asker.begin(target, query, tries)

    async def _ends(
        self, kind: RecordType, seen: Sequence[Observation], zone: str, path: tuple[str, ...]
    ) -> list[Observation]:
        """Follow aliases that lead out of the zone: what the servers there say, as seen from the alias."""
        beyond: list[Observation] = []
        for alias in {o.cnames[-1]: o for o in reversed(seen) if o.cnames}.values():
            end = alias.cnames[-1]
            if is_in_zone(end, zone) or end in path or len(path) > answers.MAX_CHAIN:
                continue
            beyond += [led_by(alias, o) for o in await self._at_end(end, kind, (*path, end))]
        return beyond

    async def _at_end(self, end: str, kind: RecordType, path: tuple[str, ...]) -> list[Observation]:
        found = (await self._delegations.find_all([end]))[end]
        if isinstance(found, NotFound):
            return [unheard(end, found.error, self._clock.now())]
        shared, by_kind = await self._authoritative(end, [kind], found)
        return by_kind[kind] + await self._ends(kind, by_kind[kind], shared.delegation.zone, path)

    # --- resolvers -----------------------------------------------------------------------------------------------

    async def _resolve(
        self, name: str, types: Sequence[RecordType], zone: str | None
    ) -> dict[RecordType, list[Observation]]:
        silence = self._silence.setdefault(zone, Silence())
        known = [(kind, self._familiar.meet(name, kind, recursive=True)) for kind in types]
        asked = [
            (kind, each, self._begin(target, each.query, self._tries(target), silence))
            for target in self._resolvers
            for kind, each in known
        ]
        seen: dict[RecordType, list[Observation]] = {kind: [] for kind in types}
        for kind, each, question in asked:
            received = question.received or await question.answered()
            told = self._familiar.recall(each, question.target, received, role=Role.RESOLVER)
            if told is None:
                told, _ = await self._read(Role.RESOLVER, question, each)
                silence.note(question.target, silent=told.error is LookError.TIMEOUT)
                if told.error is LookError.TIMEOUT:
                    self._silent.add(question.target)
            if self._silent and told.error is not LookError.TIMEOUT:
                self._silent.discard(question.target)
            seen[kind].append(told)
        return seen

    async def _read(self, role: Role, question: Question, known: Acquaintance) -> tuple[Observation, Reply | None]:
        """Take down an answer that was not read before, with the reply if it is more than a plain one."""
        received, reply = await question.answered(), None
        told = read_plain(role, question.target, question.query, received)
        if told is None:
            reply = await self._asker.finish(question)
            told = observe(role, question.target, reply, known.query.name, RecordType(known.query.type))
        self._familiar.learn(known, question.target, received, told)
        return told, reply

    def _tries(self, target: Target) -> tuple[float, ...]:
        patience = self._asker.patience
        if self._were_silent and target in self._were_silent:
            return patience.silent
        return patience.resolver
