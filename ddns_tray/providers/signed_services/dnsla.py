"""DNS.LA, its API of version 2.

Source: "API documentation" at dns.la/docs/ApiDoc (read on 2026-11-22). Types are numbers (RFC 1035 §3.2.2). The
interface is also there without TLS; we never use it so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import basic
from ddns_tray.providers.rest_family import http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, scalar, until_seen
from ddns_tray.providers.rest_family_pages import numbered as pages
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape
from ddns_tray.providers.signed_services.actions import LIKE_HTTP, ActionRecords, elements, numbered, with_other

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

TYPES = {"1": "A", "28": "AAAA", "5": "CNAME"}
NUMBERS = {"A": 1, "AAAA": 28}
CODES = with_other(LIKE_HTTP)
_PAGES = pages(500, until_seen("data.total"), page="pageIndex", per_page="pageSize")


def _members(draft: Draft) -> dict[str, object]:
    return {
        "type": NUMBERS[draft.type],
        "host": draft.name,
        "data": draft.address,
        "ttl": draft.ttl,
        **{name: value for name, value in draft.kept.items() if value},
    }


def _skip(item: Json) -> bool:
    off, line = maybe(item, "disable"), maybe(item, "lineId")
    return (off is not None and off.boolean()) or (line is not None and scalar(line) not in {"", "0"})


SERVICE = RestService(
    zones=Listing("/api/domainList", items=elements("data.results"), pages=_PAGES),
    zone=ZoneShape(name="displayDomain", id="id"),
    records=Listing("/api/recordList", items=elements("data.results"), params=(("domainId", "{zone}"),), pages=_PAGES),
    named=Listing(
        "/api/recordList",
        items=elements("data.results"),
        params=(("domainId", "{zone}"), ("host", "{name}")),
        pages=_PAGES,
    ),
    record=RecordShape(
        id="id", name="host", type="type", content="data", ttl="ttl", keep=("weight",), types=TYPES, skip=_skip
    ),
    names=Names.RELATIVE_AT,
    create=Call("POST", "/api/record", lambda draft: {"domainId": draft.zone.id, **_members(draft)}),
    update=Call("PUT", "/api/record", lambda draft: {"id": draft.words()["id"], **_members(draft)}),
    delete=Call("DELETE", "/api/record", params=lambda draft: (("id", draft.words()["id"]),)),
    fault=numbered(CODES, message="msg"),
    codes=CODES,
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    auth = basic(opening.option("api_id"), opening.secret("api_secret"))
    return ActionRecords(opening, http_service(opening, SERVICE, auth), SERVICE)
