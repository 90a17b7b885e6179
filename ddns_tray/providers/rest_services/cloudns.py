"""ClouDNS, its HTTP API.

Source: "HTTP API: DNS" and "available TTL values" at cloudns.net/wiki (read on 2026-11-22). Everything goes by POST
with a form, so that the password stands in no address. Refusals come with status 200. A list of records is an object
by id, and an empty array if there are none. Records that are switched off are not served, so we do not see them. The
TTL is one of a short list. The interface belongs to paid plans.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.core.errors import AuthenticationFailed, ZoneNotFound
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_form import as_form
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import numbered, scalar, while_full
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape
from ddns_tray.providers.shape import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_pages import Params
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

_DOMAIN = (("domain-name", "{zone}"),)


def _records(answer: Json) -> Iterator[Json]:
    if isinstance(answer.value, list):
        yield from answer.items()
        return
    if not isinstance(answer.value, dict):
        raise Misfit(answer.place or "top")
    for record_id in answer.value:
        yield answer[record_id]


def _fault(status: int, body: Json) -> Fault | None:
    said = body.value.get("status") if isinstance(body.value, dict) else None
    if said != "Failed":
        return Fault("", "") if status >= HTTPStatus.BAD_REQUEST else None
    message = body["statusDescription"].string()
    told = message.lower()
    if "auth" in told:
        return Fault("authentication", message)
    if "missing domain-name" in told or "domain" in told:
        return Fault("domain", message)
    return Fault("", message)


def _params(draft: Draft) -> Params:
    return (
        ("domain-name", draft.zone.name),
        ("host", draft.name),
        ("record", draft.address),
        ("ttl", str(draft.ttl)),
    )


def _id(draft: Draft) -> Params:
    return (("record-id", draft.words()["id"]),)


SERVICE = RestService(
    zones=Listing(
        "/dns/list-zones.json",
        method="POST",
        pages=numbered(100, while_full(100), per_page="rows-per-page"),
    ),
    zone=ZoneShape(name="name", id="name"),
    records=Listing("/dns/records.json", items=_records, params=_DOMAIN, method="POST"),
    named=Listing("/dns/records.json", items=_records, params=(*_DOMAIN, ("host", "{name}")), method="POST"),
    record=RecordShape(
        id="id",
        type="type",
        name="host",
        content="record",
        ttl="ttl",
        skip=lambda item: item.get("status") is not None and scalar(item["status"]) == "0",
    ),
    names=Names.RELATIVE,
    create=Call("POST", "/dns/add-record.json", params=lambda draft: (*_params(draft), ("record-type", draft.type))),
    update=Call("POST", "/dns/mod-record.json", params=lambda draft: (*_params(draft), *_id(draft))),
    delete=Call(
        "POST",
        "/dns/delete-record.json",
        params=lambda draft: (("domain-name", draft.zone.name), *_id(draft)),
    ),
    fault=_fault,
    codes={"authentication": AuthenticationFailed, "domain": ZoneNotFound},
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    kind, user, password = opening.option("id_kind"), opening.option("auth_id"), opening.secret("auth_password")

    def authorise(request: HttpRequest, _now: float) -> HttpRequest:
        return as_form(request, (kind, user), ("auth-password", password.reveal()))

    return open_service(opening, SERVICE, authorise)
