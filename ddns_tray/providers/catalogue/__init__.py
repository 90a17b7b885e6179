"""The services as data. These modules are light: they load no service's code and no library.

To add a service, add an `Entry` to the module of its kind and write the module that the entry names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.catalogue import (
    dyndns,
    lexicon,
    rest_clouds,
    rest_dns,
    rest_registrars,
    signed,
    signed_china,
    standards,
    worldwide,
)

if TYPE_CHECKING:
    from ddns_tray.providers.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    *worldwide.ENTRIES,
    *rest_clouds.ENTRIES,
    *rest_registrars.ENTRIES,
    *rest_dns.ENTRIES,
    *signed.ENTRIES,
    *signed_china.ENTRIES,
    *standards.ENTRIES,
    *dyndns.ENTRIES,
    *lexicon.ENTRIES,
)
