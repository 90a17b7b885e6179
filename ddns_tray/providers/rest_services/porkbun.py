"""Porkbun, its API version 3.

Source: "Porkbun API v3.48", pages Domain and Porkbun DNS, at porkbun.com/llms (read on 2026-11-22). Reading goes by GET
with the keys in headers, so that they stand in no body. TTL is 600 seconds at least. API access has to be switched on
for each domain. Edits replace all members of a record, so its priority and notes go back.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.core.errors import AuthenticationFailed, PermissionDenied, ZoneNotFound
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, offset, scalar, while_full
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

_CHUNK = 1000
"""Domains come in chunks of this size, which nobody can choose."""


def _body(draft: Draft) -> object:
    body = {"name": draft.name, "type": draft.type, "content": draft.address, "ttl": str(draft.ttl)}
    return body | {"notes": draft.comment} if draft.comment else body


def _fault(status: int, body: Json) -> Fault | None:
    """Read `status`, `code` and `message`; older answers have the kind of an error in the message alone."""
    said = body["status"].string()
    if status < HTTPStatus.BAD_REQUEST and said == "SUCCESS":
        return None
    code, message = maybe(body, "code"), maybe(body, "message")
    told = message.string() if message is not None else ""
    return Fault(_kind(scalar(code) if code is not None else "", told.lower()), told)


def _kind(code: str, told: str) -> str:
    if code.startswith(("INVALID_API_KEYS", "MISSING_")) or "api key" in told:
        return "INVALID_API_KEYS"
    if "opted in" in told:
        return "NOT_OPTED_IN"
    return "INVALID_DOMAIN" if "invalid domain" in told else code


SERVICE = RestService(
    zones=Listing("/domain/listAll", items="domains", pages=offset(_CHUNK, while_full(_CHUNK), skip="start", take="")),
    zone=ZoneShape(name="domain", id="domain"),
    records=Listing("/dns/retrieve/{zone}", items="records"),
    record=RecordShape(id="id", name="name", type="type", content="content", ttl="ttl", comment="notes"),
    names=Names.RELATIVE,
    names_read=Names.ABSOLUTE,
    create=Call("POST", "/dns/create/{zone}", _body),
    update=Call("POST", "/dns/edit/{zone}/{id}", _body),
    delete=Call("POST", "/dns/delete/{zone}/{id}", lambda _draft: {}),
    fault=_fault,
    codes={
        "INVALID_API_KEYS": AuthenticationFailed,
        "NOT_OPTED_IN": PermissionDenied,
        "INVALID_DOMAIN": ZoneNotFound,
    },
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    key, secret_key = opening.secret("api_key"), opening.secret("secret_api_key")

    def authorise(request: HttpRequest, _now: float) -> HttpRequest:
        keys = {"X-API-Key": key.reveal(), "X-Secret-API-Key": secret_key.reveal()}
        return replace(request, headers={**request.headers, **keys})

    return open_service(opening, SERVICE, authorise)
