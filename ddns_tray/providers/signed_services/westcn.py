"""West.cn (also sold as 35.cn and by others), its API of version 2.

Source: "Domains" at west.cn/CustomerCenter/doc/domain_v2.html (read on 2026-11-22); its error codes (6.1) as
marvinli001/edgeweir gives them in its tests of this API (read on 2026-11-23). Everything is in GBK. A request is signed
by the MD5 of user name, API password and time in milliseconds, good for ten minutes. A list of nothing is an error.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import md5
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ddns_tray.core.errors import RecordNotFound
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, scalar, until_seen
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
    from collections.abc import Iterable

    from ddns_tray.core.ports import HttpRequest, Provider, Secret
    from ddns_tray.providers.auth import Auth
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest import Fault
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.signed_services.actions import Asked

NEW_TTL = 900
ENCODING = "gbk"
RECORD = "record"
CODES = with_other({**BY_WORDS, RECORD: RecordNotFound})
EMPTY = "30001"
_KINDS = MappingProxyType({"10000": "login", "10002": "right", "20001": "zone", "20120": RECORD})
"""What `errcode` says; 10002 is an address that may not use the API, 20001 a domain of somebody else, or none."""
_WORDS = (
    ("clock", ("时间戳", "timestamp", "过期")),
    ("login", ("token", "身份验证", "密码", "用户名")),
    ("often", ("频率", "频繁")),
    ("zone", ("域名不存在", "没有此域名", "未找到域名")),
    ("right", ("权限", "白名单")),
)
"""Where there is no code that we know, the kind of an error has to be told by its words."""
_by_number = numbered(CODES, code="result", message="msg")


def fault(status: int, body: Json) -> Fault | None:
    """Read `result`, `errcode` and `msg`; that there is nothing to list is no fault."""
    found = _by_number(status, body)
    code = _code(body)
    if found is None or code == EMPTY:
        return None
    return replace(found, code=_KINDS.get(code) or kind_by_words(_WORDS, status, found.message))


def _code(body: Json) -> str:
    found = maybe(body, "errcode")
    return scalar(found) if found is not None else ""


def _items(answer: Json) -> Iterable[Json]:
    return () if _code(answer) == EMPTY else elements("data.items")(answer)


def _skip(item: Json) -> bool:
    line, paused = maybe(item, "line"), maybe(item, "pause")
    return (line is not None and line.string() != "") or (paused is not None and scalar(paused) == "1")


def _members(draft: Draft) -> dict[str, object]:
    return {"domain": draft.zone.id, "type": draft.type, "value": draft.address, "ttl": draft.ttl, "level": 10}


_SIZE = 100
_RECORDS = pages(_SIZE, until_seen("data.total"), page="pageno", per_page="limit")

SERVICE = RestService(
    zones=Listing(
        "/getdomains",
        items=_items,
        pages=pages(_SIZE, until_seen("data.total"), page="page", per_page="limit"),
    ),
    zone=ZoneShape(name="domain", id="domain"),
    records=Listing("/getdnsrecord", items=_items, params=(("domain", "{zone}"),), pages=_RECORDS),
    named=Listing(
        "/getdnsrecord",
        items=_items,
        params=(("domain", "{zone}"), ("host", "{name}")),
        pages=_RECORDS,
    ),
    record=RecordShape(id="id", name="item", type="type", content="value", ttl="ttl", skip=_skip),
    names=Names.RELATIVE_AT,
    create=Call("POST", "/adddnsrecord", lambda draft: {**_members(draft), "host": draft.name}),
    update=Call("POST", "/moddnsrecord", lambda draft: {**_members(draft), "id": draft.words()["id"]}),
    delete=Call("POST", "/deldnsrecord", lambda draft: {"domain": draft.zone.id, "id": draft.words()["id"]}),
    fault=fault,
    codes=CODES,
)


def _build(asked: Asked) -> HttpRequest:
    return in_form({"act": asked.action, **asked.members}, f"{asked.base_url}/domain/", encoding=ENCODING)


def signed(username: str, password: Secret) -> Auth:
    """Add user name, time and token to the form."""

    def authorise(request: HttpRequest, now: float) -> HttpRequest:
        time = str(int(now * 1000))
        token = md5(f"{username}{password.reveal()}{time}".encode(ENCODING), usedforsecurity=False).hexdigest()
        extra = urlencode({"username": username, "time": time, "token": token}, encoding=ENCODING)
        return replace(request, body=request.body + b"&" + extra.encode("ascii"))

    return authorise


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    account = Account(Manner(_build, ENCODING), signed(opening.option("username"), opening.secret("api_password")))
    return open_actions(opening, SERVICE, account, new_ttl=NEW_TTL)
