"""The table of dyndns2-like services and of those that take a token and an address in one request.

Data only: the registry's entries are made of it, so it must load at once and load nothing. To add a service, add a row
to the module where its answers belong.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.providers.dyndns_table import ended, hosters, own_words, pure, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.providers.dyndns_table.row import Row

ALL: tuple[Row, ...] = (*pure.ROWS, *tokens.ROWS, *hosters.ROWS, *own_words.ROWS, *ended.ROWS)
ROWS: Mapping[str, Row] = MappingProxyType({row.id: row for row in ALL})
