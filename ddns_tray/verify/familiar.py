"""Answers that were read before are not read again: most looks bring the same octets, but for the TTLs.

Why: reading a message costs more than asking for it, and a name that is well gives the same answer a thousand times.
Only the plainest answers become familiar (NOERROR, addresses alone, all of the wanted name); whatever differs by one
octet outside of id, question and TTLs is read in full. The caller has checked id and question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ddns_tray.core.model import Observation
from ddns_tray.verify.queries import HEADER_OCTETS

if TYPE_CHECKING:
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.targets import Target
    from ddns_tray.verify.udp_pool import Received

MOST = 200_000
"""Answers that are remembered; beyond that all are forgotten."""
_OPT = 41
_POINTER = 0xC0
_FIXED_OCTETS = 10
"""Type, class, TTL and length of a record."""
_NO_TTL = bytes(4)
_LONGEST_TTL = 0x7FFF_FFFF


@dataclass(frozen=True, slots=True)
class _Form:
    """An answer without what may differ: `flags` and counts, and `rest` (all after the question) with TTLs blanked.

    `ttls` says where in `rest` they stand, those of the answer section first; the first `told` of them count.
    """

    flags: bytes
    rest: bytes
    ttls: tuple[int, ...]
    told: int


class Familiar:
    """Remembers, for each server and question, the last plain answer and what was taken down of it."""

    def __init__(self) -> None:
        self._known: dict[tuple[Target, str, str], tuple[_Form, Observation]] = {}
        self._forms: dict[_Form, _Form] = {}
        self.recognised = 0
        """How many answers did not have to be read."""

    def forget(self) -> None:
        """Read everything anew."""
        self._known.clear()
        self._forms.clear()

    def recall(self, target: Target, query: Query, received: Received) -> Observation | None:
        """What was taken down of the same answer before, with the TTL and the time of this one; or None."""
        wire = received.wire
        known = self._known.get((target, query.name, query.type))
        if known is None or wire is None:
            return None
        form, seen = known
        end = HEADER_OCTETS + len(query.question)
        if received.transport is not seen.transport or wire[2:HEADER_OCTETS] != form.flags:
            return None
        rest = wire[end:]
        if len(rest) != len(form.rest) or _blanked(rest, form.ttls) != form.rest:
            return None
        self.recognised += 1
        return Observation(
            role=seen.role,
            server=seen.server,
            address=seen.address,
            transport=seen.transport,
            at=received.at,
            rcode=seen.rcode,
            answer=seen.answer,
            ttl=min(_ttl(rest[at : at + 4]) for at in form.ttls[: form.told]),
            aa=seen.aa,
            ad=seen.ad,
            ede=seen.ede,
            rtt_ms=None if received.rtt is None else round(received.rtt * 1000, 3),
        )

    def learn(self, target: Target, query: Query, received: Received, seen: Observation) -> None:
        """Remember an answer that was read, if it is a plain one."""
        key = (target, query.name, query.type)
        form = None if received.wire is None else _form_of(received.wire, query, seen)
        if form is None:
            self._known.pop(key, None)
            return
        if len(self._known) >= MOST:
            self.forget()
        # Many names have the same form, so it is kept once.
        self._known[key] = (self._forms.setdefault(form, form), replace(seen, serial=None))


def _form_of(wire: bytes, query: Query, seen: Observation) -> _Form | None:
    """The form of a plain answer; None for any other."""
    end = HEADER_OCTETS + len(query.question)
    plain = seen.rcode == "NOERROR" and seen.answer and not seen.cnames and seen.error is None
    if not plain or wire[4:6] != b"\x00\x01" or len(seen.answer) != int.from_bytes(wire[6:8]):
        return None
    if wire[2] & 0x02 or wire[3] & 0x0F:  # truncated, or not this message's rcode: it was asked elsewhere then
        return None
    records = sum(int.from_bytes(wire[at : at + 2]) for at in (6, 8, 10))
    rest = wire[end:]
    ttls: list[int] = []
    at = 0
    try:
        for _ in range(records):
            at = _after_name(rest, at)
            if int.from_bytes(rest[at : at + 2]) != _OPT:
                ttls.append(at + 4)
            at += _FIXED_OCTETS + int.from_bytes(rest[at + 8 : at + _FIXED_OCTETS])
    except IndexError:
        return None
    if at != len(rest):
        return None
    return _Form(wire[2:HEADER_OCTETS], _blanked(rest, tuple(ttls)), tuple(ttls), len(seen.answer))


def _after_name(rest: bytes, at: int) -> int:
    while rest[at]:
        if rest[at] >= _POINTER:
            return at + 2
        at += 1 + rest[at]
    return at + 1


def _ttl(octets: bytes) -> int:
    """Seconds; with the highest bit set it counts as 0 (RFC 2181 §8)."""
    ttl = int.from_bytes(octets)
    return ttl if ttl <= _LONGEST_TTL else 0


def _blanked(rest: bytes, ttls: tuple[int, ...]) -> bytes:
    """The octets with zeros where the TTLs stand."""
    pieces: list[bytes] = []
    start = 0
    for at in ttls:
        pieces += (rest[start:at], _NO_TTL)
        start = at + 4
    pieces.append(rest[start:])
    return b"".join(pieces)
