"""Vercel, its REST API.

Source: "Domains" and "DNS" at vercel.com/docs/rest-api (read on 2026-11-22). Domains of a team are seen only with the
team's id. Lists go back in time by a mark. PATCH changes only what it is given.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.errors import AuthenticationFailed, RateLimited
from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import cursor, maybe
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.shape import Json

_SIZE = ("limit", "100")
_PAGES = cursor("until", "pagination.next", _SIZE)


def _fault(status: int, body: Json) -> Fault | None:
    """Read the error; 403 stands for a wrong token too, which a member of its own tells."""
    found = fault_at(code="error.code", message="error.message")(status, body)
    invalid = maybe(body, "error.invalidToken") if found is not None else None
    if found is not None and invalid is not None and invalid.value is True:
        return Fault("invalid_token", found.message)
    return found


SERVICE = RestService(
    zones=Listing("/v5/domains", items="domains", pages=_PAGES),
    zone=ZoneShape(name="name", id="name"),
    records=Listing("/v4/domains/{zone}/records", items="records", pages=_PAGES),
    record=RecordShape(id="id", type="type", name="name", content="value", ttl="ttl", comment="comment"),
    names=Names.RELATIVE,
    create=Call(
        "POST",
        "/v2/domains/{zone}/records",
        lambda draft: {
            "name": draft.name,
            "type": draft.type,
            "value": draft.address,
            "ttl": draft.ttl,
            "comment": draft.comment,
        },
    ),
    update=Call(
        "PATCH",
        "/v1/domains/records/{id}",
        lambda draft: {"value": draft.address, "ttl": draft.ttl, "comment": draft.comment},
    ),
    delete=Call("DELETE", "/v2/domains/{zone}/records/{id}"),
    fault=_fault,
    codes={"invalid_token": AuthenticationFailed, "rate_limited": RateLimited},
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    token, team = bearer(opening.secret("api_token")), opening.option("team_id")

    def authorise(request: HttpRequest, now: float) -> HttpRequest:
        of_team = (("teamId", team),) if team else ()
        return token(replace(request, params=(*request.params, *of_team)), now)

    return open_service(opening, SERVICE, authorise)
