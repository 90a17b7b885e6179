"""IONOS, its DNS API version 1.

Source: "DNS" at developer.hosting.ionos.com/docs/dns (read on 2026-11-22). A key has two parts, joined by a dot. The
records of a zone come with the zone, here only those of one name. Records that are switched off are not served, so we
do not see them.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.providers.auth import header
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape

if TYPE_CHECKING:
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.shape import Json


def _fault(status: int, body: Json) -> Fault | None:
    """Read the first of a list of errors; some come alone."""
    if status < HTTPStatus.BAD_REQUEST:
        return None
    first = next(body.items(), None) if isinstance(body.value, list) else body
    message = maybe(first, "message") if first is not None else None
    return Fault("", message.string() if message is not None else "")


SERVICE = RestService(
    zones=Listing("/v1/zones"),
    zone=ZoneShape(name="name", id="id", skip=lambda item: item["type"].string() == "SLAVE"),
    records=Listing("/v1/zones/{zone}", items="records"),
    named=Listing("/v1/zones/{zone}", items="records", params=(("recordName", "{fqdn}"),)),
    record=RecordShape(
        id="id",
        type="type",
        name="name",
        content="content",
        ttl="ttl",
        keep=("prio", "disabled"),
        skip=lambda item: item.get("disabled") is not None and item["disabled"].boolean(),
    ),
    names=Names.ABSOLUTE,
    create=Call(
        "POST",
        "/v1/zones/{zone}/records",
        lambda draft: [{"name": draft.name, "type": draft.type, "content": draft.address, "ttl": draft.ttl}],
    ),
    update=Call(
        "PUT",
        "/v1/zones/{zone}/records/{id}",
        lambda draft: {**draft.kept, "content": draft.address, "ttl": draft.ttl},
    ),
    delete=Call("DELETE", "/v1/zones/{zone}/records/{id}"),
    fault=_fault,
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return open_service(opening, SERVICE, header("X-API-Key", opening.secret("api_key")))
