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
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
        patience = asker.patience
        self._resolvers = [(target, patience.silent if target in silent else patience.resolver) for target in resolvers]
        self._silent = silent
        self._familiar = familiar
        self._zones: dict[int, SharedZone] = {}
        """By the identity of the delegation, which each of them holds."""
        self._silence: dict[str | None, Silence] = {}
        """Of the resolvers, zone by zone: one may be silent about a single zone."""

    async def run(self, keys: Sequence[RecordKey], *, authoritative: bool) -> dict[RecordKey, View]:
        """Look at all keys, some names at a time."""
        wanted: dict[str, list[RecordKey]] = {}
        unique = dict.fromkeys(keys)
        for key in unique:
            wanted.setdefault(key.name, []).append(key)
        found = await self._delegations.find_all(wanted) if authoritative else {}
        views: dict[RecordKey, View] = {}
        names = iter(wanted.items())

        async def work(names: Iterator[tuple[str, list[RecordKey]]]) -> None:
            for name, its_keys in names:
                for view in await self._look_at(name, its_keys, found.get(name)):
                    views[view.key] = view

        workers = [asyncio.ensure_future(work(names)) for _ in range(min(NAMES_AT_ONCE, len(wanted)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for each in workers:
                each.cancel()
            for zone in self._zones.values():
                zone.close()
        return {key: views[key] for key in unique}

    async def _look_at(
        self, name: str, keys: Sequence[RecordKey], delegation: Delegation | NotFound | None
    ) -> list[View]:
        zone, interval, error = None, None, None
        path: tuple[Cut, ...] = ()
        types = [key.type for key in keys]
        seen: Mapping[RecordType, list[Observation]] = {}
        if isinstance(delegation, NotFound):
            error = delegation.error
        elif delegation is not None:
            shared, seen = await self._authoritative(name, types, delegation)
            zone, path, interval = shared.delegation.zone, shared.path, shared.follow_within
        may_ask = []
        for kind in types:
            said = seen.get(kind, [])
            if not all(each.answer and not each.cnames for each in said):  # hardly ever
                if zone is not None and any(each.cnames for each in said):
                    said.extend(await self._ends(kind, said, zone, (name,)))
                if any(not each.answer and denies(each) for each in said):
                    continue
            may_ask.append(kind)
        answered = await self._resolve(name, may_ask, zone)
        now = self._clock.now()
        return [
            View(key, zone, (*seen.get(key.type, ()), *answered.get(key.type, ())), now, error, interval, path)
            for key in keys
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
        recall, begin = self._familiar.recall, self._begin_unless(zone.silence)
        asked = []
        for kind in types:
            known = self._familiar.meet(name, kind, recursive=False)
            asked.append((kind, known, [begin(target, known.query, patience) for target in zone.targets]))
        zone.begin()
        serials = zone.serials or await zone.settle()
        seen: dict[RecordType, list[Observation]] = {}
        referred = False
        for kind, known, questions in asked:
            found = [unheard(server, error, self._clock.now()) for server, error in zone.without_address]
            for question, serial in zip(questions, serials, strict=True):
                received = question.received or await question.answered()
                told = recall(known, question.target, received, role=Role.AUTHORITATIVE, serial=serial)
                if told is None:
                    told, reply = await self._read(Role.AUTHORITATIVE, question, known)
                    zone.silence.note(question.target, silent=told.error is LookError.TIMEOUT)
                    if not told.cnames or is_in_zone(told.cnames[-1], zone.delegation.zone):
                        told = replace(told, serial=serial)  # a serial speaks for its zone alone
                    if reply is not None and reply.message is not None:
                        referred |= answers.referral_of(reply.message, name, zone.delegation.zone) is not None
                found.append(told)
            seen[kind] = without_unroutable(self._asker.reach.heard(found))
        return seen, referred

    def _begin_unless(self, silence: Silence) -> Callable[[Target, Query, Sequence[float]], Question]:
        """Return how to ask where somebody may have been given up: that would be a waste."""
        asker = self._asker
        if not silence:
            return asker.begin
        return lambda target, query, tries: (
            asker.not_asked(target, query) if silence.given_up(target) else asker.begin(target, query, tries)
        )

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
        silence = self._silence.get(zone)
        if silence is None:
            silence = self._silence[zone] = Silence()
        recall, begin = self._familiar.recall, self._begin_unless(silence)
        asked = []
        for kind in types:
            known = self._familiar.meet(name, kind, recursive=True)
            asked.append((kind, known, [begin(target, known.query, tries) for target, tries in self._resolvers]))
        seen: dict[RecordType, list[Observation]] = {}
        for kind, known, questions in asked:
            found = seen[kind] = []
            for question in questions:
                received = question.received or await question.answered()
                told = recall(known, question.target, received, role=Role.RESOLVER)
                if told is None:
                    told, _ = await self._read(Role.RESOLVER, question, known)
                    silence.note(question.target, silent=told.error is LookError.TIMEOUT)
                    if told.error is LookError.TIMEOUT:
                        self._silent.add(question.target)
                if self._silent and told.error is not LookError.TIMEOUT:
                    self._silent.discard(question.target)
                found.append(told)
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
