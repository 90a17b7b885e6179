"""51DNS, which was DNS.COM, its older API.

Sources: "Common parameters" (70/72), "Domain list" (74), "Record list" (4/47), "Create" (4/12), "Modify" (4/45) and
"Remove" at 51dns.com/document/api (read on 2026-11-22). A request is signed by the MD5 of its sorted parameters, not
encoded, and the secret. Changes are named newvalue, newTTL and so on; what is not named stays.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import md5
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, scalar, until_page
from ddns_tray.providers.rest_family_pages import numbered as pages
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape
from ddns_tray.providers.signed_services.actions import (
    BY_WORDS,
    Account,
    Manner,
    elements,
    in_form,
    kind_by_words,
    numbered,
    open_actions,
    with_other,
)

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, Provider, Secret
    from ddns_tray.providers.auth import Auth
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest import Fault
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.signed_services.actions import Asked

CODES = with_other(BY_WORDS)
WORDS = (
    ("clock", ("timestamp", "时间戳", "过期")),
    ("login", ("hash", "apikey", "签名", "密钥")),
    ("often", ("频率", "频繁", "次数")),
    ("zone", ("域名不存在", "domain not")),
    ("right", ("权限",)),
)
DEFAULT_LINE = frozenset({"", "0"})
_by_number = numbered(CODES, good="0")


def _fault(status: int, body: Json) -> Fault | None:
    found = _by_number(status, body)
    return None if found is None else replace(found, code=kind_by_words(WORDS, status, found.message))


def _skip(item: Json) -> bool:
    view = maybe(item, "viewID")
    return view is not None and scalar(view) not in DEFAULT_LINE


_PAGES = pages(500, until_page("data.pageCount"), page="page", per_page="pageSize")

SERVICE = RestService(
    zones=Listing("/domain/list", items=elements("data.data"), pages=_PAGES),
    zone=ZoneShape(name="domains", id="domainsID"),
    records=Listing("/record/list", items=elements("data.data"), params=(("domainID", "{zone}"),), pages=_PAGES),
    named=Listing(
        "/record/list", items=elements("data.data"), params=(("domainID", "{zone}"), ("host", "{name}")), pages=_PAGES
    ),
    record=RecordShape(id="recordID", name="record", type="type", content="value", ttl="TTL", skip=_skip),
    names=Names.RELATIVE_AT,
    create=Call(
        "POST",
        "/record/create",
        lambda draft: {
            "domainID": draft.zone.id,
            "type": draft.type,
            "host": draft.name,
            "value": draft.address,
            "TTL": draft.ttl,
        },
    ),
    update=Call(
        "POST",
        "/record/modify",
        lambda draft: {
            "domainID": draft.zone.id,
            "recordID": draft.words()["id"],
            "newvalue": draft.address,
            "newTTL": draft.ttl,
        },
    ),
    delete=Call("POST", "/record/remove", lambda draft: {"domainID": draft.zone.id, "recordID": draft.words()["id"]}),
    fault=_fault,
    codes=CODES,
)


def hashed(api_key: str, secret: Secret) -> Auth:
    """Add the key, the time and the hash to the form."""

    def authorise(request: HttpRequest, now: float) -> HttpRequest:
        fields = dict(parse_qsl(request.body.decode("ascii"), keep_blank_values=True))
        fields |= {"apiKey": api_key, "timestamp": str(int(now))}
        query = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
        digest = md5(f"{query}{secret.reveal()}".encode(), usedforsecurity=False).hexdigest()
        return replace(request, body=urlencode({**fields, "hash": digest}).encode("ascii"))

    return authorise


def _build(asked: Asked) -> HttpRequest:
    return in_form(asked.members, f"{asked.base_url}/api/{asked.action}/")


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    auth = hashed(opening.option("api_key"), opening.secret("api_secret"))
    return open_actions(opening, SERVICE, Account(Manner(_build), auth))
