"""Azure DNS, the API of Azure Resource Manager in its version 2018-05-01.

Sources: "Record Sets" and "Zones" at learn.microsoft.com/rest/api/dns, "OAuth 2.0 client credentials flow" at
learn.microsoft.com/entra/identity-platform (read on 2026-11-22). A record set carries a mark of its state (etag), by
which a change of somebody else at the same moment is refused; metadata go back. A set that points to another resource
of Azure has no addresses of its own and is left alone. A conflict (409) is an operation that is not over yet, and is
told without the member "error" around it: DNSControl, issue 4363 (read on 2026-11-23).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from ddns_tray.core.errors import (
    AuthenticationFailed,
    PermissionDenied,
    ProviderUnavailable,
    RequestRejected,
    ZoneNotFound,
)
from ddns_tray.providers.entry import checked_base_url
from ddns_tray.providers.rest_family import RestRRsets
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import Page, Pages, Params, at, maybe
from ddns_tray.providers.rest_family_service import (
    Listing,
    RecordShape,
    RestService,
    ZoneShape,
    fault_at,
    filled,
    kept_members,
)
from ddns_tray.providers.shape import Json, Misfit
from ddns_tray.providers.signed_in import SignedIn, form_request
from ddns_tray.providers.zoned import Zone, changed_meanwhile, host_name, ttl_to_write

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from ddns_tray.core.model import Change, ExistingSet
    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest import Fault

VERSION = (("api-version", "2018-05-01"),)
_PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.Network/dnsZones"
_ZONE = "/subscriptions/{subscription}/resourceGroups/{zone}/providers/Microsoft.Network/dnsZones/{zone_name}"
"""The handle of a zone is its resource group."""
_MEMBERS = {"A": ("ARecords", "ipv4Address"), "AAAA": ("AAAARecords", "ipv6Address")}
_ETAG, _METADATA = "etag", "metadata"


class _Changed(RequestRejected):
    """The set is not what it was when we looked."""


def _following(page: Page) -> Params | None:
    link = maybe(page.answer, "nextLink")
    return tuple(parse_qsl(urlsplit(link.string()).query)) if link is not None and link.value else None


def _sets(answer: Json) -> Iterator[Json]:
    """Bring record sets of all types into one form."""
    for item in answer["value"].items():
        kind = item["type"].string().rpartition("/")[2]
        listed, member = _MEMBERS.get(kind, ("", ""))
        found = item["properties"].get(listed) if listed else None
        metadata = item["properties"].get(_METADATA)
        yield Json(
            {
                "name": item["name"].string(),
                "type": kind,
                "ttl": at(item, "properties.TTL").value if found is not None else None,
                "addresses": [each[member].string() for each in found.items()] if found is not None else [],
                _ETAG: item[_ETAG].string(),
                _METADATA: metadata.value if metadata is not None else None,
            },
            item.place,
        )


def _fault(status: int, body: Json) -> Fault | None:
    """Read an error of the resource manager, one of the sign-in, where it is a word, or one that DNS tells bare."""
    if isinstance(body.value, dict) and isinstance(body.value.get("error"), str):
        return fault_at(code="error", message="error_description")(status, body)
    if isinstance(body.value, dict) and "error" not in body.value:
        return fault_at(code="code", message="message")(status, body)
    return fault_at(code="error.code", message="error.message")(status, body)


_PAGES = Pages(VERSION, _following)

SERVICE = RestService(
    zones=Listing(_PROVIDER, items="value", pages=_PAGES),
    zone=ZoneShape(name="name", id="id"),
    records=Listing(f"{_ZONE}/all", items=_sets, pages=_PAGES),
    record=RecordShape(
        name="name", type="type", ttl="ttl", values="addresses", content="", id="", keep_set=(_ETAG, _METADATA)
    ),
    names=Names.RELATIVE_AT,
    fault=_fault,
    codes={
        "invalid_client": AuthenticationFailed,
        "unauthorized_client": AuthenticationFailed,
        "AuthorizationFailed": PermissionDenied,
        "SubscriptionNotFound": ZoneNotFound,
        "Conflict": ProviderUnavailable,
        "PreconditionFailed": _Changed,
    },
)


class AzureSignedIn(SignedIn):
    """The wire to Azure, signed in with client credentials."""

    def __init__(self, opening: Opening) -> None:
        self._secret = opening.secret("client_secret")
        super().__init__(opening, SERVICE, secrets=(self._secret.reveal(),))
        login = checked_base_url(opening.option("login_url"), option="login_url")
        self._login_url = login + filled("/{tenant}/oauth2/v2.0/token", {"tenant": opening.option("tenant_id")})
        self._client = opening.option("client_id")
        self._scope = f"{opening.base_url()}/.default"

    def _sign_in_request(self, now: float) -> HttpRequest:
        del now
        return form_request(
            self._login_url,
            {
                "grant_type": "client_credentials",
                "client_id": self._client,
                "client_secret": self._secret.reveal(),
                "scope": self._scope,
            },
        )

    def _token_of(self, answer: Json) -> tuple[str, float]:
        return answer["access_token"].string(), answer["expires_in"].integer()


class Azure(RestRRsets):
    """One subscription."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening, AzureSignedIn(opening), SERVICE)
        self._subscription = opening.option("subscription_id")

    def _zone(self, item: Json) -> Zone:
        """Read the resource group from the place of the zone: …/resourceGroups/GROUP/providers/…."""
        segments = item["id"].string().split("/")
        kinds = [segment.lower() for segment in segments]
        if "resourcegroups" not in kinds[:-1]:
            raise Misfit(item.place)
        return Zone(host_name(item["name"].string()), segments[kinds.index("resourcegroups") + 1])

    async def _all(self, listing: Listing, words: Mapping[str, str]) -> AsyncIterator[Json]:
        async for item in super()._all(listing, {**words, "subscription": self._subscription}):
            yield item

    async def _write(self, zone: Zone, existing: ExistingSet, change: Change) -> None:
        kept = kept_members(existing)
        key = change.key
        words = {"subscription": self._subscription, "zone": zone.id, "zone_name": zone.name}
        where = filled(
            f"{_ZONE}/{{type}}/{{name}}", {**words, "type": str(key.type), "name": self._written(key.name, zone)}
        )
        etag = str(kept.get(_ETAG, ""))
        guard = {"If-Match": etag} if etag else {"If-None-Match": "*"}
        listed, member = _MEMBERS[str(key.type)]
        properties: dict[str, object] = {
            "TTL": ttl_to_write(change, existing),
            listed: [{member: address} for address in change.after],
        }
        if _METADATA in kept:
            properties[_METADATA] = kept[_METADATA]
        method, body = ("PUT", {"properties": properties}) if change.after else ("DELETE", None)
        try:
            await self._service.call(
                method, where, params=VERSION, body=body, headers=guard, missing=ZoneNotFound, writes=True
            )
        except _Changed as exc:
            raise changed_meanwhile(key.name) from exc
        except RequestRejected:
            await self._look_for_alias(key)
            raise


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return Azure(opening)
