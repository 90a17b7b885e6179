"""The witnesses put together: `core.ports.Verifier` on the transports of this package."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from ipaddress import ip_address
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ConfigError, UsageError
from ddns_tray.core.model import Family, Transport
from ddns_tray.core.names import canonical_name
from ddns_tray.core.ports import Anchors
from ddns_tray.verify.answers import follow_chain, rcode_of
from ddns_tray.verify.asker import Asker, Patience
from ddns_tray.verify.delegation import Delegations
from ddns_tray.verify.doh import HttpsTransport
from ddns_tray.verify.familiar import Familiar
from ddns_tray.verify.look import Look
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.streams import Streams
from ddns_tray.verify.targets import SYSTEM, Target, authority, parse_endpoint, parse_resolver
from ddns_tray.verify.udp_pool import UdpPool
from ddns_tray.verify.wildcards import MOST_NAMES, Wildcards

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ddns_tray.core.model import RecordKey, View
    from ddns_tray.core.ports import Chance, Clock, HttpClient, Sockets
    from ddns_tray.core.settings import VerifySettings

MAX_ANCHORS = 6
_ROOTS_AMONG_ANCHORS = 3


class DnsVerifier:
    """Observes over the real DNS. Belongs to one event loop."""

    def __init__(
        self,
        settings: VerifySettings,
        *,
        clock: Clock,
        chance: Chance,
        system_resolvers: Callable[[], Sequence[str]],
        patience: Patience,
        http: HttpClient | None = None,
        sockets: Sockets | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._chance = chance
        self._system_resolvers = system_resolvers
        self._sockets = sockets
        self._pool = UdpPool(clock, chance=chance, bind=None if sockets is None else sockets.bind)
        self._streams = Streams(clock) if sockets is None else Streams(clock, sockets.open_connection)
        self._asker = Asker(
            self._pool, self._streams, clock, patience, None if http is None else HttpsTransport(http, clock)
        )
        self._silent: set[Target] = set()
        self._familiar = Familiar()
        self._configured = [parse_resolver(uri) for uri in settings.resolvers]
        self._delegations = Delegations(
            self._asker,
            clock,
            chance,
            root_hints=[parse_endpoint(hint) for hint in settings.root_hints],
            resolvers=self._resolvers_for_walks,
        )
        self._wildcards = Wildcards(self._asker, self._delegations, clock)

    async def observe(self, keys: Sequence[RecordKey], *, resolvers: bool = True) -> Mapping[RecordKey, View]:
        """Look at all keys; see `core.ports.Verifier`."""
        witnesses = self._resolvers() if resolvers else ()
        look = Look(
            self._asker, self._delegations, self._clock, witnesses, silent=self._silent, familiar=self._familiar
        )
        views = await look.run(keys, authoritative=self._settings.authoritative)
        if self._settings.authoritative and len(keys) <= MOST_NAMES:
            views = await self._wildcards.note(views)
        return views

    async def anchors(self) -> Anchors:
        """Ask three root servers (or hints) and the resolvers for the root's servers; any answer counts.

        In the open world a resolver on this machine or in the house is no anchor, since it may answer from memory.
        """
        roots = sorted(self._delegations.roots, key=lambda _: self._chance.random())[:_ROOTS_AMONG_ANCHORS]
        places = [(server.targets, False) for server in roots]
        closed = bool(self._settings.root_hints)
        places += [((t,), True) for t in self._resolvers() if closed or _is_far(t)]
        asked = places[:MAX_ANCHORS]
        answered = await asyncio.gather(*(self._answers(targets, recursive=r) for targets, r in asked))
        return Anchors(len(asked), sum(answered))

    async def look_up(self, host: str, family: Family, /) -> tuple[str, ...]:
        """Ask the resolvers of which the address is known; see `core.ports.Verifier`."""
        with contextlib.suppress(UsageError):
            name, kind = canonical_name(host), "A" if family is Family.IPV4 else "AAAA"
            query = prepare(name, kind, recursive=True)
            for target in self._resolvers():
                if target.endpoint is None:
                    continue
                reply = await self._asker.ask(target, query, self._asker.patience.walk)
                if reply.message is not None and rcode_of(reply.message) in {"NOERROR", "NXDOMAIN"}:
                    return follow_chain(reply.message, name, kind).addresses
        raise OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))

    def forget_delegations(self) -> None:
        """Walk anew, from other ports, with all patience: the line may be another one."""
        self._delegations.forget()
        self._wildcards.forget()
        self._silent.clear()
        self._familiar.forget()
        self._pool.renew()
        self._asker.renew()

    async def aclose(self) -> None:
        """Close everything; open questions end as timed out."""
        await self._asker.close()
        self._pool.close()
        await self._streams.close()

    async def _answers(self, targets: Sequence[Target], *, recursive: bool) -> bool:
        query = prepare("", "NS", recursive=recursive)
        begun = [self._asker.begin(target, query, self._asker.patience.anchor) for target in targets]
        replies = [await self._asker.finish(question) for question in begun]
        return any(reply.message is not None for reply in replies)

    def _resolvers(self) -> list[Target]:
        """The configured resolvers with `system` spelled out, each way once."""
        targets: dict[tuple[object, ...], Target] = {}
        for configured in self._configured:
            for target in self._witnesses(self._system() if configured is None else [configured]):
                proves = target.host if target.transport in {Transport.TLS, Transport.HTTPS} else ""
                place = (target.transport, target.endpoint, target.port, proves, target.ca_file, target.path)
                targets.setdefault(place, target)
        return list(targets.values())

    def _resolvers_for_walks(self) -> list[Target]:
        """Whom to ask where a walk may begin: the system's own servers first."""
        return self._witnesses([*self._system(), *(target for target in self._configured if target is not None)])

    def _witnesses(self, resolvers: list[Target]) -> list[Target]:
        """Those who can know something: while the line of the house is passed by, a resolver in the house cannot.

        It asks by the line that is dead, and its failures would be blamed on the name.
        """
        if self._sockets is None or not self._sockets.by_choice or self._settings.root_hints:
            return resolvers
        return [target for target in resolvers if _is_far(target)]

    def _system(self) -> list[Target]:
        found = []
        for address in self._system_resolvers():
            try:
                found.append(authority(SYSTEM, parse_endpoint(address)))
            except ConfigError:
                continue  # what the system says is not ours to mend
        return found


def _is_far(target: Target) -> bool:
    return target.endpoint is None or ip_address(target.endpoint.address).is_global
