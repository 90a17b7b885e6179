"""Answers that were read before are not read again: most looks bring the same octets, but for the TTLs.

Why: reading a message costs more than asking for it, and a name that is well gives the same answer a thousand times.
Only the plainest answers become familiar (NOERROR, addresses alone, all of the wanted name); whatever differs by one
octet outside of id, question and TTLs is read in full. The caller has checked id and question.

The questions themselves are kept here too, laid out once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.copies import altered
from ddns_tray.verify.queries import HEADER_OCTETS, prepare

if TYPE_CHECKING:
    from ddns_tray.core.model import Observation, RecordType, Role
    from ddns_tray.verify.queries import Query
    from ddns_tray.verify.question import Received
    from ddns_tray.verify.targets import Target

MOST = 100_000
"""Questions that are remembered; the answers to all beyond that are read each time. So many forms are shared, too."""
_ID_OCTETS = 2
_OPT = 41
_POINTER = 0xC0
_TTL_OCTETS = 4
_FIXED_OCTETS = 10
"""Type, class, TTL and length of a record."""
_LONGEST_TTL = 0x7FFF_FFFF

_Form = tuple[bytes, int, int, tuple[bytes, ...]]
"""An answer without what may differ: flags and counts, the octets after the question, how many of the TTLs there are
those of the answer section, and the octets before, between and behind the TTLs."""


class _Seen:
    """The form of a plain answer, and the newest observation of it."""

    __slots__ = ("form", "observation")

    def __init__(self, form: _Form, observation: Observation) -> None:
        self.form = form
        self.observation = observation


class Acquaintance:
    """One question, and for each server the form of its last plain answer and what was taken down of it."""

    __slots__ = ("query", "seen")

    def __init__(self, query: Query) -> None:
        self.query = query
        self.seen: dict[Target, _Seen] = {}


class Familiar:
    """Remembers questions, and the plain answers to them."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[tuple[str, str, bool], Acquaintance] = {}
        self._forms: dict[_Form, _Form] = {}
        self.recognised = 0
        """How many answers did not have to be read."""

    @property
    def forms(self) -> int:
        """How many forms are kept to be shared."""
        return len(self._forms)

    def forget(self) -> None:
        """Read everything anew."""
        self._known.clear()
        self._forms.clear()

    def meet(self, name: str, kind: RecordType, *, recursive: bool) -> Acquaintance:
        """The question for a name and type, with what is known of its answers."""
        key = (name, kind, recursive)
        known = self._known.get(key)
        if known is None:
            known = Acquaintance(prepare(name, kind, recursive=recursive))
            if len(self._known) < self._most:
                self._known[key] = known
        return known

    def recall(
        self, known: Acquaintance, target: Target, received: Received, *, role: Role, serial: int | None = None
    ) -> Observation | None:
        """What was taken down of the same answer before, with the TTL and the time of this one; or None."""
        at, transport, wire, rtt, _ = received
        entry = known.seen.get(target)
        if entry is None or wire is None:
            return None
        flags, size, told, pieces = entry.form
        seen = entry.observation
        begin = HEADER_OCTETS + len(known.query.question)
        if len(wire) != begin + size or not wire.startswith(flags, _ID_OCTETS):
            return None
        if transport is not seen.transport or role is not seen.role:
            return None
        ttl = _LONGEST_TTL
        for piece in pieces:
            if not wire.startswith(piece, begin):
                return None
            begin += len(piece) + _TTL_OCTETS
            if told > 0:
                told -= 1
                one = int.from_bytes(wire[begin - _TTL_OCTETS : begin])
                if one < ttl or one > _LONGEST_TTL:
                    ttl = one if one <= _LONGEST_TTL else 0  # RFC 2181 §8
        self.recognised += 1
        rtt_ms = None if rtt is None else round(rtt * 1000, 3)
        again = entry.observation = altered(seen, at=at, ttl=ttl, serial=serial, rtt_ms=rtt_ms)
        return again  # and as the newest one it is in a view anyway

    def learn(self, known: Acquaintance, target: Target, received: Received, seen: Observation) -> None:
        """Remember an answer that was read, if it is a plain one."""
        form = None if received.wire is None else _form_of(received.wire, known.query, seen)
        if form is None:
            known.seen.pop(target, None)
            return
        # Many names have the same form, so it is kept once. A name that has another answer each time has many of them.
        if len(self._forms) >= self._most:
            self._forms.clear()
        known.seen[target] = _Seen(self._forms.setdefault(form, form), seen)


def _form_of(wire: bytes, query: Query, seen: Observation) -> _Form | None:
    """The form of a plain answer; None for any other."""
    begin = HEADER_OCTETS + len(query.question)
    plain = seen.rcode == "NOERROR" and seen.answer and not seen.cnames and seen.error is None
    if not plain or wire[4:6] != b"\x00\x01" or len(seen.answer) != int.from_bytes(wire[6:8]):
        return None
    if wire[2] & 0x02 or wire[3] & 0x0F:  # truncated, or not this message's rcode: it was asked elsewhere then
        return None
    records = sum(int.from_bytes(wire[at : at + 2]) for at in (6, 8, 10))
    pieces: list[bytes] = []
    start = at = begin
    try:
        for _ in range(records):
            at = _after_name(wire, at)
            if int.from_bytes(wire[at : at + 2]) != _OPT:
                pieces.append(wire[start : at + 4])
                start = at + 4 + _TTL_OCTETS
            at += _FIXED_OCTETS + int.from_bytes(wire[at + 8 : at + _FIXED_OCTETS])
    except IndexError:
        return None
    if at != len(wire):
        return None
    pieces.append(wire[start:])
    return wire[2:HEADER_OCTETS], len(wire) - begin, len(seen.answer), tuple(pieces)


def _after_name(wire: bytes, at: int) -> int:
    while wire[at]:
        if wire[at] >= _POINTER:
            return at + 2
        at += 1 + wire[at]
    return at + 1
