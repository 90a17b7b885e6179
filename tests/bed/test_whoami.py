"""A real name server that answers with the address of whoever asks."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import Family
from ddns_tray.core.settings_values import check_source
from tests.support.detecting import detector_of

if TYPE_CHECKING:
    from ddns_tray.core.model import Sighting
    from tests.support.real_bed import Bed

pytestmark = [pytest.mark.bed, pytest.mark.xdist_group("bed")]


@pytest.mark.parametrize("record_type", ["A", "TXT"])
def test_powerdns_tells_who_asks(bed: Bed, record_type: str) -> None:
    source = check_source(f"dns://127.0.0.21/whoami.example.test/{record_type}")

    async def look() -> Sighting:
        return await detector_of(source).detect(Family.IPV4)

    sighting = bed.run(look)
    # The bed lives on loopback, which no line can have: the refusal shows that the answer was read.
    assert sighting.address is None
    assert sighting.problem is not None
    assert ip_address("127.0.0.1").exploded in str(sighting.problem.title)
