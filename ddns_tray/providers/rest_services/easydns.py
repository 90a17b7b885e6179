"""easyDNS, its REST API.

Source: "easyDNS REST API" at docs.sandbox.rest.easydns.net (read on 2026-11-22). Token and key go by HTTP Basic. Zones
are asked for one by one. Numbers may stand in quotation marks, and refusals come in a member `error`, also with
status 200.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.core.errors import AuthenticationFailed, PermissionDenied, RateLimited, RecordNotFound, ZoneNotFound
from ddns_tray.providers.auth import basic, basic_word
from ddns_tray.providers.rest_family import RestRecords, http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import at
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, fault_at, filled

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest import Fault
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json


def _fault(status: int, body: Json) -> Fault | None:
    found = fault_at(code="error.code", message="error.message")(max(status, HTTPStatus.BAD_REQUEST), body)
    if status < HTTPStatus.BAD_REQUEST and body.get("error") is None:
        return None
    return found


def _record(draft: Draft) -> dict[str, object]:
    return {
        "domain": draft.zone.name,
        "host": draft.name,
        "ttl": draft.ttl,
        "prio": draft.kept.get("prio", 0),
        "type": draft.type,
        "rdata": draft.address,
    }


SERVICE = RestService(
    records=Listing("/zones/records/all/{zone}", items="data"),
    record=RecordShape(id="id", type="type", name="host", content="rdata", ttl="ttl", keep=("prio",)),
    names=Names.RELATIVE_AT,
    create=Call("PUT", "/zones/records/add/{zone}/{type}", _record),
    update=Call("POST", "/zones/records/{id}", _record),
    delete=Call("DELETE", "/zones/records/{zone}/{id}"),
    fault=_fault,
    codes={"401": AuthenticationFailed, "403": PermissionDenied, "404": RecordNotFound, "420": RateLimited},
)


class EasyDns(RestRecords):
    """One token at easyDNS."""

    async def _probe(self, candidate: str) -> None:
        answer = await self._service.get(filled("/domain/{zone}", {"zone": candidate}), missing=ZoneNotFound)
        if at(answer, "data.exists").string() != "Y":
            raise self._no_zone(candidate)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    token, key = opening.option("token"), opening.secret("api_key")
    sign = basic(token, key)

    def authorise(request: HttpRequest, now: float) -> HttpRequest:
        return sign(replace(request, params=(*request.params, ("format", "json"))), now)

    service = http_service(opening, SERVICE, authorise, also_secret=(basic_word(token, key),))
    return EasyDns(opening, service, SERVICE)
