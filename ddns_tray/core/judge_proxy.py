"""Records that stand behind the provider's own proxy: the world sees an edge of the provider, and we look behind it.

Defines: which answers are an edge, and the verdicts proxied and mismatch at the provider. The table of reasons is at
the head of `judge`.

Public DNS cannot show what a proxy leads to; only the provider can. It is read seldom, so what it said last is held
against the wanted set, and its age is told. That word holds for as long as the edge is the one that was seen first
after it: another answer may be another edge, or somebody's own address, and only the provider can tell which.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core import deadline
from ddns_tray.core.addresses import canonical_set, is_routable, parsed
from ddns_tray.core.case import verdict
from ddns_tray.core.model import Colour, Reason, Verdict, VerdictKind

if TYPE_CHECKING:
    from ddns_tray.core.model import AtProvider, RecordMemory
    from ddns_tray.core.witnesses import Testimony, Witness

_COUNTS = frozenset({"servers_right", "resolvers_right", "resolvers_asked"})


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge that the world sees. `testimony` is what was seen, with the edge counted as the wanted set."""

    addresses: frozenset[str]
    provider: AtProvider
    testimony: Testimony


def edge_of(testimony: Testimony, wanted: frozenset[str], memory: RecordMemory) -> Edge | None:
    """Return the edge, if the provider said that there is one and the world is not shown the wanted set itself."""
    provider = memory.at_provider
    if provider is None or not provider.proxied or not wanted:
        return None
    seen = [each.held for each in testimony.answered or testimony.answering if each.held and each.held != wanted]
    if not seen or any(held & wanted for held in seen) or not all(map(_may_be_an_edge, seen)):
        return None
    addresses = frozenset[str]().union(*seen)
    through = replace(
        testimony,
        answered=tuple(_behind(each, addresses, wanted) for each in testimony.answered),
        resolvers=tuple(_behind(each, addresses, wanted) for each in testimony.resolvers),
    )
    return Edge(addresses, provider, through)


def remember_edge(memory: RecordMemory, edge: Edge) -> RecordMemory:
    """Take the first edge that is seen after a word of the provider as the one that this word was about."""
    if edge.provider.edge or not edge.testimony.answered:
        return memory
    return replace(memory, at_provider=replace(edge.provider, edge=edge.addresses))


def remember_way(memory: RecordMemory, edge: Edge | None, testimony: Testimony, wanted: frozenset[str]) -> RecordMemory:
    """Note at which edge the servers show a name, if at any.

    When they stop to show it, caches hold it for as long as they may; what is wanted has not changed meanwhile, so that
    nothing else would begin the time anew. Caches that hold what is behind an edge are right all the same.
    """
    if not testimony.answered or (edge is None and any(each.held != wanted for each in testimony.answered)):
        return memory
    shown = frozenset[str]() if edge is None else edge.addresses
    if shown == memory.served_edge:
        return memory
    if memory.served_edge and not memory.served_edge & shown:
        memory = deadline.begin_anew(memory)
    return replace(memory, served_edge=shown)


def of_edge(edge: Edge, wanted: frozenset[str], beyond: Verdict) -> Verdict:
    """Judge a name that the world sees at an edge; `beyond` is the verdict with the edge counted as right."""
    provider, addresses = edge.provider, tuple(sorted(edge.addresses))
    origin = tuple(sorted(wanted))
    if canonical_set(provider.addresses) != wanted:
        told = tuple(sorted(provider.addresses))
        return verdict(
            VerdictKind.MISMATCH, Colour.RED, "proxied_mismatch", seen=told, expected=origin, read=provider.at
        )
    if beyond.kind is not VerdictKind.MATCHED:
        return _held_against(addresses, beyond)
    code = "proxied"
    if provider.edge and not edge.addresses & provider.edge:
        code = "proxied_unread"
    elif provider.asked is False:
        code = "proxied_unasked"
    facts = {name: value for name, value in beyond.reason.data.items() if code == "proxied" and name in _COUNTS}
    data = {**facts, "origin": origin, "expected": addresses, "read": provider.at}
    colour = Colour.GREEN if code == "proxied" else Colour.YELLOW
    return Verdict(VerdictKind.PROXIED, colour, Reason(code, MappingProxyType(data)))


def _held_against(addresses: tuple[str, ...], beyond: Verdict) -> Verdict:
    """Return a verdict about resolvers: what they should have is the edge, not what is behind it."""
    if "expected" not in beyond.reason.data:
        return beyond
    data = MappingProxyType({**beyond.reason.data, "expected": addresses})
    return replace(beyond, reason=Reason(beyond.reason.code, data))


def is_bare(memory: RecordMemory, now: float) -> bool:
    """Say whether a name whose own address everybody sees should be behind a proxy, for longer than a moment."""
    provider = memory.at_provider
    return provider is not None and provider.asked is True and now - provider.at > deadline.WRITE_GRACE


def bare(wanted: tuple[str, ...], memory: RecordMemory) -> Verdict:
    """Judge a name that leads to us directly although it should not."""
    read = memory.at_provider.at if memory.at_provider is not None else 0.0
    return verdict(VerdictKind.PROXIED, Colour.YELLOW, "proxy_off", seen=wanted, read=read)


def _may_be_an_edge(held: frozenset[str]) -> bool:
    """Say whether all of these are addresses of the world: an edge is nothing else."""
    found = [parsed(address) for address in held]
    return all(address is not None and is_routable(address) for address in found)


def _behind(witness: Witness, edge: frozenset[str], wanted: frozenset[str]) -> Witness:
    return replace(witness, held=wanted) if witness.held and witness.held & edge else witness
