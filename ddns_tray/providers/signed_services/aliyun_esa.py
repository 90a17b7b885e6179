"""Alibaba Cloud ESA (edge security acceleration), its API of 2024-09-10.

Sources: "ListSites", "ListRecords", "CreateRecord", "UpdateRecord" (dated 2026-06-24) and "DeleteRecord" at
alibabacloud.com/help/en/edge-security-acceleration/esa (read on 2026-11-22). Addresses of both families have the type
"A/AAAA"; one record may hold several, with commas between them. Such a record is a person's work of art, and is left
alone. A TTL of 1 means automatic.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.errors import RecordConflict
from ddns_tray.core.text import text
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, numbered, until_seen
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, kept_members
from ddns_tray.providers.shape import Json, Misfit
from ddns_tray.providers.signed_services.actions import (
    Account,
    ActionRecords,
    Manner,
    action_service,
    elements,
    in_query,
    new_nonce,
)
from ddns_tray.providers.signed_services.aliyun import CODES, fault
from ddns_tray.providers.signing.aliyun import acs3

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ddns_tray.core.model import ExistingRecord, ExistingSet, RecordKey
    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.signed_services.actions import Asked
    from ddns_tray.providers.zoned import Zone

VERSION = "2024-09-10"
BOTH = "A/AAAA"
SEVERAL = "several"
"""Our type for records with several addresses; they stand in the way like an alias does."""
USUAL_BUSINESS = "web"
_PAGES = numbered(500, until_seen("TotalCount"), page="PageNumber", per_page="PageSize")


def _records(answer: Json) -> Iterator[Json]:
    """The records, with a type and a content of our kind."""
    for item in elements("Records")(answer):
        if not isinstance(item.value, dict):
            raise Misfit(item.place)
        kind, value = item["RecordType"].string(), maybe(item, "Data.Value")
        content = value.string() if value is not None else ""
        if kind == BOTH:
            kind = SEVERAL if "," in content else "AAAA" if ":" in content else "A"
        yield Json({**item.value, "kind": kind, "content": content}, item.place)


def _members(draft: Draft) -> dict[str, object]:
    """Everything but the name, which never changes; a record that goes through the edge needs a kind of business."""
    wish = draft.change.proxied if draft.change is not None else None
    proxied = bool(draft.kept.get("Proxied")) if wish is None else wish
    members: dict[str, object] = {
        "Type": BOTH,
        "Data": json.dumps({"Value": draft.address}),
        "Ttl": draft.ttl,
        "Proxied": "true" if proxied else "false",
        "Comment": draft.comment,
    }
    return {**members, "BizName": draft.kept.get("BizName") or USUAL_BUSINESS} if proxied else members


SERVICE = RestService(
    zones=Listing("/ListSites", items=elements("Sites"), pages=_PAGES),
    zone=ZoneShape(name="SiteName", id="SiteId", skip=lambda item: item["AccessType"].string() != "NS"),
    records=Listing("/ListRecords", items=_records, params=(("SiteId", "{zone}"),), pages=_PAGES),
    named=Listing(
        "/ListRecords",
        items=_records,
        params=(("SiteId", "{zone}"), ("RecordName", "{fqdn}"), ("RecordMatchType", "exact")),
        pages=_PAGES,
    ),
    record=RecordShape(
        id="RecordId",
        name="RecordName",
        type="kind",
        content="content",
        ttl="Ttl",
        comment="Comment",
        keep=("Proxied", "BizName"),
    ),
    names=Names.ABSOLUTE,
    create=Call(
        "POST",
        "/CreateRecord",
        lambda draft: {"SiteId": draft.zone.id, "RecordName": draft.name, **_members(draft)},
    ),
    update=Call("POST", "/UpdateRecord", lambda draft: {"RecordId": draft.words()["id"], **_members(draft)}),
    delete=Call("POST", "/DeleteRecord", lambda draft: {"RecordId": draft.words()["id"]}),
    fault=fault,
    codes=CODES,
)


class AliyunEsa(ActionRecords):
    """One pair of keys."""

    async def _fetch(self, zone: Zone, key: RecordKey | None) -> Sequence[ExistingSet]:
        found = await super()._fetch(zone, key)
        return [replace(each, records=tuple(map(_with_edge, each.records))) for each in found]

    def _name_and_type(self, item: Json, zone: Zone) -> tuple[str, str]:
        name, kind = super()._name_and_type(item, zone)
        return name, ("CNAME" if kind == SEVERAL else kind)

    def _conflict(self, key: RecordKey, other: str) -> RecordConflict:
        del other
        return RecordConflict(
            text(
                "At {service} {name} is an alias, or has several addresses in one record.",
                service=self._service.name,
                name=key.name,
            ),
            text("Make a record of each address there."),
        )


def _with_edge(record: ExistingRecord) -> ExistingRecord:
    return replace(record, proxied=bool(kept_members(record).get("Proxied")))


def _build(asked: Asked) -> HttpRequest:
    headers = {"x-acs-action": asked.action, "x-acs-version": VERSION}
    return in_query(asked.members, asked.base_url, headers, method=asked.method)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    auth = acs3(opening.option("access_key_id"), opening.secret("access_key_secret"), nonce=new_nonce)
    service = action_service(opening, SERVICE, Account(Manner(_build), auth))
    return AliyunEsa(opening, service, SERVICE)
