"""Mythic Beasts, its DNS API version 2.

Source: "DNS API v2" at mythic-beasts.com/support/api/dnsv2 (read on 2026-11-22). A key and its secret go by HTTP Basic.
All records of a name and a type are replaced at once. Records that come from a template are left alone.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.providers.auth import basic, basic_word
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.shape import Json

_RECORDS = "/zones/{zone}/records"
_RRSET = "/zones/{zone}/records/{name}/{type}"


def _fault(status: int, body: Json) -> Fault | None:
    """Read `error`, or the first of `errors`."""
    if status < HTTPStatus.BAD_REQUEST:
        return None
    told = maybe(body, "error") or maybe(body, "errors.0")
    return Fault("", told.string() if told is not None else "")


SERVICE = RestService(
    zones=Listing("/zones", items="zones"),
    zone=ZoneShape(name="", id=""),
    records=Listing(_RECORDS, items="records"),
    named=Listing(_RECORDS, items="records", params=(("host", "{name}"),)),
    record=RecordShape(
        type="type",
        name="host",
        content="data",
        ttl="ttl",
        id="",
        skip=lambda item: item.get("template") is not None and item["template"].value is True,
    ),
    names=Names.RELATIVE_AT,
    put=Call(
        "PUT",
        _RRSET,
        lambda draft: {
            "records": [
                {"host": draft.name, "type": draft.type, "ttl": draft.ttl, "data": address}
                for address in draft.addresses
            ]
        },
    ),
    delete=Call("DELETE", _RRSET),
    fault=_fault,
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    key, secret = opening.option("key_id"), opening.secret("api_secret")
    return open_service(opening, SERVICE, basic(key, secret), also_secret=(basic_word(key, secret),))
