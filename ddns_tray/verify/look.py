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
from ddns_tray.verify.queries import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ddns_tray.core.model import Cut
    from ddns_tray.core.ports import Clock
    from ddns_tray.verify.answers import Soa
    from ddns_tray.verify.asker import Asker, Question, Reply
    from ddns_tray.verify.delegation import Delegations
    from ddns_tray.verify.familiar import Acquaintance, Familiar
    from ddns_tray.verify.targets import Endpoint, Target

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
        self._paths: dict[str, tuple[Cut, ...]] = {}
        self._soas: dict[tuple[str, Endpoint], asyncio.Task[Soa | None]] = {}
        self._targets: dict[int, list[Target]] = {}
        self._kept: list[Delegation] = []
        """Those of `_targets`, so that no other can be at the same place in memory."""

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
            for task in (*workers, *self._soas.values()):
                task.cancel()
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
            delegation, seen = await self._authoritative(name, types, delegation)
            zone, path = delegation.zone, self._path(delegation)
            interval = await self._follow_within(delegation)
            for kind in types:
                seen[kind].extend(await self._ends(kind, seen[kind], delegation.zone, (name,)))
        may_ask = [kind for kind in types if not any(map(denies, seen[kind]))]
        answered = await self._resolve(name, may_ask)
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

    def _path(self, delegation: Delegation) -> tuple[Cut, ...]:
        """The way to a zone, one object for all its names."""
        if delegation.zone not in self._paths:
            self._paths[delegation.zone] = self._delegations.path(delegation)
        return self._paths[delegation.zone]

    # --- authoritative servers -----------------------------------------------------------------------------------

    async def _authoritative(
        self, name: str, types: Sequence[RecordType], delegation: Delegation
    ) -> tuple[Delegation, dict[RecordType, list[Observation]]]:
        """Ask every server of the zone; once more from the walk on if it turns out that the zone was cut below."""
        seen, referred = await self._ask_zone(name, types, delegation)
        if referred or not any(o.aa for kind in types for o in seen[kind]):
            self._delegations.doubt(name, delegation)
        if referred:
            try:
                deeper = await self._delegations.find(name)
            except NotFound:
                return delegation, seen
            if deeper.zone != delegation.zone:
                seen, _ = await self._ask_zone(name, types, deeper)
                return deeper, seen
        return delegation, seen

    async def _ask_zone(
        self, name: str, types: Sequence[RecordType], delegation: Delegation
    ) -> tuple[dict[RecordType, list[Observation]], bool]:
        patience = self._asker.patience.authoritative
        targets = self._targets_of(delegation)
        known = {kind: self._familiar.meet(name, kind, recursive=False) for kind in types}
        asked = [(kind, self._asker.begin(target, known[kind].query, patience)) for target in targets for kind in types]
        for target in targets:
            self._ask_soa(delegation.zone, target)
        seen: dict[RecordType, list[Observation]] = {
            kind: [
                unheard(s.name, LookError.NO_ADDRESS, self._clock.now()) for s in delegation.servers if not s.endpoints
            ]
            for kind in types
        }
        referred = False
        for kind, question in asked:
            soa = await self._ask_soa(delegation.zone, question.target)
            serial = None if soa is None else soa.serial
            told, reply = await self._hear(Role.AUTHORITATIVE, question, known[kind], serial=serial)
            if told.cnames and not is_in_zone(told.cnames[-1], delegation.zone):
                told = replace(told, serial=None)  # a serial speaks for its zone alone
            seen[kind].append(told)
            if reply is not None and reply.message is not None:
                referred = referred or answers.referral_of(reply.message, name, delegation.zone) is not None
        return {kind: without_unroutable(found) for kind, found in seen.items()}, referred

    def _targets_of(self, delegation: Delegation) -> list[Target]:
        """Every address of the zone's servers, once."""
        targets = self._targets.get(id(delegation))
        if targets is None:
            once = {target.endpoint: target for target in reversed(delegation.targets)}
            self._kept.append(delegation)
            targets = self._targets[id(delegation)] = list(reversed(once.values()))
        return targets

    def _ask_soa(self, zone: str, target: Target) -> asyncio.Task[Soa | None]:
        """The zone's SOA at one server, asked once in a look however many names the zone has."""
        assert target.endpoint is not None  # noqa: S101 - authoritative servers are known by their addresses
        place = (zone, target.endpoint)
        if place not in self._soas:
            self._soas[place] = asyncio.ensure_future(self._soa(zone, target))
        return self._soas[place]

    async def _soa(self, zone: str, target: Target) -> Soa | None:
        query = prepare(zone, "SOA", recursive=False)
        reply = await self._asker.ask(target, query, self._asker.patience.authoritative)
        if reply.message is None or not answers.is_authoritative(reply.message):
            return None
        soa = answers.soa_of(reply.message)
        return soa if soa is not None and soa.zone == zone else None

    async def _follow_within(self, delegation: Delegation) -> int | None:
        """Refresh + retry as the server with the newest serial has it."""
        soas = [await self._ask_soa(delegation.zone, target) for target in self._targets_of(delegation)]
        return next((soa.follow_within for soa in soas if soa is not None), None)

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
        delegation, by_kind = await self._authoritative(end, [kind], found)
        return by_kind[kind] + await self._ends(kind, by_kind[kind], delegation.zone, path)

    # --- resolvers -----------------------------------------------------------------------------------------------

    async def _resolve(self, name: str, types: Sequence[RecordType]) -> dict[RecordType, list[Observation]]:
        known = {kind: self._familiar.meet(name, kind, recursive=True) for kind in types}
        asked = [
            (kind, self._asker.begin(target, known[kind].query, self._tries(target)))
            for target in self._resolvers
            for kind in types
        ]
        seen: dict[RecordType, list[Observation]] = {kind: [] for kind in types}
        for kind, question in asked:
            told, _ = await self._hear(Role.RESOLVER, question, known[kind])
            seen[kind].append(told)
            if told.error is LookError.TIMEOUT:
                self._silent.add(question.target)
            elif self._silent:
                self._silent.discard(question.target)
        return seen

    async def _hear(
        self, role: Role, question: Question, known: Acquaintance, *, serial: int | None = None
    ) -> tuple[Observation, Reply | None]:
        """Take down an answer; there is no reply to read where the same answer was read before."""
        received = await question.answered()
        told = self._familiar.recall(known, question.target, received, role=role, serial=serial)
        if told is not None:
            return told, None
        reply = await self._asker.finish(question)
        told = observe(role, question.target, reply, known.query.name, RecordType(known.query.type))
        if serial is not None:
            told = replace(told, serial=serial)
        self._familiar.learn(known, question.target, received, told)
        return told, reply

    def _tries(self, target: Target) -> tuple[float, ...]:
        patience = self._asker.patience
        if self._were_silent and target in self._were_silent:
            return patience.silent
        return patience.resolver
