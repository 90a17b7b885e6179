"""What the witnesses of one family agree on: the only way in which an address becomes one that may be written.

Defines: the quorum. Does not ask anybody, and does not decide whether we are online (`offline` only writes it down).

The rules, in order:

1. A sighting counts as a vote if it has an address of the family and no problem. An address that no host can have, or
   that the world cannot reach while `allow_private` is off, is refused: the sighting stays, with its address and a
   problem `not_routable`, and is no vote. A detector's own `not_routable` is judged anew, every other problem stands.
2. The effective quorum is min(`quorum`, number of distinct origins among the sightings of this family, failed ones
   included), at least 1. So a single configured source is believed, and of two sources where one fails the other is
   not. Two sources with one origin (the same host) count once. A caller who has not asked all its sources yet says how
   many distinct origins there are in `origins`, or a lone early answer would be taken for a lone source.
3. An address has the quorum if that many origins name it. Where a quorum of two or more is asked and sources of two
   or more kinds voted, the origins that name it must be of two kinds as well.
4. One address has the quorum, and fewer origins name other addresses than name it: AGREED.
5. Otherwise, if two or more addresses were named: DISPUTED.
6. One address was named, by too few: UNKNOWN. It is no dispute, but nothing to write either.
7. No votes, but refused addresses from a quorum of origins (they need not be the same: a router and an interface see
   different private addresses of one line): NOT_ROUTABLE.
8. No votes, and a quorum of origins said that there is no address of this family (neither address nor problem): NONE.
9. Everything else is UNKNOWN: a failed detection is never "no address".

Beside that it is noted where the router does not name the agreed address but another one, or none: then something
stands between it and the world (`Agreement.behind`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import SHARED_SPACE, is_assignable, is_routable
from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.model import AddressState, Agreement, Behind, SourceKind
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import Family, IPAddress, Sighting

_TWO_KINDS = 2


@dataclass(slots=True)
class _Support:
    """Who names one address."""

    origins: set[str]
    kinds: set[SourceKind]


def agree(
    family: Family,
    sightings: Sequence[Sighting],
    *,
    quorum: int,
    allow_private: bool,
    previous: Agreement | None,
    now: float,
    origins: int | None = None,
) -> Agreement:
    """Return what the sightings of `family` amount to, by the rules at the head of this module.

    Sightings of the other family are left out. `since` is carried over from `previous` while state and address stay.
    """
    mine = tuple(_examined(each, family, allow_private=allow_private) for each in sightings if each.family is family)
    needed = max(1, min(quorum, max(origins or 0, len({each.origin for each in mine}))))
    state, address = _conclude(mine, needed)
    unchanged = previous is not None and (previous.state, previous.address) == (state, address)
    since = previous.since if unchanged and previous is not None else now
    return Agreement(family, state, address, mine, since, _behind(mine, address))


def offline(agreement: Agreement, previous: Agreement | None = None) -> Agreement:
    """Write down that our own line is broken, where that is the reason why no address is known.

    An agreed, disputed or refused address stays: it was seen in spite of it. With the `previous` agreement the time
    since which we are offline is kept.
    """
    if agreement.state not in {AddressState.UNKNOWN, AddressState.NONE}:
        return agreement
    already = previous is not None and previous.state is AddressState.OFFLINE
    since = previous.since if already and previous is not None else agreement.since
    return replace(agreement, state=AddressState.OFFLINE, since=since)


def _conclude(sightings: Sequence[Sighting], needed: int) -> tuple[AddressState, IPAddress | None]:
    support: defaultdict[IPAddress, _Support] = defaultdict(lambda: _Support(set(), set()))
    refused: set[str] = set()
    absent: set[str] = set()
    for sighting in sightings:
        if sighting.problem is not None:
            if sighting.problem.code is ProblemCode.NOT_ROUTABLE:
                refused.add(sighting.origin)
        elif sighting.address is None:
            absent.add(sighting.origin)
        else:
            support[sighting.address].origins.add(sighting.origin)
            support[sighting.address].kinds.add(sighting.kind)
    if support:
        return _weigh(support, needed)
    if len(refused) >= needed:
        return AddressState.NOT_ROUTABLE, None
    if len(absent) >= needed:
        return AddressState.NONE, None
    return AddressState.UNKNOWN, None


def _behind(sightings: Sequence[Sighting], agreed: IPAddress | None) -> Behind | None:
    """Compare what the router says of itself with what the world sees."""
    told = [each for each in sightings if each.kind is SourceKind.ROUTER]
    if agreed is None or any(each.address == agreed for each in told):
        return None
    others = [each.address for each in told if each.address is not None]
    if others:
        return Behind(others[0])
    none_at_all = (each.problem is not None and each.problem.code is ProblemCode.NO_OUTSIDE_ADDRESS for each in told)
    return Behind(None) if any(none_at_all) else None


def _weigh(support: dict[IPAddress, _Support], needed: int) -> tuple[AddressState, IPAddress | None]:
    kinds = {kind for each in support.values() for kind in each.kinds}
    needed_kinds = min(_TWO_KINDS, needed, len(kinds))
    for address, backing in support.items():
        others = {origin for other, each in support.items() if other != address for origin in each.origins}
        enough = len(backing.origins) >= needed and len(backing.kinds) >= needed_kinds
        if enough and len(others) < len(backing.origins) and not _rival(support, address, needed, needed_kinds):
            return AddressState.AGREED, address
    return (AddressState.DISPUTED if len(support) > 1 else AddressState.UNKNOWN), None


def _rival(support: dict[IPAddress, _Support], address: IPAddress, needed: int, needed_kinds: int) -> bool:
    return any(
        len(each.origins) >= needed and len(each.kinds) >= needed_kinds
        for other, each in support.items()
        if other != address
    )


def _examined(sighting: Sighting, family: Family, *, allow_private: bool) -> Sighting:
    """Return the sighting with its address accepted or refused."""
    address, problem = sighting.address, sighting.problem
    if address is None or (problem is not None and problem.code is not ProblemCode.NOT_ROUTABLE):
        return sighting
    if address.version != family.version:
        return replace(sighting, problem=_wrong_family(address))
    acceptable = is_assignable(address) if allow_private else is_routable(address)
    return replace(sighting, problem=None if acceptable else _not_routable(address))


def _wrong_family(address: IPAddress) -> Problem:
    return Problem(
        ProblemCode.WRONG_FAMILY,
        text("The source named {address}, which is an address of the other IP version.", address=str(address)),
    )


def _not_routable(address: IPAddress) -> Problem:
    shown = str(address)
    if isinstance(address, IPv4Address) and address in SHARED_SPACE:
        return Problem(
            ProblemCode.NOT_ROUTABLE,
            text("{address} is shared between customers of the internet provider.", address=shown),
            text("Ask the internet provider for a public IPv4 address, or use IPv6."),
        )
    if is_assignable(address):
        return Problem(
            ProblemCode.NOT_ROUTABLE,
            text("{address} cannot be reached from the internet.", address=shown),
            text("If the name is meant for your own network only, set allow_private for it."),
        )
    return Problem(ProblemCode.NOT_ROUTABLE, text("{address} is not an address that a host can have.", address=shown))
