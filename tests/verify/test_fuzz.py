"""Octets that nobody meant to send: the boundary gives data or "no message", soon, and never green."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.judge import judge
from ddns_tray.core.model import (
    Colour,
    LookError,
    RecordKey,
    RecordMemory,
    RecordType,
    Role,
    Transport,
    View,
)
from ddns_tray.verify import answers
from ddns_tray.verify.asker import read_reply
from ddns_tray.verify.observations import denies, observe
from ddns_tray.verify.queries import prepare
from ddns_tray.verify.question import Received
from ddns_tray.verify.targets import Endpoint, Target
from tests.support.dns_server import Answer, build

if TYPE_CHECKING:
    from collections.abc import Callable

PACKETS = 100_000
NAME, ZONE = "home.example.test", "example.test"
NOW = 1_800_000_000.0
WANTED = frozenset({"77.88.99.111"})
"""Far from every address in the seeds, so that no small damage makes it."""
SETTLED = RecordMemory(expected=WANTED, expected_since=NOW - 1e6, served_since=NOW - 1e6, served_ttl=60)
TARGET = Target("ns1.example.test", Endpoint("192.0.2.53"))
SOA = "example.test. 60 SOA ns1.example.test. h.example.test. 1 3600 600 604800 60"
SEEDS = (
    Answer((f"{NAME}. 60 A 192.0.2.1",)),
    Answer((f"{NAME}. 60 A 192.0.2.1", f"{NAME}. 60 A 192.0.2.2", f"{NAME}. 60 A 192.0.2.3")),
    Answer((f"{NAME}. 60 CNAME a.example.test.", "a.example.test. 30 CNAME b.other.", "b.other. 9 A 192.0.2.1")),
    Answer((f"{NAME}. 60 CNAME a.example.test.", f"a.example.test. 60 CNAME {NAME}.")),
    Answer(authority=(SOA,)),
    Answer(authority=(SOA,), rcode="NXDOMAIN"),
    Answer(
        authority=("example.test. 300 NS ns1.example.test.", "example.test. 300 NS ns2.elsewhere.test."),
        additional=("ns1.example.test. 300 A 192.0.2.53", "ns1.example.test. 300 AAAA 2001:db8::53"),
    ),
    Answer((SOA,)),
    Answer((f'{NAME}. 60 TXT "no address here"',)),
    Answer(rcode="SERVFAIL", ede=(6, 22)),
    Answer(rcode="REFUSED", ede=(18,)),
)


def flip(wire: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 3)):
        wire[chance.randrange(len(wire))] ^= 1 << chance.randrange(8)


def overwrite(wire: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(wire))
    wire[at : at + chance.randint(1, 12)] = chance.randbytes(chance.randint(1, 12))


def cut(wire: bytearray, chance: random.Random) -> None:
    del wire[chance.randrange(len(wire)) :]


def repeat(wire: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(wire))
    piece = bytes(wire[start : start + chance.randint(1, 40)])
    wire[start:start] = piece * chance.randint(1, 20)


def point(wire: bytearray, chance: random.Random) -> None:
    """Plant a compression pointer, also to itself and forward."""
    at = chance.randrange(12, len(wire) - 1) if len(wire) > 14 else 0
    wire[at : at + 2] = (0xC000 | chance.choice((at, at + 2, 12, 0, chance.randrange(len(wire))))).to_bytes(2)


def count(wire: bytearray, chance: random.Random) -> None:
    """Lie about how many records there are."""
    at = chance.choice((4, 6, 8, 10))
    wire[at : at + 2] = chance.choice((0, 1, 2, 255, 65_535)).to_bytes(2)


def swell(wire: bytearray, chance: random.Random) -> None:
    wire += chance.randbytes(chance.choice((1, 500, 4000)))


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (flip, overwrite, cut, repeat, point, count, swell)
WEIGHTS = (16, 4, 2, 2, 3, 2, 1)


def damaged(wire: bytes, chance: random.Random) -> bytes:
    packet = bytearray(wire)
    for damage in chance.choices(DAMAGES, WEIGHTS, k=chance.choice((1, 1, 1, 2, 3))):
        if len(packet) > 12:
            damage(packet, chance)
    return bytes(packet)


def boundary(wire: bytes) -> str:
    """Everything that is done with an answer; returns what became of it."""
    began = time.perf_counter()
    reply = read_reply(Received(NOW, Transport.UDP, wire, 0.01))
    seen = observe(Role.AUTHORITATIVE, TARGET, reply, NAME, RecordType.A)
    assert (seen.error is LookError.MALFORMED) == (reply.message is None)
    if reply.message is None:
        return "malformed"
    denies(seen)
    answers.soa_of(reply.message)
    answers.servers_of(reply.message, ZONE)
    answers.starts_with_alias(reply.message, NAME)
    referral = answers.referral_of(reply.message, NAME, "test")
    assert referral is None or referral.zone in {ZONE, NAME}
    view = View(RecordKey(NAME, RecordType.A), ZONE, (seen,), NOW)
    verdict, _ = judge(view, WANTED, SETTLED, now=NOW, online=True, paused=False, watched_only=False)
    assert verdict.colour is not Colour.GREEN, wire
    assert time.perf_counter() - began < 2, wire
    return verdict.kind.value


@pytest.mark.slow
def test_no_damaged_packet_crashes_hangs_or_turns_green() -> None:
    chance = random.Random(8914)
    query = prepare(NAME, "A", recursive=False).wire(1)
    seeds = [build(query, answer) for answer in SEEDS]
    outcomes: Counter[str] = Counter()
    for _ in range(PACKETS):
        outcomes[boundary(damaged(chance.choice(seeds), chance))] += 1
    assert outcomes.total() == PACKETS
    # All ways of ending are well trodden.
    assert min(outcomes[kind] for kind in ("malformed", "mismatch", "missing", "lame")) > PACKETS // 100, outcomes


@pytest.mark.parametrize("size", [0, 1, 11, 12, 512, 4096, 65_535])
def test_noise_of_any_size_is_no_message_or_no_answer(size: int) -> None:
    chance = random.Random(size)
    for _ in range(50):
        boundary(chance.randbytes(size))
