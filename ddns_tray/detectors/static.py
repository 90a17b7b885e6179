"""`static:ADDRESS`: what the person says. `static:` alone says that there positively is no address."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from ddns_tray.core.errors import DetectorError
from ddns_tray.core.model import Family, SourceKind
from ddns_tray.detectors.base import BOTH, BaseDetector, Identity, unusable_source
from ddns_tray.detectors.parsing import strict_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import IPAddress
    from ddns_tray.detectors.base import Tools


class StaticDetector(BaseDetector):
    """Knows the answer beforehand."""

    def __init__(self, source: str, address: IPAddress | None, tools: Tools) -> None:
        families = BOTH if address is None else frozenset(each for each in Family if each.version == address.version)
        super().__init__(Identity(source, source, SourceKind.STATIC, families), tools.clock)
        self._address = address

    async def _look(self, family: Family) -> IPAddress | None:  # noqa: ARG002 - `detect` has checked the family
        return self._address


def static_detectors(source: str, tools: Tools) -> Sequence[StaticDetector]:
    """Return the detector of `static:ADDRESS`."""
    written = source.partition(":")[2].strip()
    if ":" not in source:
        raise unusable_source(source)
    if not written:
        return (StaticDetector(source, None, tools),)
    try:
        family = Family.IPV6 if ip_address(written).version == Family.IPV6.version else Family.IPV4
        return (StaticDetector(source, strict_address(written, family), tools),)
    except (ValueError, DetectorError) as exc:
        raise unusable_source(source) from exc
