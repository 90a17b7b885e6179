"""netcup, its CCP API (JSON).

Source: "CCP API" at helpcenter.netcup.com and the description of the methods at
ccp.netcup.net/run/webservice/servers/endpoint.php (read on 2026-11-22). A session comes first and ends after 15 minutes
without a call. Zones are asked for one by one; their TTL is that of all their records. A change of several records is
one call; those that are not named stay. 180 requests a minute are allowed, and after many refusals every request is
refused for a while (lego, issue 912). A session may end at any time (nc_dnsapi, issue 9): then another one is opened,
and the request, which was not carried out, is sent once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.errors import (
    AuthenticationFailed,
    ProviderUnavailable,
    RateLimited,
    RecordNotFound,
    RequestRejected,
    ZoneNotFound,
)
from ddns_tray.providers.rest import Dialect, Fault, HttpService
from ddns_tray.providers.rest_family import RestReading
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe, scalar
from ddns_tray.providers.rest_family_service import Listing, RecordShape, RestService, kept_members
from ddns_tray.providers.zoned import RRsetProvider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from ddns_tray.core.model import Change, ExistingSet
    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.zoned import Zone

SESSION_LASTS = 600.0
"""Seconds for which a session is used, well within its life."""
_BAD_SESSION = "4001"
_NO_RECORDS = "5029"
_SUCCESS = "success"


def _fault(_status: int, body: Json) -> Fault | None:
    if body["status"].string() == _SUCCESS:
        return None
    told = maybe(body, "longmessage") or maybe(body, "shortmessage")
    message = told.string() if told is not None else ""
    return Fault(_kind(scalar(body["statuscode"]), body["action"].string(), message.lower()), message)


def _kind(code: str, action: str, message: str) -> str:
    """Tell refusals apart by the method that was refused, since one number stands for many of them.

    What is wrong with the form of a name is told before the method is known.
    """
    if "requests per minute" in message or "too many error messages" in message:
        return "too many"
    if code == _BAD_SESSION:
        return code
    if not action and "type: domainname" in message:
        return "infoDnsZone"
    return action if action in {"login", "infoDnsZone"} else code


class _SessionEnded(ProviderUnavailable):
    """Nothing was done: the session is not known, or not any more."""


class Session(HttpService):
    """The wire to netcup. `do` logs in when it has to."""

    def __init__(self, opening: Opening) -> None:
        secrets = (opening.secret("api_key"), opening.secret("api_password"))
        super().__init__(
            dialect=Dialect(
                opening.spec.title,
                fault=_fault,
                codes={
                    _BAD_SESSION: _SessionEnded,
                    _NO_RECORDS: RecordNotFound,
                    "login": AuthenticationFailed,
                    "infoDnsZone": ZoneNotFound,
                    "too many": RateLimited,
                },
            ),
            base_url=opening.base_url(),
            auth=lambda request, _now: request,
            secrets=(secret.reveal() for secret in secrets),
            http=opening.http,
            clock=opening.clock,
            own_address=opening.own_address(),
        )
        self._customer = opening.option("customer_number")
        self._key, self._password = secrets
        self._session = ""
        self._last_used = 0.0

    async def do(self, action: str, *, writes: bool = False, **params: object) -> Json:
        """Call a method within a session, and return its data."""
        if not self._session or self._clock.monotonic() - self._last_used > SESSION_LASTS:
            await self._begin()
        self._last_used = self._clock.monotonic()
        try:
            return await self._rpc(action, writes=writes, apisessionid=self._session, **params)
        except _SessionEnded:
            await self._begin()
        except ProviderUnavailable:
            self._session = ""
            raise
        try:
            return await self._rpc(action, writes=writes, apisessionid=self._session, **params)
        except ProviderUnavailable:
            self._session = ""
            raise

    async def _begin(self) -> None:
        self._session = ""
        found = await self._rpc("login", writes=False, apipassword=self._password.reveal())
        self._session = found["apisessionid"].string()

    async def _rpc(self, action: str, *, writes: bool, **params: object) -> Json:
        who = {"customernumber": self._customer, "apikey": self._key.reveal()}
        answer = await self.call(
            "POST", "", params=(("JSON", ""),), body={"action": action, "param": {**who, **params}}, writes=writes
        )
        return answer["responsedata"]


SERVICE = RestService(
    records=Listing("", items="dnsrecords"),
    record=RecordShape(id="id", type="type", name="hostname", content="destination", ttl="", keep=("priority",)),
    names=Names.RELATIVE_AT,
)


class Netcup(RestReading, RRsetProvider):
    """One customer at netcup."""

    def __init__(self, opening: Opening, session: Session) -> None:
        super().__init__(opening, session, SERVICE)
        self._session = session

    async def _probe(self, candidate: str) -> None:
        await self._session.do("infoDnsZone", domainname=candidate)

    async def _all(self, listing: Listing, words: Mapping[str, str]) -> AsyncIterator[Json]:
        try:
            answer = await self._session.do("infoDnsRecords", domainname=words["zone"])
        except RecordNotFound:
            return
        for item in listing.elements(answer):
            yield item

    async def _write(self, zone: Zone, existing: ExistingSet, change: Change) -> None:
        """Send what changes, and only that, in one call."""
        del existing
        host = {"hostname": self._written(change.key.name, zone), "type": str(change.key.type)}
        records = [
            *({**kept_members(old), **host, "id": old.id, "destination": new} for old, new in change.replace),
            *({**host, "destination": address} for address in change.create),
            *(
                {**kept_members(old), **host, "id": old.id, "destination": old.address, "deleterecord": True}
                for old in change.delete
            ),
        ]
        try:
            await self._session.do(
                "updateDnsRecords", writes=True, domainname=zone.name, dnsrecordset={"dnsrecords": records}
            )
        except RequestRejected:
            await self._look_for_alias(change.key)
            raise


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    return Netcup(opening, Session(opening))
