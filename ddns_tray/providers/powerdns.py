"""PowerDNS Authoritative Server, its HTTP API version 1.

Source: "HTTP API" and "Zones" at doc.powerdns.com/authoritative/http-api/ (read on 2026-11-22), tried on version 4.7.
A key may do everything on its server, so whatever is not asked for is sent back as it was: the other TTL, comments,
and records that somebody has switched off. Version 4.7 hides those when it is asked for one name alone, so the whole
zone is read before a write, and only then.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import canonical_address, canonical_set
from ddns_tray.core.errors import ProviderError, RecordConflict, RequestRejected, ZoneNotFound
from ddns_tray.core.model import ExistingRecord, ExistingSet, RecordKey, RecordType
from ddns_tray.core.text import text
from ddns_tray.providers.auth import header
from ddns_tray.providers.rest import Dialect, Fault, HttpService, path
from ddns_tray.providers.shape import Misfit
from ddns_tray.providers.zoned import ADDRESS_TYPES, RRsetProvider, Zone, changed_meanwhile, host_name, ttl_to_write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import Change
    from ddns_tray.core.ports import Provider
    from ddns_tray.core.text import Text
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.shape import Json

OUR_COMMENTS = "ddns-tray"
"""The `account` of comments that we wrote; those of others stay."""
COPIES = frozenset({"slave", "secondary", "consumer"})
"""Kinds of zones that another server owns. PowerDNS lets the API change them all the same."""
_DISABLED, _TTL, _COMMENTS = "disabled", "ttl", "comments"


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    key = opening.secret("api_key")
    service = HttpService(
        dialect=Dialect("PowerDNS", fault=_fault),
        base_url=opening.base_url("server") + path("api", "v1", "servers", opening.option("server_id")),
        auth=header("X-API-Key", key),
        secrets=(key.reveal(),),
        http=opening.http,
        clock=opening.clock,
        own_address=True,
    )
    return PowerDns(opening, service)


class PowerDns(RRsetProvider):
    """One PowerDNS server."""

    async def _fetch_zones(self) -> Sequence[Zone]:
        zones = await self._service.get("/zones", params=(("dnssec", "false"),), missing=ZoneNotFound)
        found = [Zone(host_name(zone["name"].string()), zone["id"].string()) for zone in zones.items()]
        return [zone for zone in found if zone.name]

    async def _rights(self, zone: str) -> Text:
        """The API knows one key, which may do everything."""
        del zone
        return text("The key may read and change every zone of this server.")

    async def _fetch(self, zone: Zone, key: RecordKey | None) -> Sequence[ExistingSet]:
        only = (("rrset_name", f"{key.name}."),) if key is not None else ()
        answer = await self._service.get(path("zones", zone.id), params=only, missing=ZoneNotFound)
        return self._sets(answer, zone, key)

    def _sets(self, answer: Json, zone: Zone, key: RecordKey | None) -> Sequence[ExistingSet]:
        sets = []
        for rrset in answer["rrsets"].items():
            name, type_name = host_name(rrset["name"].string()), rrset["type"].string()
            if key is not None and type_name == "CNAME" and name == key.name:
                raise self._conflict(key, type_name)
            if name and type_name in ADDRESS_TYPES:
                sets.append(_existing(RecordKey(name, RecordType(type_name)), zone, rrset))
        return sets

    async def _whole_set(self, zone: Zone, existing: ExistingSet) -> ExistingSet:
        """Read the set once more with all that is switched off, which a look at one name alone does not show."""
        try:
            answer = await self._service.get(path("zones", zone.id), missing=ZoneNotFound)
            kind = answer.get("kind")
            if kind is not None and kind.string().lower() in COPIES:
                raise self._copy(zone)
            sets = self._sets(answer, zone, existing.key)
        except Misfit as exc:
            raise self._service.misfit(exc) from exc
        whole = next((each for each in sets if each.key == existing.key), ExistingSet(existing.key, zone.name, ()))
        if canonical_set(whole.addresses) != canonical_set(existing.addresses):
            raise changed_meanwhile(existing.key.name)
        return whole

    def _copy(self, zone: Zone) -> RequestRejected:
        return RequestRejected(
            text(
                "The zone {zone} is only a copy on this server; the next transfer would undo any change.",
                zone=zone.name,
            ),
            text("Write the address of the zone's primary server into the account."),
        )

    async def _write(self, zone: Zone, existing: ExistingSet, change: Change) -> None:
        existing = await self._whole_set(zone, existing)
        disabled = [address for address in existing.extra.get(_DISABLED, "").split() if address not in change.after]
        rrset: dict[str, object] = {"name": f"{change.key.name}.", "type": str(change.key.type)}
        if change.after or disabled:
            ttl = ttl_to_write(change, existing)
            if change.ttl is None and not existing.records and _TTL in existing.extra:
                ttl = int(existing.extra[_TTL])
            rrset |= {
                "changetype": "REPLACE",
                "ttl": ttl,
                "records": [
                    *({"content": address, "disabled": False} for address in dict.fromkeys(change.after)),
                    *({"content": address, "disabled": True} for address in disabled),
                ],
            }
            if change.comment is not None:
                rrset["comments"] = _comments(existing, change.comment)
        else:
            rrset["changetype"] = "DELETE"
        try:
            await self._service.call("PATCH", path("zones", zone.id), body={"rrsets": [rrset]}, missing=ZoneNotFound)
        except ProviderError as exc:
            if "pre-existing RRset" in str(exc):
                raise self._service.refuse(RecordConflict) from exc
            raise


def _fault(_status: int, body: Json) -> Fault | None:
    if not isinstance(body.value, dict) or not isinstance(body.value.get("error"), str):
        return None
    return Fault("", body.value["error"])


def _existing(key: RecordKey, zone: Zone, rrset: Json) -> ExistingSet:
    """Read one RRset. What is switched off is not served, so it counts as not there, but it is remembered."""
    ttl = rrset["ttl"].integer()
    comments = rrset.get("comments")
    all_comments = [comment.value for comment in comments.items()] if comments is not None else []
    ours = [comment["content"] for comment in all_comments if comment.get("account") == OUR_COMMENTS]
    records, disabled = [], []
    for record in rrset["records"].items():
        address = record["content"].string()
        switched_off = record.get("disabled")
        if switched_off is not None and switched_off.boolean():
            disabled.append(canonical_address(address))
        else:
            records.append(ExistingRecord(address, ttl=ttl, comment=str(ours[0]) if ours else ""))
    extra = {_TTL: str(ttl)}
    if disabled:
        extra[_DISABLED] = " ".join(disabled)
    if all_comments:
        extra[_COMMENTS] = json.dumps(all_comments)
    return ExistingSet(key, zone.name, tuple(records), MappingProxyType(extra))


def _comments(existing: ExistingSet, comment: str) -> list[object]:
    others = [
        other for other in json.loads(existing.extra.get(_COMMENTS, "[]")) if other.get("account") != OUR_COMMENTS
    ]
    return [*others, {"content": comment, "account": OUR_COMMENTS}] if comment else others
