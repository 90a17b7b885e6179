"""NS1 Connect (IBM), its API version 1.

Source: "Zones" and "Records" at developer.ibm.com/apis/catalog/ns1--ibm-ns1-connect-api (read on 2026-11-22). One call
shows a zone with all its records, but answers without their metadata and filters; so a record is read once more before
it is changed, and its answers go back as they were. POST changes only the members that it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.addresses import canonical_address
from ddns_tray.providers.auth import header
from ddns_tray.providers.rest_family import RestRRsets, http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import at, maybe
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at, filled
from ddns_tray.providers.shape import Misfit

if TYPE_CHECKING:
    from ddns_tray.core.model import Change, ExistingSet
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.zoned import Zone

_RECORD = "/zones/{zone}/{fqdn}/{type}"


def _new(draft: Draft) -> object:
    answers = [{"answer": [address]} for address in draft.addresses]
    return {"zone": draft.zone.name, "domain": draft.key.name, "type": draft.type, "ttl": draft.ttl, "answers": answers}


def _is_copy(item: Json) -> bool:
    enabled = maybe(item, "secondary.enabled")
    return enabled is not None and enabled.value is True


SERVICE = RestService(
    zones=Listing("/zones"),
    zone=ZoneShape(name="zone", id="zone", skip=_is_copy),
    records=Listing("/zones/{zone}", items="records"),
    record=RecordShape(
        name="domain",
        type="type",
        ttl="ttl",
        values="short_answers",
        content="",
        id="",
        skip=lambda item: bool(item.get("link")),
    ),
    names=Names.ABSOLUTE,
    create=Call("PUT", _RECORD, _new),
    put=Call("POST", _RECORD, _new),
    delete=Call("DELETE", _RECORD),
    fault=fault_at(message="message"),
)


class Ns1(RestRRsets):
    """One key at NS1."""

    async def _write(self, zone: Zone, existing: ExistingSet, change: Change) -> None:
        if not existing.records or not change.after:
            await super()._write(zone, existing, change)
            return
        words = {"zone": zone.id, "fqdn": change.key.name, "type": str(change.key.type)}
        try:
            standing = {
                canonical_address(_address(item)): item.value
                for item in (await self._service.get(filled(_RECORD, words)))["answers"].items()
            }
        except Misfit as exc:
            raise self._service.misfit(exc) from exc
        turned = {new: canonical_address(record.address) for record, new in change.replace}
        answers = [{**standing.get(turned.get(address, address), {}), "answer": [address]} for address in change.after]
        body: dict[str, object] = {"answers": answers}
        if change.ttl is not None:
            body["ttl"] = change.ttl
        await self._service.call("POST", filled(_RECORD, words), body=body)


def _address(item: Json) -> str:
    """The address of an answer."""
    return at(item, "answer.0").string()


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return Ns1(opening, http_service(opening, SERVICE, header("X-NSONE-Key", opening.secret("api_key"))), SERVICE)
