"""Cloudflare, its API version 4, with API tokens.

Sources, read on 2026-11-22: "List Zones", "List / Create / Update DNS Records" and "Verify Token" at
developers.cloudflare.com/api, "Rate limits" at developers.cloudflare.com/fundamentals/api/reference/limits (dated
2026-04-20), "Troubleshooting API tokens". PATCH changes only the members that it is given, so that the proxied flag,
the comment, the tags and the settings of a record survive. TTL 1 means automatic.
"""

from __future__ import annotations

from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

from ddns_tray.core.errors import (
    AuthenticationFailed,
    PermissionDenied,
    RateLimited,
    RecordConflict,
    RecordNotFound,
    RequestRejected,
    ZoneNotFound,
)
from ddns_tray.core.model import ExistingRecord, ExistingSet, RecordKey, RecordType
from ddns_tray.core.names import longest_zone, parents
from ddns_tray.core.text import text
from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest import Dialect, Fault, HttpService, path
from ddns_tray.providers.zoned import ADDRESS_TYPES, RecordProvider, Zone, host_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ddns_tray.core.model import Change
    from ddns_tray.core.ports import Provider
    from ddns_tray.core.text import Text
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.shape import Json

AUTHENTICATION_ERROR = "10000"
TTL_AUTOMATIC = 1
EDIT, READ = "#dns_records:edit", "#dns_records:read"
"""What a zone says of the rights to its records, where it says anything."""
ZONES_PER_PAGE = 50
RECORDS_PER_PAGE = 1000
MAX_PAGES = 1000


class _IdenticalRecord(RequestRejected):
    """What we wanted to create is there already."""


CODES: MappingProxyType[str, Refusal] = MappingProxyType(
    {
        "1000": AuthenticationFailed,  # invalid API token
        "6003": AuthenticationFailed,  # invalid request headers, which means a token of a wrong form
        "6111": AuthenticationFailed,  # invalid format for the Authorization header
        "9103": AuthenticationFailed,  # unknown key or e-mail address
        "9106": AuthenticationFailed,  # missing authentication headers
        "9109": AuthenticationFailed,  # invalid access token, or one not valid from this address
        AUTHENTICATION_ERROR: AuthenticationFailed,
        "10001": AuthenticationFailed,  # no authentication
        "10013": RateLimited,
        "10429": RateLimited,
        "971": RateLimited,  # "please wait and consider throttling your request speed"
        "7003": ZoneNotFound,  # no route for this path: the zone does not exist
        "81057": _IdenticalRecord,
        "81058": _IdenticalRecord,
        "81044": RecordNotFound,
        "81053": RecordConflict,  # an A, AAAA or CNAME record with that host already exists
        "81054": RecordConflict,  # a CNAME record with that host already exists
        "81055": RecordConflict,
        "81056": RecordConflict,  # NS records with that host already exist
        "1043": PermissionDenied,  # the record is managed by another product
    }
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    token = opening.secret("api_token")
    service = HttpService(
        dialect=Dialect("Cloudflare", fault=_fault, codes=CODES),
        base_url=opening.base_url(),
        auth=bearer(token),
        secrets=(token.reveal(),),
        http=opening.http,
        clock=opening.clock,
        own_address=opening.own_address(),
    )
    return Cloudflare(opening, service)


class Cloudflare(RecordProvider):
    """One API token."""

    _permissions: Mapping[str, frozenset[str]] = MappingProxyType({})

    async def _fetch_zones(self) -> Sequence[Zone]:
        items = await self._pages("/zones", per_page=ZONES_PER_PAGE)
        self._permissions = {_zone(item).name: _permissions(item) for item in items}
        return [zone for zone in map(_zone, items) if zone.name]

    async def _look_up_zone(self, name: str) -> Zone | None:
        """One page holds all zones of most accounts; only where it does not, ask for the name and all above it."""
        params = (("page", "1"), ("per_page", str(ZONES_PER_PAGE)))
        answer = await self._service.get("/zones", params=params, missing=ZoneNotFound)
        zones = {zone.name: zone for zone in map(_zone, answer["result"].items()) if zone.name}
        if _page_count(answer) <= 1:
            self._know_all_zones(tuple(zones.values()))
        else:
            zones = {}
            for candidate in parents(name.removeprefix("*.")):
                answer = await self._service.get("/zones", params=(("name", candidate),), missing=ZoneNotFound)
                zones = {zone.name: zone for zone in map(_zone, answer["result"].items()) if zone.name}
                if candidate in zones:
                    break
        found = longest_zone(name, tuple(zones))
        return zones[found] if found is not None else None

    async def _fetch(self, zone: Zone, key: RecordKey | None) -> Sequence[ExistingSet]:
        where = path("zones", zone.id, "dns_records")
        only = (("name", key.name),) if key is not None else ()
        found: dict[RecordKey, list[ExistingRecord]] = {}
        for item in await self._pages(where, *only, per_page=RECORDS_PER_PAGE, missing=ZoneNotFound):
            name, type_name = host_name(item["name"].string()), item["type"].string()
            if key is not None and type_name == "CNAME" and name == key.name:
                raise self._conflict(key, type_name)
            if name and type_name in ADDRESS_TYPES:
                found.setdefault(RecordKey(name, RecordType(type_name)), []).append(_record(item))
        return [ExistingSet(each, zone.name, tuple(records)) for each, records in found.items()]

    async def _create(self, zone: Zone, key: RecordKey, address: str, existing: ExistingSet, change: Change) -> None:
        """Create a record like its siblings, if it has any: Cloudflare wants equal flags and TTL within an RRset."""
        sibling = existing.records[0] if existing.records else None
        ttl = change.ttl if change.ttl is not None else (sibling.ttl if sibling else None)
        proxied = change.proxied if change.proxied is not None else (sibling.proxied if sibling else None)
        body: dict[str, object] = {
            "type": str(key.type),
            "name": key.name,
            "content": address,
            "ttl": TTL_AUTOMATIC if ttl is None or proxied else ttl,
            "proxied": bool(proxied),
        }
        comment = change.comment if change.comment is not None else (sibling.comment if sibling else None)
        if comment:
            body["comment"] = comment
        try:
            await self._service.call("POST", path("zones", zone.id, "dns_records"), body=body, missing=ZoneNotFound)
        except _IdenticalRecord:
            return

    async def _update(self, zone: Zone, key: RecordKey, record: ExistingRecord, address: str, change: Change) -> None:
        body: dict[str, object] = {"type": str(key.type), "name": key.name, "content": address}
        proxied = change.proxied if change.proxied is not None else record.proxied
        if change.ttl is not None and not proxied:
            body["ttl"] = change.ttl
        if change.proxied is not None:
            body["proxied"] = change.proxied
        if change.comment is not None:
            body["comment"] = change.comment
        await self._service.call("PATCH", self._at(zone, record), body=body)

    async def _delete(self, zone: Zone, key: RecordKey, record: ExistingRecord) -> None:
        del key
        await self._service.call("DELETE", self._at(zone, record))

    async def _rights(self, zone: str) -> Text:
        """Zones say what one may do with them."""
        permissions = self._permissions.get(zone, frozenset())
        if EDIT in permissions:
            return text("The token may edit the records of {zone}.", zone=zone)
        if READ in permissions:
            return text(
                "The token may not edit the records of {zone}. It needs the permission Zone / DNS / Edit.", zone=zone
            )
        return await super()._rights(zone)

    async def _remarks(self) -> tuple[Text, ...]:
        """Ask what the token itself is. Tokens of an organisation cannot be asked this way, which says nothing bad."""
        try:
            answer = (await self._service.get("/user/tokens/verify"))["result"]
        except (AuthenticationFailed, PermissionDenied, RecordNotFound):
            return ()
        expires = answer.get("expires_on")
        if expires is not None:
            return (text("The token ends on {date}.", date=expires.string()[:10]),)
        return ()

    def _at(self, zone: Zone, record: ExistingRecord) -> str:
        return path("zones", zone.id, "dns_records", record.id or "")

    async def _pages(
        self, where: str, *only: tuple[str, str], per_page: int, missing: Refusal = RecordNotFound
    ) -> list[Json]:
        """Read all pages. An element that moves from page to page while we read counts once."""
        found: dict[str, Json] = {}
        for page in range(1, MAX_PAGES + 1):
            params = (*only, ("page", str(page)), ("per_page", str(per_page)))
            answer = await self._service.get(where, params=params, missing=missing)
            found |= {item["id"].string(): item for item in answer["result"].items()}
            if page >= _page_count(answer):
                break
        return list(found.values())


def _page_count(answer: Json) -> int:
    info = answer.get("result_info")
    pages = info.get("total_pages") if info is not None else None
    return pages.integer() if pages is not None else 1


def _permissions(item: Json) -> frozenset[str]:
    told = item.get("permissions")
    return frozenset(each.string() for each in told.items()) if told is not None else frozenset()


def _zone(item: Json) -> Zone:
    return Zone(host_name(item["name"].string()), item["id"].string())


def _record(item: Json) -> ExistingRecord:
    proxied, comment = item.get("proxied"), item.get("comment")
    return ExistingRecord(
        item["content"].string(),
        ttl=item["ttl"].integer(),
        id=item["id"].string(),
        proxied=proxied.boolean() if proxied is not None else False,
        comment=comment.string() if comment is not None else "",
    )


def _fault(status: int, body: Json) -> Fault | None:
    """Read `success` and `errors`. Code 10000 with 403 means a good token without the right to this zone."""
    if body["success"].boolean():
        return None
    first = next(body["errors"].items(), None)
    if first is None:
        return Fault("", "")
    code = str(first["code"].integer())
    if code == AUTHENTICATION_ERROR and status == HTTPStatus.FORBIDDEN:
        code = ""
    message = first.get("message")
    return Fault(code, message.string() if message is not None else "")
