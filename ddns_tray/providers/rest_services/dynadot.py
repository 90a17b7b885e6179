"""Dynadot, its RESTful API version 2.

Source: "GET_DNS", "SET_DNS" and "REMOVE_DNS" at dynadot.com/domain/api-document (read on 2026-11-22). Records have no
ids and share the TTL of their domain, which stays as it is: one record is added to the settings before the old one is
removed. The signature is HMAC-SHA-256 over key, path, request id and body, in lines of their own; there is no id here.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hmac import digest
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ddns_tray.core.errors import AuthenticationFailed, PermissionDenied, ProviderUnavailable, RateLimited, ZoneNotFound
from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService
from ddns_tray.providers.shape import Json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ddns_tray.core.ports import HttpRequest, Provider, Secret
    from ddns_tray.providers.auth import Auth
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft

_RECORDS = "/restful/v2/domains/{zone}/records"
_OK = 200


def _records(answer: Json) -> Iterator[Json]:
    """Read the records of the apex and of all other names as one list."""
    for name in ("dns_main_list", "dns_sub_list"):
        found = maybe(answer, f"data.glue_info.{name}")
        for item in found.items() if found is not None else ():
            kind = item["record_type"].string().upper()
            yield Json({**item.value, "record_type": kind}, item.place)


def _fault(status: int, body: Json) -> Fault | None:
    code = body["code"].integer()
    if status < HTTPStatus.BAD_REQUEST and code == _OK:
        return None
    told = maybe(body, "error.description") or maybe(body, "message")
    return Fault(str(code), told.string() if told is not None else "")


def _lists(draft: Draft) -> dict[str, object]:
    record = {"record_type": draft.type.lower(), "record_value1": draft.address}
    return {"dns_sub_list": [{"sub_host": draft.name, **record}]} if draft.name else {"dns_main_list": [record]}


SERVICE = RestService(
    records=Listing(_RECORDS, items=_records),
    record=RecordShape(type="record_type", name="sub_host", content="record_value1", ttl="", id=""),
    names=Names.RELATIVE,
    create=Call("POST", _RECORDS, lambda draft: {**_lists(draft), "add_dns_to_current_setting": True}),
    delete=Call("DELETE", _RECORDS, _lists),
    fault=_fault,
    codes={
        "401": AuthenticationFailed,
        "403": PermissionDenied,
        "404": ZoneNotFound,
        "429": RateLimited,
        "500": ProviderUnavailable,
    },
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_service(opening, SERVICE, signed(opening.secret("api_key"), opening.secret("api_secret")))


def signed(key: Secret, secret: Secret) -> Auth:
    """Show the key, and prove with the secret that the request is ours."""
    token = bearer(key)

    def authorise(request: HttpRequest, now: float) -> HttpRequest:
        parts = (key.reveal(), urlsplit(request.url).path, "", request.body.decode())
        proof = digest(secret.reveal().encode(), "\n".join(parts).encode(), "sha256")
        signed_request = replace(request, headers={**request.headers, "X-Signature": b64encode(proof).decode()})
        return token(signed_request, now)

    return authorise
