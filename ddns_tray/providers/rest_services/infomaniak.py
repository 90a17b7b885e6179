"""Infomaniak, its API version 2.

Source: "Zones" and "Records" at developer.infomaniak.com/docs/api (read on 2026-11-22). Zones are asked for one by one.
The apex is a dot. Success is told by the member `result`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.core.errors import AuthenticationFailed, PermissionDenied, RecordNotFound, ZoneNotFound
from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import RestRecords, http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, scalar
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, filled

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

_RECORDS = "/2/zones/{zone}/records"


def _fault(status: int, body: Json) -> Fault | None:
    if status < HTTPStatus.BAD_REQUEST and body["result"].string() == "success":
        return None
    code, told = maybe(body, "error.code"), maybe(body, "error.description")
    return Fault(scalar(code) if code is not None else "", told.string() if told is not None else "")


def _source(draft: Draft) -> str:
    return draft.name or "."


SERVICE = RestService(
    records=Listing(_RECORDS, items="data"),
    record=RecordShape(id="id", type="type", name="source", content="target", ttl="ttl"),
    names=Names.RELATIVE,
    create=Call(
        "POST",
        _RECORDS,
        lambda draft: {"type": draft.type, "source": _source(draft), "target": draft.address, "ttl": draft.ttl},
    ),
    update=Call("PUT", f"{_RECORDS}/{{id}}", lambda draft: {"target": draft.address, "ttl": draft.ttl}),
    delete=Call("DELETE", f"{_RECORDS}/{{id}}"),
    fault=_fault,
    codes={"not_authorized": AuthenticationFailed, "access_denied": PermissionDenied, "not_found": RecordNotFound},
)


class Infomaniak(RestRecords):
    """One token at Infomaniak."""

    async def _probe(self, candidate: str) -> None:
        answer = await self._service.get(filled("/2/zones/{zone}/exists", {"zone": candidate}), missing=ZoneNotFound)
        if not answer["data"].boolean():
            raise self._no_zone(candidate)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return Infomaniak(opening, http_service(opening, SERVICE, bearer(opening.secret("api_token"))), SERVICE)
