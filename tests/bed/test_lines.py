"""A computer with two ways to the world: each source asks by its own, whatever the routes prefer."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest

from ddns_tray.core.errors import ProblemCode
from ddns_tray.core.lines import DOUBT_PAUSE
from ddns_tray.core.model import Binding, Family, RecordType
from ddns_tray.core.settings import AddressSettings, LineSettings, RecordSettings, Settings
from ddns_tray.detectors import WayOut
from ddns_tray.engine import RoundRequest
from ddns_tray.http import HttpxClient
from ddns_tray.system.binding import bind_socket, can_choose_interface
from ddns_tray.system.interfaces import interface_addresses
from ddns_tray.system.routes import default_routes
from ddns_tray.ways import WayMaker
from tests.support.detecting import detectors_of
from tests.support.engine_fakes import HOME, World
from tests.support.product import PROGRAM
from tests.support.uplinks import SOURCES, WORLD, WORLD6, Uplinks, ip, missing, uplinks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ddns_tray.core.model import Sighting
    from ddns_tray.engine.setup import EngineSetup

pytestmark = [pytest.mark.bed, pytest.mark.skipif(missing() is not None, reason=str(missing()))]

FIBRE, LTE = "11.22.33.44", "55.66.77.88"
FIBRE6, LTE6 = "2600:1::7", "2600:2::7"


@pytest.fixture(scope="module")
def computer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Uplinks]:
    with uplinks(tmp_path_factory.mktemp("lines")) as built:
        built.add("fibre0", metric=100, sees=FIBRE)
        built.add("wwan0", metric=200, sees=LTE)
        yield built


@pytest.fixture(autouse=True)
def _as_at_first(computer: Uplinks) -> None:
    computer.ways["fibre0"].see(FIBRE, FIBRE6)
    computer.ways["wwan0"].see(LTE, LTE6)


def looks(computer: Uplinks, binding: Binding, *sources: str, family: Family = Family.IPV4) -> list[Sighting]:
    async def main() -> list[Sighting]:
        http = HttpxClient(bind=bind_socket)
        try:
            found = detectors_of(
                *sources,
                http=http,
                timeout=1.0,
                interfaces=interface_addresses(),
                routes=default_routes,
                out=WayOut(lambda _family: binding, bind_socket),
            )
            return [await each.detect(family) for each in found]
        finally:
            await http.aclose()

    return computer.run(main)


def seen(sightings: list[Sighting]) -> set[str]:
    assert all(each.problem is None for each in sightings), sightings
    return {str(each.address) for each in sightings}


def test_without_a_binding_the_preferred_way_is_taken(computer: Uplinks) -> None:
    assert seen(looks(computer, Binding(), *SOURCES)) == {FIBRE}


@pytest.mark.parametrize(("device", "address"), [("fibre0", FIBRE), ("wwan0", LTE)])
def test_every_kind_of_source_asks_by_the_interface_of_its_line(computer: Uplinks, device: str, address: str) -> None:
    assert seen(looks(computer, Binding(device), *SOURCES)) == {address}


@pytest.mark.parametrize(("device", "address"), [("fibre0", FIBRE), ("wwan0", LTE)])
def test_an_address_of_ours_says_the_way_as_well(computer: Uplinks, device: str, address: str) -> None:
    ours = Binding(local_address=ip_address(computer.ways[device].ours))
    assert seen(looks(computer, ours, *SOURCES)) == {address}


@pytest.mark.parametrize(("device", "address"), [("fibre0", FIBRE), ("wwan0", LTE)])
@pytest.mark.parametrize("source", ["natpmp:", "router"])
def test_the_router_of_a_line_is_asked_and_not_that_of_the_house(
    computer: Uplinks, device: str, address: str, source: str
) -> None:
    by_interface = looks(computer, Binding(device), source)
    by_address = looks(computer, Binding(local_address=ip_address(computer.ways[device].ours)), source)
    assert seen(by_interface) == seen(by_address) == {address}


@pytest.mark.parametrize(("device", "address"), [("fibre0", FIBRE6), ("wwan0", LTE6)])
def test_ipv6_takes_its_line_too(computer: Uplinks, device: str, address: str) -> None:
    sources = (f"http://[{WORLD6}]/", f"stun:[{WORLD6}]", f"dns://[{WORLD6}]/whoami.example/TXT")
    assert seen(looks(computer, Binding(device), *sources, family=Family.IPV6)) == {address}


def test_an_address_binds_its_own_family_only(computer: Uplinks) -> None:
    ours = Binding(local_address=ip_address(computer.ways["wwan0"].ours))
    assert seen(looks(computer, ours, f"stun:[{WORLD6}]", family=Family.IPV6)) == {FIBRE6}


@pytest.mark.parametrize("binding", [Binding("eth9"), Binding(local_address=ip_address("10.99.0.1"))])
def test_a_way_that_is_not_there_is_silent_and_nothing_takes_another(computer: Uplinks, binding: Binding) -> None:
    for sighting in looks(computer, binding, *SOURCES):
        assert sighting.address is None
        assert sighting.problem is not None
        assert sighting.problem.code is ProblemCode.CONNECT_FAILED


def test_the_dead_line_is_silent_while_the_other_answers(computer: Uplinks) -> None:
    computer.ways["fibre0"].see()
    assert all(each.address is None for each in looks(computer, Binding("fibre0"), *SOURCES))
    assert seen(looks(computer, Binding("wwan0"), *SOURCES)) == {LTE}


class Refusing(socket.socket):
    """A socket of a kernel that lets nobody choose the interface."""

    def setsockopt(self, *arguments: object) -> None:
        if arguments[1] == socket.SO_BINDTODEVICE:
            raise PermissionError(1, os.strerror(1))
        super().setsockopt(*arguments)  # type: ignore[call-overload]  # handed through


def bound_without_permission(computer: Uplinks) -> str:
    def work() -> str:
        with Refusing(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            bind_socket(sock, Binding("wwan0"), Family.IPV4)
            return str(sock.getsockname()[0])

    return computer.at_client(work)


def test_without_permission_an_address_that_would_take_another_line_is_not_used(computer: Uplinks) -> None:
    with pytest.raises(OSError, match="unreachable"):
        bound_without_permission(computer)


def test_without_permission_the_address_is_bound_where_the_routes_follow_it(computer: Uplinks) -> None:
    ours = computer.ways["wwan0"].ours
    ip("-n", computer.client, "route", "add", "default", "via", "10.81.0.1", "table", "81")
    ip("-n", computer.client, "rule", "add", "from", ours, "table", "81")
    try:
        assert bound_without_permission(computer) == ours
    finally:
        ip("-n", computer.client, "rule", "del", "from", ours, "table", "81")
        ip("-n", computer.client, "route", "flush", "table", "81")


def test_root_may_choose_the_interface(computer: Uplinks) -> None:
    assert computer.at_client(can_choose_interface)


# --- a name that follows them ---


class Rig(World):
    """An engine with real lines and sources; the clock, the provider and the DNS are fakes."""

    def __init__(self) -> None:
        self.http = HttpxClient(bind=bind_socket)
        record = RecordSettings(HOME.name, (RecordType.A,), account="home", line=("fibre", "lte"))
        super().__init__(records=(record,))

    def setup(self) -> EngineSetup:
        address = AddressSettings((f"http://{WORLD}/",), quorum=1)
        lines = (LineSettings("fibre", "fibre0", return_after=120.0), LineSettings("lte", "wwan0"))
        settings = Settings(address=address, ipv4=address, ipv6=address, records=self.records, lines=lines)
        made = WayMaker(self.http, self.clock, random.Random(1)).lines(settings)
        return replace(super().setup(), lines=made, interfaces=interface_addresses)

    async def rounds(self, count: int, pause: float = 60.0) -> tuple[str, ...]:
        for _ in range(count):
            await self.engine.run_once(RoundRequest())
            await self.clock.advance(pause)
        return self.provider.content[HOME]


def story(computer: Uplinks, break_it: Callable[[], None], mend_it: Callable[[], None]) -> list[tuple[str, ...]]:
    """What the name has: at first, after one bad look, when the line is down, when it is back, and after its time."""

    async def main() -> list[tuple[str, ...]]:
        rig = Rig()
        try:
            seen = [await rig.rounds(1)]
            break_it()
            seen += [await rig.rounds(1, DOUBT_PAUSE), await rig.rounds(2, DOUBT_PAUSE)]
            mend_it()
            seen += [await rig.rounds(2), await rig.rounds(3)]
        finally:
            await rig.engine.aclose()
            await rig.http.aclose()
        return seen

    return computer.run(main)


STORY = [(FIBRE,), (FIBRE,), (LTE,), (LTE,), (FIBRE,)]


def test_a_name_moves_when_nobody_can_be_heard_through_its_line_and_returns(computer: Uplinks) -> None:
    fibre = computer.ways["fibre0"]
    assert story(computer, fibre.see, lambda: fibre.see(FIBRE)) == STORY


def test_a_name_moves_when_the_cable_is_pulled_and_returns(computer: Uplinks) -> None:
    fibre = computer.ways["fibre0"]
    assert story(computer, fibre.unplug, lambda: fibre.plug_in(100)) == STORY


# --- the program -----------------------------------------------------------------------------------------------------

SETTINGS = f"""\
schema = 1
[general]
portal_check = false
[address]
sources = ["http://{WORLD}/", "stun:{WORLD}"]
[verify]
resolvers = ["udp://127.0.0.1:1"]
authoritative = false
[[line]]
id = "fibre"
interface = "fibre0"
[[line]]
id = "lte"
local_address = "10.81.0.2"
[[line]]
id = "dsl"
interface = "ppp7"
[[record]]
name = "home.example.org"
line = ["dsl", "lte", "fibre"]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    return file


def told(computer: Uplinks, settings: Path, command: str) -> dict[str, Any]:
    done = subprocess.run(
        ["ip", "netns", "exec", computer.client, str(PROGRAM), "--config", str(settings), "--json", command],
        env={"PATH": os.environ["PATH"], "HOME": str(settings.parent), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_program_tells_each_line_with_its_sources(computer: Uplinks, settings: Path) -> None:
    report = told(computer, settings, "ip")
    found = {line["id"]: line for line in report["lines"]}
    assert {name: line["addresses"]["ipv4"]["address"] for name, line in found.items()} == {
        "fibre": FIBRE,
        "lte": LTE,
        "dsl": None,
    }
    told_on_lte = {seen["source"]: seen["address"] for seen in found["lte"]["addresses"]["ipv4"]["sightings"]}
    assert told_on_lte.keys() == {f"http://{WORLD}/", f"stun:{WORLD}"}
    assert set(told_on_lte.values()) - {None} == {LTE}, "one that is slower than the other need not be waited for"
    assert [each["code"] for each in found["dsl"]["remarks"]] == ["no_interface"]
    assert "detours" not in report


def test_doctor_says_which_line_is_not_there(computer: Uplinks, settings: Path) -> None:
    found = {(each["what"], each["health"]) for each in told(computer, settings, "doctor")["findings"]}
    assert ("Line lte (10.81.0.2)", "good") in found
    assert ("Line dsl (ppp7)", "bad") in found
    assert (f"Source stun:{WORLD} (IPv4, line lte)", "good") in found
    assert (f"Source stun:{WORLD} (IPv4, line dsl)", "doubtful") in found
