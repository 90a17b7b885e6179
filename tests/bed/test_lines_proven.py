"""While the preferred line is dead and the system does not know it, names are written and proven by the one that lives.

The wiring is the product's own, with real servers behind each line; only the clock is moved on by the test.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.lines import DOUBT_PAUSE
from ddns_tray.core.model import ANY_WAY, Binding, Colour, Family, LineState, RecordType, Role, Transport, VerdictKind
from ddns_tray.core.ports import Secret
from ddns_tray.core.settings import (
    AccountSettings,
    AddressSettings,
    GeneralSettings,
    LineSettings,
    RecordSettings,
    Settings,
    VerifySettings,
)
from ddns_tray.engine import Engine, RoundRequest
from ddns_tray.http import HttpxClient
from ddns_tray.system.binding import bind_socket
from ddns_tray.system.detours import carriers
from ddns_tray.system.names import RememberedNames
from ddns_tray.ways import LineHttp, LineSockets
from ddns_tray.wiring import Accounts, Workshop
from tests.support import line_servers
from tests.support.certificates import CertificateAuthority
from tests.support.engine_fakes import FakeMemory
from tests.support.line_servers import KEY_NAME, RESOLVER, SERVER, ZONE, LineServers, new_key
from tests.support.uplinks import WORLD, Uplinks, missing, uplinks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from ddns_tray.core.model import RecordStatus

_REASON = missing() or line_servers.missing()
pytestmark = [pytest.mark.bed, pytest.mark.skipif(_REASON is not None, reason=str(_REASON))]

FIBRE, LTE = "11.22.33.44", "55.66.77.88"
NAME = f"home.{ZONE}"
TRANSPORTS = {Transport.UDP, Transport.TCP, Transport.TLS, Transport.HTTPS}


class MovedClock:
    """Real time, moved on by the test."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class OneSecret:
    """A `SecretStore` that holds the key."""

    def __init__(self, key: str) -> None:
        self._key = key

    async def get(self, account: str, field: str) -> Secret:
        return Secret(self._key)

    async def set(self, account: str, field: str, secret: Secret) -> None:
        raise AssertionError

    async def delete(self, account: str, field: str) -> None:
        raise AssertionError


class House:
    """A computer with a fibre, which the system prefers, and LTE, and the same servers behind both."""

    def __init__(self, computer: Uplinks, fibre: LineServers, lte: LineServers, ca_file: Path, key: str) -> None:
        self.computer, self.fibre, self.lte = computer, fibre, lte
        self._ca_file = ca_file
        self._key = key
        self.clock = MovedClock()
        self.server = SERVER
        """How the settings call the name server that is written to."""

    @staticmethod
    async def system_resolver(host: str, _family: Family) -> tuple[str, ...]:
        """Know nobody: it is the router of the fibre, and as dead."""
        raise socket.gaierror(socket.EAI_AGAIN, host)

    def settings(self) -> Settings:
        address = AddressSettings((f"http://{WORLD}/",), quorum=1)
        encrypted = f"?ca={self._ca_file}"
        return Settings(
            general=GeneralSettings(portal_check=False),
            address=address,
            ipv4=address,
            ipv6=address,
            lines=(LineSettings("fibre", "fibre0", return_after=60.0), LineSettings("lte", "wwan0")),
            verify=VerifySettings(
                interval=3600.0,  # names are looked at when the story says so, not when the clock that it moves does
                resolvers=(
                    f"udp://{RESOLVER}",
                    f"tcp://{RESOLVER}",
                    f"tls://{RESOLVER}{encrypted}",
                    f"https://{RESOLVER}/dns-query{encrypted}",
                ),
            ),
            accounts=(AccountSettings("zone", "rfc2136", {"server": self.server, "key_name": KEY_NAME, "zone": ZONE}),),
            records=(RecordSettings(NAME, (RecordType.A,), account="zone", line=("fibre", "lte"), ttl=60),),
        )

    def live(self, story: Callable[[Engine], Awaitable[None]]) -> None:
        """Run a story with the product's own engine at the client."""

        async def main() -> None:
            async def look_up(host: str, family: Family, /) -> Sequence[str]:
                return await engine.look_up(host, family)

            def way() -> Binding:
                return engine.way_out()

            names = RememberedNames(self.system_resolver, elsewhere=look_up)
            http = HttpxClient(bind=bind_socket, lookup=names)
            workshop = Workshop(
                http=http,
                clock=self.clock,
                chance=random.Random(1),
                accounts=Accounts(
                    LineHttp(http, way), OneSecret(self._key), self.clock, LineSockets(way, lookup=names)
                ),
                lookup=names,
                way=way,
            )
            engine = Engine(
                workshop.setup(self.settings()), clock=self.clock, chance=random.Random(1), memory=FakeMemory()
            )
            try:
                await story(engine)
            finally:
                await engine.aclose()
                await http.aclose()

        self.computer.run(main)

    async def looks(self, engine: Engine, *pauses: float) -> None:
        """Look for the address as often as there are pauses, which the clock moves on by before each look."""
        for pause in pauses:
            self.clock.ahead += pause
            await engine.run_once(RoundRequest(observe=False))

    async def shown(self, engine: Engine) -> RecordStatus:
        """Look at the world, and say what is shown of the name."""
        await engine.run_once(RoundRequest(detect=False))
        (status,) = engine.snapshot.records
        return status


@pytest.fixture(scope="module")
def computer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Uplinks]:
    with uplinks(tmp_path_factory.mktemp("proven")) as built:
        built.add("fibre0", metric=100, sees=FIBRE)
        built.add("wwan0", metric=200, sees=LTE)
        yield built


@pytest.fixture
def house(computer: Uplinks, tmp_path: Path) -> Iterator[House]:
    authority, key = CertificateAuthority(tmp_path), new_key()
    fibre, lte = computer.ways["fibre0"], computer.ways["wwan0"]
    fibre.see(FIBRE)
    lte.see(LTE)
    with (
        line_servers.line_servers(fibre, tmp_path / "fibre", authority, key) as at_fibre,
        line_servers.line_servers(lte, tmp_path / "lte", authority, key) as at_lte,
    ):
        yield House(computer, at_fibre, at_lte, authority.ca_file, key)


def proves(status: RecordStatus, address: str) -> None:
    """Check that the name is green because a server and a resolver over each transport say so."""
    assert status.view is not None
    said = {(each.role, each.transport): each for each in status.view.observations}
    assert set(said) == {(Role.AUTHORITATIVE, Transport.UDP), *((Role.RESOLVER, each) for each in TRANSPORTS)}
    assert {(each.answer, each.error) for each in said.values()} == {((address,), None)}
    assert (status.verdict.kind, status.verdict.colour) == (VerdictKind.MATCHED, Colour.GREEN)


def test_a_silent_death_of_the_preferred_line_is_passed_by_and_the_name_proven(house: House) -> None:
    async def story(engine: Engine) -> None:
        await house.looks(engine, 0.0)
        proves(await house.shown(engine), FIBRE)
        assert (house.fibre.held("home"), house.lte.held("home")) == ({FIBRE}, set())

        house.fibre.freeze()
        house.fibre.way.see()
        await house.looks(engine, 60.0, DOUBT_PAUSE, DOUBT_PAUSE)
        assert house.lte.held("home") == {LTE}
        proves(await house.shown(engine), LTE)

        house.fibre.thaw()
        house.fibre.way.see(FIBRE)
        await house.looks(engine, 60.0, 60.0, 60.0)
        assert engine.way_out() == ANY_WAY
        proves(await house.shown(engine), FIBRE)

    house.live(story)


def test_a_service_is_found_although_the_resolver_of_the_system_is_as_dead_as_its_line(house: House) -> None:
    async def story(engine: Engine) -> None:
        house.fibre.freeze()
        house.fibre.way.see()
        await house.looks(engine, 0.0, DOUBT_PAUSE, DOUBT_PAUSE)
        assert house.lte.held("home") == {LTE}

    house.server = f"ns.{ZONE}"
    house.live(story)


def test_while_the_other_line_is_dead_everything_goes_as_the_system_likes(house: House) -> None:
    async def story(engine: Engine) -> None:
        house.lte.freeze()
        house.lte.way.see()
        await house.looks(engine, 0.0, DOUBT_PAUSE, DOUBT_PAUSE)
        assert [line.states[Family.IPV4] for line in engine.snapshot.lines] == [LineState.UP, LineState.DOWN]
        assert engine.way_out() == ANY_WAY
        proves(await house.shown(engine), FIBRE)

    house.live(story)


def test_the_system_tells_by_which_interface_it_sends(computer: Uplinks) -> None:
    assert computer.at_client(carriers) == {"fibre0"}
