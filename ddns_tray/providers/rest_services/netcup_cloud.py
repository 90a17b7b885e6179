"""netcup, its REST API version 1, for domains in CloudDNS; all others are served by the older interface (`netcup`).

Sources: the clients of netcup-dns-api (pkg/rest/v1) and of caddy-dns for netcup, both written from the specification at
api.netcup.com/v1/openapi.json, and acme.sh, dns_netcup.sh of 2026-08-30 (read on 2026-11-23). Domains are asked for by
name. There is no list of what stands: a zone has revisions, of which the newest with a serial number is taken for the
one that is served. A set of changes is carried out as a whole, and `strict` refuses it where a record to be deleted is
not there any more. A wrong key is answered with 400.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import canonical_address
from ddns_tray.core.errors import AuthenticationFailed, PermissionDenied, RequestRejected, ZoneNotFound
from ddns_tray.core.text import text
from ddns_tray.providers.auth import bearer
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import RestRRsets, http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, number, numbered, scalar, until_page
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService
from ddns_tray.providers.zoned import Zone, host_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest import HttpService
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

_PAGES = numbered(100, until_page("meta.pagination.lastPage"), per_page="perPage")
_DOMAINS = Listing("/domain", items="result", params=(("fqdn", "{zone}"),))
_REVISIONS = Listing("/domain/{zone}/dns/revision", items="result", pages=_PAGES)
_RECORDS = Listing("/domain/{zone}/dns/revision/{revision}/record", items="result", pages=_PAGES)


def _fault(status: int, body: Json) -> Fault | None:
    """Read `success` and the first of `errors`; an answer without a body is fine where its status is."""
    if status < HTTPStatus.BAD_REQUEST and (body.value is None or body["success"].boolean()):
        return None
    code, told = maybe(body, "errors.0.code"), maybe(body, "errors.0.message")
    return Fault(scalar(code) if code is not None else "", told.string() if told is not None else "")


def _changes(draft: Draft) -> dict[str, object]:
    """What stands and shall not, is deleted as it stands; what shall stand and does not, is created."""
    records = draft.existing.records if draft.existing is not None else ()
    standing = {(canonical_address(each.address), each.ttl) for each in records}
    wanted = {(address, draft.ttl) for address in draft.addresses}

    def entry(address: str, ttl: int | None) -> dict[str, object]:
        return {"name": draft.name, "type": draft.type, "rdata": address, "ttl": ttl}

    return {
        "autoCommit": True,
        "strict": True,
        "create": [entry(*each) for each in sorted(wanted - standing, key=str)],
        "delete": [
            entry(each.address, each.ttl)
            for each in records
            if (canonical_address(each.address), each.ttl) not in wanted
        ],
    }


SERVICE = RestService(
    records=_RECORDS,
    record=RecordShape(id="identifier", type="type", name="name", content="rdata", ttl="ttl"),
    names=Names.RELATIVE_AT,
    put=Call("POST", "/domain/{zone}/changeset", _changes),
    new_ttl=300,
    fault=_fault,
    codes={
        "authenticationError": AuthenticationFailed,
        "authorizationError": PermissionDenied,
        "resourceDoesNotExist": ZoneNotFound,
    },
)


class NetcupCloud(RestRRsets):
    """One key at netcup."""

    def __init__(self, opening: Opening, service: HttpService) -> None:
        super().__init__(opening, service, SERVICE)
        self._numbers: dict[str, str] = {}

    async def _look_up_zone(self, name: str) -> Zone | None:
        zone = await super()._look_up_zone(name)
        return None if zone is None else Zone(zone.name, self._numbers[zone.name])

    async def _probe(self, candidate: str) -> None:
        async for item in super()._all(_DOMAINS, {"zone": candidate}):
            if host_name(item["fqdn"].string()) != candidate:
                continue
            if not item["isDnsManaged"].boolean():
                raise RequestRejected(
                    text("{zone} is not in CloudDNS, which this interface is for.", zone=candidate),
                    text("Choose the service netcup for this account, with the older keys that belong to it."),
                )
            self._numbers[candidate] = scalar(item["id"])
            return
        raise self._no_zone(candidate)

    async def _all(self, listing: Listing, words: Mapping[str, str]) -> AsyncIterator[Json]:
        if listing is not _RECORDS:
            async for item in super()._all(listing, words):
                yield item
            return
        newest = ""
        order = (-1, "")
        async for revision in super()._all(_REVISIONS, words):
            serial = revision.get("serial")
            rank = (number(serial) if serial is not None else -1, revision["createdAt"].string())
            if rank >= order:
                newest, order = revision["identifier"].string(), rank
        if newest:
            async for item in super()._all(_RECORDS, {**words, "revision": newest}):
                yield item


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return NetcupCloud(opening, http_service(opening, SERVICE, bearer(opening.secret("api_key"))))
