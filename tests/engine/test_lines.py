"""Names that follow lines, and names behind a VPN, with sources that obey the test."""

from __future__ import annotations

import asyncio
import errno
import os
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.lines import DOUBT_PAUSE
from ddns_tray.core.model import (
    ANY_WAY,
    AddressState,
    AddressView,
    Binding,
    Colour,
    Detour,
    Family,
    InterfaceAddress,
    LineRemark,
    LineState,
    RecordType,
    SourceKind,
    VerdictKind,
)
from ddns_tray.core.settings import RecordSettings
from ddns_tray.engine import RoundRequest
from tests.support.clock import settle
from tests.support.engine_fakes import HOME, FakeVerifier
from tests.support.line_fakes import FIBRE, LTE, LineWorld

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import RecordKey, View

OTHER = "55.66.77.99"
EXIT = "185.1.2.3"
"""Where the VPN comes out."""
TUNNEL = Detour(Family.IPV4, "wg0", "eth0", tunnel=True)


async def rounds(world: LineWorld, count: int = 1, *, pause: float = 60.0) -> None:
    for _ in range(count):
        await world.engine.run_once(RoundRequest())
        await world.clock.advance(pause)


def content(world: LineWorld) -> tuple[str, ...]:
    return world.provider.content[HOME]


async def test_a_name_has_the_address_of_its_first_line() -> None:
    world = LineWorld()
    await rounds(world)
    assert content(world) == (FIBRE,)
    (status,) = world.shown().records
    assert (status.line, status.verdict.colour) == ("fibre", Colour.GREEN)
    assert [(line.id, line.states[Family.IPV4]) for line in world.shown().lines] == [
        ("fibre", LineState.UP),
        ("lte", LineState.UP),
    ]
    assert str(world.shown().addresses[Family.IPV4].address) == FIBRE


async def test_only_the_lines_that_names_follow_are_looked_at_and_not_the_way_of_the_system() -> None:
    record = RecordSettings(HOME.name, (RecordType.A,), account="home", line=("fibre",))
    world = LineWorld(record)
    await rounds(world)
    assert [each.asked for each in (*world.detectors, *world.lte.detectors)] == [0, 0, 0, 0]
    assert [line.id for line in world.shown().lines] == ["fibre"]


async def test_a_dead_line_hands_over_and_gets_the_name_back_after_its_time() -> None:
    world = LineWorld()
    await rounds(world)
    world.fibre.see(None)
    await rounds(world, 2, pause=DOUBT_PAUSE)
    assert content(world) == (FIBRE,)
    await rounds(world)
    assert content(world) == (LTE,)
    assert world.shown().records[0].line == "lte"
    world.fibre.see(FIBRE)
    await rounds(world, 5)
    assert content(world) == (LTE,)
    await rounds(world)
    assert content(world) == (FIBRE,)
    assert world.memory.kept[HOME].line == "fibre"


async def test_an_interface_that_is_gone_is_a_remark_and_no_error() -> None:
    world = LineWorld()
    world.fibre.present = False
    world.fibre.see(None)
    await rounds(world, 3)
    assert content(world) == (LTE,)
    assert world.shown().lines[0].remarks == (LineRemark.NO_INTERFACE,)


async def test_while_no_line_is_certain_the_name_keeps_its_address() -> None:
    world = LineWorld()
    await rounds(world)
    world.fibre.see(None)
    world.lte.see(None)
    await rounds(world, 10)
    assert content(world) == (FIBRE,)
    assert len(world.provider.writes) == 1
    assert world.shown().records[0].line == "fibre"


async def test_a_line_in_doubt_is_looked_at_again_soon_by_the_engine_itself() -> None:
    world = LineWorld()
    running = asyncio.ensure_future(world.engine.run())
    await settle()
    world.fibre.see(None)
    await world.clock.advance(66)
    assert content(world) == (FIBRE,)
    await world.clock.advance(3 * DOUBT_PAUSE)
    assert content(world) == (LTE,)
    world.fibre.see(FIBRE)
    await world.clock.advance(240)
    assert content(world) == (LTE,)
    await world.clock.advance(200)
    assert content(world) == (FIBRE,)
    world.engine.stop()
    await world.clock.advance(1)
    await running


async def test_nobody_waits_for_a_line_that_is_down() -> None:
    world = LineWorld()
    await rounds(world)
    world.fibre.see(None)
    await rounds(world, 3)
    assert content(world) == (LTE,)
    for detector in world.fibre.detectors:
        detector.delay = 5.0
    world.lte.see(OTHER)
    round_ = asyncio.ensure_future(world.engine.run_once(RoundRequest()))
    await settle()
    assert round_.done()
    assert content(world) == (OTHER,)
    world.fibre.see(FIBRE)
    await world.clock.advance(10)
    for detector in world.fibre.detectors:
        detector.delay = 0.0
    await rounds(world, 7)
    assert content(world) == (FIBRE,)
    await world.engine.aclose()


async def test_what_is_under_way_when_the_engine_closes_is_ended() -> None:
    world = LineWorld()
    await rounds(world)
    world.fibre.see(None)
    await rounds(world, 3)
    for detector in world.fibre.detectors:
        detector.delay = 3600.0
    await rounds(world)
    asked = [each.asked for each in world.fibre.detectors]
    await world.engine.aclose()
    await world.clock.advance(7200)
    assert [each.asked for each in world.fibre.detectors] == asked


async def test_a_look_that_is_cancelled_ends_all_that_it_began() -> None:
    world = LineWorld()
    for each in (*world.fibre.detectors, *world.lte.detectors):
        each.delay = 3600.0
    looking = asyncio.ensure_future(world.engine.run_once(RoundRequest()))
    await settle()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    asked = [each.asked for each in world.lte.detectors]
    await world.clock.advance(7200)
    assert [each.asked for each in world.lte.detectors] == asked


async def test_a_line_that_gets_another_interface_is_one_of_which_nothing_is_known() -> None:
    world = LineWorld()
    await rounds(world)
    world.fibre.see(None)
    await rounds(world, 3)
    assert world.shown().lines[0].states[Family.IPV4] is LineState.DOWN
    world.fibre.binding = Binding("eth7")
    await world.engine.reconfigure(world.setup())
    await rounds(world)
    assert world.shown().lines[0].states[Family.IPV4] is LineState.DOUBTFUL
    assert world.shown().lines[1].states[Family.IPV4] is LineState.UP


async def test_addresses_of_our_own_that_cannot_be_read_take_no_line_down() -> None:
    world = LineWorld()

    def broken() -> tuple[InterfaceAddress, ...]:
        raise OSError(5, "no such table")

    await world.engine.reconfigure(replace(world.setup(), interfaces=broken))
    await rounds(world)
    assert content(world) == (FIBRE,)
    assert world.shown().lines[0].remarks == ()


async def test_a_line_known_by_an_address_is_there_while_the_address_is() -> None:
    world = LineWorld()
    world.fibre.binding = Binding(local_address=ip_address("10.0.9.9"))
    await world.engine.reconfigure(world.setup())
    await rounds(world)
    assert world.shown().lines[0].remarks == (LineRemark.NO_INTERFACE,)
    assert world.shown().lines[0].states[Family.IPV4] is LineState.DOUBTFUL


async def test_offline_is_said_of_lines_too_and_moves_nothing() -> None:
    world = LineWorld()
    await rounds(world)
    world.fibre.see(None)
    world.lte.see(None)
    world.verifier.silent = True
    world.verifier.anchors_answer = False
    await rounds(world, 5)
    assert {each.addresses[Family.IPV4].state for each in world.shown().lines} == {AddressState.OFFLINE}
    assert world.shown().records[0].verdict.kind is VerdictKind.OFFLINE
    assert content(world) == (FIBRE,)


async def test_a_restart_keeps_the_line_that_was_followed() -> None:
    world = LineWorld()
    await rounds(world)
    world.fibre.see(None)
    await rounds(world, 3)
    assert content(world) == (LTE,)
    again = LineWorld(world.record, world.memory)
    again.provider.content[HOME] = (LTE,)
    await rounds(again, 5)
    assert content(again) == (LTE,)
    assert again.provider.writes == []
    await rounds(again, 2)
    assert content(again) == (FIBRE,)


async def behind_routers(world: LineWorld) -> None:
    """Let the first source of each line be its router, and the others somebody out in the world."""
    for way in world.ways:
        router, *others = way.detectors
        router.kind = SourceKind.ROUTER
        way.built_in = frozenset(each.source for each in others)
    await world.engine.reconfigure(world.setup())


@pytest.mark.slow
@pytest.mark.parametrize("phase", range(0, 300, 13))
async def test_a_line_that_dies_silently_behind_a_router_that_says_nothing_is_left_within_150_seconds(
    phase: int,
) -> None:
    world = LineWorld()
    await behind_routers(world)
    running = asyncio.ensure_future(world.engine.run())
    await world.clock.advance(600 + phase)
    assert content(world) == (FIBRE,)
    for detector in world.fibre.detectors[1:]:
        detector.address = None
    await world.clock.advance(150)
    assert content(world) == (LTE,)
    world.engine.stop()
    await world.clock.advance(1)
    await running


async def test_a_cable_that_is_pulled_is_felt_within_half_a_minute_once_the_system_says_so() -> None:
    world = LineWorld()
    running = asyncio.ensure_future(world.engine.run())
    await world.clock.advance(300)
    world.fibre.present = False
    world.fibre.see(None)
    world.engine.request(RoundRequest(woke=True))
    await world.clock.advance(35)
    assert content(world) == (LTE,)
    world.engine.stop()
    await world.clock.advance(1)
    await running


async def test_while_a_line_is_dead_services_are_told_so_by_one_that_is_up() -> None:
    world = LineWorld()
    assert not world.engine.way_out()
    await rounds(world)
    assert not world.engine.way_out()
    world.fibre.see(None)
    await rounds(world)
    assert not world.engine.way_out()
    await rounds(world, 3)
    assert world.engine.way_out() == Binding("wwan0", spares_house=True)
    world.lte.see(None)
    await rounds(world, 3)
    assert not world.engine.way_out()


async def test_where_nobody_looks_again_one_look_finds_the_way_and_moves_no_name() -> None:
    world = LineWorld()
    world.provider.content[HOME] = (FIBRE,)
    world.fibre.see(None)
    await world.engine.run_once(RoundRequest(write=False, once=True))
    assert world.engine.way_out() == Binding("wwan0", spares_house=True)
    (status,) = world.shown().records
    assert (status.verdict.kind, status.verdict.reason.code) == (VerdictKind.UNKNOWN, "address_unknown")
    await world.engine.run_once(RoundRequest(write=False))
    assert not world.engine.way_out()


async def test_a_single_look_at_a_name_that_follows_no_line_finds_a_line_that_lives_all_the_same() -> None:
    for record in (
        RecordSettings(HOME.name, (RecordType.A,), expected=(FIBRE,)),
        RecordSettings(HOME.name, (RecordType.A,)),
    ):
        world = LineWorld(record)
        world.see(None)
        world.fibre.see(None)
        await world.engine.run_once(RoundRequest(write=False))
        assert not world.engine.way_out()
        await world.engine.run_once(RoundRequest(write=False, once=True))
        assert str(world.engine.way_out()) == "wwan0"


def over_both(world: LineWorld, *, fibre: tuple[bool, bool], lte: tuple[bool, bool]) -> None:
    """Let lines have, or not have, IPv4 and IPv6."""
    for line, (ipv4, ipv6), last in ((world.fibre, fibre, "7"), (world.lte, lte, "8")):
        line.see(f"11.22.33.{last}" if ipv4 else None)
        for each in line.ipv6:
            each.address = f"2600:1::{last}" if ipv6 else None


@pytest.mark.parametrize(
    ("fibre", "lte", "way"),
    [
        ((True, True), (False, False), ANY_WAY),
        ((False, True), (True, True), Binding("wwan0", spares_house=True, only=Family.IPV4)),
        ((True, False), (True, True), Binding("wwan0", spares_house=True, only=Family.IPV6)),
        ((False, False), (True, True), Binding("wwan0", spares_house=True)),
        ((False, False), (True, False), Binding("wwan0", spares_house=True)),
        ((False, True), (True, False), Binding("wwan0", spares_house=True, only=Family.IPV4)),
        ((False, True), (False, True), ANY_WAY),
        ((False, False), (False, False), ANY_WAY),
    ],
)
async def test_a_line_that_is_dead_for_one_family_is_passed_by_for_that_one(
    fibre: tuple[bool, bool], lte: tuple[bool, bool], way: Binding
) -> None:
    both = RecordSettings(HOME.name, (RecordType.A, RecordType.AAAA), account="home", line=("fibre", "lte"))
    world = LineWorld(both)
    world.carriers = frozenset({"eth0"})
    over_both(world, fibre=(True, True), lte=(True, True))
    await rounds(world)
    assert world.engine.way_out() == ANY_WAY
    over_both(world, fibre=fibre, lte=lte)
    await rounds(world, 4)
    assert world.engine.way_out() == way


async def test_hosts_are_looked_up_by_the_witnesses_only_while_a_line_is_passed_by() -> None:
    world = LineWorld()
    await rounds(world)
    with pytest.raises(OSError, match=os.strerror(errno.EHOSTUNREACH)):
        await world.engine.look_up("dns.example", Family.IPV4)
    world.fibre.see(None)
    await rounds(world, 4)
    assert await world.engine.look_up("dns.example", Family.IPV4) == ("192.0.2.11",)


async def test_witnesses_are_asked_anew_whenever_the_way_out_is_another() -> None:
    world = LineWorld()
    await rounds(world, 2)
    assert world.verifier.forgotten == 0
    world.fibre.see(None)
    await rounds(world, 4)
    assert world.verifier.forgotten == 1
    world.fibre.see(FIBRE)
    await rounds(world, 2)
    assert world.verifier.forgotten == 2


@pytest.mark.parametrize(("carriers", "way"), [({"wwan0"}, ""), ({"eth0"}, "wwan0"), ({"eth0", "wwan0"}, "wwan0")])
async def test_a_line_is_chosen_only_if_the_system_may_send_by_a_dead_one(carriers: set[str], way: str) -> None:
    world = LineWorld()
    world.carriers = frozenset(carriers)
    world.fibre.see(None)
    await rounds(world, 4)
    assert str(world.engine.way_out()) == way


async def test_a_line_that_lives_does_not_prove_the_way_that_the_system_takes() -> None:
    world = LineWorld()
    await rounds(world)
    world.fibre.see(None)
    world.verifier.silent = True
    world.verifier.anchors_answer = False
    await rounds(world, 4)
    assert content(world) == (LTE,)
    assert world.shown().records[0].verdict.kind is VerdictKind.OFFLINE


# --- a VPN ---


def behind_vpn(view: AddressView = AddressView.AUTO, *, tunnel: bool = True) -> LineWorld:
    record = RecordSettings(HOME.name, (RecordType.A,), account="home", view=view)
    world = LineWorld(record)
    world.see(EXIT)
    world.detour = Detour(Family.IPV4, "wg0", "eth0", tunnel=tunnel)
    return world


async def test_without_a_choice_nothing_is_written_behind_a_vpn() -> None:
    world = behind_vpn()
    before = content(world)
    await rounds(world, 3)
    assert content(world) == before
    assert world.provider.writes == []
    (status,) = world.shown().records
    assert status.verdict.reason.code == "address_undecided"
    assert status.verdict.colour is Colour.YELLOW
    assert world.shown().detours == {Family.IPV4: TUNNEL}
    assert str(world.shown().home[Family.IPV4].address) == FIBRE
    assert str(world.shown().addresses[Family.IPV4].address) == EXIT


@pytest.mark.parametrize(("view", "address"), [(AddressView.HOME, FIBRE), (AddressView.WORLD, EXIT)])
async def test_the_choice_of_the_person_is_followed(view: AddressView, address: str) -> None:
    world = behind_vpn(view)
    await rounds(world)
    assert content(world) == (address,)
    assert world.shown().records[0].verdict.kind is VerdictKind.MATCHED


async def test_a_name_that_has_the_address_of_the_house_stays_green_when_the_vpn_comes() -> None:
    world = behind_vpn()
    world.detour = None
    world.see(FIBRE)
    await rounds(world)
    assert content(world) == (FIBRE,)
    world.see(EXIT)
    world.detour = TUNNEL
    await rounds(world, 3)
    assert content(world) == (FIBRE,)
    assert world.shown().records[0].verdict.colour is Colour.GREEN
    assert world.home is not None
    world.home.see(LTE)
    await rounds(world, 3)
    assert content(world) == (FIBRE,)
    assert world.shown().records[0].verdict.reason.code == "address_undecided"


async def test_the_line_of_the_house_that_cannot_be_asked_moves_nothing() -> None:
    world = behind_vpn(AddressView.HOME)
    assert world.home is not None
    world.home.see(None)
    before = content(world)
    await rounds(world, 5)
    assert content(world) == before


async def test_without_a_detour_home_is_what_the_world_sees_and_nobody_else_is_asked() -> None:
    world = behind_vpn(AddressView.HOME)
    world.detour = None
    world.see(FIBRE)
    await rounds(world)
    assert content(world) == (FIBRE,)
    assert world.home is not None
    assert [each.asked for each in world.home.detectors] == [0, 0]


async def test_another_way_that_is_no_tunnel_counts_only_if_the_world_sees_another_address() -> None:
    world = behind_vpn(tunnel=False)
    world.see(FIBRE)
    await rounds(world)
    assert content(world) == (FIBRE,)
    assert world.shown().detours == {}
    world.see(EXIT)
    await rounds(world)
    assert content(world) == (FIBRE,)
    assert Family.IPV4 in world.shown().detours


async def test_routes_that_cannot_be_read_are_no_reason_to_stop() -> None:
    world = behind_vpn()

    def broken() -> dict[Family, Detour]:
        raise OSError(5, "no such table")

    world.detour = None
    await world.engine.reconfigure(replace(world.setup(), detours=broken))
    world.see(FIBRE)
    await rounds(world)
    assert world.shown().addresses[Family.IPV4].state is AddressState.AGREED


class OverFibre(FakeVerifier):
    """Hears nobody while it asks over a fibre that is dead, and takes long to find that out."""

    def __init__(self, world: LineWorld) -> None:
        super().__init__(world.clock, world.provider)
        self._world = world

    async def observe(self, keys: Sequence[RecordKey], *, resolvers: bool = True) -> Mapping[RecordKey, View]:
        dead = self._world.fibre.detectors[1].address is None and not self._world.engine.way_out()
        self.silent, self.anchors_answer = dead, not dead
        if dead:
            await self._clock.sleep(100.0)
        return await super().observe(keys, resolvers=resolvers)


@pytest.mark.slow
@pytest.mark.parametrize("phase", range(0, 300, 29))
async def test_witnesses_that_are_asked_over_the_dead_line_do_not_keep_the_name_on_it(phase: int) -> None:
    world = LineWorld()
    world.verifier = OverFibre(world)
    await behind_routers(world)
    running = asyncio.ensure_future(world.engine.run())
    await world.clock.advance(600 + phase)
    for detector in world.fibre.detectors[1:]:
        detector.address = None
    await world.clock.advance(152)
    assert content(world) == (LTE,)
    (status,) = world.shown().records
    assert (status.line, status.verdict.colour) == ("lte", Colour.GREEN)
    world.engine.stop()
    await world.clock.advance(1)
    await running


@pytest.mark.slow
@pytest.mark.parametrize("phase", range(0, 300, 29))
async def test_a_line_that_died_silently_while_it_was_not_needed_is_not_taken(phase: int) -> None:
    world = LineWorld()
    await behind_routers(world)
    running = asyncio.ensure_future(world.engine.run())
    await world.clock.advance(600 + phase)
    for detector in world.lte.detectors[1:]:
        detector.address = None
    await world.clock.advance(20)
    world.fibre.see(None)
    await world.clock.advance(600)
    assert content(world) == (FIBRE,)
    world.engine.stop()
    await world.clock.advance(1)
    await running


@pytest.mark.slow
async def test_a_line_in_reserve_costs_strangers_a_fourth_of_what_the_followed_one_does() -> None:
    world = LineWorld()
    await behind_routers(world)
    running = asyncio.ensure_future(world.engine.run())
    for _ in range(24 * 60):
        await world.clock.advance(60)
    asked = [sum(each.asked for each in way.detectors[1:]) for way in world.ways]
    assert 500 <= asked[0] <= 1000
    assert asked[1] <= 300
    world.engine.stop()
    await world.clock.advance(1)
    await running
