"""Amazon Route 53, its API of 2013-04-01, public hosted zones.

Sources: "ListHostedZones", "ListResourceRecordSets" and "ChangeResourceRecordSets" at
docs.aws.amazon.com/Route53/latest/APIReference (read on 2026-11-22). RRsets are written whole, in a batch that is
carried out as one. Names have octal escapes: 052 is an asterisk. Sets with a routing policy and aliases have no
addresses of their own; they are never touched. Five requests a second are allowed to an account.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ClockSkewed,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    RecordConflict,
    ZoneNotFound,
)
from ddns_tray.core.model import ExistingRecord, ExistingSet, RecordKey, RecordType
from ddns_tray.core.text import text
from ddns_tray.providers.rest import Dialect, Fault, path
from ddns_tray.providers.rest_family_pages import MAX_PAGES, at, maybe, number
from ddns_tray.providers.signed_services.xml_service import XmlService, children, xml
from ddns_tray.providers.signing.aws import sigv4
from ddns_tray.providers.zoned import ADDRESS_TYPES, RRsetProvider, Zone, host_name, ttl_to_write

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from ddns_tray.core.model import Change
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.shape import Json

REGION = "us-east-1"
"""Route 53 has no regions; all is signed for this one. China's partition has another, which can be set."""
NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
ZONES_PER_PAGE = "100"
SETS_PER_PAGE = "300"
_ESCAPE = re.compile(r"\\([0-7]{3})")
_POLICY = "SetIdentifier"
_ALIAS = "AliasTarget"
_EXPIRED = "expired"
_CONFLICT = "conflict"

CODES: dict[str, Refusal] = {
    _EXPIRED: ClockSkewed,
    _CONFLICT: RecordConflict,
    "RequestExpired": ClockSkewed,
    "RequestTimeTooSkewed": ClockSkewed,
    "SignatureDoesNotMatch": AuthenticationFailed,
    "InvalidSignatureException": AuthenticationFailed,
    "InvalidClientTokenId": AuthenticationFailed,
    "UnrecognizedClientException": AuthenticationFailed,
    "IncompleteSignature": AuthenticationFailed,
    "MissingAuthenticationToken": AuthenticationFailed,
    "ExpiredToken": AuthenticationFailed,
    "AccessDenied": PermissionDenied,
    "AccessDeniedException": PermissionDenied,
    "NotAuthorizedException": PermissionDenied,
    "Throttling": RateLimited,
    "ThrottlingException": RateLimited,
    "PriorRequestNotComplete": ProviderUnavailable,
    "ServiceUnavailable": ProviderUnavailable,
    "InternalFailure": ProviderUnavailable,
    "NoSuchHostedZone": ZoneNotFound,
}


def _fault(_status: int, body: Json) -> Fault | None:
    """Read `Error`, and for refused batches `Messages`; what only the message tells becomes a code of ours."""
    error = maybe(body, "Error.0")
    code = at(error, "Code.0").string() if error is not None else ""
    told = maybe(error, "Message.0") if error is not None else maybe(body, "Messages.0.Message.0")
    if error is None and told is None:
        return None
    message = told.string() if told is not None else ""
    if code in {"SignatureDoesNotMatch", "InvalidSignatureException"} and "expired" in message.lower():
        code = _EXPIRED
    if "conflicting RRSet" in message:
        code = _CONFLICT
    return Fault(code, message)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    secret = opening.secret("secret_access_key")
    service = XmlService(
        dialect=Dialect(opening.spec.title, fault=_fault, codes=CODES),
        base_url=opening.base_url(),
        auth=sigv4(
            opening.option("access_key_id"), secret, region=opening.option("region") or REGION, service="route53"
        ),
        secrets=(secret.reveal(),),
        http=opening.http,
        clock=opening.clock,
        own_address=opening.own_address(),
    )
    return Route53(opening, service)


class Route53(RRsetProvider):
    """One pair of keys."""

    async def _fetch_zones(self) -> Sequence[Zone]:
        found: list[Zone] = []
        params: tuple[tuple[str, str], ...] = ()
        for _ in range(MAX_PAGES):
            answer = await self._service.get("/2013-04-01/hostedzone", params=(*params, ("maxitems", ZONES_PER_PAGE)))
            found += [_zone(item) for item in children(answer, "HostedZones", "HostedZone") if not _private(item)]
            if at(answer, "IsTruncated.0").string() != "true":
                break
            params = (("marker", at(answer, "NextMarker.0").string()),)
        return [zone for zone in found if zone.name]

    async def _fetch(self, zone: Zone, key: RecordKey | None) -> Sequence[ExistingSet]:
        found: list[ExistingSet] = []
        async for item in self._sets(zone, key):
            name, type_name = _unescaped(at(item, "Name.0").string()), at(item, "Type.0").string()
            if key is not None and name == key.name:
                self._watch(item, key, type_name)
            if not name or type_name not in ADDRESS_TYPES or _special(item):
                continue
            ttl = number(at(item, "TTL.0"))
            values = children(item, "ResourceRecords", "ResourceRecord")
            records = tuple(ExistingRecord(at(value, "Value.0").string(), ttl=ttl) for value in values)
            found.append(ExistingSet(RecordKey(name, RecordType(type_name)), zone.name, records))
        return found

    async def _sets(self, zone: Zone, key: RecordKey | None) -> AsyncIterator[Json]:
        """All RRsets of the zone, or those of one name: the list is ordered, and starts where we ask it to."""
        start = (("name", f"{key.name}."),) if key is not None else ()
        params: tuple[tuple[str, str], ...] = start
        for _ in range(MAX_PAGES):
            answer = await self._service.get(
                path("2013-04-01", "hostedzone", zone.id, "rrset"),
                params=(*params, ("maxitems", SETS_PER_PAGE)),
                missing=ZoneNotFound,
            )
            for item in children(answer, "ResourceRecordSets", "ResourceRecordSet"):
                if key is not None and _unescaped(at(item, "Name.0").string()) != key.name:
                    return
                yield item
            if at(answer, "IsTruncated.0").string() != "true":
                return
            following = (
                ("name", maybe(answer, "NextRecordName.0")),
                ("type", maybe(answer, "NextRecordType.0")),
                ("identifier", maybe(answer, "NextRecordIdentifier.0")),
            )
            params = tuple((name, value.string()) for name, value in following if value is not None)

    def _watch(self, item: Json, key: RecordKey, type_name: str) -> None:
        """Refuse where something stands at the name that can have no address of ours beside it."""
        if type_name == "CNAME":
            raise self._conflict(key, type_name)
        if type_name == str(key.type) and maybe(item, _ALIAS) is not None:
            raise self._conflict(key, "ALIAS")
        if type_name == str(key.type) and maybe(item, _POLICY) is not None:
            raise RecordConflict(
                text(
                    "{name} has a routing policy at {service}, which we leave alone.", name=key.name, service="Route 53"
                ),
                text("Make a simple record of it there, or use another name."),
            )

    async def _write(self, zone: Zone, existing: ExistingSet, change: Change) -> None:
        """Send one batch with one change. A set is deleted by saying exactly what stands there."""
        if change.after:
            action, ttl, values = "UPSERT", ttl_to_write(change, existing), change.after
        elif not existing.records:
            return
        else:
            action, ttl, values = "DELETE", existing.records[0].ttl or 0, tuple(dict.fromkeys(existing.addresses))
        rrset = xml(
            "ResourceRecordSet",
            xml("Name", f"{change.key.name}."),
            xml("Type", str(change.key.type)),
            xml("TTL", str(ttl)),
            xml("ResourceRecords", *(xml("ResourceRecord", xml("Value", value)) for value in values)),
        )
        batch = xml("ChangeBatch", xml("Changes", xml("Change", xml("Action", action), rrset)))
        await self._service.call(
            "POST",
            path("2013-04-01", "hostedzone", zone.id, "rrset"),
            body=xml("ChangeResourceRecordSetsRequest", batch, xmlns=NAMESPACE),
            missing=ZoneNotFound,
        )


def _zone(item: Json) -> Zone:
    return Zone(_unescaped(at(item, "Name.0").string()), at(item, "Id.0").string().removeprefix("/hostedzone/"))


def _private(item: Json) -> bool:
    private = maybe(item, "Config.0.PrivateZone.0")
    return private is not None and private.string() == "true"


def _special(item: Json) -> bool:
    return maybe(item, _ALIAS) is not None or maybe(item, _POLICY) is not None


def _unescaped(written: str) -> str:
    return host_name(_ESCAPE.sub(lambda found: chr(int(found[1], 8)), written))
