"""TransIP, version 6.

Source: "REST API" at api.transip.nl/rest/docs.html, authentication, domains and DNS (read on 2026-11-22). The sign-in
is signed with an RSA key and gives a token. Records have no ids: an entry is named by all that it says. A change of the
address alone is one call, as long as the name has one such entry; any other change is a new entry and the removal of
the old one.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.errors import RecordNotFound
from ddns_tray.core.ports import HttpRequest
from ddns_tray.providers.key_files import rsa_key
from ddns_tray.providers.rest import TIMEOUT
from ddns_tray.providers.rest_family import RestRecords
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import numbered, while_full
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, fault_at
from ddns_tray.providers.signed_in import SignedIn

if TYPE_CHECKING:
    from ddns_tray.core.model import Change, ExistingRecord, RecordKey
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.zoned import Zone

PAGE = 100
TOKEN_LASTS = 1800.0


def _entry(draft: Draft) -> dict[str, object]:
    return {"dnsEntry": {"name": draft.name, "expire": draft.ttl, "type": draft.type, "content": draft.address}}


def _standing(draft: Draft) -> dict[str, object]:
    return _entry(replace(draft, ttl=draft.record.ttl) if draft.record is not None and draft.record.ttl else draft)


_WHERE = "/domains/{zone}/dns"
_CHANGE = Call("PATCH", _WHERE, _entry)

SERVICE = RestService(
    zones=Listing(
        "/domains", items="domains", pages=numbered(PAGE, while_full(PAGE), page="page", per_page="pageSize")
    ),
    records=Listing(_WHERE, items="dnsEntries"),
    record=RecordShape(name="name", type="type", content="content", ttl="expire", id=""),
    names=Names.RELATIVE_AT,
    create=Call("POST", _WHERE, _entry),
    delete=Call("DELETE", _WHERE, _standing),
    fault=fault_at("error"),
)


class TransipSignedIn(SignedIn):
    """The wire to TransIP, signed in with a key."""

    def __init__(self, opening: Opening) -> None:
        pem = opening.secret("private_key").reveal()
        super().__init__(opening, SERVICE, secrets=(pem,))
        self._key = rsa_key(pem, opening.spec.title)
        self._login = opening.option("login")
        self._everywhere = opening.option("whitelist") == "no"
        self._url = f"{opening.base_url()}/auth"

    def _sign_in_request(self, now: float) -> HttpRequest:
        del now
        nonce = secrets.token_hex(16)
        body = json.dumps(
            {
                "login": self._login,
                "nonce": nonce,
                "read_only": False,
                "expiration_time": "30 minutes",
                "label": f"DDNS Tray {nonce}",
                "global_key": self._everywhere,
            }
        ).encode()
        signature = b64encode(self._key.sign(body, digest="sha512")).decode("ascii")
        headers = {"Accept": "application/json", "Content-Type": "application/json", "Signature": signature}
        return HttpRequest("POST", self._url, headers=headers, body=body, timeout=TIMEOUT)

    def _token_of(self, answer: Json) -> tuple[str, float]:
        return answer["token"].string(), TOKEN_LASTS


class Transip(RestRecords):
    """One account."""

    async def _update(self, zone: Zone, key: RecordKey, record: ExistingRecord, address: str, change: Change) -> None:
        alone = change.existing is not None and len(change.existing.records) == 1
        if not alone or (change.ttl is not None and change.ttl != record.ttl):
            await super()._update(zone, key, record, address, change)
            return
        draft = replace(self._draft(zone, key, change, record, {}), address=address, record=record)
        await self._write_with(_CHANGE, draft, missing=RecordNotFound)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return Transip(opening, TransipSignedIn(opening), SERVICE)
