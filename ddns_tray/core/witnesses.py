"""What each server said, sorted by what it can prove: the step from raw observations to witnesses.

Defines: which answers count, and what the others are. Compares nothing with an expected address and draws no verdict
(`judge` does), except for `truth`, which says what a name leads to when nobody has told us.

One server with several addresses answers if one of its addresses does. A resolver is one witness for each address.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import canonical_set
from ddns_tray.core.model import LookError, Role, Transport
from ddns_tray.core.names import is_in_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ddns_tray.core.model import Observation, View

EDE_STALE = frozenset({3, 19})
"""Stale Answer, Stale NXDOMAIN Answer (RFC 8914 §4.4, §4.20)."""
EDE_DNSSEC = frozenset(range(5, 13))
"""DNSSEC Indeterminate to NSEC Missing (RFC 8914 §4.6 to §4.13)."""
EDE_FILTER = frozenset(range(15, 19))
"""Blocked, Censored, Filtered, Prohibited (RFC 8914 §4.16 to §4.19)."""
SINKHOLES = frozenset({"0.0.0.0", "::"})  # noqa: S104 - answers of filters, not an address to bind
_SERIAL_HALF = 1 << 31
_SERIAL_SPACE = 1 << 32


class Stand(StrEnum):
    """What the word of a server is worth. Only ANSWER says what the name leads to."""

    ANSWER = "answer"
    ELSEWHERE = "elsewhere"
    """Authoritative for a CNAME whose target it does not serve."""
    LAME = "lame"
    """Named by the parent zone, and not authoritative, or not willing, or without an address."""
    INTERCEPTED = "intercepted"
    """An answer without AA and with data: a lame server, or a box on our line that answers in its place."""
    SERVFAIL = "servfail"
    REFUSED = "refused"
    BOGUS = "bogus"
    FILTERED = "filtered"
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    """There is no way from here (no IPv6, for example): says nothing about the server."""


_WORST_FIRST = (Stand.LAME, Stand.INTERCEPTED, Stand.SERVFAIL, Stand.SILENT, Stand.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Witness:
    """One server's word. `ttl` is how long that word may be kept, be it a set or a "no"; `held` is None without one.

    `path` are the aliases on the way to it, `path_ttls` how long each of them may be kept. `serial` is that of the zone
    that we look at, or of another one in which `elsewhere`, the end of the path, lies.
    """

    server: str
    address: str
    stand: Stand
    at: float
    held: frozenset[str] | None = None
    ttl: int | None = None
    path: tuple[str, ...] = ()
    path_ttls: tuple[int, ...] = ()
    stale: bool = False
    serial: int | None = None
    elsewhere: str = ""
    encrypted: bool = False
    rcode: str = ""


@dataclass(frozen=True, slots=True)
class Testimony:
    """All witnesses of one look.

    `answered` are the authoritative addresses that gave an answer, `failing` one witness for each authoritative server
    without any, `asked` whether the authoritative servers were looked for at all.
    """

    asked: bool
    answered: tuple[Witness, ...]
    failing: tuple[Witness, ...]
    elsewhere: bool
    resolvers: tuple[Witness, ...]
    heard: bool

    @property
    def answering(self) -> tuple[Witness, ...]:
        """The resolvers that said what the name leads to, or that it leads nowhere."""
        return tuple(each for each in self.resolvers if each.held is not None)


def hear(view: View) -> Testimony:
    """Sort the observations of one look."""
    asked = _latest(each for each in view.observations if each.role is Role.AUTHORITATIVE)
    authoritative = [_authoritative(each, view.zone) for each in asked]
    heard = [each for each in authoritative if each.stand in {Stand.ANSWER, Stand.ELSEWHERE}]
    speaking = {each.server for each in heard}
    served = frozenset[str]().union(*(each.held for each in heard if each.held))
    return Testimony(
        asked=bool(asked) or view.delegation_error is not None,
        answered=tuple(each for each in heard if each.stand is Stand.ANSWER),
        failing=_one_for_each_server(each for each in authoritative if each.server not in speaking),
        elsewhere=any(each.stand is Stand.ELSEWHERE for each in heard),
        resolvers=tuple(
            _resolver(each, served)
            for each in _latest(each for each in view.observations if each.role is Role.RESOLVER)
        ),
        heard=any(each.rcode is not None for each in view.observations),
    )


def truth(testimony: Testimony) -> frozenset[str] | None:
    """Return what the name leads to, or None if the witnesses cannot tell.

    The authoritative servers with the newest serial know best, else most of them, and of as many those that know an
    address; without any, more than half of the answering resolvers, and at least two.
    """
    if testimony.answered:
        newest = newest_serial(testimony.answered)
        best = [each for each in testimony.answered if newest is not None and each.serial == newest]
        return _most_common(best or testimony.answered)[0]
    held, count = _most_common(testimony.answering)
    return held if count >= max(2, len(testimony.answering) // 2 + 1) else None


def newest_serial(witnesses: Iterable[Witness]) -> int | None:
    """Return the newest SOA serial among the witnesses, if any told one, and all of the same zone."""
    told = {(each.elsewhere, each.serial) for each in witnesses if each.serial is not None}
    if len({elsewhere for elsewhere, _ in told}) > 1:
        return None
    newest: int | None = None
    for _, serial in sorted(told):
        if newest is None or is_newer(serial, newest):
            newest = serial
    return newest


def is_newer(serial: int, than: int) -> bool:
    """Compare SOA serials, which wrap around (RFC 1982 §3.2)."""
    return 0 < (serial - than) % _SERIAL_SPACE < _SERIAL_HALF


def paths(witnesses: Iterable[Witness]) -> frozenset[tuple[str, ...]]:
    """Return the ways by which these witnesses come to what they hold."""
    return frozenset(each.path for each in witnesses)


def names(witnesses: Iterable[Witness]) -> tuple[str, ...]:
    """Return the servers' names, each once, in order."""
    return tuple(sorted({each.server for each in witnesses}))


def addresses(witnesses: Iterable[Witness]) -> tuple[str, ...]:
    """Return all addresses that these witnesses hold, each once, in order."""
    return tuple(sorted({address for each in witnesses for address in each.held or ()}))


def _latest(observations: Iterable[Observation]) -> list[Observation]:
    """Return the last word of each server and address, in an order that does not depend on that of the list."""
    ordered = sorted(observations, key=lambda each: (each.at, each.rcode is not None, each.rcode or "", each.answer))
    last = {(each.server, each.address): each for each in ordered}
    return [last[key] for key in sorted(last)]


def _one_for_each_server(witnesses: Iterable[Witness]) -> tuple[Witness, ...]:
    ordered = sorted(witnesses, key=lambda each: (each.server, _WORST_FIRST.index(each.stand)), reverse=True)
    worst = {each.server: each for each in ordered}
    return tuple(worst[server] for server in sorted(worst))


def _most_common(witnesses: Sequence[Witness]) -> tuple[frozenset[str] | None, int]:
    counted = Counter(each.held for each in witnesses)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], not item[0], sorted(item[0] or ())))
    return ranked[0] if ranked else (None, 0)


def _authoritative(seen: Observation, zone: str | None) -> Witness:
    witness = _witness(seen, _stand_of_server(seen))
    if not seen.cnames or (zone is not None and is_in_zone(seen.cnames[-1], zone)):
        return witness
    return replace(witness, elsewhere=seen.cnames[-1])


def _stand_of_server(seen: Observation) -> Stand:
    if seen.error is not None or seen.rcode is None:
        return _failed(seen)
    if seen.rcode in {"NOERROR", "NXDOMAIN"}:
        if seen.referral or not seen.aa:
            return Stand.INTERCEPTED if seen.answer and not seen.referral else Stand.LAME
        negative = not seen.answer
        if negative and seen.cnames and seen.rcode == "NOERROR" and seen.negative_ttl is None:
            return Stand.ELSEWHERE
        return Stand.ANSWER
    return Stand.LAME if seen.rcode in {"REFUSED", "NOTAUTH"} else Stand.SERVFAIL


def _resolver(seen: Observation, served: frozenset[str]) -> Witness:
    """Sort one resolver's word; an address of filters is none if it is what the zone itself says (`served`)."""
    if seen.error is not None or seen.rcode is None:
        return _witness(seen, Stand.SILENT)
    if EDE_FILTER.intersection(seen.ede) or (SINKHOLES - served).intersection(seen.answer):
        return _witness(seen, Stand.FILTERED)
    if seen.rcode in {"NOERROR", "NXDOMAIN"}:
        return _witness(seen, Stand.REFUSED if seen.referral else Stand.ANSWER)
    if seen.rcode == "REFUSED":
        return _witness(seen, Stand.REFUSED)
    bogus = EDE_DNSSEC.intersection(seen.ede) or seen.checking_disabled in {"NOERROR", "NXDOMAIN"}
    return _witness(seen, Stand.BOGUS if bogus else Stand.SERVFAIL)


def _failed(seen: Observation) -> Stand:
    if seen.error is LookError.NO_ADDRESS:
        return Stand.LAME
    return Stand.UNREACHABLE if seen.error is LookError.UNREACHABLE else Stand.SILENT


def _witness(seen: Observation, stand: Stand) -> Witness:
    ttl = seen.ttl if seen.answer else seen.negative_ttl
    aliases = len(seen.cnames)
    return Witness(
        server=seen.server,
        address=seen.address,
        stand=stand,
        at=seen.at,
        held=canonical_set(seen.answer) if stand is Stand.ANSWER else None,
        ttl=seen.ttls[aliases] if aliases < len(seen.ttls) else ttl,
        path=seen.cnames,
        path_ttls=seen.ttls[:aliases],
        stale=bool(EDE_STALE.intersection(seen.ede)),
        serial=seen.serial,
        encrypted=seen.transport in {Transport.TLS, Transport.HTTPS},
        rcode=seen.rcode or (seen.error or LookError.TIMEOUT).value,
    )
