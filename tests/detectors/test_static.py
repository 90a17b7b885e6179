"""What the person says."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ddns_tray.core.errors import ConfigError, ProblemCode
from ddns_tray.core.model import Family, SourceKind
from tests.support.detecting import detector_of


@pytest.mark.parametrize(
    ("source", "family"),
    [("static:203.0.113.7", Family.IPV4), ("static: 2001:db8::7", Family.IPV6), ("static:10.0.0.1", Family.IPV4)],
)
async def test_a_static_address_is_what_was_written(source: str, family: Family) -> None:
    detector = detector_of(source)
    sighting = await detector.detect(family)
    assert sighting.address == ip_address(source.partition(":")[2].strip())
    assert (sighting.problem, sighting.kind, detector.families) == (None, SourceKind.STATIC, frozenset({family}))


async def test_a_static_address_says_nothing_of_the_other_family() -> None:
    sighting = await detector_of("static:203.0.113.7").detect(Family.IPV6)
    assert sighting.problem is not None
    assert (sighting.address, sighting.problem.code) == (None, ProblemCode.WRONG_FAMILY)


@pytest.mark.parametrize("family", list(Family))
async def test_static_with_nothing_says_that_there_is_no_address(family: Family) -> None:
    sighting = await detector_of("static:").detect(family)
    assert (sighting.address, sighting.problem) == (None, None)


@pytest.mark.parametrize("source", ["static", "static:x", "static:127.0.0.1", "static:::", "static:fe80::1%eth0"])
def test_a_static_source_that_is_no_address_is_a_mistake_in_the_settings(source: str) -> None:
    with pytest.raises(ConfigError):
        detector_of(source)
