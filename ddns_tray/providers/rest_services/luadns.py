"""LuaDNS, its REST API version 1.

Source: "API" at luadns.com/api.html (read on 2026-11-22). The account's e-mail address and the key go by HTTP Basic.
Names end with a dot. 1,200 requests in five minutes are allowed. New records get a TTL of 300 seconds, below which lego
(providers/dns/luadns) does not go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import basic, basic_word
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft

_RECORDS = "/zones/{zone}/records"


def _body(draft: Draft) -> object:
    return {"name": draft.name, "type": draft.type, "content": draft.address, "ttl": draft.ttl}


SERVICE = RestService(
    zones=Listing("/zones"),
    zone=ZoneShape(name="name", id="id"),
    records=Listing(_RECORDS),
    record=RecordShape(id="id", type="type", name="name", content="content", ttl="ttl"),
    names=Names.DOTTED,
    create=Call("POST", _RECORDS, _body),
    update=Call("PUT", f"{_RECORDS}/{{id}}", _body),
    delete=Call("DELETE", f"{_RECORDS}/{{id}}"),
    new_ttl=300,
    fault=fault_at(message="message"),
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    user, key = opening.option("email"), opening.secret("api_key")
    return open_service(opening, SERVICE, basic(user, key), also_secret=(basic_word(user, key),))
