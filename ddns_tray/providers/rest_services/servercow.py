"""Servercow, its DNS API version 1.

Source: "DNS API v1" at cp.servercow.de/client/plugin/support_manager/knowledgebase/view/34 (read on 2026-11-22). Zones
are asked for one by one. Refusals come with status 200 and the member `error`. One value may stand without its list.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.core.errors import AuthenticationFailed, ZoneNotFound
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService
from ddns_tray.providers.shape import Json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft

_ZONE = "/domains/{zone}"


def _records(answer: Json) -> Iterator[Json]:
    """Read the RRsets, of which one value alone may stand without its list."""
    for item in answer.items():
        content = item["content"].value
        yield Json({**item.value, "content": content if isinstance(content, list) else [content]}, item.place)


def _fault(status: int, body: Json) -> Fault | None:
    error = body.value.get("error") if isinstance(body.value, dict) else None
    if not isinstance(error, str):
        return Fault("", "") if status >= HTTPStatus.BAD_REQUEST else None
    told = error.lower()
    if any(word in told for word in ("unauthor", "authentic", "login", "credential", "password")):
        return Fault("authentication", error)
    return Fault("no domain" if "domain" in told else "", error)


def _named(draft: Draft) -> dict[str, object]:
    return {"type": draft.type, "name": draft.name}


SERVICE = RestService(
    records=Listing(_ZONE, items=_records),
    record=RecordShape(name="name", type="type", ttl="ttl", values="content", content="", id=""),
    names=Names.RELATIVE,
    put=Call(
        "POST",
        _ZONE,
        lambda draft: {**_named(draft), "content": list(draft.addresses), "ttl": draft.ttl},
    ),
    delete=Call("DELETE", _ZONE, _named),
    fault=_fault,
    codes={"authentication": AuthenticationFailed, "no domain": ZoneNotFound},
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    user, password = opening.option("username"), opening.secret("password")

    def authorise(request: HttpRequest, _now: float) -> HttpRequest:
        shown = {"X-Auth-Username": user, "X-Auth-Password": password.reveal()}
        return replace(request, headers={**request.headers, **shown})

    return open_service(opening, SERVICE, authorise)
