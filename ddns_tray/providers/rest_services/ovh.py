"""OVHcloud, its API version 1, with an application key, its secret and a consumer key.

Source: "First steps with the OVHcloud APIs" at help.ovhcloud.com and "/domain/zone" at eu.api.ovh.com/console (read on
2026-11-22). The signature is "$1$" and SHA-1 over secret, consumer key, method, whole URL, body and time, joined by
"+". Lists hold ids alone, so that a look costs one call more for each record of the name. Changes are served only
after a call to `refresh`.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha1
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ddns_tray.core.errors import AuthenticationFailed, ClockSkewed, PermissionDenied, RecordNotFound
from ddns_tray.providers.rest_family import RestRecords, http_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import scalar
from ddns_tray.providers.rest_family_service import (
    Call,
    Listing,
    RecordShape,
    RestService,
    ZoneShape,
    fault_at,
    filled,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from ddns_tray.core.ports import HttpRequest, Provider, Secret
    from ddns_tray.providers.auth import Auth
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.shape import Json

_RECORD = "/domain/zone/{zone}/record/{id}"

SERVICE = RestService(
    zones=Listing("/domain/zone"),
    zone=ZoneShape(name="", id=""),
    records=Listing("/domain/zone/{zone}/record"),
    named=Listing("/domain/zone/{zone}/record", params=(("subDomain", "{name}"),)),
    record=RecordShape(id="id", type="fieldType", name="subDomain", content="target", ttl="ttl"),
    names=Names.RELATIVE,
    create=Call(
        "POST",
        "/domain/zone/{zone}/record",
        lambda draft: {"fieldType": draft.type, "subDomain": draft.name, "target": draft.address, "ttl": draft.ttl},
    ),
    update=Call(
        "PUT",
        _RECORD,
        lambda draft: {"subDomain": draft.name, "target": draft.address, "ttl": draft.ttl},
    ),
    delete=Call("DELETE", _RECORD),
    after=Call("POST", "/domain/zone/{zone}/refresh"),
    fault=fault_at(code="errorCode", message="message"),
    codes={
        "INVALID_KEY": AuthenticationFailed,
        "INVALID_CREDENTIAL": AuthenticationFailed,
        "INVALID_SIGNATURE": AuthenticationFailed,
        "NOT_CREDENTIAL": AuthenticationFailed,
        "NOT_GRANTED_CALL": PermissionDenied,
        "QUERY_TIME_OUT": ClockSkewed,
    },
)


class Ovh(RestRecords):
    """One application at OVHcloud."""

    async def _all(self, listing: Listing, words: Mapping[str, str]) -> AsyncIterator[Json]:
        """Turn the ids of a list of records into records; one that goes in between is passed over."""
        if listing is SERVICE.zones:
            async for item in super()._all(listing, words):
                yield item
            return
        wanted = [listing]
        if listing is SERVICE.records:
            wanted = [replace(listing, params=(("fieldType", type_name),)) for type_name in ("A", "AAAA")]
        for each in wanted:
            async for item in super()._all(each, words):
                try:
                    yield await self._service.get(filled(_RECORD, {**words, "id": scalar(item)}))
                except RecordNotFound:
                    continue


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    auth = signed(
        opening.secret("application_key"), opening.secret("application_secret"), opening.secret("consumer_key")
    )
    return Ovh(opening, http_service(opening, SERVICE, auth), SERVICE)


def signed(key: Secret, secret: Secret, consumer: Secret) -> Auth:
    """Sign requests. The URL that is signed has to be the URL that is sent, so parameters go into it here."""

    def authorise(request: HttpRequest, now: float) -> HttpRequest:
        url = f"{request.url}?{urlencode(request.params)}" if request.params else request.url
        time = str(int(now))
        parts = (secret.reveal(), consumer.reveal(), request.method, url, request.body.decode(), time)
        signature = sha1("+".join(parts).encode(), usedforsecurity=False).hexdigest()
        headers = {
            "X-Ovh-Application": key.reveal(),
            "X-Ovh-Consumer": consumer.reveal(),
            "X-Ovh-Timestamp": time,
            "X-Ovh-Signature": f"$1${signature}",
        }
        return replace(request, url=url, params=(), headers={**request.headers, **headers})

    return authorise
