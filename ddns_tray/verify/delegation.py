"""Where a name lives: its zone and all authoritative servers of that zone, found from parent to child.

Why not ask a resolver for the zone: it shows the child's view, hides lame servers behind SERVFAIL, and a question for a
name that is about to be created makes it remember the "no". So the walk begins at the root, or at a top-level domain
whose servers a resolver has named, and follows referrals; the name itself is asked of authoritative servers only.

The servers of a zone are those that its parent names together with those that it names itself (they can differ, and
people are sent to both). A server is an NS name with all its addresses; one without any is kept, as a finding.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ddns_tray.core.model import Cut, LookError, Transport
from ddns_tray.core.names import is_in_zone, parents
from ddns_tray.verify import answers
from ddns_tray.verify.asker import Asker, Reply
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.roots import ROOT_SERVERS
from ddns_tray.verify.targets import DNS_PORT, Endpoint, Target, authority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ddns_tray.core.ports import Chance, Clock
    from ddns_tray.verify.answers import Referral

MIN_LIFE, MAX_LIFE = 60.0, 3600.0
"""Seconds for which a delegation is believed, whatever its TTL says."""
MAX_CUTS = 16
MAX_SIDE_WALKS = 3
"""How deep "the address of this server's name is in a zone whose server's name …" may go."""
MAX_SERVERS = 16
_AT_ONCE = 3
_BATCHES = 4
_START_SERVERS = 4
"""Servers of a top-level domain that are looked up to begin a walk; the rest is not needed for that."""


@dataclass(frozen=True, slots=True)
class NameServer:
    """One NS name and its addresses; none is a finding, not an error, unless `lost`: nobody answered who could tell."""

    name: str
    endpoints: tuple[Endpoint, ...]
    lost: bool = False

    @property
    def targets(self) -> tuple[Target, ...]:
        """The ways to it."""
        return tuple(authority(self.name, endpoint) for endpoint in self.endpoints)


@dataclass(frozen=True, slots=True)
class Delegation:
    """A zone and who serves it, to be believed until `expires` (monotonic seconds)."""

    zone: str
    servers: tuple[NameServer, ...]
    expires: float = field(default=float("inf"), compare=False)
    settled: bool = field(default=False, compare=False)
    """Whether the servers that the zone names itself are in it too."""

    @property
    def targets(self) -> tuple[Target, ...]:
        """All addresses of all servers."""
        return tuple(target for server in self.servers for target in server.targets)


class NotFound(Exception):
    """The walk did not reach a zone; `error` says why."""

    def __init__(self, error: LookError) -> None:
        super().__init__(error)
        self.error = error


class Delegations:
    """Finds delegations and remembers them.

    With `root_hints` the walk begins there, and if a hint has a port of its own, every authoritative server of that
    closed network is asked on that port. Without, it begins with what the resolvers say of the top-level domain, and
    at the world's root servers if they say nothing.
    """

    def __init__(
        self,
        asker: Asker,
        clock: Clock,
        chance: Chance,
        *,
        root_hints: Sequence[Endpoint] = (),
        resolvers: Callable[[], Sequence[Target]] = tuple,
    ) -> None:
        self._asker = asker
        self._clock = clock
        self._chance = chance
        self._closed = bool(root_hints)
        self._port = root_hints[0].port if root_hints else DNS_PORT
        self._roots = Delegation("", _hinted(root_hints) if root_hints else _world())
        self._resolvers = resolvers
        self._zones: dict[str, Delegation] = {}
        self._names: dict[str, tuple[str, float]] = {}
        self._no_start: dict[str, float] = {}
        self._from_resolver: set[str] = set()
        self._spoke_last: dict[str, Target] = {}
        """For each zone the server that was of use last; the next question goes to it alone."""

    @property
    def roots(self) -> tuple[NameServer, ...]:
        """The servers that the walk begins with."""
        return self._roots.servers

    def forget(self) -> None:
        """Drop everything that is known."""
        self._zones.clear()
        self._names.clear()
        self._no_start.clear()
        self._from_resolver.clear()
        self._spoke_last.clear()

    def path(self, delegation: Delegation) -> tuple[Cut, ...]:
        """The way from parent to child that leads to a delegation, as far as it is remembered."""
        way = [_cut(delegation)]
        for ancestor in parents(delegation.zone)[1:]:
            if way[-1].zone in self._from_resolver:
                break
            above = self._zones.get(ancestor)
            if above is not None:
                way.append(_cut(above))
        top = way[-1]
        if top.zone in self._from_resolver:
            way[-1] = replace(top, told_by_resolver=True)
        elif top.zone:
            way.append(_cut(self._roots))
        return tuple(reversed(way))

    def doubt(self, name: str, delegation: Delegation) -> None:
        """Walk again for `name` next time: the servers of this delegation did not speak for it."""
        self._names.pop(name, None)
        if self._zones.get(delegation.zone) is delegation:
            del self._zones[delegation.zone]

    async def find_all(self, names: Iterable[str]) -> Mapping[str, Delegation | NotFound]:
        """Find the delegation of each name; names under one domain share the walk of the first of them."""
        groups: dict[str, list[str]] = {}
        found: dict[str, Delegation | NotFound] = {}
        for name in names:
            known = self._remembered(name)
            if known is not None:
                found[name] = known
                continue
            groups.setdefault(".".join(name.split(".")[-2:]), []).append(name)

        async def group(members: list[str]) -> None:
            found[members[0]] = await self._find_or_say_why(members[0])
            for start in range(1, len(members), 64):
                some = members[start : start + 64]
                found.update(zip(some, await asyncio.gather(*map(self._find_or_say_why, some)), strict=True))

        await asyncio.gather(*(group(members) for members in groups.values()))
        return found

    async def find(self, name: str) -> Delegation:
        """Find the zone of `name` and its servers; raises `NotFound`."""
        return await self._find(name, MAX_SIDE_WALKS)

    async def _find_or_say_why(self, name: str) -> Delegation | NotFound:
        try:
            return await self.find(name)
        except NotFound as reason:
            return reason

    async def _find(self, name: str, side_walks: int) -> Delegation:
        known = self._remembered(name)
        if known is not None:
            return known
        now = self._clock.monotonic()
        delegation, proven = await self._walk(name, await self._start(name), side_walks)
        if proven:
            self._names[name] = (delegation.zone, min(delegation.expires, now + MAX_LIFE))
        return delegation

    def _remembered(self, name: str) -> Delegation | None:
        """The delegation that an earlier walk for this name led to."""
        zone, expires = self._names.get(name, ("", 0.0))
        return self._known(zone) if expires > self._clock.monotonic() else None

    def _known(self, zone: str) -> Delegation | None:
        known = self._zones.get(zone)
        if known is None or known.expires <= self._clock.monotonic():
            return None
        return known

    # --- where to begin ------------------------------------------------------------------------------------------

    async def _start(self, name: str) -> Delegation:
        """The closest zone above `name` that is known, or else the root or a domain that a resolver knows."""
        for ancestor in parents(name):
            known = self._known(ancestor)
            if known is not None:
                return known
        if self._closed:
            return self._roots
        return await self._start_from_resolver(name) or self._roots

    async def _start_from_resolver(self, name: str) -> Delegation | None:
        """Ask resolvers for the servers of the top-level domain; below it only where there is no such domain.

        (Names such as nas.home.lan live in zones that no root server knows.) The name itself is not asked for.
        """
        for domain in reversed(parents(name)[1:]):
            if self._no_start.get(domain, 0.0) > self._clock.monotonic():
                continue
            reply = await self._ask_resolvers(domain, "NS")
            if reply is None or reply.message is None:
                return None
            found = answers.servers_of(reply.message, domain)
            if found is not None:
                names = found.servers[:_START_SERVERS]
                resolved = await asyncio.gather(*map(self._resolve, names))
                servers = [
                    NameServer(server, tuple(map(Endpoint, addresses or ())), lost=addresses is None)
                    for server, addresses in zip(names, resolved, strict=True)
                ]
                self._from_resolver.add(domain)
                return self._keep("", found, tuple(servers))
            self._no_start[domain] = self._clock.monotonic() + MIN_LIFE
        return None

    async def _ask_resolvers(self, name: str, record_type: str) -> Reply | None:
        """The first resolver that has an answer (a "no" is one)."""
        query = prepare(name, record_type, recursive=True)
        for target in self._resolvers():
            reply = await self._asker.ask(target, query, self._asker.patience.walk)
            if reply.message is not None and answers.rcode_of(reply.message) in {"NOERROR", "NXDOMAIN"}:
                return reply
        return None

    # --- from parent to child ------------------------------------------------------------------------------------

    async def _walk(self, name: str, start: Delegation, side_walks: int) -> tuple[Delegation, bool]:
        """Follow referrals from `start` down to the zone that `name` is in; says too whether a server confirmed it."""
        here, asked = start, name
        for _ in range(MAX_CUTS):
            reply = await self._first_good(here, asked, "SOA", towards=name)
            if reply.message is None:
                if not here.zone:
                    raise NotFound(reply.error or LookError.TIMEOUT)
                return here, False  # named by the parent, and nobody is at home: a finding about this zone
            referral = answers.referral_of(reply.message, name, here.zone)
            if referral is not None:
                self._from_resolver.discard(referral.zone)
                here, asked = self._keep(here.zone, referral, await self._servers(referral, here, side_walks)), name
            elif asked != here.zone and answers.starts_with_alias(reply.message, asked):
                asked = asked.partition(".")[2]  # an alias is never the top of a zone
            else:
                soa = answers.soa_of(reply.message)
                inside = soa is not None and is_in_zone(name, soa.zone) and is_in_zone(soa.zone, here.zone)
                return (await self._settle(here, soa.zone, side_walks) if soa and inside else here), True
        raise NotFound(LookError.MALFORMED)

    async def _settle(self, here: Delegation, zone: str, side_walks: int) -> Delegation:
        """Add the servers that the zone names itself. A child on its parent's servers shows only now."""
        known = self._known(zone)
        if known is not None and known.settled:
            return known
        reply = await self._first_good(here, zone, "NS", towards=zone)
        own = None
        if reply.message is not None:
            # A server of the parent that does not serve the child as well gives a referral, which says the same.
            own = answers.servers_of(reply.message, zone) or answers.referral_of(reply.message, zone, here.zone)
        servers = here.servers if own is None else await self._servers(own, here, side_walks, at_home=True)
        if zone == here.zone:
            servers = _merge(here.servers, servers)
        until = min(here.expires, self._until(MAX_LIFE if own is None else own.ttl, servers))
        delegation = self._zones[zone] = Delegation(zone, servers, until, settled=True)
        return delegation

    def _keep(self, above: str, referral: Referral, servers: tuple[NameServer, ...]) -> Delegation:
        """Remember a cut, unless the walk of another name has settled it meanwhile."""
        known = self._known(referral.zone)
        if known is not None and known.settled and is_in_zone(known.zone, above):
            return known
        until = self._until(referral.ttl, servers)
        delegation = self._zones[referral.zone] = Delegation(referral.zone, servers, until)
        return delegation

    def _until(self, ttl: float, servers: Iterable[NameServer]) -> float:
        life = MIN_LIFE if any(server.lost for server in servers) else min(max(ttl, MIN_LIFE), MAX_LIFE)
        return self._clock.monotonic() + life

    async def _first_good(self, delegation: Delegation, name: str, record_type: str, *, towards: str) -> Reply:
        """The first useful reply of a zone's servers, some of them asked at a time, in an order drawn by lot.

        Without one there is an error only if nobody answered at all. Who was of use before is asked alone first, which
        spares the others the questions for all further names of a zone.
        """
        query = prepare(name, record_type, recursive=False)
        known = self._spoke_last.get(delegation.zone)
        if known is not None:
            reply = await self._asker.ask(known, query, self._asker.patience.walk[:1])
            if _is_useful(reply, towards, delegation.zone):
                return reply
            self._spoke_last.pop(delegation.zone, None)
        targets = sorted(delegation.targets, key=lambda target: (_is_ipv6(target), self._chance.random()))
        error = LookError.TIMEOUT if targets else LookError.NO_ADDRESS
        silent, heard = 0, False
        while targets and silent < _AT_ONCE * _BATCHES:
            batch, targets = targets[:_AT_ONCE], targets[_AT_ONCE:]
            asked = {
                asyncio.ensure_future(self._asker.ask(target, query, self._asker.patience.walk)): target
                for target in batch
            }
            pending = set(asked)
            try:
                while pending:
                    done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        reply = task.result()
                        if _is_useful(reply, towards, delegation.zone):
                            self._spoke_last[delegation.zone] = asked[task]
                            return reply
                        error = reply.error or error
                        heard |= reply.message is not None
                        silent += reply.error is not LookError.UNREACHABLE
            finally:
                for task in pending:
                    task.cancel()
        return Reply(self._clock.now(), Transport.UDP, error=None if heard else error)

    # --- addresses of servers ------------------------------------------------------------------------------------

    async def _servers(
        self, referral: Referral, here: Delegation, side_walks: int, *, at_home: bool = False
    ) -> tuple[NameServer, ...]:
        """The servers that a referral names, with addresses. `at_home`: `here` knows the names inside the zone."""
        names = referral.servers[:MAX_SERVERS]
        found = await asyncio.gather(
            *(self._addresses(name, referral, here, side_walks, at_home=at_home) for name in names)
        )
        return tuple(
            NameServer(
                name,
                tuple(Endpoint(address, self._port) for address in dict.fromkeys(addresses or ())),
                lost=addresses is None,
            )
            for name, addresses in zip(names, found, strict=True)
        )

    async def _addresses(
        self, server: str, referral: Referral, here: Delegation, side_walks: int, *, at_home: bool
    ) -> tuple[str, ...] | None:
        """The addresses of an NS name: glue that `here` may speak for, or else looked up; None if nobody answered."""
        glue = referral.glue.get(server, ())
        if glue and is_in_zone(server, here.zone):
            return glue
        if is_in_zone(server, referral.zone):
            return await self._ask_addresses(here, server) if at_home else ()  # only glue could have told
        if side_walks == 0:
            return ()
        told = None if self._closed else await self._resolve(server)
        if told:
            return told
        try:
            found = await self._ask_addresses(await self._find(server, side_walks - 1), server)
        except NotFound:
            found = None
        return told if found is None else found

    async def _ask_addresses(self, delegation: Delegation, server: str) -> tuple[str, ...] | None:
        replies = [await self._first_good(delegation, server, kind, towards=server) for kind in ("A", "AAAA")]
        lost = any(each.lost for each in delegation.servers)
        silent = any(reply.error is not None and (lost or reply.error is not LookError.NO_ADDRESS) for reply in replies)
        return _addresses_in(replies, server) or (None if silent else ())

    async def _resolve(self, server: str) -> tuple[str, ...] | None:
        replies = [await self._ask_resolvers(server, kind) for kind in ("A", "AAAA")]
        heard = [reply for reply in replies if reply is not None]
        return _addresses_in(heard, server) or (None if len(heard) < len(replies) else ())


def _cut(delegation: Delegation) -> Cut:
    names = tuple(server.name for server in delegation.servers)
    return Cut(delegation.zone, names, tuple(server.name for server in delegation.servers if not server.endpoints))


def _addresses_in(replies: Sequence[Reply], name: str) -> tuple[str, ...]:
    return tuple(
        address
        for reply in replies
        if reply.message is not None
        for kind in ("A", "AAAA")
        for address in answers.follow_chain(reply.message, name, kind).addresses
    )


def _is_ipv6(target: Target) -> bool:
    return target.endpoint is not None and target.endpoint.is_ipv6


def _is_useful(reply: Reply, name: str, zone: str) -> bool:
    """Whether a server of `zone` speaks for it, or refers closer to `name`; all else is lame."""
    if reply.message is None or answers.rcode_of(reply.message) not in {"NOERROR", "NXDOMAIN"}:
        return False
    return answers.is_authoritative(reply.message) or answers.referral_of(reply.message, name, zone) is not None


def _merge(one: tuple[NameServer, ...], other: tuple[NameServer, ...]) -> tuple[NameServer, ...]:
    """The servers of `one`, and what `other` adds to them: names and addresses that were not there yet."""
    known = {endpoint for server in one for endpoint in server.endpoints}
    more = {server.name: tuple(e for e in server.endpoints if e not in known) for server in other}
    merged = [NameServer(server.name, server.endpoints + more.pop(server.name, ()), server.lost) for server in one]
    added = [replace(server, endpoints=more[server.name]) for server in other if server.name in more]
    empty = {server.name for server in other if not server.endpoints}
    return (*merged, *(server for server in added if server.endpoints or server.name in empty))


def _world() -> tuple[NameServer, ...]:
    return tuple(NameServer(name, (Endpoint(ipv4), Endpoint(ipv6))) for name, ipv4, ipv6 in ROOT_SERVERS)


def _hinted(hints: Sequence[Endpoint]) -> tuple[NameServer, ...]:
    return tuple(NameServer(hint.address, (hint,)) for hint in hints)
