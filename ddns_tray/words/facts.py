"""What the witnesses of one record said, counted: the facts that sentences need. No words here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import canonical_address, canonical_set
from ddns_tray.core.model import LookError, Role
from ddns_tray.core.names import is_in_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ddns_tray.core.model import Observation, RecordStatus


_ANSWERS = frozenset({"NOERROR", "NXDOMAIN"})


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The servers of one role, by what they said of the expected set; each name once, in the order of asking."""

    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    """Answered with other addresses, or with none."""
    failed: tuple[str, ...] = ()
    """SERVFAIL, REFUSED and other rcodes that say nothing about the name."""
    silent: tuple[str, ...] = ()
    """No usable answer at all."""
    answers: tuple[str, ...] = ()
    """All addresses that were answered."""
    unexpected: tuple[str, ...] = ()
    """Those of them that are not expected."""
    broken: tuple[str, ...] = ()
    """Those of the failed and silent ones to which there is a way from here."""

    @property
    def asked(self) -> int:
        """How many servers were asked."""
        return len(self.right) + len(self.wrong) + len(self.failed) + len(self.silent)

    @property
    def heard(self) -> tuple[str, ...]:
        """All that gave an answer of any kind."""
        return self.right + self.wrong + self.failed

    @property
    def not_right(self) -> tuple[str, ...]:
        """All that are not right."""
        return self.wrong + self.failed + self.silent


@dataclass(frozen=True, slots=True)
class Facts:
    """Both kinds of witnesses, and the set that they were counted by (empty where none is known)."""

    expected: frozenset[str]
    authoritative: Witnesses
    resolvers: Witnesses
    path: tuple[str, ...] = ()
    """The aliases by which every authoritative server that answers came to its answer; those of a circle end where it
    closes."""
    circle: bool = False
    abroad: frozenset[str] = frozenset()
    """The servers of another zone, into which an alias leads."""


def facts(status: RecordStatus) -> Facts:
    """Count what the latest look at one record has seen."""
    observations = () if status.view is None else status.view.observations
    told = status.verdict.reason.data.get("expected")
    expected = canonical_set(told if isinstance(told, tuple) else status.expected)
    circle = next((seen.cnames for seen in observations if _is_circle(status.key.name, seen.cnames)), ())
    return Facts(
        expected,
        _witnesses((seen for seen in observations if seen.role is Role.AUTHORITATIVE), expected),
        _witnesses((seen for seen in observations if seen.role is Role.RESOLVER), expected),
        circle or _path(observations),
        bool(circle),
        _abroad(observations, None if status.view is None else status.view.zone),
    )


def servers_fail(status: RecordStatus) -> bool:
    """Say whether an authoritative server fails to which there is a way from here: cheap, for thousands of names."""
    observations = () if status.view is None else status.view.observations
    for seen in observations:
        if seen.role is Role.AUTHORITATIVE and (seen.error is not None or seen.rcode not in _ANSWERS):
            return bool(facts(status).authoritative.broken)
    return False


def is_right(observation: Observation, expected: frozenset[str]) -> bool:
    """Say whether this answer is the expected set."""
    return bool(expected) and observation.error is None and canonical_set(observation.answer) == expected


def leads_on(observation: Observation) -> bool:
    """Say whether this is an alias whose end another zone serves: no word about addresses, neither right nor wrong."""
    bare = observation.rcode == "NOERROR" and not observation.answer and observation.negative_ttl is None
    return bare and bool(observation.cnames) and observation.role is Role.AUTHORITATIVE and observation.error is None


def server_name(server: str) -> str:
    """A server as people know it: a resolver's URI without scheme and path."""
    host = server.partition("://")[2] or server
    return host.partition("/")[0].partition("?")[0]


def server_names(servers: Sequence[str]) -> tuple[str, ...]:
    """Several servers as people know them; those of one host keep the scheme that tells them apart."""
    hosts = Counter(map(server_name, servers))
    return tuple(
        server.partition("?")[0] if hosts[server_name(server)] > 1 else server_name(server) for server in servers
    )


def _is_circle(name: str, path: tuple[str, ...]) -> bool:
    return bool(path) and path[-1] in (name, *path[:-1])


def _path(observations: Sequence[Observation]) -> tuple[str, ...]:
    heard = [
        seen.cnames
        for seen in observations
        if seen.role is Role.AUTHORITATIVE and seen.rcode in {"NOERROR", "NXDOMAIN"}
    ]
    return max(heard, key=len) if heard and all(heard) else ()


def _abroad(observations: Sequence[Observation], zone: str | None) -> frozenset[str]:
    if zone is None:
        return frozenset()
    led = (seen for seen in observations if seen.role is Role.AUTHORITATIVE and seen.cnames and not leads_on(seen))
    return frozenset(seen.server for seen in led if not is_in_zone(seen.cnames[-1], zone))


_STANDS = _WRONG, _RIGHT, _FAILED, _SILENT = range(4)
"""What counts of a server that says several things, first of all."""


def _witnesses(observations: Iterable[Observation], expected: frozenset[str]) -> Witnesses:
    """Sort servers by their words. One with several addresses is counted once, by the worst of what it answered."""
    latest = {(seen.server, seen.address): seen for seen in observations}
    stands: dict[str, int] = {}
    broken: set[str] = set()
    answers: dict[str, None] = {}
    for seen in latest.values():
        if seen.cnames and leads_on(seen):
            continue
        for address in seen.answer:
            answers[address] = None
        stand = _stand(seen, expected)
        if stand < stands.get(seen.server, len(_STANDS)):
            stands[seen.server] = stand
        if stand > _RIGHT and seen.error is not LookError.UNREACHABLE:
            broken.add(seen.server)
    wrong, right, failed, silent = (
        tuple(server for server, stand in stands.items() if stand == wanted) for wanted in _STANDS
    )
    return Witnesses(
        right,
        wrong,
        failed,
        silent,
        tuple(answers),
        tuple(address for address in answers if canonical_address(address) not in expected),
        tuple(server for server in (*failed, *silent) if server in broken),
    )


def _stand(seen: Observation, expected: frozenset[str]) -> int:
    if seen.error is not None:
        return _SILENT
    if is_right(seen, expected):
        return _RIGHT
    return _WRONG if seen.rcode in _ANSWERS else _FAILED
