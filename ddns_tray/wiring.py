"""Puts the adapters into the engine, for every door: the only room, beside the doors, that knows everybody.

It decides nothing and says nothing. Heavy libraries load when an adapter is first used, not here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray import __version__
from ddns_tray.core.errors import ConfigError, DdnsTrayError, SecretMissing
from ddns_tray.core.settings import Settings
from ddns_tray.core.text import text
from ddns_tray.detectors.portal import HttpPortalProbe
from ddns_tray.engine import Care, Engine, EngineSetup, RoundRequest
from ddns_tray.http import HttpxClient
from ddns_tray.providers import registry
from ddns_tray.store.config import ConfigFile
from ddns_tray.store.memory import MemoryFile
from ddns_tray.store.secrets import ChainSecrets, build_secrets
from ddns_tray.system.binding import bind_socket
from ddns_tray.system.clock import SystemClock, elapsed
from ddns_tray.system.interfaces import interface_addresses
from ddns_tray.system.names import RememberedNames
from ddns_tray.system.resolvers import system_resolvers
from ddns_tray.verify import build_verifier
from ddns_tray.ways import LineHttp, LineSockets, WayMaker, built_in, per_family, routes_to_routers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence

    from ddns_tray.core.errors import Problem
    from ddns_tray.core.model import AccountReport, Binding, DefaultRoute, ExistingSet, Family, ProviderSpec, Snapshot
    from ddns_tray.core.ports import (
        Chance,
        Clock,
        Detector,
        HttpClient,
        Lookup,
        MemoryStore,
        PortalProbe,
        Provider,
        Secret,
        SecretStore,
        Sockets,
        Verifier,
    )
    from ddns_tray.core.release import Release
    from ddns_tray.core.settings import AccountSettings, RecordSettings
    from ddns_tray.detectors.router_events import RouterWatches
    from ddns_tray.system.network_events import NetworkWitness
    from ddns_tray.system.paths import Paths
    from ddns_tray.system.updates import ReleaseSource

log = logging.getLogger(__name__)

ROUTER_SOURCES = frozenset({"router", "natpmp", "pcp", "upnp"})


class Accounts:
    """Opens accounts: settings + secrets → provider. Implements `core.ports.AccountDesk`."""

    def __init__(self, http: HttpClient, secrets: SecretStore, clock: Clock, sockets: Sockets | None = None) -> None:
        self._http = http
        self._secrets = secrets
        self._clock = clock
        self._sockets = sockets

    def providers(self) -> tuple[ProviderSpec, ...]:
        """All services, in the order of the registry."""
        return registry.SPECS

    async def open(self, account: AccountSettings, typed: Mapping[str, Secret] = MappingProxyType({})) -> Provider:
        """Open one account with the secrets of the keyring, or those just typed."""
        spec = registry.spec(account.provider)
        secrets: dict[str, Secret] = {}
        for wanted in spec.fields:
            if not wanted.secret:
                continue
            found = typed.get(wanted.name) or await self._secrets.get(account.id, wanted.name)
            if found is not None:
                secrets[wanted.name] = found
            elif wanted.required:
                raise SecretMissing(
                    text("The account {account} has no {field} yet.", account=account.id, field=wanted.name),
                    text(
                        "Enter it in the settings window, or run: ddns-tray secret set {account} {field}",
                        account=account.id,
                        field=wanted.name,
                    ),
                )
        return registry.open_account(
            spec.id, account.options, secrets, http=self._http, clock=self._clock, sockets=self._sockets
        )

    async def test(self, account: AccountSettings, typed: Mapping[str, Secret]) -> AccountReport:
        """Try an account without writing."""
        provider = await self.open(account, typed)
        try:
            return await provider.test()
        finally:
            await provider.aclose()

    async def records(
        self, account: AccountSettings, typed: Mapping[str, Secret], zone: str
    ) -> tuple[ExistingSet, ...]:
        """The address records of one zone of an account."""
        provider = await self.open(account, typed)
        try:
            return await provider.records(zone)
        finally:
            await provider.aclose()


@dataclass(slots=True)
class Runtime:
    """One wired product: the engine and what front ends may touch beside it."""

    paths: Paths
    engine: Engine
    settings: Settings
    settings_file: ConfigFile
    secrets: SecretStore
    desk: Accounts
    http: HttpClient
    clock: Clock
    _workshop: Workshop = field(repr=False)
    _reloaded: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _taken: object = field(default=None, repr=False)
    """The state of the settings file that `settings` was read from. A window reads the same file for itself."""
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _chosen: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _standing: tuple[Problem, ...] = field(default=(), repr=False)
    """Problems that no change of the settings solves."""

    async def reload(self) -> bool:
        """Take changed settings into the running engine. Broken ones are shown, and the last good ones stay.

        Returns whether the settings were good.
        """
        async with self._reading:  # else what was read first could be taken last
            try:
                settings = await asyncio.to_thread(self._read)  # half a second with ten thousand names
                setup = self._workshop.setup(settings) if settings != self.settings else None
            except DdnsTrayError as exc:
                log.warning("%s%s", exc.place if isinstance(exc, ConfigError) else "", exc)
                self.engine.set_problems((exc.problem, *self._standing))
                return False
            self.engine.set_problems(self._standing)
            if setup is None:
                return True
            self.settings = settings
            self._reloaded.set()
            self._chosen.set()
        await self.engine.reconfigure(setup)
        return True

    def _read(self) -> Settings:
        if not self.settings_file.exists() and self.settings != Settings():
            raise ConfigError(
                text("The settings file {path} is gone.", path=str(self.settings_file.path)),
                text("Put it back, or quit and start anew. Until then the last good settings stay."),
            )
        self._taken = self.settings_file.stamp()
        return self.settings_file.read()

    async def reload_if_changed(self) -> None:
        """Reload when the file on disk is another than the one we read."""
        if self.settings_file.stamp() != self._taken:
            await self.reload()

    def ask_keyring_again(self) -> None:
        """A person asks for something: a keyring that did not open a moment ago may be tried at once."""
        if isinstance(self.secrets, ChainSecrets):
            self.secrets.ask_again()

    async def renew_accounts(self) -> None:
        """Open all accounts anew and lift what blocked them: a secret was replaced."""
        self.ask_keyring_again()
        await self.engine.reconfigure(self._workshop.setup(self.settings))
        self.engine.unblock()

    def detectors(self) -> Mapping[Family, Sequence[Detector]]:
        """Return new detectors of all sources of the families that these settings need, for whoever tests them."""
        setup = self._workshop.setup(self.settings)
        return {family: setup.detectors[family] for family in setup.families()}

    def line_detectors(self) -> Mapping[str, Mapping[Family, Sequence[Detector]]]:
        """Return new detectors of the sources of each line, by its id."""
        setup = self._workshop.setup(self.settings)
        return {line.id: {family: line.detectors[family] for family in setup.families()} for line in setup.lines}

    async def watch_network(self, witness: NetworkWitness | None = None) -> None:
        """Let the system and the router say when to look, until cancelled. What cannot listen is left to the schedule.

        A change of our own network is a reason to look at everything; a word of the router to look at the address.
        `witness` is somebody else, beside the system's own messages, who may know that the network has changed.
        """
        from ddns_tray.detectors.router_events import RouterWatches  # noqa: PLC0415 - not needed for the first round
        from ddns_tray.system import network_events  # noqa: PLC0415 - as above

        router = RouterWatches(self.http, self._routers, self.clock, on_hint=self._on_hint)

        def on_change() -> None:
            log.info("the network of this computer has changed: looking anew")
            router.moved()
            self.engine.request(RoundRequest(woke=True))

        with on_wake(self.engine, router.moved):
            async with asyncio.TaskGroup() as group:
                group.create_task(_harmless(self._listen_to(router)))
                if witness is not None:
                    group.create_task(_harmless(self._hear(witness, on_change)))
                try:
                    self.engine.trust_hints(lambda: router.working)
                    await network_events.watch(
                        network_events.network_events(), network_events.own_network, on_change, self.clock
                    )
                except OSError as exc:
                    self.engine.trust_hints(lambda: False)
                    log.info("the system does not say when the network changes: %s", exc)

    async def _hear(self, witness: NetworkWitness, on_change: Callable[[], None]) -> None:
        """Listen to somebody who may have nothing to say at all: the system's own messages do without."""
        from ddns_tray.system import network_events  # noqa: PLC0415 - loaded already

        try:
            await network_events.watch(witness, witness.seen, on_change, self.clock)
        except OSError as exc:
            log.debug("nobody else says when the network changes: %s", exc)

    async def watch_program(self) -> None:
        """Notice an upgrade, or a move, of the very program that runs, and say so until it ends."""
        from ddns_tray.system.own_program import LOOK, own_program  # noqa: PLC0415 - not needed for the first round

        program = own_program()
        if program is None:
            return
        while (problem := program.problem()) is None:
            await self.clock.sleep(LOOK)
        log.warning("%s", problem.title.message)
        self._standing = (problem,)
        self.engine.set_problems((*self.engine.snapshot.problems, problem))

    async def watch_updates(self, source: ReleaseSource | None = None) -> None:
        """Look for newer versions while the settings want that and this build knows where, until cancelled."""
        from ddns_tray.store.seen_release import SeenReleaseFile  # noqa: PLC0415 - not needed for the first round
        from ddns_tray.system.updates import UpdateCheck, release_source  # noqa: PLC0415 - as above

        source = source or release_source()
        if source is None:
            return
        seen = SeenReleaseFile(self.paths.data_dir / "release.json")
        check = UpdateCheck(
            source,
            version=__version__,
            http=self.http,
            clock=self.clock,
            chance=self._workshop.chance,
            seen=seen,
        )
        while True:
            self._chosen.clear()
            looking = None
            if self.settings.general.update_check:
                looking = asyncio.ensure_future(_harmless(check.run(self._tell_news)))
            try:
                await self._chosen.wait()
            finally:
                if looking is not None:
                    looking.cancel()
                    await asyncio.gather(looking, return_exceptions=True)
            if not self.settings.general.update_check:
                self.engine.set_news(None)

    def _tell_news(self, release: Release | None, problem: Problem | None) -> None:
        from ddns_tray.core.release import UpdateNews  # noqa: PLC0415 - only who looks for versions needs it

        self.engine.set_news(None if release is None and problem is None else UpdateNews(release, problem))

    def _on_hint(self) -> None:
        self.engine.request(RoundRequest(observe=False, care=Care.HINT))

    def _routers(self) -> Sequence[Callable[[], Sequence[DefaultRoute]]]:
        return routes_to_routers(self.settings)

    async def _listen_to(self, router: RouterWatches) -> None:
        """Listen to the router while the settings name it as a source."""
        while True:
            self._reloaded.clear()
            listening = asyncio.ensure_future(_harmless(router.run())) if self._asks_router() else None
            try:
                await self._reloaded.wait()
            finally:
                if listening is not None:
                    listening.cancel()
                    await asyncio.gather(listening, return_exceptions=True)

    def _asks_router(self) -> bool:
        lines = (source for line in self.settings.lines for source in line.sources)
        sources = (*self.settings.ipv4.sources, *self.settings.ipv6.sources, *lines)
        return any(source.partition(":")[0] in ROUTER_SOURCES for source in sources)

    async def aclose(self) -> None:
        """Close everything that was opened."""
        await self.engine.aclose()
        await self.http.aclose()


@dataclass(frozen=True, slots=True)
class Workshop:
    """Makes an `EngineSetup` of settings."""

    http: HttpClient
    clock: Clock
    chance: Chance
    accounts: Accounts
    lookup: Lookup
    way: Callable[[], Binding]
    """The way out in use, which is not always the system's."""

    def setup(self, settings: Settings) -> EngineSetup:
        """Build the adapters that these settings name; nothing is opened yet."""
        ways = WayMaker(self.http, self.clock, self.chance, self.lookup)
        address = MappingProxyType(per_family(settings))
        detectors = ways.world(settings)
        return EngineSetup(
            records=settings.records,
            detectors=detectors,
            address=address,
            verify=settings.verify,
            verifier=self._verifier(settings),
            interfaces=interface_addresses,
            built_in=built_in(address, detectors),
            lines=ways.lines(settings),
            home=partial(ways.home, settings),
            detours=partial(ways.detours, settings),
            carriers=ways.carriers,
            portal=self._portal_probe(settings),
            elapsed=elapsed,
            accounts=MappingProxyType({account.id: self._opener(account) for account in settings.accounts}),
        )

    def _portal_probe(self, settings: Settings) -> PortalProbe | None:
        """Return who asks for sign-in pages; nobody in a closed network, which has no way to the pages of the world."""
        wanted = settings.general.portal_check and not settings.verify.root_hints
        return HttpPortalProbe(self.http, self.chance) if wanted else None

    def _verifier(self, settings: Settings) -> Verifier:
        return build_verifier(
            settings.verify,
            clock=self.clock,
            chance=self.chance,
            system_resolvers=system_resolvers,
            http=LineHttp(self.http, self.way) if settings.lines else self.http,
            sockets=LineSockets(self.way, lookup=self.lookup) if settings.lines else None,
        )

    def _opener(self, account: AccountSettings) -> Callable[[], Awaitable[Provider]]:
        async def opener() -> Provider:
            return await self.accounts.open(account)

        return opener


@contextlib.contextmanager
def on_wake(engine: Engine, act: Callable[[], None]) -> Iterator[None]:
    """Call `act` each time that the machine has woken from sleep.

    A router that called us in vain meanwhile has forgotten our subscription, and our own clock, which stood still with
    the machine, would renew it far too late.
    """
    known = engine.woke_at

    def look(_: Snapshot) -> None:
        nonlocal known
        if engine.woke_at != known:
            known = engine.woke_at
            act()

    unsubscribe = engine.subscribe(look)
    try:
        yield
    finally:
        unsubscribe()


async def _harmless(listening: Coroutine[object, object, None]) -> None:
    """Run what only makes things faster: a fault in it is logged, and ends nothing else."""
    try:
        await listening
    except Exception:
        log.exception("a fault of our own while listening; the schedule goes on")


def build_runtime(
    paths: Paths,
    *,
    settings: Settings | None = None,
    extra_records: Sequence[RecordSettings] = (),
    secrets: SecretStore | None = None,
    memory: MemoryStore | None = None,
    clock: Clock | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Runtime:
    """Wire the product. Raises `ConfigError` if the settings file cannot be used.

    `settings` replaces the file (the demo), `extra_records` are watched beside those of the file (`check NAME`).
    """
    clock = clock or SystemClock()
    chance = random.Random()  # noqa: S311 - jitter, no secret
    settings_file = ConfigFile(paths.config_file, providers={spec.id: spec for spec in registry.SPECS})
    taken = None if settings is not None else settings_file.stamp()
    read = settings if settings is not None else settings_file.read()
    if extra_records:
        read = replace(read, records=tuple(extra_records))

    async def look_up(host: str, family: Family, /) -> Sequence[str]:
        return await engine.look_up(host, family)  # made below, as for `way_out`

    names = RememberedNames(elsewhere=look_up)
    http = HttpxClient(bind=bind_socket, lookup=names)
    secrets = secrets or build_secrets(paths.config_file, environ=environ)

    def way_out() -> Binding:
        return engine.way_out()  # the engine is made below, before anybody asks or writes

    accounts = Accounts(LineHttp(http, way_out), secrets, clock, LineSockets(way_out, lookup=names))
    workshop = Workshop(http=http, clock=clock, chance=chance, accounts=accounts, lookup=names, way=way_out)
    engine = Engine(workshop.setup(read), clock=clock, chance=chance, memory=memory or MemoryFile(paths.memory_file))
    return Runtime(
        paths=paths,
        engine=engine,
        settings=read,
        settings_file=settings_file,
        _taken=taken,
        secrets=secrets,
        desk=accounts,
        http=http,
        clock=clock,
        _workshop=workshop,
    )
