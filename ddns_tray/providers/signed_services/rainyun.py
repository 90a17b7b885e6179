"""Rainyun, its API of version 2.

Source: "Domains" at s.apifox.cn/a4595cc8-44c5-4678-a2a3-eed7738dab03 (read on 2026-11-22). A change replaces all
members of a record. Its clients ask for lists with a slash at the end of the path, and delete by the id in the address,
where the documentation has it in the body: it goes in both.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ddns_tray.providers.auth import header
from ddns_tray.providers.rest_family import http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import Pages, maybe, until_seen
from ddns_tray.providers.rest_family_pages import numbered as pages
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape
from ddns_tray.providers.signed_services.actions import (
    LIKE_HTTP,
    ActionRecords,
    as_number,
    elements,
    numbered,
    with_other,
)

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_pages import Page, Params
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

LINE = "DEFAULT"
LEVEL = 10
"""The priority that new records of all types get in the console."""
CODES = with_other(LIKE_HTTP)
_PAGE = 100
_RECORDS = "/product/domain/{zone}/dns"
_LIST = "/product/domain/{zone}/dns/"
_TOTAL = until_seen("data.TotalRecords")


def _zones_from(page: int) -> Params:
    asked = {"columnFilters": {"domains.Domain": ""}, "sort": [], "page": page, "perPage": _PAGE}
    return (("options", json.dumps(asked)),)


def _next_zones(read: Page) -> Params | None:
    return _zones_from(read.number + 1) if _TOTAL(read) else None


def _members(draft: Draft, record_id: int | str = 0) -> dict[str, object]:
    return {
        "host": draft.name,
        "line": LINE,
        "level": LEVEL,
        **draft.kept,
        "ttl": draft.ttl,
        "type": draft.type,
        "value": draft.address,
        "record_id": record_id,
    }


def _skip(item: Json) -> bool:
    line = maybe(item, "line")
    return line is not None and line.string() not in {"", LINE}


SERVICE = RestService(
    zones=Listing("/product/domain/", items=elements("data.Records"), pages=Pages(_zones_from(1), _next_zones)),
    zone=ZoneShape(name="domain", id="id"),
    records=Listing(
        _LIST, items=elements("data.Records"), pages=pages(_PAGE, _TOTAL, page="page_no", per_page="limit")
    ),
    record=RecordShape(
        id="record_id", name="host", type="type", content="value", ttl="ttl", keep=("level",), skip=_skip
    ),
    names=Names.RELATIVE_AT,
    create=Call("POST", _RECORDS, _members),
    update=Call("PATCH", _RECORDS, lambda draft: _members(draft, as_number(draft.words()["id"]))),
    delete=Call(
        "DELETE",
        _RECORDS,
        lambda draft: {"record_id": as_number(draft.words()["id"])},
        params=lambda draft: (("record_id", draft.words()["id"]),),
    ),
    fault=numbered(CODES),
    codes=CODES,
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    auth = header("x-api-key", opening.secret("api_key"))
    return ActionRecords(opening, http_service(opening, SERVICE, auth), SERVICE)
