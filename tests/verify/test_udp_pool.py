"""The pool against a server that behaves and one that does not."""

from __future__ import annotations

import asyncio
import errno
import random
import socket
from typing import TYPE_CHECKING, cast

import dns.message
import pytest

from ddns_tray.core.model import LookError
from ddns_tray.verify import answers, udp_socket
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.targets import Endpoint
from ddns_tray.verify.udp_pool import PoolLimits, UdpPool
from tests.support.clock import FakeClock, settle
from tests.support.dns_server import Answer, DnsServer, build

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.verify.question import Received
    from tests.verify.conftest import RunningClock

HOME = prepare("home.example.test", "A", recursive=False)
GOOD = Answer(("home.example.test. 60 A 192.0.2.7",))
FORGED = Answer(("home.example.test. 60 A 203.0.113.66",))


def endpoint(server: DnsServer) -> Endpoint:
    return Endpoint(server.address, server.port)


def addresses(received: Received) -> list[str]:
    assert received.wire is not None, received.error
    return [str(record) for rrset in dns.message.from_wire(received.wire).answer for record in rrset]


async def test_a_question_is_answered(pool: UdpPool, server: DnsServer) -> None:
    received = await pool.start(endpoint(server), HOME, (1.0,))
    assert addresses(received) == ["192.0.2.7"]
    assert received.rtt is not None
    assert 0 <= received.rtt < 1


async def test_sockets_are_used_again_and_few(pool: UdpPool, server: DnsServer) -> None:
    for _ in range(20):
        await pool.start(endpoint(server), HOME, (1.0,))
    assert len({asked.source for asked in server.asked}) == 1
    await asyncio.gather(*(pool.start(endpoint(server), HOME, (1.0,)) for _ in range(100)))
    assert len(server.asked) == 120
    assert pool.sockets == 2
    assert pool.counts.received == 120


async def test_a_worn_out_socket_makes_room_for_another_port(clock: RunningClock, server: DnsServer) -> None:
    pool = UdpPool(clock, PoolLimits(sockets_per_server=1, uses=5))
    for _ in range(12):
        await pool.start(endpoint(server), HOME, (1.0,))
    assert len({asked.source for asked in server.asked}) == 3
    assert pool.sockets == 1
    pool.close()


async def test_idle_sockets_are_closed_and_servers_forgotten(server: DnsServer) -> None:
    clock = FakeClock()
    pool = UdpPool(clock)
    await pool.start(endpoint(server), HOME, (1.0,))
    await settle()
    pool.close_idle()
    assert pool.sockets == 1
    clock._monotonic += 31.0
    pool.close_idle()
    assert pool.sockets == 0
    assert addresses(await pool.start(endpoint(server), HOME, (1.0,))) == ["192.0.2.7"]
    pool.close()


async def test_after_a_change_of_the_line_questions_go_out_from_new_sockets(
    clock: RunningClock, server: DnsServer
) -> None:
    pool = UdpPool(clock, PoolLimits(sockets_per_server=1))
    server.on("home.example.test", "A", Answer(GOOD.answer, delay=0.1))
    await pool.start(endpoint(server), prepare("idle.example.test", "A", recursive=False), (1.0,))
    late = pool.start(endpoint(server), HOME, (1.0,))
    await settle()
    pool.renew()
    server.on("home.example.test", "A", GOOD)
    await pool.start(endpoint(server), HOME, (1.0,))
    assert addresses(await late) == ["192.0.2.7"]
    assert pool.sockets == 1
    sources = [asked.source for asked in server.asked]
    assert sources[0] == sources[1] != sources[2]
    pool.close()


@pytest.mark.parametrize(
    "forgery",
    [
        Answer(FORGED.answer, wrong_id=True),
        Answer(FORGED.answer, wrong_question=True),
        Answer(FORGED.answer, other_source=True),
        Answer(FORGED.answer, not_a_response=True),
        Answer(FORGED.answer, no_question=True),
        Answer(raw=b""),
        Answer(raw=b"\x80\x00\x00\x01"),
    ],
    ids=["id", "question", "source", "query", "no question", "id alone", "half a header"],
)
async def test_a_forgery_is_ignored_and_the_true_answer_taken(
    pool: UdpPool, server: DnsServer, forgery: Answer
) -> None:
    server.on("home.example.test", "A", (forgery, Answer(GOOD.answer, delay=0.02)))
    received = await pool.start(endpoint(server), HOME, (1.0,))
    assert addresses(received) == ["192.0.2.7"]
    assert len(server.asked) == 1
    assert pool.counts.ignored == (0 if forgery.other_source else 1)


async def test_forgeries_alone_are_silence(pool: UdpPool, server: DnsServer) -> None:
    server.on("home.example.test", "A", (Answer(FORGED.answer, wrong_id=True),) * 5)
    received = await pool.start(endpoint(server), HOME, (0.05, 0.05))
    assert received.error is LookError.TIMEOUT
    assert pool.counts.ignored == 10


async def test_a_bare_refusal_is_an_answer_and_bare_data_is_not(pool: UdpPool, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(rcode="REFUSED", no_question=True))
    received = await pool.start(endpoint(server), HOME, (1.0,))
    assert received.wire is not None
    server.on("home.example.test", "A", Answer(no_question=True))
    assert (await pool.start(endpoint(server), HOME, (0.05,))).error is LookError.TIMEOUT


async def test_letters_go_out_in_random_case(pool: UdpPool, server: DnsServer) -> None:
    for _ in range(10):
        await pool.start(endpoint(server), HOME, (1.0,))
    spellings = {asked.spelling for asked in server.asked}
    assert len(spellings) > 5
    assert {spelling.lower() for spelling in spellings} == {"home.example.test"}


async def test_a_server_that_does_not_keep_case_is_asked_again_in_lower_case_and_so_from_then_on(
    pool: UdpPool, server: DnsServer
) -> None:
    server.on("home.example.test", "A", Answer(GOOD.answer, lower_case=True))
    assert addresses(await pool.start(endpoint(server), HOME, (1.0,))) == ["192.0.2.7"]
    assert len(server.asked) == 2
    await pool.start(endpoint(server), HOME, (1.0,))
    assert [asked.spelling for asked in server.asked[1:]] == ["home.example.test"] * 2


async def test_a_forger_who_has_guessed_the_id_but_not_the_case_is_not_believed_even_at_first(
    pool: UdpPool, server: DnsServer
) -> None:
    forged, true = Answer(FORGED.answer, lower_case=True), Answer(GOOD.answer, delay=0.05)
    server.on("home.example.test", "A", (forged, forged, true), GOOD)
    assert addresses(await pool.start(endpoint(server), HOME, (1.0,))) == ["192.0.2.7"]
    assert pool.counts.ignored == 2
    assert len(server.asked) == 2
    await pool.start(endpoint(server), HOME, (1.0,))
    assert server.asked[-1].spelling.lower() == "home.example.test"


async def test_without_the_true_answer_such_a_forgery_ends_in_silence(pool: UdpPool, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(FORGED.answer, lower_case=True), Answer(drop=True))
    assert (await pool.start(endpoint(server), HOME, (0.05,))).error is LookError.TIMEOUT


async def test_from_a_server_that_keeps_case_lost_case_is_a_forgery_until_asked_in_lower_case(
    pool: UdpPool, server: DnsServer
) -> None:
    assert addresses(await pool.start(endpoint(server), HOME, (1.0,))) == ["192.0.2.7"]
    server.on("home.example.test", "A", Answer(FORGED.answer, lower_case=True), Answer(GOOD.answer, lower_case=True))
    assert addresses(await pool.start(endpoint(server), HOME, (0.05, 1.0))) == ["192.0.2.7"]
    assert pool.counts.ignored == 1
    assert server.asked[-1].spelling == "home.example.test"


async def test_a_lost_datagram_is_sent_again_under_another_id(pool: UdpPool, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(drop=True), GOOD)
    assert addresses(await pool.start(endpoint(server), HOME, (0.05, 1.0))) == ["192.0.2.7"]
    assert len(server.asked) == 2


async def test_a_late_answer_to_the_first_try_is_good(pool: UdpPool, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(GOOD.answer, delay=0.1), Answer(drop=True))
    assert addresses(await pool.start(endpoint(server), HOME, (0.05, 1.0))) == ["192.0.2.7"]


async def test_silence_ends_after_the_last_try(pool: UdpPool, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(drop=True))
    received = await pool.start(endpoint(server), HOME, (0.02, 0.02, 0.02))
    assert (received.wire, received.error) == (None, LookError.TIMEOUT)
    assert len(server.asked) == 3


async def test_questions_that_end_with_their_socket_leave_nothing_behind(clock: RunningClock) -> None:
    silent = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]
    silent[0].bind(("127.0.0.1", 0))
    place = Endpoint("127.0.0.1", silent[0].getsockname()[1])

    def comes_back(_: socket.socket, address: str) -> None:
        if silent[-1].fileno() < 0:
            silent.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            silent[-1].bind((address, place.port))

    pool = UdpPool(clock, PoolLimits(sockets_per_server=1), bind=comes_back)
    asked = [pool.start(place, HOME, (0.1, 5.0)) for _ in range(2)]
    await settle()
    silent[0].close()
    received = await asyncio.gather(*asked)  # of the repeated questions, the second one is told that the port is closed
    pool.close_idle(0.0)
    assert {each.error for each in received} == {LookError.PORT_CLOSED}
    assert pool.sockets == 0
    pool.close()
    silent[-1].close()


async def test_a_closed_port_is_told_at_once(pool: UdpPool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    received = await asyncio.wait_for(pool.start(Endpoint("127.0.0.1", port), HOME, (30.0,)), 5)
    assert received.error is LookError.PORT_CLOSED
    again = await asyncio.wait_for(pool.start(Endpoint("127.0.0.1", port), HOME, (30.0,)), 5)
    assert again.error is LookError.PORT_CLOSED
    assert pool.sockets == 0


async def test_an_old_error_that_windows_tells_at_the_next_question_costs_a_socket_and_not_the_question(
    pool: UdpPool, server: DnsServer
) -> None:
    def refuse(_: bytes) -> int:
        raise ConnectionResetError(10054, "an earlier datagram met a closed port")

    await pool.start(endpoint(server), HOME, (1.0,))
    [first] = pool._servers[endpoint(server)].sockets
    first.send = refuse
    assert addresses(await pool.start(endpoint(server), HOME, (1.0,))) == ["192.0.2.7"]
    assert first not in pool._servers[endpoint(server)].sockets
    assert pool.sockets == 1


async def test_such_an_error_costs_none_of_the_questions_that_go_out_together(pool: UdpPool, server: DnsServer) -> None:
    def refuse_the_third(wire: bytes) -> int:
        if len(sent) == 2:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "an earlier datagram met a closed port")
        sent.append(wire)
        return len(wire)

    sent: list[bytes] = []
    await pool.start(endpoint(server), HOME, (1.0,))
    [first] = pool._servers[endpoint(server)].sockets
    first.send = refuse_the_third
    received = await asyncio.gather(*(pool.start(endpoint(server), HOME, (30.0,)) for _ in range(10)))
    assert {tuple(addresses(each)) for each in received} == {("192.0.2.7",)}
    assert first not in pool._servers[endpoint(server)].sockets
    assert len(server.asked) == 11


async def test_where_nobody_lets_us_send_all_that_wait_are_told(pool: UdpPool, server: DnsServer) -> None:
    def forbid(_: bytes) -> int:
        raise PermissionError(errno.EPERM, "a firewall")

    await pool.start(endpoint(server), HOME, (1.0,))
    [first] = pool._servers[endpoint(server)].sockets
    first.send = forbid
    pool.limits = PoolLimits(sockets_per_server=1)
    received = await asyncio.gather(*(pool.start(endpoint(server), HOME, (30.0,)) for _ in range(100)))
    assert {each.error for each in received} == {LookError.UNREACHABLE}


async def test_what_the_kernel_refuses_to_send_is_unreachable(pool: UdpPool) -> None:
    received = await pool.start(Endpoint("::1%no-such-interface"), HOME, (30.0,))
    assert received.error is LookError.UNREACHABLE


async def test_a_cancelled_question_leaves_nothing_behind(pool: UdpPool, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(drop=True))
    future = pool.start(endpoint(server), HOME, (30.0,))
    future.cancel()
    await settle()
    pool.close_idle(-1.0)
    assert pool.sockets == 0


async def test_closing_ends_open_and_queued_questions(clock: RunningClock, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(drop=True))
    pool = UdpPool(clock, PoolLimits(open_per_server=1))
    futures = [pool.start(endpoint(server), HOME, (30.0,)) for _ in range(3)]
    pool.close()
    assert [(await future).error for future in futures] == [LookError.TIMEOUT] * 3


async def test_a_server_has_few_questions_open_and_waiting_for_a_turn_is_not_held_against_it(
    clock: RunningClock, server: DnsServer
) -> None:
    server.on("home.example.test", "A", Answer(GOOD.answer, delay=0.06))
    pool = UdpPool(clock, PoolLimits(open_per_server=2))
    futures = [pool.start(endpoint(server), HOME, (0.5,)) for _ in range(8)]
    await settle()
    assert pool.counts.sent == 2
    received = await asyncio.gather(*futures)
    assert all(each.rtt is not None and each.rtt < 0.5 for each in received)
    pool.close()


async def test_the_rate_at_one_server_is_bounded(clock: RunningClock, server: DnsServer) -> None:
    pool = UdpPool(clock)
    began = clock.monotonic()
    await asyncio.gather(*(pool.start(endpoint(server), HOME, (1.0,), per_second=100.0) for _ in range(30)))
    assert clock.monotonic() - began > 0.15, "ten may go at once, the other twenty take 10 ms each"
    pool.close()


class Miser(asyncio.DatagramProtocol):
    """Answers so many questions a second, and drops the rest without a word, as rate limits do."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._free_at = 0.0
        self.dropped = 0
        self.asked = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked += 1
        now = asyncio.get_running_loop().time()
        free_at = max(self._free_at, now - 0.1)
        if free_at > now:
            self.dropped += 1
            return
        self._free_at = free_at + self._gap
        assert self._transport is not None
        self._transport.sendto(build(data, GOOD), addr)


async def test_a_mass_of_questions_to_a_server_that_limits_its_rate_makes_no_time_outs_of_its_own(
    clock: RunningClock,
) -> None:
    """It drops whatever comes too fast; every question is answered all the same, for the pool slows down."""
    transport, miser = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Miser(500.0), local_addr=("127.0.0.1", 0)
    )
    there = Endpoint(*transport.get_extra_info("sockname"))
    pool = UdpPool(clock, chance=random.Random(1))
    began = clock.monotonic()
    received = await asyncio.gather(
        *(pool.start(there, HOME, (0.2, 0.4, 0.8, 1.6), per_second=4000.0) for _ in range(1500))
    )
    seconds = clock.monotonic() - began
    pool.close()
    transport.close()
    assert [each.error for each in received if each.error is not None] == []
    assert miser.dropped > 0, "else nothing was shown"
    assert miser.asked < 1500 * 1.5
    assert seconds < 10 * 1500 / 500


async def test_a_repeated_question_waits_for_its_turn_too(clock: RunningClock, server: DnsServer) -> None:
    server.on("home.example.test", "A", Answer(drop=True))
    pool = UdpPool(clock)
    futures = [pool.start(endpoint(server), HOME, (0.05, 0.05), per_second=20.0) for _ in range(4)]
    began = clock.monotonic()
    await asyncio.gather(*futures)
    pool.close()
    assert len(server.asked) == 8
    assert clock.monotonic() - began > 0.2, "two may go at once, the other six take 50 ms each"


class NoReaders(asyncio.SelectorEventLoop):
    """A loop that cannot watch descriptors for others, as the one of Windows."""

    def add_reader(self, fd: object, callback: Callable[..., object], *args: object) -> None:
        if isinstance(fd, int):
            super().add_reader(fd, callback, *args)  # `sock_recv` itself needs it
            return
        raise NotImplementedError


def test_a_loop_that_cannot_watch_descriptors_works_too() -> None:
    async def main() -> tuple[Received, Received]:
        from tests.verify.conftest import RunningClock

        async with DnsServer().running() as server:
            server.add_zone("example.test", "home A 192.0.2.7")
            pool = UdpPool(RunningClock())
            answered = await pool.start(endpoint(server), HOME, (1.0,))
            port, server.port = server.port, 0
        closed = await asyncio.wait_for(pool.start(Endpoint("127.0.0.1", port), HOME, (30.0,)), 5)
        pool.close()
        await settle()
        return answered, closed

    with asyncio.Runner(loop_factory=NoReaders) as runner:
        answered, closed = runner.run(main())
    assert addresses(answered) == ["192.0.2.7"]
    assert closed.error is LookError.PORT_CLOSED


async def test_mutated_answers_neither_end_a_question_wrongly_nor_break_the_pool(
    pool: UdpPool, server: DnsServer
) -> None:
    """Octets flipped, cut and added to a good answer, thousands of times: each ends with octets or with a reason."""
    luck = random.Random(20261122)
    good = _good_wire()
    for _ in range(2000):
        server.on("home.example.test", "A", (Answer(raw=_mutated(good, luck)), Answer(GOOD.answer, delay=0.0)))
        received = await pool.start(endpoint(server), HOME, (1.0,))
        assert received.wire is not None
    assert pool.counts.received == 2000


@pytest.mark.parametrize("size", [udp_socket.MAX_DATAGRAM, udp_socket.MAX_DATAGRAM + 1, 60_000])
async def test_an_answer_of_any_size_is_taken_as_far_as_we_read_and_is_no_message_then(
    pool: UdpPool, server: DnsServer, size: int
) -> None:
    wire = _good_wire()
    server.on("home.example.test", "A", Answer(raw=wire + bytes(size - 2 - len(wire))))
    received = await pool.start(endpoint(server), HOME, (1.0,))
    assert received.wire is not None
    assert len(received.wire) == udp_socket.MAX_DATAGRAM
    assert answers.read(received.wire) is None


def _good_wire() -> bytes:
    return build(HOME.wire(0), GOOD)[2:]


def _mutated(wire: bytes, luck: random.Random) -> bytes:
    octets = bytearray(wire)
    for _ in range(luck.randint(1, 6)):
        octets[luck.randrange(len(octets))] = luck.randrange(256)
    if luck.random() < 0.3:
        del octets[luck.randrange(len(octets)) :]
    return bytes(octets) + luck.randbytes(luck.choice((0, 0, 1, 7)))


def test_the_size_that_we_read_is_more_than_what_we_ask_for() -> None:
    assert udp_socket.MAX_DATAGRAM > 1232
