"""Google Cloud DNS, version 1.

Sources: "Changes", "ResourceRecordSets" and "ManagedZones" at cloud.google.com/dns/docs/reference/rest/v1, "Using OAuth
2.0 for Server to Server Applications" at developers.google.com/identity (read on 2026-11-22). A service account signs a
claim with its RSA key and gets a token for an hour. A change names the set as it stands and as it shall be, and is
refused as a whole if somebody else was faster. Sets with a routing policy have no addresses of their own and are left
alone; private zones are not served to the world and not seen.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ClockSkewed,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    RecordConflict,
    RequestRejected,
    ZoneNotFound,
)
from ddns_tray.core.text import text
from ddns_tray.providers.entry import checked_base_url
from ddns_tray.providers.key_files import rsa_key, unfolded
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import RestRRsets
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import cursor, maybe
from ddns_tray.providers.rest_family_service import (
    Call,
    Listing,
    RecordShape,
    RestService,
    ZoneShape,
    fault_at,
    filled,
)
from ddns_tray.providers.signed_in import SignedIn, form_request
from ddns_tray.providers.zoned import changed_meanwhile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from ddns_tray.core.model import Change, ExistingSet
    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.signing.rsa import RsaKey
    from ddns_tray.providers.zoned import Zone

SCOPE = "https://www.googleapis.com/auth/ndev.clouddns.readwrite"
CLAIM_LASTS = 600
"""Seconds; Google takes an hour at most."""
_MORE = cursor("pageToken", "nextPageToken")


class _Changed(RequestRejected):
    """The set is not what it was when we looked."""


def _fault(status: int, body: Json) -> Fault | None:
    """Read an error of the API, by its reason, or one of the sign-in, by its words where they say more."""
    if isinstance(body.value, dict) and isinstance(body.value.get("error"), str):
        found = fault_at(code="error", message="error_description")(status, body)
        skewed = found is not None and "reasonable timeframe" in found.message
        return Fault("clock", found.message) if found is not None and skewed else found
    found = fault_at(message="error.message")(status, body)
    reasons = maybe(body, "error.errors") if isinstance(body.value, dict) else None
    reason = next((str(each.value.get("reason", "")) for each in reasons.items()), "") if reasons is not None else ""
    return Fault(reason, found.message) if found is not None else None


def _listed(name: str) -> Callable[[Json], Iterable[Json]]:
    """Read a list that Google leaves out if it is empty; the kind of answer shows that it is one."""

    def items(answer: Json) -> Iterable[Json]:
        answer["kind"].string()
        found = answer.get(name)
        return found.items() if found is not None else ()

    return items


def _set(draft: Draft) -> dict[str, object]:
    return {"name": draft.name, "type": draft.type, "ttl": draft.ttl, "rrdatas": list(draft.addresses)}


def _standing(draft: Draft) -> list[dict[str, object]]:
    records = draft.existing.records if draft.existing is not None else ()
    if not records:
        return []
    return [
        {
            "name": draft.name,
            "type": draft.type,
            "ttl": records[0].ttl,
            "rrdatas": [record.address for record in records],
        }
    ]


def _change(draft: Draft) -> dict[str, object]:
    return {"additions": [_set(draft)] if draft.addresses else [], "deletions": _standing(draft)}


_CHANGES = Call("POST", "/managedZones/{zone}/changes", _change)

SERVICE = RestService(
    zones=Listing("/managedZones", items=_listed("managedZones"), pages=_MORE),
    zone=ZoneShape(
        name="dnsName",
        id="name",
        skip=lambda item: (kind := maybe(item, "visibility")) is not None and kind.value == "private",
    ),
    records=Listing("/managedZones/{zone}/rrsets", items=_listed("rrsets"), pages=_MORE),
    named=Listing("/managedZones/{zone}/rrsets", items=_listed("rrsets"), params=(("name", "{name}"),), pages=_MORE),
    record=RecordShape(name="name", type="type", ttl="ttl", values="rrdatas", content="", id=""),
    names=Names.DOTTED,
    put=_CHANGES,
    fault=_fault,
    codes={
        "clock": ClockSkewed,
        "invalid_grant": AuthenticationFailed,
        "invalid_client": AuthenticationFailed,
        "authError": AuthenticationFailed,
        "forbidden": PermissionDenied,
        "accessNotConfigured": PermissionDenied,
        "rateLimitExceeded": RateLimited,
        "userRateLimitExceeded": RateLimited,
        "quotaExceeded": RateLimited,
        "backendError": ProviderUnavailable,
        "notFound": ZoneNotFound,
        "conditionNotMet": _Changed,
        "alreadyExists": _Changed,
        "cnameResourceRecordSetConflict": RecordConflict,
    },
)


@dataclass(frozen=True, slots=True, repr=False)
class ServiceAccount:
    """What the key file says."""

    email: str
    project: str
    key_id: str
    key: RsaKey = field(repr=False)

    def claim(self, audience: str, now: float) -> str:
        """Return the signed claim for which the sign-in gives a token (RFC 7523)."""
        begins = int(now)
        said = {"iss": self.email, "scope": SCOPE, "aud": audience, "iat": begins, "exp": begins + CLAIM_LASTS}
        words = f"{_word({'alg': 'RS256', 'typ': 'JWT', 'kid': self.key_id})}.{_word(said)}"
        return f"{words}.{_encoded(self.key.sign(words.encode('ascii'), digest='sha256'))}"


def read_account(written: str, service: str) -> ServiceAccount:
    """Read the key file of a service account, or raise `AuthenticationFailed` that says what it is instead."""
    try:
        found = json.loads(unfolded(written))
    except ValueError:
        found = None
    members: dict[str, Any] = found if isinstance(found, dict) else {}
    wanted = ("client_email", "private_key", "project_id")
    if members.get("type") != "service_account" or not all(isinstance(members.get(each), str) for each in wanted):
        raise AuthenticationFailed(
            text("What {service} has as its key is not the key file of a service account.", service=service),
            text(
                "It is a JSON file with the type service_account. Keys of users, of OAuth clients and API keys are "
                "something else."
            ),
        )
    return ServiceAccount(
        members["client_email"],
        members["project_id"],
        str(members.get("private_key_id", "")),
        rsa_key(members["private_key"], service),
    )


class GoogleSignedIn(SignedIn):
    """The wire to Google, signed in with a claim."""

    def __init__(self, opening: Opening, account: ServiceAccount) -> None:
        written = unfolded(opening.secret("service_account_key").reveal())
        private_key: str = json.loads(written)["private_key"]
        project = opening.option("project") or account.project
        super().__init__(
            opening,
            SERVICE,
            secrets=(written, private_key, account.key_id),
            base_url=opening.base_url() + filled("/projects/{project}", {"project": project}),
        )
        self._account = account
        self._login_url = checked_base_url(opening.option("login_url"), option="login_url")

    def _sign_in_request(self, now: float) -> HttpRequest:
        return form_request(
            self._login_url,
            {
                "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion": self._account.claim(self._login_url, now),
            },
        )

    def _token_of(self, answer: Json) -> tuple[str, float]:
        return answer["access_token"].string(), answer["expires_in"].integer()


class GoogleCloud(RestRRsets):
    """One project."""

    async def _all(self, listing: Listing, words: Mapping[str, str]) -> AsyncIterator[Json]:
        async for item in super()._all(listing, words):
            if maybe(item, "routingPolicy") is None:
                yield item
            elif listing is self._declared.named:
                raise RecordConflict(
                    text("{name} has a routing policy at {service}.", name=words["fqdn"], service=self._service.name),
                    text("Remove the policy at the service, or use another name."),
                )

    async def _write(self, zone: Zone, existing: ExistingSet, change: Change) -> None:
        try:
            await super()._write(zone, existing, change)
        except _Changed as exc:
            await self._look_for_alias(change.key)
            raise changed_meanwhile(change.key.name) from exc


def open_account(opening: Opening) -> Provider:
    """Open an account: the project is that of the key, unless the settings name another one."""
    account = read_account(opening.secret("service_account_key").reveal(), opening.spec.title)
    return GoogleCloud(opening, GoogleSignedIn(opening, account), SERVICE)


def _word(members: Mapping[str, object]) -> str:
    return _encoded(json.dumps(members, separators=(",", ":")).encode())


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
