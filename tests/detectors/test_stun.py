"""STUN against a real server, and against one that lies, forges and stalls."""

from __future__ import annotations

import socket
import struct
import time
import zlib
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import ConfigError, ProblemCode
from ddns_tray.core.model import Family, SourceKind
from ddns_tray.detectors.stun import WORLD, binding_request, mapped_address
from tests.support.detecting import detector_of, detectors_of
from tests.support.stun_server import coturn, missing, udp_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ADDRESS = "203.0.113.7"
TRANSACTION = bytes(range(12))
MAGIC = bytes.fromhex("2112a442")


def xor_mapped(address: str, transaction: bytes) -> bytes:
    packed = ip_address(address).packed
    masked = bytes(a ^ b for a, b in zip(packed, MAGIC + transaction, strict=False))
    return struct.pack("!HHBBH", 0x0020, 4 + len(packed), 0, 1 if len(packed) == 4 else 2, 0x1234) + masked


def response(transaction: bytes, attributes: bytes, kind: int = 0x0101) -> bytes:
    return struct.pack("!HH", kind, len(attributes)) + MAGIC + transaction + attributes


def with_fingerprint(message: bytes, *, wrong: int = 0) -> bytes:
    head = message[:2] + struct.pack("!H", len(message) - 20 + 8) + message[4:]
    return head + struct.pack("!HHI", 0x8028, 4, zlib.crc32(head) ^ 0x5354554E ^ wrong)


def honest(request: bytes, _: int) -> list[bytes]:
    return [response(request[8:20], xor_mapped(ADDRESS, request[8:20]))]


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
@pytest.mark.parametrize(("family", "host"), [(Family.IPV4, "127.0.0.1"), (Family.IPV6, "::1")])
async def test_a_real_server_tells_from_where_it_sees_us(family: Family, host: str, tmp_path: Path) -> None:
    with coturn(tmp_path, host) as port:
        detector = detector_of(f"stun:[{host}]:{port}" if ":" in host else f"stun:{host}:{port}")
        sighting = await detector.detect(family)
    # It sees loopback, which no line can have: the refusal names the address that it told.
    assert sighting.problem is not None
    assert sighting.problem.code is ProblemCode.NOT_AN_ADDRESS
    assert host in str(sighting.problem.title)
    assert (sighting.kind, detector.families) == (SourceKind.STUN, frozenset({family}))


async def test_an_answer_is_an_address() -> None:
    async with udp_script(honest) as server:
        sighting = await detector_of(f"stun:127.0.0.1:{server.port}").detect(Family.IPV4)
    assert (sighting.address, sighting.problem) == (ip_address(ADDRESS), None)
    assert len(server.asked) == 1


def test_the_request_is_that_of_the_standard() -> None:
    assert binding_request(TRANSACTION) == bytes.fromhex("00010000") + MAGIC + TRANSACTION


def test_the_sample_of_the_standard_is_read() -> None:
    # RFC 5769 §2.2 and §2.3, without the integrity attribute: 192.0.2.1 and 2001:db8:1234:5678:11:2233:4455:6677.
    transaction = bytes.fromhex("b7e7a701bc34d686fa87dfae")
    four = bytes.fromhex("002000080001a147e112a643")
    six = bytes.fromhex("002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9")
    software = bytes.fromhex("8022000b7465737420766563746f7220")
    assert mapped_address(response(transaction, software + four), transaction) == ip_address("192.0.2.1")
    expected = IPv6Address("2001:db8:1234:5678:11:2233:4455:6677")
    assert mapped_address(with_fingerprint(response(transaction, software + six)), transaction) == expected


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"\x01\x01",
        response(bytes(12), xor_mapped("198.51.100.1", bytes(12))),
        response(TRANSACTION, xor_mapped(ADDRESS, TRANSACTION), kind=0x0001),
        response(TRANSACTION, xor_mapped(ADDRESS, TRANSACTION)) + b"tail",
        response(TRANSACTION, xor_mapped(ADDRESS, TRANSACTION))[:-2],
        response(TRANSACTION, xor_mapped(ADDRESS, TRANSACTION)).replace(MAGIC, bytes(4), 1),
        with_fingerprint(response(TRANSACTION, xor_mapped(ADDRESS, TRANSACTION)), wrong=1),
        response(TRANSACTION, struct.pack("!HHBBH", 0x0020, 8, 0, 2, 1) + bytes(4)),
        response(TRANSACTION, struct.pack("!HHBBH", 0x0020, 4, 0, 1, 1)),
    ],
)
def test_what_is_no_answer_to_the_question_is_ignored(forged: bytes) -> None:
    assert mapped_address(forged, TRANSACTION) is None


async def test_forged_answers_before_the_true_one_change_nothing() -> None:
    def script(request: bytes, _: int) -> list[bytes]:
        wrong = bytes(reversed(request[8:20]))
        return [response(wrong, xor_mapped("198.51.100.66", wrong)), b"noise", *honest(request, 0)]

    async with udp_script(script) as server:
        sighting = await detector_of(f"stun:127.0.0.1:{server.port}").detect(Family.IPV4)
    assert sighting.address == ip_address(ADDRESS)


async def test_an_answer_from_another_address_or_port_is_not_heard() -> None:
    """A forger who knows even the transaction: the socket belongs to one address and port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
        forger.bind(("127.0.0.9", 0))
        clients: list[tuple[str, int]] = []

        def script(request: bytes, number: int) -> list[bytes]:
            forger.sendto(response(request[8:20], xor_mapped("198.51.100.66", request[8:20])), clients[number])
            return [] if number == 0 else honest(request, number)

        async with udp_script(script) as server:
            original = server.datagram_received

            def noting(data: bytes, addr: tuple[str, int]) -> None:
                clients.append(addr)
                original(data, addr)

            server.datagram_received = noting  # type: ignore[method-assign]  # to know whom to forge for
            sighting = await detector_of(f"stun:127.0.0.1:{server.port}").detect(Family.IPV4)
    assert sighting.address == ip_address(ADDRESS)
    assert len(clients) == 2


async def test_a_lost_datagram_is_sent_again_with_the_same_transaction() -> None:
    async with udp_script(lambda request, number: honest(request, 0) if number else []) as server:
        sighting = await detector_of(f"stun:127.0.0.1:{server.port}").detect(Family.IPV4)
    assert sighting.address == ip_address(ADDRESS)
    assert len(server.asked) == 2
    assert server.asked[0] == server.asked[1]


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: response(request[8:20], struct.pack("!HHHBB", 0x0009, 4, 0, 4, 0), kind=0x0111),
        lambda request: response(request[8:20], struct.pack("!HHI", 0x8022, 4, 0)),
        lambda request: response(request[8:20], struct.pack("!HHI", 0x8022, 400, 0)),
    ],
    ids=["error", "no address", "a length that leads away"],
)
async def test_a_refusal_ends_the_look_at_once(answer: Callable[[bytes], bytes]) -> None:
    async with udp_script(lambda request, _: [answer(request)]) as server:
        sighting = await detector_of(f"stun:127.0.0.1:{server.port}").detect(Family.IPV4)
    assert sighting.problem is not None
    assert sighting.problem.code is ProblemCode.NOT_AN_ADDRESS
    assert len(server.asked) == 1


async def test_silence_ends_in_time_and_a_flood_of_noise_does_not_prolong_it() -> None:
    for script in (lambda *_: [], lambda *_: [b"noise"] * 200):
        async with udp_script(script) as server:
            started = time.monotonic()
            sighting = await detector_of(f"stun:127.0.0.1:{server.port}", timeout=0.3).detect(Family.IPV4)
        assert sighting.problem is not None
        assert sighting.problem.code is ProblemCode.TIMED_OUT
        assert time.monotonic() - started < 2


async def test_a_closed_port_is_told_at_once() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    sighting = await detector_of(f"stun:127.0.0.1:{port}").detect(Family.IPV4)
    assert sighting.problem is not None
    assert sighting.problem.code is ProblemCode.CONNECT_FAILED


async def test_an_address_of_the_other_kind_is_refused() -> None:
    async with udp_script(
        lambda request, _: [response(request[8:20], xor_mapped("2001:db8::7", request[8:20]))]
    ) as server:
        sighting = await detector_of(f"stun:127.0.0.1:{server.port}").detect(Family.IPV4)
    assert sighting.problem is not None
    assert sighting.problem.code is ProblemCode.WRONG_FAMILY


@pytest.mark.parametrize("source", ["stun:", "stun://host", "stun:host/x", "stun:host:0", "stun:a@host", "stun:[::1"])
def test_a_source_that_names_no_server_is_refused(source: str) -> None:
    with pytest.raises(ConfigError):
        detectors_of(source)


def test_the_preset_names_independent_operators_for_both_families_and_for_china() -> None:
    detectors = detectors_of("stun")
    assert len({each.origin for each in detectors}) == len(detectors) > len(WORLD)
    for family in Family:
        assert sum(family in each.families and each.rank == 0 for each in detectors_of("stun", family=family)) == 2
    assert {each.source for each in detectors if each.rank == max(each.rank for each in detectors)} == {
        "stun:stun.miwifi.com", "stun:stun.chat.bilibili.com",
    }  # fmt: skip
