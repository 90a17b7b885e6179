"""Hetzner DNS in the Hetzner Cloud API, version 1.

Source: "DNS" (Zones, Zone RRSets, their Actions) at docs.hetzner.cloud/reference/cloud (read on 2026-11-22). It took
over from the DNS Console (dns.hetzner.com), which ended in May 2026. Values and TTL of an RRset are set by two calls;
comments belong to values. A TTL of null is the default of the zone. A change becomes an action that goes on for some
seconds after the answer; one that has failed by then is told in it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.core.errors import (
    PermissionDenied,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    RecordConflict,
    RequestRejected,
    TransportError,
)
from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest_family import RestRRsets, http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import at, maybe, numbered, while_given
from ddns_tray.providers.rest_family_service import (
    Call,
    Listing,
    RecordShape,
    RestService,
    ZoneShape,
    fault_at,
    filled,
)
from ddns_tray.providers.zoned import half_done

if TYPE_CHECKING:
    from ddns_tray.core.model import Change, ExistingSet
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest import Fault
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.zoned import Zone

_PAGES = numbered(50, while_given("meta.pagination.next_page"))
_RRSETS = "/zones/{zone}/rrsets"
_RRSET = "/zones/{zone}/rrsets/{name}/{type}"


def _fault(status: int, body: Json) -> Fault | None:
    """Read `error`, or that of an action that has failed already."""
    told = "action.error" if maybe(body, "action.status") is not None else "error"
    if status < HTTPStatus.BAD_REQUEST and (told == "error" or at(body, "action.status").value != "error"):
        return None
    return fault_at(code=f"{told}.code", message=f"{told}.message")(max(status, HTTPStatus.BAD_REQUEST), body)


def _records(draft: Draft) -> list[object]:
    return [{"comment": "", **draft.kept_of(address), "value": address} for address in draft.addresses]


SERVICE = RestService(
    zones=Listing("/zones", items="zones", pages=_PAGES),
    zone=ZoneShape(name="name", id="id", skip=lambda item: item["mode"].string() != "primary"),
    records=Listing(_RRSETS, items="rrsets", pages=_PAGES),
    named=Listing(_RRSETS, items="rrsets", params=(("name", "{name}"),), pages=_PAGES),
    record=RecordShape(name="name", type="type", ttl="ttl", values="records", content="value", keep=("comment",)),
    names=Names.RELATIVE_AT,
    create=Call(
        "POST",
        _RRSETS,
        lambda draft: {"name": draft.name, "type": draft.type, "ttl": draft.ttl, "records": _records(draft)},
    ),
    put=Call("POST", f"{_RRSET}/actions/set_records", lambda draft: {"records": _records(draft)}),
    delete=Call("DELETE", _RRSET),
    fault=_fault,
    codes={
        "forbidden": PermissionDenied,
        "token_readonly": PermissionDenied,
        "protected": RecordConflict,
        "rate_limit_exceeded": RateLimited,
        "conflict": ProviderUnavailable,
        "locked": ProviderUnavailable,
        "maintenance": ProviderUnavailable,
        "incorrect_zone_mode": RequestRejected,
    },
)


class Hetzner(RestRRsets):
    """One project in the Hetzner Cloud."""

    async def _write(self, zone: Zone, existing: ExistingSet, change: Change) -> None:
        """Set the values, where they differ, and then the TTL, where another one is asked for."""
        standing = existing.records[0].ttl if existing.records else None
        new_ttl = change.ttl if existing.records and change.after and change.ttl != standing else None
        same = existing.records and list(change.after) == list(existing.addresses)
        if not same or new_ttl is None:
            await super()._write(zone, existing, change)
        if new_ttl is None:
            return
        words = {"zone": zone.id, "name": self._written(change.key.name, zone), "type": str(change.key.type)}
        try:
            await self._service.call("POST", filled(f"{_RRSET}/actions/change_ttl", words), body={"ttl": new_ttl})
        except (ProviderError, TransportError) as exc:
            if same:
                raise
            raise half_done(change.key.name, exc) from exc


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return Hetzner(opening, http_service(opening, SERVICE, bearer(opening.secret("api_token"))), SERVICE)
