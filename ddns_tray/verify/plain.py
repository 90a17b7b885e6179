"""The simplest answer of all, read by hand: our question, addresses of the very name that was asked for, nothing else.

Why: nearly all first answers are of this form, and reading them with a library for every form costs ten times as much.
Whatever is not exactly of this form (aliases, other sections, EDNS options, odd counts, one octet too many) is left
to `answers` and dnspython. A test holds both against each other on mutated packets: what is read here, dnspython reads
as the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import dns.ipv4
import dns.ipv6

from ddns_tray.core.model import Observation
from ddns_tray.verify.observations import place_of
from ddns_tray.verify.queries import HEADER_OCTETS, TYPE_CODES

if TYPE_CHECKING:
    from ddns_tray.core.model import Role
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.question import Received
    from ddns_tray.verify.targets import Target

_QR, _OPCODE, _AA, _TC = 0x80, 0x78, 0x04, 0x02
_AD, _RCODE = 0x20, 0x0F
_POINTER_TO_QUESTION = b"\xc0\x0c"
_IN = b"\x00\x01"
_SIZES = {TYPE_CODES["A"]: 4, TYPE_CODES["AAAA"]: 16}
_OPT_SIZE = 11
_LONGEST_TTL = 0x7FFF_FFFF
_MOST_ADDRESSES = 32


def read_plain(role: Role, target: Target, query: Query, received: Received) -> Observation | None:
    """Take down a plain answer to `query`; None for any other."""
    wire = received.wire
    if wire is None or len(wire) < HEADER_OCTETS or wire[2] & (_QR | _OPCODE | _TC) != _QR or wire[3] & _RCODE:
        return None
    count, at = int.from_bytes(wire[6:8]), HEADER_OCTETS + len(query.question)
    one_question = wire[4:6] == b"\x00\x01" and wire[HEADER_OCTETS:at].lower() == query.question
    if not one_question or not 0 < count <= _MOST_ADDRESSES or wire[8:11] != b"\x00\x00\x00" or "\\" in query.name:
        return None
    found = _addresses(wire, at, count, TYPE_CODES[query.type])
    if found is None:
        return None
    at += count * (12 + _SIZES[TYPE_CODES[query.type]])
    if not _ends(wire, at, wire[11]):
        return None
    addresses, ttl = found
    return Observation(
        role,
        target.label,
        place_of(target),
        received.transport,
        received.at,
        "NOERROR",
        addresses,
        ttl,
        aa=bool(wire[2] & _AA),
        ad=bool(wire[3] & _AD),
        rtt_ms=None if received.rtt is None else round(received.rtt * 1000, 3),
    )


def _addresses(wire: bytes, at: int, count: int, kind: int) -> tuple[tuple[str, ...], int] | None:
    """The addresses of `count` records of this type, each once, and their smallest TTL."""
    size = _SIZES[kind]
    head, length = _POINTER_TO_QUESTION + kind.to_bytes(2) + _IN, size.to_bytes(2)
    ttl = _LONGEST_TTL
    packed: list[bytes] = []
    for _ in range(count):
        data = wire[at + 12 : at + 12 + size]
        if wire[at : at + 6] != head or wire[at + 10 : at + 12] != length or len(data) != size:
            return None
        one = int.from_bytes(wire[at + 6 : at + 10])
        if one > _LONGEST_TTL:
            return None
        ttl = min(ttl, one)
        packed.append(data)
        at += 12 + size
    return _written(tuple(dict.fromkeys(packed))), ttl


@lru_cache(maxsize=4096)
def _written(packed: tuple[bytes, ...]) -> tuple[str, ...]:
    """Addresses as text; one object for all servers that say the same."""
    return tuple(
        dns.ipv4.inet_ntoa(each) if len(each) == _SIZES[TYPE_CODES["A"]] else dns.ipv6.inet_ntoa(each)
        for each in packed
    )


def _ends(wire: bytes, at: int, more: int) -> bool:
    """Whether nothing follows, or an OPT record of version 0 without extended rcode and options (RFC 6891 §6.1.2)."""
    if more == 0:
        return at == len(wire)
    opt = wire[at:]
    return more == 1 and len(opt) == _OPT_SIZE and opt[:3] == b"\x00\x00\x29" and not any(opt[5:7]) and not any(opt[9:])
