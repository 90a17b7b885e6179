"""Which of a machine's own addresses is the one to publish."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ddns_tray.core.errors import ProblemCode
from ddns_tray.core.model import Family, InterfaceAddress, SourceKind
from tests.support.detecting import detector_of


def _on(interface: str, *addresses: str, **flags: bool) -> list[InterfaceAddress]:
    return [
        InterfaceAddress(
            interface,
            ip_address(address),
            64,
            temporary=flags.get("temporary", False),
            deprecated=flags.get("deprecated", False),
            tentative=flags.get("tentative", False),
        )
        for address in addresses
    ]


HOUSE = [
    *_on("lo", "127.0.0.1", "::1"),
    *_on("eth0", "192.168.1.2", "fe80::2", "fd00::2", "2001:db8:1::9", "2001:db8:1::2"),
    *_on("eth0", "2001:db8:1::1", temporary=True),
    *_on("eth0", "2001:db8:0::1", deprecated=True),
    *_on("eth0", "2001:db8:0::2", tentative=True),
    *_on("ppp0", "8.8.8.8", "2a00:1::1"),
]


@pytest.mark.parametrize(
    ("source", "family", "expected"),
    [
        ("interface:eth0", Family.IPV6, "2001:db8:1::2"),
        ("interface:eth0", Family.IPV4, "192.168.1.2"),
        ("interface:ppp0", Family.IPV4, "8.8.8.8"),
        ("interface:", Family.IPV4, "8.8.8.8"),
        ("interface:", Family.IPV6, "2a00:1::1"),
        ("interface", Family.IPV6, "2a00:1::1"),
    ],
)
async def test_the_lasting_address_is_chosen(source: str, family: Family, expected: str) -> None:
    sighting = await detector_of(source, interfaces=HOUSE).detect(family)
    assert (sighting.address, sighting.problem) == (ip_address(expected), None)
    assert (sighting.kind, sighting.origin) == (SourceKind.INTERFACE, source)


async def test_the_choice_does_not_depend_on_the_order_of_the_system() -> None:
    forwards = await detector_of("interface:eth0", interfaces=HOUSE).detect(Family.IPV6)
    backwards = await detector_of("interface:eth0", interfaces=HOUSE[::-1]).detect(Family.IPV6)
    assert forwards.address == backwards.address


@pytest.mark.parametrize(
    "addresses",
    [
        _on("eth0", "fe80::2", "fd00::2", "fec0::2", "::1", "ff02::1", "::ffff:203.0.113.7"),
        _on("eth0", "2a00:1::1", temporary=True),
        _on("eth0", "2a00:1::1", deprecated=True),
        _on("eth0", "2a00:1::1", tentative=True),
        _on("eth0", "8.8.8.8"),
    ],
)
async def test_no_lasting_address_is_a_problem_and_not_an_absence(addresses: list[InterfaceAddress]) -> None:
    sighting = await detector_of("interface:eth0", interfaces=addresses).detect(Family.IPV6)
    assert sighting.address is None
    assert sighting.problem is not None
    assert sighting.problem.code is ProblemCode.DETECTOR


async def test_link_local_and_loopback_ipv4_never_count() -> None:
    here = _on("eth0", "169.254.3.4", "127.0.0.2", "0.0.0.0")
    assert (await detector_of("interface:eth0", interfaces=here).detect(Family.IPV4)).address is None


async def test_a_missing_interface_is_named_with_those_that_exist() -> None:
    problem = (await detector_of("interface:wan9", interfaces=HOUSE).detect(Family.IPV4)).problem
    assert problem is not None
    assert "wan9" in str(problem.title)
    assert "lo, eth0, ppp0" in str(problem.hint)


async def test_a_system_that_will_not_tell_is_a_problem() -> None:
    problem = (await detector_of("interface:", interfaces=OSError(1, "Not permitted")).detect(Family.IPV4)).problem
    assert problem is not None
    assert "Not permitted" in str(problem.hint)
