"""What holds for a name for which nobody has said whose address it shall have."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ddns_tray.core.detours import counts, differs, seen_by
from ddns_tray.core.model import AddressState, Agreement, Detour, Family, Sighting, SourceKind

EXIT, FIBRE = "185.1.2.3", "11.22.33.44"
TUNNEL = Detour(Family.IPV4, "wg0", "eth0", tunnel=True)
OTHER = Detour(Family.IPV4, "ppp0", "eth0", tunnel=False)


def told(address: str | None, kind: SourceKind = SourceKind.HTTPS) -> Agreement:
    if address is None:
        return Agreement(Family.IPV4, AddressState.UNKNOWN, None, ())
    seen = Sighting("source", "origin", kind, Family.IPV4, ip_address(address), 0.0)
    return Agreement(Family.IPV4, AddressState.AGREED, ip_address(address), (seen,))


@pytest.mark.parametrize("home", [told(FIBRE), told(None), None])
def test_what_a_tunnel_shows_is_not_believed_without_a_choice(home: Agreement | None) -> None:
    held = seen_by(told(EXIT), TUNNEL, home)
    assert (held.state, held.address) == (AddressState.UNDECIDED, None)
    assert held.sightings == told(EXIT).sightings


@pytest.mark.parametrize(
    ("world", "detour", "home"),
    [
        (told(FIBRE), None, None),
        (told(FIBRE), TUNNEL, told(FIBRE)),
        (told(None), TUNNEL, told(FIBRE)),
        (told(FIBRE), OTHER, None),
        (told(FIBRE), OTHER, told(None)),
        (told(FIBRE, SourceKind.INTERFACE), TUNNEL, None),
        (told(FIBRE, SourceKind.STATIC), TUNNEL, told(EXIT)),
    ],
)
def test_what_no_tunnel_has_changed_stays(world: Agreement, detour: Detour | None, home: Agreement | None) -> None:
    assert seen_by(world, detour, home) == world


def test_another_way_counts_only_where_the_world_sees_two_addresses() -> None:
    assert seen_by(told(EXIT), OTHER, told(FIBRE)).state is AddressState.UNDECIDED
    assert counts(TUNNEL, None, None)
    assert not counts(OTHER, told(EXIT), None)
    assert counts(OTHER, told(EXIT), told(FIBRE))
    assert not differs(told(None), told(FIBRE))
    assert not differs(None, told(FIBRE))
