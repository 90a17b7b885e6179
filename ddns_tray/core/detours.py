"""Our traffic leaves by another way than the line of the house: when that counts, and what a name may then have.

Defines: what of an agreement holds for a name for which nobody has said whose address it shall have. Reads no routes
and asks nobody. Why nothing is written then: docs/decisions/vpn.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.model import AddressState

if TYPE_CHECKING:
    from ddns_tray.core.model import Agreement, Detour


def counts(detour: Detour, world: Agreement | None, home: Agreement | None) -> bool:
    """Say whether a detour is to be told of: a tunnel always, any other if the world sees two addresses."""
    return detour.tunnel or differs(world, home)


def differs(world: Agreement | None, home: Agreement | None) -> bool:
    """Say whether both ways have an address, and not the same."""
    if world is None or home is None or world.address is None or home.address is None:
        return False
    return world.address != home.address


def seen_by(world: Agreement, detour: Detour | None, home: Agreement | None) -> Agreement:
    """Return what holds for a name with the view `auto`: the world's word, or UNDECIDED where it may be the tunnel's.

    An address that only our own interfaces, files and programs tell does not depend on the way that traffic takes.
    Where home and world are known to have one address, there is nothing to decide.
    """
    if detour is None or world.address is None or not _from_outside(world):
        return world
    if home is not None and home.address == world.address:
        return world
    if not counts(detour, world, home):
        return world
    return replace(world, state=AddressState.UNDECIDED, address=None)


def _from_outside(world: Agreement) -> bool:
    return any(
        each.kind.is_network and each.address == world.address and each.problem is None for each in world.sightings
    )
